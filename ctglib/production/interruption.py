"""Ctrl-C, heard even where Python loses it: an error that is being raised at that moment takes its place."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_entendus: list[int] = []


@contextmanager
def ecouter() -> Iterator[None]:
    """Remember a Ctrl-C of the block, for ``verifier``, and let it do what it does."""
    avant = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(avant):
        yield  # only the main thread hears signals, and whoever ignores them goes on ignoring them
        return

    def noter(numero: int, cadre: FrameType | None) -> None:
        _entendus.append(numero)
        avant(numero, cadre)

    signal.signal(signal.SIGINT, noter)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, avant)
        _entendus.clear()


def verifier() -> None:
    """Raise the interruption that was heard and lost.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed since ``ecouter``.
    """
    if _entendus:
        _entendus.clear()
        raise KeyboardInterrupt
