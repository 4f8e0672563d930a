"""Ce qui change : une évolution entre deux années, ce qui est provisoire, ce qui a été révisé."""

from dataclasses import replace

import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, impossible
from ctglib.atelier.questions import comparer
from ctglib.atelier.series import (
    DETAIL,
    Lieux,
    etude,
    lignes_suivies,
    lire_une_annee,
    mots_des_statuts,
    noms_des_modalites,
    source_du_suivi,
)
from ctglib.atelier.tables import attributs, avec_attributs, redire, unite_de
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.donnees.marques import POINTS, TAUX, Marque, Origine
from ctglib.donnees.nombres import Nombres, marques_de, nombres, remarquer
from ctglib.donnees.statuts import PROVISOIRES, Statut

COLONNES_DE_L_EVOLUTION = [
    "territoire",
    "libelle",
    "modalite",
    "ligne",
    "annee_depart",
    "depart",
    "annee",
    "valeur",
    "ecart",
    "evolution",
    "sens",
]
COLONNES_DES_PROVISOIRES = [
    "indicateur",
    "libelle",
    "modalite",
    "annee",
    "valeur",
    "statut",
    "qui",
    "quand",
    "document",
]
COLONNES_DES_REVISIONS = [
    "indicateur",
    "libelle",
    "modalite",
    "annee",
    "valeur_ancienne",
    "valeur",
    "ecart",
    "millesime_ancien",
    "millesime",
    "note",
]


def evolution(
    code: str,
    lieux: Lieux | None = None,
    debut: int | None = None,
    fin: int | None = None,
    *,
    pour: str | None = None,
    convention: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Dit de combien une série a changé entre deux années, lieu par lieu, et si l'arrondi ou une
    rupture empêche de le dire.

    Paramètres :
        code: Le code de la série (voir ``chercher``).
        lieux: Des noms, des codes, ou des tables de ``lieux`` ; tous ceux de la série par défaut.
        debut: La première année ; par défaut, la première depuis la dernière rupture que
            connaissent plus de la moitié des lieux.
        fin: La dernière année ; par défaut, la dernière que connaissent plus de la moitié des
            lieux.
        pour: Le code d'un dénominateur, pour l'évolution d'un taux pour 100.
        convention: Si la série est d'une convention.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité des valeurs et de l'écart.

    Rend :
        territoire, libelle, modalite et ligne s'il y a des parties, annee_depart, depart, annee,
        valeur, ecart, evolution (%, jamais d'un taux : son écart est en points), sens (« hausse »,
        « baisse », « stable », « dans l'arrondi », « rompu »).

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.evolution("cnaf_foyers_rsa", "Harnes", 2020, 2024)["ecart"].tolist()
        [-110.0]
    """
    table = comparer(code, lieux, pour=pour, convention=convention)
    annees = sorted(table.loc[table["valeur"].notna(), "annee"].unique())
    if not annees:
        raise impossible("sans_evolution", serie=attributs(table)["sujet"], annees="aucune année")
    ruptures = [
        annee
        for origine in attributs(table)["series"].values()
        for annee, _ in origine.ruptures
        if annees[0] < annee <= annees[-1]
    ]
    depuis = max(ruptures, default=annees[0])
    apres = [annee for annee in annees if annee >= depuis]
    frequentes = [annee for annee in _annees_frequentes(table) if annee >= depuis]
    if len(frequentes) > 1:
        apres = frequentes
    annee_depart = lire_une_annee(debut) or apres[0]
    annee_fin = lire_une_annee(fin) or apres[-1]
    connues = ", ".join(map(str, annees))
    if annee_depart not in annees or annee_fin not in annees or annee_depart >= annee_fin:
        refus = dire("sans_evolution", serie=attributs(table)["sujet"], annees=connues)
        if debut is None and ruptures:
            refus += f" {dire('depuis_la_rupture', annee=depuis)}"
        raise DemandeImpossible(refus)
    presentes = ["territoire", "libelle", "modalite", "ligne"]
    suivies = table.set_axis(lignes_suivies(table))[
        [colonne for colonne in presentes if colonne in table]
    ]
    par_lieu = suivies[~suivies.index.duplicated()]
    bouts = {}
    for annee in (annee_depart, annee_fin):
        de_l_annee = table[table["annee"] == annee]
        valeurs = de_l_annee["valeur"].set_axis(lignes_suivies(de_l_annee))
        bouts[annee] = valeurs.reindex(par_lieu.index)
    ecart = bouts[annee_fin] - bouts[annee_depart]
    relative = remarquer(
        100 * ecart / bouts[annee_depart].where(bouts[annee_depart] != 0),
        lambda marque: replace(marque, unite="pourcent"),
    )
    marques = marques_de(ecart)
    resultat = par_lieu.assign(
        annee_depart=annee_depart,
        depart=bouts[annee_depart],
        annee=annee_fin,
        valeur=bouts[annee_fin],
        ecart=ecart,
        evolution=relative,
        sens=[_sens(valeur, marque) for valeur, marque in zip(ecart, marques, strict=True)],
    ).reset_index(drop=True)
    if unite_de(bouts[annee_fin]) in TAUX:  # points, not per cent of a rate
        resultat = resultat.drop(columns="evolution").assign(
            ecart=remarquer(resultat["ecart"], lambda marque: replace(marque, unite=POINTS))
        )
    presentes = [colonne for colonne in COLONNES_DE_L_EVOLUTION if colonne in resultat]
    sujet = attributs(table)["sujet"]
    remarques = list(table.attrs["remarques"])
    if debut is None and ruptures:
        remarques.append(dire("depuis_la_rupture", annee=annee_depart))
    dite = avec_attributs(resultat[presentes], sujet=sujet, remarques=remarques)
    return redire(dite, titre, source, unite)


def _annees_frequentes(table: pd.DataFrame) -> list[int]:
    """Return the years that more than half of the places know: what one alone knows of the last
    year would leave the others without change.
    """
    connues = table[table["valeur"].notna()]
    lieux_par_annee = connues.groupby("annee")["territoire"].nunique()
    de_la_moitie = 2 * lieux_par_annee > connues["territoire"].nunique()
    return [int(annee) for annee in lieux_par_annee[de_la_moitie].index]


def _sens(ecart: float, marque: Marque | None) -> str:
    """Return which way a value went: not when a break stands between, nor under the rounding."""
    if pd.isna(ecart):
        return marque.mot if marque and marque.mot else dire("sens_inconnu")
    if marque and marque.ruptures:
        return dire("sens_rompu")
    if ecart == 0:
        return dire("sens_stable")
    if marque and abs(ecart) <= marque.arrondi / 2:
        return dire("sens_arrondi")
    return dire("sens_hausse" if ecart > 0 else "sens_baisse")


def provisoires(
    convention: str | None = None,
    annee: int | None = None,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Dit quelles valeurs du suivi sont provisoires ou estimées, qui les confirme, et quand.

    Paramètres :
        convention: Le dossier de la convention ; la seule convention réelle par défaut.
        annee: Le suivi tel qu'il est connu cette année-là ; la dernière par défaut.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        indicateur, libelle, modalite, annee, valeur, statut, qui (confirme), quand, document.

    Exemples :
        >>> from ctglib import atelier as a
        >>> set(a.provisoires("demonstration")["statut"]) <= {"valeur provisoire", "valeur estimée"}
        True
    """
    suivi = etude(convention, annee)
    cle = ["annee", "territoire", "indicateur", *DETAIL]
    observations = suivi.suivi.observations.sort_values("millesime", kind="stable")
    dernieres = observations.drop_duplicates(cle, keep="last")
    a_confirmer = dernieres[dernieres["statut"].isin(PROVISOIRES)]
    if a_confirmer.empty:
        raise impossible("rien_de_provisoire", convention=suivi.convention.id, annee=suivi.annee)
    indicateurs = suivi.catalogue.indicateurs_fiches
    collectes = [indicateurs[code].collecte for code in a_confirmer["indicateur"]]
    table = a_confirmer.assign(
        libelle=[indicateurs[code].libelle for code in a_confirmer["indicateur"]],
        modalite=noms_des_modalites(suivi.catalogue, a_confirmer),
        qui=["" if collecte is None else collecte.qui for collecte in collectes],
        quand=["" if collecte is None else collecte.quand for collecte in collectes],
        document=["" if collecte is None else collecte.document for collecte in collectes],
        valeur=_valeurs(suivi, a_confirmer),
        statut=a_confirmer["statut"].map(mots_des_statuts()),
    )
    titre_par_defaut = dire(
        "titre_des_provisoires", territoire=suivi.contexte.territoire.nom, annee=suivi.annee
    )
    rangee = table.sort_values(["qui", "indicateur", "annee"], kind="stable", ignore_index=True)
    dites = avec_attributs(rangee[COLONNES_DES_PROVISOIRES], titre_par_defaut)
    return redire(dites, titre, source, unite)


def revisions(
    convention: str | None = None,
    annee: int | None = None,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Dit quelles valeurs d'années passées le suivi d'une année donne autrement que le précédent.

    Paramètres :
        convention: Le dossier de la convention ; la seule convention réelle par défaut.
        annee: L'année du suivi ; la dernière par défaut.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        indicateur, libelle, modalite, annee, valeur_ancienne, valeur, ecart, millesime_ancien,
        millesime, note (la raison donnée).

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.revisions("demonstration", 2025)["libelle"].nunique() > 0
        True
    """
    suivi = etude(convention, annee)
    revisees = suivi.revisions
    if revisees.empty:
        raise impossible("rien_de_revise", convention=suivi.convention.id, annee=suivi.annee)
    indicateurs = suivi.catalogue.indicateurs_fiches
    table = revisees.assign(
        libelle=[indicateurs[code].libelle for code in revisees["indicateur"]],
        modalite=noms_des_modalites(suivi.catalogue, revisees),
        valeur_ancienne=_valeurs(suivi, revisees, "valeur_ancienne", "statut_ancien"),
        valeur=_valeurs(suivi, revisees),
    )
    table = table.assign(ecart=table["valeur"] - table["valeur_ancienne"])
    titre_par_defaut = dire(
        "titre_des_revisions", territoire=suivi.contexte.territoire.nom, annee=suivi.annee
    )
    dites = avec_attributs(table[COLONNES_DES_REVISIONS].reset_index(drop=True), titre_par_defaut)
    return redire(dites, titre, source, unite)


def _valeurs(
    suivi: EtudeAnnuelle, lignes: pd.DataFrame, colonne: str = "valeur", statut: str = "statut"
) -> Nombres:
    """Return values of a follow-up, each with its source and its status, by the names of their
    columns.
    """
    indicateurs = suivi.catalogue.indicateurs_fiches
    marques = []
    par_ligne = zip(
        lignes["indicateur"], lignes["annee"], lignes[statut], lignes[colonne], strict=True
    )
    for code, annee, lettre, valeur in par_ligne:
        indicateur = indicateurs[code]
        source = source_du_suivi(suivi)
        origine = Origine(
            code, indicateur.libelle, source, indicateur.unite, masquee=indicateur.sensible
        )
        lettre_connue = str(lettre) if pd.notna(lettre) else Statut.NON_TRANSMIS.value
        mot = mots_des_statuts()[lettre_connue] if pd.isna(valeur) else ""
        annees = (int(annee), int(annee))
        marques.append(Marque((origine,), indicateur.unite, lettre_connue, mot, annees=annees))
    return nombres(lignes[colonne], marques)
