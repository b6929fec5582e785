"""Documents in Delta to Megatron through Spark, what that shuffles, what the index costs, and how fast verify reads.

    python bench/shards.py [rounds]

The documents are real: laws, books of 1840-69 and novels, in pieces of 20,000 characters, in several copies with
other ids. `documents_to_megatron`: the stages tokens and shards, Delta in, Delta and Megatron out, BPE with 32,000
pieces; MB of text over CPU seconds of the JVM and all Python workers, from /proc. What a job takes whatever it reads
(planning, commits: `start_s`) is measured by a run over one copy in the same round and taken off, as are the session's
start and a whole round before; `_whole` has that start in it. Not counted in either is what the JVM's compilers take,
which a long job does not (`_with_compilers` counts all of it).

`verify`: all bytes of a build over CPU seconds of one thread, each format alone.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from buckets import compiling, cpu_seconds, jvm, session, shuffled
from figures import Figure, of_rounds, shared, write

from kvern.build_params import Shards
from kvern.kernels import sentencepieces, units, vocabulary
from kvern.params import FinalText
from kvern.shards.verify import verify

_PIECE, _COPIES, _REPEATS = 20_000, 160, 180
_FORMATS = ("megatron", "datatrove", "dolma", "mds", "parquet", "webdataset")
_FLOOR = 500


def texts(folder: Path) -> list[str]:
    files = sorted([*(folder / "bulk/norn_fulltext").glob("*.txt"), *(folder / "bulk/norwegian-laws").glob("*.md")])
    whole = [file.read_text(encoding="utf-8") for file in files]
    novels = (folder / "bulk/eltec-nor.jsonl").read_text(encoding="utf-8").splitlines()
    whole += [json.loads(line)["text"] for line in novels]
    return [text[at : at + _PIECE] for text in whole for at in range(0, len(text), _PIECE)]


def trained() -> vocabulary.Model:
    """BPE with 32,000 pieces, from the same texts."""
    rows = documents(texts(shared()), 1).select(["language", "text"])
    words = pa.Table.from_batches(units.counted(rows.to_batches(500), ("language",)))
    settings = {"alpha": 0.5, "required_chars": "", "character_coverage": 0.9999, "min_count": 1}
    return vocabulary.train(words, vocabulary.Training(vocabulary=32_000, **settings))


def documents(found: list[str], copies: int) -> pa.Table:
    """The columns of `documents`, `signals`, `selection`, `eligibility` and `near_duplicates` that the stages read."""
    n = len(found) * copies
    ids = [f"{i:032x}" for i in range(n)]
    same: dict[str, Any] = {
        "source": "books", "batch": "b", "title": None, "licence": None, "kind": "book", "declared_language": "nob",
        "language": "nob", "tier": "public-domain",
    }  # fmt: skip
    columns = {name: pa.array([value] * n, pa.string()) for name, value in same.items()}
    span = pa.struct([("kind", pa.string()), ("start", pa.int32()), ("end", pa.int32())])
    sure = pa.struct([*span, pa.field("confidence", pa.float64())])
    return pa.table(
        {
            "doc_id": ids, "source_id": ids, "text": found * copies, "cluster": ids, **columns,
            "part": pa.array([0] * n, pa.int32()), "year": pa.array([1850] * n, pa.int32()),
            "text_hash": ids, "keep": pa.array([True] * n),
            "pii": pa.array([[]] * n, pa.list_(sure)), "cuts": pa.array([[]] * n, pa.list_(span)),
        }
    )  # fmt: skip


def made(spark: Any, place: Path, formats: tuple[str, ...], model: sentencepieces.Model) -> dict[str, Any]:
    """The stages tokens and shards over Delta tables in `place`; the manifest."""
    from kvern.shards import build
    from kvern.shards.contents import Inputs
    from kvern.tables import REPEATS, SHARD_INDEX, TOKENS
    from kvern.transforms.tokens import tokens

    def stored(frame: Any, name: str) -> Any:
        frame.write.format("delta").mode("overwrite").save(str(place / name))
        return spark.read.format("delta").load(str(place / name))

    held = spark.read.format("delta").load(str(place / "documents"))
    repeats, before = (spark.createDataFrame([], table.ddl) for table in (REPEATS, TOKENS))
    judged = held.drop("cluster")
    encoded = stored(tokens(held, held, held, judged, repeats, held, before, model, FinalText()), "tokens")
    params = Shards(formats=formats, shard_tokens=20_000_000)
    return build.make(
        Inputs(held, encoded, held), model, params, "bench", str(place / "out"), {},
        lambda frame: stored(frame, SHARD_INDEX.name),
    )  # fmt: skip


def through_spark(folder: Path, rounds: int, model: sentencepieces.Model) -> dict[str, Any]:
    """MB of text a CPU second of each round, shuffled and index bytes a document; once a process, as a JVM is."""
    found, told = texts(shared()), {"mb_s": [], "mb_s_whole": [], "mb_s_with_compilers": [], "start_s": []}
    mb = sum(len(text.encode()) for text in found) / 1e6
    (folder / "log").mkdir()
    with session(folder / "log") as spark:
        for at in range(rounds + 1):
            small, large = (_run(spark, folder, documents(found, copies), model) for copies in (1, _COPIES))
            if at:
                told["start_s"].append(small["own"])
                told["mb_s"].append(mb * (_COPIES - 1) / (large["own"] - small["own"]))
                told["mb_s_whole"].append(mb * _COPIES / large["own"])
                told["mb_s_with_compilers"].append(mb * _COPIES / (large["own"] + large["compilers"]))
    # Writing the input shuffles nothing; runs differ in size, so bytes are over all documents of all of them.
    wide = shuffled(folder / "log") / (len(found) * (_COPIES + 1) * (rounds + 1))
    return {
        **told,
        "shuffle": wide,
        "index": large["index"],
        "documents": len(found) * _COPIES,
        "mb": round(mb * _COPIES),
    }


def _run(spark: Any, folder: Path, rows: pa.Table, model: sentencepieces.Model) -> dict[str, float]:
    """CPU seconds of the JVM's `compilers` and of all else (`own`), and `index` bytes a document."""
    pid, place = jvm(), folder / "run"
    place.mkdir()
    pq.write_table(rows, place / "in.parquet", compression="zstd")
    spark.read.parquet(str(place / "in.parquet")).write.format("delta").save(str(place / "documents"))
    before = cpu_seconds(pid), compiling(pid)
    manifest = made(spark, place, ("megatron",), model)
    spent, compilers = cpu_seconds(pid) - before[0], compiling(pid) - before[1]
    size = sum(file.stat().st_size for file in (place / "shard_index").glob("*.parquet"))
    shutil.rmtree(place)
    return {"own": spent - compilers, "compilers": compilers, "index": size / manifest["documents"]}


def verified(folder: Path, rounds: int, model: sentencepieces.Model) -> list[Figure]:
    """Each format alone, its shards written without Spark."""
    from kvern.kernels import encoding
    from kvern.shards import manifest, storage, writer
    from kvern.shards.form import Form

    held = documents(texts(shared()), 1).drop(["text_hash"]).to_batches(500)
    ids = encoding.encoded(held, model.data, model.lossless)
    batches = [each.append_column("text", given["text"]) for each, given in zip(ids, held, strict=True)] * _REPEATS
    eod, figures = sentencepieces.eod_id(model.data), []
    for kind in _FORMATS:
        form = Form("b-0", str(folder / kind / "b-0"), (kind,), eod, model.vocabulary, ("b",), 2048)
        files = writer.write_shard(0, batches, form)
        storage.put(form.root, manifest.MODEL, model.data)
        index = next(each for each in files if each["format"] == "index")
        planned = {
            "build": form.build, "formats": [kind], "sequence_length": 2048, "phases": [],
            "documents": index["documents"], "tokens": index["tokens"],
            "buckets": [{"name": "b", "source": "b", "language": "b", "tier": "b", "split": "train", "cuts": [0]}],
        }  # fmt: skip
        manifest.publish(form.root, manifest.with_papers(form.root, manifest.content(planned, model, files, {})))
        speeds = [_one(form.root) for _ in range(rounds + 1)][1:]
        what = f"{index['documents']} documents, {index['tokens']} tokens, one shard"
        shutil.rmtree(form.root)
        figures.append(of_rounds(f"verify_{kind}_mb_s", speeds, "MB/s", _FLOOR, what))
    return figures


def _one(root: str) -> float:
    started = time.process_time()
    told = verify(root, threads=1)
    return told["bytes"] / 1e6 / (time.process_time() - started)


def lower(figure: Figure) -> Figure:
    return Figure(**{**figure.__dict__, "better": "lower"})


def figures(rounds: int) -> list[Figure]:
    data = trained().data
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        found = verified(folder / "verify", rounds, sentencepieces.describe(data))
        (folder / "model").write_bytes(data)
        done = subprocess.run(
            [sys.executable, __file__, "spark", str(rounds), place], check=True, stdout=subprocess.PIPE
        )
        told = SimpleNamespace(**json.loads(done.stdout.splitlines()[-1]))
    what = f"{told.documents} real documents, {told.mb} MB, Delta to Delta and Megatron, BPE 32k, local[2]"
    start = f"{what}, the start of {statistics.median(told.start_s):.1f} CPU seconds"
    return [
        of_rounds("documents_to_megatron_mb_s", told.mb_s, "MB/s", 15, f"{start} taken off"),
        of_rounds("documents_to_megatron_whole_mb_s", told.mb_s_whole, "MB/s", 0, f"{start} counted"),
        of_rounds(
            "documents_to_megatron_with_compilers_mb_s",
            told.mb_s_with_compilers,
            "MB/s",
            0,
            f"{start} and the JVM's compilers counted",
        ),
        lower(of_rounds("index_bytes_a_document", [told.index], "bytes", 24, what)),
        lower(of_rounds("shuffle_bytes_a_document", [told.shuffle], "bytes", 60_000, what)),
        *found,
    ]


if __name__ == "__main__":
    os.environ["PYSPARK_PYTHON"] = sys.executable
    if sys.argv[1:2] == ["spark"]:
        at = Path(sys.argv[3])
        print(json.dumps(through_spark(at, int(sys.argv[2]), sentencepieces.describe((at / "model").read_bytes()))))
    else:
        print(write("shards", figures(int(sys.argv[1]) if len(sys.argv) > 1 else 3)))
