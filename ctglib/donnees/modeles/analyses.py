"""Model of ``data/catalogue/fiches_analyses.yaml``: what the own analysis of each fiche action reads."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte
from ctglib.donnees.modeles.coherence import MotDeVerdict

EtatLivrable = Literal[
    "fait", "annees_connues", "en_partie", "pas_encore", "pas_fait", "inconnu", "inconnu_a_l_echeance", "pas_commence",
]  # fmt: skip


def _complets(mots: dict) -> dict:
    if missing := [code for code in get_args(EtatLivrable) if code not in mots]:
        raise ValueError(f"un mot pour chaque état ; manquent : {', '.join(missing)}")
    return mots


class Norme(Modele):
    """A landmark: how many of an indicator go with one full-time equivalent, and who says so."""

    indicateur: Identifiant
    valeur: float = Field(gt=0)
    reference: Texte


class IndicateursAccueil(Modele):
    """What fiche 1 reads: the professionals and their places, those who come and go, the relais, the public series."""

    agreees: Identifiant
    en_activite: Identifiant
    places: Identifiant
    gardes: Identifiant
    entrees: Identifiant
    sorties: Identifiant
    postes_relais: Identifiant
    couverture: Identifiant
    naissances: Identifiant


class AnalyseAccueil(Modele):
    """Fiche 1. ``annees_de_naissances``: how many years of births stand for the under-threes."""

    indicateurs: IndicateursAccueil
    norme: Norme
    annees_de_naissances: int = Field(ge=1)


class IndicateursLoisirs(Modele):
    """What fiche 2 reads. The modalités of ``profils`` are its dispositifs."""

    frequentation: Identifiant
    profils: Identifiant
    heures: Identifiant
    heures_offertes: Identifiant
    occupation: Identifiant
    capacite: Identifiant
    aeeh: Identifiant
    heures_aeeh: Identifiant
    sejour_places: Identifiant
    sejour_jours: Identifiant
    sejour_participants: Identifiant


class AnalyseLoisirs(Modele):
    """Fiche 2."""

    indicateurs: IndicateursLoisirs


class GroupeIndicateurs(Modele):
    """Indicators shown together in a table."""

    libelle: Texte
    indicateurs: tuple[Identifiant, ...] = Field(min_length=1)


class IndicateursJeunesse(Modele):
    """What fiche 3 sets against each other: members and seats, votes and works, young people and places."""

    participants: Identifiant
    conseil_membres: Identifiant
    conseil_votes: Identifiant
    conseil_realises: Identifiant
    chantiers_places: Identifiant
    chantiers_jeunes: Identifiant
    chantiers_heures: Identifiant


class AnalyseJeunesse(Modele):
    """Fiche 3. ``groupes``: the rows of its table of activity."""

    indicateurs: IndicateursJeunesse
    groupes: tuple[GroupeIndicateurs, ...] = Field(min_length=1)


class Livrable(Modele):
    """Something that fiche 4 promises, and the indicator that counts it.

    It is due when the convention's fiche says of its indicator, by the end of the convention otherwise, or each year
    when ``annuel``. ``un_par_poste``: how many are due follows the posts.
    """

    indicateur: Identifiant
    annuel: bool = False
    un_par_poste: bool = False


class IndicateursCooperation(Modele):
    """What goes with the posts of fiche 4, which are in ``bilan.yaml``."""

    fiches_de_poste: Identifiant
    formations: Identifiant
    temps: Identifiant


class AnalyseCooperation(Modele):
    """Fiche 4.

    ``article`` decides what becomes of the posts, ``financement`` is the line of the budget that pays the piloting.
    ``etats`` are the words of the deliverables.
    """

    indicateurs: IndicateursCooperation
    article: Texte
    financement: Identifiant
    livrables: tuple[Livrable, ...] = Field(min_length=1)
    etats: Annotated[dict[EtatLivrable, MotDeVerdict], AfterValidator(_complets)]


class AnalysesFiches(Modele):
    """``fiches_analyses.yaml``, a key a fiche action."""

    accueil_individuel: AnalyseAccueil
    loisirs: AnalyseLoisirs
    jeunesse: AnalyseJeunesse
    cooperation: AnalyseCooperation
