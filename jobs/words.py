"""Count words of kept documents for the tokenizer.

Reads `documents`, once; nothing where a model is given or stays. Writes `words`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.WORDS.name)
