"""Find the passages that several documents have, each perhaps with other OCR errors.

Reads `documents`: the text of `passages.sources` twice, none where it names none. Writes `passages`, a row for each
copy. Shuffles .36 bytes for each byte of text, and what lies around candidates; made anew when a document came or went.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.PASSAGES.name)
