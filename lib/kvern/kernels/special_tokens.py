"""Special tokens of a Hugging Face `tokenizer.json`: which is the end mark, and the same file with no text for them.

`tokenizers` can be told not to look for special tokens in text; but where the model has one among its own pieces
(Unigram and WordLevel mostly do) the model finds it all the same.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

ENDS = (
    "</s>", "<|endoftext|>", "<|end_of_text|>", "<eos>", "<|eos|>", "<end_of_text>", "[SEP]",
    "<|im_end|>", "<|eot_id|>", "[EOS]", "<EOD>",
)  # fmt: skip
AROUND = ("{}", "a {} b", "a{}a", "{0}{0}", "\n{}\n")  # texts to try with each


def read(text: str) -> Any:
    """The library's tokenizer, without what is one user's: padding, truncation, BPE's dropout, special tokens in text.

    Unigram's sampling stands in no file.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    if hasattr(tokenizer.model, "dropout"):
        tokenizer.model.dropout = None
    return tokenizer


def found(tokenizer: Any, data: bytes) -> tuple[int, dict[str, int]]:
    """Id of the end mark, -1 for none, and the ids that no text may have by their tokens: it, and the special ones.

    The end mark is the first of ENDS that is special, else the first that the model has. The unknown token is no
    mark, though special: it is what a text gives that the model does not know.
    """
    special = {each.content for each in tokenizer.get_added_tokens_decoder().values() if each.special}
    known = [name for name in ENDS if tokenizer.token_to_id(name) is not None]
    ends = sorted(known, key=lambda name: name not in special)[:1]
    names = special - {unknown(data)} | {*ends}
    return next(map(tokenizer.token_to_id, ends), -1), {name: tokenizer.token_to_id(name) for name in sorted(names)}


def unknown(data: bytes) -> str | None:
    """The token that stands for what the model does not know, if it has one."""
    model = json.loads(data)["model"]
    number = model.get("unk_id")  # Unigram's; the others name theirs
    return model.get("unk_token") if number is None else model["vocab"][number][0]


def without(data: bytes, marks: Iterable[str]) -> str:
    """The file with names for these tokens that no text holds, and no merges that make or take them: the same ids."""
    parts, sign = json.loads(data), hashlib.sha256(data).hexdigest()
    names = {mark: f"\U0010ffff{sign}{number}" for number, mark in enumerate(marks)}
    model = parts["model"]
    if isinstance(model["vocab"], list):
        model["vocab"] = [[names.get(piece, piece), score] for piece, score in model["vocab"]]
    else:
        model["vocab"] = {names.get(piece, piece): number for piece, number in model["vocab"].items()}
    if "merges" in model:
        prefix = model.get("continuing_subword_prefix") or ""
        model["merges"] = [pair for pair in model["merges"] if not _of_merge(pair, prefix) & names.keys()]
    if model.get("unk_token") in names:
        model["unk_token"] = names[model["unk_token"]]
    for token in parts["added_tokens"]:
        if token["content"] in names:  # special: never looked for
            token |= {"content": names[token["content"]], "special": True}
    return json.dumps(parts)


def _of_merge(pair: Any, prefix: str) -> set[str]:
    """The two that a merge joins and what it makes; older files write the two with a blank between them."""
    left, right = pair.split(" ") if isinstance(pair, str) else pair
    return {left, right, left + right.removeprefix(prefix)}
