"""Floor 3: files for trainers. A build is a folder whose manifest is written last; without one it does not exist.

`build.make` writes one, `verify` reads it back, `trace` leads from a token to its page, `redact` makes the next
generation without some documents. Only `plan` and `build` need Spark.
"""
