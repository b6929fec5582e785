"""datatrove's folder dataset (nanotron's nanoset reads through it) on what kvern wrote."""

import json

import numpy as np
import pytest

dataset = pytest.importorskip(
    "datatrove.utils.dataset", reason="datatrove is not here: `make interop` builds an environment that has it"
)
pytest.importorskip("torch", reason="torch is not here: `make interop` builds an environment that has it")
LENGTH = 32


def test_an_epoch_of_the_folder_dataset_yields_the_tokens_in_order(built) -> None:
    folder = str(built.root / f"datatrove/{built.bucket}")
    data = dataset.DatatroveFolderDataset(folder, LENGTH, token_size=built.bytes_a_token)
    seen = np.concatenate([data[i]["input_ids"].numpy() for i in range(len(data))])
    whole = [stream[: len(stream) // (LENGTH + 1) * (LENGTH + 1)] for stream in built.streams]
    assert seen.tolist() == [token for stream in whole for token in stream]
    assert len(seen) >= 0.999 * built.tokens


def test_positions_come_from_the_index_of_documents(built) -> None:
    folder = str(built.root / f"datatrove/{built.bucket}")
    kinds = [{"return_positions": True}, {"return_positions": True, "positions_from_eos_token_id": 2}]
    by_index, by_mark = (
        dataset.DatatroveFolderDataset(folder, LENGTH, token_size=built.bytes_a_token, **kind) for kind in kinds
    )
    for i in range(len(by_index)):
        assert by_index[i]["positions"].tolist() == by_mark[i]["positions"].tolist()


def test_metadata_and_blend_say_the_type(built) -> None:
    for shard, stream in enumerate(built.streams):
        lines = (built.root / f"datatrove/{built.bucket}/shard-{shard:05d}.ds.metadata").read_text().splitlines()
        assert lines[:2] == [f"tokenizer.model|{built.bytes_a_token}", str(len(stream))]
    (file,) = built.root.glob("blends/*/all.datatrove.json")
    section = json.loads(file.read_text())["dataset"]
    assert section["token_size_in_bytes"] == built.bytes_a_token
    assert [sum(section["dataset_weights"]), *section["dataset_folder"]] == [1.0, f"datatrove/{built.bucket}"]
