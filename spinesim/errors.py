"""The one error spinesim raises for people: a clear sentence naming file, row or key, and remedy."""

from __future__ import annotations


class SpinesimError(ValueError):
    """Something a person can mend; its text is one plain sentence (no traceback is needed)."""
