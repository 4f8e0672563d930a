"""Readers that a child process calls in place of those of files, for the tests of its bounds."""

import os

GARDES: list[bytes] = []  # what reading a file left in memory


def mourir(nom: str) -> None:
    """End the process that reads, as a library does that a file makes fail."""
    os.abort()


def tourner(nom: str) -> None:
    while True:
        pass


def dire_trop(nom: str) -> str:
    """Print what would be taken for an answer."""
    print("x" * 100_000)  # noqa: T201
    return nom


def garder(nom: str, octets: int) -> str:
    """Keep memory, as libraries do once they are loaded."""
    GARDES.append(bytes(octets))
    return nom
