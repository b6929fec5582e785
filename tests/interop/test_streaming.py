"""MosaicML Streaming's dataset, and its streams from the blend file, on what kvern wrote."""

import json
from pathlib import Path

import numpy as np
import pytest

streaming = pytest.importorskip(
    "streaming", reason="mosaicml-streaming is not here: `make interop` builds an environment that has it"
)
LENGTH = 64  # as the build was packed


def test_an_epoch_yields_the_tokens_in_order_and_the_ends_of_documents(built) -> None:
    streaming.base.util.clean_stale_shared_memory()
    data = streaming.StreamingDataset(local=str(built.root / f"mds/{built.bucket}"), shuffle=False, batch_size=1)
    samples = [data[i] for i in range(len(data))]
    assert {(each["tokens"].shape, each["tokens"].dtype.itemsize) for each in samples} == {
        ((LENGTH,), built.bytes_a_token)
    }
    at = 0
    for rows, stream in zip(built.rows, built.streams, strict=True):
        mine = samples[at : (at := at + -(-len(stream) // LENGTH))]
        got = np.concatenate([each["tokens"] for each in mine]).tolist()
        assert got == stream + [2] * (-len(stream) % LENGTH)
        assert [each["start"] for each in mine] == list(range(0, len(stream), LENGTH))
        ends = [each["start"] + end for each in mine for end in np.frombuffer(each["ends"], "<u4").tolist()]
        assert ends == np.cumsum([len(each["ids"]) + 1 for each in rows]).tolist()
    assert at == len(samples)


def test_streams_from_the_blend_file(built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    streaming.base.util.clean_stale_shared_memory()
    monkeypatch.chdir(built.root)
    (file,) = built.root.glob("blends/*/all.mds.json")
    blend = json.loads(file.read_text())
    streams = [streaming.Stream(**each) for each in blend["train"]]
    data = streaming.StreamingDataset(streams=streams, epoch_size=blend["epoch_size"], shuffle=True, batch_size=1)
    tokens = sum(len(each["tokens"]) for each in data)
    assert tokens >= 0.999 * built.tokens
