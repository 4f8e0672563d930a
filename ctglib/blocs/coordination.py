"""What coordination costs, how far its function has moved, and what it promises: posts, grid,
documents and meetings.

One or two posts stand behind the grid of the référentiel d'emploi: to publish which lines moved
would be the appraisal of a person. How many did is for all; line by line, it is for the internal
report alone.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from ctglib.blocs.analyses import Analyse, Blocs, EtudeAnnuelle, lire_annees
from ctglib.blocs.moyens import Moyens
from ctglib.calculs.ecriture import minuscule
from ctglib.calculs.etats import TERRITOIRE, avec_objet, totaux
from ctglib.calculs.evaluation import PostureBougee, posture_bougee
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import marquer, periode
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.catalogue import ReferentielEmploi
from ctglib.donnees.modeles.evaluation import EtatLivrable
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.teintes import grille as graphique_en_grille

PROMIS = ("indicateur", "annuel", "echeance", "annee", "valeur", "statut", "etat")
COUTS = ["objet", "signataire", "annee", "valeur", "valeur_connue", "statut", "unite"]
EUROS = "euros"
ETP = "etp"
REFERENCE = "reference"
FICHE = "fiche"
FINANCEMENT = "financement"
LIGNES = ["fonction", "domaine", "item", "libelle", "annee", "niveau", "mouvement"]
CLE = ["fonction", "domaine", "item"]
DOMAINES = {"attendus": "attendu", "activites": "famille d'activités"}
MOUVEMENTS = {"hausse": "↗", "baisse": "↘"}


def postes(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the posts would cost, the euros written, the Caf's own team; then all of it year
    by year.
    """
    reference = etude.catalogue.referentiel_emploi
    budget = Moyens(etude)
    means = pd.concat(
        [suivi.moyens.assign(annee=year) for year, suivi in etude.suivi.suivis.items()]
    )
    posts = lire_annees(etude, analyse.tous("postes", "convertis"))
    numero = next(item.numero for item in etude.convention.fiches if analyse in item.analyses)
    whole = ensemble(posts, analyse.un("postes"))
    costs = couts(whole, means, reference, fiche=numero, financement=analyse.financement)
    pays = f"Dont {minuscule(budget.poste(analyse.financement))}"

    payers = costs["signataire"].map(budget.parties)
    texts = [budget.total(row, EUROS) for row in costs.to_dict("records")]
    costs = costs.assign(texte=texts, payeur=payers)
    year = costs["annee"].max()
    now = costs[costs["annee"].eq(year)]
    one = budget.montant(reference.cout_etp, EUROS)
    told = [
        etude.mot("cout_de_reference", cout=one, annee=year, postes=budget.montant(value, EUROS))
        for value in now.loc[now["objet"].eq(REFERENCE), "valeur"].dropna()
    ]
    for objet, words in ((FICHE, "Euros inscrits à cette fiche"), (FINANCEMENT, pays)):
        rows = now[now["objet"].eq(objet)]
        if len(rows):
            told.append(f"{words} en {year} : {' ; '.join(rows['payeur'] + ', ' + rows['texte'])}.")
        elif objet == FICHE:
            told.append(f"Aucun montant n'est inscrit à cette fiche en {year}.")
    yield liste(told)
    yield liste(budget.equipe())
    if est_muet(posts) and costs["valeur_connue"].isna().all():
        return
    labels = {
        REFERENCE: "Coût de référence des postes",
        FICHE: "Euros inscrits à la fiche",
        FINANCEMENT: pays,
    }
    counts = _comptes(etude, posts)
    named = costs["objet"].map(labels) + payers.radd(", ").fillna("")
    rows = pd.concat(
        [
            posts.assign(groupe="Équivalents temps plein", texte=counts),
            costs.assign(groupe="Euros", libelle=named),
        ]
    )
    texts = rows.pivot_table("texte", ["groupe", "libelle"], "annee", aggfunc="first", sort=False)
    cells = texts.fillna(RIEN).rename(columns=str).reset_index()
    yield etude.tableau(
        "postes",
        cells,
        None,
        *(Colonne(str(year), str(year), True) for year in texts.columns),
        mots={"periode": periode(list(texts.columns))},
        nom=analyse.id,
        donnees=pd.concat([equivalents(posts, means), costs[COUTS]], ignore_index=True),
        groupes=cells["groupe"],
        notes=[texts.isna().any(axis=None) and f"{RIEN} : aucune ligne saisie."],
        statuts=rows["statut"],
    )


def _comptes(etude: EtudeAnnuelle, rows: pd.DataFrame) -> list[str]:
    counts = rows[["indicateur", "valeur", "statut"]].itertuples(index=False)
    return [marquer(etude.contexte.valeur_nue(*row), row.statut) for row in counts]


def couts(
    postes: pd.DataFrame,
    moyens: pd.DataFrame,
    referentiel: ReferentielEmploi,
    *,
    fiche: int,
    financement: str,
) -> pd.DataFrame:
    """Return, year by year, what the posts would cost at the référentiel, and the euros that are
    really written.

    The two are not the same thing: the first is a reference for a full-time equivalent, the second
    a budget.

    Returns:
        The columns ``COUTS``. ``objet``: "reference" (no signataire), "fiche" (all the euros of a
        signataire for the fiche) or "financement". A total that lacks a line has no ``valeur``;
        ``valeur_connue`` is then « at least ».
    """
    cost = postes["valeur"] * referentiel.cout_etp
    reference = postes.assign(objet=REFERENCE, signataire="", valeur=cost, valeur_connue=cost)
    euros = moyens[moyens["nature"].eq(EUROS) & moyens["annee"].isin(postes.index)]
    own = euros["fiche"].eq(fiche).fillna(value=False)
    paid = euros["poste"].eq(financement)
    written = pd.concat([euros[own].assign(objet=FICHE), euros[paid].assign(objet=FINANCEMENT)])
    sums = totaux(written, ["annee", "objet", "signataire"]).sort_values("annee", kind="stable")
    table = pd.concat([reference.reset_index(names="annee"), sums], ignore_index=True).assign(
        unite=EUROS
    )
    return table.astype({"annee": "Int64", "valeur": "float64", "valeur_connue": "float64"})[COUTS]


def equivalents(postes: pd.DataFrame, moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the full-time equivalents that go with the costs: the posts of coordination, and each
    party's own team.

    Returns:
        The columns ``COUTS``. ``objet`` is the indicator of the posts, or the line of the budget.
    """
    own = postes.assign(objet=postes["indicateur"], signataire="", valeur_connue=postes["valeur"])
    team = moyens[avec_objet(moyens)["objet"].eq(TERRITOIRE) & moyens["nature"].eq(ETP)]
    team = totaux(team.assign(objet=team["poste"]), ["annee", "signataire", "objet"])
    table = pd.concat([own, team], ignore_index=True)
    return table.assign(unite=ETP, annee=table["annee"].astype("Int64"))[COUTS]


def grille(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many lines moved; the meaning of the levels and the grid by year too, in the
    internal report.
    """
    now = etude.annuel.posture
    scored = now["niveau"].notna().any()
    if scored:
        moved = posture_bougee(now, etude.precedent.posture if etude.precedent else now.iloc[:0])
        yield bougees(etude, moved)
    if not etude.interne:
        return
    if scored:
        words = enumerate(etude.catalogue.evaluation.niveaux)
        levels = " ; ".join(f"{level}, {minuscule(word)}" for level, word in words)
        yield paragraphe(
            etude.mot("niveaux_de_la_grille", niveaux=levels, **MOUVEMENTS), classe="note"
        )
    table = niveaux(
        {year: suivi.posture for year, suivi in etude.suivi.suivis.items()},
        etude.catalogue.referentiel_emploi,
    )
    if table.empty:
        return
    several = table["fonction"].nunique() > 1
    cells = table.assign(
        ligne=table["fonction"] + " : " + table["libelle"] if several else table["libelle"],
        colonne=table["annee"].astype(str),
        valeur=table["niveau"].astype("float64"),
        texte=table["niveau"].astype("string").fillna(etude.contexte.absence(Statut.NON_TRANSMIS)),
        signe=table["mouvement"].map(MOUVEMENTS).fillna(""),
    )
    yield graphique_en_grille(
        cells, etude.contexte, nom=analyse.id, titre=etude.mot("grille_titre")
    )


def niveaux(postures: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the grid of each year line by line: for the internal report alone.

    Returns:
        The columns ``LIGNES``: each function that was ever scored, each item, each year that has a
        grid at all; ``mouvement`` is "hausse", "baisse" or "" against the year before.
    """
    told = [rows.assign(annee=year) for year, rows in sorted(postures.items()) if len(rows)]
    if not told:
        return pd.DataFrame(columns=LIGNES)
    scored = pd.concat(told, ignore_index=True)[[*CLE, "annee", "niveau"]].astype(
        {"niveau": "Int64"}
    )
    lines = [
        (name, item.id, item.libelle) for name in DOMAINES for item in getattr(referentiel, name)
    ]
    items = pd.DataFrame(lines, columns=["domaine", "item", "libelle"])
    twice = items["libelle"].duplicated(keep=False)  # the référentiel gives one label to two lines
    items["libelle"] += (" (" + items["domaine"].map(DOMAINES) + ")").where(twice, "")
    functions = pd.DataFrame({"fonction": scored["fonction"].unique()})
    years = pd.DataFrame({"annee": sorted(scored["annee"].unique())})
    table = (
        functions.merge(items, how="cross")
        .merge(years, how="cross")
        .merge(scored, on=[*CLE, "annee"], how="left")
    )
    before = scored.assign(annee=scored["annee"] + 1).rename(columns={"niveau": "avant"})
    gap = table["niveau"] - table.merge(before, on=[*CLE, "annee"], how="left")["avant"]
    ways = gap.fillna(0).map(
        lambda change: "hausse" if change > 0 else "baisse" if change < 0 else ""
    )
    return table.assign(mouvement=ways, annee=table["annee"].astype("Int64"))[LIGNES]


def bougees(etude: EtudeAnnuelle, lignes: PostureBougee) -> Bloc:
    """Return how many lines of the grid moved, of how many that compare; which way, only in the
    internal report.
    """
    told = (
        ["grille_bougee" if lignes.bougees else "grille_immobile"]
        if lignes.comparables
        else ["grille_seule"]
    )
    if not etude.interne:
        told.append("grille_non_publiee")
    elif lignes.comparables:
        told.append("grille_detail")
    words = {"lignes": lignes, "annee": etude.annee, "precedente": etude.annee - 1}
    return paragraphe(" ".join(etude.mot(name, **words) for name in told))


def livrables(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield one row a deliverable: when it is due, how many there were, where it stands."""
    posts = analyse.un("convertis")
    contexte = etude.contexte
    words = etude.catalogue.evaluation.livrables
    read = lire_annees(etude, analyse.tous("livrables", "convertis"))
    own = {
        item.id: item.echeance
        for fiche in etude.convention.fiches
        for item in fiche.indicateurs
        if item.echeance
    }
    table = calculer_livrables(
        read, analyse, own, fin=pd.Timestamp(etude.suivi.fin), arrete=etude.arrete
    )
    values = table["annee"].astype("string") + " : " + _comptes(etude, table)
    counts = (
        table.assign(compte=values.fillna(""))
        .groupby("indicateur", sort=False)["compte"]
        .agg(" ; ".join)
    )
    shown = table.drop_duplicates("indicateur").assign(compte=counts.array)

    labels = {name: item.libelle for name, item in contexte.indicateurs.items()}
    writers = {
        "indicateur": labels.get,
        "echeance": lambda due: "chaque année" if pd.isna(due) else date_longue(due.date()),
        "compte": lambda count: count or RIEN,
        "etat": words.get,
    }
    notes = [
        etude.mot("une_par_poste", livrable=labels[name], postes=labels[posts])
        for name in analyse.tous("par_poste")
    ]
    told = {"nom": analyse.id, "donnees": table, "notes": notes, "statuts": table["statut"]}
    yield etude.tableau("livrables", shown, writers, **told)


def calculer_livrables(
    table: pd.DataFrame,
    analyse: Analyse,
    echeances: Mapping[str, date],
    *,
    fin: pd.Timestamp,
    arrete: pd.Timestamp,
) -> pd.DataFrame:
    """Return what is known of each deliverable, year by year, and its state at the date of the
    bilan.

    A yearly one (role ``annuels``) is done when each year had its own. The others are due once: at
    the échéance of their indicator, or by the end of the convention; what was done one year stays
    done. One per post (role ``par_poste``) is done when there are as many as the posts (role
    ``convertis``) of the last year.

    Returns:
        The columns ``PROMIS``: a row a deliverable and year that concerns it, its state on all of
        them.
    """
    frames = []
    posts = ensemble(table, analyse.un("convertis"))["valeur"].tail(1).sum(min_count=1)
    for name in analyse.tous("livrables"):
        yearly = name in analyse.tous("annuels")
        by_post = name in analyse.tous("par_poste")
        rows = ensemble(table, name)
        rows = rows[rows["statut"].ne(Statut.SANS_OBJET)]
        due = pd.Timestamp(echeances.get(name) or fin)
        dated = (due.month, due.day) != (
            12,
            31,
        )  # a day within the year is a meeting's, awaited in that year alone
        begins = pd.Timestamp(due.year, 1, 1) if dated else pd.Timestamp.min
        rows = rows if yearly else rows[rows.index >= begins.year]
        needed = posts if by_post else None
        state = _etat(
            rows["valeur"], needed, annuel=yearly, passe=due <= arrete, commence=begins <= arrete
        )
        if rows.empty:
            rows = pd.DataFrame({"valeur": [None], "statut": [Statut.NON_TRANSMIS]}, index=[None])
        rows = rows.rename_axis("annee").reset_index()
        frames.append(
            rows.assign(
                indicateur=name, annuel=yearly, echeance=pd.NaT if yearly else due, etat=state
            )
        )
    found = pd.concat(frames, ignore_index=True)[list(PROMIS)]
    return found.astype({"annee": "Int64", "valeur": "float64", "annuel": "bool"})


def _etat(
    valeurs: pd.Series, postes: float | None, *, annuel: bool, passe: bool, commence: bool
) -> EtatLivrable:
    """Return the state of what is due each year, or once; ``postes``: how many are due, where it
    follows the posts.
    """
    last = valeurs.iloc[-1] if len(valeurs) else float("nan")
    some = (valeurs > 0).any()
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
