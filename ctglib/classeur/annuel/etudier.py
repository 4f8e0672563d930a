"""The study of a year: its data read, checked, masked, and all that its reports share worked out once."""

from __future__ import annotations

from ctglib.classeur.annuel.etude import EtudeAnnuelle
from ctglib.classeur.annuel.part import empreinte_de, nom_de_part, part_de
from ctglib.classeur.annuel.publication import publier
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.lecture import enregistrer, lire_par_parts
from ctglib.donnees.modeles.gabarit import Gabarit
from ctglib.donnees.partage import partager
from ctglib.donnees.yaml_strict import charger_yaml

GABARIT = "catalogue/gabarit.yaml"


def etudier(convention: str, annee: int, diffusion: str) -> EtudeAnnuelle:
    """Return the study of a year, made from what its reports may show.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.
        diffusion: « publique » or « interne ».

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
    """
    nom = f"etude/{convention}/{annee}/{diffusion}"

    def calculer() -> EtudeAnnuelle:
        with enregistrer() as journal, lire_par_parts():
            suivi = lire_suivi_brut(convention, annee)
            gabarit = charger_yaml(GABARIT, Gabarit)
        published = publier(suivi, annee)
        lus = dict(journal.lus)
        return EtudeAnnuelle(nom, published.suivi, annee, diffusion, lus, gabarit, published.retraits).achevee()

    return partager(nom, calculer)


def etudier_brut(convention: str, annee: int, diffusion: str) -> EtudeAnnuelle:
    """Return the study of a year with its counts as entered: never shared, and recorded as read raw.

    Args and Raises: As ``etudier``.
    """
    with enregistrer() as journal:
        suivi = lire_suivi_brut(convention, annee)
        gabarit = charger_yaml(GABARIT, Gabarit)
    return EtudeAnnuelle(f"etude/{convention}/{annee}/brute", suivi, annee, diffusion, dict(journal.lus), gabarit)


def parts(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return the fingerprint of the part of each fiche, by its name in the record of the reads."""
    fiches = etude.convention.fiches
    return {nom_de_part(etude, fiche.numero): empreinte_de(part_de(etude, fiche)) for fiche in fiches}
