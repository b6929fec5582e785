"""Measure every text in one scan.

Reads `documents`, once. Writes `signals`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SIGNALS.name)
