"""What could be gathered, what is still to be, whom to ask, and what was revised since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import RIEN
from ctglib.calculs.collecte import APPRECIATION, DEPART, ETAT, MOYEN, SEPARATEUR, VALEUR
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, majuscule, nombre, pourcent
from ctglib.rapport.phrases.suivi_indicateurs import PROFILS, mesuree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Responsable


COLONNES = (
    Colonne("nom", "Fiche ou service"),
    Colonne("attendus", "Attendus", numerique=True),
    Colonne("renseignes", "Renseignés", numerique=True),
    Colonne("provisoires", "dont provisoires", numerique=True),
    Colonne("non_transmis", "Non transmis", numerique=True),
    Colonne("non_disponibles", "Non disponibles", numerique=True),
    Colonne("taux", "Taux", numerique=True),
)


GROUPES = {"ensemble": "Toutes les fiches", "fiche": "Par fiche action", "responsable": "Par service qui saisit"}


COMPTES = ("attendus", "renseignes", "provisoires", "non_transmis", "non_disponibles")


NOTE = (
    "Un indicateur compte une fois, renseigné dès qu'une valeur l'est. Ne sont pas attendus : ce qui est sans objet, "
    "ce qui relève d'une fiche non commencée, ce que le classeur calcule."
)


def tableau_collecte(
    collecte: pd.DataFrame,
    convention: Convention,
    responsables: Mapping[str, Responsable],
    contexte: Contexte,
    *,
    annee: int,
) -> Tableau:
    """Return the counts and the rate in all, fiche by fiche, service by service.

    Args:
        collecte: As ``ctglib.calculs.collecte.taux_de_collecte`` returns it.
        convention: Its fiches.
        responsables: The services by id.
        contexte: The source.
        annee: Year of the bilan.
    """
    names = {str(fiche.numero): f"Fiche {fiche.numero}. {fiche.titre}" for fiche in convention.fiches}
    names |= {name: item.libelle for name, item in responsables.items()} | {"": "Ensemble"}
    cells = [
        [
            names.get(row["valeur_groupe"], row["valeur_groupe"]),
            *(nombre(row[name]) for name in COMPTES),
            _taux(row["taux"]),
        ]
        for row in collecte.to_dict("records")
    ]
    return Tableau(
        nom="collecte",
        titre=f"Indicateurs renseignés, {contexte.territoire.nom}, {annee}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=collecte,
        source=contexte.source,
        groupes=tuple(collecte["groupe"].map(GROUPES)),
        notes=(NOTE,),
    )


def _taux(taux: float) -> str:
    return "sans objet" if pd.isna(taux) else pourcent(taux, 0)


SANS_SERVICE = "Aucun service désigné"


AUCUNE, TIRET = "aucune", "–"


SUIVANTE, A_COMPLETER = "annee_suivante", "a_completer"


Demande = dict[str, object]


def tableau_a_collecter(
    demandes: pd.DataFrame,
    contexte: Contexte,
    *,
    responsables: Mapping[str, Responsable],
    evaluation: Evaluation,
    titre: str,
    nom: str = "a-collecter",
) -> Tableau:
    """Return one row an indicator with the years asked for and why; the CSV has one row a year.

    The next year, which all of them are asked for, is said once, in the head of the column and under the table.

    Args:
        demandes: As ``ctglib.calculs.collecte.a_collecter`` returns them, those of a fiche or of all.
        contexte: The words and the source.
        responsables: The services by id.
        evaluation: The words of the reasons.
        titre: Caption.
        nom: Short name of the table.
    """
    following = demandes.loc[demandes["motif"].eq(SUIVANTE), "annee"]
    year = int(following.iloc[0]) if len(following) else None
    columns = _colonnes(year)
    asked: dict[tuple[str, str], list[Demande]] = {}
    for row in demandes.to_dict("records"):
        asked.setdefault((row["responsable"], row["indicateur"]), []).append(row)
    groups, cells = [], []
    for (service, _), rows in asked.items():
        known = responsables.get(service)
        groups.append(known.libelle if known else SANS_SERVICE)
        cells.append(_cellules(rows, contexte, evaluation, groups[-1]))
    return Tableau(
        nom=nom,
        titre=titre,
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=demandes,
        source=f"{contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(groups),
        notes=() if year is None else (evaluation.mots["collecte_pour_tous"].format(annee=year),),
        classe="texte-long",
    )


def _colonnes(annee: int | None) -> tuple[Colonne, ...]:
    return (
        Colonne("indicateur", "Indicateur"),
        Colonne("fiche", "Fiche", numerique=True),
        Colonne("demande", "Ce qui est demandé" if annee is None else f"En plus de {annee}"),
        Colonne("document", "Où le trouver"),
        Colonne("derniere", "Dernière valeur connue"),
    )


def _cellules(rows: list[Demande], contexte: Contexte, evaluation: Evaluation, service: str) -> list[str]:
    first, before = rows[0], [row for row in rows if row["motif"] != SUIVANTE]
    asked = " ; ".join(f"{row['annee']} ({evaluation.mots['collecte_' + row['motif']]})" for row in before)
    return [
        contexte.indicateurs[first["indicateur"]].libelle,
        str(first["fiche"]),
        asked or TIRET,
        " ; ".join(majuscule(text) if rank == 0 else text for rank, text in enumerate(_ou(first, service))),
        _derniere(rows, contexte, evaluation),
    ]


def _ou(row: Demande, service: str) -> list[str]:
    """Return the document, then who holds it when it is not the service alone, which heads the group."""
    holder = row["qui"].removeprefix(service.partition(" (")[0]).lstrip(" ,").removeprefix("et ")
    return [text for text in (row["document"], holder) if text]


def _derniere(rows: list[Demande], contexte: Contexte, evaluation: Evaluation) -> str:
    """Return the last value and its year; a typology that was given refers to its profiles."""
    row = rows[0]
    if pd.notna(row["derniere_valeur"]):
        value = mesuree(row["indicateur"], row["derniere_valeur"], row["dernier_statut"], contexte)
        return f"{value} en {row['derniere_annee']}"
    given = all(row["motif"] != A_COMPLETER for row in rows)
    known = given and contexte.indicateurs[row["indicateur"]].table == PROFILS
    return evaluation.mots["voir_les_profils"] if known else AUCUNE


COLONNES_MANQUES_SUIVI = (Colonne("quoi", "Ce qui manque"), Colonne("detail", "Pour quoi"))


POINTS = "Réussites, difficultés, perspectives"


def tableau_manques_suivi(
    manques: pd.DataFrame,
    responsables: Mapping[str, Responsable],
    mots: Evaluation,
    contexte: Contexte,
    *,
    titre: str,
    poste: Callable[[str], tuple[str, str]],
    departs: Mapping[str, str] | None = None,
) -> Tableau:
    """Return what to ask, service by service; the CSV has one row a thing, with the document where it is found.

    Args:
        manques: As ``ctglib.calculs.collecte.manques`` returns them.
        responsables: The services by id.
        mots: The words of the reasons.
        contexte: The labels of the indicators and the source.
        titre: Caption.
        poste: The signatory and the label of a means « signataire/poste ».
        departs: The initial values to recall beside the name of an indicator, by indicator.
    """
    labels = {
        name: f"{contexte.indicateurs[name].libelle} (départ : {value})" for name, value in (departs or {}).items()
    }
    known = manques.drop_duplicates("responsable")["responsable"]
    services = [
        *[name for name in responsables if name in set(known)],
        *[name for name in known if name not in responsables],
    ]
    groups, cells = [], []
    for service in services:
        lines = [*_lignes(manques[manques["responsable"] == service], mots, contexte, (poste, labels))]
        groups += [responsables[service].libelle if service in responsables else SANS_SERVICE] * len(lines)
        cells += lines
    return Tableau(
        nom="manques",
        titre=titre,
        colonnes=COLONNES_MANQUES_SUIVI,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES_MANQUES_SUIVI]),
        donnees=manques,
        source=contexte.source,
        groupes=tuple(groups),
    )


def _lignes(
    rows: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    noms: tuple[Callable[[str], tuple[str, str]], Mapping[str, str]],
) -> Iterator[tuple[str, str]]:
    """Yield the rows of a service: states, then values by years asked for, means, appreciation."""
    poste, labels = noms
    states, values, means = (rows[rows["nature"] == nature] for nature in (ETAT, VALEUR, MOYEN))
    if len(states):
        noun = "Modalités" if len(states) > 1 else "Modalité"
        yield f"État en {states['annee'].iloc[0]}", f"{noun} {enumerer(list(states['element']))}"
    asked: dict[str, list[str]] = {}
    for indicateur, group in values.groupby("element", sort=False):
        asked.setdefault(_demande(group, mots), []).append(
            labels.get(indicateur, contexte.indicateurs[indicateur].libelle)
        )
    yield from ((what, " ; ".join(names)) for what, names in asked.items())
    payers: dict[str, list[str]] = {}
    for element in means["element"]:
        signataire, label = poste(element)
        payers.setdefault(signataire, []).append(label)
    for signataire, lines in payers.items():
        yield f"Moyens en {means['annee'].iloc[0]}", f"{signataire} : {' ; '.join(lines)}"
    if (rows["nature"] == APPRECIATION).any():
        yield f"Appréciation de {rows['annee'].max()}", POINTS


def _demande(group: pd.DataFrame, mots: Evaluation) -> str:
    """Return « Valeur de 2024 et 2022 pour le départ »: the years asked of an indicator, the latest first, and why."""
    latest = group.sort_values("annee", ascending=False)
    asked = zip(latest["motif"], latest["annee"], strict=True)
    parts = [mots.mots[f"manque_{motif}"].format(annee=annee) for motif, annee in asked]
    return f"Valeur de {enumerer(parts)}"


COLONNES_MANQUES = (
    Colonne("quoi", "Ce qui manque"),
    Colonne("fiche", "Fiche", numerique=True),
    Colonne("annees", "Années"),
    Colonne("document", "Où le trouver"),
)


QUOI = {
    ETAT: "État des modalités",
    MOYEN: "Moyens engagés (équivalents temps plein, euros)",
    APPRECIATION: "Appréciation : réussites, difficultés, perspectives",
}


def tableau_manques_finaux(
    manques: pd.DataFrame, responsables: Mapping[str, Responsable], cadre: Cadre
) -> Tableau | None:
    """Return one row a thing to ask, all its years at once; None when nothing is missing.

    Args:
        manques: As ``ctglib.calculs.collecte`` returns them.
        responsables: The services by id.
        cadre: The words.
    """
    if manques.empty:
        return None
    merged = _reunir(manques)
    cells = [[_quoi(row), str(row.fiche), row.quand, majuscule(row.document) or RIEN] for row in merged.itertuples()]
    return Tableau(
        nom="manques",
        titre=f"Ce qui manque, et à qui le demander, {cadre.lieu_et_dates}",
        colonnes=COLONNES_MANQUES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES_MANQUES]),
        donnees=manques,
        source="relevé des fichiers de suivi ; catalogue du classeur d'évaluation",
        groupes=tuple(responsables[name].libelle if name in responsables else name for name in merged["responsable"]),
        classe="texte-long",
    )


def _reunir(manques: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their years in words; the initial value of an indicator joins the row of its years."""
    starts = manques[manques["nature"] == DEPART].set_index("element")["annees"]
    valued = set(manques.loc[manques["nature"] == VALEUR, "element"])
    kept = manques[~(manques["nature"].eq(DEPART) & manques["element"].isin(valued))]
    told = []
    for row in kept.itertuples():
        start = starts.get(row.element, "") if row.nature == VALEUR else ""
        years = "" if row.nature == DEPART else periodes([int(year) for year in row.annees.split(SEPARATEUR)])
        initial = row.annees if row.nature == DEPART else start
        told.append(" ; ".join(part for part in (f"{initial} (départ)" if initial else "", years) if part))
    return kept.assign(quand=told)


def periodes(annees: list[int]) -> str:
    """Return years as a reader says them: « 2023 à 2026 », « 2023 et 2025 ».

    Examples:
        >>> periodes([2023, 2024, 2025]), periodes([2023, 2026])
        ('2023\\xa0à 2025', '2023 et 2026')
    """
    runs: list[list[int]] = []
    for year in annees:
        if runs and runs[-1][-1] == year - 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    said = [
        f"{run[0]}{INSECABLE}à {run[-1]}" if len(run) > 2 else enumerer([str(year) for year in run]) for run in runs
    ]
    return enumerer(said)


def _quoi(row: object) -> str:
    return QUOI.get(row.nature) or row.libelle


SANS_RAISON = "raison non donnée"


def tableau_revisions(
    revisions: pd.DataFrame, contexte: Contexte, *, annee: int, modalite: Callable[[str, str], str]
) -> Tableau:
    """Return one row a value that this bilan gives otherwise than last year's.

    Args:
        revisions: As ``ctglib.calculs.suivi.revisions`` returns them.
        contexte: The words.
        annee: Year of the bilan.
        modalite: The label of a modalité of a dimension.
    """
    columns = (
        Colonne("indicateur", "Indicateur"),
        Colonne("annee", "Année", numerique=True),
        Colonne("ancien", f"Bilan {annee - 1}", numerique=True),
        Colonne("nouveau", f"Bilan {annee}", numerique=True),
        Colonne("ecart", "Écart", numerique=True),
        Colonne("raison", "Pourquoi"),
    )
    cells = [_cellules_revisions(row, contexte, modalite) for row in revisions.itertuples()]
    return Tableau(
        nom="revisions",
        titre=f"Chiffres révisés depuis le bilan {annee - 1}, {contexte.territoire.nom}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=revisions,
        source=contexte.source,
    )


def _cellules_revisions(row: object, contexte: Contexte, modalite: Callable[[str, str], str]) -> list[str]:
    item = contexte.indicateurs[row.indicateur]
    detail = f" ({modalite(row.dimension, row.modalite)})" if row.dimension else ""
    return [
        item.libelle + detail,
        str(row.annee),
        contexte.valeur(row.indicateur, row.valeur_ancienne, row.statut_ancien),
        contexte.valeur(row.indicateur, row.valeur, row.statut),
        _ecart(row, contexte),
        majuscule(row.note) or SANS_RAISON,
    ]


def _ecart(row: object, contexte: Contexte) -> str:
    if pd.isna(row.valeur) or pd.isna(row.valeur_ancienne):
        return "–"
    item = contexte.indicateurs[row.indicateur]
    symbol = contexte.unites[item.unite].symbole
    return avec_unite(row.valeur - row.valeur_ancienne, symbol, item.decimales, signe=True)
