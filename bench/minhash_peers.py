"""The peers of bench/near_duplicates.py, run by the Python that KVERN_PEERS names (it has daft, datasketch, pyarrow).

    $KVERN_PEERS bench/minhash_peers.py TEXTS.arrow PERMUTATIONS daft|datasketch

Prints the peer's version and the CPU seconds of this process for signatures over word 5-grams, lower-cased, without
punctuation. datasketch gets texts as Python strings for free; daft its own columns.
"""

import re
import sys
import time
from importlib.metadata import version

import pyarrow as pa


def with_daft(texts: pa.Array, permutations: int) -> float:
    import daft

    frame = daft.from_arrow(pa.table({"text": texts})).collect()
    plain = daft.col("text").normalize(remove_punct=True, lowercase=True, nfd_unicode=False, white_space=True)
    started = time.process_time()
    frame.select(plain.minhash(num_hashes=permutations, ngram_size=5, hash_function="xxhash3_64").alias("m")).collect()
    return time.process_time() - started


def with_datasketch(texts: pa.Array, permutations: int) -> float:
    from datasketch import MinHash

    found, word = texts.to_pylist(), re.compile(r"\w+")
    started = time.process_time()
    for text in found:
        words = word.findall(text.lower())
        grams = {" ".join(words[at : at + 5]).encode() for at in range(max(len(words) - 4, 1))}
        sketch = MinHash(num_perm=permutations, seed=1)
        sketch.update_batch(grams)
        _ = sketch.hashvalues
    return time.process_time() - started


if __name__ == "__main__":
    with pa.memory_map(sys.argv[1]) as source:
        column = pa.ipc.open_file(source).read_all()["text"].combine_chunks()
    peer = {"daft": with_daft, "datasketch": with_datasketch}[sys.argv[3]]
    print(f"{sys.argv[3]} {version(sys.argv[3])}", peer(column, int(sys.argv[2])), sep="\t")
