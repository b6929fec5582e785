"""Floor 0: bytes and Arrow in, Arrow out. Nothing here knows Spark, a session or a recipe."""
