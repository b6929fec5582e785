"""Cluster the verified pairs and choose one survivor of each cluster among the eligible.

Reads `duplicate_pairs` and `eligibility`. Writes `near_duplicates`. The edges go through one task.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.NEAR_DUPLICATES.name)
