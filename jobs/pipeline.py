"""Run every stage in order, in one session: what is up to date is left alone.

Reads the env's input. Writes every table and the shards.
"""

from kvern.cli import job

if __name__ == "__main__":
    job()
