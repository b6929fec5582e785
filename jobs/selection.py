"""Decide what is kept.

Reads `eligibility` and `near_duplicates`, no text. Writes `selection`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SELECTION.name)
