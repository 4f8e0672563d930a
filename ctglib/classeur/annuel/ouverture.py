"""``ouvrir_bilan`` and ``lire_suivi``: the follow-up of a year, as notebooks use it; small counts are masked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctglib.classeur.annuel.bilan import Bilan
from ctglib.classeur.annuel.bruts import avertir
from ctglib.classeur.annuel.etudier import etudier, etudier_brut
from ctglib.classeur.annuel.publication import publier
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.lecture import lire_par_parts, noter_part
from ctglib.donnees.nombres import nombres

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.suivi.objets import DossierSuivi

DIFFUSIONS = ("publique", "interne")


def ouvrir_bilan(convention: str, annee: int, diffusion: str = "publique", *, brut: bool = False) -> Bilan:
    """Rend le bilan d'une année, ses données lues, contrôlées, et ses petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne », qui seule montre la grille de l'annexe 4 ligne à ligne.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    if type(annee) is not int:
        raise ValueError(f"L'année d'un bilan est un nombre entier, par exemple 2024 ; reçu : {annee!r}.")
    if diffusion not in DIFFUSIONS:
        raise ValueError(f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}.")
    if brut:
        avertir()
        return Bilan(etudier_brut(convention, annee, diffusion))
    return Bilan(etudier(convention, annee, diffusion))


def lire_suivi(convention: str, annee: int, *, brut: bool = False) -> DossierSuivi:
    """Rend les tables du suivi jusqu'à une année : observations, profils, actions, moyens, petits effectifs masqués.

    Une valeur masquée est absente (NA), de statut Q (« secret ») ; une somme ou une moyenne qui la compte est absente aussi.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
    """
    if brut:
        avertir()
        return lire_suivi_brut(convention, annee)
    noter_part(f"etude/{convention}/{annee}/publique")
    with lire_par_parts():
        suivi = publier(lire_suivi_brut(convention, annee), annee).suivi
    years = {
        year: replace(
            one, profils=_en_nombres(one.profils, "effectif"), observations=_en_nombres(one.observations, "valeur")
        )
        for year, one in suivi.suivis.items()
    }
    return replace(suivi, suivis=years, observations=_en_nombres(suivi.observations, "valeur"))


def _en_nombres(table: pd.DataFrame, colonne: str) -> pd.DataFrame:
    return table.assign(**{colonne: nombres(table[colonne])})
