"""E-mail, telephone, addresses of machines, passports, plates and streets."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pii_reference import fillers, found, matches, written

local = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._+-]{0,9}[A-Za-z0-9]\Z")
label = st.from_regex(r"\A[a-z][a-z0-9]{0,5}\Z")
emails = st.builds(lambda a, b, c: f"{a}@{b}.{c}", local, label, st.sampled_from(["no", "com", "uit.no", "oslo"]))
broken = st.builds(lambda a, b: f"{a}{b}", local, st.sampled_from(["@", "@no", "@.no", "@a.1", " @a.no", "@-a.no"]))
EMAIL = r"[A-Za-z0-9_][A-Za-z0-9._%+-]*@[a-z0-9]+(?:[.][a-z0-9]+)*[.](?:no|com|oslo)"


@given(st.lists(emails | broken, max_size=5), st.lists(fillers, min_size=5, max_size=5))
def test_emails_are_those_of_a_pattern(pieces, fills):
    text = written(pieces, fills)
    assert [span for kind, span in found(text) if kind == "email"] == matches(EMAIL, text)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("meld deg på debian-gcc@lists.debian.org-listen", "debian-gcc@lists.debian.org"),
        ("Skriv til ola@nb.no. Det haster", "ola@nb.no"),
        ("Skriv til ola@nb.no.Det haster", "ola@nb.no"),
        ("Skriv til ola@nb.no-adressen", "ola@nb.no"),
        ("ola@mail.co.uk, ", "ola@mail.co.uk"),
        ("<mailto:kåre.ås@blåbær.no>", "kåre.ås@blåbær.no"),
        ("e-post:________________________ola@nb.no", "________________________ola@nb.no"),
        ("ola (at) nb.no", "ola (at) nb.no"),
        ("ola.nordmann(a)nb.no", "ola.nordmann(a)nb.no"),
        ("kari@a.example, ", "kari@a.example"),
        ("12345678@nb.no", "12345678@nb.no"),
        ("ola@xn--blbr-roah.xn--fiqs8s, ", "ola@xn--blbr-roah.xn--fiqs8s"),
    ],
)
def test_an_email_ends_at_its_last_valid_label(text, email):
    assert found(text) == [("email", email)]


@pytest.mark.parametrize(
    "text", ["@nb.no", "3 stk @ 50.00", "kl@12.30", "@", "a@", "ola@nb", "(a) nb.no", "se (at) nå"]
)
def test_what_has_no_two_sides_is_no_email(text):
    assert found(text) == []


octet = st.integers(0, 255)


@given(
    st.lists(st.tuples(octet, octet, octet, octet) | octet, max_size=5), st.sampled_from([" ", ", ", "-", "\n", "/"])
)
def test_addresses_of_machines_are_those_of_ipaddress(parts, mark):
    text = "server " + mark.join(".".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in parts)
    runs = matches(r"(?<![\d.])\d+(?:[.]\d+){3}(?![\d.])", text)
    assert [span for kind, span in found(text) if kind == "ipv4"] == [run for run in runs if ipaddress.ip_address(run)]


def test_section_numbers_and_versions_are_no_addresses():
    for text in (
        "se 9.2.1.4 og 9.2.1.4.1",
        "punkt 12.3.4.51",
        "versjon 10.200.3.4",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.02.03.04",
    ):
        assert found(text) == []


def test_addresses_parted_by_a_blank_are_each_found():
    assert [span for _, span in found("{ 127.0.0.1 192.168.0.1 212.94.201.10 !any }")] == [
        "127.0.0.1",
        "192.168.0.1",
        "212.94.201.10",
    ]


@given(st.ip_addresses(v=6), st.booleans())
@example(ipaddress.IPv6Address("fdff:ffff:ffff:ffff:ffff:ffff:ffff:fffa"), True)
def test_ipv6_is_found_in_both_forms(address, long):
    text = address.exploded if long else str(ipaddress.IPv6Address(0x20010DB8 << 96 | int(address) >> 32))
    assert found(f"fra {text} til") == [("ipv6", text)]


@pytest.mark.parametrize(
    "text", ["kl. 12:30:45", "std::min", "a::b", "00:11:22:33:44:55", "::", "1:2:3:4:5:6:7:8:9", "Se: 12", "16:9"]
)
def test_times_names_and_hardware_are_no_ipv6(text):
    assert found(text) == []


eight = st.from_regex(r"\A[2-9][0-9]{7}\Z")
FORMS = (
    "{0}{1} {2}{3} {4}{5} {6}{7}",
    "{0}{1}{2} {3}{4} {5}{6}{7}",
    "{0}{1}{2}{3}{4}{5}{6}{7}",
    "{0}{1}-{2}{3}-{4}{5}-{6}{7}",
)


@given(eight, st.sampled_from(FORMS), st.sampled_from(["+47 ", "+47", "0047 ", "(+47) "]))
def test_norwegian_numbers_with_the_code_are_sure(number, form, code):
    text = code + form.format(*number)
    assert found(f"Jeg er på {text}, altså", least=0.9) == [("phone", text)]


@given(eight, st.sampled_from(FORMS), st.sampled_from(["Tlf.", "Ring", "mobil:", "Telefonnr"]))
def test_norwegian_numbers_beside_a_word_are_found(number, form, word):
    text = form.format(*number)
    assert [span for _, span in found(f"{word} {text} i dag", least=0.5)] == [text]


@pytest.mark.parametrize(
    "text",
    [
        "+46 8 123 456 78", "+44 (0)20 7946 0958", "+1-202-555-0143", "+4589898989", "+358 10 839 3148", "0046 70 334 15 16",
        "+47 22 33 44 55", "47 22 33 44 55", "(96) 627-277", "986.291.2294x751", "041-412-293", "001-420-335-7509x38548",
        "(07) 5331 0577", "027 896 92 86",
    ],
)  # fmt: skip
def test_numbers_from_elsewhere_are_found_by_their_shape(text):
    assert found(f"Det er {text}, altså", least=0.5) == [("phone", text)]


@pytest.mark.parametrize(
    "text",
    ["12345", "58 76 32", "481 5532", "24 868 222", "720 505 812", "21 212 133 2727", "0400-1234", "20/604-1735"],
)
def test_old_and_foreign_numbers_are_found_beside_a_word(text):
    assert found(f"tlf. {text}.", least=0.5) == [("phone", text)]
    assert found(f"Det er {text}.", least=0.5) == []


@pytest.mark.parametrize(
    "text",
    [
        "12 345 678 kroner", "100 000 000", "1998-06-28 14:48:14", "31.12.1999", "1914-1918", "2008 2013", "ISBN 978-82-05-12345-6",
        "11 22 33 44 55 66 77", "531-21-7351", "§ 12-34", "19980628", "1 234,50", "3.14159265358", "s. 123-145", "id_91234567_a",
    ],
)  # fmt: skip
def test_other_numbers_are_no_telephones(text):
    assert [span for span in found(text) if span[0] == "phone"] == []


def test_a_list_of_numbers_does_not_merge():
    text = "Tlf. 22 33 44 55 912 34 567 22 11 00 99"
    assert [span for _, span in found(text)] == ["22 33 44 55", "912 34 567", "22 11 00 99"]
    assert [span for _, span in found("tlf 22 33 44 55 91 23 45 67")] == ["22 33 44 55", "91 23 45 67"]
    assert [span for _, span in found("+47 22 33 44 55 +46 8 123 456 78")] == ["+47 22 33 44 55", "+46 8 123 456 78"]
    assert [span for _, span in found("123456 22 33 44 55")] == ["22 33 44 55"]


@pytest.mark.parametrize(
    ("text", "kind", "span"),
    [
        ("passnr. CCC001234", "passport", "CCC001234"),
        ("Passport number: 26123456", "passport", "26123456"),
        ("bil med skilt AB 12345", "licence_plate", "AB 12345"),
        ("regnr. EK12345", "licence_plate", "EK12345"),
        ("bor i Karl Johans gate 22 B, 0162 Oslo nå", "address", "Karl Johans gate 22 B, 0162 Oslo"),
        ("hun bor i Storgata 5", "address", "Storgata 5"),
        ("Ávjovárgeaidnu 50, 9730 Karasjok", "address", "Ávjovárgeaidnu 50, 9730 Karasjok"),
        ("adresse: Solbakken 3", "address", "Solbakken 3"),
    ],
)
def test_passports_plates_and_streets_are_found_in_their_context(text, kind, span):
    assert found(text) == [(kind, span)]


@pytest.mark.parametrize(
    "text", ["CCC001234", "AB 12345", "riksvei 12", "Riksveg 35", "Gate 12", "Solbakken 3", "veien 5", "gata 1998"]
)
def test_without_it_they_are_not(text):
    assert found(f"Det er {text} her") == []
