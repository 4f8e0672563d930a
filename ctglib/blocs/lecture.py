"""How the diagnostic is read, and what its figures must not be made to say, each rule drawn from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.blocs.theme import SANS_OBJET
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import compter, enumerer, minuscule, nombre_court, points
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Theme

NOMMES = 12  # beyond, indicators that no row gives are counted, theme by theme


def mode_de_lecture(
    constats: tuple[Constat, ...], seuils: Seuils, contexte: Contexte, annees: Mapping[int, str], autres: str = ""
) -> Bloc:
    """Return the rules of reading, each with its threshold.

    Args:
        constats: A finding for every indicator: their years and statuses are what is explained.
        seuils: The thresholds of the catalogue.
        contexte: The words, the territory and its reference.
        annees: What to know of a peculiar year.
        autres: What else than the convention the figures come from.
    """
    rules = [
        f"Les chiffres sont ceux de la convention{autres}, à côté de ceux {contexte.reference.de}. Un écart décrit une "
        "situation ; il ne mesure l'effet d'aucune action.",
        _annees(constats, annees),
        "Deux effectifs ne se comparent que par leur variation, deux montants par tête par leur rapport, deux taux en "
        f"points : à moins de {_proches(seuils)}, ils sont dits similaires.",
        _statuts(constats, contexte),
    ]
    return liste(rule for rule in rules if rule)


def _annees(constats: tuple[Constat, ...], peculiar: Mapping[int, str]) -> str:
    """Return the main year and the others, each with how many indicators it has."""
    known = [constat for constat in constats if constat.niveau is not None or constat.reference is not None]
    years = [constat.annee for constat in known if constat.annee is not None]
    if not years:
        return ""
    counts = {annee: years.count(annee) for annee in sorted(set(years))}
    main = max(counts, key=lambda annee: counts[annee])
    others = [f"{annee} ({compter(count, 'indicateur')})" for annee, count in counts.items() if annee != main]
    exceptions = f" ; les autres sont de {enumerer(others)}" if others else ""
    told = f" {peculiar[main]}" if main in peculiar else ""
    return f"L'année des données est {main} pour {compter(counts[main], 'indicateur')}{exceptions}.{told}"


def _proches(seuils: Seuils) -> str:
    near = seuils.ecart_similaire_points
    return points(near, 0 if float(near).is_integer() else 1, signe=False)


def _statuts(constats: tuple[Constat, ...], contexte: Contexte) -> str:
    """Return what each word of absence met in the data means, and the mark of a provisional value."""
    met = {statut for constat in constats for statut in (constat.statut, constat.statut_reference)}
    words = [
        f"« {statut.mot} » : {minuscule(statut.libelle)}"
        for code, statut in contexte.statuts.items()
        if code in met and statut.absence
    ]
    if Statut.PROVISOIRE in met:
        words.append(f"« (p) » : {minuscule(contexte.statuts['P'].libelle)}")
    words.append(f"« {SANS_OBJET} » : sans objet, ou que la convention ne donne pas")
    return f"{' ; '.join(words)}. Zéro est une mesure."


def limites(
    constats: tuple[Constat, ...],
    engagements: Iterable[str],
    contexte: Contexte,
    manquants: Iterable[str] = (),
    *,
    doutes: bool = False,
) -> Bloc:
    """Return the limits of the report: its one reference, doubtful and absent values, what the articles limit.

    Args:
        constats: A finding for every indicator.
        engagements: What the convention says of its data.
        contexte: The words, the territory and its reference.
        manquants: What the report leaves out (see ``laisse_de_cote``).
        doutes: Whether a value is doubtful.
    """
    doubtful = (
        "Les valeurs marquées (?) sont à vérifier ; aucune n'est corrigée. Le contrôle de la convention dit pourquoi."
    )
    return liste(
        [
            f"Seule référence : {contexte.reference.le} ; la convention ne donne aucune commune comparable.",
            *manquants,
            *([doubtful] if doutes else []),
            *_absents(constats, contexte),
            *_arrondis([contexte.indicateurs[constat.indicateur] for constat in constats], contexte),
            *engagements,
        ]
    )


def laisse_de_cote(
    themes: Iterable[Theme], constats: tuple[Constat, ...], contexte: Contexte, *, offre: bool
) -> list[str]:
    """Return what the report has no section on, or no row of, for want of data: nothing there is zero.

    Args:
        themes: The themes of the catalogue.
        constats: A finding for every indicator that annexe 1 gives.
        contexte: The words.
        offre: Whether annexe 2 describes a structure.
    """
    given = {constat.indicateur for constat in constats}
    lost = {theme.titre: [item.id for item in theme.indicateurs if item.id not in given] for theme in themes}
    empty = [f"« {theme.titre} »" for theme in themes if len(lost[theme.titre]) == len(theme.indicateurs)]
    rows = [name for theme in themes if f"« {theme.titre} »" not in empty for name in lost[theme.titre]]
    return [
        *([f"Thèmes sans chapitre, le diagnostic n'en donnant aucun chiffre : {enumerer(empty)}."] if empty else []),
        *([f"Sans ligne dans le diagnostic, donc inconnus : {_sans_ligne(rows, lost, contexte)}."] if rows else []),
        *([] if offre else ["L'offre existante n'est pas décrite : aucune structure, place, âge ou horaire n'est lu."]),
    ]


def _sans_ligne(noms: list[str], perdus: Mapping[str, list[str]], contexte: Contexte) -> str:
    """Return the labels of the indicators without a row, or how many a theme when they are more than a line."""
    if len(noms) <= NOMMES:
        return _libelles(noms, contexte)
    counts = {theme: sum(name in noms for name in names) for theme, names in perdus.items()}
    told = [f"{compter(count, 'indicateur')} de « {theme} »" for theme, count in counts.items() if count]
    return f"{enumerer(told)} ; leurs noms sont dans le dictionnaire du classeur"


def _absents(constats: tuple[Constat, ...], contexte: Contexte) -> list[str]:
    """Return which indicators lack a value, why, and where; the same ones in both territories are named once.

    A territory of which nothing is known is told in a sentence.
    """
    sides = {
        contexte.territoire.a: [(constat.niveau, constat.statut) for constat in constats],
        contexte.reference.a: [(constat.reference, constat.statut_reference) for constat in constats],
    }
    unknown = [where for where, cells in sides.items() if all(value is None for value, _ in cells)]
    lacking: dict[tuple[str, str], list[str]] = {}
    for rank, constat in enumerate(constats):
        for where, cells in sides.items():
            if cells[rank][0] is None and where not in unknown:
                lacking.setdefault((contexte.absence(cells[rank][1]), where), []).append(constat.indicateur)
    places: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (mot, where), absents in lacking.items():
        places.setdefault((mot, tuple(absents)), []).append(where)
    return [f"Aucun indicateur n'a de valeur {where}." for where in unknown] + [
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
