"""Give every document its tier.

Reads `documents` (narrow columns). Writes `rights`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.RIGHTS.name)
