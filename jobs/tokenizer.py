"""Train the tokenizer on the counts, or take in the given model.

Reads `words`. Writes `tokenizer`, one row. One thread on the driver; a model stays until `[tokenizer]` changes.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.TOKENIZER.name)
