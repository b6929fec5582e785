"""Judge each document alone.

Reads narrow tables only, no text. Writes `eligibility`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.ELIGIBILITY.name)
