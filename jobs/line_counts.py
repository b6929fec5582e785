"""Count the lines and paragraphs that stand in many kept documents of a source.

Reads `signals` (fingerprints, no text) and `selection`. Writes `line_counts`: what reaches the recipe's minimum.
Counts nothing unless `boilerplate.sources` names sources; a row is shuffled for each of their lines.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.LINE_COUNTS.name)
