"""Count the tokenizer's units in the final text of kept documents.

Reads `documents`, `signals`, `selection`, `eligibility`. Writes `words`. Made only when a tokenizer is to be trained.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.WORDS.name)
