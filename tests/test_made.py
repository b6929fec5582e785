"""The line that a stage leaves on the screen."""

from kvern.run import Made
from kvern.warehouse import Counts


def test_what_was_watched_stands_in_the_line_summed_over_parts():
    made = Made("tokens", 2)
    for n in (1, 2):
        made.counts += Counts(10, 9, 1, {"repeated": n}, 0.5, {"encoded": 10 * n, "by_library": n})
    assert made.line() == (
        "tokens: read 20, kept 18, refused 2, 3 repeated, wrote 17 rows in 2 part(s), "
        "3 by library, 30 encoded, took 1.0 s"
    )
    made.counts += Counts(0, 0, 0, {}, 0.0)
    assert made.counts.notes == {"by_library": 3, "encoded": 30}
