"""What the figures must not be made to say, each limit drawn from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.comparaison import evolutions_annuelles
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import compter, enumerer, nombre, nombre_court
from ctglib.rapport.tableaux.themes import ruptures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.constats import Constat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Article


def limites(
    constats: tuple[Constat, ...], articles: Iterable[Article], contexte: Contexte, doutes: Mapping[str, str]
) -> Bloc:
    """Return the limits of the report: reference, series breaks, provisional, absent and doubtful values, articles.

    Args:
        constats: A finding for every indicator.
        articles: The articles of the convention; those marked ``limite`` are told.
        contexte: The words, the territory and its reference.
        doutes: Why some indicators are doubtful, by id.
    """
    shown = [contexte.indicateurs[constat.indicateur] for constat in constats]
    return liste(
        [
            f"La seule référence est {contexte.reference.le} : la convention ne donne aucune commune comparable.",
            "Les chiffres décrivent le territoire avant la convention : aucun ne mesure l'effet d'une action.",
            *_douteux(doutes, contexte),
            *_provisoires(constats, contexte),
            *_absents(constats, contexte),
            *ruptures(shown),
            *_arrondis(shown, contexte),
            *(f"Article {article.numero} : {article.consequence}" for article in articles if article.limite),
        ]
    )


def _douteux(doutes: Mapping[str, str], contexte: Contexte) -> list[str]:
    if not doutes:
        return []
    names = _libelles(doutes, contexte)
    return [
        f"Indicateurs à vérifier, signalés et jamais corrigés ({nombre(len(doutes))}) : {names}. Le contrôle de "
        "cohérence dit pourquoi."
    ]


def _provisoires(constats: tuple[Constat, ...], contexte: Contexte) -> list[str]:
    yearly = set(evolutions_annuelles({constat.indicateur: constat.unite for constat in constats}).values())
    provisional = [constat.indicateur for constat in constats if constat.provisoire]
    levels = [identifiant for identifiant in provisional if identifiant not in yearly]
    sentences = []
    if levels:
        sentences.append(f"{compter(len(levels), 'indicateur provisoire')} : {_libelles(levels, contexte)}.")
    if len(provisional) > len(levels):
        count = compter(
            len(provisional) - len(levels), "évolution annuelle d'équipements", "évolutions annuelles d'équipements"
        )
        sentences.append(f"{count} : toutes provisoires.")
    return sentences


def _absents(constats: tuple[Constat, ...], contexte: Contexte) -> list[str]:
    """Return which indicators lack a value, why, and where; the same ones in both territories are named once."""
    lacking: dict[tuple[str, str], list[str]] = {}
    for constat in constats:
        for valeur, statut, ou in (
            (constat.niveau, constat.statut, contexte.territoire.a),
            (constat.reference, constat.statut_reference, contexte.reference.a),
        ):
            if valeur is None:
                lacking.setdefault((contexte.absence(statut), ou), []).append(constat.indicateur)
    places: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (mot, ou), absents in lacking.items():
        places.setdefault((mot, tuple(absents)), []).append(ou)
    return [
        f"{compter(len(absents), 'indicateur')} « {mot} » {enumerer(ou)} : {_libelles(absents, contexte)}."
        for (mot, absents), ou in places.items()
    ]


def _arrondis(indicateurs: list[Indicateur], contexte: Contexte) -> list[str]:
    """Return the counts that their source rounds by more than one, where a small difference is noise."""
    rounded: dict[float, list[str]] = {}
    for item in indicateurs:
        if item.arrondi_source is not None and item.arrondi_source > 1:
            rounded.setdefault(item.arrondi_source, []).append(item.id)
    return [
        f"Arrondis à {nombre_court(step)} par leur source, une différence de {nombre_court(step)} ou moins n'y est pas "
        f"lue : {_libelles(names, contexte)}."
        for step, names in sorted(rounded.items())
    ]


def _libelles(identifiants: Iterable[str], contexte: Contexte) -> str:
    """Return the labels, parted by semicolons: some hold a comma."""
    return " ; ".join(contexte.indicateurs[identifiant].libelle for identifiant in identifiants)
