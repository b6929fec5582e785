"""Words near a candidate that say what it is: `kontonr.`, `fødselsnummer`, `Tel:`.

A word is a run of letters, in any case of a to z and of Latin-1's letters; a full stop or hyphen inside counts as
nothing, so that `f.nr` is `fnr`. The window is short: a word that stands further away speaks of something else.
"""
# mypy: allow-untyped-defs

from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kvern.kernels.compiled import compiled
from kvern.kernels.pii.marks import letter_at, letter_before

WINDOW, LONGEST_WORD = 64, 32  # bytes
FIELD = 16  # bits: what the nearest three words say, then what the nearest that says anything does, then all
PHONE, PERSON, ACCOUNT, CARD, ORGANISATION, IP, PASSPORT, PLATE, ADDRESS, SECTION, SYNTHETIC, OTHER, HUMAN = (
    1 << bit for bit in range(13)
)
_NUMBERS = ("nr", "nummer", "nummeret", "nummera", "numre", "nummar")
_PRIME, _BASIS = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)  # FNV-1a (Fowler, Noll, Vo)


def _numbered(*stems: str) -> tuple[str, ...]:
    return tuple(stem + ending for stem, ending in product(stems, _NUMBERS))


def _with_numbers(*stems: str) -> tuple[str, ...]:
    return (*stems, *_numbered(*stems))


WORDS = {
    PHONE: (
        *_with_numbers("telefon", "mobil", "mobiltelefon", "tlf", "telf", "fax", "faks", "telefax", "telefaks"),
        *("tel", "mob", "telefonen", "mobilen", "ring", "ringe", "ringer", "ringte", "ringt", "ringa", "oppringing"),
        *("sms", "sentralbord", "sentralbordet", "whatsapp", "vipps", "vippse", "telefovdna", "puhelin", "puh"),
        *("tell", "teʹl", "teʹlf", "telefåvnnå", "telefåvnån", "tellefovne", "mobijle", "mobijlla", "rinngu", "riŋge"),
        *("sími", "símanúmer", "handy", "rufnummer", "telefoni", "teléfono", "téléphone"),
        *("phone", "phones", "telephone", "mobile", "cell", "cellphone", "call", "calls", "called", "calling"),
        *("dial", "reach", "contact", "office", "desk", "answering", "message", "messages", "hotline", "voicemail"),
    ),
    PERSON: (
        *_numbered("fødsels", "person", "identitets", "id", "p", "f", "d", "h", "fh"),
        *("født", "fødd", "fødselsdato", "personident", "personidentifikator", "ssn", "riegádannummir"),
        *("folkeregisteret", "folkeregistret", "personnumber", "identity"),
    ),
    ACCOUNT: (
        *_with_numbers("konto", "kto", "bankkonto", "bankgiro", "giro", "postgiro", "lønnskonto", "sparekonto"),
        *("kontoen", "kontoer", "bankkontoen", "driftskonto", "klientkonto", "account", "acct", "kontu"),
    ),
    CARD: (
        *_with_numbers("kort", "bankkort", "kredittkort", "betalingskort", "debetkort", "visakort"),
        *("kortet", "kredittkortet", "bankkortet", "visa", "mastercard", "amex", "maestro", "eurocard", "diners"),
        *("card", "cards", "credit", "debit", "cc"),
    ),
    ORGANISATION: (
        *_with_numbers("org", "organisasjons", "foretaks", "orgs", "bedrifts"),
        *("foretaksregisteret", "enhetsregisteret", "mva", "brønnøysundregistrene"),
    ),
    IP: (
        *("ip", "ipadresse", "ipadressen", "ipadresser", "ipv", "ipaddress", "server", "serveren", "host", "hosts"),
        *("vert", "verten", "ping", "router", "ruter", "ruteren", "nettverk", "nettverket", "subnet", "gateway"),
        *("dns", "tjener", "tjeneren", "localhost", "nameserver", "http", "https", "ssh", "ftp", "address"),
        *("client", "klient", "brannmur", "firewall", "proxy"),
    ),
    PASSPORT: (*_with_numbers("pass", "reisepass"), "passet", "passport", "passports", "passnumber", "passi"),
    PLATE: (
        *_with_numbers("reg", "registrerings", "skilt", "bilskilt", "kjennemerke", "kjenneteikn", "kjennetegn"),
        *("skiltet", "skilter", "bil", "bilen", "kjøretøy", "kjøretøyet", "bilnr", "nummerskilt", "numberplate"),
        *("registrert", "personbil", "varebil", "lastebil", "moped", "motorsykkel", "plate"),
    ),
    ADDRESS: (
        *("adresse", "adressen", "adressa", "postadresse", "bostedsadresse", "bustadadresse", "gateadresse", "bor"),
        *("bur", "bodde", "budde", "bopel", "boende", "bosatt", "busett", "besøksadresse", "hjemmeadresse", "adr"),
        *("flytta", "flyttet", "čujuhus", "address"),
    ),
    SECTION: (
        *("kapittel", "kap", "avsnitt", "avsnittet", "punkt", "pkt", "paragraf", "tabell", "figur", "vedlegg", "ledd"),
        *("version", "versjon", "ver", "v", "release", "section", "chapter", "table", "figure", "clause", "utgave"),
    ),
    SYNTHETIC: (
        *("syntetisk", "syntetiske", "testperson", "testpersoner", "testbruker", "testbrukere", "testdata", "nav"),
        *("dolly", "synthetic", "testnummer", "testfnr"),
    ),
    HUMAN: (
        *("person", "personen", "personer", "pasient", "pasienten", "søker", "søkeren", "søkjar", "bruker", "brukeren"),
        *("brukar", "klient", "klienten", "kunde", "kunden", "elev", "eleven", "student", "studenten", "medlem"),
        *(
            "medlemmet",
            "ansatt",
            "ansatte",
            "tilsett",
            "arbeidstaker",
            "barn",
            "barnet",
            "mor",
            "far",
            "mann",
            "kvinne",
        ),
        *("kvinnen", "mannen", "navn", "namn", "namma", "han", "hun", "ho", "ham", "henne", "ident", "identitet"),
    ),
    OTHER: (
        *("isbn", "issn", "doi", "ismn", "kid", "ordre", "ordrenr", "ordrenummer", "fakturanr", "fakturanummer"),
        *("saksnr", "saksnummer", "urn", "bilde", "gnr", "bnr", "kr", "kroner", "nok", "usd", "eur", "oai"),
    ),
}


class Words(NamedTuple):
    """Hash table: `keys` (0: free) and what each word says, a set of the bits above."""

    keys: npt.NDArray[np.uint64]
    bits: npt.NDArray[np.int64]


def _backward_hash(word: str) -> np.uint64:
    h = _BASIS
    with np.errstate(over="ignore"):
        for byte in reversed(word.encode()):
            h = (h ^ np.uint64(byte)) * _PRIME
    return h


@cache
def context_words() -> Words:
    said: dict[str, int] = {}
    for bit, words in WORDS.items():
        for word in words:
            said[word] = said.get(word, 0) | bit
    keys, bits = np.zeros(2048, np.uint64), np.zeros(2048, np.int64)
    for word, sum_ in said.items():
        key = _backward_hash(word)
        slot = int(key) % len(keys)
        while keys[slot]:
            slot = (slot + 1) % len(keys)
        keys[slot], bits[slot] = key, sum_
    return Words(keys, bits)


@compiled
def _says(words, key):
    mask = np.uint64(words.keys.shape[0] - 1)
    at = key & mask
    while words.keys[at] != np.uint64(0):
        if words.keys[at] == key:
            return words.bits[at]
        at = (at + np.uint64(1)) & mask
    return 0


@compiled
def _folded(data, at):
    """The byte at `at` as in the lower case of its letter: A to Z, and U+00C0 to U+00DE."""
    byte = data[at]
    if 0x41 <= byte <= 0x5A or (0x80 <= byte <= 0x9E and at > 0 and data[at - 1] == 0xC3):
        return np.uint64(byte | 0x20)
    return np.uint64(byte)


@compiled
def word_before(data, start, at):
    """(hash of the word that ends at `at`, its first byte): read backwards, with joining points left out."""
    h, first = _BASIS, at
    while at - first < LONGEST_WORD:
        size = letter_before(data, start, first)
        if size == 0:
            joins = first - 1 > start and first < at and (data[first - 1] == 0x2E or data[first - 1] == 0x2D)
            if not joins or letter_before(data, start, first - 1) == 0:
                break
            first -= 1
            continue
        for k in range(size):
            h = (h ^ _folded(data, first - 1 - k)) * _PRIME
        first -= size
    return h, first


@compiled
def said_before(data, start, at, words):
    """What the words before `at` say, in three fields of FIELD bits."""
    near = nearest = everything = count = 0  # a digit ends what is near
    low = max(start, at - WINDOW)
    while at > low:
        key, first = word_before(data, start, at)
        if first == at:
            at -= 1
            count += 3 * (0x30 <= data[at] <= 0x39)
            continue
        bits = _says(words, key)
        count += 1
        if count <= 3:
            near |= bits
        if nearest == 0:
            nearest = bits
        everything |= bits
        at = first
    return near | nearest << FIELD | everything << 2 * FIELD


@compiled
def said_after(data, at, end, words):
    """What the next word says, if at most three bytes part it from `at`: `912 34 567 (mobil)`."""
    for _ in range(3):
        if at < end and letter_at(data, at, end) == 0:
            at += 1
    stop = at
    while stop - at < LONGEST_WORD and letter_at(data, stop, end) > 0:
        stop += letter_at(data, stop, end)
    if stop == at:
        return 0
    key, _first = word_before(data, at, stop)
    return _says(words, key)


@compiled
def near(said):
    return said & ((1 << FIELD) - 1)


@compiled
def nearest(said):
    return said >> FIELD & ((1 << FIELD) - 1)


@compiled
def anywhere(said):
    return said >> 2 * FIELD
