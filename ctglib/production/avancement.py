"""What a task tells whoever waits for it: the cell of its notebook that begins."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_oreilles: list[Callable[[Etape], None]] = []


@dataclass(frozen=True)
class Etape:
    """A step that begins: a cell, known by its source; without one, what comes after the cells."""

    source: str = ""


@contextmanager
def dire_a(oreille: Callable[[Etape], None]) -> Iterator[None]:
    """Let a function hear each step that begins in the block."""
    _oreilles.append(oreille)
    try:
        yield
    finally:
        _oreilles.remove(oreille)


def annoncer(etape: Etape) -> None:
    """Say that a step begins; whoever no longer listens ends the process by other means."""
    for oreille in _oreilles:
        with suppress(OSError):
            oreille(etape)
