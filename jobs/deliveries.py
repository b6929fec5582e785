"""List what was delivered and deal it into parts.

Reads the input's folders, METS files and checksum lists, no content. Writes `deliveries`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.DELIVERIES.name)
