"""The sheet of means: ETP and euros of each signatory, by fiche and by structure (article 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import (
    Feuille,
    Ligne,
    Liste,
    Nombre,
    liste_des_etats,
    saisie_montree,
    statut_saisi,
    valeur_montree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue
    from ctglib.donnees.modeles.gabarit import PosteDeSignataire

FEUILLE = "moyens"
CLE = ("signataire", "fiche", "structure", "nature", "poste")


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet: the rows that the workbook always has, then those already entered, this year or last."""
    lists = _listes(cadre)
    keys = dict.fromkeys(_attendues(cadre))
    keys |= dict.fromkeys([*cadre.precedent(FEUILLE), *cadre.saisi(FEUILLE)])
    lignes = tuple(_ligne(cadre, key, lists) for key in keys if cadre.concerne(_responsable(cadre, key)))
    return Feuille(cadre.modele(FEUILLE), lignes, lists, {"valeur": Nombre(decimales=2)})


def _listes(cadre: Cadre) -> dict[str, Liste]:
    dossier = cadre.dossier
    moyens = dossier.catalogue.moyens
    structures = dossier.offre.drop_duplicates("structure")
    return {
        "signataire": Liste("signataires", {party.nom_court: party.id for party in dossier.convention.parties}),
        "fiche": Liste("fiches", {cadre.titre_de(fiche): str(fiche.numero) for fiche in dossier.convention.fiches}),
        "structure": Liste("structures", dict(zip(structures["nom"], structures["structure"], strict=True))),
        "nature": Liste("natures", {item.libelle: item.id for item in moyens.natures}),
        "poste": Liste("postes", {item.libelle: item.id for item in moyens.postes}),
        "statut": liste_des_etats(cadre),
    }


def _attendues(cadre: Cadre) -> Iterator[tuple[str, ...]]:
    """Yield the keys of the rows of the workbook: by fiche, then by structure."""
    model = cadre.gabarit.moyens
    natures = {item.id: item.nature or "euros" for item in cadre.dossier.catalogue.moyens.postes}
    known = {str(fiche.numero) for fiche in cadre.dossier.convention.fiches}
    for item in model.par_fiche:
        wanted = [str(fiche) for fiche in item.fiches if str(fiche) in known] if item.fiches else [""]
        for party in _parties(cadre, item):
            yield from ((party, fiche, "", natures[item.poste], item.poste) for fiche in wanted)
    for structure in _structures(cadre):
        for item in model.par_structure.postes:
            for party in _parties(cadre, item):
                yield (party, "", structure, natures[item.poste], item.poste)


def _parties(cadre: Cadre, item: PosteDeSignataire) -> list[str]:
    """Return the parties that a row of the workbook stands for."""
    return cadre.gabarit.moyens.signataires(item, (party.id for party in cadre.dossier.convention.parties))


def _structures(cadre: Cadre) -> list[str]:
    wanted = cadre.gabarit.moyens.par_structure
    kinds = {item.id for item in cadre.dossier.catalogue.offre.types if item.categorie in wanted.categories}
    offre = cadre.dossier.offre
    return list(offre[offre["type"].isin(kinds) & offre["gestion"].isin(wanted.gestions)]["structure"].unique())


def _responsable(cadre: Cadre, key: tuple[str, ...]) -> str:
    """Return the service that fills a row: a signatory's own, else that of the fiche."""
    parts = cadre.gabarit.parts
    signataire, fiche = key[:2]
    if signataire in parts.signataires:
        return parts.signataires[signataire]
    return parts.des_moyens(int(fiche)) if fiche else parts.principal


def _ligne(cadre: Cadre, key: tuple[str, ...], lists: dict[str, Liste]) -> Ligne:
    codes = dict(zip(CLE, key, strict=True))
    entered = cadre.saisi(FEUILLE).get(key)
    shown = {name: lists[name].mot(code) if code else "" for name, code in codes.items()}
    shown |= {"precedent": valeur_montree(cadre, cadre.precedent(FEUILLE).get(key)), **saisie_montree(cadre, entered)}
    if entered:
        shown |= {"note": entered["note"]}
    number = Nombre(decimales=2)
    return Ligne(codes, shown, {"valeur": number}, attendues=frozenset({"valeur"}))


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the means of a filled row."""
    values = lue.valeurs
    status = statut_saisi(values.get("valeur", ""), values.get("statut", ""))
    if not status:
        return []
    filled = {"valeur": values.get("valeur", ""), "statut": status}
    filled |= {"note": values["note"]} if values.get("note") else {}
    return [Entree(FEUILLE, tuple(lue.codes.get(name, "") for name in CLE), filled, lue.origine)]
