"""List all that did not become a document, with its reason.

Reads narrow columns of what came before. Writes `refusals`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.REFUSALS.name)
