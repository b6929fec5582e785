"""Judge each document by the rules that look at it alone.

Reads `documents` (no text), `signals`, `contamination`, `rights`, `suppressions`. Writes `eligibility`: minutes.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.ELIGIBILITY.name)
