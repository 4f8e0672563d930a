"""What was done of each fiche, and with what: the state of each modalité, the means of each
signatory.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ctglib.calculs.suivi import changements_en_vigueur
from ctglib.donnees.plan import commence_le, derniere_etape, dispense, est_du
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
    "apres_l_echeance",
    "debut_reel",
    "fin",
    "responsable",
    "commentaire",
    "motif",
    "preuve",
    "dispense",
    "annee_dite",
)
TEXTES = ("responsable", "commentaire", "motif", "preuve")
SAISIES = ("statut", "debut_reel", "fin", *TEXTES)
DU_PLAN = ["de_la_fiche", "ecrite", "avenant", "jour", "raison"]
NON_RENSEIGNEE = "non_renseignee"
REALISEE = "realisee"
ABANDONNEE = "abandonnee"
SUSPENDUE = "suspendue"
# What is said of a modalité that an avenant has stopped.
PAR_AVENANT = {ABANDONNEE: "abandonnee_par_avenant", SUSPENDUE: "suspendue_par_avenant"}
CLOSES = (REALISEE, ABANDONNEE)  # nothing more is due
PARTIELLE = "partielle"
REPORTEE = "reportee"
FAITES = (REALISEE, PARTIELLE)


def etats(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return one row a modalité of each fiche in a year: when it is due, where it stands, and how a
    report says it.

    The plan is that of the year's own day. One without a row of the year is « non renseignée », and
    its last known state is said with its date; before its start it is not begun, never « non
    réalisée ». What is done stays done: a modalité that an earlier year says realised, or given up,
    needs no row. Once due and not done, it is late (``echeance_venue``); one about which nothing is
    known is past its échéance, and no more is said. An avenant that extends the convention extends
    the fiches that end with it; one that abandons a modalité gives it this state, whatever was
    said.

    Returns:
        The columns ``COLONNES``. ``debut`` and ``echeance`` are the convention's (the fiche's when
        the modalité writes none: ``echeance_ecrite`` False), ``debut_reel`` and ``fin`` those
        entered; dates are timestamps, missing when none. ``en_retard``: it is due, and
        is known not to be done; ``apres_l_echeance``: it was done after the day when it was due,
        and ``mot`` says how long after. ``dispense``: why nobody is asked where it stands (see
        ``donnees.plan.dispense``), "" when somebody is. ``annee_dite``: the year whose follow-up
        says where it stands, and the words of the services, missing when none does.
    """
    evaluation = suivi.catalogue.evaluation
    mots = evaluation.mots
    arrete = pd.Timestamp(suivi.suivis[annee].bilan.date_arretee)
    saisies = suivi.suivis[annee].actions.rename(columns={"debut": "debut_reel"})
    table = _modalites_du_plan(suivi, annee)
    table = table.merge(saisies[["fiche", "modalite", *SAISIES]], "left")
    table = table.merge(_derniers_etats(suivi, annee), "left", ["fiche", "modalite"])
    table = table.fillna({"statut": NON_RENSEIGNEE, **dict.fromkeys(TEXTES, "")})

    sans_nouvelles = table["statut"].eq(NON_RENSEIGNEE)
    deja_close = sans_nouvelles & table["statut_ancien"].isin(CLOSES)
    annee_dite = table["annee_ancien"].where(deja_close).mask(~sans_nouvelles, annee)
    for colonne in SAISIES:
        table[colonne] = table[colonne].mask(deja_close, table[f"{colonne}_ancien"])
    table["dispense"] = [
        dispense(fiche, arrete.date(), modalite, dernier_etat=statut)
        for fiche, modalite, statut in zip(
            table["de_la_fiche"],
            table["ecrite"],
            table["statut"].where(deja_close, ""),
            strict=True,
        )
    ]
    abandonnee = table["dispense"].eq(ABANDONNEE)
    suspendue = table["dispense"].eq(SUSPENDUE)
    sans_motif = (abandonnee | suspendue) & table["motif"].eq("")
    table = table.assign(
        debut=pd.to_datetime(table["debut"]),
        echeance=pd.to_datetime(table["echeance"]),
        debut_reel=pd.to_datetime(table["debut_reel"]),
        fin=pd.to_datetime(table["fin"]),
        statut=table["statut"].mask(abandonnee & table["statut"].ne(REALISEE), ABANDONNEE),
        motif=table["motif"].mask(sans_motif, table["raison"]),
    )

    etat = table["statut"].map(evaluation.etats)
    etat_ancien = table["statut_ancien"].map(evaluation.etats)
    dernier_etat = [
        mots["dernier_etat"].format(etat=mot, quand=quand)
        for mot, quand in zip(etat_ancien, table["quand"], strict=True)
    ]
    deja_dite = sans_nouvelles & table["statut_ancien"].notna() & table["dispense"].eq("")
    etat = etat.mask(deja_dite, pd.Series(dernier_etat, table.index, dtype=object))
    echue = echeance_venue(table, arrete) & ~table["statut"].isin(CLOSES) & ~suspendue
    cle = np.where(sans_nouvelles, "echeance_passee", "en_retard")
    etat_echu = pd.Series(
        [mots[nom].format(etat=un_etat) for nom, un_etat in zip(cle, etat, strict=True)],
        table.index,
        dtype=object,
    )
    non_commencee = table["debut"].dt.year.map(
        lambda annee_de_debut: mots["non_commencee"].format(annee=annee_de_debut)
    )
    apres_l_echeance = table["statut"].eq(REALISEE) & table["fin"].gt(table["echeance"])
    etat_tardif = pd.Series(
        [
            _realisee_en_retard(mots, un_etat, echeance, fin) if tardive else ""
            for un_etat, echeance, fin, tardive in zip(
                etat, table["echeance"], table["fin"], apres_l_echeance, strict=True
            )
        ],
        table.index,
        dtype=object,
    )
    etat = etat.mask(apres_l_echeance, etat_tardif)
    mot = etat.mask(echue, etat_echu).mask(pas_commencees(table, arrete), non_commencee)
    par_avenant = [
        mots[PAR_AVENANT[motif]].format(avenant=avenant, jour=jour) if avenant else ""
        for motif, avenant, jour in zip(
            table["dispense"], table["avenant"], table["jour"], strict=True
        )
    ]
    dit_par_avenant = (abandonnee | suspendue) & table["avenant"].ne("")
    dit_par_avenant &= table["statut"].ne(REALISEE)
    table = table.assign(
        en_retard=echue & table["statut"].ne(NON_RENSEIGNEE),
        apres_l_echeance=apres_l_echeance,
        annee_dite=annee_dite.astype("Int64"),
        mot=mot.mask(dit_par_avenant, pd.Series(par_avenant, table.index, dtype=object)),
    )
    return table[list(COLONNES)]


def _modalites_du_plan(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return the modalités that the plan has at the end of a year: the first six ``COLONNES``.

    Then its fiche and itself (``de_la_fiche``, ``ecrite``) and, of what an avenant has suspended or
    abandoned, its number, when and why: ``avenant``, ``jour``, ``raison``, "" otherwise.
    """
    convention = suivi.plan(annee)
    date_arretee = suivi.suivis[annee].bilan.date_arretee
    fin = convention.fin
    for changement in changements_en_vigueur(suivi.avenants, date_arretee):
        if changement.nouvelle_fin is not None:
            fin = changement.nouvelle_fin
    lignes = []
    for fiche in convention.fiches:
        # A fiche follows the convention when it ends with it, or would outlast it.
        fin_de_la_fiche = fin if fiche.fin == convention.fin else min(fiche.fin, fin)
        for modalite in fiche.modalites:
            etape = derniere_etape(fiche, modalite)
            ligne: dict[str, object] = {
                "fiche": fiche.numero,
                "modalite": modalite.numero,
                "libelle": modalite.libelle,
                "debut": commence_le(fiche, modalite),
                "echeance": modalite.echeance or fin_de_la_fiche,
                "echeance_ecrite": modalite.echeance is not None,
                "de_la_fiche": fiche,
                "ecrite": modalite,
                "avenant": etape.avenant if etape else "",
                "jour": f"{etape.effet:%d/%m/%Y}" if etape else "",
                "raison": (etape.raison or "") if etape else "",
            }
            lignes.append(ligne)
    table = pd.DataFrame(lignes, columns=[*COLONNES[:6], *DU_PLAN])
    return table.astype({"fiche": "str", "echeance_ecrite": "bool"})


def _derniers_etats(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return the last state of each modalité that a year before this one gives.

    The columns fiche, modalite, « …_ancien » of each of ``SAISIES`` and of its year, and ``quand``:
    « fin 2024 ».
    """
    mots = suivi.catalogue.evaluation.mots
    tables = []
    for annee_suivie, annuel in sorted(suivi.suivis.items()):
        jour = annuel.bilan.date_arretee
        cle = "en_fin_d_annee" if (jour.month, jour.day) == (12, 31) else "a_la_date"
        quand = mots[cle].format(annee=annee_suivie, jour=f"{jour:%d/%m/%Y}")
        actions = annuel.actions.rename(columns={"debut": "debut_reel"})
        avant = actions["statut"].ne(NON_RENSEIGNEE) & (annee_suivie < annee)
        tables.append(actions[avant].assign(quand=quand, annee=annee_suivie))
    colonnes = ["fiche", "modalite", *SAISIES, "annee", "quand"]
    etats = pd.concat(tables, ignore_index=True)[colonnes]
    etats = etats.drop_duplicates(["fiche", "modalite"], keep="last")
    return etats.rename(columns={colonne: f"{colonne}_ancien" for colonne in (*SAISIES, "annee")})


def _realisee_en_retard(
    mots: Mapping[str, str], etat: str, echeance: pd.Timestamp, fin: pd.Timestamp
) -> str:
    """Return « réalisée, avec 6 mois de retard »: whole months, « près de 3 mois » when the last
    one lacks a few days, or days within the first one.
    """
    mois = 12 * (fin.year - echeance.year) + fin.month - echeance.month
    if fin.day < echeance.day and not fin.is_month_end:
        mois -= 1
    jours = (fin - echeance).days
    de_plus = (fin - (echeance + pd.DateOffset(months=mois))).days
    if mois and de_plus > JOURS_DE_PRES_D_UN_MOIS:
        retard = mots["retard_de_pres"].format(n=mois + 1)
    elif mois:
        retard = mots["retard_en_mois"].format(n=mois)
    elif jours > 1:
        retard = mots["retard_en_jours"].format(n=jours)
    else:
        retard = mots["retard_d_un_jour"]
    return mots["realisee_en_retard"].format(etat=etat, retard=retard)


def echeance_venue(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité is due: on the day of its échéance.

    One that writes none runs through the last day of its fiche.
    """
    court_encore = ~etats["echeance_ecrite"] & etats["echeance"].eq(arrete)
    return est_du(etats["echeance"], arrete) & ~court_encore


def pas_commencees(etats: pd.DataFrame, arrete: pd.Timestamp) -> pd.Series:
    """Tell, state by state, whether its modalité begins later and is not said to have begun."""
    return etats["statut"].isin(("prevue", NON_RENSEIGNEE)) & (etats["debut"] > arrete)


def etat_inconnu(etats: pd.DataFrame) -> pd.Series:
    """Tell, state by state, whether nobody said where it stands while somebody was asked."""
    return etats["statut"].eq(NON_RENSEIGNEE) & etats["dispense"].eq("")


# Means: euros with euros, full-time equivalents with full-time equivalents, never together. When a
# line of a total is not known, its ``valeur_connue`` reads « au moins ».

PAR_POSTE = ["signataire", "nature", "poste"]
STRUCTURE = "structure"
TERRITOIRE = "territoire"
ENSEMBLE = "ensemble"
JOURS_DE_PRES_D_UN_MOIS = 24  # over a whole number of months: nearly one more
TOTAL = ("valeur", "valeur_connue", "lignes", "manquantes", "statut")
# The most serious first: that of a total is the first of the list that one of its lines has.
STATUTS_D_UN_TOTAL = (*INCONNUES, *PROVISOIRES, Statut.NORMAL, Statut.SANS_OBJET)


def avec_ce_qui_manque(
    moyens: pd.DataFrame, manques: pd.DataFrame, natures: Mapping[str, str]
) -> pd.DataFrame:
    """Return the means of a year, with a row « non transmis » for each one that was asked for and
    that nobody typed: a total without it is not whole. Where nothing was given, nothing is added.

    Args:
        moyens: The means that were given.
        manques: Those that are missing of the year (``ctglib.collecte.manques``): ``element`` is
            the signatory and the poste, ``part`` the structure.
        natures: The nature of each poste.
    """
    if moyens.empty or manques.empty:
        return moyens
    elements = manques["element"].str.split("/", n=1, expand=True)
    attendus = pd.DataFrame(
        {
            "signataire": elements[0],
            "fiche": manques["fiche"],
            "structure": manques["part"],
            "nature": elements[1].map(natures),
            "poste": elements[1],
        }
    )
    cle = list(attendus)
    deja = pd.MultiIndex.from_frame(moyens[cle].astype("str"))
    absents = ~pd.MultiIndex.from_frame(attendus.astype("str")).isin(deja)
    ajoutes = attendus[absents].assign(valeur=float("nan"), statut=Statut.NON_TRANSMIS, note="")
    return pd.concat([moyens, ajoutes.astype(moyens.dtypes.to_dict())], ignore_index=True)


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
