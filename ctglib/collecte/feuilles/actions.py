"""The sheet of actions: one row a modalité of the convention."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import Feuille, Ligne, Liste

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue
    from ctglib.donnees.modeles.convention import Fiche, ModaliteAction

FEUILLE = "actions"
_TEXTES = ("responsable", "commentaire", "motif", "preuve")
_DATES = ("debut", "fin")


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet, each row with what was said of the action last year."""
    states = {item.mot.capitalize(): code for code, item in cadre.dossier.catalogue.evaluation.etats.items()}
    etats = Liste("etats_d_action", states)
    lignes = tuple(
        _ligne(cadre, fiche, modalite, etats)
        for fiche in cadre.dossier.convention.fiches
        if cadre.concerne(cadre.responsable_de_fiche(fiche))
        for modalite in fiche.modalites
    )
    return Feuille(cadre.modele(FEUILLE), lignes, {"statut": etats})


def _ligne(cadre: Cadre, fiche: Fiche, modalite: ModaliteAction, etats: Liste) -> Ligne:
    key = (str(fiche.numero), modalite.numero)
    entered = cadre.saisi(FEUILLE).get(key)
    shown = {
        "repere": modalite.numero,
        "fiche": cadre.titre_de(fiche),
        "libelle": modalite.texte,
        "calendrier": _calendrier(fiche, modalite),
        "precedent": _precedent(cadre.precedent(FEUILLE).get(key), etats),
    }
    if entered:
        shown |= {"statut": etats.mot(entered["statut"])}
        shown |= {name: entered[name] for name in _TEXTES}
        shown |= {name: date.fromisoformat(entered[name]) for name in _DATES if entered[name]}
    return Ligne({"fiche": key[0], "modalite": key[1]}, shown, attendues=frozenset({"statut"}))


def _calendrier(fiche: Fiche, modalite: ModaliteAction) -> str:
    start, end = modalite.debut or fiche.debut, modalite.echeance or fiche.fin
    return f"{start:%m/%Y} – {end:%m/%Y}"


def _precedent(ligne: dict[str, str] | None, etats: Liste) -> str:
    if not ligne:
        return ""
    return " : ".join(part for part in (etats.mot(ligne["statut"]), ligne["commentaire"]) if part)


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return what a filled row says of its action."""
    values = {name: lue.valeurs[name] for name in ("statut", *_DATES, *_TEXTES) if lue.valeurs.get(name)}
    key = (lue.codes["fiche"], lue.codes["modalite"])
    return [Entree(FEUILLE, key, values, lue.origine)] if values else []
