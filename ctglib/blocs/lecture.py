"""How the diagnostic is read, and what its figures must not be made to say, each rule drawn from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.blocs.theme import SANS_OBJET, ruptures
from ctglib.calculs.comparaison import DUREE_VARIATION, evolutions_annuelles
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import FINE, compter, enumerer, minuscule, nombre, nombre_court, points
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Theme

ORIENTE = ("hausse", "baisse")
NOMMES = 12  # beyond, indicators that no row gives are counted, theme by theme


def mode_de_lecture(
    constats: tuple[Constat, ...], seuils: Seuils, contexte: Contexte, annees: Mapping[int, str]
) -> Bloc:
    """Return the rules of reading, each with its threshold.

    Args:
        constats: A finding for every indicator: their years and statuses are what is explained.
        seuils: The thresholds of the catalogue.
        contexte: The words, the territory and its reference.
        annees: What to know of a peculiar year.
    """
    rules = [
        "Les chiffres sont ceux de la convention. Le classeur d'évaluation, l'outil qui produit ce rapport, calcule "
        "les écarts, écrit les phrases et contrôle ce qui s'accorde ; il n'ajoute aucune donnée.",
        f"Une seule référence : {contexte.reference.le}.",
        _annees(constats, annees),
        "L'écart entre deux taux se lit en points, entre deux montants par habitant en pourcentage. Deux effectifs ne "
        "se comparent que par leur variation : les deux territoires n'ont pas la même taille.",
        _similaire(seuils),
        f"La variation sur {nombre_court(DUREE_VARIATION)} ans rapporte la valeur de l'année à celle de "
        f"{nombre_court(DUREE_VARIATION)} ans plus tôt. Si une rupture de série tombe entre les deux, elle n'est pas "
        "interprétée.",
        _sens(seuils, [contexte.indicateurs[constat.indicateur] for constat in constats]),
        _statuts(constats, contexte),
        "Un écart décrit une situation. Il ne mesure l'effet d'aucune action.",
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


def _similaire(seuils: Seuils) -> str:
    rates = points(seuils.ecart_similaire_points, _decimales(seuils.ecart_similaire_points), signe=False)
    return (
        f"Deux taux à moins de {rates}, ou deux montants par habitant à moins de "
        f"{nombre_court(seuils.ecart_similaire_pourcent)}{FINE}%, sont dits similaires."
    )


def _sens(seuils: Seuils, indicateurs: list[Indicateur]) -> str:
    oriented = sum(item.sens in ORIENTE for item in indicateurs)
    total = compter(len(indicateurs), "indicateur")
    return (
        "Un écart n'est dit favorable (force) ou défavorable (besoin) que si une hausse ou une baisse est souhaitée, "
        f"ce qui est le cas de {nombre_court(oriented)} des {total} suivis, et s'il atteint "
        f"{nombre_court(seuils.ecart_notable_pourcent)}{FINE}% de la valeur de référence. Les autres décrivent la "
        "population ou l'offre."
    )


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


def _decimales(valeur: float) -> int:
    return 0 if float(valeur).is_integer() else 1


def limites(
    constats: tuple[Constat, ...],
    engagements: Iterable[str],
    contexte: Contexte,
    doutes: Mapping[str, str],
    manquants: Iterable[str] = (),
) -> Bloc:
    """Return the limits of the report: reference, series breaks, provisional, absent and doubtful values, articles.

    Args:
        constats: A finding for every indicator.
        engagements: What the convention says of its data.
        contexte: The words, the territory and its reference.
        doutes: Why some indicators are doubtful, by id.
        manquants: What the report leaves out (see ``laisse_de_cote``).
    """
    shown = [contexte.indicateurs[constat.indicateur] for constat in constats]
    return liste(
        [
            f"Seule référence : {contexte.reference.le} ; la convention ne donne aucune commune comparable.",
            "Les chiffres décrivent le territoire avant la convention : aucun ne mesure l'effet d'une action.",
            *manquants,
            *_douteux(doutes, contexte),
            *_provisoires(constats, contexte),
            *_absents(constats, contexte),
            *ruptures(shown),
            *_arrondis(shown, contexte),
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
