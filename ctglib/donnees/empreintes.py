"""Which files have a plain fingerprint: not what is entered, which it would give back."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath


@lru_cache(maxsize=4096)
def publiable(relatif: str) -> bool:
    """Return whether a data file may be known to all, so that its plain sha256 says nothing more.

    That of a file of which all is known but some small numbers says which they are to whoever tries them all: ten
    levels of the internal grid take seconds. So the fingerprints of the whole follow-up take the convention's key.

    Args:
        relatif: Its path in the data folder, with forward slashes.
    """
    parts = PurePosixPath(relatif).parts
    return parts[:1] != ("conventions",) or parts[2:3] != ("suivi",)
