"""Encoding against `sentencepiece` and counting of units, CPU seconds of one core, same text, same round.

    python bench/tokens.py [rounds]

The text is mixed and real: laws, books of 1840-69 and their OCR, novels, and sentences in 21 languages. The models are
trained on it with this house's settings. Every id of every round is compared before a
figure is written.
"""

import io
import json
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import sentencepiece
from figures import ROOT, Figure, of_rounds, shared, write

from kvern import asked, rules
from kvern.kernels import encoding, fertility, parts, sentencepieces, tokenizer_json, units, vocabulary
from kvern.params import Eligibility
from kvern.recipe import Recipe, read

_PIECES = 32_000
_LANGUAGES = ("nob", "nno", "sme", "dan", "swe", "eng")
_SENTENCE = 2_000  # characters: shorter texts are the sentences that may be held out
_PEER = f"sentencepiece {version('sentencepiece')}"
_JSON = f"tokenizers {version('tokenizers')}" if find_spec("tokenizers") else ""


def texts(folder: Path) -> pa.RecordBatch:
    """language, text."""
    files = sorted([*(folder / "bulk/norn_fulltext").glob("*.txt"), *(folder / "bulk/norwegian-laws").glob("*.md")])
    rows = [("nob", file.read_text(encoding="utf-8")) for file in files]
    for name in ("bulk/eltec-nor.jsonl", "lid/lid_dev.jsonl"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        rows += [(row["lang"], row["text"]) for row in map(json.loads, lines)]
    languages, found = zip(*rows, strict=True)
    return pa.RecordBatch.from_pydict({"language": pa.array(languages), "text": pa.array(found)})


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def counted(rows: pa.RecordBatch) -> pa.Table:
    return pa.Table.from_batches(units.counted([rows], ("language",)))


def letters() -> str:
    """What the norwegian recipe asks for."""
    recipe = read(Recipe, ROOT / "conf/recipes/norwegian.toml")
    return asked.trained(recipe, rules.load(recipe, ROOT / "conf/recipes")).required_chars or ""


def training(**other: Any) -> vocabulary.Training:
    settings = {"vocabulary": _PIECES, "alpha": 0.5, "required_chars": letters(), "character_coverage": 0.9999}
    return vocabulary.Training(**{**settings, "min_count": 1, **other})


def bpe(words: pa.Table) -> bytes:
    return vocabulary.train(words, training()).data


def unigram(words: pa.Table) -> bytes:
    return vocabulary.train(words, training(kind="unigram")).data


def rewriting(words: pa.Table) -> bytes:
    """BPE of the kind that most models are: nmt_nfkc, blanks removed, one put before the text."""
    return vocabulary.train(words, training(normal_form=vocabulary.NFKC)).data


def plain(rows: pa.RecordBatch) -> bytes:
    """BPE by the library alone, from the running text, with the same settings: every language as it is."""
    model, settings = io.BytesIO(), vocabulary.settings_of(training()) | {"input_format": "", "minloglevel": 2}
    sentences = (text.rstrip("\n") for text in rows["text"].to_pylist() if text.strip())
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=sentences, model_writer=model, **settings)
    return model.getvalue()


def kept(folder: Path) -> pa.RecordBatch:
    """`texts` and versions of laws, in the languages that a recipe keeps which names none."""
    laws = [json.loads(line) for line in (folder / "dedup/law_versions/docs.jsonl").open(encoding="utf-8")]
    more = pa.RecordBatch.from_pydict({"language": ["nob"] * len(laws), "text": [law["text"] for law in laws]})
    rows = pa.Table.from_batches([texts(folder), more]).combine_chunks().to_batches()[0]
    return rows.filter(pa.compute.is_in(rows["language"], pa.array(Eligibility().languages)))


def fertilities(rows: pa.RecordBatch) -> list[Figure]:
    """Tokens of held-out sentences under our default model over those under the library's, by language."""
    held = pa.array([len(text) < _SENTENCE and zlib.crc32(text.encode()) % 5 == 0 for text in rows["text"].to_pylist()])
    train, test = rows.filter(pa.compute.invert(held)), rows.filter(held)
    models = {"ours": bpe(counted(train)), "theirs": plain(train)}
    test = test.append_column("year", pa.nulls(len(test), pa.int32()))
    tokens: dict[tuple[str, str], int] = {}
    for row in next(fertility.counted([test], models)).to_pylist():
        key = row["language"], row["model"]
        tokens[key] = tokens.get(key, 0) + row["tokens"]
    what = f"held-out sentences, BPE {_PIECES}, alpha .5, both trained on the other texts; tokens over tokens"
    floors = {"nob": 1.02, "nno": 1.02, "sme": 0.78}
    ratios = {name: tokens[name, "ours"] / tokens[name, "theirs"] for name in floors}
    made = [
        of_rounds(f"{name}_tokens_over_sentencepiece", [ratios[name]], "x", floors[name], what, _PEER)
        for name in floors
    ]
    return [replace(each, better="lower") for each in made]


def one_round(data: bytes, rows: pa.RecordBatch) -> tuple[float, float]:
    """Times faster than the library, with an empty cache and with a full one."""
    encoder, column, given = encoding.load(data), rows["text"], rows["text"].to_pylist()
    encoding.encode(encoder, column.slice(0, 20))
    encoder = replace(encoder, cache=parts.cache(_PIECES))
    peer, want = seconds(lambda: encoder.library.encode(given, out_type="numpy", num_threads=1))
    cold, (ids, offsets, _) = seconds(lambda: encoding.encode(encoder, column))
    warm, _ = seconds(lambda: encoding.encode(encoder, column))
    for text, (start, end) in zip(want, pairwise(offsets.tolist()), strict=True):
        if not np.array_equal(text, ids[start:end]):
            raise SystemExit("ids differ from the library's: no figure is written")
    return peer / cold, peer / warm


def by_language(name: str, data: bytes, rows: pa.RecordBatch, rounds: int) -> list[Figure]:
    """Times faster than the library on the texts of one language, each with a cache of its own."""
    made = []
    for language in _LANGUAGES:
        mine = rows.filter(pa.compute.equal(rows["language"], language))
        ratios = [one_round(data, mine) for _ in range(rounds)]
        size = pa.compute.sum(pa.compute.binary_length(mine["text"])).as_py()
        what = f"{len(mine)} real texts, {size / 1e6:.2f} MB of {language}, {name} {_PIECES}, lossless"
        for state, values in (("cold", [each for each, _ in ratios]), ("warm", [each for _, each in ratios])):
            made.append(of_rounds(f"{name}_{state}_over_sentencepiece_{language}", values, "x", 0, what, _PEER))
    return made


def beside_tokenizers(data: bytes, rows: pa.RecordBatch, rounds: int) -> list[float]:
    """Times faster than Hugging Face's library on the exported model, both from empty caches; none without it."""
    if find_spec("tokenizers") is None:
        return []
    column, given, ratios = rows["text"], rows["text"].to_pylist(), []
    for _ in range(rounds):
        processor = tokenizer_json.loaded(sentencepieces.as_json(data))
        peer, want = seconds(lambda: processor.tokenizer.encode_batch_fast(given, add_special_tokens=False))  # noqa: B023
        loaded = encoding.load(data)
        encoder = encoding.Encoder(loaded.library, loaded.tables, parts.cache(_PIECES), ())
        cold, (ids, _, _) = seconds(lambda: encoding.encode(encoder, column))  # noqa: B023
        if not np.array_equal(np.concatenate([each.ids for each in want]), ids):
            raise SystemExit("ids differ from those of the exported model: no figure is written")
        ratios.append(peer / cold)
    return ratios


def figures(rounds: int) -> list[Figure]:
    rows = texts(shared())
    size = int(pa.compute.sum(pa.compute.binary_length(rows["text"])).as_py())
    counted(rows.slice(0, 20))
    counts = [seconds(lambda: counted(rows)) for _ in range(rounds)]
    what = f"{len(rows)} real texts, {size / 1e6:.1f} MB"
    made = [of_rounds("words_count_mb_s", [size / 1e6 / spent for spent, _ in counts], "MB/s", 60, what)]
    for name, train, cold, warm in (("bpe", bpe, 6, 12), ("unigram", unigram, 3, 5), ("bpe_nfkc", rewriting, 0, 0)):
        data = train(counts[0][1])
        ratios = [one_round(data, rows) for _ in range(rounds)]
        of_model = f"{what}, {name} {_PIECES}, {'rewrites its text' if train is rewriting else 'lossless'}"
        made += [
            of_rounds(f"{name}_cold_over_sentencepiece", [each for each, _ in ratios], "x", cold, of_model, _PEER),
            of_rounds(f"{name}_warm_over_sentencepiece", [each for _, each in ratios], "x", warm, of_model, _PEER),
        ]
        made += by_language(name, data, rows, rounds) if train is not rewriting else []
        if name == "bpe" and (found := beside_tokenizers(data, rows, rounds)):
            made.append(of_rounds("bpe_cold_over_tokenizers", found, "x", 1, of_model, _JSON))
    return made


if __name__ == "__main__":
    made = [*figures(int(sys.argv[1]) if len(sys.argv) > 1 else 5), *fertilities(kept(shared()))]
    for figure in made:
        print(f"{figure.name}: {figure.value} {figure.unit} ({figure.low} to {figure.high}), floor {figure.floor}")
    write("tokens", made)
