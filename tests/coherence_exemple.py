"""A small convention in which nothing contradicts anything, for the tests of the consistency check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
from analyse_exemple import ICI, LA, SEUILS, UNITES, indicateur

from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.catalogue import TypeOffre, VocabulaireOffre
from ctglib.donnees.modeles.coherence import Correction, Justification, Regles, Relations
from ctglib.donnees.modeles.convention import Affirmation, Convention
from ctglib.donnees.yaml_strict import charger_yaml

INDICATEURS = {
    item.id: item
    for item in (
        indicateur("enfants", "nombre", bornes=(0, None)),
        indicateur("petits", "nombre", bornes=(0, None)),
        indicateur("grands", "nombre", bornes=(0, None)),
        indicateur(
            "part_petits",
            bornes=(0, 100),
            arrondi_source=0.1,
            calcul="ratio_pour_100",
            entrees={"numerateur": "petits", "denominateur": "enfants"},
        ),
        indicateur("taux_libre", bornes=(0, 100), arrondi_source=0.1),
        indicateur("evolution", bornes=(-100, None), arrondi_source=0.1),
        indicateur("places", "nombre", bornes=(0, None)),
    )
}
ANNEXE1 = {  # (value, five-year variation) here, then in the reference
    "enfants": ((100, 5.0), (1000, 5.0)),
    "petits": ((40, 5.0), (350, 5.0)),
    "grands": ((60, 5.0), (650, 5.0)),
    "part_petits": ((40.0, None), (35.0, None)),
    "taux_libre": ((17.3, None), (18.8, None)),
    "evolution": ((5.0, None), (5.0, None)),
    "places": ((12, None), (90, None)),
}
RELATIONS = Relations(
    parties_tout=[
        {
            "id": "age",
            "objet": "le nombre d'enfants",
            "tout": "enfants",
            "parties": ["petits", "grands"],
        }
    ],
    inclusions=[{"id": "petits", "objet": "les petits", "partie": "petits", "tout": ["enfants"]}],
    variations_comparables=[
        {
            "id": "petits",
            "objet": "la variation des petits",
            "indicateur": "petits",
            "comparables": ["grands"],
            "seuil": 15,
        }
    ],
    variations_des_parties=[
        {
            "id": "age",
            "objet": "la variation des enfants",
            "tout": "enfants",
            "parties": ["petits", "grands"],
        }
    ],
    memes_grandeurs=[
        {
            "id": "evolution",
            "objet": "l'évolution des enfants",
            "lectures": [
                {"indicateur": "enfants", "champ": "variation_5_ans"},
                {"indicateur": "evolution"},
            ],
            "tolerance": 0.05,
        }
    ],
    memes_effectifs=[
        {
            "id": "places",
            "objet": "le nombre de places",
            "lectures": [
                {"nom": "diagnostic", "indicateur": "places"},
                {"nom": "offre", "types": ["accueil"], "caracteristique": "places"},
            ],
        }
    ],
    ages_offerts=[
        {
            "id": "accueil",
            "objet": "les âges des accueils",
            "types": ["accueil"],
            "theme": "enfance",
        }
    ],
    periodicites=[
        {"id": "aide", "objet": "l'aide", "indicateur": "petits", "periodicite": "annuelle"}
    ],
    attendus_offre={"accueil": ["places", "age_min", "age_max"]},
)
OFFRE = VocabulaireOffre(
    categories={"loisirs": "Loisirs"},
    types=[TypeOffre(id="accueil", libelle="Accueil", categorie="loisirs")],
    gestions={"publique": "Gestion publique"},
    caracteristiques={
        "places": "Places",
        "age_min": "Âge minimal",
        "age_max": "Âge maximal",
        "soutien": "Soutien",
    },
    modalites={"mercredi": "Mercredi"},
)
SIGNEE = {"par": "équipe du classeur d'évaluation", "date": date(2026, 11, 25)}
VALEUR = {"valeur": 10, "annee": 2022, "reference": "fiche 1"}
CIBLE = {"valeur": 12, "annee": 2026, "reference": "fiche 1"}
FICHE = {
    "numero": 1,
    "axe": "enfance",
    "enjeu": "accueil",
    "titre": "Accueillir",
    "constat_initial": ["Un constat"],
    "publics": ["Enfants"],
    "age_min": 3,
    "age_max": 10,
    "objectifs": ["Accueillir"],
    "modalites": [],
    "debut": date(2023, 1, 1),
    "fin": date(2026, 12, 31),
    "services": ["Un service"],
    "partenaires": ["Un partenaire"],
    "resultats": [{"id": "resultat", "libelle": "Plus d'accueil", "indicateurs": ["seances"]}],
    "indicateurs": [
        {"id": "seances", "libelle": "Séances", "valeur_initiale": VALEUR, "cible": CIBLE}
    ],
    "reference": "fiche 1",
}


@dataclass(frozen=True)
class Entrees:
    """What the check reads, as a ``Dossier`` gives it."""

    catalogue: SimpleNamespace
    convention: Convention
    annexe1: pd.DataFrame
    offre: pd.DataFrame
    affirmations: tuple[Affirmation, ...] = ()
    corrections: tuple[Correction, ...] = ()
    justifications: tuple[Justification, ...] = ()
    avenants: tuple[Avenant, ...] = ()


def saine() -> Entrees:
    """Return a convention on which no rule has anything to say."""
    sentence = affirmation(operateur="superieur", indicateurs=["part_petits"], reference="01")
    return Entrees(catalogue(), convention(), annexe1(), offre(), affirmations=(sentence,))


def catalogue(indicateurs: dict | None = None) -> SimpleNamespace:
    """Return the catalogue of the example, with the real rules."""
    return SimpleNamespace(
        indicateurs={**INDICATEURS, **(indicateurs or {})},
        indicateurs_fiches={
            "seances": indicateur("seances", "nombre"),
            "visites": indicateur("visites", "nombre").model_copy(update={"origine": "propose"}),
        },
        unites=UNITES,
        statuts={},
        territoires={place.code: place for place in (ICI, LA)},
        seuils=SEUILS,
        offre=OFFRE,
        relations=RELATIONS,
        regles=charger_yaml("catalogue/regles.yaml", Regles),
    )


def annexe1(**changes: tuple) -> pd.DataFrame:
    """Return the table of annexe 1; a change gives (value, variation) of the territory, or of both."""
    rows = []
    for name, pairs in {**ANNEXE1, **changes}.items():
        both = pairs if isinstance(pairs[0], tuple) else (pairs, ANNEXE1[name][1])
        for code, (value, change) in zip((ICI.code, LA.code), both, strict=True):
            rows.append(
                (
                    "1.1",
                    name,
                    code,
                    2020,
                    value,
                    change,
                    INDICATEURS[name].unite,
                    "A" if value is not None else "L",
                    "",
                )
            )
    names = [
        "section",
        "indicateur",
        "territoire",
        "annee",
        "valeur",
        "variation_5_ans",
        "unite",
        "statut",
        "note",
    ]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({"annee": "Int64", "valeur": "float64", "variation_5_ans": "float64"})


def offre(note: str = "", **changes: str) -> pd.DataFrame:
    """Return the offer: one accueil of 12 places from 3 to 10 years, unless changed."""
    values = {"places": "12", "age_min": "3", "age_max": "10", **changes}
    units = {"places": "nombre", "soutien": "oui_non"}
    rows = [
        (
            "centre",
            "Le Centre",
            "accueil",
            "publique",
            name,
            "",
            value,
            units.get(name, "ans"),
            "A" if value else "L",
            "annexe 2",
            note,
        )
        for name, value in values.items()
    ]
    names = [
        "structure",
        "nom",
        "type",
        "gestion",
        "caracteristique",
        "modalite",
        "valeur",
        "unite",
        "statut",
        "reference",
        "note",
    ]
    return pd.DataFrame(rows, columns=names)


def convention(fiche: dict | None = None, **changes: object) -> Convention:
    """Return a convention with one fiche, changed as told."""
    parties = [
        {
            "id": name,
            "nom": name,
            "nom_court": name,
            "qualite_du_signataire": "Signataire",
            "logo": f"{name}.png",
        }
        for name in ("ville", "caf")
    ]
    content = {
        "id": "exemple",
        "titre": "Convention d'exemple",
        "fictive": True,
        "territoire": ICI.code,
        "reference": LA.code,
        "debut": date(2023, 1, 1),
        "fin": date(2026, 12, 31),
        "date_signature": date(2023, 2, 1),
        "date_des_donnees": "2020",
        **dict.fromkeys(
            ("source_diagnostic", "source_offre", "source_texte", "source_suivi"), "exemple"
        ),
        "parties": parties,
        "articles": [],
        "clauses": {"diagnostic": {"article": "annexe 1"}},
        "axes": [{"id": "enfance", "titre": "Enfance"}],
        "enjeux": [
            {"id": "accueil", "axe": "enfance", "titre": "Accueillir", "themes": ["enfance"]}
        ],
        "fiches": [{**FICHE, **(fiche or {})}],
        "lacunes": [],
    }
    return Convention.model_validate({**content, **changes})


def affirmation(**fields: object) -> Affirmation:
    """Return a sentence on the territory of the example."""
    return Affirmation.model_validate(
        {"id": "phrase", "section": "1.1", "resume": "Une phrase", "territoire": ICI.code, **fields}
    )


def avec(**changes: object) -> Entrees:
    """Return the sound convention with some of its parts replaced."""
    return replace(saine(), **changes)


def correction(mention: str) -> Correction:
    """Return a correction whose rows carry a mention."""
    return Correction(
        id="sigle",
        objet="le sigle",
        fichier="offre.csv",
        mention=mention,
        ecrit="ABC",
        lu="ABD",
        raison="Le sigle existe.",
        reference="annexe 2",
        **SIGNEE,
    )
