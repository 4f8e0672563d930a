"""A norm: how many go with one full-time equivalent, and how many posts the landmark asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annees import lire_annees
from ctglib.calculs.suivi import ensemble
from ctglib.document.blocs import liste
from ctglib.document.mesures import legende, marquee, periode
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import enumerer, minuscule, nombre, nombre_court

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Analyse

PAR_POSTE = ("base", "a_defaut")


def norme(etude: EtudeAnnuelle, analyse: Analyse) -> Iterator[Bloc | None]:
    """Yield how many go with a post, beside the norm and who sets it; on the screen, the same year by year."""
    table = calculer(lire_annees(etude, analyse.tous("postes", "base", "a_defaut")), analyse)
    known = table[table["postes"].notna() & table["postes_repere"].notna()]
    if len(known):
        yield liste(phrases(known.iloc[-1], analyse, etude.contexte))
        yield tableau(table, analyse, etude.contexte)


def calculer(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, by year, how many go with one post, and how many posts the norm asks for.

    The norm counts its own base; where nobody gave it, what stands for it (``d_apres`` "a_defaut"), which is said.

    Args:
        table: What ``annees`` returns.
        analyse: Which indicator plays which role, and the norm.
    """
    posts = ensemble(table, analyse.un("postes"))
    base, other = (ensemble(table, analyse.un(role))["valeur"].reindex(posts.index) for role in PAR_POSTE)
    divisor = posts["valeur"].mask(posts["valeur"].eq(0))
    needed = base.fillna(other) / analyse.norme.valeur
    return pd.DataFrame(
        {
            "postes": posts["valeur"],
            "statut_postes": posts["statut"],
            "base_par_poste": base / divisor,
            "a_defaut_par_poste": other / divisor,
            "d_apres": base.notna().map({True: "base", False: "a_defaut"}),
            "postes_repere": needed,
            "ecart_postes": posts["valeur"] - needed,
            "norme": analyse.norme.valeur,
        }
    ).reset_index(names="annee")


def phrases(row: pd.Series, analyse: Analyse, contexte: Contexte) -> list[str]:
    """Return what goes with a post in a year, what the norm would give, and where it is written."""
    labels = {role: _libelle(analyse, role, contexte) for role in PAR_POSTE if analyse.un(role)}
    posts = contexte.valeur(analyse.un("postes"), row["postes"])
    parts = [
        f"{nombre(row[f'{role}_par_poste'], 1)} {label}"
        for role, label in labels.items()
        if pd.notna(row[f"{role}_par_poste"])
    ]
    needed, gap = (nombre(abs(row[name]), 2) for name in ("postes_repere", "ecart_postes"))
    side = "de plus" if row["ecart_postes"] >= 0 else "de moins"
    instead = "" if row["d_apres"] == "base" else f", d'après les {labels['a_defaut']}, faute de mieux"
    told = [f"En {row['annee']}, pour {posts} : {enumerer(parts)} par poste."] if parts else []
    return [
        *told,
        f"Le repère donnerait {needed} ETP{instead} : il y en a {gap} {side}.",
        f"Repère : un poste pour {nombre_court(analyse.norme.valeur)} {labels['base']} ({analyse.norme.reference}). La "
        "convention ne l'écrit pas.",
    ]


def tableau(table: pd.DataFrame, analyse: Analyse, contexte: Contexte) -> Tableau:
    """Return, year by year, what goes with one post and the posts that the norm asks for."""
    per_post = [role for role in PAR_POSTE if analyse.un(role)]
    label = {role: contexte.indicateurs[analyse.un(role)].libelle for role in ("postes", *per_post)}
    instead = table.loc[table["d_apres"].ne("base") & table["postes_repere"].notna(), "annee"].astype(str).tolist()
    notes = [f"Repère d'après les {minuscule(label['a_defaut'])} en {enumerer(instead)}."] if instead else []
    posts = marquee(contexte, analyse.un("postes"), "postes")
    return Tableau.de(
        table,
        [
            Colonne("annee", "Année", ecrire=str),
            Colonne("_postes", f"{label['postes']} (ETP)", True, "", posts),
            *(Colonne(f"{role}_par_poste", label[role], True, "Par poste", _nombre(1)) for role in per_post),
            Colonne("postes_repere", "Postes au repère (ETP)", True, "", _nombre(2)),
            Colonne("ecart_postes", "Écart (ETP)", True, "", _nombre(2, signe=True)),
        ],
        nom=analyse.id,
        titre=f"Postes et repère, {contexte.territoire.nom}, {periode([int(year) for year in table['annee']])}",
        source=contexte.source,
        notes=(*notes, *legende(table["statut_postes"], contexte)),
        ecran=True,
    )


def _nombre(decimales: int, *, signe: bool = False) -> Callable[[float], str]:
    return lambda value: RIEN if pd.isna(value) else nombre(value, decimales, signe=signe)


def _libelle(analyse: Analyse, role: str, contexte: Contexte) -> str:
    return minuscule(contexte.indicateurs[analyse.un(role)].libelle)
