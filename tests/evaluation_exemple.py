"""A convention with one fiche, one indicator and the values of an example, for the tests of the
scoring.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from functools import cache
from types import SimpleNamespace

import pandas as pd

from ctglib.calculs import evaluation as scoring
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.plan import Fiche, IndicateurFiche, ModaliteAction
from ctglib.donnees.modeles.suivi import Bilan

ICI = "01001"
SEUILS = SeuilsEvaluation(
    en_bonne_voie=0.95,
    a_surveiller=0.60,
    hasard_ecarts=2,
    tendance_annees=6,
    tendance_ecarts=1.96,
)
ABSENT = {"absent": "La fiche ne le donne pas"}
TYPES = {"annee": "Int64", "millesime": "Int64", "valeur": "float64"}


def indicateur(identifiant: str = "x", **autres: object) -> Indicateur:
    """Return a proposed count of fiche 1 that should rise, unless told."""
    given = {
        "libelle": f"Indicateur {identifiant}",
        "definition": "Une définition.",
        "unite": "nombre",
        "nature": "resultat",
        "sens": "hausse",
        "origine": "convention",
        "decimales": 0,
    }
    return Indicateur(id=identifiant, **{**given, **autres})


def prevu(identifiant: str = "x", **autres: object) -> IndicateurFiche:
    """Return the indicator in its fiche, without initial value nor target unless told."""
    return IndicateurFiche(id=identifiant, **{"valeur_initiale": ABSENT, "cible": ABSENT, **autres})


def datee(valeurs: dict[int, float] | None) -> dict[str, object]:
    """Return a dated value from {year: value}, or its absence."""
    return (
        ABSENT
        if not valeurs
        else {
            "annee": next(iter(valeurs)),
            "valeur": next(iter(valeurs.values())),
            "reference": "fiche 1",
        }
    )


@cache
def _harnes() -> tuple[Catalogue, Convention]:
    dossier = lire_dossier("harnes")
    return dossier.catalogue, dossier.convention


def catalogue(*indicateurs: Indicateur) -> Catalogue:
    """Return the catalogue with these indicators for fiche 1 and the thresholds of the examples."""
    known, _ = _harnes()
    evaluation = known.evaluation.model_copy(update={"seuils": SEUILS})
    return replace(known, fiches_indicateurs={"1": indicateurs}, evaluation=evaluation)


def convention(
    *prevus: IndicateurFiche, modalites: tuple[ModaliteAction, ...] = (), **fiche: object
) -> Convention:
    """Return a convention of 2023 to 2026 whose only fiche has these indicators and modalités."""
    _, known = _harnes()
    only: Fiche = known.fiches[1].model_copy(
        update={"numero": "1", "indicateurs": list(prevus), "modalites": list(modalites), **fiche}
    )
    years = {"territoire": ICI, "debut": date(2023, 1, 1), "fin": date(2026, 12, 31)}
    return known.model_copy(update={**years, "fiches": [only]})


def observations(*lignes: dict[str, object]) -> pd.DataFrame:
    """Return observations; a row gives at least annee, and valeur or statut; the millésime is its
    year unless told.
    """
    names = (
        "territoire",
        "annee",
        "indicateur",
        "dimension",
        "modalite",
        "millesime",
        "valeur",
        "unite",
        "statut",
    )
    usual = {
        "territoire": ICI,
        "indicateur": "x",
        "dimension": "",
        "modalite": "",
        "unite": "nombre",
        "statut": "A",
    }
    rest = {"valeur": None, "source": "Service", "note": ""}
    rows = [{**usual, **rest, "millesime": ligne["annee"], **ligne} for ligne in lignes]
    return pd.DataFrame(rows, columns=[*names, "source", "note"]).astype(TYPES)


def par_annee(valeurs: dict[int, float | str], provisoires: Collection[int] = ()) -> pd.DataFrame:
    """Return the observations of « x » by year; a letter is the status of an absence."""
    return observations(
        *(
            {"annee": annee, "statut": valeur}
            if isinstance(valeur, str)
            else {"annee": annee, "valeur": valeur, "statut": "P" if annee in provisoires else "A"}
            for annee, valeur in valeurs.items()
        )
    )


def avenants(*changements: dict[str, object]) -> tuple[Avenant, ...]:
    """Return one avenant a change; « signe » is its date (that of its effect unless told)."""
    return tuple(
        Avenant(
            numero=str(rang),
            date=changement.get("signe", changement["effet"]),
            objet="Un changement",
            reference="Avenant",
            changements=[{key: value for key, value in changement.items() if key != "signe"}],
        )
        for rang, changement in enumerate(changements, start=1)
    )


def evaluer(
    convention: Convention,
    catalogue: Catalogue,
    observations: pd.DataFrame,
    avenants: tuple[Avenant, ...],
    annee: int,
    *,
    suivis: dict | None = None,
) -> pd.DataFrame:
    """Return the scoring of a year of a convention of which nothing else is known."""
    given = {
        "convention": convention,
        "catalogue": catalogue,
        "observations": observations,
        "avenants": avenants,
        "plan": lambda _: convention,
        "dispenses": lambda _: {},
    }
    return scoring.evaluer(SimpleNamespace(**given, suivis=suivis or {}), annee)


def evaluer_cas(cas: dict) -> pd.Series:
    """Return the scoring of a worked case: the row of the whole."""
    told = {key: value for key, value in cas.get("indicateur", {}).items() if key != "ruptures"}
    breaks = [
        {"annee": year, "raison": "Nouvelle base", "reference": "producteur"}
        for year in cas.get("ruptures", [])
    ]
    implied = {**cas["implicite"], "reference": "fiche 1"} if "implicite" in cas else None
    suivis = {}
    if "arrete" in cas:
        bilan = Bilan(annee=cas["annee"], date_arretee=cas["arrete"])
        vide = pd.DataFrame(
            columns=["fonction", "domaine", "item", "niveau", "dispositif", "effectif", "statut"]
        )
        suivis[cas["annee"]] = SimpleNamespace(bilan=bilan, posture=vide, profils=vide)
    table = evaluer(
        convention(
            prevu(
                valeur_initiale=datee(cas.get("depart")),
                cible=datee(cas.get("cible")),
                implicite=implied,
                fin_de_saison=cas.get("fin_de_saison"),
            ),
            **({"debut": cas["debut_fiche"]} if "debut_fiche" in cas else {}),
        ),
        catalogue(indicateur(ruptures=breaks, **told)),
        par_annee(cas.get("valeurs", {}), cas.get("provisoires", ())),
        avenants(*cas.get("avenants", [])),
        cas["annee"],
        suivis=suivis,
    )
    return table.iloc[0]
