"""The part of a year's study that a fiche reads: nothing else of it reaches the fiche, so nothing else changes it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.cle import signer
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.lecture import cle_de

if TYPE_CHECKING:
    from collections.abc import Collection

    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.suivi.objets import Suivi

CALCULS = ("mesures", "evaluation", "etats", "collecte", "a_collecter", "revisions")


def nom_de_part(etude: EtudeAnnuelle, numero: int) -> str:
    """Return what the part of a fiche is called in the record of the reads."""
    return f"{etude.nom}/fiche-{numero}"


def part_de(etude: EtudeAnnuelle, fiche: Fiche) -> EtudeAnnuelle:
    """Return a study without what was entered for the other fiches: observations, states, appreciations.

    Profiles, means and the grid of annexe 4 stay whole, as do the names of the files handed in. The fingerprints of
    these files go: they are not published, and tell of what is not in the part.

    Args:
        etude: The study, complete.
        fiche: A fiche of the convention.
    """
    indicateurs = [item.id for item in fiche.indicateurs]
    meanings = [etude.catalogue.indicateurs_fiches[name] for name in indicateurs]
    tables = {name for item in meanings for name in (item.id, *item.modalites)}
    years = {year: _annee(one, fiche.numero, indicateurs) for year, one in etude.suivi.suivis.items()}
    suivi = replace(
        etude.suivi,
        suivis=years,
        observations=_lignes(etude.suivi.observations, "indicateur", indicateurs),
        masque=etude.suivi.masque.iloc[:0],
    )
    part = replace(
        etude,
        suivi=suivi,
        empreintes={path: digest if publiable(path) else "" for path, digest in etude.empreintes.items()},
        retraits=None if etude.retraits is None else _retraits(etude.retraits, tables),
    )
    vars(part).update(
        contexte=etude.contexte,
        series=etude.series,
        derniers_chiffres=etude.derniers_chiffres,
        mesures={name: etude.mesures[name] for name in indicateurs if name in etude.mesures},
        evaluation=_lignes(etude.evaluation, "fiche", [fiche.numero]),
        etats=_lignes(etude.etats, "fiche", [fiche.numero]),
        collecte=_lignes(_lignes(etude.collecte, "groupe", ["fiche"]), "valeur_groupe", [str(fiche.numero)]),
        a_collecter=_lignes(etude.a_collecter, "fiche", [fiche.numero]),
        revisions=_lignes(etude.revisions, "indicateur", indicateurs),
    )
    return part


def empreinte_de(part: EtudeAnnuelle) -> str:
    """Return the keyed fingerprint of all that a part holds of the follow-up; the files of the rest have their own."""
    told = [part.annee, part.diffusion, _dit(part.suivi.observations), _dit(part.retraits)]
    told += [_dit(getattr(one, field.name)) for one in part.suivi.suivis.values() for field in fields(one)]
    told += [_dit(getattr(part, name)) for name in CALCULS]
    return signer(cle_de(part.suivi.nom), repr(told).encode())


def _annee(annuel: Suivi, numero: int, indicateurs: Collection[str]) -> Suivi:
    return replace(
        annuel,
        observations=_lignes(annuel.observations, "indicateur", indicateurs),
        actions=_lignes(annuel.actions, "fiche", [numero]),
        appreciations=tuple(item for item in annuel.appreciations if item.fiche == numero),
    )


def _retraits(retraits: pd.DataFrame, tables: set[str]) -> pd.DataFrame:
    """Return the tables withheld whole that are about one of these."""
    own = [not tables.isdisjoint(name.split("/")) for name in retraits["table"]]
    return retraits[own].reset_index(drop=True)


def _lignes(table: pd.DataFrame, colonne: str, valeurs: Collection[object]) -> pd.DataFrame:
    return table[table[colonne].isin(valeurs)].reset_index(drop=True)


def _dit(objet: object) -> object:
    """Return an object such that two of the same content are written alike."""
    if isinstance(objet, pd.DataFrame):
        return [list(objet.columns), objet.astype(object).to_numpy().tolist()]
    return objet
