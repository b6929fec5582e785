"""Read web captures, JSONL, Parquet, texts and subtitles.

Reads `deliveries`, and each listed file once. Writes `records`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.RECORDS.name)
