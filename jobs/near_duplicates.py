"""Make clusters and name their survivors.

Reads `duplicate_pairs` and `eligibility`, no text. Writes `near_duplicates`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.NEAR_DUPLICATES.name)
