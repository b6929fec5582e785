"""`python -m kvern.demo FOLDER [--scale 1] [--seed 1]`: make a demo library and say what is in it."""

import argparse
import sys
from pathlib import Path

from kvern.demo.library import write


def main() -> int:
    """0 when the library was made, 2 when the call is wrong."""
    parser = argparse.ArgumentParser(prog="python -m kvern.demo", description="Make a demo library.")
    parser.add_argument("folder", type=Path, help="a new or empty folder")
    parser.add_argument("--scale", type=float, default=1.0, help="1 is about 1,000 documents and 10 MB (default)")
    parser.add_argument("--seed", type=int, default=1, help="another seed makes another library (default 1)")
    given = parser.parse_args()
    try:
        counts = write(given.folder, given.scale, given.seed)
    except (OSError, ValueError) as error:
        print(f"kvern.demo: {error}", file=sys.stderr)
        return 2
    for name in ("documents", "files", "pairs"):
        print(f"{name:<10}{counts[name]:>8}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
