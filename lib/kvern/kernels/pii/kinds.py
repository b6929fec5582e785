"""The kinds of personal data, and what a detector says of a candidate.

A number of a person is named by its series and by the rule of its check digits: `_2032` where only the rule holds that
numbers of 2032 and later follow (Skatteetaten, "Nytt fødselsnummer fra 2032").
"""

_PERSONS = (
    "fodselsnummer",  # day, month, year of birth
    "d_number",  # day + 40
    "h_number",  # month + 40; older synthetic numbers of NAV look the same
    "d_h_number",  # day + 40 and month + 40
    "synthetic_nav",  # as h_number, where the words around it say NAV or synthetic
    "synthetic_nav_d",
    "synthetic_nhn",  # month + 65: Norsk helsenett
    "synthetic_nhn_d",
    "synthetic_tenor",  # month + 80: Skatteetaten's Tenor
    "synthetic_tenor_d",
)
KINDS = (
    *_PERSONS,
    *(f"{kind}_2032" for kind in _PERSONS),
    *("fh_number", "bank_account", "iban", "card", "organisation"),
    *("email", "phone", "ipv4", "ipv6", "passport", "licence_plate", "address"),
)
RULE_2032 = len(_PERSONS)  # added to a kind
FODSELSNUMMER, D_NUMBER, H_NUMBER, D_H_NUMBER, NAV, _, NHN, _, TENOR, _ = range(RULE_2032)
FH_NUMBER, BANK_ACCOUNT, IBAN, CARD, ORGANISATION, EMAIL, PHONE, IPV4, IPV6, PASSPORT, PLATE, ADDRESS = range(
    2 * RULE_2032, len(KINDS)
)

# What a detector returns: first byte, byte after the last, kind, confidence in per cent.
NOTHING = (0, 0, -1, 0)
