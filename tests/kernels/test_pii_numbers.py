"""Numbers with check digits against plain Python: identity numbers, accounts, IBANs, cards, organisations."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pii_reference import (
    K2,
    born_in,
    check,
    fillers,
    found,
    iban,
    iban_holds,
    identity_number,
    identity_numbers,
    luhn,
    matches,
    person,
    written,
)

from kvern.kernels.pii import KINDS
from kvern.kernels.pii.accounts import IBAN_LENGTHS

PERSONS = KINDS[:21]
digits = st.text("0123456789", min_size=8, max_size=12)


def persons(text: str) -> list[tuple[str, str]]:
    return [span for span in found(text) if span[0] in PERSONS]


@given(st.lists(identity_numbers() | digits, max_size=6), st.lists(fillers, min_size=6, max_size=6))
def test_identity_numbers_in_running_text_are_those_of_plain_python_by_the_old_rule(numbers, fills):
    text = written(numbers, fills)
    runs = matches(r"(?<!\w)\d{11}(?!\w)", text)
    assert persons(text) == [(person(run), run) for run in runs if person(run) and "2032" not in person(run)]


@given(
    st.lists(identity_numbers() | digits, min_size=1, max_size=4), st.sampled_from(["fnr.", "Fødselsnummer:", "f.nr"])
)
def test_beside_a_word_for_it_numbers_of_the_rule_of_2032_are_found_too(numbers, word):
    text = "; ".join(f"{word} {number}" for number in numbers)
    runs = [run for run in matches(r"(?<!\d)\d{11}(?!\d)", text) if person(run)]
    assert persons(text) == [(person(run), run) for run in runs]


@given(identity_numbers(), st.sampled_from(["{} {}", "{}-{}", "{}\u00a0{}"]))
def test_six_and_five_digits_are_found_by_either_rule(number, form):
    text = f"Han, {form.format(number[:6], number[6:])}, kom."
    expected = [(person(number), form.format(number[:6], number[6:]))] if person(number) else []
    assert persons(text) == expected


@given(identity_numbers())
def test_a_number_with_a_line_to_itself_is_found_by_either_rule(number):
    assert persons(f"Navn\n{number}\nVei") == ([(person(number), number)] if person(number) else [])


@pytest.mark.parametrize(
    ("day", "month", "kind"),
    [
        (0, 0, "fodselsnummer"), (40, 0, "d_number"), (0, 40, "h_number"), (40, 40, "d_h_number"),
        (0, 65, "synthetic_nhn"), (40, 65, "synthetic_nhn_d"), (0, 80, "synthetic_tenor"), (40, 80, "synthetic_tenor_d"),
    ],
)  # fmt: skip
def test_each_series_and_rule_has_a_kind_of_its_own(day, month, kind):
    for rest in (0, 1, 2, 3):
        made = [identity_number(17 + day, 5 + month, 1972, k, rest) for k in range(100, 140)]
        for number in filter(None, made):
            assert persons(f"fnr {number}") == [(kind if rest == 0 else f"{kind}_2032", number)]


def test_beside_a_word_for_it_a_number_of_month_40_is_one_of_navs():
    number = next(filter(None, (identity_number(17, 45, 1972, k) for k in range(100, 140))))
    assert persons(f"testperson {number}") == [("synthetic_nav", number)]
    assert persons(f"fnr {number}") == [("h_number", number)]


def test_a_day_that_never_was_makes_a_number_nobodys():
    for day, month, year, individual in (
        (29, 2, 1999, 100),
        (31, 4, 1980, 100),
        (32, 1, 1980, 100),
        (10, 13, 1980, 100),
    ):
        for number in filter(None, (identity_number(day, month, year, individual + k) for k in range(30))):
            assert persons(f"fnr {number}") == []
    assert born_in(99, 752, False) == 0
    for number in filter(None, (identity_number(3, 11, 1999, 750 + k) for k in range(30))):
        assert persons(f"fnr {number}") == []


def test_at_most_one_in_two_hundred_random_runs_is_taken_for_a_person():
    draw = random.Random(4)
    numbers = [f"{draw.randrange(10**11):011d}" for _ in range(20_000)]
    taken = persons(" ".join(f"{number} er et tall, og" for number in numbers))
    assert 20 < len(taken) < 100


@given(digits | identity_numbers())
def test_an_account_needs_its_groups_or_a_word(number):
    holds = len(number) == 11 and check(number[:10], K2) == int(number[10])
    bare = [kind for kind, _ in found(f"Her {number} er")]
    assert "bank_account" not in bare
    if holds:
        assert found(f"konto {number}.") == [("bank_account", number)]
        for mark in (".", " ", "-"):
            grouped = mark.join((number[:4], number[4:6], number[6:]))
            assert found(f"til {grouped}.") == [("bank_account", grouped)]
    elif number[4:6] != "00":
        assert "bank_account" not in [kind for kind, _ in found(f"konto {number}.")]


def test_an_account_of_group_00_is_checked_by_what_follows():
    tail = next(f"00{k:04d}{c}" for k in range(1000, 1100) if (c := check(f"00{k:04d}", (0, 0, 5, 4, 3, 2))) < 10)
    assert check(f"1503{tail[:-1]}", K2) != int(tail[-1])
    assert found(f"konto 1503.{tail[:2]}.{tail[2:]}") == [("bank_account", f"1503.{tail[:2]}.{tail[2:]}")]


@given(st.sampled_from(sorted(IBAN_LENGTHS)), st.data(), st.sampled_from(["", " ", "-"]), st.booleans())
def test_an_iban_of_every_country_is_found_if_and_only_if_it_holds(country, data, mark, small):
    length = IBAN_LENGTHS[country] - 4
    account = data.draw(st.text("0123456789" + "ABCXYZ" * (country != "NO"), min_size=length, max_size=length))
    for number in (iban(country, account), f"{country}{data.draw(st.integers(2, 98)):02d}{account}"):
        text = mark.join(number[k : k + 4] for k in range(0, len(number), 4))
        text = text.lower() if small else text
        expected = [("iban", text)] if iban_holds(number) else []
        assert [span for span in found(f"til {text}, takk") if span[0] == "iban"] == expected


@given(st.sampled_from(["4", "51", "2221", "34", "37", "36", "6011", "3528"]), st.data())
def test_a_card_is_found_if_and_only_if_luhn_holds(head, data):
    length = {"34": 15, "37": 15, "36": 14}.get(head, 16)
    number = data.draw(st.from_regex(rf"\A{head}[0-9]{{{length - len(head)}}}\Z"))
    for last in "0123456789":
        card = number[:-1] + last
        expected = [("card", card)] if luhn(card) else []
        assert [span for span in found(f"Kortet {card} er tapt") if span[0] == "card"] == expected


def test_a_card_in_its_groups_is_one_span():
    head = "411122223333444"
    number = next(head + last for last in "0123456789" if luhn(head + last))
    for mark in (" ", "-", "\u00a0"):
        text = mark.join(number[k : k + 4] for k in range(0, 16, 4))
        assert found(f"Betalt med {text}.") == [("card", text)]


@given(st.integers(80_000_000, 99_999_999), st.sampled_from(["{} er et tall", "Org.nr. {}", "NO{}MVA", "orgnr: {}"]))
def test_an_organisation_is_a_kind_of_its_own(head, form):
    last = check(str(head), (3, 2, 7, 6, 5, 4, 3, 2))
    number = f"{head}{last % 10}"
    expected = [("organisation", number)] if last < 10 else []
    assert [span for span in found(form.format(number)) if span[0] == "organisation"] == expected
