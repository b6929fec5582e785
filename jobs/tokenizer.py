"""Train the tokenizer from counts, or take a given one.

Reads `words`; runs on the driver. Writes `tokenizer`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.TOKENIZER.name)
