"""The needs by enjeu, the fiches that answer them, and what the convention leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import lieux_et_dates
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.enjeux import FICHE, besoins
from ctglib.document.blocs import Bloc, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, nombre
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention

LECTURE = (
    "Le rattachement des besoins aux enjeux et aux fiches est une lecture du classeur d'évaluation, à valider par le "
    "comité de pilotage : la convention ne l'écrit pas."
)


def besoins_en_bref(constats: pd.DataFrame, hors_enjeux: pd.DataFrame, convention: Convention) -> Bloc:
    """Return how many needs there are and how many have a fiche, and whose reading that is.

    Args:
        constats: As ``ctglib.calculs.enjeux.constats_par_enjeu`` returns them.
        hors_enjeux: As ``ctglib.calculs.enjeux.hors_enjeux`` returns them.
        convention: Its enjeux and fiches.
    """
    needs = besoins(constats, hors_enjeux)
    if needs.empty:
        return paragraphe("Aucun besoin ne se lit dans le diagnostic ni dans les fiches.")
    answered = int((needs["fiches"] != "").sum())
    left = len(needs) - answered
    if not answered:
        told = "Aucune fiche action ne répond aux besoins lus ici."
    elif not left:
        told = "Chaque besoin lu ici a une fiche action qui lui répond."
    else:
        told = f"Sur {compter(len(needs), 'besoin')}, {nombre(answered)} ont une fiche action qui leur répond."
    if left and answered:
        outside = int(needs["enjeu"].eq("").sum())
        told += f" {compter(left, 'reste', 'restent')} sans réponse"
        which = f"dont {nombre(outside)} dans" if outside < left else "dans"
        told += f", {which} des thèmes qu'aucun enjeu ne reprend." if outside else "."
    named = {number for cell in needs["fiches"] for number in cell.split(SEPARATEUR)}
    alone = [str(fiche.numero) for fiche in convention.fiches if str(fiche.numero) not in named]
    if alone and answered:
        told += (
            f" Aucun besoin lu ici ne mène {'aux fiches' if len(alone) > 1 else 'à la fiche'} action {enumerer(alone)}."
        )
    return paragraphe(told)


AUCUNE = "aucune fiche"
RIEN = "–"
SANS_ENJEU = "Hors des enjeux de la convention"


def tableau_besoins(
    constats: pd.DataFrame,
    hors_enjeux: pd.DataFrame,
    convention: Convention,
    contexte: Contexte,
    *,
    doutes: Collection[str],
) -> Tableau:
    """Return the needs in groups, one an enjeu, then those that no enjeu takes, each with the fiches that answer it.

    Args:
        constats: As ``constats_par_enjeu`` returns them; the CSV has them all, those that are no need among them.
        hors_enjeux: As ``hors_enjeux`` of the same module returns them.
        convention: Its enjeux and fiches.
        contexte: The words.
        doutes: The doubtful indicators, marked.
    """
    rows = besoins(constats, hors_enjeux)
    titles = {enjeu.id: enjeu.titre for enjeu in convention.enjeux}
    written = rows["origine"] == FICHE
    provisional = rows["statut"].eq(Statut.PROVISOIRE) | rows["statut_reference"].eq(Statut.PROVISOIRE)
    marks = provisional.map({True: " (p)", False: ""}) + rows["indicateur"].isin(list(doutes)).map(
        {True: " (?)", False: ""}
    )

    def besoin(row: pd.Series) -> str:
        return row["besoin"] or contexte.indicateurs[row["indicateur"]].libelle + marks[row.name]

    def niveau(cle: str, statut: str) -> Callable[[pd.Series], str]:
        return lambda row: RIEN if row["besoin"] else contexte.valeur(row["indicateur"], row[cle], row[statut])

    def reponse(fiches: str) -> str:
        numbers = fiches.split(SEPARATEUR) if fiches else []
        return f"{'fiches' if len(numbers) > 1 else 'fiche'} {enumerer(numbers)}" if numbers else AUCUNE

    notes = [LECTURE, " ".join(f"Fiche {fiche.numero} : {fiche.titre}." for fiche in convention.fiches)]
    notes += [f"(p) {contexte.statuts['P'].libelle}."] * bool(provisional.any())
    notes += ["(?) À vérifier : le contrôle de la convention dit pourquoi."] * bool(
        marks.str.contains("?", regex=False).any()
    )
    notes += ["– : le besoin est dit par le constat initial de la fiche, sans chiffre."] * bool(written.any())
    return Tableau.de(
        rows,
        [
            Colonne("intitule", "Besoin", ecrire=besoin),
            Colonne("ici", contexte.territoire.nom, numerique=True, ecrire=niveau("niveau", "statut")),
            Colonne("la", contexte.reference.nom, numerique=True, ecrire=niveau("reference", "statut_reference")),
            Colonne("fiches", "Réponse", ecrire=reponse),
        ],
        nom="besoins",
        titre=f"Besoins et fiches action qui leur répondent, {lieux_et_dates(contexte, rows['annee'])}",
        source=contexte.source,
        groupes=tuple(rows["enjeu"].map(titles).fillna(SANS_ENJEU)),
        notes=tuple(notes),
    )


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
    place = Colonne("reference", "Place dans la convention", ecrire=majuscule)
    columns = (
        Colonne("objet", "Objet"),
        Colonne("manque", "Ce qui manque ou reste ouvert"),
        *((place,) if premieres is None else ()),
        Colonne("question", "Question à poser"),
    )
    name = "lacunes" if premieres is None else "questions"
    return Tableau.de(rows, columns, nom=name, titre=title, source=source)
