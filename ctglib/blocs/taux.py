"""A rate: numerator and denominator by modalité, the whole being the quotient of the sums, beside last year's."""

from __future__ import annotations

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees, nom_du_detail
from ctglib.calculs.suivi import croiser, est_muet, pire, somme
from ctglib.document.blocs import liste
from ctglib.document.mesures import marquee, marquer
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import minuscule, nombre, points, pourcent
from ctglib.donnees.statuts import Statut

COLONNES = ("capacite", "denominateur", "numerateur", "taux")
PHRASE = "{numerateur} pour {denominateur}, soit un taux de {rapport}"


def taux(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how high the rate is, where it is highest and lowest, and the table by modalité."""
    known = lire_annees(etude, analyse.tous("capacite", "denominateur", "numerateur", "taux"))
    table, year, contexte = calculer(known, analyse, etude.annee), etude.annee, etude.contexte
    yield liste(phrases(table, analyse.phrase or PHRASE))
    if est_muet(known[known["annee"].eq(year)]):
        return
    labels = {role: contexte.indicateurs[analyse.un(role)].libelle for role in COLONNES if analyse.un(role)}
    rate, own = labels.pop("taux", "Taux"), analyse.un("taux")
    head, above, below = f"{rate} (%)", *(minuscule(labels[role]) for role in ("numerateur", "denominateur"))
    before = marquee(contexte, own, "taux_precedent", "statut_precedent")
    yield contexte.tableau(
        table,
        [
            Colonne("_detail", nom_du_detail(etude, known), ecrire=lambda row: row["libelle"] or "Ensemble"),
            *(
                Colonne(f"_{role}", labels[role], True, "", marquee(contexte, analyse.un(role), role))
                for role in labels
            ),
            Colonne("_taux_precedent", str(year - 1), True, head, before),
            Colonne("_taux", str(year), True, head, marquee(contexte, own, "taux")),
        ],
        analyse.id,
        f"{rate}, {etude.lieu}",
        notes=[f"Taux : 100 × {above} / {below} ; celui de l'ensemble est le quotient des sommes."],
        statuts=table.filter(like="statut_").stack(),
    )


def calculer(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    """Return, by modalité, numerator, denominator and rate of a year, beside the rate of the year before.

    The last row is the whole (modalité ""): the entered one, failing that the sum of the modalités, and its rate the
    quotient of the sums, known only when all of them are.
    """
    now, before = (_annee(table, analyse, year) for year in (annee, annee - 1))
    last = before[["taux", "statut_taux"]].rename(columns={"taux": "taux_precedent", "statut_taux": "statut_precedent"})
    return now.join(last).fillna({"statut_precedent": Statut.NON_TRANSMIS}).reset_index(names="modalite")


def _annee(table: pd.DataFrame, analyse: Analyse, annee: int) -> pd.DataFrame:
    rows = croiser(table, {name: (analyse.un(name), annee) for name in COLONNES})
    parts = rows.drop(index="", errors="ignore")
    rows = rows.reindex([*parts.index, ""]).fillna(
        {"libelle": "", **{f"statut_{name}": Statut.NON_TRANSMIS for name in COLONNES}}
    )
    if rows.at["", "statut_capacite"] == Statut.NON_TRANSMIS:
        rows.loc["", "statut_capacite"] = Statut.SANS_OBJET  # places of different moments are not added up
    for name in ("denominateur", "numerateur"):
        if rows.at["", f"statut_{name}"] == Statut.NON_TRANSMIS:
            rows.loc["", [name, f"statut_{name}"]] = somme(parts, name)
    empty = rows["denominateur"].eq(0)
    quotient = 100 * rows["numerateur"] / rows["denominateur"].mask(empty)
    worst = pire(rows["statut_denominateur"].mask(empty, Statut.SANS_OBJET), rows["statut_numerateur"])
    silent = rows["statut_taux"].eq(Statut.NON_TRANSMIS)
    return rows.assign(taux=rows["taux"].mask(silent, quotient), statut_taux=rows["statut_taux"].mask(silent, worst))


def phrases(table: pd.DataFrame, phrase: str) -> list[str]:
    """Return the rate of the whole and its change, then the highest and the lowest modalité."""
    whole, parts, told = table.iloc[-1], table.iloc[:-1], []
    known, unknown = parts[parts["taux"].notna()].sort_values("taux", kind="stable"), parts[parts["taux"].isna()]
    if pd.notna(whole["taux"]):
        words = {name: marquer(nombre(whole[name]), whole[f"statut_{name}"]) for name in ("numerateur", "denominateur")}
        said, before = phrase.rstrip(". ").format(**words, rapport=pourcent(whole["taux"])), whole["taux_precedent"]
        gap = f", contre {pourcent(before)} l'année précédente ({points(whole['taux'] - before)})"
        told.append(f"{said}{gap if pd.notna(before) else ''}.")
    if len(known) > 1:
        low, high = (f"{row['libelle']}, {pourcent(row['taux'])}" for _, row in known.iloc[[0, -1]].iterrows())
        told.append(f"Le taux le plus haut : {high}. Le plus bas : {low}.")
    return told + (
        [f"Taux inconnu : {' ; '.join(unknown['libelle'].map(minuscule))}."] if len(unknown) and told else []
    )
