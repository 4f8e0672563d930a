"""``ouvrir_evaluation``: the whole convention, as the notebook of its evaluation uses it."""

from __future__ import annotations

from ctglib.classeur.annuel.ouverture import ouvrir_bilan
from ctglib.classeur.etude import Etude
from ctglib.classeur.finale.comparables import Comparables
from ctglib.classeur.finale.etude import EtudeFinale
from ctglib.classeur.finale.evaluation_finale import EvaluationFinale
from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.finale import lire_finale
from ctglib.donnees.lecture import enregistrer


def ouvrir_evaluation(convention: str, *, brut: bool = False) -> EvaluationFinale:
    """Rend l'évaluation d'une convention à son terme : toutes ses années lues, contrôlées, petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
        comparables = Comparables(dossier, lire_communes(dossier))
        diagnostic = Etude(dossier, {})
        # Now, since another process may still be working out the study of the last year.
        _ = comparables.resultat, diagnostic.constats
        finale = lire_finale(dossier)
        last = ouvrir_bilan(convention, derniere_annee(dossier), brut=brut).etude
    return EvaluationFinale(EtudeFinale(last, finale, comparables, diagnostic, dict(journal.lus)))


def derniere_annee(dossier: Dossier) -> int:
    """Return the last year of a convention, as its avenants extend it."""
    ends = [item.nouvelle_fin for avenant in dossier.avenants for item in avenant.changements if item.nouvelle_fin]
    return max([dossier.convention.fin, *ends]).year
