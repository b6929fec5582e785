"""Kvern: raw holdings of a library in, training shards out, every token traceable to its page."""

__version__ = "0.1.0"
