"""Encode the final text of kept documents.

Reads `documents` (text of new ones alone), `signals`, `selection`, `eligibility`, `tokenizer`. Writes `tokens`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.TOKENS.name)
