"""Find near duplicates and verify them.

Reads `signals`, and the text of candidates. Writes `duplicate_pairs`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.DUPLICATE_PAIRS.name)
