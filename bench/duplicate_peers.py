"""The peers of bench/duplicates_growth.py, run by the Python (3.12 or newer) that KVERN_PEERS names.

    $KVERN_PEERS bench/duplicate_peers.py FOLDER datasketch|text-dedup

FOLDER holds Parquet files with a column `text`. Prints the peer's version, the CPU seconds of this process and its
children from texts to clusters, its peak memory in MB, and how many documents it would remove at a Jaccard of .8 over
word 5-grams with 14 bands of 8 rows. Neither verifies a pair.
"""

import re
import resource
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

_BANDS, _ROWS, _NGRAM = 14, 8, 5


def with_datasketch(folder: Path) -> int:
    """The library's own loop: a signature, a query, an insertion; a document that meets an earlier one goes."""
    import pyarrow.parquet as pq
    from datasketch import MinHash, MinHashLSH

    lsh, word, gone = MinHashLSH(num_perm=_BANDS * _ROWS, params=(_BANDS, _ROWS)), re.compile(r"\w+"), 0
    for number, text in enumerate(pq.read_table(folder, columns=["text"])["text"].to_pylist()):
        words = word.findall(text.lower())
        grams = {" ".join(words[at : at + _NGRAM]).encode() for at in range(max(len(words) - _NGRAM + 1, 1))}
        sketch = MinHash(num_perm=_BANDS * _ROWS, seed=1)
        sketch.update_batch(grams)
        gone += bool(lsh.query(sketch))
        lsh.insert(number, sketch)
    return gone


def with_text_dedup(folder: Path) -> int:
    import pyarrow.parquet as pq
    from datasets import load_from_disk
    from text_dedup import minhash
    from text_dedup.config.base import load_config_from_toml

    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "out"
        (Path(place) / "config.toml").write_text(f"""
[input]
input_type = "local_files"
file_type = "parquet"
[input.read_arguments]
path = "parquet"
data_files = "{folder}/**/*.parquet"
split = "train"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
num_proc = 2
num_perm = {_BANDS * _ROWS}
bands = {_BANDS}
rows = {_ROWS}
ngram_size = {_NGRAM}
threshold = 0.8
min_length = 0
[output]
output_dir = "{out}"
skip_filtering = false
[debug]
""")
        minhash.main(load_config_from_toml(Path(place) / "config.toml"))
        files = folder.rglob("*.parquet")
        return sum(pq.read_metadata(file).num_rows for file in files) - len(load_from_disk(str(out)))


if __name__ == "__main__":
    peer = {"datasketch": with_datasketch, "text-dedup": with_text_dedup}[sys.argv[2]]
    found = peer(Path(sys.argv[1]))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(each.ru_utime + each.ru_stime for each in used)
    print(
        f"{sys.argv[2]} {version(sys.argv[2])}", seconds, max(each.ru_maxrss for each in used) / 1000, found, sep="\t"
    )
