"""Some persons among all: how many of them come, where, and for how long each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from ctglib.blocs.analyses import lire_annees, nom_du_detail, quotients
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.suivi import croiser, est_muet, somme
from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import legende, marquee
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import minuscule, nombre
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Analyse
from ctglib.donnees.statuts import Statut

ENSEMBLE = "Ensemble"


def inclusion(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield which share they are and where they came; then the table. A hidden count gives no share."""
    read = lire_annees(etude, analyse.tous("effectif", "volume"))
    if est_muet(read):
        return
    table = calculer(read, analyse, etude.annee, etude.catalogue.indicateurs_fiches)
    yield liste([*quotients(analyse.rapports, etude.evaluation, read), *_lieux(table[table["modalite"].ne("")])])
    yield tableau(table, analyse, etude, nom_du_detail(etude, read))


def calculer(table: pd.DataFrame, analyse: Analyse, annee: int, indicateurs: Mapping[str, Indicateur]) -> pd.DataFrame:
    """Return, by modalité then whole, the persons of a year and the one before, and their volume (hours…).

    ``par_personne`` needs both figures: a hidden count has none, so that the volume does not give it away. The volume
    of the whole is the sum of the modalités' where nobody entered it; persons are never added up.
    """
    count, volume = analyse.un("effectif"), analyse.un("volume")
    read = {"effectif": (count, annee), "precedent": (count, annee - 1), "volume": (volume, annee)}
    rows = croiser(table, read)
    for name, (indicateur, _) in read.items():
        if indicateur and indicateurs[indicateur].modalites:
            silent = rows[f"statut_{name}"].eq(Statut.NON_TRANSMIS) & ~rows.index.isin(
                ["", *indicateurs[indicateur].modalites]
            )
            rows[f"statut_{name}"] = rows[f"statut_{name}"].mask(silent, Statut.SANS_OBJET)
    if "" in rows.index and rows.at["", "statut_volume"] == Statut.NON_TRANSMIS:
        rows.loc["", ["volume", "statut_volume"]] = somme(rows.drop(index=""), "volume")
    persons = rows["effectif"].where(rows["effectif"].gt(0))
    return rows.assign(par_personne=rows["volume"] / persons).reset_index(names="modalite")


def _lieux(parts: pd.DataFrame) -> list[str]:
    told = {
        "Présents": parts["effectif"].gt(0),
        "Aucun": parts["effectif"].eq(0),
        "Nombre sous secret": parts["statut_effectif"].eq(Statut.SECRET),
    }
    labels = parts["libelle"].map(minuscule)
    return [f"{word} : {' ; '.join(labels[mask])}." for word, mask in told.items() if mask.any()]


def tableau(table: pd.DataFrame, analyse: Analyse, etude: EtudeAnnuelle, detail: str) -> Tableau:
    """Return the persons of two years and their volume, modalité by modalité; what is hidden is a word."""
    contexte, year = etude.contexte, etude.annee
    count, volume = analyse.un("effectif"), analyse.un("volume")
    label = contexte.indicateurs[count].libelle
    columns = [
        Colonne("_detail", detail, ecrire=lambda row: row["libelle"] or ENSEMBLE),
        Colonne("_avant", str(year - 1), True, label, marquee(contexte, count, "precedent")),
        Colonne("_effectif", str(year), True, label, marquee(contexte, count, "effectif")),
    ]
    if volume:
        unit = contexte.unites[contexte.indicateurs[volume].unite].libelle
        columns += [
            Colonne("_volume", f"{unit}, {year}", True, "", marquee(contexte, volume, "volume")),
            Colonne("par_personne", "Par personne", True, "", lambda mean: RIEN if pd.isna(mean) else nombre(mean)),
        ]
    return contexte.tableau(
        table,
        columns,
        analyse.id,
        f"{label}, {contexte.territoire.nom}, {year - 1} et {year}",
        ecran=True,
        notes=(
            *([analyse.note] if analyse.note else []),
            *legende(table.filter(like="statut_").stack(), contexte),
        ),
    )
