"""The analyses that a fiche declares, each shown by the block of its type: ``ctglib/blocs/<type>.py``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from ctglib.document.blocs import Groupe, suite

if TYPE_CHECKING:
    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.donnees.modeles.convention import Analyse


def montrer(etude: EtudeAnnuelle, analyse: Analyse) -> Groupe | None:
    """Return what an analysis shows: sentences, then its table or chart; None when nothing of it is known.

    A year for which nothing at all was handed in has no analysis.
    """
    if etude.annuel.vide:
        return None
    block = getattr(import_module(f"ctglib.blocs.{analyse.type}"), analyse.type)
    return suite(piece for piece in block(etude, analyse) or () if piece is not None and piece != Groupe())
