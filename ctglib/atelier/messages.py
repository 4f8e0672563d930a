"""What the atelier says when a call is wrong: one French sentence, with the names that are close."""

from __future__ import annotations

import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class DemandeImpossible(ValueError):
    """A question that the atelier cannot answer as it was put; its message is one French sentence."""


def sans_accents(texte: object) -> str:
    """Return a text in lower case without accents, hyphens nor apostrophes: as one looks it up."""
    flat = unicodedata.normalize("NFKD", str(texte)).encode("ascii", "ignore").decode().lower()
    return " ".join(flat.replace("-", " ").replace("'", " ").split())


def inconnu(sujet: str, demande: object, possibles: Iterable[str], remede: str = "") -> DemandeImpossible:
    """Return the error for a name that does not exist, with the closest names, or the first ones when none is close."""
    names = list(dict.fromkeys(map(str, possibles)))
    flat = {sans_accents(name): name for name in names}
    close = [flat[key] for key in get_close_matches(sans_accents(demande), flat, n=4, cutoff=0.5)]
    if close:
        hint = f" Noms proches : {', '.join(close)}."
    else:
        hint = f" Possibles : {', '.join(names[:5])}{'…' if len(names) > 5 else ''}." if names else ""
    return DemandeImpossible(f"{sujet} « {demande} » n'existe pas.{hint}{' ' + remede if remede else ''}")
