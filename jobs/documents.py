"""Assemble pages and records into documents.

Reads `pages` and `records`; one shuffle of the pages' text. Writes `documents`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.DOCUMENTS.name)
