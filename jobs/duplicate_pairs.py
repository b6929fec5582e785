"""Find pairs of documents with the same or nearly the same words, each verified by its exact Jaccard.

Reads `signals`, and `documents` for candidates alone. Writes `duplicate_pairs`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.DUPLICATE_PAIRS.name)
