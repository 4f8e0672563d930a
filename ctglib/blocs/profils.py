"""Who takes part in each dispositif: counts by variable and their shares, without undoing what
secrecy hides.

A dispositif (an accueil, a séjour) counts its public by variable (age, sex), and each variable by
modalité (« 3 à 5 ans »). A count under the threshold of secrecy is hidden.

Shares are worked out from the published counts alone, so that they tell a reader nothing that the
counts do not. A share needs a total: where one count of a variable is hidden, the total and the
published counts give it by subtraction. No share of a variable is therefore made where a single
count is hidden; where two or more are, only their sum could be found, and the shares of the
published counts are made.
"""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from ctglib.blocs.analyses import Blocs
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import majuscule, minuscule, nombre
from ctglib.document.blocs import liste
from ctglib.document.contexte import Contexte, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.modeles.catalogue import Profils
from ctglib.donnees.modeles.plan import Analyse
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.barres import parts as graphique_des_parts

CACHES_AU_MOINS = 2  # total less published counts is the sum of the hidden ones: of one, it is it
DEUX_RANGEES = 2  # the dispositifs that a chart needs
# Why the modalités of a variable have no share.
SANS_TOTAL = "sans_total"
UN_SEUL_CACHE = "un_seul_cache"
VIDE = "vide"


def profils(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what is known and what is hidden, a chart for each variable, the table of the counts by
    dispositif, that of the crossed counts (in groups by dispositif and pair of variables).
    """
    assert analyse.public is not None  # the model asks it of this type of analysis
    definitions = etude.catalogue.profils
    modalites = etude.catalogue.dimensions[definitions.dimension].modalites
    libelles = {modalite.id: modalite.libelle for modalite in modalites}
    dispositifs = {dispositif: libelles[dispositif] for dispositif in analyse.dispositifs}
    effectifs = parts(etude.annuel.profils, definitions, dispositifs)
    effectifs = _avec_texte(effectifs, etude.contexte)
    croises = croisements(etude.annuel.profils, definitions, dispositifs)
    croises = _avec_texte(croises, etude.contexte)
    demandees = {
        variable.id: variable.libelle
        for variable in definitions.variables
        if variable.id in analyse.variables
    }
    yield liste(phrases(etude, effectifs, croises, dispositifs, demandees))
    questions = {variable.id: variable.question for variable in definitions.variables}
    for variable in analyse.variables or questions:
        de_la_variable = effectifs[effectifs["variable"].eq(variable)]
        parts_connues = de_la_variable.groupby("dispositif")["part"].transform("count")
        traces = de_la_variable[parts_connues.gt(0)]
        if traces["dispositif"].nunique() < DEUX_RANGEES:
            continue  # a single row is no chart: the table has it
        yield graphique_des_parts(
            traces.assign(groupe=traces["libelle_dispositif"]),
            etude.contexte,
            nom=f"{analyse.id}-{variable.replace('_', '-')}",
            titre=questions[variable].format(qui=analyse.public, annee=etude.annee),
        )
    if len(effectifs):
        yield _tableau_des_effectifs(etude, analyse, effectifs, libelles)
    if len(croises):
        variables_croisees = croises["libelle_variable"] + " et " + croises["libelle_variable_2"]
        yield etude.tableau(
            "profils_croises",
            croises,
            nom=f"{analyse.id}-croises",
            donnees=croises.drop(columns="texte"),
            groupes=croises["libelle_dispositif"] + " : " + variables_croisees,
            statuts=croises["statut"],
        )


def _avec_texte(effectifs: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return counts with ``texte``: each as it is shown, « 12 » or « secret »."""
    textes = []
    for effectif, statut in zip(effectifs["effectif"], effectifs["statut"], strict=True):
        if pd.isna(effectif):
            textes.append(contexte.absence(statut))
        else:
            textes.append(marquer(nombre(effectif), statut))
    return effectifs.assign(texte=textes)


def _tableau_des_effectifs(
    etude: EtudeAnnuelle, analyse: Analyse, effectifs: pd.DataFrame, libelles: Mapping[str, str]
) -> Tableau:
    """Return one row a modalité, in groups by variable, one column a dispositif."""
    cles = ["variable", "libelle_variable", "modalite", "libelle"]
    par_variable = effectifs.sort_values(
        "variable", kind="stable", key=lambda variables: pd.factorize(variables)[0]
    )
    modalites = pd.MultiIndex.from_frame(par_variable[cles].drop_duplicates())
    dispositifs = effectifs["dispositif"].unique()
    textes = effectifs.set_index([*cles, "dispositif"])["texte"].unstack()
    textes = textes.reindex(modalites)[dispositifs]
    cellules = textes.reset_index()
    notes = []
    if textes.isna().any(axis=None):
        notes.append(etude.mot("ligne_non_remplie"))
    assert analyse.public is not None  # the model asks it of this type of analysis
    public = re.sub(r"\bles ", "", analyse.public)
    return etude.tableau(
        "profils",
        cellules,
        None,
        *(Colonne(dispositif, libelles[dispositif], True) for dispositif in dispositifs),
        nom=analyse.id,
        mots={"qui": majuscule(public)},
        donnees=effectifs.drop(columns="texte"),
        groupes=cellules["libelle_variable"],
        statuts=effectifs["statut"],
        notes=notes,
    )


def parts(
    profils: pd.DataFrame, definitions: Profils, dispositifs: Mapping[str, str]
) -> pd.DataFrame:
    """Return the counts of each dispositif by variable, each with its share of the variable in %.

    The total of a variable is the sum of its modalités when none of them is hidden or missing.
    Failing that, it is the total of the dispositif, if its own count and all its complete variables
    agree on one number. With one hidden count, such a total less the published counts would be that
    count: no share of that variable is made.

    Args:
        profils: The counts of a year that may be published. Its rows without ``variable_2`` count
            one variable; without any variable, the dispositif as a whole.
        definitions: The variables and their modalités.
        dispositifs: The labels of the dispositifs, by code.

    Returns:
        One row a modalité that has one in ``profils``, in the order of the dispositifs then of the
        catalogue: dispositif, variable, modalite and their labels, effectif, statut, total, part
        (missing where the count is hidden or without total) and raison: why the variable has no
        share, "sans_total", "un_seul_cache" or "vide" (nobody); "" when it has some.
    """
    effectifs_simples = profils.loc[
        profils["variable_2"].eq(""), ["dispositif", "variable", "modalite", "effectif", "statut"]
    ].astype({"effectif": "float64"})
    lignes = _vocabulaire(definitions, dispositifs).merge(
        effectifs_simples, on=["dispositif", "variable", "modalite"]
    )
    # What follows says, on each row, something of its whole variable.
    de_la_variable = lignes.groupby(["dispositif", "variable"], sort=False)
    somme_publiee = de_la_variable["effectif"].transform("sum")
    publiees = de_la_variable["effectif"].transform("count")
    modalites = de_la_variable["effectif"].transform("size")
    complete = publiees.eq(modalites)
    est_masquee = lignes["statut"].eq(Statut.SECRET)
    masquees = est_masquee.groupby([lignes["dispositif"], lignes["variable"]]).transform("sum")
    sommes_completes = lignes.assign(effectif=somme_publiee)[complete]
    totaux_des_dispositifs = _totaux_concordants(effectifs_simples, sommes_completes, dispositifs)
    total_du_dispositif = lignes["dispositif"].map(totaux_des_dispositifs).astype("float64")
    sans_total = (
        total_du_dispositif.isna()
        | (publiees + masquees).lt(modalites)  # a count is missing, and not hidden
        | somme_publiee.gt(total_du_dispositif)
    )
    # The first condition that holds gives the reason: a complete variable is its own total,
    # whatever the total of the dispositif, and one hidden count forbids a share even where there
    # is a total. The reasons stand in the same order; "" is also the reason when none holds.
    raison = np.select(
        [
            complete & somme_publiee.eq(0),
            complete,
            masquees.gt(0) & masquees.lt(CACHES_AU_MOINS),
            sans_total,
            total_du_dispositif.eq(0),
        ],
        [VIDE, "", UN_SEUL_CACHE, SANS_TOTAL, VIDE],
        "",
    )
    total = somme_publiee.where(complete, total_du_dispositif).where(raison == "")
    return lignes.assign(total=total, part=100 * lignes["effectif"] / total, raison=raison)


def _totaux_concordants(
    effectifs: pd.DataFrame, sommes_completes: pd.DataFrame, dispositifs: Mapping[str, str]
) -> pd.Series:
    """Return the total of each dispositif, by code: missing when its figures disagree.

    These figures are its own count (the row of ``effectifs`` without variable) and the sums of its
    complete variables. A dispositif that has none of them is not there.
    """
    des_dispositifs = effectifs["variable"].eq("") & effectifs["dispositif"].isin(list(dispositifs))
    totaux = pd.concat([effectifs[des_dispositifs], sommes_completes]).dropna(subset="effectif")
    return totaux.groupby("dispositif")["effectif"].agg(
        lambda effectifs: effectifs.iloc[0] if effectifs.nunique() == 1 else np.nan
    )


def croisements(
    profils: pd.DataFrame, definitions: Profils, dispositifs: Mapping[str, str]
) -> pd.DataFrame:
    """Return the counts that cross two variables (age and sex), in the order of the catalogue.

    Returns:
        The columns of ``profils``, with the labels of the dispositif, of the first variable and its
        modalité (``libelle_variable``, ``libelle``) and of the second (``libelle_variable_2``…).
    """
    modalites = _vocabulaire(definitions, dispositifs)
    paires = modalites.merge(
        modalites.drop(columns="libelle_dispositif"), on="dispositif", suffixes=("", "_2")
    )
    return paires.merge(
        profils, on=["dispositif", "variable", "modalite", "variable_2", "modalite_2"]
    )


def _vocabulaire(definitions: Profils, dispositifs: Mapping[str, str]) -> pd.DataFrame:
    """Return every modalité of every variable for every dispositif, with their labels, in order."""
    noms = pd.DataFrame(dispositifs.items(), columns=["dispositif", "libelle_dispositif"])
    modalites = [
        (variable.id, variable.libelle, modalite.id, modalite.libelle)
        for variable in definitions.variables
        for modalite in variable.modalites
    ]
    colonnes = ["variable", "libelle_variable", "modalite", "libelle"]
    return noms.merge(pd.DataFrame(modalites, columns=colonnes), how="cross")


def phrases(
    etude: EtudeAnnuelle,
    parts: pd.DataFrame,
    croisements: pd.DataFrame,
    dispositifs: Mapping[str, str],
    demandees: Mapping[str, str],
) -> list[str]:
    """Return which dispositifs gave profiles and which did not, which of the variables that are
    asked for (``demandees``, their labels) none gave, how many counts are hidden and by
    which rule, and which variables have no share; nothing when no dispositif gave any.

    ``parts`` and ``croisements`` are what the functions of these names return.
    """
    if parts.empty:
        return []
    avec_profils = set(parts["dispositif"])
    transmis = [
        minuscule(libelle)
        for dispositif, libelle in dispositifs.items()
        if dispositif in avec_profils
    ]
    non_transmis = [
        minuscule(libelle)
        for dispositif, libelle in dispositifs.items()
        if dispositif not in avec_profils
    ]
    textes = [
        etude.texte(
            "fiche.profils_transmis",
            nombre=len(transmis),
            total=len(dispositifs),
            dits=" ; ".join(transmis),
        )
    ]
    if non_transmis:
        textes.append(etude.texte("fiche.profils_non_transmis", dits=" ; ".join(non_transmis)))
    jamais_donnees = [
        minuscule(libelle)
        for variable, libelle in demandees.items()
        if variable not in set(parts["variable"])
    ]
    if jamais_donnees:
        textes.append(etude.texte("fiche.profils_jamais_donnes", variables=jamais_donnees))
    statuts = pd.concat([parts["statut"], croisements["statut"]])
    masques = int(statuts.eq(Statut.SECRET).sum())
    if masques:
        seuil = etude.catalogue.seuils.petits_effectifs
        textes.append(etude.texte("fiche.profils_secrets", nombre=masques, plus=seuil - 1))
    variables = parts.drop_duplicates(["dispositif", "variable"])
    noms = variables["libelle_variable"].map(minuscule)
    noms = noms + " (" + variables["libelle_dispositif"] + ")"
    for raison in (UN_SEUL_CACHE, SANS_TOTAL):
        concernees = variables["raison"].eq(raison)
        if concernees.any():
            textes.append(etude.texte(f"fiche.profils_{raison}", dits=" ; ".join(noms[concernees])))
    return textes
