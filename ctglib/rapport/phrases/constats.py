"""One sentence per finding: level, gap to the reference, variation, and the precautions that go with them.

A sentence begins with the catalogue's label and a colon, so that it stays right whatever the label's gender and number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.contexte import Contexte, variation
from ctglib.document.typographie import majuscule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ctglib.calculs.constats import Constat


def phrases_du_theme(
    constats: Sequence[Constat], contexte: Contexte, doutes: Mapping[str, str] | None = None
) -> list[str]:
    """Return a sentence a finding; those that have no value anywhere, for the same reason, are named together.

    Args:
        constats: The findings of a theme.
        contexte: The words and the two territories.
        doutes: Why some indicators are doubtful, by id.
    """
    mute: dict[str, list[Constat]] = {}
    for constat in constats:
        if _muet(constat):
            mute.setdefault(constat.statut, []).append(constat)
    grouped = {statut: found for statut, found in mute.items() if len(found) > 1}
    told = [phrase(one, contexte, doutes) for one in constats if not (_muet(one) and one.statut in grouped)]
    return [*told, *(_muets(statut, found, contexte) for statut, found in grouped.items())]


def _muet(constat: Constat) -> bool:
    """Return whether a finding has nothing to say but the same absence on both sides."""
    values = (constat.niveau, constat.reference, constat.variation, constat.variation_reference)
    return all(value is None for value in values) and constat.statut == constat.statut_reference


def _muets(statut: str, constats: Sequence[Constat], contexte: Contexte) -> str:
    labels = " ; ".join(contexte.indicateurs[constat.indicateur].libelle for constat in constats)
    return f"{majuscule(contexte.absence(statut))} {contexte.territoire.a}, ni {contexte.reference.a} : {labels}."


def phrase(constat: Constat, contexte: Contexte, doutes: Mapping[str, str] | None = None) -> str:
    """Return the finding as one sentence, followed by its precautions when it has some.

    Examples: « Part des familles monoparentales : 15,9 % à Harnes en 2020, contre 15,1 % dans le Pas-de-Calais, soit
    +0,8 point. »

    Args:
        constat: The finding.
        contexte: The words and the two territories.
        doutes: Why some indicators are doubtful, by id.
    """
    label = contexte.indicateurs[constat.indicateur].libelle
    parts = [_niveau(constat, contexte), _variation(constat, contexte)]
    sentence = f"{label} : {' ; '.join(part for part in parts if part)}."
    return " ".join([sentence, *_precautions(constat, contexte, (doutes or {}).get(constat.indicateur))])


def _niveau(constat: Constat, contexte: Contexte) -> str:
    """Return the level and what the reference's says of it; two counts are not set against each other."""
    year = f" en {constat.annee}" if constat.annee else ""
    here, there = contexte.territoire.a, contexte.reference.a
    own = contexte.valeur(constat.indicateur, constat.niveau, constat.statut)
    other = contexte.valeur(constat.indicateur, constat.reference, constat.statut_reference)
    if constat.niveau is None and constat.reference is None:
        return f"{own} {here}{year}, {_aussi(own, other)} {there}"
    if constat.reference is None:
        return f"{own} {here}{year} ; {other} {there}"
    if constat.niveau is None:
        return f"{own} {here}{year} ; {other} {there}"
    if constat.position == "incomparable":
        return f"{own} {here}{year}" + ("" if _varie(constat) else f" ; {other} {there}")
    return f"{own} {here}{year}, {_comparaison(constat, contexte, other)}"


def _comparaison(constat: Constat, contexte: Contexte, other: str) -> str:
    there = contexte.reference.a
    if constat.ecart == 0:
        return f"comme {there}"
    gap = contexte.ecart(constat.indicateur, constat.ecart, constat.ecart_type)
    if constat.position == "similaire":
        return f"un niveau similaire à celui {contexte.reference.de} ({other}, écart de {gap})"
    return f"contre {other} {there}, soit {gap}"


def _variation(constat: Constat, contexte: Contexte) -> str:
    there = contexte.reference.a
    own, other = constat.variation, constat.variation_reference
    if own is None and other is None:
        return ""
    if own is None:
        return f"variation sur cinq ans non publiée {contexte.territoire.a} ({variation(other)} {there})"
    if other is None:
        return f"{variation(own)} en cinq ans"
    if own == other:
        return f"{variation(own)} en cinq ans, comme {there}"
    return f"{variation(own)} en cinq ans, contre {variation(other)} {there}"


def _precautions(constat: Constat, contexte: Contexte, doute: str | None) -> list[str]:
    cautions = []
    if constat.rupture:
        cautions.append(
            f"Rupture en {constat.annee_rupture} : cette variation n'est pas interprétable. {constat.rupture}"
        )
    if constat.provisoire:
        cautions.append(f"{contexte.statuts['P'].libelle}.")
    if doute is not None:
        cautions.append(f"À vérifier : {doute}.")
    return cautions


def _varie(constat: Constat) -> bool:
    return constat.variation is not None or constat.variation_reference is not None


def _aussi(own: str, other: str) -> str:
    return "comme" if own == other else f"{other}"
