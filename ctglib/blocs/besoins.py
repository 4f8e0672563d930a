"""The needs by enjeu, the fiches that answer them, and what the convention leaves open."""

from __future__ import annotations

from collections.abc import Callable, Collection

import pandas as pd

from ctglib.blocs.theme import lieux_et_dates, marques
from ctglib.calculs.comparaison import FICHE
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.document.blocs import Bloc, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, nombre
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.statuts import Statut

AUCUNE, SANS_ENJEU = "aucune fiche", "Hors des enjeux de la convention"
LECTURE = (
    "Le rattachement des besoins aux enjeux et aux fiches est une lecture du classeur d'évaluation, à valider par le "
    "comité de pilotage : la convention ne l'écrit pas."
)


def besoins_en_bref(besoins: pd.DataFrame, convention: Convention) -> Bloc:
    """Return how many needs there are and how many have a fiche; ``besoins`` are those of ``Diagnostic``."""
    if besoins.empty:
        return paragraphe("Aucun besoin ne se lit dans le diagnostic ni dans les fiches.")
    left = int(besoins["fiches"].eq("").sum())
    answered = len(besoins) - left
    if not answered:
        return paragraphe("Aucune fiche action ne répond aux besoins lus ici.")
    told = "Chaque besoin lu ici a une fiche action qui lui répond."
    if left:
        outside = int(besoins["enjeu"].eq("").sum())
        which = f"dont {nombre(outside)} dans" if outside < left else "dans"
        told = (
            f"Sur {compter(len(besoins), 'besoin')}, {nombre(answered)} ont une fiche action qui leur répond. "
            f"{compter(left, 'reste', 'restent')} sans réponse"
            + (f", {which} des thèmes qu'aucun enjeu ne reprend." if outside else ".")
        )
    named = {number for cell in besoins["fiches"] for number in cell.split(SEPARATEUR)}
    if alone := [str(fiche.numero) for fiche in convention.fiches if str(fiche.numero) not in named]:
        which = "aux fiches" if len(alone) > 1 else "à la fiche"
        told += f" Aucun besoin lu ici ne mène {which} action {enumerer(alone)}."
    return paragraphe(told)


def tableau_besoins(
    besoins: pd.DataFrame, convention: Convention, contexte: Contexte, *, doutes: Collection[str]
) -> Tableau:
    """Return the needs in groups, one an enjeu, then those that no enjeu takes, each with the fiches that answer it."""
    provisional = besoins[["statut", "statut_reference"]].eq(Statut.PROVISOIRE).any(axis=1)
    doubtful = besoins["indicateur"].isin(list(doutes))

    def besoin(row: pd.Series) -> str:
        marks = " (p)" * int(provisional[row.name]) + " (?)" * int(doubtful[row.name])
        return row["besoin"] or contexte.indicateurs[row["indicateur"]].libelle + marks

    def niveau(cle: str, statut: str) -> Callable[[pd.Series], str]:
        return lambda row: RIEN if row["besoin"] else contexte.valeur(row["indicateur"], row[cle], row[statut])

    def reponse(fiches: str) -> str:
        numbers = fiches.split(SEPARATEUR)
        return f"{'fiches' if len(numbers) > 1 else 'fiche'} {enumerer(numbers)}" if fiches else AUCUNE

    return contexte.tableau(
        besoins,
        [
            Colonne("intitule", "Besoin", ecrire=besoin),
            Colonne("ici", contexte.territoire.nom, True, ecrire=niveau("niveau", "statut")),
            Colonne("la", contexte.reference.nom, True, ecrire=niveau("reference", "statut_reference")),
            Colonne("fiches", "Réponse", ecrire=reponse),
        ],
        "besoins",
        f"Besoins et fiches action qui leur répondent, {lieux_et_dates(contexte, besoins['annee'])}",
        groupes=tuple(besoins["enjeu"].map({enjeu.id: enjeu.titre for enjeu in convention.enjeux}).fillna(SANS_ENJEU)),
        notes=(
            LECTURE,
            " ".join(f"Fiche {fiche.numero} : {fiche.titre}." for fiche in convention.fiches),
            *marques(contexte, provisoire=provisional.any(), douteux=doubtful.any()),
            *["– : le besoin est dit par le constat initial de la fiche, sans chiffre."]
            * int(besoins["origine"].eq(FICHE).any()),
        ),
    )


def lacunes(convention: Convention, source: str, *, premieres: int | None = None) -> Tableau:
    """Return one row a gap, with the question to put to the parties: all in their order, or those to put first."""
    columns = ["id", "objet", "manque", "reference", "question"]
    rows = pd.DataFrame([item.model_dump() for item in convention.lacunes], columns=columns)
    told = [
        Colonne("objet", "Objet"),
        Colonne("manque", "Ce qui manque ou reste ouvert"),
        Colonne("reference", "Place dans la convention", ecrire=majuscule),
        Colonne("question", "Question à poser"),
    ]
    if premieres is None:
        title = f"Ce que la convention ne dit pas, et les questions à poser, {convention.titre}"
        return Tableau.de(rows, told, nom="lacunes", titre=title, source=source)
    ranks = {name: rank for rank, name in enumerate(convention.lacunes_d_abord)}
    rows = rows.sort_values("id", key=lambda ids: ids.map(ranks).fillna(len(ranks)), kind="stable").head(premieres)
    title = f"Les questions à poser d'abord, {convention.titre}"
    return Tableau.de(rows, [told[0], told[1], told[3]], nom="questions", titre=title, source=source)
