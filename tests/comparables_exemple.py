"""Small panels of communes, and the rule they are compared by."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
from analyse_exemple import ICI, LA, STATUTS, UNITES, indicateur, rupture
from hypothesis import strategies as st

from ctglib.calculs.comparables import STRUCTURE, Resultat, comparer
from ctglib.document.contexte import Contexte
from ctglib.donnees.modeles.catalogue import Comparaison, Reglage
from ctglib.donnees.yaml_strict import charger_yaml

NOMS = ("foyers", "rsa", "af")
DEBUT = 2022
FIN = 2024
CONVENTION = SimpleNamespace(territoire=ICI.code, debut=SimpleNamespace(year=DEBUT + 1))
SUR = st.integers(1, 60).map(lambda count: 5 * count)
TAILLE = st.integers(20, 60).map(lambda count: 5 * count)
COMPLETE = st.tuples(TAILLE, *[SUR] * 5).map(list)
EFFECTIF = st.integers(-1, 40).map(lambda count: None if count < 0 else 5 * count)
PANEL = st.tuples(
    st.lists(COMPLETE, min_size=3, max_size=6),
    st.lists(st.lists(EFFECTIF, min_size=6, max_size=6), max_size=5),
).map(lambda both: [*both[0], *both[1]])


def effectifs(communes: list[list[int | None]]) -> pd.DataFrame:
    """Return a table; a commune is its three counts of the first year, then of the last, and the
    first is ours. Its size and its structure are those of ``structure``.
    """
    rows = [
        (
            f"01{rank + 1:03}",
            f"Commune {rank + 1}",
            LA.code,
            annee,
            "A",
            *counts,
            *structure(commune),
        )
        for rank, commune in enumerate(communes)
        for annee, counts in ((DEBUT, commune[:3]), (FIN, commune[3:]))
    ]
    premieres = ["commune", "nom", "departement", "annee", "statut"]
    table = pd.DataFrame(rows, columns=[*premieres, *NOMS, *STRUCTURE])
    return table.astype(dict.fromkeys(["annee", *NOMS], "Int64"))


def structure(commune: list[int | None]) -> tuple[float, float, float, float]:
    """Return the degree, the inhabitants, the households and the persons of a commune: as many as
    its own counts tell, so that a panel has communes alike and others.
    """
    households, others, *_ = commune
    size = float(households or 0)
    return 2.0, size, size, size + float(others or 0)


def regle(voisins: int = 3, fenetre: int = 3, variantes: tuple[Reglage, ...] = ()) -> Comparaison:
    real = charger_yaml("catalogue/comparaison.yaml", Comparaison)
    return Comparaison(
        serie="essai",
        producteur="Essai",
        indicateurs=NOMS,
        ressemblance=real.ressemblance,
        reglage=Reglage(titre="Règle", annees_avant=1, voisins=voisins, fenetre=fenetre),
        variantes=variantes,
        part_inhabituelle=0.1,
        mots=real.mots,
        phrases=real.phrases,
        tableaux=real.tableaux,
        limites=("Une limite.",),
    )


def indicateurs(arrondi: float | None = 5, rompu: str = "") -> dict:
    return {
        name: indicateur(
            name,
            "nombre",
            libelle=f"Foyers {name}",
            arrondi_source=arrondi,
            ruptures=[rupture(FIN)] if name == rompu else [],
        )
        for name in NOMS
    }


def resultat(communes: list[list[int | None]], **autres: object) -> Resultat | None:
    items = indicateurs(autres.pop("arrondi", 5), autres.pop("rompu", ""))
    return comparer(effectifs(communes), regle(**autres), items, CONVENTION)


def contexte(items: dict | None = None) -> Contexte:
    return Contexte(items or indicateurs(), UNITES, STATUTS, ICI, LA, "exemple")
