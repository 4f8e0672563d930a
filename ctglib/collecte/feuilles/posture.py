"""The sheet of the grid of annexe 4: the function, from 0 to 4, never the post or the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import Feuille, Ligne, Liste

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue

FEUILLE = "posture"
CLE = ("fonction", "domaine", "item")


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet: the six attendus and the four families of activities of each function."""
    lists = _listes(cadre)
    functions = list(cadre.gabarit.fonctions)
    functions += [key[0] for key in (*cadre.precedent(FEUILLE), *cadre.saisi(FEUILLE))]
    lignes = tuple(
        _ligne(cadre, (function, domaine, item), lists)
        for function in dict.fromkeys(functions)
        for domaine, words in lists["item"].par.items()
        for item in words.values()
        if cadre.concerne(cadre.gabarit.parts.principal)
    )
    return Feuille(cadre.modele(FEUILLE), lignes, lists)


def _listes(cadre: Cadre) -> dict[str, Liste]:
    referentiel = cadre.dossier.catalogue.referentiel
    domaines = {word: code for code, word in cadre.gabarit.domaines.items()}
    items = {
        "attendus": {item.libelle: item.id for item in referentiel.attendus},
        "activites": {item.libelle: item.id for item in referentiel.activites},
    }
    niveaux = {f"{rank} – {word}": str(rank) for rank, word in enumerate(cadre.dossier.catalogue.evaluation.niveaux)}
    return {
        "domaine": Liste("domaines", domaines),
        "item": Liste("items", {**items["attendus"], **items["activites"]}, "domaine", items),
        "niveau": Liste("niveaux", niveaux),
        "diffusion": Liste("diffusions", {word: code for code, word in cadre.gabarit.diffusions.items()}),
    }


def _ligne(cadre: Cadre, key: tuple[str, ...], lists: dict[str, Liste]) -> Ligne:
    fonction, domaine, item = key
    words = {code: word for word, code in lists["item"].par[domaine].items()}
    shown = {"fonction": fonction, "domaine": lists["domaine"].mot(domaine), "item": words[item]}
    if before := cadre.precedent(FEUILLE).get(key):
        shown |= {"precedent": lists["niveau"].mot(before["niveau"])}
    if entered := cadre.saisi(FEUILLE).get(key):
        shown |= {
            "niveau": lists["niveau"].mot(entered["niveau"]),
            "diffusion": lists["diffusion"].mot(entered["diffusion"]),
        }
    return Ligne(dict(zip(CLE, key, strict=True)), shown, attendues=frozenset({"niveau"}))


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the level of a filled row."""
    values = {name: lue.valeurs[name] for name in ("niveau", "diffusion") if lue.valeurs.get(name)}
    key = tuple(lue.codes[name] for name in CLE)
    return [Entree(FEUILLE, key, values, lue.origine)] if "niveau" in values else []
