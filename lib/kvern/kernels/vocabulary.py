"""Training SentencePiece from counted units: what the trainer would make of all the text, in seconds.

BPE sees its text only as a table of units and counts, so the table is all it needs: the same pieces, order and scores
as from the running text (measured: 16k and 32k on 25 MB, 64k on 76 MB, identical). Unigram sees it so too once it is
given its seeds (`seeds`); its seeds are then counted from units, which are not the seeds that running text gives.

The default settings give every text back, measured on Norwegian and Sámi text: identity, blanks kept, LF learned, TAB
the one user symbol, digits split, runs of blanks as pieces, bytes for the rest. `nmt_nfkc` rewrites its text.
"""

import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sentencepiece

from kvern.kernels import sampling, seeds
from kvern.kernels.sentencepieces import Model, describe, proto_of

IDENTITY, NFKC, BPE, UNIGRAM = "identity", "nmt_nfkc", "bpe", "unigram"
_ROWS = 100_000
_SEEDS = 10  # for each piece: a third of that is measurably worse
_SPARE = 3  # seeds handed over for each that is taken: those that mix scripts are passed over
# U+2581 would count as a blank, U+2585 drops the sentence, U+001F is the trainer's own boundary.
_UNTRAINABLE = r"[\x{2581}\x{2585}\x{1F}\x{00}]"
SETTINGS: dict[str, Any] = {
    "input_format": "tsv",
    "byte_fallback": True,
    "max_sentence_length": 1 << 30,
    "max_sentencepiece_length": seeds.LONGEST,
    "num_threads": 1,
    "hard_vocab_limit": False,
}
_OF_FORM: dict[str, dict[str, Any]] = {
    IDENTITY: {
        "remove_extra_whitespaces": False,
        "add_dummy_prefix": False,
        "allow_whitespace_only_pieces": True,
        "user_defined_symbols": ["\t"],
    },
    NFKC: {"remove_extra_whitespaces": True, "add_dummy_prefix": True},
}


class CannotTrain(ValueError):
    """The counts or the settings do not give a model."""


@dataclass(frozen=True)
class Training:
    """What decides a model beside the counts. `alpha` 1 leaves languages as they are, 0 makes them equal.

    `kind`: BPE or UNIGRAM. `normal_form`: IDENTITY or NFKC. `markers`: control symbols beside `<s>` and `</s>`; a text
    that holds one has it spelt out. `floors`, `top_ups` (pairs of language and number) and `large`: see `sampling`.
    """

    vocabulary: int
    alpha: float
    required_chars: str
    character_coverage: float
    min_count: int
    kind: str = BPE
    normal_form: str = IDENTITY
    split_digits: bool = True
    markers: tuple[str, ...] = ()
    floors: tuple[tuple[str, float], ...] = ()
    top_ups: tuple[tuple[str, float], ...] = ()
    large: float = sampling.LARGE


def train(words: pa.Table, training: Training) -> Model:
    """A model from columns language, word, n. The same counts give the same bytes, in any order and division of rows.

    The vocabulary shrinks to what the counts give, and the settings say so. CannotTrain where they give nothing.
    """
    rows = training_rows(words, training)
    if not len(rows):
        raise CannotTrain("wanted counted words to train on, got none above min_count: lower it or select documents")
    data = _trained(rows, training)
    options = {**settings_of(training), **_note(training), "units": len(rows)}
    got = len(proto_of(data).pieces)
    if got < training.vocabulary:
        options["note"] = f"wanted {training.vocabulary} pieces, the words give {got}: a larger corpus gives more"
    return describe(data, options)


def _note(training: Training) -> dict[str, Any]:
    """What of the settings the library is not told: it stands in the counts already."""
    shares = {name: dict(pairs) for name in ("floors", "top_ups") if (pairs := getattr(training, name))}
    return {"alpha": training.alpha, "large": training.large, "min_count": training.min_count, **shares}


def training_rows(words: pa.Table, training: Training) -> pa.Table:
    """word, n: most frequent first, then by code points; languages weighted as `sampling` says.

    Units that the trainer would misread are left out. Under IDENTITY the TAB goes in as U+001F, as the trainer writes
    it; under NFKC units are cut into the words that the normaliser leaves of them.
    """
    found = words.group_by(["language", "word"]).aggregate([("n", "sum")]).rename_columns(["language", "word", "n"])
    found = found.filter(pc.invert(pc.match_substring_regex(found["word"], _UNTRAINABLE)))
    if training.min_count > 1:
        totals = found.group_by("word").aggregate([("n", "sum")])
        enough = totals.filter(pc.greater_equal(totals["n_sum"], training.min_count))["word"]
        found = found.filter(pc.is_in(found["word"], enough))
    weighed = _summed(pa.table({"word": found["word"], "n": _weighed(found, training)}))
    return _summed(_normal(weighed) if training.normal_form == NFKC else _with_tabs(weighed))


def _summed(rows: pa.Table) -> pa.Table:
    totals = rows.group_by("word").aggregate([("n", "sum")]).rename_columns(["word", "n"])
    return totals.sort_by([("n", "descending"), ("word", "ascending")])


def _weighed(found: pa.Table, training: Training) -> pa.ChunkedArray:
    if training.alpha == 1 and not training.floors and not training.top_ups:
        return found["n"]
    totals = found.group_by("language").aggregate([("n", "sum")])
    by_language = dict(zip(totals["language"].to_pylist(), totals["n_sum"].to_pylist(), strict=True))
    try:
        shares = dict(training.floors), dict(training.top_ups), training.large
        return sampling.weighed(found, sampling.language_weights(by_language, training.alpha, *shares))
    except ValueError as error:
        raise CannotTrain(str(error)) from error


def _with_tabs(rows: pa.Table) -> pa.Table:
    return pa.table({"word": pc.if_else(pc.equal(rows["word"], "\t"), "\x1f", rows["word"]), "n": rows["n"]})


def _normal(rows: pa.Table) -> pa.Table:
    """Units as the words of the normaliser: no rule of it has a blank inside, so each unit is rewritten for itself."""
    normal = sentencepiece.SentencePieceNormalizer(
        rule_name=NFKC, escape_whitespaces=False, remove_extra_whitespaces=True, add_dummy_prefix=False
    )
    counts: Counter[str] = Counter()
    for batch in rows.to_batches(max_chunksize=_ROWS):
        for word, n in zip(batch["word"].to_pylist(), batch["n"].to_pylist(), strict=True):
            for each in normal.normalize(word).split(" "):
                counts[each] += n
    del counts[""]
    return pa.table({"word": pa.array(counts.keys(), pa.string()), "n": pa.array(counts.values(), pa.int64())})


def settings_of(training: Training) -> dict[str, Any]:
    """The library's own options, but for where it reads and writes."""
    extra = {"\n"} if training.normal_form == IDENTITY else set()
    chosen = {
        "model_type": training.kind,
        "normalization_rule_name": training.normal_form,
        "vocab_size": training.vocabulary,
        "required_chars": "".join(sorted({*training.required_chars} - {" ", "\t"} | extra)),
        "character_coverage": training.character_coverage,
        "split_digits": training.split_digits,
    }
    if training.markers:
        chosen["control_symbols"] = list(training.markers)
    if training.kind == UNIGRAM:
        chosen["seed_sentencepiece_size"] = _SEEDS * training.vocabulary
    return {**SETTINGS, **_OF_FORM[training.normal_form], **chosen}


def _trained(rows: pa.Table, training: Training) -> bytes:
    model, options = io.BytesIO(), {**settings_of(training), "minloglevel": 2}
    try:
        with tempfile.TemporaryDirectory() as folder:
            if training.kind == UNIGRAM:
                options["seed_sentencepieces_file"] = _seed_file(rows, training, Path(folder))
            sentencepiece.SentencePieceTrainer.train(sentence_iterator=_lines(rows), model_writer=model, **options)
    except RuntimeError as error:
        raise CannotTrain(
            f"wanted a vocabulary of {training.vocabulary}, SentencePiece gives none: {str(error)[-120:]}; "
            "raise the vocabulary, shorten required_chars or lower character_coverage"
        ) from error
    return _without_paths(model.getvalue()) if training.kind == UNIGRAM else model.getvalue()


def _without_paths(model: bytes) -> bytes:
    """The library stores the path of the seeds, which is another in each run."""
    proto = proto_of(model)
    proto.trainer_spec.ClearField("seed_sentencepieces_file")
    return bytes(proto.SerializeToString())


def _seed_file(rows: pa.Table, training: Training, folder: Path) -> str:
    """`piece<TAB>count` by weight, with U+2581 for blanks: what the trainer reads until it has enough."""
    units = rows["word"]
    if training.normal_form == NFKC:  # the trainer puts a blank before each word
        units = pc.binary_join_element_wise(" ", units, "")
    wanted = _SPARE * _SEEDS * training.vocabulary
    found = seeds.seeds(units.combine_chunks(), rows["n"].to_numpy(), wanted)
    file = folder / "seeds.tsv"
    with file.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(part.replace(" ", "\u2581") + f"\t{n}\n" for part, n in found)
    return str(file)


def _lines(rows: pa.Table) -> Iterator[str]:
    """`unit<TAB>count`, made as the trainer asks: no second copy of the table in Python."""
    for batch in rows.to_batches(max_chunksize=_ROWS):
        for word, n in zip(batch["word"].to_pylist(), batch["n"].to_pylist(), strict=True):
            yield f"{word}\t{n}"
