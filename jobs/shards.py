"""Write the training shards, their index and the manifest.

Reads `tokens` and narrow tables; one shuffle of the tokens. Writes files under the env's output, and `shard_index`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.SHARDS)
