"""Read the requests to leave things out.

Reads the files that the recipe names. Writes `suppressions`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SUPPRESSIONS.name)
