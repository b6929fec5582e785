"""The demo library: a made-up sample of a national library's holdings, with a truth file of all that is planted in it.

`generate(folder, scale=1.0, seed=1)` writes it and returns the truth, `python -m kvern.demo FOLDER` from a shell;
`conf/recipes/demo.toml` reads it. Every sentence is composed by rules (`sentences`, `prose/*.toml`); all personal data
is synthetic (`personal`). The same seed and scale give the same bytes; it grows in whole shelves of about 100 documents
and 1 MB, ten of them at scale 1, and a larger library begins with the smaller one's shelves.

Below the folder, by source, batch and shelf: `books newspapers` (METS and ALTO), `web` (WARC), `records deposit weekly
later withdrawn` (JSONL), `articles` (Parquet), `texts`, `srt`, `vtt`; `benchmarks/reading.jsonl`, the evaluation set;
`requests/suppressions.jsonl`, what must go; and `truth.json`:

```
version, seed, scale, shelves
counts          {list: n}, and tallies {value: n}: by_source by_kind by_language by_mark by_keep by_pii by_state
                by_fixity by_planted
files           source batch path, state (listed missing empty unsupported), fixity (ok changed corrupt; null: not read)
documents       source source_id batch path kind language tier
                keep          true, false, or null where a tie or damage decides
                reasons       classes of rules of which every one must have refused it
                any_of        classes of which at least one must
                marks         what is planted in it, by name; `optional`: it may be missing
                words         bare words (runs of word characters)
                words_sha256  SHA-256 of the lower-cased bare words with one blank between; absent where damage decides
                text_sha256   the `text_hash`, where the text is known byte for byte
                pii           {kind: how many}: email phone synthetic_tenor synthetic_tenor_d bank_account
pairs           a, b ([source, source_id, batch] twice), jaccard (exact, over sets of lower-cased word 5-grams),
                planted: near_0.5 near_0.7 near_0.85 near_0.95 exact closed_twin free_twin suppressed_twin superseded
contamination   doc (a key as in pairs), benchmark, item, overlap (share of the item's word 13-grams)
superseded      doc, newer (keys): the older gives way
repeated        doc (key), again (the batch that brings the same bytes once more)
refused         source batch path records about: so many records of a file cannot be documents
```

Keys of a document that would say nothing are left out. Classes of rules: `language quality rights contamination
suppressed superseded duplicate closed_twin suppressed_twin`. No pair but those listed reaches a Jaccard of .3.
"""

from kvern.demo.library import generate

__all__ = ["generate"]
