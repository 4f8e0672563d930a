"""What the bilan proposes to decide, as sentences: the catalogue's words, filled with what the data name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.typographie import abreger, compter, date_longue, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.calculs.bilan.propositions import Proposition
    from ctglib.donnees.modeles.bilan import ReglesBilan


def propositions_courtes(propositions: Iterable[Proposition], regles: ReglesBilan, annee: int) -> list[str]:
    """Return the first proposals as short sentences, then how many others the section on governance has."""
    found, page = list(propositions), regles.page
    limit = page.decisions
    told = [proposition(item, regles, annee, plus=page.objets, signes=page.signes) for item in found[:limit]]
    more = len(found) - limit
    return [*told, f"Et {compter(more, 'autre proposition')}, à la section Gouvernance."] if more > 0 else told


def proposition(found: Proposition, regles: ReglesBilan, annee: int, *, plus: int, signes: int | None = None) -> str:
    """Return one proposal.

    Args:
        found: The rule and what it bears on.
        regles: The words.
        annee: Year of the bilan.
        plus: How many names are given before the others are counted.
        signes: Length that a name may have, none when None.
    """
    (regle,) = (item for item in regles.propositions if item.id == found.regle)
    words = (regle.texte_final if found.finale else None) or regle.texte
    names = [item if isinstance(item, str) else date_longue(item) for item in found.objets]
    shown = names[:plus] if signes is None else [abreger(name, signes) for name in names[:plus]]
    more = len(names) - len(shown)
    named = " ; ".join(_sans_point(name) for name in [*shown, *([f"et {compter(more, 'autre')}"] if more else [])])
    return words.format(objets=named, nombre=nombre(found.nombre), annee=annee).replace("….", "…")


def _sans_point(nom: str) -> str:
    return nom.rstrip(" .")
