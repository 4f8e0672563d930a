"""A small catalogue and a small Annexe 1, for the tests of the analysis and of its sentences."""

from __future__ import annotations

import pandas as pd

from ctglib.document.contexte import Contexte
from ctglib.donnees.modeles.catalogue import (
    AxeRadar,
    Indicateur,
    Radar,
    Rupture,
    Seuils,
    Statut,
    Territoire,
    Unite,
)

UNITES = {
    "nombre": Unite(id="nombre", libelle="Nombre", ecart="aucun", decimales=0),
    "pourcent": Unite(
        id="pourcent",
        libelle="%",
        symbole="%",
        ecart="points",
        renversement="complement",
        decimales=1,
    ),
    "pour_100": Unite(
        id="pour_100",
        libelle="pour 100",
        symbole="pour 100",
        ecart="points",
        renversement="inverse",
        decimales=1,
    ),
    "euros_par_habitant": Unite(
        id="euros_par_habitant",
        libelle="€ par habitant",
        symbole="€ par habitant",
        ecart="pourcent",
        decimales=0,
    ),
    "euros": Unite(id="euros", libelle="€", symbole="€", ecart="aucun", decimales=0),
}
STATUTS = {
    code: Statut(libelle=libelle, mot=mot)
    for code, libelle, mot in (
        ("A", "Normale", ""),
        ("P", "Valeur provisoire", ""),
        ("L", "Non transmise", "non transmis"),
        ("O", "Non disponible", "non disponible"),
    )
}
ICI = Territoire(
    code="01001", nom="Exemple", niveau="commune", a="à Exemple", de="d'Exemple", le="Exemple"
)
LA = Territoire(
    code="01", nom="Ain", niveau="departement", a="dans l'Ain", de="de l'Ain", le="l'Ain"
)
RENVERSEMENTS = {
    "complement": {"mots": "complément à 100", "regle": "le complément"},
    "inverse": {"mots": "rapport inverse", "regle": "référence / territoire"},
}
SEUILS = Seuils(
    ecart_similaire_points=0.5,
    ecart_similaire_pourcent=5,
    ecart_notable_pourcent=5,
    petits_effectifs=5,
    variation_invraisemblable=30,
)


def indicateur(identifiant: str, unite: str = "pourcent", **autres: object) -> Indicateur:
    """Return an indicator whose label is « Part p » or « Nombre n » unless told."""
    given = {
        "libelle": f"Indicateur {identifiant}",
        "nature": "contexte",
        "sens": "neutre",
        "decimales": UNITES[unite].decimales,
    }
    return Indicateur(
        id=identifiant,
        definition="Une définition.",
        unite=unite,
        origine="convention",
        **{**given, **autres},
    )


def rupture(annee: int, raison: str = "réforme d'exemple") -> Rupture:
    """Return a break."""
    return Rupture(annee=annee, raison=raison, reference="texte")


def lignes(*rows: tuple) -> pd.DataFrame:
    """Return observations from (indicateur, territoire, annee, valeur, variation, unite, statut)."""
    names = ["indicateur", "territoire", "annee", "valeur", "variation_5_ans", "unite", "statut"]
    table = pd.DataFrame(rows, columns=names).assign(section="1.1", note="")
    return table.astype({"annee": "Int64", "valeur": "float64", "variation_5_ans": "float64"})


def contexte(indicateurs: dict[str, Indicateur]) -> Contexte:
    """Return the words of the example."""
    return Contexte(indicateurs, UNITES, STATUTS, ICI, LA, "exemple")


def radar(*axes: AxeRadar) -> Radar:
    """Return a radar of these axes, with its circles at 80 and 120."""
    return Radar(
        avertissement="Hypothèse de travail.",
        formule="indice = 100 × valeur / référence",
        renversements=RENVERSEMENTS,
        groupe_de_reference="L'Ain.",
        seuil_bas=80,
        seuil_haut=120,
        axes=list(axes),
    )
