"""A norm: how many go with one full-time equivalent, and how many posts the landmark asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees
from ctglib.calculs.suivi import ensemble
from ctglib.document.blocs import liste
from ctglib.document.mesures import marquee, periode
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import enumerer, minuscule, nombre, nombre_court

PAR_POSTE = ("base", "a_defaut")


def norme(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many go with a post, beside the norm and who sets it; on the screen, the same year by year."""
    table, contexte = calculer(lire_annees(etude, analyse.tous("postes", "base", "a_defaut")), analyse), etude.contexte
    needed = table["postes_repere"].notna()
    known = table[table["postes"].notna() & needed]
    if known.empty:
        return
    roles = [role for role in ("postes", *PAR_POSTE) if analyse.un(role)]
    labels = {role: contexte.indicateurs[analyse.un(role)].libelle for role in roles}
    last = known.iloc[-1]
    yield liste(phrases(last, analyse, contexte.valeur(analyse.un("postes"), last["postes"]), labels))
    instead = table.loc[table["d_apres"].ne("base") & needed, "annee"].astype(str).tolist()

    def decimales(places: int, *, signe: bool = False) -> Callable[[float], str]:
        return lambda value: RIEN if pd.isna(value) else nombre(value, places, signe=signe)

    posts = marquee(contexte, analyse.un("postes"), "postes")
    yield contexte.tableau(
        table,
        [
            Colonne("annee", "Année", ecrire=str),
            Colonne("_postes", f"{labels['postes']} (ETP)", True, "", posts),
            *(Colonne(f"{role}_par_poste", labels[role], True, "Par poste", decimales(1)) for role in roles[1:]),
            Colonne("postes_repere", "Postes au repère (ETP)", True, "", decimales(2)),
            Colonne("ecart_postes", "Écart (ETP)", True, "", decimales(2, signe=True)),
        ],
        analyse.id,
        f"Postes et repère, {contexte.territoire.nom}, {periode([int(year) for year in table['annee']])}",
        notes=[instead and f"Repère d'après les {minuscule(labels['a_defaut'])} en {enumerer(instead)}."],
        statuts=table["statut_postes"],
        ecran=True,
    )


def calculer(table: pd.DataFrame, analyse: Analyse) -> pd.DataFrame:
    """Return, by year, how many go with one post, and how many posts the norm asks for.

    The norm counts its own base; where nobody gave it, what stands for it (``d_apres`` "a_defaut"), which is said.
    """
    posts = ensemble(table, analyse.un("postes")).set_axis(["postes", "statut_postes"], axis=1)
    base, other = (ensemble(table, analyse.un(role))["valeur"].reindex(posts.index) for role in PAR_POSTE)
    divisor, needed = posts["postes"].mask(posts["postes"].eq(0)), base.fillna(other) / analyse.norme.valeur
    return posts.assign(
        base_par_poste=base / divisor,
        a_defaut_par_poste=other / divisor,
        d_apres=base.notna().map({True: "base", False: "a_defaut"}),
        postes_repere=needed,
        ecart_postes=posts["postes"] - needed,
        norme=analyse.norme.valeur,
    ).reset_index(names="annee")


def phrases(row: pd.Series, analyse: Analyse, postes: str, libelles: Mapping[str, str]) -> list[str]:
    """Return what goes with a post in a year, what the norm would give, and where it is written."""
    labels = {role: minuscule(text) for role, text in libelles.items()}
    met = {role: row[f"{role}_par_poste"] for role in PAR_POSTE if role in labels}
    parts = [f"{nombre(value, 1)} {labels[role]}" for role, value in met.items() if pd.notna(value)]
    needed, gap = (nombre(abs(row[name]), 2) for name in ("postes_repere", "ecart_postes"))
    side = "de plus" if row["ecart_postes"] >= 0 else "de moins"
    instead = "" if row["d_apres"] == "base" else f", d'après les {labels['a_defaut']}, faute de mieux"
    return [
        *([f"En {row['annee']}, pour {postes} : {enumerer(parts)} par poste."] if parts else []),
        f"Le repère donnerait {needed} ETP{instead} : il y en a {gap} {side}.",
        f"Repère : un poste pour {nombre_court(analyse.norme.valeur)} {labels['base']} ({analyse.norme.reference}). La "
        "convention ne l'écrit pas.",
    ]
