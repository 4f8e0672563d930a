"""Small tables of a year's evaluation, as its charts take them: an invented commune."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
from analyse_exemple import STATUTS, contexte, indicateur
from dessin_svg import racine, traits

from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.donnees.modeles.catalogue import Statut
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.graphiques.barres import entrees_sorties, parts
from ctglib.graphiques.teintes import grille
from ctglib.graphiques.trajectoires import trajectoires

VIDE = float("nan")
DEBUT = date(2023, 1, 1)
FIN = date(2026, 12, 31)
AUJOURD_HUI = date(2025, 12, 31)
SECRET = Statut(libelle="Secrète", mot="secret")


def evaluation() -> Evaluation:
    """Return the words and signs of the catalogue."""
    return charger_yaml("catalogue/evaluation.yaml", Evaluation)


def tableau_etats(*rows: tuple) -> pd.DataFrame:
    """Return states from (modalité, libellé, début, échéance, statut, mot, début réel, fin), dates
    as text or None.
    """
    names = ["modalite", "libelle", "debut", "echeance", "statut", "mot", "debut_reel", "fin"]
    table = pd.DataFrame(rows, columns=names)
    dates = {
        name: pd.to_datetime(table[name]) for name in ("debut", "echeance", "debut_reel", "fin")
    }
    late = table["mot"].str.contains("en retard|échéance passée")
    written = table["echeance"].astype(str).str.endswith("06-30")
    facts = {"en_retard": late, "apres_l_echeance": False, "annee_dite": pd.NA}
    return table.assign(**dates, **facts, fiche="1", echeance_ecrite=written)


def tableau_series(*series: tuple) -> pd.DataFrame:
    """Return series from (libellé, unité, modalité, {année: valeur, or (valeur, statut)}, cible,
    année, rupture).

    The year of the break, or None.
    """
    rows = []
    for rank, (label, unit, part, values, target, target_year, broken) in enumerate(series):
        for year, given in values.items():
            value, status = (
                given if isinstance(given, tuple) else (given, "A" if given == given else "L")
            )
            rows.append(
                (
                    f"i{rank}",
                    label,
                    unit,
                    part,
                    year,
                    value,
                    status,
                    target,
                    target_year,
                    year == broken,
                )
            )
    names = [
        "indicateur",
        "libelle",
        "unite",
        "serie",
        "annee",
        "valeur",
        "statut",
        "cible",
        "annee_cible",
        "rupture",
    ]
    return pd.DataFrame(rows, columns=names).astype(
        {"annee": "Int64", "annee_cible": "Int64", "valeur": "float64"}
    )


SERIES = tableau_series(
    (
        "Assistantes maternelles agréées en activité",
        "nombre",
        "",
        {2022: 62.0, 2023: 60.0, 2024: 57.0, 2025: 55.0},
        60.0,
        2026,
        None,
    ),
    (
        "Taux d'occupation des accueils de loisirs",
        "pourcent",
        "vacances d'été",
        {2023: 71.4, 2024: VIDE, 2025: (78.2, "P")},
        85.0,
        2026,
        None,
    ),
    (
        "Taux d'occupation des accueils de loisirs",
        "pourcent",
        "mercredis",
        {2023: 64.0, 2024: VIDE, 2025: VIDE},
        None,
        None,
        None,
    ),
    (
        "Foyers allocataires",
        "nombre",
        "",
        {2022: 3105.0, 2023: 3120.0, 2024: 2890.0, 2025: 2905.0},
        None,
        None,
        2024,
    ),
    (
        "Projets de jeunes accompagnés dans l'année par le point information jeunesse",
        "nombre",
        "",
        {2023: 0.0, 2024: 2.0, 2025: 7.0},
        6.0,
        2025,
        None,
    ),
    (
        "Budget consacré aux actions",
        "euros",
        "",
        {2023: 12500.0, 2024: 18250.0, 2025: 17900.0},
        None,
        None,
        None,
    ),
    ("Jamais transmis", "nombre", "", {2023: VIDE, 2024: VIDE, 2025: VIDE}, 5.0, 2026, None),
)


def mots_du_suivi(series: pd.DataFrame | None = None) -> Contexte:
    """Return the words, with that of the secret; every series is an indicator of its unit."""
    rows = [] if series is None else series.itertuples()
    words = contexte({row.indicateur: indicateur(row.indicateur, row.unite) for row in rows})
    return replace(words, statuts={**STATUTS, "Q": SECRET})


def tableau_parts(*groupes: tuple) -> pd.DataFrame:
    """Return parts from (groupe, {libellé: effectif, or the code of an absence}); a hidden count
    hides its part.
    """
    rows = []
    for name, counts in groupes:
        total = sum(value for value in counts.values() if not isinstance(value, str))
        total += 8.0 * sum(isinstance(value, str) for value in counts.values())
        for label, value in counts.items():
            if isinstance(value, str):
                rows.append((name, label, label, VIDE, VIDE, value))
            else:
                rows.append(
                    (name, label, label, 100 * value / total if total else VIDE, value, "A")
                )
    return pd.DataFrame(
        rows, columns=["groupe", "modalite", "libelle", "part", "effectif", "statut"]
    )


PARTS = tableau_parts(
    ("Accueil de loisirs", {"Moins de 6 ans": 84.0, "6 à 11 ans": 152.0, "12 à 17 ans": 21.0}),
    ("Séjours", {"Moins de 6 ans": "Q", "6 à 11 ans": 37.0, "12 à 17 ans": 41.0}),
    ("Projets jeunes", {"Moins de 6 ans": 0.0, "6 à 11 ans": 2.0, "12 à 17 ans": 64.0}),
    ("Ludothèque", {"Moins de 6 ans": "Q", "6 à 11 ans": "Q", "12 à 17 ans": "Q"}),
)


def tableau_grille(*rows: tuple) -> pd.DataFrame:
    """Return cells from (ligne, {colonne: valeur, or the word of an absence})."""
    cells = [
        (
            line,
            column,
            VIDE if isinstance(value, str) else float(value),
            value if isinstance(value, str) else f"{value}",
        )
        for line, values in rows
        for column, value in values.items()
    ]
    return pd.DataFrame(cells, columns=["ligne", "colonne", "valeur", "texte"])


GRILLE = tableau_grille(
    (
        "Animer le partenariat et conduire le projet de territoire",
        {"2023": 0, "2024": 1, "2025": 3},
    ),
    ("Évaluer", {"2023": "non transmis", "2024": 2, "2025": 4}),
    ("Communiquer", {"2023": 0, "2024": 0, "2025": "non transmis"}),
)


def tableau_mouvements(*rows: tuple) -> pd.DataFrame:
    """Return movements from (année, entrées, sorties), a text being the code of an absence."""
    table = pd.DataFrame(
        [
            (
                year,
                *(VIDE if isinstance(value, str) else float(value) for value in pair),
                *(value if isinstance(value, str) else "A" for value in pair),
            )
            for year, *pair in rows
        ],
        columns=["annee", "entrees", "sorties", "statut_entrees", "statut_sorties"],
    )
    return table.astype({"annee": "Int64"})


MOUVEMENTS = tableau_mouvements((2023, 4, 7), (2024, "L", 3), (2025, 6, 2), (2026, "L", "L"))


NOMS = {"nom": "essai", "titre": "Un titre"}
EXEMPLES = {"trajectoires": SERIES, "parts": PARTS, "grille": GRILLE, "entrees_sorties": MOUVEMENTS}


def dessiner(forme: str, table: pd.DataFrame, **noms: str) -> Figure | None:
    """Return the chart of that name."""
    named = {**NOMS, **noms}
    if forme == "trajectoires":
        return trajectoires(table, mots_du_suivi(table), **named)
    return {"parts": parts, "grille": grille, "entrees_sorties": entrees_sorties}[forme](
        table, mots_du_suivi(), **named
    )


def lisible(text: str) -> str:
    """Return a text with plain spaces."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def aplats(svg: str, couleur: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, right and bottom of the surfaces of that colour, from top to bottom."""
    filled = [
        item
        for item in racine(svg).iter()
        if item.get("fill") == couleur and item.tag.endswith("path")
    ]
    wanted = {f"tracé {item.get('d')[:40]}" for item in filled}
    # once, when an outline has the same place
    found = {
        (item.gauche, item.haut, item.droite, item.bas)
        for item in traits(svg)
        if item.mot in wanted
    }
    return sorted(found, key=lambda box: (box[1], box[0]))
