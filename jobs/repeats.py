"""Decide which lines and passages go from a kept document because another one keeps them.

Reads `signals`, `selection`, `eligibility`, `line_counts` and `passages`; no text. Writes `repeats`,
which final text is made by.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.REPEATS.name)
