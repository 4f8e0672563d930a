"""What was done of each fiche, and with what: the state of each modalité, the means of each
signatory.
"""

import pandas as pd

from ctglib.calculs.suivi import changements_en_vigueur
from ctglib.donnees.statuts import INCONNUES, PROVISOIRES, Statut
from ctglib.donnees.suivi import DossierSuivi

COLONNES = (
    "fiche",
    "modalite",
    "libelle",
    "debut",
    "echeance",
    "echeance_ecrite",
    "statut",
    "mot",
    "en_retard",
    "debut_reel",
    "fin",
    "responsable",
    "commentaire",
    "motif",
    "preuve",
)
TEXTES = ("responsable", "commentaire", "motif", "preuve")
NON_RENSEIGNEE = "non_renseignee"
CLOSES = ("realisee", "abandonnee")  # nothing more is due
FAITES = ("realisee", "partielle")


def etats(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return one row a modalité of each fiche in a year: when it is due, where it stands, and how a
    report says it.

    One without a row of the year is « non renseignée »; before its start it is not begun, never
    « non réalisée ». Past its échéance and not done, it is late; one about which nothing is known
    is past its échéance, and no more is said. An avenant that extends the convention extends the
    fiches that end with it.

    Returns:
        The columns ``COLONNES``. ``debut`` and ``echeance`` are the convention's (the fiche's when
        the modalité writes none: ``echeance_ecrite`` False), ``debut_reel`` and ``fin`` those
        entered; dates are timestamps, missing when none. ``en_retard``: its échéance is past and it
        is known not to be done.
    """
    convention = suivi.convention
    evaluation = suivi.catalogue.evaluation
    annuel = suivi.suivis[annee]
    stopped = annuel.bilan.date_arretee
    ends = [convention.fin]
    ends += [
        one.nouvelle_fin
        for one in changements_en_vigueur(suivi.avenants, stopped)
        if one.nature == "duree"
    ]
    today = pd.Timestamp(stopped)
    # A fiche follows the convention when it ends with it, or would outlast it.
    last = {
        fiche.numero: ends[-1] if fiche.fin == convention.fin else min(fiche.fin, ends[-1])
        for fiche in convention.fiches
    }
    rows = [
        (
            fiche.numero,
            item.numero,
            item.libelle,
            item.debut or fiche.debut,
            item.echeance or last[fiche.numero],
            item.echeance is not None,
        )
        for fiche in convention.fiches
        for item in fiche.modalites
    ]
    entered = annuel.actions.rename(columns={"debut": "debut_reel"})
    table = pd.DataFrame(rows, columns=list(COLONNES[:6])).astype(
        {"fiche": "Int64", "echeance_ecrite": "bool"}
    )
    table = table.merge(
        entered[["fiche", "modalite", "statut", "debut_reel", "fin", *TEXTES]], "left"
    )
    table = table.fillna({"statut": NON_RENSEIGNEE} | dict.fromkeys(TEXTES, ""))
    table = table.assign(
        **{name: pd.to_datetime(table[name]) for name in ("debut", "echeance", "debut_reel", "fin")}
    )
    passed = (table["echeance"] < today) & ~table["statut"].isin(CLOSES)
    states = table["statut"].map(evaluation.etats)
    words = evaluation.mots
    late = states.map(lambda state: words["echeance_passee"].format(etat=state))
    not_yet = table["debut"].map(lambda start: words["non_commencee"].format(annee=start.year))
    return table.assign(
        en_retard=passed & table["statut"].ne(NON_RENSEIGNEE),
        mot=states.mask(passed, late).mask(pas_commencees(table, today), not_yet),
    )[list(COLONNES)]


def pas_commencees(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité is not due to have begun, and is not known to
    have.
    """
    return etats["statut"].isin(("prevue", NON_RENSEIGNEE)) & (etats["debut"] > arrete)


def inconnues(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether nobody said where it stands while it should have begun."""
    return etats["statut"].eq(NON_RENSEIGNEE) & ~pas_commencees(etats, arrete)


# Means: euros with euros, full-time equivalents with full-time equivalents, never together. Each
# total has its keys, then the columns ``TOTAL``: a line that is not known makes ``valeur`` unknown;
# ``valeur_connue`` is then « at least ».

PAR_POSTE = ["signataire", "nature", "poste"]
STRUCTURE = "structure"
TERRITOIRE = "territoire"
ENSEMBLE = "ensemble"
TOTAL = ("valeur", "valeur_connue", "lignes", "manquantes", "statut")
STATUTS_D_UN_TOTAL = (
    *INCONNUES,
    *PROVISOIRES,
    Statut.NORMAL,
    Statut.SANS_OBJET,
)  # the last is nothing to add


def avec_objet(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return means with what each goes to, in ``objet``: nothing is counted twice.

    It is the number of a fiche as text, "structure" for what goes to a structure and no fiche, or
    "territoire" for what goes to neither.
    """
    objects = moyens["fiche"].astype("string").fillna(STRUCTURE)
    neither = moyens["fiche"].isna() & moyens["structure"].eq("")
    return moyens.assign(objet=objects.mask(neither, TERRITOIRE).astype(object))


def rapprocher(totaux: pd.DataFrame, precedents: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of a year beside those of the year before (``valeur_avant``…), this year's
    lines first.

    A line that one of the years lacks has no ``lignes`` there.
    """
    keys = [name for name in totaux.columns if name not in TOTAL]
    earlier = precedents[[*keys, *TOTAL]].rename(columns={name: f"{name}_avant" for name in TOTAL})
    return totaux[[*keys, *TOTAL]].merge(earlier, how="outer", on=keys, sort=False)


def totaux(moyens: pd.DataFrame, cles: list[str]) -> pd.DataFrame:
    """Return the sum of each group, in order of first appearance."""
    told = moyens.assign(
        manque=moyens["statut"].isin(INCONNUES),
        gravite=moyens["statut"].map(STATUTS_D_UN_TOTAL.index),
    )
    groups = told.groupby(cles, sort=False, dropna=False)
    known = groups["valeur"].sum(min_count=1)
    missing = groups["manque"].sum()
    table = pd.DataFrame(
        {
            "valeur": known.mask(missing.gt(0)),
            "valeur_connue": known,
            "lignes": groups.size().astype("Int64"),
            "manquantes": missing.astype("Int64"),
            "statut": groups["gravite"].min().map(STATUTS_D_UN_TOTAL.__getitem__).astype(object),
        }
    )
    return table.reset_index()
