"""Parse books and issues (METS and ALTO).

Reads `deliveries`, and each listed METS and ALTO file once. Writes `pages`.
"""

from kvern import stages
from kvern.cli import job

if __name__ == "__main__":
    job(stages.PAGES.name)
