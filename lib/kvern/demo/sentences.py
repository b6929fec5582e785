"""Sentences composed by rules: every one is new, grammatical and of its language; none is anybody's.

Nordic main clauses keep the verb in the second place; Northern Sámi and Finnish are put together from phrases that
are inflected already.
"""

import re
from collections.abc import Callable
from random import Random

from kvern.demo.lexicon import Lexicon, Noun, lexicon

SLOT = re.compile(r"\{(\w+)\}")


def paragraphs(language: str, rng: Random, words: int) -> list[str]:
    """Prose of about so many words, in paragraphs of three to seven sentences."""
    out: list[str] = []
    count = 0
    while count < words:
        sentences = [sentence(language, rng) for _ in range(rng.randint(3, 7))]
        out.append(" ".join(sentences))
        count += len(out[-1].split())
    return out


def sentence(language: str, rng: Random) -> str:
    """One sentence, with its capital and its full stop."""
    lex = lexicon(language)
    text = rng.choice(_PLANS)(lex, rng) if lex.verbs else _phrases(lex, rng)
    return text[0].upper() + text[1:]


def title(language: str, rng: Random) -> str:
    """A heading of three to six words without a full stop."""
    lex = lexicon(language)
    if not lex.verbs:
        parts = [rng.choice(lex.raw["subjects"]), rng.choice(lex.raw["acts"]), rng.choice(lex.raw["places"])]
        text = " ".join(parts)
    else:
        person, thing = _definite(lex, rng, rng.choice(lex.persons)), _definite(lex, rng, rng.choice(lex.things))
        text = f"{person} {'and' if lex.language == 'eng' else 'og'} {thing} {_at(lex, rng)}"
    return text[0].upper() + text[1:]


def name(language: str, rng: Random) -> str:
    """A first name that is usual in the language."""
    return str(rng.choice(lexicon(language).raw.get("names") or ["Máret", "Niillas", "Biret", "Ristin"]))


def _phrases(lex: Lexicon, rng: Random) -> str:
    pick = {key: str(rng.choice(values)) for key, values in lex.raw.items()}
    other = {key: str(rng.choice(lex.raw[key])) for key in ("subjects", "acts", "places", "times")}
    plan = rng.choice(
        (
            "{subjects} {acts} {places} {times}",
            "{times} {subjects} {acts} {places}",
            "{places} {subjects} {present}",
            "{subjects} {reported} {other_subjects} {acts} {other_places}",
            "{subjects} {acts} {times} {joined} {other_subjects} {other_acts} {other_places}",
            "{other_times} {subjects} {present} {joined} {other_subjects} {acts} {places}",
            "{states} {joined} {subjects} {acts} {other_times}",
            "{states}",
        )
    )
    return plan.format(**pick, **{f"other_{key}": value for key, value in other.items()}) + "."


def _definite(lex: Lexicon, rng: Random, noun: Noun) -> str:
    """The lamp, the old lamp; Danish and English need no ending behind the article."""
    qualities = lex.qualities if noun in lex.persons else lex.adjectives
    the = lex.raw["determiners"]["m" if lex.language == "eng" else noun.gender]
    if rng.random() < 0.35:
        return f"{the} {rng.choice(qualities).definite} {noun.definite if lex.raw['suffixed'] else noun.indefinite}"
    return f"{the} {noun.definite}" if lex.language == "eng" else noun.definite


def _indefinite(lex: Lexicon, rng: Random, noun: Noun) -> str:
    adjective = rng.choice(lex.qualities if noun in lex.persons else lex.adjectives)
    form = adjective.neuter if noun.gender == "n" else adjective.common
    bare = noun.indefinite if rng.random() < 0.4 else f"{form} {noun.indefinite}"
    article = str(lex.raw["articles"][noun.gender])
    return f"{'an' if lex.language == 'eng' and bare[0] in 'aeio' else article} {bare}"


def _several(lex: Lexicon, rng: Random, noun: Noun) -> str:
    adjective = f"{rng.choice(lex.adjectives).plural} " if rng.random() < 0.4 else ""
    return f"{rng.choice(lex.raw['numbers'])} {adjective}{noun.plural}"


def _thing(lex: Lexicon, rng: Random) -> str:
    return rng.choice((_definite, _indefinite, _indefinite, _several))(lex, rng, rng.choice(lex.things))


def _person(lex: Lexicon, rng: Random) -> str:
    if rng.random() < 0.2:
        return str(rng.choice(lex.raw["names"]))
    return rng.choice((_definite, _definite, _indefinite))(lex, rng, rng.choice(lex.persons))


def _subject(lex: Lexicon, rng: Random) -> str:
    return str(rng.choice(lex.raw["pronouns"][:5])) if rng.random() < 0.2 else _person(lex, rng)


def _place(lex: Lexicon, rng: Random) -> str:
    return _definite(lex, rng, rng.choice(lex.places))


def _at(lex: Lexicon, rng: Random) -> str:
    if rng.random() < 0.15:
        return f"{'in' if lex.language == 'eng' else 'i'} {rng.choice(lex.raw['settlements'])}"
    noun = rng.choice(lex.places)
    return f"{noun.preposition} {_definite(lex, rng, noun)}"


_FILL: dict[str, Callable[[Lexicon, Random], str]] = {
    "thing": _thing,
    "things": lambda lex, rng: _several(lex, rng, rng.choice(lex.things)),
    "person": _person,
    "place": _place,
    "at": _at,
    "settlement": lambda lex, rng: str(rng.choice(lex.raw["settlements"])),
}


def _clause(lex: Lexicon, rng: Random, form: str = "past") -> tuple[str, str]:
    """A verb in one form and what follows it; verbs of motion have no perfect, Danish makes it with `være`."""
    verb = rng.choice([verb for verb in lex.verbs if form != "participle" or verb.frame.startswith("{")])
    rest = SLOT.sub(lambda slot: _FILL[slot[1]](lex, rng), verb.frame)
    return str(getattr(verb, form)), rest


def _when(lex: Lexicon, rng: Random) -> str:
    kind = rng.random()
    if kind < 0.15:
        return str(lex.raw["in_year"]).format(year=rng.randint(1851, 1989))
    if kind < 0.25:
        return str(lex.raw["on_day"]).format(day=rng.randint(1, 28), month=rng.choice(lex.raw["months"]))
    return str(rng.choice(lex.raw["times"]))


def _how(lex: Lexicon, rng: Random) -> str:
    return str(rng.choice(lex.raw["manners"])) if rng.random() < 0.5 else _when(lex, rng)


def _statement(lex: Lexicon, rng: Random) -> str:
    """Subject, verb, adverb, rest."""
    verb, rest = _clause(lex, rng)
    adverb = rng.choice(lex.raw["adverbs"])
    middle = verb if rng.random() < 0.7 else f"{verb} {adverb}" if lex.raw["v2"] else f"{adverb} {verb}"
    return f"{_subject(lex, rng)} {middle} {rest}"


def _plain(lex: Lexicon, rng: Random) -> str:
    return f"{_statement(lex, rng)} {_how(lex, rng)}."


def _fronted(lex: Lexicon, rng: Random) -> str:
    """What comes first takes the subject's place: the verb stays second, but in English."""
    verb, rest = _clause(lex, rng)
    subject, when = _subject(lex, rng), _when(lex, rng)
    return f"{when} {verb} {subject} {rest}." if lex.raw["v2"] else f"{when}, {subject} {verb} {rest}."


def _perfect(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng, "participle")
    first = f"{_subject(lex, rng)} {lex.raw['pluperfect']} {verb} {rest} {_how(lex, rng)}"
    return f"{first}, {rng.choice(lex.raw['joined'][:3])} {_statement(lex, rng)}."


def _modal(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng, "infinitive")
    return f"{_subject(lex, rng)} {rng.choice(lex.raw['modals'])} {verb} {rest} {_how(lex, rng)}."


def _told(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng)
    return f"{_person(lex, rng)} {rng.choice(lex.raw['reported'])} {_subject(lex, rng)} {verb} {rest}."


def _when_clause(lex: Lexicon, rng: Random) -> str:
    (verb, rest), (main, end) = _clause(lex, rng), _clause(lex, rng)
    head = f"{rng.choice(lex.raw['fronted'])} {_subject(lex, rng)} {verb} {rest}"
    subject = _subject(lex, rng)
    return f"{head}, {main} {subject} {end}." if lex.raw["v2"] else f"{head}, {subject} {main} {end}."


def _because(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng)
    comma = "," if lex.language == "dan" else ""
    tail = f"{rng.choice(lex.raw['trailing'])} {_subject(lex, rng)} {verb} {rest}"
    return f"{_statement(lex, rng)}{comma} {tail}."


def _quoted(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng, "infinitive")
    said = f"{rng.choice(lex.raw['speakers'])} {rng.choice(lex.raw['present_modals'])} {verb} {rest}"
    tail = f"{rng.choice(lex.raw['said'])} {_person(lex, rng)}."
    return f'"{said}," {tail}' if lex.language == "eng" else f"«{said}», {tail}"


def _question(lex: Lexicon, rng: Random) -> str:
    word = rng.choice(lex.raw["questions"])
    if lex.raw["v2"]:
        verb, rest = _clause(lex, rng)
        return f"{word} {verb} {_subject(lex, rng)} {rest}?"
    verb, rest = _clause(lex, rng, "infinitive")
    return f"{word} did {_subject(lex, rng)} {verb} {rest}?"


def _relative(lex: Lexicon, rng: Random) -> str:
    (verb, rest), (main, end) = _clause(lex, rng), _clause(lex, rng)
    return f"{_person(lex, rng)}, {lex.raw['relative']} {verb} {rest}, {main} {end} {_how(lex, rng)}."


def _purpose(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng, "infinitive")
    comma = "," if lex.language == "dan" else ""
    return f"{_statement(lex, rng)}{comma} {lex.raw['purpose']} {verb} {rest}."


def _remark(lex: Lexicon, rng: Random) -> str:
    verb, rest = _clause(lex, rng)
    return f"{rng.choice(lex.raw['remarks'])}, {lex.raw['joined'][0]} {_subject(lex, rng)} {verb} {rest}."


_PLANS = (
    *(_plain, _plain, _fronted, _fronted, _perfect, _modal, _told, _when_clause),
    *(_because, _quoted, _question, _relative, _purpose, _remark),
)
