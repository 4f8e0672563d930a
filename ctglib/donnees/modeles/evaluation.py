"""Model of ``data/catalogue/evaluation.yaml``: thresholds of the scoring, and the words its results are told with."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte
from ctglib.donnees.modeles.coherence import MotDeVerdict
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.suivi import EtatSuite, StatutAction, StatutBilan

VerdictIndicateur = Literal["atteint", "en_bonne_voie", "a_surveiller", "insuffisant", "en_recul", "non_evaluable"]
Evolution = Literal["favorable", "defavorable", "stable", "dans_le_bruit", "trop_peu"]

EtatLivrable = Literal[
    "fait", "annees_connues", "en_partie", "pas_encore", "pas_fait", "inconnu", "inconnu_a_l_echeance", "pas_commence",
]  # fmt: skip


def _complet(codes: object) -> AfterValidator:
    """Return a check that every code has its word."""

    def verifier(mots: dict) -> dict:
        if missing := [code for code in get_args(codes) if code not in mots]:
            raise ValueError(f"un mot pour chaque code ; manquent : {', '.join(missing)}")
        return mots

    return AfterValidator(verifier)


class SeuilsEvaluation(Modele):
    """Paces of a target that is on track or to be watched, the band of a maintien (a share of its value), and chance.

    A count under ``hasard_effectif``, or a change under ``hasard_ecarts`` × √(a + b), names no direction.
    """

    en_bonne_voie: float = Field(gt=0)
    a_surveiller: float = Field(gt=0)
    tolerance_maintien: float = Field(ge=0)
    hasard_effectif: float = Field(ge=0)
    hasard_ecarts: float = Field(ge=0)


class Evaluation(Modele):
    """``evaluation.yaml``.

    Every code of a verdict, of an evolution, of the state of an action, of a decision or of a deliverable has its word;
    ``raisons`` says why nothing can be judged, ``mots`` are the other sentences of the scoring, by use (their
    ``{names}`` are filled). ``niveaux`` are the words of 0 to 4 in the grid of annexe 4; ``points_de_l_essentiel``,
    how many points each list of a fiche's first page gives.
    """

    seuils: SeuilsEvaluation
    verdicts: Annotated[dict[VerdictIndicateur, MotDeVerdict], _complet(VerdictIndicateur)]
    evolutions: Annotated[dict[Evolution, MotDeVerdict], _complet(Evolution)]
    etats: Annotated[dict[StatutAction, MotDeVerdict], _complet(StatutAction)]
    suites: Annotated[dict[EtatSuite, MotDeVerdict], _complet(EtatSuite)]
    livrables: Annotated[dict[EtatLivrable, MotDeVerdict], _complet(EtatLivrable)]
    statuts: Annotated[dict[StatutBilan, Texte], _complet(StatutBilan)]
    niveaux: tuple[Texte, ...] = Field(min_length=5, max_length=5)
    raisons: dict[Identifiant, Texte]
    points_de_l_essentiel: int = Field(ge=1)
    mots: dict[Identifiant, Texte] = {}

    def selon(self, convention: Convention) -> Evaluation:
        """Return the words as a convention reads them: its own articles cited."""
        return self.model_copy(update={"mots": {name: convention.ecrire(text) for name, text in self.mots.items()}})
