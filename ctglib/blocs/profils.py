"""Who takes part in each dispositif: counts by variable and their shares, without undoing what
secrecy hid.

All is worked out from the published counts, so that it says nothing that they don't. A share is of
a total that the published counts give, and none is made where a single count is hidden: the rest
would be that count.
"""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle
from ctglib.calculs.ecriture import majuscule, minuscule, nombre
from ctglib.document.blocs import liste
from ctglib.document.contexte import marquer
from ctglib.document.tableau import RIEN, Colonne
from ctglib.donnees.modeles.catalogue import Profils
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import parts as graphique_des_parts

CACHES_AU_MOINS = 2  # a rest that stands for one hidden count would be that count
DEUX_RANGEES = 2
SANS_TOTAL = "sans_total"
UN_SEUL_CACHE = "un_seul_cache"
VIDE = "vide"


def profils(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what is known and what is hidden, a chart a variable, the counts by dispositif, the
    crossed counts.
    """
    meanings = etude.catalogue.profils
    contexte = etude.contexte
    labels = {
        item.id: item.libelle for item in etude.catalogue.dimensions[meanings.dimension].modalites
    }
    wanted = {name: labels[name] for name in analyse.dispositifs}
    shares, crossed = (
        rows.assign(
            texte=[
                contexte.absence(status) if pd.isna(count) else marquer(nombre(count), status)
                for count, status in zip(rows["effectif"], rows["statut"], strict=True)
            ]
        )
        for rows in (by(etude.annuel.profils, meanings, wanted) for by in (parts, croisements))
    )
    yield liste(phrases(etude, shares, crossed, wanted))
    questions = {item.id: item.question for item in meanings.variables}
    for variable in analyse.variables or questions:
        rows = shares[shares["variable"].eq(variable)]
        rows = rows[rows.groupby("dispositif")["part"].transform("count").gt(0)]
        if rows["dispositif"].nunique() < DEUX_RANGEES:
            continue  # a single row is no chart: the table has it
        name = variable.replace("_", "-")
        title = questions[variable].format(qui=analyse.public, annee=etude.annee)
        rows = rows.assign(groupe=rows["libelle_dispositif"])
        yield graphique_des_parts(rows, contexte, nom=f"{analyse.id}-{name}", titre=title)
    if len(shares):
        keys = ["variable", "libelle_variable", "modalite", "libelle"]
        order = shares.sort_values(
            "variable", kind="stable", key=lambda names: pd.factorize(names)[0]
        )
        texts = shares.set_index([*keys, "dispositif"])["texte"].unstack()
        texts = texts.reindex(pd.MultiIndex.from_frame(order[keys].drop_duplicates()))[
            shares["dispositif"].unique()
        ]
        cells = texts.reset_index()
        yield etude.tableau(
            "profils",
            cells,
            None,
            *(Colonne(name, labels[name], True) for name in texts.columns),
            nom=analyse.id,
            mots={"qui": majuscule(re.sub(r"\bles ", "", analyse.public))},
            donnees=shares.drop(columns="texte"),
            groupes=cells["libelle_variable"],
            statuts=shares["statut"],
            notes=[texts.isna().any(axis=None) and f"{RIEN} : ligne non remplie."],
        )
    if len(crossed):
        pairs = crossed["libelle_dispositif"] + " : " + crossed["libelle_variable"] + " et "
        yield etude.tableau(
            "profils_croises",
            crossed,
            nom=f"{analyse.id}-croises",
            donnees=crossed.drop(columns="texte"),
            groupes=pairs + crossed["libelle_variable_2"],
            statuts=crossed["statut"],
        )


def parts(profils: pd.DataFrame, meanings: Profils, dispositifs: Mapping[str, str]) -> pd.DataFrame:
    """Return the counts of each dispositif by variable, in the catalogue's order, each with its
    share in %.

    The total of a variable is the sum of its modalités when none is hidden or missing; failing
    that, that of the dispositif, if its other variables, all shown, agree on it. ``raison`` tells
    why there is no share: "sans_total", "un_seul_cache", "vide" (nobody); "" when there are shares,
    were some hidden.

    Returns:
        dispositif, variable, modalite and their labels, effectif, statut, total, part (missing
        where hidden or without total), raison, of the modalités that have a row.
    """
    entered = profils.loc[
        profils["variable_2"].eq(""), ["dispositif", "variable", "modalite", "effectif", "statut"]
    ]
    entered = entered.astype({"effectif": "float64"})
    rows = _vocabulaire(meanings, dispositifs).merge(
        entered, on=["dispositif", "variable", "modalite"]
    )
    group = rows.groupby(["dispositif", "variable"], sort=False)["effectif"]
    shown = group.transform("sum")
    size = group.transform("size")
    known = group.transform("count")
    whole = entered[entered["variable"].eq("") & entered["dispositif"].isin(list(dispositifs))]
    sums = pd.concat([whole, rows.assign(effectif=shown)[known.eq(size)]]).dropna(subset="effectif")
    totals = sums.groupby("dispositif")["effectif"].agg(
        lambda told: told.iloc[0] if told.nunique() == 1 else np.nan
    )
    total = rows["dispositif"].map(totals).astype("float64")
    hidden = (
        rows["statut"]
        .eq(Statut.SECRET)
        .groupby([rows["dispositif"], rows["variable"]])
        .transform("sum")
    )
    base = shown.where(known.eq(size), total)
    reason = np.select(
        [
            known.eq(size) & shown.eq(0),
            known.eq(size),
            hidden.gt(0) & hidden.lt(CACHES_AU_MOINS),
            total.isna() | (known + hidden).lt(size) | shown.gt(total),
            total.eq(0),
        ],
        [VIDE, "", UN_SEUL_CACHE, SANS_TOTAL, VIDE],
        "",
    )
    base = base.where(reason == "")
    return rows.assign(total=base, part=100 * rows["effectif"] / base, raison=reason)


def croisements(
    profils: pd.DataFrame, meanings: Profils, dispositifs: Mapping[str, str]
) -> pd.DataFrame:
    """Return the crossed counts of the dispositifs wanted, in the catalogue's order, each variable
    with its labels.
    """
    words = _vocabulaire(meanings, dispositifs)
    pairs = words.merge(
        words.drop(columns="libelle_dispositif"), on="dispositif", suffixes=("", "_2")
    )
    return pairs.merge(
        profils, on=["dispositif", "variable", "modalite", "variable_2", "modalite_2"]
    )


def _vocabulaire(meanings: Profils, dispositifs: Mapping[str, str]) -> pd.DataFrame:
    """Return the modalités of the variables, for each of some dispositifs, with their labels, in
    order.
    """
    names = pd.DataFrame(dispositifs.items(), columns=["dispositif", "libelle_dispositif"])
    rows = [
        (item.id, item.libelle, mode.id, mode.libelle)
        for item in meanings.variables
        for mode in item.modalites
    ]
    columns = ["variable", "libelle_variable", "modalite", "libelle"]
    return names.merge(pd.DataFrame(rows, columns=columns), how="cross")


def phrases(
    etude: EtudeAnnuelle,
    parts: pd.DataFrame,
    croisements: pd.DataFrame,
    dispositifs: Mapping[str, str],
) -> list[str]:
    """Return what is known of the profiles, what is hidden and by which rule, and the shares that
    are not made.
    """
    if parts.empty:
        return []
    met = set(parts["dispositif"])
    known, missing = (
        [minuscule(label) for name, label in dispositifs.items() if (name in met) is there]
        for there in (True, False)
    )
    words = {"nombre": len(known), "total": len(dispositifs), "dits": " ; ".join(known)}
    told = [etude.mot("profils_transmis", **words)]
    told += [etude.mot("profils_non_transmis", dits=" ; ".join(missing))] * bool(missing)
    limit = etude.catalogue.seuils.petits_effectifs
    hidden = int(
        parts["statut"].eq(Statut.SECRET).sum() + croisements["statut"].eq(Statut.SECRET).sum()
    )
    told += [etude.mot("profils_secrets", nombre=hidden, plus=limit - 1)] * bool(hidden)
    rows = parts.drop_duplicates(["dispositif", "variable"])
    named = rows["libelle_variable"].map(minuscule) + " (" + rows["libelle_dispositif"] + ")"
    return told + [
        etude.mot(f"profils_{reason}", dits=" ; ".join(named[rows["raison"].eq(reason)]))
        for reason in (UN_SEUL_CACHE, SANS_TOTAL)
        if rows["raison"].eq(reason).any()
    ]
