"""``convention.yaml`` of the next convention: the old one's parties and fiches, its last values as initial ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ctglib.donnees.modeles.convention import Convention, Fiche, IndicateurFiche
    from ctglib.donnees.modeles.evaluation import ConventionSuivante

OBSERVATIONS = "observations"


@dataclass(frozen=True)
class Periode:
    """Name and dates of the next convention, and how a sentence names its territory (« de Harnes »)."""

    nom: str
    debut: date
    fin: date
    de: str

    @property
    def annees(self) -> dict[str, int]:
        """Its years, as the templates take them."""
        return {"debut": self.debut.year, "fin": self.fin.year}


def convention_suivante(
    ancienne: Convention,
    periode: Periode,
    mots: ConventionSuivante,
    *,
    parcours: pd.DataFrame,
    sources: Mapping[str, str],
    diagnostic: Mapping[str, str],
) -> dict[str, object]:
    """Return the content of ``convention.yaml``.

    Dates, échéances and targets are what the parties have to agree on: none is carried over. A written direction or
    threshold belongs to the old text, and is not either.

    Args:
        ancienne: The convention that ends.
        periode: Name and dates of the next one.
        mots: The sentences of the catalogue.
        parcours: The indicators, with their last known value.
        sources: Where that value comes from, by indicator.
        diagnostic: Source and date of the figures of the diagnostic.
    """
    told = ancienne.model_dump(mode="python", exclude_none=True)
    old = {"debut": ancienne.debut.year, "fin": ancienne.fin.year}
    known = parcours.set_index("indicateur")
    moved = {str(ancienne.debut.year): str(periode.debut.year), str(ancienne.fin.year): str(periode.fin.year)}
    return {
        **told,
        **_entete(ancienne, periode, mots),
        **diagnostic,
        "source_suivi": _avancer(ancienne.source_suivi, moved),
        "articles": [
            {name: _avancer(text, moved) if name in ("objet", "consequence") else text for name, text in item.items()}
            for item in told["articles"]
        ],
        "fiches": [
            _fiche(fiche, given, periode, [_indicateur(item, known, mots, old, sources) for item in fiche.indicateurs])
            for fiche, given in zip(ancienne.fiches, told["fiches"], strict=True)
        ],
        "schemas": [item for item in told["schemas"] if item["fin"] >= periode.debut.year],
        "annexes_vides": [],
        "lacunes": [item.model_dump() for item in mots.lacunes],
    }


def _entete(ancienne: Convention, periode: Periode, mots: ConventionSuivante) -> dict[str, object]:
    """Return its name, dates and source."""
    before = f"{ancienne.debut.year}-{ancienne.fin.year}"
    return {
        "id": periode.nom,
        "titre": mots.titre.format(de=periode.de, **periode.annees),
        "debut": periode.debut,
        "fin": periode.fin,
        "date_signature": {"absent": mots.signature_absente},
        "source_texte": mots.source_texte.format(de=periode.de, avant=before, **periode.annees),
    }


def _avancer(texte: str, annees: Mapping[str, str]) -> str:
    """Return a text with the first and last years of the old convention turned into those of the next."""
    return re.sub(r"\b\d{4}\b", lambda found: annees.get(found.group(), found.group()), texte)


def _fiche(
    fiche: Fiche, ecrit: dict[str, object], periode: Periode, indicateurs: list[dict[str, object]]
) -> dict[str, object]:
    return {
        **ecrit,
        "modalites": [
            {"numero": item.numero, "libelle": item.libelle} | ({"parties": item.parties} if item.parties else {})
            for item in fiche.modalites
        ],
        "debut": periode.debut,
        "fin": periode.fin,
        "resultats": [
            {"id": item.id, "libelle": item.libelle, "indicateurs": list(item.indicateurs)} for item in fiche.resultats
        ],
        "indicateurs": indicateurs,
        "analyses": [item.model_dump(exclude_unset=True) for item in fiche.analyses],  # a type refuses others' keys
    }


def _indicateur(
    prevu: IndicateurFiche,
    known: pd.DataFrame,
    mots: ConventionSuivante,
    old: Mapping[str, int],
    sources: Mapping[str, str],
) -> dict[str, object]:
    label = {"libelle": prevu.libelle} if prevu.libelle else {}
    initial = _depart(known.loc[prevu.id], mots, old, sources.get(prevu.id, ""))
    return {"id": prevu.id, **label, "valeur_initiale": initial, "cible": {"absent": mots.cible_absente}}


def _depart(row: pd.Series, mots: ConventionSuivante, old: Mapping[str, int], source: str) -> dict[str, object]:
    """Return the last known value with its year and source, or why there is none."""
    if row["table"] != OBSERVATIONS:
        return {"absent": mots.valeur_qualitative}
    if pd.isna(row["connue"]):
        return {"absent": mots.valeur_absente.format(**old)}
    value = float(row["connue"])
    told = [mots.reference.format(**old), source, "provisoire" if row["statut_connue"] == Statut.PROVISOIRE else ""]
    return {
        "valeur": int(value) if value.is_integer() else value,
        "annee": int(row["annee_connue"]),
        "reference": " ; ".join(part for part in told if part),
    }
