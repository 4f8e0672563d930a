"""The needs by enjeu, the fiches that answer them, and what the convention leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import deux_niveaux, lieux_et_dates
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, INDICATEUR, SERVICE, besoins
from ctglib.document.blocs import Bloc, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, nombre_court, pourcent
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Seuils, Theme
    from ctglib.donnees.modeles.convention import Convention

ORIGINES = {
    INDICATEUR: ("dans les indicateurs qui ont un sens souhaité",) * 2,
    SERVICE: ("service absent", "services absents"),
    FICHE: ("dans le constat initial des fiches action",) * 2,
}


def besoins_en_bref(constats: pd.DataFrame, hors_enjeux: pd.DataFrame, convention: Convention) -> Bloc:
    """Return how many needs there are and how many have a fiche, and whose reading that is.

    Args:
        constats: As ``ctglib.calculs.enjeux.constats_par_enjeu`` returns them.
        hors_enjeux: As ``ctglib.calculs.enjeux.hors_enjeux`` returns them.
        convention: Its enjeux and fiches.
    """
    needs = besoins(constats, hors_enjeux)
    total, answered = len(needs), int((needs["fiches"] != "").sum())
    outside = f" ; {len(hors_enjeux)} sont dans des thèmes qu'aucun enjeu ne reprend" if len(hors_enjeux) else ""
    counted = "Aucun besoin ne se lit dans le diagnostic ni dans les fiches."
    if total:
        counts = needs["origine"].value_counts()
        parts = [compter(int(counts[kind]), *words) for kind, words in ORIGINES.items() if kind in counts]
        counted = (
            f"{compter(total, 'besoin')} : {enumerer(parts)}{outside}. "
            f"Une fiche action répond à {answered} d'entre eux, aucune à {total - answered}."
        )
    return paragraphe(" ".join([counted, *_fiches_sans_constat(constats, hors_enjeux, convention)])) + paragraphe(
        "Le rattachement des thèmes aux enjeux, et des indicateurs aux fiches, est une lecture du classeur "
        "d'évaluation, à valider par le comité de pilotage : la convention ne l'écrit pas.",
        classe="note",
    )


def _fiches_sans_constat(constats: pd.DataFrame, hors_enjeux: pd.DataFrame, convention: Convention) -> list[str]:
    """Return the fiches to which no finding of the tables leads."""
    named = {
        numero for table in (constats, hors_enjeux) for cell in table["fiches"] for numero in cell.split(SEPARATEUR)
    }
    alone = [str(fiche.numero) for fiche in convention.fiches if str(fiche.numero) not in named]
    if not alone:
        return []
    noun = "à la fiche action" if len(alone) == 1 else "aux fiches action"
    return [f"Aucun constat ne mène {noun} {enumerer(alone)}."]


LECTURES = {"besoin": "besoin", "atout": "atout", "similaire": "similaire", "repere": "repère"}
EXPLICATIONS = {
    "besoin": "besoin : écart défavorable d'au moins {notable} % de la référence, selon l'évolution souhaitée de "
    "l'indicateur ; service absent du territoire ; ou besoin que dit le constat initial d'une fiche.",
    "atout": "atout : écart favorable, selon le même sens.",
    "similaire": "similaire : écart de moins de {points} point, ou de {pourcent} % pour un montant par habitant.",
    "repere": "repère : écart ni favorable ni défavorable en lui-même, ou trop petit pour l'être.",
}
AUCUNE = "aucune fiche"
RIEN = "–"


def tableau_enjeux(
    constats: pd.DataFrame,
    convention: Convention,
    contexte: Contexte,
    *,
    seuils: Seuils,
    doutes: Mapping[str, str],
) -> Tableau:
    """Return the findings in groups, one an enjeu; an enjeu that no theme informs says so, with its fiches.

    Args:
        constats: As ``constats_par_enjeu`` returns them.
        convention: Its enjeux and fiches.
        contexte: The words.
        seuils: Under which two values are called similar, printed under the table.
        doutes: Why some indicators are doubtful, by id.
    """
    groups, cells = [], []
    for enjeu in convention.enjeux:
        rows = [_cellules(row, contexte, doutes) for _, row in constats[constats["enjeu"] == enjeu.id].iterrows()]
        if not rows:
            own = [str(fiche.numero) for fiche in convention.fiches if fiche.enjeu == enjeu.id]
            rows = [["Aucun constat comparable du diagnostic", *[RIEN] * 4, _fiches(own)]]
        cells += rows
        groups += [enjeu.titre] * len(rows)
    return Tableau(
        nom="enjeux",
        titre=f"Constats par enjeu, et fiches action qui leur répondent, {lieux_et_dates(contexte, constats['annee'])}",
        colonnes=_colonnes(contexte),
        cellules=_table(cells, contexte),
        donnees=constats,
        source=contexte.source,
        groupes=tuple(groups),
        notes=(
            *_lectures(constats, seuils),
            *_precautions(constats, contexte, doutes),
            *_titres_des_fiches(convention),
        ),
    )


def tableau_hors_enjeux(
    constats: pd.DataFrame,
    convention: Convention,
    contexte: Contexte,
    *,
    themes: Iterable[Theme],
    doutes: Mapping[str, str],
) -> Tableau:
    """Return the needs of the themes that no enjeu takes, in groups, one a theme, in the order of Annexe 1."""
    shown = list(themes)
    groups, cells = [], []
    for theme in shown:
        rows = [_cellules(row, contexte, doutes) for _, row in constats[constats["theme"] == theme.theme].iterrows()]
        cells += rows
        groups += [theme.titre] * len(rows)
    return Tableau(
        nom="hors-enjeux",
        titre=f"Besoins des thèmes qu'aucun enjeu ne reprend, {lieux_et_dates(contexte, constats['annee'])}",
        colonnes=_colonnes(contexte),
        cellules=_table(cells, contexte),
        donnees=constats,
        source=contexte.source,
        groupes=tuple(groups) or None,
        notes=(*_precautions(constats, contexte, doutes), *_sans_besoin(constats, convention, shown)),
    )


def _colonnes(contexte: Contexte) -> tuple[Colonne, ...]:
    return (
        Colonne("constat", "Constat"),
        *deux_niveaux(contexte, "niveau"),
        Colonne("ecart", "Écart", numerique=True),
        Colonne("lecture", "Lecture"),
        Colonne("reponse", "Réponse"),
    )


def _table(cells: list[list[str]], contexte: Contexte) -> pd.DataFrame:
    return pd.DataFrame(cells, columns=[colonne.cle for colonne in _colonnes(contexte)])


def _cellules(row: pd.Series, contexte: Contexte, doutes: Mapping[str, str]) -> list[str]:
    answer = _fiches(row["fiches"].split(SEPARATEUR) if row["fiches"] else [])
    if row["origine"] == FICHE:
        told = f"{row['besoin']} (constat de la fiche {row['fiches']})"
        return [told, RIEN, RIEN, RIEN, LECTURES[row["lecture"]], answer]
    identifiant = row["indicateur"]
    marks = " (p)" if Statut.PROVISOIRE in (row["statut"], row["statut_reference"]) else ""
    marks += " (?)" if identifiant in doutes else ""
    gap = "service absent"
    if row["origine"] != SERVICE:
        gap = contexte.ecart(identifiant, row["ecart"], row["ecart_type"])
        relative = row["ecart_type"] != "pourcent" and pd.notna(row["ecart_relatif"])
        gap += f" ({pourcent(row['ecart_relatif'], 0, signe=True)})" if relative else ""
    return [
        contexte.indicateurs[identifiant].libelle + marks,
        *(colonne.ecrire(row) for colonne in deux_niveaux(contexte, "niveau")),
        gap,
        LECTURES[row["lecture"]],
        answer,
    ]


def _fiches(numeros: list[str]) -> str:
    if not numeros:
        return AUCUNE
    return f"{'fiches' if len(numeros) > 1 else 'fiche'} {enumerer(numeros)}"


def _lectures(constats: pd.DataFrame, seuils: Seuils) -> list[str]:
    present = set(constats["lecture"])
    limits = {
        "points": nombre_court(seuils.ecart_similaire_points),
        "pourcent": nombre_court(seuils.ecart_similaire_pourcent),
        "notable": nombre_court(seuils.ecart_notable_pourcent),
    }
    told = [text.format(**limits) for reading, text in EXPLICATIONS.items() if reading in present]
    return [" ".join(told)] if told else []


def _sans_besoin(constats: pd.DataFrame, convention: Convention, themes: list[Theme]) -> list[str]:
    """Return the other themes that no enjeu takes: none of their indicators is a need."""
    told = {theme for enjeu in convention.enjeux for theme in enjeu.themes} | set(constats["theme"])
    left = [f"« {theme.titre} »" for theme in themes if theme.theme not in told]
    return [f"Sans enjeu non plus, et sans besoin relevé : {enumerer(left)}."] if left else []


def _precautions(constats: pd.DataFrame, contexte: Contexte, doutes: Mapping[str, str]) -> list[str]:
    notes = []
    if len(constats):
        notes.append(f"Entre parenthèses, l'écart en % de la valeur {contexte.reference.de}.")
    if Statut.PROVISOIRE in set(constats[["statut", "statut_reference"]].to_numpy().ravel()):
        notes.append(f"(p) {contexte.statuts['P'].libelle}.")
    if any(identifiant in doutes for identifiant in constats["indicateur"]):
        notes.append("(?) Donnée douteuse : voir le contrôle de cohérence.")
    return notes


def _titres_des_fiches(convention: Convention) -> list[str]:
    return [" ".join(f"Fiche {fiche.numero} : {fiche.titre}." for fiche in convention.fiches)]


def lacunes(convention: Convention, source: str, *, premieres: int | None = None) -> Tableau:
    """Return one row a gap, with the question to put to the parties: all, or those to put first.

    Args:
        convention: Its ``lacunes``; ``lacunes_d_abord`` come before the others when not all are shown.
        source: The document, as captions write it.
        premieres: How many, all in the order of the file when not given.
    """
    rows = pd.DataFrame(
        [item.model_dump() for item in convention.lacunes],
        columns=["id", "objet", "manque", "reference", "question"],
    )
    title = f"Ce que la convention ne dit pas, et les questions à poser, {convention.titre}"
    if premieres is not None:
        first = {name: rank for rank, name in enumerate(convention.lacunes_d_abord)}
        ranks = rows["id"].map(first).fillna(len(first))
        rows = rows.loc[ranks.sort_values(kind="stable").index].head(premieres)
        title = f"Les questions à poser d'abord, {convention.titre}"
    columns = (
        Colonne("objet", "Objet"),
        Colonne("manque", "Ce qui manque ou reste ouvert"),
        Colonne("reference", "Place dans la convention", ecrire=majuscule),
        Colonne("question", "Question à poser"),
    )
    name = "lacunes" if premieres is None else "questions"
    return Tableau.de(rows, columns, nom=name, titre=title, source=source)
