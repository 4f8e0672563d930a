"""A finding of the consistency check, and what every rule is given to make one: annexe 1 by indicator and territory."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR, ecrire, enumerer, majuscule

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Territoire, Unite, VocabulaireOffre
    from ctglib.donnees.modeles.coherence import Correction, Justification, Regle, ReglesCoherence, Relation, Relations
    from ctglib.donnees.modeles.convention import Affirmation, Convention

SEPARATEUR_CLE = ":"


class Catalogue(Protocol):
    """What the check reads of the catalogue."""

    indicateurs: dict[str, Indicateur]
    unites: dict[str, Unite]
    territoires: dict[str, Territoire]
    seuils: Seuils
    offre: VocabulaireOffre
    coherence: ReglesCoherence


class Entrees(Protocol):
    """All that the check reads; the Dossier is one."""

    catalogue: Catalogue
    convention: Convention
    annexe1: pd.DataFrame
    offre: pd.DataFrame
    affirmations: tuple[Affirmation, ...]
    corrections: tuple[Correction, ...]
    justifications: tuple[Justification, ...]


@dataclass(frozen=True)
class Constat:
    """One finding. ``cle`` is stable (rule, indicators, territory): justifications and tests name it.

    ``gravite``: a_corriger, a_verifier, information. ``statut``: ouvert, justifie (with its ``motif``), redit (other
    findings tell it, ``motif`` names them) or corrige (a declared correction). ``pourquoi`` is why the rule must hold.
    ``territoire`` is the name of the only one concerned, "" when there are several. ``indicateurs`` are the indicators
    whose values the finding makes doubtful, joined by « ; ». ``numero`` is the rank in the checked table, from 1; it is
    given last.
    """

    cle: str
    regle: str
    libelle: str
    lieu: str
    objet: str
    ecrit: str
    calcule: str
    gravite: str
    question: str
    a_qui: str
    statut: str = "ouvert"
    motif: str = ""
    pourquoi: str = ""
    territoire: str = ""
    indicateurs: str = ""
    numero: int = 0


COLONNES = tuple(field.name for field in fields(Constat))


@dataclass(frozen=True)
class Contexte:
    """The inputs and their index, with the words a rule needs."""

    entrees: Entrees
    annexe: Annexe

    @property
    def relations(self) -> Relations:
        """Return the relations of the catalogue."""
        return self.entrees.catalogue.coherence.relations

    @property
    def convention(self) -> Convention:
        """Return the convention."""
        return self.entrees.convention

    @property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators of the catalogue."""
        return self.entrees.catalogue.indicateurs

    def regle(self, identifiant: str) -> Regle:
        """Return a rule of regles.yaml."""
        return self.entrees.catalogue.coherence.regles.regle(identifiant)

    def nom(self, territoire: str) -> str:
        """Return the name of a territory."""
        return self.entrees.catalogue.territoires[territoire].nom

    def libelle(self, indicateur: str) -> str:
        """Return the label of an indicator, in French quotes."""
        return f"« {self.indicateurs[indicateur].libelle} »"

    def ecrire(self, valeur: float, indicateur: str) -> str:
        """Return a value of an indicator as the text prints it, with its unit."""
        return ecrire(valeur, self.indicateurs[indicateur], self.entrees.catalogue.unites)

    def section(self, numero: str) -> str:
        """Return the place of a section of the diagnostic."""
        return f"{majuscule(self.convention.piece('diagnostic'))}, {numero}"

    def lieu(self, ligne: Ligne) -> str:
        """Return the place of a row: section of the diagnostic, territory."""
        return f"{self.section(ligne.section)}, {self.nom(ligne.territoire)}"

    def lieux(self, indicateurs: Iterable[str], territoire: str) -> str:
        """Return the place of several rows of one territory: their sections, territory."""
        lignes = (self.annexe.ligne(indicateur, territoire) for indicateur in indicateurs)
        sections = dict.fromkeys(ligne.section for ligne in lignes if ligne is not None)
        return f"{self.section(enumerer(list(sections)))}, {self.nom(territoire)}"

    def constat(
        self,
        regle: str,
        *cles: str,
        lieu: str,
        objet: str,
        ecrit: str,
        calcule: str,
        gravite: str | None = None,
        pourquoi: str | None = None,
        question: str | None = None,
        indicateurs: Iterable[str] = (),
    ) -> Constat:
        """Return a finding of a rule, open, with the rule's own severity and question unless told otherwise."""
        found = self.regle(regle)
        territoires = self.entrees.catalogue.territoires
        return Constat(
            cle=SEPARATEUR_CLE.join((regle, *cles)),
            regle=regle,
            libelle=found.libelle,
            lieu=lieu,
            objet=objet,
            ecrit=ecrit,
            calcule=calcule,
            gravite=gravite or found.gravite,
            question=question or found.question.format(objet=objet),
            a_qui=found.a_qui,
            pourquoi=pourquoi or "",
            territoire=territoires[cles[-1]].nom if cles and cles[-1] in territoires else "",
            indicateurs=SEPARATEUR.join(indicateurs),
        )

    def constat_de(
        self,
        regle: str,
        relation: Relation,
        *cles: str,
        lieu: str,
        ecrit: str,
        calcule: str,
        indicateurs: Iterable[str],
    ) -> Constat:
        """Return a finding of a relation, with the relation's own object, reason and severity."""
        return self.constat(
            regle,
            relation.id,
            *cles,
            lieu=lieu,
            objet=relation.objet,
            ecrit=ecrit,
            calcule=calcule,
            gravite=relation.gravite,
            pourquoi=relation.pourquoi and self.convention.ecrire(relation.pourquoi),
            indicateurs=indicateurs,
        )


def contexte(entrees: Entrees) -> Contexte:
    """Return the inputs with annexe 1 indexed."""
    return Contexte(entrees, lire_annexe(entrees.annexe1))


def en_table(constats: list[Constat]) -> pd.DataFrame:
    """Return the findings as a table, one row a finding, in their order."""
    return pd.DataFrame([asdict(constat) for constat in constats], columns=list(COLONNES))


# Binary fractions only: 99.9 is not exactly 99.9. It never decides between two printed values.
EPSILON = 1e-9


@dataclass(frozen=True)
class Ligne:
    """A row: an absent value or variation is None."""

    section: str
    indicateur: str
    territoire: str
    annee: int
    valeur: float | None
    variation: float | None
    statut: str
    note: str


@dataclass(frozen=True)
class Annexe:
    """The rows by (indicateur, territoire); of two years, the latest."""

    lignes: dict[tuple[str, str], Ligne]
    territoires: tuple[str, ...]

    def ligne(self, indicateur: str, territoire: str) -> Ligne | None:
        """Return the row, or None when the table has none."""
        return self.lignes.get((indicateur, territoire))

    def valeur(self, indicateur: str, territoire: str) -> float | None:
        """Return the value as printed, or None when absent."""
        ligne = self.ligne(indicateur, territoire)
        return None if ligne is None else ligne.valeur

    def valeurs(self, indicateurs: Iterable[str], territoire: str) -> list[float] | None:
        """Return the values of all the indicators, or None if one of them is absent."""
        values = [self.valeur(indicateur, territoire) for indicateur in indicateurs]
        return None if any(value is None for value in values) else values

    def variation(self, indicateur: str, territoire: str) -> float | None:
        """Return the five-year variation as printed, or None."""
        ligne = self.ligne(indicateur, territoire)
        return None if ligne is None else ligne.variation


def lire_annexe(annexe1: pd.DataFrame) -> Annexe:
    """Return the rows of annexe1.csv by indicator and territory."""
    ordered = annexe1.sort_values("annee", kind="stable")
    lignes = {
        (row.indicateur, row.territoire): Ligne(
            section=row.section,
            indicateur=row.indicateur,
            territoire=row.territoire,
            annee=int(row.annee),
            valeur=_present(row.valeur),
            variation=_present(row.variation_5_ans),
            statut=row.statut,
            note=row.note,
        )
        for row in ordered.itertuples(index=False)
    }
    return Annexe(lignes, tuple(dict.fromkeys(annexe1["territoire"])))


def demi_pas(indicateur: Indicateur) -> float:
    """Return how far the truth can be from the printed value: half its rounding, zero for an exact count."""
    return (indicateur.arrondi_source or 0.0) / 2


def _present(valeur: float) -> float | None:
    return None if math.isnan(valeur) else float(valeur)
