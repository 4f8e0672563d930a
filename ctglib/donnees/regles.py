"""Rules on the rows of tables, written as data: which rows are wrong, and the words of their faults."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import nom_inconnu

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.csv_strict import TableLue

NOMBRE = r"-?[0-9]+(\.[0-9]+)?"


@dataclass(frozen=True)
class Regle:
    """What makes a row wrong, at which column; its words cite the row by the names of its columns (« {unite} »).

    ``trouve`` is the cell itself when nothing is said.
    """

    colonne: str
    fautives: Callable[[pd.DataFrame], pd.Series]
    attendu: str
    remede: str
    trouve: str = ""


def en_lignes(tables: Iterable[TableLue], colonnes: Iterable[str]) -> pd.DataFrame:
    """Return the rows of tables of one schema as written, "" where a file has no such column.

    ``fichier`` and ``numero`` say where a row is, ``presentes`` which columns its file has.
    """
    import pandas as pd

    rows = [
        {"fichier": table.fichier, "numero": row.numero, "presentes": row.cellules.keys(), **row.cellules}
        for table in tables
        for row in table.lignes
    ]
    return pd.DataFrame(rows, columns=["fichier", "numero", "presentes", *colonnes], dtype=object).fillna("")


def nombres(textes: pd.Series) -> pd.Series:
    """Return the numbers of texts, NaN for what is none: it has its fault already."""
    return textes.where(textes.astype("str").str.fullmatch(NOMBRE)).astype("float64")


def appliquer(lignes: pd.DataFrame, regles: Iterable[Regle]) -> list[Faute]:
    """Return a fault for each row that a rule says wrong; a column that the file lacks has its fault already."""
    faults = []
    for rule in regles:
        wrong = rule.fautives(lignes)
        if not wrong.any():  # almost always, and looking is cheaper than taking no rows
            continue
        found = rule.trouve or f"« {{{rule.colonne}:.80}} »"
        faults += [
            Faute(
                row["fichier"],
                *(words.format_map(row) for words in (found, rule.attendu, rule.remede)),
                row["numero"],
                rule.colonne,
            )
            for row in lignes[wrong].to_dict("records")
            if rule.colonne in row["presentes"]
        ]
    return faults


def inconnus(lignes: pd.DataFrame, colonne: str, noms: Iterable[object], libelle: str, ou: str) -> list[Faute]:
    """Return a fault for each cell that names what nothing defines; when no name is known nothing is checked.

    ``libelle`` is what is named (« un indicateur »), ``ou`` where such names are defined.
    """
    known = [str(nom) for nom in noms]
    if not known or not set(lignes[colonne]) - {*known, ""}:
        return []
    wrong = lignes[~lignes[colonne].isin([*known, ""])]
    return [
        Faute(fichier, *nom_inconnu(ecrit, known, libelle, ou), ligne=numero, colonne=colonne)
        for fichier, numero, ecrit in zip(wrong["fichier"], wrong["numero"], wrong[colonne], strict=True)
    ]


def regles_de_vide(absences: dict[str, bool], colonne: str = "valeur") -> tuple[Regle, Regle]:
    """Return the rules of a value that is empty if and only if its status tells an absence (``absences``, by code)."""
    codes = ", ".join(code for code, absence in absences.items() if absence)
    return (
        Regle(
            colonne,
            lambda t: (t[colonne] == "") & t["statut"].map(absences).eq(False),
            f"une valeur, ou un statut d'absence ({codes})",
            "écrire la valeur, ou le statut qui dit pourquoi elle manque",
            "une valeur vide avec le statut {statut}",
        ),
        Regle(
            colonne,
            lambda t: (t[colonne] != "") & t["statut"].map(absences).eq(True),
            "une cellule vide, puisque ce statut dit une absence",
            "vider la cellule, ou corriger le statut",
            f"« {{{colonne}:.80}} » avec le statut {{statut}}",
        ),
    )


def ensemble(premiere: str, seconde: str, dites: str) -> tuple[Regle, Regle]:
    """Return the rules of two columns that are filled both or neither; ``dites`` names them."""
    words = (f"{dites} remplies toutes deux, ou vides toutes deux", "compléter la ligne, ou vider l'autre")
    return (
        Regle(seconde, lambda t: (t[premiere] != "") & (t[seconde] == ""), *words, "une cellule vide"),
        Regle(premiere, lambda t: (t[premiere] == "") & (t[seconde] != ""), *words, "une cellule vide"),
    )


def avec_le_catalogue(lignes: pd.DataFrame, indicateurs: dict[str, dict]) -> pd.DataFrame:
    """Return rows with what the catalogue, as it can be read, says of their indicator, in columns « cat_… »."""
    import pandas as pd

    said = pd.DataFrame.from_dict(
        {name: _dit(item) for name, item in indicateurs.items()}, orient="index", dtype=object
    )
    columns = dict.fromkeys([*said.columns, *_dit({})])
    return lignes.join(said.reindex(columns=list(columns)).add_prefix("cat_"), on="indicateur")


def _dit(item: dict) -> dict[str, object]:
    unit, limits, kept = item.get("unite"), item.get("bornes"), item.get("modalites")
    limits = limits if isinstance(limits, list) and len(limits) == 2 else [None, None]
    low, high = (limit if isinstance(limit, int | float) else None for limit in limits)
    own = item.get("dimension")
    return {
        "connu": bool(item),
        "unite": unit if isinstance(unit, str) else None,
        "bas": low,
        "haut": high,
        "bornes": f"{low} au moins" if high is None else f"{high} au plus" if low is None else f"entre {low} et {high}",
        "calcul": bool(item.get("calcul")),
        "sensible": bool(item.get("sensible")),
        "table": item.get("table", "observations"),
        "dimension": own,
        "dimension_dite": f"« {own} », la dimension" if own else "une cellule vide : aucune dimension",
        "modalites": ", ".join(map(str, kept)) if isinstance(kept, list) else "",
    }


# What the catalogue bounds in any table of values.
DU_CATALOGUE = (
    Regle(
        "unite",
        lambda t: t["cat_unite"].notna() & (t["unite"] != "") & (t["unite"] != t["cat_unite"]),
        "« {cat_unite} », l'unité de « {indicateur} » au catalogue",
        "écrire « {cat_unite} », ou corriger l'indicateur de la ligne",
    ),
    Regle(
        "valeur",
        lambda t: (
            (nombres(t["valeur"]) < t["cat_bas"].astype("float64"))
            | (nombres(t["valeur"]) > t["cat_haut"].astype("float64"))
        ),
        "{cat_bornes}, les bornes de « {indicateur} » au catalogue",
        "corriger la valeur, ou l'indicateur de la ligne",
        "« {valeur} »",
    ),
)
