"""Decide: keep or not, with every reason.

Reads `eligibility` and `near_duplicates`. Writes `selection`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SELECTION.name)
