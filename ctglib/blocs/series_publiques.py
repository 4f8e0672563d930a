"""What public series, and the diagnostic, say of what a fiche is about: the territory, never the fiche's effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.territoire import notes_des_moyennes, part
from ctglib.calculs.territoire import Lieux, contexte_du_territoire
from ctglib.document.mesures import marquer
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre
from ctglib.donnees import publiques
from ctglib.donnees.modeles.catalogue import Indicateur

if TYPE_CHECKING:
    from ctglib.blocs.annee import EtudeAnnuelle

CLE = ["indicateur", "dimension", "modalite", "annee"]
CONTEXTE = "Ces séries décrivent le territoire. Elles ne disent rien de l'effet de la fiche."


def tableau_series(etude: EtudeAnnuelle, codes: list[str], numero: int) -> Tableau | None:
    """Return the last figure of some series, each with its year, how it moved, and the same of the reference.

    A series is one that the follow-up reads, an indicator of the diagnostic, or one of the public store.

    Args:
        etude: The year: what is later is not shown.
        codes: The series, in order.
        numero: The fiche.
    """
    here, there = etude.convention.territoire, etude.convention.reference
    read = [_lire(etude, code) for code in codes]
    meanings = {item.id: item for item, _ in read}
    series = pd.concat([rows for _, rows in read], ignore_index=True) if read else pd.DataFrame()
    if series.empty:
        return None
    places = Lieux(here, there, etude.convention.debut.year - 1)
    found = contexte_du_territoire(series, codes, meanings, places, etude.catalogue.evaluation.seuils)
    beside = series[series["territoire"].eq(there)].drop_duplicates(CLE, keep="last")
    found = found[found["valeur"].notna()].merge(
        beside[[*CLE, "valeur"]].astype({"annee": "Int64"}), on=CLE, how="left", suffixes=("", "_reference")
    )
    if found.empty:
        return None
    words = {one.id: one.libelle for item in etude.catalogue.dimensions.values() for one in item.modalites}
    lectures, since = etude.catalogue.bilan.lectures, places.depart

    def libelle(row: pd.Series) -> str:
        return words[row.modalite] if row.modalite else meanings[row.indicateur].libelle

    def niveau(colonne: str):
        def ecrire(row: pd.Series) -> str:
            if pd.isna(row[colonne]):
                return RIEN
            return marquer(nombre(row[colonne], meanings[row.indicateur].decimales), row.statut)

        return ecrire

    def evolution(row: pd.Series) -> str:
        if pd.notna(row.variation_des_moyennes):
            return f"{part(row.variation_des_moyennes, 0)} en moyenne, {lectures[row.lecture]}"
        changed, year = (
            (row.variation_depart, since) if pd.notna(row.variation_depart) else (row.variation, row.annee_avant)
        )
        return RIEN if pd.isna(changed) else f"{part(changed)} depuis {year}"

    def evolution_reference(row: pd.Series) -> str:
        changed = row.variation_reference_depart if pd.notna(row.variation_depart) else row.variation_reference
        return part(changed)

    sources = dict.fromkeys(found.drop_duplicates("indicateur", keep="last")["source"])
    return Tableau.de(
        found,
        [
            Colonne("libelle", "Série", ecrire=libelle),
            Colonne("annee", "Année", numerique=True, ecrire=str),
            Colonne("niveau", "Valeur", True, etude.contexte.territoire.nom, niveau("valeur")),
            Colonne("evolution", "Évolution", True, etude.contexte.territoire.nom, evolution),
            Colonne("niveau_reference", "Valeur", True, etude.contexte.reference.nom, niveau("valeur_reference")),
            Colonne("evolution_reference", "Évolution", True, etude.contexte.reference.nom, evolution_reference),
        ],
        nom="series-publiques",
        titre=f"Ce que disent les chiffres publics autour de la fiche action {numero}, "
        f"{etude.contexte.territoire.nom} et {etude.contexte.reference.nom}",
        source=" ; ".join(sources),
        notes=(CONTEXTE, *notes_des_moyennes(found, etude.contexte)),
    )


def _lire(etude: EtudeAnnuelle, code: str) -> tuple[Indicateur, pd.DataFrame]:
    """Return what a series means, and its years up to that of the bilan, whichever of the three holds it."""
    convention, catalogue = etude.convention, etude.catalogue
    if code in catalogue.indicateurs_contexte:
        return catalogue.indicateurs_contexte[code], etude.series[etude.series["indicateur"].eq(code)]
    if code in catalogue.indicateurs:
        rows = etude.suivi.dossier.annexe1
        rows = rows[rows["indicateur"].eq(code)]
        return catalogue.indicateurs[code], rows.assign(dimension="", modalite="", source=convention.source_diagnostic)
    known = not publiques.territoires([convention.territoire]).empty
    rows = publiques.lire(code, [convention.territoire] if known else [])
    told = rows.attrs
    meaning = Indicateur(
        id=code,
        libelle=told["libelle"],
        definition=told["definition"] or told["libelle"],
        unite=told["unite"],
        nature="contexte",
        sens="neutre",
        decimales=0 if told["unite"] == "nombre" else 1,
        hasard=told["unite"] == "nombre",
        arrondi_source=told["arrondi"],
    )
    rows = rows[rows["annee"].le(etude.annee)].assign(
        indicateur=code, dimension="", modalite="", unite=told["unite"], source=told["source"], note=""
    )
    return meaning, rows.reset_index(drop=True)
