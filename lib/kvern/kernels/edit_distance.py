"""Levenshtein distance of short strings, a column of the table in one integer (Myers 1999, Hyyrö 2001)."""


def distance(first: str, second: str) -> int:
    """Least number of characters to insert, delete or replace; O(len(second)) steps on integers of len(first) bits."""
    if not first:
        return len(second)
    places: dict[str, int] = {}
    for at, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << at
    full, last = (1 << len(first)) - 1, 1 << (len(first) - 1)
    up, down, score = full, 0, len(first)
    for character in second:
        here = places.get(character, 0)
        across = (((here & up) + up) ^ up) | here | down
        more, less = down | ~(across | up) & full, up & across
        score += bool(more & last) - bool(less & last)
        more, less = more << 1 | 1, less << 1
        up, down = (less | ~(across | more)) & full, more & across & full
    return score
