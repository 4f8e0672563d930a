"""The draft of the next convention, drawn from one that ends."""

from __future__ import annotations

from ctglib.commandes.suivante.preparer import preparer

__all__ = ["preparer"]
