"""A convention with its years of follow-up, read whole and checked, as reports and notebooks see
it.

``lire_suivi_brut(convention, annee)`` is what a bilan or a fiche reads: the follow-up of the years
up to that one, so that a later year, its folder or its name, changes nothing in what is recorded as
read. Without a year it reads all those that have a folder. The diagnostic reads ``lire_dossier``
alone: a row of follow-up, or a public series, never touches it.
"""

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from ctglib.donnees.csv_strict import en_table
from ctglib.donnees.dossier import Dossier, en_dossier
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.magasin import tables as tables_du_magasin
from ctglib.donnees.modeles.rapports import MessageDesParties, MessagesDesParties
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.modeles.suivi import Appreciation, Appreciations, Avenant, Bilan, Participation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.pieces import (
    DOCUMENTS,
    SOURCES,
    TABLES,
    Pieces,
    avec_le_suivi,
    dossier_du_suivi,
    lire_pieces,
)
from ctglib.donnees.statuts import Statut


@dataclass(frozen=True)
class Suivi(Montrable):
    """A year of follow-up; an absent file is an empty table, and a bilan of which nothing is known
    but the year.
    """

    annee: int
    bilan: Bilan
    # Columns territoire, annee and millesime (Int64), indicateur, dimension, modalite, valeur
    # (float64), unite, statut, source, note.
    observations: pd.DataFrame
    # fiche (Int64), modalite, statut, debut, fin (ISO texts), responsable, commentaire, motif,
    # preuve
    actions: pd.DataFrame
    # signataire, fiche (Int64, missing when none), structure, nature, poste, valeur (float64),
    # statut, note
    moyens: pd.DataFrame
    profils: (
        pd.DataFrame
    )  # dispositif, variable, modalite, variable_2, modalite_2, effectif (float64), statut
    posture: (
        pd.DataFrame
    )  # fonction, domaine, item, niveau (Int64), diffusion (« interne » when empty)
    appreciations: tuple[Appreciation, ...]
    participation: Participation | None  # None when nobody says
    messages: tuple[
        MessageDesParties, ...
    ]  # what the parties say on first pages in place of our messages
    vide: bool  # nothing at all was handed in for the year


@dataclass(frozen=True)
class DossierSuivi(Montrable):
    """A convention with its follow-up, checked."""

    dossier: Dossier
    annee: (
        int | None
    )  # the year asked for, or the last one that has a folder; None when there is none
    suivis: dict[int, Suivi]  # from the first year of the convention to ``annee``, without a gap
    avenants: tuple[Avenant, ...]  # those signed up to that year, in order
    fin: date  # last day of the convention, as these avenants extend it
    observations: (
        pd.DataFrame
    )  # those of all the years, in order of entry: a value and its revisions
    masque: (
        pd.DataFrame
    )  # annee (Int64), table, ligne, colonne: cells that the bilans publish as suppressed
    # Public series of the territories, up to that year, with what a fictional convention invents:
    # columns of the observations, and ``serie`` ("" when invented).
    contexte: pd.DataFrame
    origines: dict[str, Origine]  # where each series comes from

    catalogue = property(attrgetter("dossier.catalogue"))
    convention = property(attrgetter("dossier.convention"))


def lire_suivi_brut(convention: str, annee: int | None = None) -> DossierSuivi:
    """Return a convention with its follow-up up to a year, or of all the years that have a folder.

    A year of the convention that has no folder is empty; one out of the convention is a fault,
    raised with the others.
    """
    if annee is not None and type(annee) is not int:
        raise refus("annee", *mots("annee_demandee", ecrite=repr(annee)))
    pieces = avec_le_suivi(lire_pieces(convention), annee)
    dossier = en_dossier(pieces)
    avenants = tuple(item for item in dossier.avenants if annee is None or item.date.year <= annee)
    entered = [one for one in pieces.tables["observations"] if "/suivi/" in one.fichier]
    return DossierSuivi(
        dossier=dossier,
        annee=max(pieces.annees, default=None),
        suivis={year: _suivi(pieces, year) for year in pieces.annees},
        avenants=avenants,
        fin=dossier.convention.fin_selon(avenants),
        observations=en_table("observations", entered),
        masque=_jusqu_a(en_table("masque", pieces.tables["masque"]), annee),
        contexte=_contexte(pieces, dossier, annee),
        origines={
            PurePosixPath(one.fichier).parent.name: one.objet
            for one in pieces.documents["sources/origine"]
        },
    )


def _suivi(pieces: Pieces, annee: int) -> Suivi:
    folder = f"{dossier_du_suivi(pieces.nom)}/{annee}/"
    found = {
        name: one.objet
        for name in DOCUMENTS
        for one in pieces.documents[f"suivi/{name}"]
        if one.fichier.startswith(folder)
    }
    read = {
        name: [one for one in pieces.tables[name] if one.fichier.startswith(folder)]
        for name in TABLES
    }
    tables = {name: en_table(name, tables) for name, tables in read.items()}
    tables["posture"] = tables["posture"].replace({"diffusion": {"": "interne"}})
    return Suivi(
        annee=annee,
        bilan=found.get("bilan") or Bilan(annee=annee),
        appreciations=found.get("appreciations", Appreciations()).appreciations,
        participation=found.get("participation"),
        messages=found.get("messages", MessagesDesParties()).messages,
        vide=not (found or any(read.values())),
        **tables,
    )


def _jusqu_a(table: pd.DataFrame, annee: int | None) -> pd.DataFrame:
    return table if annee is None else table[table["annee"].le(annee)].reset_index(drop=True)


def _contexte(pieces: Pieces, dossier: Dossier, annee: int | None) -> pd.DataFrame:
    """Return the rows of the territories of the convention: public series, then what a fictional
    one invents.
    """
    read = [one for one in pieces.tables["observations"] if "/suivi/" not in one.fichier]
    names = [
        PurePosixPath(one.fichier).parent.name if one.fichier.startswith(SOURCES) else ""
        for one in read
    ]
    series = np.repeat(names, [len(one.lignes) for one in read])
    table = en_table("observations", read).assign(serie=pd.Series(series, dtype="str"))
    wanted = [dossier.convention.territoire, dossier.convention.reference]
    table = _jusqu_a(table[table["territoire"].isin(wanted)].reset_index(drop=True), annee)
    return table if dossier.convention.fictive else _avec_le_magasin(dossier, annee, table)


def _avec_le_magasin(dossier: Dossier, annee: int | None, extraits: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the extracts, then what the store has of later years: all of it where no
    extract speaks.
    """
    from ctglib.donnees import publiques

    convention = dossier.convention
    kept = tables_du_magasin().values()
    own = extraits[extraits["territoire"].eq(convention.territoire)]
    last = own.groupby("indicateur")["annee"].max()
    until = annee or max((one.annee for one in kept), default=0)
    newer = [
        code
        for code in dossier.catalogue.indicateurs_contexte
        if any(last.get(code, 0) < one.annee <= until for one in kept if code in one.series)
    ]
    if not newer:
        return extraits
    rows = publiques.observations(
        newer, convention.territoire, convention.reference, convention.membres
    )
    since = rows["indicateur"].map(last).fillna(0)
    rows = rows[
        rows["statut"].ne(Statut.NON_DISPONIBLE) & rows["annee"].gt(since) & rows["annee"].le(until)
    ]
    rows = rows.assign(serie="")[list(extraits.columns)].astype(extraits.dtypes)
    return pd.concat([extraits, rows], ignore_index=True)
