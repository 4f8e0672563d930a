"""What papermill loads as the engine ``ctg``, by the entry point ``papermill.engine``.

Papermill loads its engines while it is itself being imported, and ours imports papermill: this module stands for the
engine until a notebook runs.
"""

from __future__ import annotations


def __getattr__(nom: str) -> object:
    from ctglib.production.moteur import moteur_ctg

    return getattr(moteur_ctg(), nom)
