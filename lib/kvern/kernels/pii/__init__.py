"""Personal data in text: where it stands, of what kind, how sure that is. It is never copied or returned."""

from kvern.kernels.pii.kinds import KINDS
from kvern.kernels.pii.scanner import Spans, scan

__all__ = ["KINDS", "Spans", "scan"]
