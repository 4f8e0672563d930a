"""What a section of the diagnostic says of indicators of annexe 1: sentences, a table, the comments of the parties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ctglib.calculs.comparaison import DUREE_VARIATION, Constat
from ctglib.document.blocs import Bloc, Groupe, citation, paragraphe
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, date_longue, enumerer, majuscule, minuscule, nombre
from ctglib.donnees.modeles.catalogue import Indicateur, Theme
from ctglib.donnees.modeles.convention import Commentaire, Fiche
from ctglib.donnees.modeles.rapports import PhraseDeSection
from ctglib.donnees.statuts import Statut

NOMMES = 3  # a break that parts more indicators than that names the first one and counts the others
PLUS_VITE = "plus_vite"
VARIATIONS = ["variation", "variation_reference"]


def phrases(
    dites: Iterable[PhraseDeSection],
    constats: Mapping[str, Constat],
    contexte: Contexte,
    *,
    doutes: Collection[str],
    graphique: Sequence[str] = (),
) -> list[str]:
    """Return the sentences whose conditions hold; when none does, the widest gap of the chart (``graphique``) is named.

    A provisional or a doubtful value bears none.
    """
    sure = {name: item for name, item in constats.items() if not item.provisoire and name not in doutes}
    told = [
        _remplir(one.texte, [sure[name] for name in one.si], contexte)
        for one in dites
        if all(name in sure and _tient(sure[name], wanted) for name, wanted in one.si.items())
    ]
    gaps = [sure[name] for name in graphique if name in sure and sure[name].ecart_relatif is not None]
    if told or not gaps:
        return told
    widest = contexte.indicateurs[max(gaps, key=lambda item: abs(item.ecart_relatif)).indicateur].libelle
    return [f"C'est « {widest} » qui s'écarte le plus de la valeur {contexte.reference.de}."]


def _tient(constat: Constat, attendu: str) -> bool:
    if attendu != PLUS_VITE:
        return constat.position == attendu
    own, other = constat.variation, constat.variation_reference
    return own is not None and other is not None and not constat.rupture and own > max(other, 0)


def _remplir(phrase: str, constats: list[Constat], contexte: Contexte) -> str:
    """Return a sentence with the numbers of its indicators, and the two territories as it names them."""
    written = {
        "ici": lambda item: contexte.valeur(item.indicateur, item.niveau, item.statut),
        "la": lambda item: contexte.valeur(item.indicateur, item.reference, item.statut_reference),
        "points": lambda item: contexte.ecart(item.indicateur, item.ecart or 0.0, item.ecart_type).lstrip("+\u2212"),
        "variation": lambda item: variation(item.variation),
        "variation_la": lambda item: variation(item.variation_reference),
    }
    texts = {key: {item.indicateur: write(item) for item in constats} for key, write in written.items()}
    return phrase.format(**texts, a_reference=contexte.reference.a, de_reference=contexte.reference.de)


def services_absents(
    services: Iterable[str], constats: Mapping[str, Constat], fiches: Iterable[Fiche], contexte: Contexte
) -> list[str]:
    """Return how many of the services of the reference are absent, and whether a fiche answers one of them."""
    known = [item for name in services if (item := constats.get(name)) and item.reference]
    absent = {item.indicateur for item in known if item.niveau == 0}
    if not absent:
        return []
    verb = "n'existent pas" if len(absent) > 1 else "n'existe pas"
    some = "aucune n'existe" if len(absent) == len(known) else f"{nombre(len(absent))} {verb}"
    kinds = compter(len(known), "sorte de services", "sortes de services")
    answers = [str(fiche.numero) for fiche in fiches if set(fiche.repond_a) & absent]
    which = "Les fiches action {} y répondent." if len(answers) > 1 else "La fiche action {} y répond."
    return [
        f"{majuscule(contexte.reference.le)} compte {kinds} pour les parents et les habitants ; {some} "
        f"{contexte.territoire.a}.",
        which.format(enumerer(answers)) if answers else "Aucune fiche action n'y répond.",
    ]


def tableau_indicateurs(
    comparaison: pd.DataFrame,
    contexte: Contexte,
    *,
    titre: str,
    definitions: Iterable[str] = (),
    doutes: Collection[str] = (),
    **reste: object,
) -> Tableau:
    """Return the rows of ``comparer``, one an indicator; a column of gaps or of variations only when a row has one.

    ``titre`` has neither places nor years; ``definitions`` are the indicators whose meaning stands under the table.
    """
    here, there = contexte.territoire.nom, contexte.reference.nom
    provisional = comparaison[["statut", "statut_reference"]].eq(Statut.PROVISOIRE).any(axis=1)
    doubtful = comparaison["indicateur"].isin(list(doutes))
    changed = comparaison[comparaison[VARIATIONS].notna().any(axis=1)]

    def libelle(row: pd.Series) -> str:
        marks = ["p"] * int(provisional[row.name]) + ["?"] * int(doubtful[row.name])
        return row["libelle"] + (f" ({', '.join(marks)})" if marks else "")

    columns = [
        Colonne("intitule", "Indicateur", ecrire=libelle),
        Colonne("annee", "Année", True, ecrire=lambda year: "" if pd.isna(year) else str(int(year))),
        Colonne("territoire", here, True, "Niveau", lambda row: (
            contexte.valeur(row["indicateur"], row["valeur"], row["statut"]))),
        Colonne("de_reference", there, True, "Niveau", lambda row: (
            contexte.valeur(row["indicateur"], row["valeur_reference"], row["statut_reference"]))),
        Colonne("ecart_ecrit", "Écart", True, ecrire=lambda row: (
            RIEN if pd.isna(row["ecart"]) else contexte.ecart(row["indicateur"], row["ecart"], row["ecart_type"]))),
        Colonne("variation", here, True, "Variation sur 5 ans", variation),
        Colonne("variation_reference", there, True, "Variation sur 5 ans", variation),
    ]  # fmt: skip
    useless = {
        "annee": comparaison["annee"].nunique() <= 1,
        "ecart_ecrit": comparaison["ecart"].isna().all(),
        **dict.fromkeys(VARIATIONS, changed.empty),
    }
    return contexte.tableau(
        comparaison,
        [column for column in columns if not useless.get(column.cle)],
        titre=f"{titre}, {lieux_et_dates(contexte, comparaison['annee'])}",
        notes=(
            *(f"{item.libelle} : {minuscule(item.definition)}" for item in map(contexte.indicateurs.get, definitions)),
            *marques(contexte, provisoire=provisional.any(), douteux=doubtful.any()),
            *ruptures([contexte.indicateurs[name] for name in changed["indicateur"]], changed["annee"]),
        ),
        **reste,
    )


def marques(contexte: Contexte, *, provisoire: bool, douteux: bool) -> list[str]:
    """Return the notes that explain the marks of a table."""
    return [f"(p) {contexte.statuts['P'].libelle}."] * bool(provisoire) + [
        "(?) À vérifier : le contrôle de la convention dit pourquoi."
    ] * bool(douteux)


def lieux_et_dates(contexte: Contexte, annees: pd.Series) -> str:
    """Return « Harnes et Pas-de-Calais, 2018-2020 », as captions end; no year when none is known."""
    years = sorted({str(int(annee)) for annee in annees.dropna()})
    period = "-".join(dict.fromkeys((years[0], years[-1]))) if years else ""
    return ", ".join(part for part in (f"{contexte.territoire.nom} et {contexte.reference.nom}", period) if part)


def ruptures(indicateurs: list[Indicateur], annees: Iterable[float] | None = None) -> list[str]:
    """Return one sentence a break (year and reason), with the indicators that it parts, earliest first.

    With the year of each indicator, only the breaks of the five years before it are told.
    """
    concerned: dict[tuple[int, str], list[str]] = {}
    for item, when in zip(indicateurs, annees if annees is not None else [None] * len(indicateurs), strict=True):
        for rupture in item.ruptures:
            if when is None or when - DUREE_VARIATION < rupture.annee <= when:
                concerned.setdefault((rupture.annee, rupture.raison), []).append(f"« {item.libelle} »")
    return [
        f"Rupture de série en {annee} ("
        + (enumerer(names) if len(names) <= NOMMES else f"{compter(len(names), 'indicateur')}, dont {names[0]}")
        + f"). {raison}"
        for (annee, raison), names in sorted(concerned.items())
    ]


def commentaires(themes: Collection[str], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments on some themes, the earliest first, with author and date; nothing when none is in."""
    own = sorted((item for item in commentaires if item.theme in themes), key=lambda item: item.date)
    quotes = [citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}") for item in own]
    return sum(quotes, paragraphe("Commentaires des parties :")) if own else Groupe()


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> str:
    """Return which themes await a comment of the parties, "" when each has one."""
    told = {item.theme for item in commentaires}
    awaited = [f"« {theme.titre} »" for theme in themes if theme.theme not in told]
    if awaited and not told:
        return "Les parties n'ont encore commenté aucun thème."
    return f"Les parties n'ont pas encore commenté {enumerer(awaited)}." if awaited else ""


def sans_colonne_vide(tableau: Tableau) -> Tableau:
    """Return a table without the columns that have nothing but dashes."""
    told = (column for column in tableau.colonnes if tableau.cellules[column.cle].ne(RIEN).any())
    return replace(tableau, colonnes=tuple(told))
