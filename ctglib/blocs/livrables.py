"""What a fiche promises to produce or to hold, by when, and where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees
from ctglib.calculs.suivi import ensemble
from ctglib.document.contexte import marquer
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.evaluation import EtatLivrable
from ctglib.donnees.statuts import Statut

COLONNES = ("indicateur", "annuel", "echeance", "annee", "valeur", "statut", "etat")
CHAQUE_ANNEE = "chaque année"


def livrables(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield one row a deliverable: when it is due, how many there were, where it stands."""
    posts, contexte, words = analyse.un("convertis"), etude.contexte, etude.catalogue.evaluation.livrables
    read = lire_annees(etude, analyse.tous("livrables", "convertis"))
    own = {item.id: item.echeance for fiche in etude.convention.fiches for item in fiche.indicateurs if item.echeance}
    table = calculer(
        read[read["indicateur"].isin(analyse.tous("livrables"))],
        analyse,
        own,
        fin=pd.Timestamp(etude.suivi.fin),
        arrete=pd.Timestamp(etude.bilan.date_arretee),
        postes=ensemble(read, posts)["valeur"].iloc[-1] if posts else float("nan"),
    )
    values = [
        f"{year} : {marquer(contexte.valeur_nue(name, value, status), status)}" if pd.notna(year) else ""
        for name, year, value, status in table[["indicateur", "annee", "valeur", "statut"]].itertuples(index=False)
    ]
    counts = table.assign(compte=values).groupby("indicateur", sort=False)["compte"].agg(" ; ".join)
    shown = table.drop_duplicates("indicateur").assign(compte=counts.array)

    def libelle(name: str) -> str:
        return contexte.indicateurs[name].libelle

    def quand(due: pd.Timestamp) -> str:
        return CHAQUE_ANNEE if pd.isna(due) else date_longue(due.date())

    yield contexte.tableau(
        shown,
        [
            Colonne("indicateur", "Ce qui est promis", ecrire=libelle),
            Colonne("echeance", "Pour quand", ecrire=quand),
            Colonne("compte", "Nombre", ecrire=lambda count: count or RIEN),
            Colonne("etat", "État", ecrire=lambda code: words[code].mot),
        ],
        analyse.id,
        f"Documents et rencontres promis, {contexte.territoire.nom}, fin {etude.annee}",
        donnees=table,
        notes=[
            f"{libelle(name)} : une par poste, dont la convention n'écrit pas le nombre ; elles sont comparées à "
            f"« {libelle(posts)} »."
            for name in analyse.tous("par_poste")
        ],
        statuts=table["statut"],
    )


def calculer(
    table: pd.DataFrame,
    analyse: Analyse,
    echeances: Mapping[str, date],
    *,
    fin: pd.Timestamp,
    arrete: pd.Timestamp,
    postes: float,
) -> pd.DataFrame:
    """Return what is known of each deliverable, year by year, and its state at the date of the bilan.

    A yearly one (role ``annuels``) is done when each year had its own. The others are due once: at the échéance of
    their indicator, or by the end of the convention; what was done one year stays done. One per post (role
    ``par_poste``) is done when there are as many.

    Returns:
        The columns ``COLONNES``: a row a deliverable and year that concerns it, its state on all of them.
    """
    frames = []
    for name in analyse.tous("livrables"):
        yearly, by_post = name in analyse.tous("annuels"), name in analyse.tous("par_poste")
        rows = ensemble(table, name)
        rows = rows[rows["statut"].ne(Statut.SANS_OBJET)]
        due = pd.Timestamp(echeances.get(name) or fin)
        dated = (due.month, due.day) != (12, 31)  # a day within the year is a meeting's, awaited in that year alone
        begins = pd.Timestamp(due.year, 1, 1) if dated else pd.Timestamp.min
        rows = rows if yearly else rows[rows.index >= begins.year]
        needed = postes if by_post else None
        state = _etat(rows["valeur"], needed, annuel=yearly, passe=due <= arrete, commence=begins <= arrete)
        if rows.empty:
            rows = pd.DataFrame({"valeur": [None], "statut": [Statut.NON_TRANSMIS]}, index=[None])
        rows = rows.rename_axis("annee").reset_index()
        frames.append(rows.assign(indicateur=name, annuel=yearly, echeance=pd.NaT if yearly else due, etat=state))
    found = pd.concat(frames, ignore_index=True)[list(COLONNES)]
    return found.astype({"annee": "Int64", "valeur": "float64", "annuel": "bool"})


def _etat(valeurs: pd.Series, postes: float | None, *, annuel: bool, passe: bool, commence: bool) -> EtatLivrable:
    """Return the state of what is due each year, or once; ``postes``: how many are due, where it follows the posts."""
    last, some = valeurs.iloc[-1] if len(valeurs) else float("nan"), (valeurs > 0).any()
    if annuel:
        if valeurs.isna().all():
            return "inconnu"
        if (valeurs > 0).all():
            return "fait"
        return ("en_partie" if some else "pas_fait") if valeurs.eq(0).any() else "annees_connues"
    if postes is not None and last > 0:
        return "fait" if last >= postes else "en_partie"
    if postes is None and some:
        return "fait"
    if not commence:
        return "pas_commence"
    if pd.isna(last):
        return "inconnu_a_l_echeance" if passe else "inconnu"
    return "pas_fait" if passe else "pas_encore"
