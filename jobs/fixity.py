"""Compare what was read with what was promised.

Reads `deliveries`, `pages`, `records` (narrow columns). Writes `fixity`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.FIXITY.name)
