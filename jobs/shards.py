"""Write the build for trainers: every format from one table, in a seeded order, the manifest last.

Reads `tokens`, `documents` (text where Parquet is asked for), `selection`, `eligibility`, `tokenizer`. Writes files
under the env's output, and `shard_index`. One shuffle of the tokens. A finished build is left as it is.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SHARDS.name)
