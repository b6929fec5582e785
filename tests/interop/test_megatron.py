"""megatron-core's IndexedDataset, GPTDataset and its builder over the blend file, on what kvern wrote."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from megatron.core.datasets.blended_megatron_dataset_builder import BlendedMegatronDatasetBuilder
from megatron.core.datasets.utils import Split, get_blend_from_list

WHY = "megatron-core is not here: `make interop` builds an environment that has it"
indexed = pytest.importorskip("megatron.core.datasets.indexed_dataset", reason=WHY)
gpt = pytest.importorskip("megatron.core.datasets.gpt_dataset", reason=WHY)

LENGTH = 32


def prefix(built, shard: int) -> str:
    return str(built.root / f"megatron/{built.bucket}/shard-{shard:05d}")


def config(cache: Path, **more):
    return gpt.GPTDatasetConfig(
        random_seed=1, sequence_length=LENGTH, path_to_cache=str(cache), reset_position_ids=False, reset_attention_mask=False,
        eod_mask_loss=False, create_attention_mask=False, tokenizer=SimpleNamespace(eod=2, pad=-1, unique_identifiers={}, vocab_size=None), **more,
    )  # fmt: skip


def test_every_document_id_by_id(built) -> None:
    for shard, rows in enumerate(built.rows):
        read = indexed.IndexedDataset(prefix(built, shard))
        assert [read[i].tolist() for i in range(len(read))] == [[*each["ids"], 2] for each in rows]
        assert read.document_indices.tolist() == list(range(len(rows) + 1))
        assert read.index.dtype().itemsize == built.bytes_a_token


def test_an_epoch_of_gptdataset_yields_the_tokens(built, tmp_path: Path) -> None:
    seen = 0
    for shard, stream in enumerate(built.streams):
        low = gpt.GPTDataset.build_low_level_dataset(prefix(built, shard), config(tmp_path, split="1,0,0"))
        documents = np.arange(len(built.rows[shard]), dtype=np.int32)
        data = gpt.GPTDataset(low, prefix(built, shard), documents, None, Split.train, config(tmp_path, split="1,0,0"))
        got = np.concatenate([data[i]["tokens"].numpy() for i in range(len(data))])
        missing = np.bincount(stream, minlength=70_000) - np.bincount(got, minlength=70_000)
        assert missing.min() >= 0
        assert missing.sum() <= LENGTH
        seen += len(got)
    assert seen >= 0.999 * built.tokens


@pytest.fixture(scope="module")
def alone():
    """A process group of one, which the builder asks for its rank."""
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("alone")
def test_the_blend_file_is_what_the_builder_takes(built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built.root)
    (file,) = built.root.glob("blends/*/all.megatron.json")
    lists = json.loads(file.read_text())
    blends = [get_blend_from_list(lists[name]) for name in ("train", "valid", "test")]
    wanted = built.tokens // LENGTH // 2
    train, valid, test = BlendedMegatronDatasetBuilder(
        gpt.GPTDataset, [wanted, 0, 0], lambda: True, config(tmp_path, blend_per_split=blends)
    ).build()
    assert len(train) >= wanted
    assert {tuple(train[i]["tokens"].shape) for i in range(len(train))} == {(LENGTH,)}
    assert (valid, test) == (None, None)
