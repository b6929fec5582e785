"""Find evaluation texts in documents.

Reads `documents`, once. Writes `contamination`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.CONTAMINATION.name)
