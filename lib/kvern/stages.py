"""Floor 3: the pipeline as data: which table is made, from what, by which transform. `stage` says what a stage is."""

from kvern import asked, rules, tables
from kvern.shards import build, contents
from kvern.stage import Stage
from kvern.transforms import (
    contamination,
    deliveries,
    documents,
    duplicate_pairs,
    eligibility,
    line_counts,
    near_duplicates,
    pages,
    passages,
    records,
    refusals,
    repeats,
    rights,
    selection,
    signals,
    suppressions,
    tokenizer,
    tokens,
    words,
)

DELIVERIES = Stage(
    writes=tables.DELIVERIES,
    reads=(),
    make=lambda given: deliveries.deliveries(
        given.read(tables.DELIVERIES), given.others(tables.DELIVERIES), given.env.input, given.recipe.deliveries
    ),
    depends=lambda recipe, _: recipe.deliveries,
)
PAGES = Stage(
    writes=tables.PAGES,
    reads=(tables.DELIVERIES,),
    make=lambda given: pages.pages(
        given.read(tables.DELIVERIES), given.env.input, given.env.partitions, given.recipe.pages
    ),
    depends=lambda recipe, _: recipe.pages,
)
RECORDS = Stage(
    writes=tables.RECORDS,
    reads=(tables.DELIVERIES,),
    make=lambda given: records.records(
        given.read(tables.DELIVERIES), asked.sources(given), given.env.input, given.env.partitions
    ),
    depends=asked.formats,
)
FIXITY = Stage(
    writes=tables.FIXITY,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS),
    make=lambda given: given.over(deliveries.fixity),
)
DOCUMENTS = Stage(
    writes=tables.DOCUMENTS,
    reads=(tables.PAGES, tables.RECORDS),
    make=lambda given: given.over(
        documents.documents, known=given.others(tables.DOCUMENTS), params=given.recipe.documents
    ),
    depends=lambda recipe, _: recipe.documents,
    version=2,
)
REFUSALS = Stage(
    writes=tables.REFUSALS,
    reads=(tables.DELIVERIES, tables.PAGES, tables.RECORDS, tables.FIXITY, tables.DOCUMENTS),
    make=lambda given: given.over(refusals.refusals, known=given.others(tables.DOCUMENTS)),
)
SIGNALS = Stage(
    writes=tables.SIGNALS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: signals.signals(
        given.read(tables.DOCUMENTS), given.recipe.signals, rules.stop_words(given.rules)
    ),
    depends=lambda recipe, rule: [recipe.signals, rules.stop_words(rule)],
    version=5,
)
CONTAMINATION = Stage(
    writes=tables.CONTAMINATION,
    reads=(tables.DOCUMENTS,),
    make=lambda given: contamination.contamination(
        given.read(tables.DOCUMENTS),
        asked.benchmark_items(given),
        given.recipe.contamination,
        given.watch() if given.recipe.contamination.benchmarks else None,
    ),
    depends=lambda recipe, _: recipe.contamination,
    version=2,
    files=asked.benchmark_files,
)
RIGHTS = Stage(
    writes=tables.RIGHTS,
    reads=(tables.DOCUMENTS,),
    make=lambda given: rights.rights(given.read(tables.DOCUMENTS), asked.sources(given), given.rules.rights),
    depends=asked.terms,
)
SUPPRESSIONS = Stage(
    writes=tables.SUPPRESSIONS,
    reads=(),
    make=lambda given: given.rows(
        suppressions.requests(given.env.input, given.recipe.suppressions), tables.SUPPRESSIONS.ddl
    ),
    depends=lambda recipe, _: recipe.suppressions,
    files=asked.requested,
)
DUPLICATE_PAIRS = Stage(
    writes=tables.DUPLICATE_PAIRS,
    reads=(tables.SIGNALS, tables.DOCUMENTS),
    make=lambda given: given.over(
        duplicate_pairs.duplicate_pairs,
        params=given.recipe.duplicate_pairs,
        ngram=given.recipe.signals.ngram,
        known=asked.known_pairs(given),
        scanned=signals.scanned(given.recipe.signals) if given.recipe.signals.noisy != "none" else None,
    ),
    depends=lambda recipe, _: recipe.duplicate_pairs,
    remembers=tables.SIGNALS,
)
PASSAGES = Stage(
    writes=tables.PASSAGES,
    reads=(tables.DOCUMENTS,),
    make=lambda given: given.over(passages.passages, params=given.recipe.passages),
    depends=lambda recipe, _: recipe.passages,
    needed=lambda recipe: bool(recipe.passages.sources) or "passage" in recipe.final_text.cuts,
)
ELIGIBILITY = Stage(
    writes=tables.ELIGIBILITY,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.CONTAMINATION, tables.RIGHTS, tables.SUPPRESSIONS),
    make=lambda given: given.over(
        eligibility.eligibility, sources=asked.sources(given), limits=asked.limits(given.recipe, given.rules)
    ),
    depends=asked.judged_by,
    version=2,
)
NEAR_DUPLICATES = Stage(
    writes=tables.NEAR_DUPLICATES,
    reads=(tables.DUPLICATE_PAIRS, tables.ELIGIBILITY, tables.DOCUMENTS),
    make=lambda given: given.over(
        near_duplicates.near_duplicates,
        first=2,
        closes=given.rows(rules.closes(given.rules), "closed_tier STRING, tier STRING"),
        params=given.recipe.near_duplicates,
        documents=given.frames[2],
        ngram=given.recipe.signals.ngram,
        contractions=asked.contractions(given),
        seen=given.watch(),
    ),
    depends=lambda recipe, rule: [recipe.near_duplicates, recipe.signals.ngram, rules.closes(rule)],
)
SELECTION = Stage(
    writes=tables.SELECTION,
    reads=(tables.ELIGIBILITY, tables.NEAR_DUPLICATES),
    make=lambda given: given.over(selection.selection, params=given.recipe.selection),
    depends=lambda recipe, _: recipe.selection,
)
LINE_COUNTS = Stage(
    writes=tables.LINE_COUNTS,
    reads=(tables.SIGNALS, tables.SELECTION),
    make=lambda given: given.over(line_counts.line_counts, params=given.recipe.boilerplate),
    depends=lambda recipe, _: recipe.boilerplate,
    needed=lambda recipe: bool(recipe.boilerplate.sources) or "boilerplate" in recipe.final_text.cuts,
)
REPEATS = Stage(
    writes=tables.REPEATS,
    reads=(tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY, tables.LINE_COUNTS, tables.PASSAGES),
    make=lambda given: given.over(repeats.repeats, params=given.recipe.boilerplate, cuts=given.recipe.final_text.cuts),
    depends=asked.repeated,
    needed=lambda recipe: bool(asked.repeats_cut(recipe)),
)
WORDS = Stage(
    writes=tables.WORDS,
    reads=(tables.DOCUMENTS, tables.SIGNALS, tables.SELECTION, tables.ELIGIBILITY, tables.REPEATS),
    make=lambda given: given.over(words.words, params=given.recipe.final_text),
    depends=lambda recipe, _: recipe.final_text,
    serves=tables.TOKENIZER.name,
    needed=lambda recipe: recipe.tokenizer.model is None,
)
TOKENIZER = Stage(
    writes=tables.TOKENIZER,
    reads=(tables.WORDS,),
    make=lambda given: tokenizer.tokenizer(
        given.read(tables.WORDS),
        asked.trained(given.recipe, given.rules),
        asked.given_model(given),
        asked.selection_seen(given),
    ),
    depends=asked.trained,
    files=asked.model,
    pinned=True,
)
TOKENS = Stage(
    writes=tables.TOKENS,
    reads=(
        tables.DOCUMENTS,
        tables.SIGNALS,
        tables.SELECTION,
        tables.ELIGIBILITY,
        tables.REPEATS,
        tables.NEAR_DUPLICATES,
        tables.TOKENIZER,
    ),
    make=lambda given: given.over(
        tokens.tokens,
        first=6,
        previous=given.read(tables.TOKENS),
        model=tokenizer.model_of(given.frames[-1].head()),
        params=given.recipe.final_text,
        by=tokens.Encoding(given.env.encoder_cache_bytes, given.watch()),
    ),
    depends=lambda recipe, _: recipe.final_text,
    version=3,
)

SHARDS = Stage(
    writes=tables.SHARD_INDEX,
    called="shards",
    reads=(tables.DOCUMENTS, tables.TOKENS, tables.SELECTION, tables.TOKENIZER),
    publish=lambda given, store: build.make(
        contents.Inputs(*given.frames[:-1]),
        tokenizer.model_of(given.frames[-1].head()),
        given.recipe.shards,
        given.recipe.name,
        given.env.output,
        asked.made_from(given),
        store,
    ),
    intact=lambda given: build.intact(given.read(tables.SHARD_INDEX), given.env.output),
    depends=lambda recipe, _: [recipe.name, recipe.shards],
)

PIPELINE = (
    *(DELIVERIES, PAGES, RECORDS, FIXITY, DOCUMENTS, REFUSALS),
    *(SIGNALS, CONTAMINATION, RIGHTS, SUPPRESSIONS, DUPLICATE_PAIRS, PASSAGES),
    *(ELIGIBILITY, NEAR_DUPLICATES, SELECTION, LINE_COUNTS, REPEATS, WORDS, TOKENIZER, TOKENS, SHARDS),
)
BY_NAME = {stage.name: stage for stage in PIPELINE}
