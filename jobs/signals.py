"""Measure every document in one scan of its text: quality, language, personal data, signatures.

Reads `documents`. Writes `signals`, numbers and spans alone. The dearest stage but parsing: one hop to Python a batch.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SIGNALS.name)
