"""What ``gabarit.yaml`` names and another file defines: an unknown name would stop the workbook half-way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.gabarit import Gabarit

# What the program writes and reads by name.
_FEUILLES = ("actions", "indicateurs", "moyens", "profils", "posture", "appreciations")
_RUBRIQUES = ("date_arretee", "statut", "comite_date", "comite_absence", "suite", "decision")
_RUBRIQUES += ("reussites", "difficultes", "perspectives")


def fautes_de_gabarit(gabarit: Gabarit, catalogue: Catalogue, fichier: str) -> list[Faute]:
    """Return a fault for each name of the workbook's file that nothing defines, each sheet or heading that lacks."""
    parts, moyens = gabarit.parts, gabarit.moyens
    services = [parts.principal, *parts.fiches.values(), *parts.dispositifs.values(), *parts.signataires.values()]
    postes = [item.poste for item in (*moyens.par_fiche, *moyens.par_structure.postes)]
    dispositifs = [part.id for part in catalogue.dimensions[catalogue.profils.dimension].modalites]
    cited = (
        ("parts", services, catalogue.responsables, "un service de responsables.yaml"),
        ("parts.dispositifs", parts.dispositifs, dispositifs, "un dispositif de dimensions.yaml"),
        ("moyens", postes, [item.id for item in catalogue.moyens.postes], "un poste de moyens.yaml"),
        (
            "moyens.par_structure.categories",
            moyens.par_structure.categories,
            [item.id for item in catalogue.offre.categories],
            "une catégorie de offre.yaml",
        ),
        ("moyens.par_structure.gestions", moyens.par_structure.gestions, catalogue.offre.gestions, "une gestion"),
        ("etats_de_valeur", gabarit.etats_de_valeur, catalogue.statuts, "un statut de statuts.yaml"),
    )
    faults = [
        fault for place, names, known, words in cited for fault in _inconnus(fichier, place, names, [*known], words)
    ]
    faults += _absents(fichier, "feuilles", _FEUILLES, gabarit.par_feuille)
    return [*faults, *_absents(fichier, "rubriques", _RUBRIQUES, gabarit.rubriques)]


def _inconnus(fichier: str, place: str, names: Iterable[str], known: list[str], words: str) -> list[Faute]:
    faults = []
    for name in dict.fromkeys(names):
        if name not in known:
            close = proches(name, known)
            remedy = f"écrire « {close[0]} »" if close else "corriger ce nom, ou l'ajouter à son fichier"
            faults.append(Faute(fichier, f"« {name} »", words, remedy, colonne=place))
    return faults


def _absents(fichier: str, place: str, wanted: Iterable[str], known: Iterable[str]) -> list[Faute]:
    return [
        Faute(
            fichier,
            f"« {name} » absente",
            f"« {name} », que le programme remplit",
            "remettre cette entrée",
            colonne=place,
        )
        for name in wanted
        if name not in known
    ]
