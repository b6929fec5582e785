"""Encode kept documents.

Reads `documents`, only parts with something new to encode. Writes `tokens`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.TOKENS.name)
