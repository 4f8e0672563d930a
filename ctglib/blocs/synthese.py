"""The first page of the diagnostic: key figures, strengths and needs, what is uncertain. It holds on one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.comparaison import classer_par_ecart, evolutions_annuelles, services_absents
from ctglib.document.blocs import Bloc, ChiffreCle, Groupe, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.contexte import variation
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule, nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.comparaison import Constat, Sens
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import Synthese
    from ctglib.donnees.modeles.catalogue import Indicateur


@dataclass(frozen=True)
class Incertitudes:
    """What the figures leave in doubt.

    Args:
        provisoires: Indicators whose level may still be revised; ``evolutions_provisoires`` counts the yearly changes.
        ruptures: Findings whose variation crosses a break.
        absents: Indicators of which one of the two values is absent.
    """

    provisoires: tuple[str, ...]
    evolutions_provisoires: int
    ruptures: tuple[Constat, ...]
    absents: tuple[str, ...]


@dataclass(frozen=True)
class Essentiel:
    """The first page.

    ``reperes`` are wide gaps neither good nor bad, ``services`` those absent; ``doutes`` says why an indicator is
    doubtful. ``sans_ecart`` when no gap at all could be computed: that there is no need then means nothing.
    """

    chiffres: tuple[Constat, ...]
    forces: tuple[Constat, ...]
    besoins: tuple[Constat, ...]
    reperes: tuple[Constat, ...]
    services: tuple[Constat, ...]
    doutes: Mapping[str, str]
    incertitudes: Incertitudes
    sans_ecart: bool = False


def synthetiser(
    constats: tuple[Constat, ...],
    synthese: Synthese,
    indicateurs: Mapping[str, Indicateur],
    *,
    doutes: Mapping[str, str],
    incertitudes: Incertitudes,
) -> Essentiel:
    """Return what the first page shows, picked by the size of the gap to the reference.

    Strengths and needs are gaps that the catalogue's direction calls good or bad; a doubtful or provisional need comes
    last: it is never the strongest. Few indicators have a direction: the places that strengths leave empty go to the
    widest gaps without one, one a theme, doubtful values left out.

    Args:
        constats: A finding for every indicator, in catalogue order.
        synthese: The key figures, and how many strengths and needs.
        indicateurs: The catalogue.
        doutes: Why some indicators are doubtful, by id.
        incertitudes: See ``relever_incertitudes``.
    """
    by_id = {constat.indicateur: constat for constat in constats}
    ranked = classer_par_ecart(constats, indicateurs)
    forces = _de_sens(ranked, "favorable")[: synthese.forces]
    needs = _de_sens(ranked, "defavorable")[: synthese.besoins]
    return Essentiel(
        chiffres=tuple(by_id[identifiant] for identifiant in synthese.chiffres_cles if identifiant in by_id),
        forces=forces,
        besoins=tuple(sorted(needs, key=lambda item: item.provisoire or item.indicateur in doutes)),
        reperes=_un_par_theme(ranked, doutes)[: synthese.forces - len(forces)],
        services=services_absents(constats, synthese.services),
        doutes=doutes,
        incertitudes=incertitudes,
        sans_ecart=not ranked,
    )


def relever_incertitudes(constats: tuple[Constat, ...]) -> Incertitudes:
    """Return what is uncertain in the figures: provisional or absent values, breaks.

    Args:
        constats: A finding for every indicator.
    """
    yearly = set(evolutions_annuelles({constat.indicateur: constat.unite for constat in constats}).values())
    provisional = [constat.indicateur for constat in constats if constat.provisoire]
    return Incertitudes(
        provisoires=tuple(identifiant for identifiant in provisional if identifiant not in yearly),
        evolutions_provisoires=sum(identifiant in yearly for identifiant in provisional),
        ruptures=tuple(constat for constat in constats if constat.rupture),
        absents=tuple(c.indicateur for c in constats if c.niveau is None or c.reference is None),
    )


def _de_sens(constats: Iterable[Constat], sens: Sens) -> tuple[Constat, ...]:
    return tuple(constat for constat in constats if constat.sens == sens)


def _un_par_theme(ranked: Iterable[Constat], doutes: Mapping[str, str]) -> tuple[Constat, ...]:
    """Return, for each theme, its widest gap that is neither good nor bad nor similar nor doubtful."""
    first: dict[str, Constat] = {}
    for constat in _de_sens(ranked, "neutre"):
        if constat.position != "similaire" and constat.indicateur not in doutes:
            first.setdefault(constat.theme, constat)
    return tuple(first.values())


ABSENTS_EN_CASES = 2  # beyond, the key figures without a value are named in a sentence


def page(essentiel: Essentiel, contexte: Contexte) -> Bloc:
    """Return the whole first page."""
    return (
        chiffres(essentiel, contexte)
        + forces_et_besoins(essentiel, contexte)
        + incertitudes(essentiel.incertitudes, contexte)
    )


def chiffres(essentiel: Essentiel, contexte: Contexte) -> Bloc:
    """Return the key figures: value, subject, and the reference's value or both variations as a landmark.

    Once several are absent for the same reason, they are named together under those that are known.
    """
    mute = [constat for constat in essentiel.chiffres if constat.niveau is None]
    known = [constat for constat in essentiel.chiffres if constat.niveau is not None]
    shown, named = (known, mute) if len(mute) > ABSENTS_EN_CASES else (essentiel.chiffres, [])
    return (_cases(shown, essentiel, contexte) if shown else Groupe()) + _sans_valeur(named, contexte)


def _sans_valeur(constats: Iterable[Constat], contexte: Contexte) -> Bloc:
    """Return the key figures that have no value, one paragraph a reason."""
    labels: dict[str, list[str]] = {}
    for constat in constats:
        labels.setdefault(constat.statut, []).append(contexte.indicateurs[constat.indicateur].libelle)
    told = (f"{majuscule(contexte.absence(statut))} : {' ; '.join(names)}." for statut, names in labels.items())
    return sum((paragraphe(sentence) for sentence in told), Groupe())


def _cases(constats: Iterable[Constat], essentiel: Essentiel, contexte: Contexte) -> Bloc:
    return chiffres_cles(
        ChiffreCle(
            contexte.valeur(constat.indicateur, constat.niveau, constat.statut),
            contexte.indicateurs[constat.indicateur].libelle,
            _repere(constat, essentiel.doutes, contexte),
        )
        for constat in constats
    )


def forces_et_besoins(essentiel: Essentiel, contexte: Contexte) -> Bloc:
    """Return strengths and needs side by side; what has no direction fills the place that strengths leave."""
    doubts = essentiel.doutes
    if essentiel.sans_ecart:
        return paragraphe(f"Aucun écart avec {contexte.reference.le} ne se calcule encore : les valeurs manquent.")
    strengths = sous_titre("Forces") + _ecarts(
        essentiel.forces, doubts, contexte, rien="Aucun écart favorable notable."
    )
    if essentiel.reperes:
        strengths += paragraphe("Autres écarts marqués, ni favorables ni défavorables en eux-mêmes :")
        strengths += _ecarts(essentiel.reperes, doubts, contexte)
    needs = sous_titre("Besoins") + _ecarts(
        essentiel.besoins, doubts, contexte, rien="Aucun écart défavorable notable."
    )
    names = [minuscule(contexte.indicateurs[item.indicateur].libelle) for item in essentiel.services]
    absent = f"Services absents : {enumerer(names)}. " if names else ""
    needs += paragraphe(f"{absent}Les fiches action disent d'autres besoins.")
    reading = (
        f"{contexte.territoire.nom}, puis {contexte.reference.nom} ; entre parenthèses, l'écart en % de la valeur "
        f"{contexte.reference.de}, une valeur douteuse en dernier."
    )
    return colonnes(strengths, needs) + paragraphe(reading, classe="note")


def incertitudes(doute: Incertitudes, contexte: Contexte) -> Bloc:
    """Return what is uncertain, one line a kind; a kind that has nothing is left out."""
    lines = [
        _provisoires(doute, contexte),
        _ruptures(doute, contexte),
        _absents(doute, contexte),
    ]
    return sous_titre("Ce qui est incertain") + liste(line for line in lines if line)


def _repere(constat: Constat, doutes: Mapping[str, str], contexte: Contexte) -> str:
    there = contexte.reference.nom
    if constat.position != "incomparable":
        text = f"{there} : {contexte.valeur(constat.indicateur, constat.reference, constat.statut_reference)}"
    elif constat.rupture:
        text = f"rupture en {constat.annee_rupture}"
    elif constat.variation is not None:
        text = f"{variation(constat.variation)} en cinq ans"
        if constat.variation_reference is not None:
            text += f" ({there} : {variation(constat.variation_reference)})"
    else:
        text = "une seule année d'une petite série" if contexte.indicateurs[constat.indicateur].petite_serie else ""
    year = str(constat.annee) if constat.annee else ""
    return " ; ".join(part for part in (year, text, *_reserves(constat, doutes)) if part)


def _ecarts(constats: tuple[Constat, ...], doutes: Mapping[str, str], contexte: Contexte, *, rien: str = "") -> Bloc:
    return liste(_ecart(constat, doutes, contexte) for constat in constats) if constats else paragraphe(rien)


def _ecart(constat: Constat, doutes: Mapping[str, str], contexte: Contexte) -> str:
    label = contexte.indicateurs[constat.indicateur].libelle
    own = contexte.valeur(constat.indicateur, constat.niveau, constat.statut)
    other = contexte.valeur_nue(constat.indicateur, constat.reference, constat.statut_reference)
    notes = [pourcent(constat.ecart_relatif, 0, signe=True), *_reserves(constat, doutes)]
    return f"{label} : {own}, contre {other} ({' ; '.join(notes)})"


def _reserves(constat: Constat, doutes: Mapping[str, str]) -> list[str]:
    """Return the marks of a value to be read with care."""
    provisional = ["provisoire"] if constat.provisoire else []
    return [*provisional, *(["à vérifier"] if constat.indicateur in doutes else [])]


def _provisoires(doute: Incertitudes, contexte: Contexte) -> str:
    kinds = [contexte.indicateurs[identifiant].libelle for identifiant in doute.provisoires]
    if doute.evolutions_provisoires:
        kinds.append(compter(doute.evolutions_provisoires, "évolution annuelle", "évolutions annuelles"))
    return f"Provisoires : {enumerer(kinds)}." if kinds else ""


def _ruptures(doute: Incertitudes, contexte: Contexte) -> str:
    labels = [contexte.indicateurs[constat.indicateur].libelle for constat in doute.ruptures]
    return f"Variation traversée par une rupture de série, non interprétable : {enumerer(labels)}." if labels else ""


def _absents(doute: Incertitudes, contexte: Contexte) -> str:
    if not doute.absents:
        return ""
    places = f"{contexte.territoire.a} ou {contexte.reference.a}"
    return f"Indicateurs sans valeur {places} : {nombre(len(doute.absents))}, nommés dans les limites."
