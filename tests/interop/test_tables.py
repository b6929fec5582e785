"""Hugging Face datasets over the dataset card, WebDataset over the tars, NumPy over Dolma's files."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

LENGTH = 32


def test_datasets_loads_the_build_by_its_card(built, tmp_path: Path) -> None:
    datasets = pytest.importorskip(
        "datasets", reason="datasets is not here: `make interop` builds an environment that has it"
    )
    rows = [each for rows in built.rows for each in rows]
    for name in (None, built.bucket):
        data = datasets.load_dataset(str(built.root), name, split="train", cache_dir=str(tmp_path))
        assert data["ids"][:] == [each["ids"] for each in rows]
        assert data["doc_id"][:] == [each["doc_id"] for each in rows]
        assert data["year"][:] == [each["year"] for each in rows]
    streamed = list(datasets.load_dataset(str(built.root), split="train", streaming=True))
    assert [each["text"] for each in streamed] == data["text"][:]
    assert set(data.features) == {
        "doc_id", "source_id", "source", "tier", "language", "title", "licence", "year", "text", "ids",
    }  # fmt: skip


def test_webdataset_reads_a_document_a_sample(built) -> None:
    wds = pytest.importorskip(
        "webdataset", reason="webdataset is not here: `make interop` builds an environment that has it"
    )
    files = sorted(str(path) for path in built.root.glob("webdataset/*/*.tar"))
    samples = list(wds.WebDataset(files, shardshuffle=False).decode().to_tuple("__key__", "npy", "json"))
    rows = [each for rows in built.rows for each in rows]
    assert [(key, ids.tolist()) for key, ids, _ in samples] == [(each["doc_id"], [*each["ids"], 2]) for each in rows]
    assert {ids.dtype.itemsize for _, ids, _ in samples} == {built.bytes_a_token}
    names = ("source_id", "source", "tier", "language", "title", "licence", "year")
    assert [[known[name] for name in names] for *_, known in samples] == [
        [each[name] for name in names] for each in rows
    ]


def test_numpy_maps_the_files_of_dolma(built) -> None:
    dtype = {2: np.uint16, 4: np.uint32}[built.bytes_a_token]
    for shard, (rows, stream) in enumerate(zip(built.rows, built.streams, strict=True)):
        path = built.root / f"dolma/{built.bucket}/shard-{shard:05d}.npy"
        tokens = np.memmap(path, dtype=dtype, mode="r")
        assert tokens.tolist() == stream
        with gzip.open(str(path).replace(".npy", ".csv.gz"), "rt") as file:
            table = list(csv.reader(file))
        assert [(each["doc_id"], each["source_id"]) for each in rows] == [(each[2], each[3]) for each in table]
        assert [tokens[int(each[0]) : int(each[1])].tolist() for each in table] == [[*each["ids"], 2] for each in rows]


def test_olmo_core_reads_an_epoch(built) -> None:
    olmo = pytest.importorskip(
        "olmo_core.data", reason="ai2-olmo-core is not here: `make interop` builds an environment that has it"
    )
    paths = sorted(str(path) for path in built.root.glob("dolma/*/*.npy"))
    data = olmo.NumpyFSLDataset(
        *paths, sequence_length=LENGTH, pad_token_id=0, eos_token_id=2, vocab_size=100_000,
        dtype=olmo.NumpyDatasetDType.uint16.as_np_dtype() if built.bytes_a_token == 2 else olmo.NumpyDatasetDType.uint32.as_np_dtype(),
    )  # fmt: skip
    seen = np.concatenate([data[i]["input_ids"].numpy() for i in range(len(data))])
    assert seen.tolist() == [t for stream in built.streams for t in stream[: len(stream) // LENGTH * LENGTH]]
    assert len(seen) >= 0.999 * built.tokens
