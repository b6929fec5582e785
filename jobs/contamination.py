"""Find the documents that hold text of the recipe's evaluation sets.

Reads `documents` and the benchmark files. Writes `contamination`, a row for each document and benchmark that share a
word n-gram. Every worker holds the benchmarks' n-grams in memory.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.CONTAMINATION.name)
