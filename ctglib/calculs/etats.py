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
    date_arretee = annuel.bilan.date_arretee
    arrete = pd.Timestamp(date_arretee)
    fin = convention.fin
    for changement in changements_en_vigueur(suivi.avenants, date_arretee):
        if changement.nouvelle_fin is not None:
            fin = changement.nouvelle_fin
    lignes = []
    for fiche in convention.fiches:
        # A fiche follows the convention when it ends with it, or would outlast it.
        fin_de_la_fiche = fin if fiche.fin == convention.fin else min(fiche.fin, fin)
        for modalite in fiche.modalites:
            ligne = {
                "fiche": fiche.numero,
                "modalite": modalite.numero,
                "libelle": modalite.libelle,
                "debut": modalite.debut or fiche.debut,
                "echeance": modalite.echeance or fin_de_la_fiche,
                "echeance_ecrite": modalite.echeance is not None,
            }
            lignes.append(ligne)
    table = pd.DataFrame(lignes, columns=list(COLONNES[:6]))
    table = table.astype({"fiche": "str", "echeance_ecrite": "bool"})
    actions = annuel.actions.rename(columns={"debut": "debut_reel"})
    actions = actions[["fiche", "modalite", "statut", "debut_reel", "fin", *TEXTES]]
    table = table.merge(actions, "left")
    table = table.fillna({"statut": NON_RENSEIGNEE, **dict.fromkeys(TEXTES, "")})
    table = table.assign(
        debut=pd.to_datetime(table["debut"]),
        echeance=pd.to_datetime(table["echeance"]),
        debut_reel=pd.to_datetime(table["debut_reel"]),
        fin=pd.to_datetime(table["fin"]),
    )

    echue = (table["echeance"] < arrete) & ~table["statut"].isin(CLOSES)
    etat = table["statut"].map(evaluation.etats)
    mots = evaluation.mots
    etat_echu = etat.map(lambda mot: mots["echeance_passee"].format(etat=mot))
    non_commencee = table["debut"].dt.year.map(
        lambda annee_de_debut: mots["non_commencee"].format(annee=annee_de_debut)
    )
    table = table.assign(
        en_retard=echue & table["statut"].ne(NON_RENSEIGNEE),
        mot=etat.mask(echue, etat_echu).mask(pas_commencees(table, arrete), non_commencee),
    )
    return table[list(COLONNES)]


def pas_commencees(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité begins later and is not said to have begun."""
    return etats["statut"].isin(("prevue", NON_RENSEIGNEE)) & (etats["debut"] > arrete)


def etat_inconnu(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether nobody said where it stands while it should have begun."""
    return etats["statut"].eq(NON_RENSEIGNEE) & ~pas_commencees(etats, arrete)


# Means: euros with euros, full-time equivalents with full-time equivalents, never together. When a
# line of a total is not known, its ``valeur_connue`` reads « au moins ».

PAR_POSTE = ["signataire", "nature", "poste"]
STRUCTURE = "structure"
TERRITOIRE = "territoire"
ENSEMBLE = "ensemble"
TOTAL = ("valeur", "valeur_connue", "lignes", "manquantes", "statut")
# The most serious first: that of a total is the first of the list that one of its lines has.
STATUTS_D_UN_TOTAL = (*INCONNUES, *PROVISOIRES, Statut.NORMAL, Statut.SANS_OBJET)


def avec_objet(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return means with what each goes to, in ``objet``: nothing is counted twice.

    It is the number of a fiche, "structure" for what goes to a structure and no fiche, or
    "territoire" for what goes to neither.
    """
    sans_fiche = moyens["fiche"].eq("")
    objet = moyens["fiche"].mask(sans_fiche, STRUCTURE)
    du_territoire = sans_fiche & moyens["structure"].eq("")
    return moyens.assign(objet=objet.mask(du_territoire, TERRITOIRE).astype(object))


def rapprocher(totaux: pd.DataFrame, precedents: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of a year beside those of the year before (``valeur_avant``…), this year's
    groups first.

    A group that one of the years lacks has missing values there, ``lignes`` included.
    """
    cles = [colonne for colonne in totaux.columns if colonne not in TOTAL]
    avant = precedents[[*cles, *TOTAL]]
    avant = avant.rename(columns={colonne: f"{colonne}_avant" for colonne in TOTAL})
    return totaux[[*cles, *TOTAL]].merge(avant, how="outer", on=cles, sort=False)


def totaux(moyens: pd.DataFrame, cles: list[str]) -> pd.DataFrame:
    """Return the sum of each group of means, in order of first appearance.

    Returns:
        The columns ``cles``, which make a group, then ``TOTAL``: ``valeur`` is missing as soon as
        one line is not known; ``valeur_connue`` is the sum of the known ones, missing without any;
        ``lignes`` and ``manquantes`` are how many lines there are, and how many are not known;
        ``statut`` is the most serious of theirs.
    """
    lignes = moyens.assign(
        manque=moyens["statut"].isin(INCONNUES),
        gravite=moyens["statut"].map(STATUTS_D_UN_TOTAL.index),
    )
    groupes = lignes.groupby(cles, sort=False, dropna=False)
    valeur_connue = groupes["valeur"].sum(min_count=1)
    manquantes = groupes["manque"].sum()
    statut = groupes["gravite"].min().map(STATUTS_D_UN_TOTAL.__getitem__)
    table = pd.DataFrame(
        {
            "valeur": valeur_connue.mask(manquantes.gt(0)),
            "valeur_connue": valeur_connue,
            "lignes": groupes.size().astype("Int64"),
            "manquantes": manquantes.astype("Int64"),
            "statut": statut.astype(object),
        }
    )
    return table.reset_index()
