"""Which fingerprints may be published: not those of what is entered, which would give it back."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath


@lru_cache(maxsize=4096)
def publiable(relatif: str) -> bool:
    """Return whether the fingerprint of a data file may be published.

    That of a file of which all is known but some small numbers says which they are to whoever tries them all: ten
    levels of the internal grid take seconds. So the whole follow-up keeps its fingerprints to itself.

    Args:
        relatif: Its path in the data folder, with forward slashes.
    """
    parts = PurePosixPath(relatif).parts
    return parts[:1] != ("conventions",) or parts[2:3] != ("suivi",)
