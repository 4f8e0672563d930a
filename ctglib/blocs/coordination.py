"""What coordination costs (posts), how far its function has moved (grid), and what it promises
(livrables: documents and meetings).

The grid of the référentiel d'emploi (annexe 4) scores the function of coordination line by line; in
the data it is called « posture ». One or two persons hold these posts: which lines moved, and which
way, would be their appraisal. The published report says only how many lines moved; the grid itself
is in the internal report alone.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd

from ctglib.blocs.analyses import Blocs, lire_annees
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.moyens import Moyens
from ctglib.calculs.ecriture import minuscule
from ctglib.calculs.etats import TERRITOIRE, avec_objet, totaux
from ctglib.calculs.evaluation import ComparaisonDesGrilles, comparer_les_grilles
from ctglib.calculs.suivi import ensemble, est_muet
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import marquer, periode
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.catalogue import ReferentielEmploi
from ctglib.donnees.modeles.evaluation import EtatLivrable
from ctglib.donnees.modeles.plan import Absence, Analyse
from ctglib.donnees.plan import est_du
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.teintes import grille as graphique_en_grille

# The columns of ``calculer_livrables``, of ``couts`` and of ``niveaux``.
PROMIS = ("indicateur", "annuel", "echeance", "annee", "valeur", "statut", "etat")
COUTS = ["objet", "signataire", "annee", "valeur", "valeur_connue", "statut", "unite"]
EUROS = "euros"
ETP = "etp"
# What a cost is of, in the column « objet » of ``couts``.
REFERENCE = "reference"
FICHE = "fiche"
FINANCEMENT = "financement"
LIGNES = ["fonction", "domaine", "item", "libelle", "annee", "niveau", "mouvement"]
CLE = ["fonction", "domaine", "item"]
ATTENDU = "attendu"
FAMILLE = "famille d'activités"
MOUVEMENTS = {"hausse": "↗", "baisse": "↘"}


def postes(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield what the posts would cost, the euros entered for them, the team of the Caf; then the
    table of the posts and of the euros year by year.

    The table is not shown when neither a post nor an amount is known.
    """
    assert analyse.financement is not None  # the model asks it of this type of analysis
    budget = Moyens(etude)
    fiche = next(fiche for fiche in etude.convention.fiches if analyse in fiche.analyses)
    moyens = pd.concat(
        [suivi.moyens.assign(annee=annee) for annee, suivi in etude.suivi.suivis.items()]
    )
    postes_par_annee = lire_annees(etude, analyse.indicateurs_des_roles("postes", "convertis"))
    couts_par_annee = couts(
        ensemble(postes_par_annee, analyse.indicateur_du_role("postes")),
        moyens,
        etude.catalogue.referentiel_emploi,
        fiche=fiche.numero,
        financement=analyse.financement,
    )
    montants = []
    for valeur, valeur_connue, statut in zip(
        couts_par_annee["valeur"],
        couts_par_annee["valeur_connue"],
        couts_par_annee["statut"],
        strict=True,
    ):
        montants.append(budget.total(valeur, valeur_connue, statut, EUROS))
    couts_par_annee = couts_par_annee.assign(
        texte=montants, payeur=couts_par_annee["signataire"].map(budget.parties)
    )
    libelle_du_financement = f"Dont {minuscule(budget.libelle_du_poste(analyse.financement))}"
    yield liste(_phrases_des_couts(etude, budget, couts_par_annee, libelle_du_financement))
    yield liste(budget.equipe())
    if est_muet(postes_par_annee) and couts_par_annee["valeur_connue"].isna().all():
        return
    libelles = couts_par_annee["objet"].map(
        {
            REFERENCE: etude.mot("cout_des_postes"),
            FICHE: etude.mot("euros_de_la_fiche"),
            FINANCEMENT: libelle_du_financement,
        }
    )
    payeurs = (", " + couts_par_annee["payeur"]).fillna("")  # the reference has none
    # One row an indicator, or an object and payer of euros, and year: ``groupe`` and ``libelle``
    # say its row in the table, ``texte`` what is in the cell of the year.
    lignes = pd.concat(
        [
            postes_par_annee.assign(
                groupe=etude.mot("equivalents_temps_plein"),
                texte=_valeurs_ecrites(etude, postes_par_annee),
            ),
            couts_par_annee.assign(groupe="Euros", libelle=libelles + payeurs),
        ]
    )
    textes = lignes.pivot_table(
        "texte", ["groupe", "libelle"], "annee", aggfunc="first", sort=False
    )
    annees = [int(annee) for annee in textes.columns]
    cellules = textes.fillna(RIEN).rename(columns=str).reset_index()
    notes = []
    if textes.isna().any(axis=None):
        notes.append(etude.mot("sans_ligne_saisie"))
    yield etude.tableau(
        "postes",
        cellules,
        None,
        *(Colonne(str(annee), str(annee), True) for annee in annees),
        mots={"periode": periode(annees)},
        nom=analyse.id,
        donnees=pd.concat(
            [equivalents(postes_par_annee, moyens), couts_par_annee[COUTS]], ignore_index=True
        ),
        groupes=cellules["groupe"],
        notes=notes,
        statuts=lignes["statut"],
    )


def _phrases_des_couts(
    etude: EtudeAnnuelle, budget: Moyens, couts_par_annee: pd.DataFrame, financement: str
) -> list[str]:
    """Return what the posts would cost in the last year, then the euros entered for the fiche, then
    those of the poste of the budget that pays them: « Dont salaires de coordination en 2025 :
    Ville, 40 000 €. », which begins with ``financement``.
    """
    annee = couts_par_annee["annee"].max()
    couts_de_l_annee = couts_par_annee[couts_par_annee["annee"].eq(annee)]
    references = couts_de_l_annee.loc[couts_de_l_annee["objet"].eq(REFERENCE), "valeur"].dropna()
    cout_d_un_poste = budget.montant(etude.catalogue.referentiel_emploi.cout_etp, EUROS)
    phrases = []
    for reference in references:
        montant = budget.montant(reference, EUROS)
        phrases.append(
            etude.texte(
                "fiche.cout_de_reference", cout=cout_d_un_poste, annee=annee, postes=montant
            )
        )
    for objet, dont in ((FICHE, ""), (FINANCEMENT, financement)):
        inscrits = couts_de_l_annee[couts_de_l_annee["objet"].eq(objet)]
        if len(inscrits) or objet == FICHE:
            montants = (inscrits["payeur"] + ", " + inscrits["texte"]).tolist()
            faits = {"dont": dont, "annee": annee, "montants": montants}
            phrases.append(etude.texte("fiche.euros_inscrits", **faits))
    return phrases


def _valeurs_ecrites(etude: EtudeAnnuelle, valeurs: pd.DataFrame) -> list[str]:
    """Return the values of indicators as text, without unit, each with the mark of its status."""
    return [
        marquer(etude.contexte.valeur_nue(indicateur, valeur, statut), statut)
        for indicateur, valeur, statut in zip(
            valeurs["indicateur"], valeurs["valeur"], valeurs["statut"], strict=True
        )
    ]


def couts(
    postes: pd.DataFrame,
    moyens: pd.DataFrame,
    referentiel: ReferentielEmploi,
    *,
    fiche: str,
    financement: str,
) -> pd.DataFrame:
    """Return, year by year, what the posts would cost by the référentiel, and the euros entered.

    The two are not the same thing: the first is so many posts at the cost that the référentiel
    gives for one, the second is a budget.

    Args:
        postes: The posts by year: valeur, statut (``ctglib.calculs.suivi.ensemble``).
        moyens: The means of all the years, with ``annee``.
        referentiel: The cost of a full-time post.
        fiche: The number of the fiche of coordination.
        financement: The poste of the budget that pays the posts.

    Returns:
        The columns ``COUTS``, the reference of every year first. ``objet``: "reference"
        (signataire is ""), "fiche" (all the euros of a signatory for the fiche) or "financement"
        (those of the poste, whatever the fiche). Where an amount is missing, there is no
        ``valeur``, and the total is at least ``valeur_connue``.
    """
    cout = postes["valeur"] * referentiel.cout_etp
    reference = postes.assign(objet=REFERENCE, signataire="", valeur=cout, valeur_connue=cout)
    euros = moyens[moyens["nature"].eq(EUROS) & moyens["annee"].isin(postes.index)]
    de_la_fiche = euros[euros["fiche"].eq(fiche)]
    du_financement = euros[euros["poste"].eq(financement)]
    inscrits = pd.concat(
        [de_la_fiche.assign(objet=FICHE), du_financement.assign(objet=FINANCEMENT)]
    )
    sommes = totaux(inscrits, ["annee", "objet", "signataire"])
    sommes = sommes.sort_values("annee", kind="stable")
    table = pd.concat([reference.reset_index(names="annee"), sommes], ignore_index=True)
    table = table.assign(unite=EUROS)
    return table.astype({"annee": "Int64", "valeur": "float64", "valeur_connue": "float64"})[COUTS]


def equivalents(postes: pd.DataFrame, moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the full-time equivalents that go with the costs: for the CSV alone.

    These are the posts of coordination, then the means in full-time equivalents that go to the
    whole territory: the teams of the parties.

    Returns:
        The columns ``COUTS``. ``objet`` is the indicator of the posts, or the poste of the budget.
    """
    de_coordination = postes.assign(
        objet=postes["indicateur"], signataire="", valeur_connue=postes["valeur"]
    )
    equipe = moyens[avec_objet(moyens)["objet"].eq(TERRITOIRE) & moyens["nature"].eq(ETP)]
    equipe = totaux(equipe.assign(objet=equipe["poste"]), ["annee", "signataire", "objet"])
    table = pd.concat([de_coordination, equipe], ignore_index=True)
    return table.assign(unite=ETP, annee=table["annee"].astype("Int64"))[COUTS]


def grille(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield how many lines of the grid moved; in the internal report, the meaning of the levels and
    the grid of each year too.
    """
    posture = etude.annuel.posture
    est_notee = posture["niveau"].notna().any()
    if est_notee:
        precedente = etude.precedent.posture if etude.precedent else posture.iloc[:0]
        yield phrase_de_la_grille(etude, comparer_les_grilles(precedente, posture))
    if not etude.interne:
        return
    if est_notee:
        sens_des_niveaux = " ; ".join(
            f"{niveau}, {minuscule(mot)}"
            for niveau, mot in enumerate(etude.catalogue.evaluation.niveaux)
        )
        note = etude.texte("fiche.niveaux_de_la_grille", niveaux=sens_des_niveaux, **MOUVEMENTS)
        yield paragraphe(note, classe="note")
    table = niveaux(
        {annee: suivi.posture for annee, suivi in etude.suivi.suivis.items()},
        etude.catalogue.referentiel_emploi,
    )
    if table.empty:
        return
    libelles = table["libelle"]
    if table["fonction"].nunique() > 1:
        libelles = table["fonction"] + " : " + table["libelle"]
    cellules = table.assign(
        ligne=libelles,
        colonne=table["annee"].astype(str),
        valeur=table["niveau"].astype("float64"),
        texte=table["niveau"].astype("string").fillna(etude.contexte.absence(Statut.NON_TRANSMIS)),
        signe=table["mouvement"].map(MOUVEMENTS).fillna(""),
    )
    yield graphique_en_grille(
        cellules, etude.contexte, nom=analyse.id, titre=etude.texte("fiche.grille_titre")
    )


def niveaux(postures: Mapping[int, pd.DataFrame], referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the grid of each year line by line: for the internal report alone.

    ``postures`` are the grids as entered, by year.

    Returns:
        The columns ``LIGNES``: one row for each function that was ever scored, each item of the
        référentiel and each year that has a grid, even where nobody scored the item (``niveau`` is
        then missing). ``mouvement`` is "hausse" or "baisse" against the year before, "" when the
        level is the same or one of the two is not known.
    """
    grilles = [
        posture.assign(annee=annee) for annee, posture in sorted(postures.items()) if len(posture)
    ]
    if not grilles:
        return pd.DataFrame(columns=LIGNES)
    notes = pd.concat(grilles, ignore_index=True)[[*CLE, "annee", "niveau"]]
    notes = notes.astype({"niveau": "Int64"})
    fonctions = pd.DataFrame({"fonction": notes["fonction"].unique()})
    annees = pd.DataFrame({"annee": sorted(notes["annee"].unique())})
    # The référentiel gives the same label to a line of each domain: their labels say which one it
    # is, « Animation du réseau (attendu) ».
    lignes = [("attendus", item.id, item.libelle, ATTENDU) for item in referentiel.attendus]
    lignes += [("activites", item.id, item.libelle, FAMILLE) for item in referentiel.activites]
    items = pd.DataFrame(lignes, columns=["domaine", "item", "libelle", "mot_du_domaine"])
    en_double = items["libelle"].duplicated(keep=False)
    precisions = (" (" + items["mot_du_domaine"] + ")").where(en_double, "")
    items = items.assign(libelle=items["libelle"] + precisions).drop(columns="mot_du_domaine")
    table = (
        fonctions.merge(items, how="cross")
        .merge(annees, how="cross")
        .merge(notes, on=[*CLE, "annee"], how="left")
    )
    un_an_avant = notes.assign(annee=notes["annee"] + 1).rename(columns={"niveau": "avant"})
    niveau_avant = table.merge(un_an_avant, on=[*CLE, "annee"], how="left")["avant"]
    ecart = (table["niveau"] - niveau_avant).fillna(0)
    return table.assign(mouvement=ecart.map(_sens), annee=table["annee"].astype("Int64"))[LIGNES]


def _sens(ecart: int) -> str:
    if ecart > 0:
        return "hausse"
    return "baisse" if ecart < 0 else ""


def phrase_de_la_grille(etude: EtudeAnnuelle, lignes: ComparaisonDesGrilles) -> Bloc:
    """Return how many lines of the grid moved: « Sur 12 lignes comparables…, 3 ont bougé… ».

    A line compares when both years scored it. Which way they moved is said in the internal report
    alone.
    """
    faits = {"lignes": lignes, "precedente": etude.annee - 1, "interne": etude.interne}
    return paragraphe(etude.texte("fiche.grille", **faits))


def livrables(etude: EtudeAnnuelle, analyse: Analyse) -> Blocs:
    """Yield the table of the livrables: when each is due, how many there were, where it stands."""
    echeances = {
        indicateur.id: indicateur.echeance
        for fiche in etude.convention.fiches
        for indicateur in fiche.indicateurs
        if indicateur.echeance
    }
    par_annee = calculer_livrables(
        lire_annees(etude, analyse.indicateurs_des_roles("livrables", "convertis")),
        analyse,
        echeances,
        fin=pd.Timestamp(etude.suivi.fin),
        arrete=etude.arrete,
    )
    # « 2024 : 1 »; missing where a livrable has no year that concerns it.
    comptes = par_annee["annee"].astype("string") + " : " + _valeurs_ecrites(etude, par_annee)
    comptes_par_livrable = (
        par_annee.assign(compte=comptes.fillna(""))
        .groupby("indicateur", sort=False)["compte"]
        .agg(" ; ".join)
    )
    par_livrable = par_annee.drop_duplicates("indicateur").assign(compte=comptes_par_livrable.array)
    libelles = {nom: item.libelle for nom, item in etude.contexte.indicateurs.items()}
    mots_des_etats = etude.catalogue.evaluation.livrables

    def ecrire_l_echeance(echeance: pd.Timestamp) -> str:
        return "chaque année" if pd.isna(echeance) else date_longue(echeance.date())

    ecritures = {
        "indicateur": lambda nom: libelles[nom],
        "echeance": ecrire_l_echeance,
        "compte": lambda compte: compte or RIEN,
        "etat": lambda etat: mots_des_etats[etat],
    }
    notes = [
        etude.texte(
            "fiche.une_par_poste",
            livrable=libelles[nom],
            postes=libelles[analyse.indicateur_du_role("convertis")],
            **_cible_ecrite(etude, nom),
        )
        for nom in analyse.indicateurs_des_roles("par_poste")
    ]
    yield etude.tableau(
        "livrables",
        par_livrable,
        ecritures,
        nom=analyse.id,
        donnees=par_annee,
        notes=notes,
        statuts=par_annee["statut"],
    )


def _cible_ecrite(etude: EtudeAnnuelle, indicateur: str) -> dict[str, str]:
    """Return the number that the convention wants of a livrable, and for when; nothing when it
    writes none.
    """
    for fiche in etude.convention.fiches:
        for suivi in fiche.indicateurs:
            cible = suivi.cible
            if suivi.id == indicateur and not isinstance(cible, Absence):
                valeur = etude.contexte.valeur_nue(indicateur, cible.valeur)
                return {"cible": valeur, "annee": str(cible.annee)}
    return {}


def calculer_livrables(
    table: pd.DataFrame,
    analyse: Analyse,
    echeances: Mapping[str, date],
    *,
    fin: pd.Timestamp,
    arrete: pd.Timestamp,
) -> pd.DataFrame:
    """Return what is known of each livrable, year by year, and its state at the date of the bilan.

    A yearly one (role ``annuels``) is done when each year had its own. The others are due once: at
    the échéance of their indicator, or by the end of the convention; what was done one year stays
    done. One that each post owes (role ``par_poste``) is done when there are as many as the posts
    (role ``convertis``) of the last year.

    Args:
        table: The livrables and the posts by year (``lire_annees``).
        analyse: Which indicators play the roles.
        echeances: The échéance of the indicators that have one.
        fin: The end of the convention.
        arrete: The date of the bilan.

    Returns:
        The columns ``PROMIS``: one row for each livrable and each year that concerns it, or one row
        without a year when none does. ``etat`` is the same on all the rows of a livrable.
    """
    postes_par_annee = ensemble(table, analyse.indicateur_du_role("convertis"))["valeur"]
    # The posts of the last year; missing, and not zero, when they are not known.
    postes_de_la_derniere_annee = postes_par_annee.tail(1).sum(min_count=1)
    tables = []
    for nom in analyse.indicateurs_des_roles("livrables"):
        annees = ensemble(table, nom)
        annees = annees[annees["statut"].ne(Statut.SANS_OBJET)]
        echeance = pd.Timestamp(echeances.get(nom) or fin)
        debut = pd.Timestamp.min
        if (echeance.month, echeance.day) != (12, 31):
            # A day other than 31 December is that of a meeting, awaited in that year alone.
            debut = pd.Timestamp(echeance.year, 1, 1)
        annuel = nom in analyse.indicateurs_des_roles("annuels")
        if annuel:
            etat = _etat_annuel(annees["valeur"])
        else:
            annees = annees[annees.index >= debut.year]
            etat = _etat_unique(
                annees["valeur"],
                postes_de_la_derniere_annee
                if nom in analyse.indicateurs_des_roles("par_poste")
                else None,
                passe=est_du(echeance, arrete),
                commence=debut <= arrete,
            )
        if annees.empty:
            annees = pd.DataFrame({"valeur": [None], "statut": [Statut.NON_TRANSMIS]}, index=[None])
        livrable = annees.rename_axis("annee").reset_index()
        livrable = livrable.assign(indicateur=nom, annuel=annuel, etat=etat)
        livrable["echeance"] = pd.NaT if annuel else echeance
        tables.append(livrable)
    promis = pd.concat(tables, ignore_index=True)[list(PROMIS)]
    return promis.astype({"annee": "Int64", "valeur": "float64", "annuel": "bool"})


def _etat_annuel(valeurs: pd.Series) -> EtatLivrable:
    """Return the state of what is due each year, from its counts in the years that concern it.

    "annees_connues": done in each of the known years, other years being unknown.
    """
    if valeurs.isna().all():
        return "inconnu"
    if valeurs.gt(0).all():
        return "fait"
    if not valeurs.eq(0).any():
        return "annees_connues"
    return "en_partie" if valeurs.gt(0).any() else "pas_fait"


def _etat_unique(
    valeurs: pd.Series, postes: float | None, *, passe: bool, commence: bool
) -> EtatLivrable:
    """Return the state of what is due once, from its counts in the years that concern it.

    Args:
        valeurs: How many there were, by year.
        postes: How many are due, for what each post owes; NaN when that is not known; None for what
            is due once in all.
        passe: Its échéance is past.
        commence: The time in which it is awaited has begun.
    """
    derniere = valeurs.iloc[-1] if len(valeurs) else float("nan")
    if postes is not None and derniere > 0:
        return "fait" if derniere >= postes else "en_partie"
    if postes is None and valeurs.gt(0).any():
        return "fait"
    if not commence:
        return "pas_commence"
    if pd.isna(derniere):
        return "inconnu_a_l_echeance" if passe else "inconnu"
    return "pas_fait" if passe else "pas_encore"
