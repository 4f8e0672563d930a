"""Les questions que l'on pose le plus : comparer, classer, trouver des semblables, suivre.

Chaque fonction rend une table de pandas qui dit dans ses ``attrs`` ce qu'elle est (``Attributs``),
ou lève une ``DemandeImpossible`` dont le message est une phrase.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from ctglib.atelier.phrases import dire, impossible, inconnu
from ctglib.atelier.series import (
    Annees,
    Lieux,
    code_du_lieu,
    codes_des_lieux,
    donnees,
    etude,
    lignes_suivies,
    lire_les_annees,
    lire_une_annee,
    mots_des_statuts,
    phrase_des_annees,
    ratio,
    source_du_suivi,
)
from ctglib.atelier.series import lieux as lieux_choisis
from ctglib.atelier.tables import NON_CLASSES, RANGES, attributs, avec_attributs, redire
from ctglib.blocs.actions import etats_dessines, titres_des_bandes
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import majuscule, minuscule
from ctglib.document.figure import charte
from ctglib.document.typographie import nombre_court
from ctglib.donnees.lignes import lignes as lire_lignes
from ctglib.donnees.marques import QUOTIENTS, SAISIE, Marque, Origine
from ctglib.donnees.modeles.sources import Profil
from ctglib.donnees.nombres import marques_de, nombres, remarquer, sans_valeurs
from ctglib.donnees.publiques import reperes
from ctglib.donnees.statuts import PROVISOIRES, Statut

EN_RETARD = ("manque", "a_surveiller", "insuffisant", "en_recul")
COLONNES_DU_RANG = [
    "rang",
    "rang_min",
    "rang_max",
    "territoire",
    "libelle",
    "annee",
    "valeur",
    "choisi",
]
COLONNES_DES_PROMESSES = [
    "fiche",
    "modalite",
    "promesse",
    "debut",
    "echeance",
    "echeance_ecrite",
    "etat",
    "services",
    "partenaires",
    "intitule",
    "situation",
]
# of each measure of a target, the columns of its year and of its status, "" without one
MESURES_DES_CIBLES = {
    "depart": ("annee_depart", "statut_initial"),
    "valeur": ("annee", "statut"),
    "cible": ("annee_cible", ""),
}
COLONNES_DES_CIBLES = [
    "fiche",
    "indicateur",
    "libelle",
    "detail",
    "depart",
    "annee_depart",
    "valeur",
    "annee",
    "cible",
    "annee_cible",
    "origine",
    "atteinte",
    "raison",
]


def comparer(
    code: str,
    lieux: Lieux | None = None,
    annees: Annees = None,
    *,
    pour: str | None = None,
    convention: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Compare des lieux sur une série, année par année.

    Paramètres :
        code: Le code de la série (voir ``chercher``).
        lieux: Des noms, des codes, ou des tables de ``lieux``, dans l'ordre où les montrer ; tous
            ceux de la série par défaut.
        annees: Une année, plusieurs, ou toutes.
        pour: Le code d'un dénominateur, pour comparer des taux pour 100 plutôt que des effectifs.
        convention: Si la série est d'une convention.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        territoire, libelle, annee, valeur, statut et ``indice`` : 100 la première année connue d'un
        lieu (de chacune de ses parties, s'il en a), pour comparer l'évolution de lieux de tailles
        différentes ; la première d'après la dernière rupture de série, s'il y en a une : il n'y a
        pas d'indice avant elle.

    Exemples :
        >>> from ctglib import atelier as a
        >>> rsa = a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais", a.epci("Lens-Liévin")], pour="cnaf_foyers")
        >>> rsa["libelle"].nunique()
        3
    """  # noqa: E501 - an analyst copies the example
    if pour is None:
        table = donnees(code, lieux, annees, convention=convention)
    else:
        table = ratio(code, pour, lieux, annees, convention=convention)
    codes = table["territoire"].unique() if lieux is None else codes_des_lieux(lieux)
    ordre = {territoire: place for place, territoire in enumerate(codes)}
    ordonnee = (
        table.assign(ordre=table["territoire"].map(ordre))
        .sort_values(["ordre", "annee"], ignore_index=True)
        .drop(columns="ordre")
    )
    return redire(ordonnee.assign(indice=_indice(ordonnee)), titre, source, unite)


def _indice(table: pd.DataFrame) -> pd.Series:
    """Return 100 times each value over the first of its place, or of its part of it; over the first
    one after the last break of the series, and nothing before it: what a break parts is not
    compared.
    """
    origines = {o for marque in marques_de(table["valeur"]) if marque for o in marque.origines}
    ruptures = {annee for origine in origines for annee, _ in origine.ruptures}
    derniere = max(
        ruptures & set(range(table["annee"].min() + 1, table["annee"].max() + 1)), default=0
    )
    comparables = table["annee"] >= derniere
    de_depart = table[comparables & table["valeur"].notna() & table["valeur"].ne(0)]
    valeurs_de_depart = de_depart["valeur"].set_axis(lignes_suivies(de_depart))
    premieres = valeurs_de_depart[~valeurs_de_depart.index.duplicated()]
    bases = premieres.reindex(lignes_suivies(table))
    bases.index = table.index
    indice = remarquer(100 * table["valeur"] / bases, lambda marque: replace(marque, unite=""))
    avant = remarquer(indice, lambda marque: replace(marque, mot=dire("rompu")))
    return indice.where(comparables, sans_valeurs(avant))


@dataclass(frozen=True)
class Rang:
    """The rank of a place, and the first and last rank it may have, as its source rounds values."""

    rang: int
    rang_min: int
    rang_max: int
    libelle: str
    annee: int


def rang(
    lieu: str,
    table: pd.DataFrame,
    *,
    decroissant: bool = True,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Classe les lieux d'une table, sa dernière année, et dit où est le lieu demandé.

    L'arrondi de la source rend un rang incertain : ``rang_min`` et ``rang_max`` l'encadrent. Un
    taux dont le numérateur est trop petit (colonne « numerateur ») n'a pas de rang.

    Paramètres :
        lieu: Nom ou code.
        table: Ce que rendent ``donnees`` ou ``ratio`` pour plusieurs lieux.
        decroissant: Le plus haut est premier.
        titre: Le titre de la table rendue.
        source: La source de ses valeurs ; celle de ``table`` par défaut.
        unite: L'unité de ses valeurs ; celle de ``table`` par défaut.

    Rend :
        Un lieu par ligne : rang, rang_min, rang_max, territoire, libelle, annee, valeur, choisi
        (vrai pour le demandé).

    Exemples :
        >>> from ctglib import atelier as a
        >>> grandes = a.lieux(departement="62", foyers_min=500)
        >>> a.rang("Harnes", a.ratio("cnaf_foyers_paje", "cnaf_foyers", grandes)).query("choisi")["libelle"].tolist()
        ['Harnes']
    """  # noqa: E501 - an analyst copies the example
    attributs(table)  # it says what it is
    for colonne in ("territoire", "libelle", "annee", "valeur"):
        if colonne not in table:
            raise inconnu("La colonne", colonne, table.columns)
    if table.empty:
        raise impossible("table_vide")
    annee = table["annee"].max()
    de_l_annee = table[table["annee"] == annee]
    if de_l_annee["territoire"].duplicated().any():
        raise impossible("plusieurs_par_lieu", annee=annee)
    trop_petits = _trop_petits(de_l_annee)
    avec_valeur = de_l_annee[~trop_petits].dropna(subset="valeur")
    territoire = code_du_lieu(lieu)
    if territoire not in set(avec_valeur["territoire"]):
        du_lieu = de_l_annee[de_l_annee["territoire"].eq(territoire)]
        statuts = du_lieu["statut"].tolist() if "statut" in du_lieu else []
        raison = dire("hors_de_la_table")
        if statuts:
            raison = dire("valeur_absente", statut=statuts[0])
        if trop_petits[du_lieu.index].any():
            raison = dire(
                "sans_rang_trop_petit",
                effectif=nombre_court(float(du_lieu["numerateur"].iloc[0])),
                minimum=reperes().rang_minimum,
            )
        raise impossible("sans_rang", lieu=lieu, annee=annee, raison=raison)
    valeurs = avec_valeur["valeur"]
    minimum, maximum = _bornes(avec_valeur)
    if decroissant:  # the highest is the lowest of the opposites, whose bounds change places
        valeurs = -valeurs
        oppose_du_minimum = -minimum
        minimum = -maximum
        maximum = oppose_du_minimum
    # At best, a place is behind those that are certainly before it: their greatest value is under
    # its least. At worst, it is behind all those that may be: their least is not over its greatest.
    # It is one of these itself.
    rangs = avec_valeur.assign(
        rang=valeurs.rank(method="min").astype("Int64"),
        rang_min=[1 + int((maximum < au_mieux).sum()) for au_mieux in minimum],
        rang_max=[int((minimum <= au_pire).sum()) for au_pire in maximum],
        choisi=avec_valeur["territoire"].eq(territoire),
    ).sort_values(["rang", "libelle"], ignore_index=True)
    rangs = rangs[COLONNES_DU_RANG]
    choisi = next(lire_lignes(rangs[rangs["choisi"]], Rang))
    phrase = "rang" if choisi.rang_min == choisi.rang_max else "rang_incertain"
    remarque = dire(
        phrase,
        libelle=choisi.libelle,
        annee=choisi.annee,
        rang=choisi.rang,
        rang_min=choisi.rang_min,
        rang_max=choisi.rang_max,
        sur=len(rangs),
    )
    remarques = [remarque, *table.attrs.get("remarques", [])]
    unites = {marque.unite for marque in marques_de(avec_valeur["valeur"]) if marque}
    if unites & set(QUOTIENTS.values()) and "numerateur" not in de_l_annee:
        remarques.append(dire("numerateurs_absents"))
    absences = []
    if trop_petits.any():
        absences.append(
            dire(
                "trop_petits_pour_un_rang",
                nombre=int(trop_petits.sum()),
                minimum=reperes().rang_minimum,
            )
        )
    non_classes = len(de_l_annee) - len(avec_valeur) - int(trop_petits.sum())
    if non_classes:
        absences.append(dire("non_classes", nombre=non_classes, annee=choisi.annee))
    titre_de_l_annee = minuscule(attributs(de_l_annee)["titre"])
    classes = avec_attributs(
        rangs,
        f"Rang de {choisi.libelle} : {titre_de_l_annee}",
        remarques=[*remarques, *absences],
        sujet=de_l_annee.attrs.get("sujet", ""),
    )
    classes.attrs[RANGES] = len(rangs)
    classes.attrs[NON_CLASSES] = absences
    return redire(classes, titre, source, unite)


def _trop_petits(lignes: pd.DataFrame) -> pd.Series:
    """Tell which rates have a numerator so small that chance decides of their rank."""
    if "numerateur" not in lignes:
        return pd.Series(False, index=lignes.index)
    return lignes["numerateur"].lt(reperes().rang_minimum).fillna(False).astype(bool)


def _bornes(lignes: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the least and the greatest value that each row may have, as its sources round.

    A count rounded to the nearest 5 may be 2.5 less or more; a value that was typed is what it is.
    A rate is least with the least count over the greatest denominator.
    """
    valeurs = lignes["valeur"].astype(float)
    marques = marques_de(lignes["valeur"])
    est_un_taux = all(marque is not None and marque.unite == "pour_100" for marque in marques)
    if "denominateur" not in lignes or not est_un_taux:
        demi_arrondis = _demi_arrondis(lignes["valeur"])
        return valeurs - demi_arrondis, valeurs + demi_arrondis
    numerateurs = lignes["numerateur"].astype(float)
    denominateurs = lignes["denominateur"].astype(float)
    demi_numerateurs = _demi_arrondis(lignes["numerateur"])
    demi_denominateurs = _demi_arrondis(lignes["denominateur"])
    # A rate of a series to itself has one meaning for both.
    origines = marques_de(lignes["numerateur"])[0], marques_de(lignes["denominateur"])[0]
    if origines[0] == origines[1]:
        demi_denominateurs = demi_denominateurs * 0
    plus_petits_numerateurs = (numerateurs - demi_numerateurs).clip(lower=0)
    plus_petits_denominateurs = (denominateurs - demi_denominateurs).clip(lower=1)
    minimum = 100 * plus_petits_numerateurs / (denominateurs + demi_denominateurs)
    maximum = 100 * (numerateurs + demi_numerateurs) / plus_petits_denominateurs
    return minimum, maximum


def _demi_arrondis(colonne: pd.Series) -> pd.Series:
    """Return of each value half of the step to which its source rounds it, 0 if it does not."""
    pas = [0.0 if marque is None else marque.arrondi / 2 for marque in marques_de(colonne)]
    return pd.Series(pas, index=colonne.index)


def semblables(
    lieu: str,
    selon: str = "structure_familiale",
    n: int = 10,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Trouve les communes du département dont le profil ressemble le plus à celui d'une commune.

    L'année est la dernière où toutes les parts sont connues. La distance est en points : la racine
    de la somme des carrés des écarts entre les parts. Une ressemblance, jamais un effet.

    Paramètres :
        lieu: Nom ou code de la commune.
        selon: « structure_familiale », « ages_des_enfants » ou « prestations »
            (``data/catalogue/atelier.yaml``).
        n: Combien en montrer.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité des parts.

    Rend :
        rang (0 pour le lieu lui-même), territoire, libelle, distance (points), annee, une colonne
        par part (%), et choisi.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.semblables("Harnes", n=3)["rang"].tolist()
        [0, 1, 2, 3]
    """
    profils = reperes().profils
    if selon not in profils:
        raise inconnu("Le profil", selon, profils)
    profil = profils[selon]
    commune = code_du_lieu(lieu)
    departement = commune[:3] if commune.startswith("97") else commune[:2]
    communes = [commune, *lieux_choisis(departement=departement)["code"]]
    taux = {serie: ratio(serie, profil.denominateur, communes) for serie in profil.parts}
    parts = pd.concat(
        [table.assign(part=serie) for serie, table in taux.items()], ignore_index=True
    )
    toutes_connues = parts.groupby("annee")["part"].nunique().eq(len(taux))
    annee = toutes_connues[toutes_connues].index.max()
    parts_de_l_annee = parts[parts["annee"] == annee]
    assez_grandes = parts_de_l_annee[parts_de_l_annee["denominateur"] >= profil.minimum]
    profil_des_communes = (
        assez_grandes.pivot(index="territoire", columns="part", values="valeur")
        .reindex(columns=profil.parts)
        .dropna()
    )
    if commune not in profil_des_communes.index:
        est_la_commune = parts_de_l_annee["territoire"] == commune
        parts_de_la_commune = parts_de_l_annee[est_la_commune].set_index("part")
        raison = _raison_sans_profil(parts_de_la_commune, list(taux), profil)
        raise impossible("sans_profil", lieu=lieu, profil=selon, annee=annee, raison=raison)
    ecarts = profil_des_communes - profil_des_communes.loc[commune].astype(float)
    distance = remarquer(ecarts.pow(2).sum(axis=1).pow(0.5).round(2), _en_points)
    proches = distance.drop(commune).nsmallest(n).index
    noms = parts.drop_duplicates("territoire").set_index("territoire")["libelle"]
    table = profil_des_communes.loc[[commune, *proches]].rename_axis(columns=None)
    table = table.assign(
        rang=range(len(table)),
        libelle=noms,
        distance=distance,
        annee=annee,
        choisi=table.index == commune,
    ).reset_index()
    nombre_de_comparees = len(profil_des_communes) - 1  # without the commune itself
    ressemblantes = avec_attributs(
        table[["rang", "territoire", "libelle", "distance", "annee", *profil.parts, "choisi"]],
        f"Communes qui ressemblent le plus à {noms[commune]} : {profil.libelle.lower()}, {annee}",
        remarques=[
            dire("comparees", nombre=nombre_de_comparees, minimum=profil.minimum),
            dire("ressemblance"),
        ],
    )
    return redire(ressemblantes, titre, source, unite)


def _en_points(marque: Marque) -> Marque:
    """Return the mark of a distance between shares: nothing of it was typed."""
    origines = [origine for origine in marque.origines if origine != SAISIE]
    return replace(marque, unite="points", origines=tuple(origines))


def _raison_sans_profil(parts: pd.DataFrame, series: Iterable[str], profil: Profil) -> str:
    """Return in words why a commune has no profile.

    Some series have no row for it, or it has too few households, or some parts have no value.
    ``parts`` are its rows of the year, indexed by series.
    """
    absentes = [serie for serie in series if serie not in parts.index]
    if absentes:
        return dire("series_absentes", series=", ".join(absentes))
    if parts["denominateur"].lt(profil.minimum).any():
        return dire(
            "trop_petit",
            effectif=parts["denominateur"].min(),
            denominateur=profil.denominateur,
            minimum=profil.minimum,
        )
    statuts = set(parts.loc[parts["valeur"].isna(), "statut"])
    return dire("parts_absentes", statuts=", ".join(sorted(statuts)))


def promesses(
    convention: str | None = None,
    fiche: int | str | None = None,
    annee: int | None = None,
    *,
    titre: str | None = None,
    source: str | None = None,
) -> pd.DataFrame:
    """Dit ce que les fiches ont promis, pour quand, par qui, et où cela en est.

    Paramètres :
        convention: Le dossier de la convention ; la seule convention réelle par défaut.
        fiche: Un numéro de fiche, toutes par défaut.
        annee: Ce qui est dû cette année-là seulement.
        titre: Le titre de la table.
        source: La source ; la convention par défaut.

    Rend :
        fiche, modalite, promesse, debut, echeance, echeance_ecrite (faux : fin de la convention),
        etat, services, partenaires ; pour ``bandes``, intitule (« Fiche 2, … ») et situation (ce
        que le dessin montre : « réalisée », « en retard »…), qu'un tableau ne redit pas.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.promesses("harnes", fiche=2, annee=2026)["services"].iloc[0].split(", ")[0]
        'Service action sociale de la Caf'
    """
    annee = lire_une_annee(annee)
    suivi = etude(convention, annee)
    fiches = {une_fiche.numero: une_fiche for une_fiche in suivi.convention.fiches}
    mots_des_cases = {code: case.mot for code, case in charte().cases.items()}
    etats = suivi.etats.assign(
        intitule=suivi.etats["fiche"].map(titres_des_bandes(suivi)),
        situation=etats_dessines(suivi).map(mots_des_cases),
    )
    if fiche is not None:
        if isinstance(fiche, float):
            raise impossible("numero_sans_guillemets", numero=str(fiche))
        numero = str(fiche)
        if numero not in fiches:
            raise inconnu("La fiche action", fiche, fiches)
        etats = etats[etats["fiche"] == numero]
    if annee is not None:
        etats = etats[pd.to_datetime(etats["echeance"]).dt.year == annee]
    if etats.empty:
        raise impossible(
            "rien_de_du" if annee else "sans_action",
            quoi="la convention" if fiche is None else f"la fiche {fiche}",
            annee=annee,
            convention=suivi.convention.id,
            echeances=phrase_des_annees(pd.to_datetime(suivi.etats["echeance"]).dt.year),
        )
    table = etats.rename(columns={"libelle": "promesse", "mot": "etat"}).assign(
        services=[", ".join(fiches[numero].services) for numero in etats["fiche"]],
        partenaires=[", ".join(fiches[numero].partenaires) for numero in etats["fiche"]],
    )
    titre_par_defaut = f"Ce qui est promis, {suivi.contexte.territoire.nom}"
    if annee:
        titre_par_defaut += f", dû en {annee}"
    table = table[COLONNES_DES_PROMESSES].reset_index(drop=True)
    promises = avec_attributs(table, titre_par_defaut, suivi.convention.source_texte)
    promises.attrs["titre_des_etats"] = dire(
        "titre_des_etats", territoire=suivi.contexte.territoire.nom, annee=suivi.annee
    )
    return redire(promises, titre, source)


def cibles(
    convention: str | None = None,
    annee: int | None = None,
    *,
    en_retard: bool = False,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Dit où en sont les cibles et les références d'une année.

    Paramètres :
        convention: Le dossier de la convention.
        annee: L'année du bilan.
        en_retard: Seulement celles dont la cible est manquée ou à surveiller, ou en recul.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        fiche, indicateur, libelle, detail, depart, annee_depart, valeur, annee, cible, annee_cible,
        origine, atteinte, raison.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "atteinte" in set(a.cibles("demonstration", 2025, en_retard=True)["atteinte"])
        False
    """
    suivi = etude(convention, annee)
    convention_suivie = suivi.convention
    regles = suivi.catalogue.evaluation
    mots_des_verdicts = {code: verdict.mot for code, verdict in regles.verdicts.items()}
    suivies = suivi.evaluation[suivi.evaluation["cible"].notna()]
    if suivies.empty:
        raise impossible("sans_cible", convention=convention_suivie.id, annee=suivi.annee)
    suivies = suivies.assign(atteinte=suivies["verdict"].map(mots_des_verdicts))
    choisies = suivies[suivies["verdict"].isin(EN_RETARD)] if en_retard else suivies
    if choisies.empty:
        par_atteinte = suivies["atteinte"].value_counts()
        raise impossible(
            "sans_retard",
            convention=convention_suivie.id,
            annee=suivi.annee,
            nombre=len(suivies),
            suivies=", ".join(f"{mot} {effectif}" for mot, effectif in par_atteinte.items()),
        )
    table = choisies.rename(
        columns={
            "libelle_modalite": "detail",
            "valeur_initiale": "depart",
            "annee_initiale": "annee_depart",
        }
    )
    table = table.assign(
        # An origin in words has a place that no column can fill, « avenant {numero} »: it is cut.
        origine=[
            regles.mots[f"origine_{origine}"].partition(" {")[0]
            for origine in table["origine_cible"]
        ],
        raison=table["raison"].map(regles.raisons).fillna(""),
    )
    source_suivi = source_du_suivi(suivi)
    for mesure, (annee_de_la_mesure, statut) in MESURES_DES_CIBLES.items():
        marques = _marques_des_cibles(table, annee_de_la_mesure, statut, source_suivi)
        table[mesure] = nombres(table[mesure], marques)
    lesquelles = "en retard" if en_retard else "suivies"
    titre_par_defaut = f"Cibles {lesquelles}, {suivi.contexte.territoire.nom}, {suivi.annee}"
    a_baisser = table.loc[table["sens"].eq("baisse"), "libelle"].unique().tolist()
    remarques = [dire("cibles_a_baisser", noms=", ".join(a_baisser))] if a_baisser else []
    table = table[COLONNES_DES_CIBLES].reset_index(drop=True)
    dites = avec_attributs(table, titre_par_defaut, source_suivi, remarques)
    return redire(dites, titre, source, unite)


def _marques_des_cibles(
    table: pd.DataFrame, colonne: str, colonne_du_statut: str, source: str
) -> list[Marque]:
    """Return what the numbers of a year of a table of targets know of themselves: a provisional one
    is no surer beside its target.
    """
    marques = []
    statuts = pd.Series(Statut.NORMAL, table.index)
    if colonne_du_statut:
        statuts = table[colonne_du_statut].where(
            table[colonne_du_statut].isin(PROVISOIRES), Statut.NORMAL
        )
    par_ligne = zip(
        table["indicateur"], table["libelle"], table["unite"], table[colonne], statuts, strict=True
    )
    for indicateur, libelle, unite, annee, statut in par_ligne:
        annees = None if pd.isna(annee) else (int(annee), int(annee))
        origine = Origine(indicateur, libelle, source, unite)
        marques.append(Marque((origine,), unite, str(statut), annees=annees))
    return marques


def frequentation(
    *annees: Annees,
    convention: str | None = None,
    selon: str = "quartier",
    dispositif: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Dit qui fréquente les dispositifs, année par année : des effectifs publiables, les petits
    « secrets ».

    Paramètres :
        annees: Les années, par exemple 2024, 2025.
        convention: Le dossier de la convention.
        selon: La variable : « quartier », « age », « sexe », « quotient_familial »…
        dispositif: Un seul dispositif, tous par défaut.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        annee, dispositif, categorie, valeur (NA si elle est secrète), statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "secret" in set(a.frequentation(2024, 2025, convention="demonstration")["statut"])
        True
    """
    annees_lues = [annee for demandees in annees for annee in lire_les_annees(demandees) or []]
    if not annees_lues:
        raise impossible("sans_annee")
    etudes = {annee: etude(convention, annee) for annee in annees_lues}
    derniere = etudes[annees_lues[-1]]
    profils = derniere.catalogue.profils
    variables = {variable.id: variable for variable in profils.variables}
    if selon not in variables:
        raise inconnu("La variable", selon, variables)
    variable = variables[selon]
    dispositifs = {
        modalite.id: modalite.libelle
        for modalite in derniere.catalogue.dimensions[profils.dimension].modalites
    }
    choisis = [code for code, libelle in dispositifs.items() if dispositif in (None, code, libelle)]
    if not choisis:
        raise inconnu("Le dispositif", dispositif, dispositifs.values())
    libelles = {code: une_variable.libelle for code, une_variable in variables.items()}
    tables = []
    absences = []
    for annee, suivi in etudes.items():
        transmis = suivi.annuel.profils
        des_dispositifs = transmis[transmis["dispositif"].isin(choisis)]
        selon_la_variable = des_dispositifs["variable"].eq(selon)
        sans_croisement = des_dispositifs["variable_2"].eq("")
        table = des_dispositifs[selon_la_variable & sans_croisement]
        tables.append(table.assign(annee=annee))
        if table.empty:
            autres = [libelles[code] for code in dict.fromkeys(des_dispositifs["variable"])]
            absences.append(_raison_sans_profils(suivi, selon, dispositif, autres))
    toutes = pd.concat(tables, ignore_index=True)
    if toutes.empty:
        raise impossible(
            "sans_frequentation",
            convention=derniere.convention.id,
            raisons=" ; ".join(absences),
        )
    categories = {modalite.id: modalite.libelle for modalite in variable.modalites}
    sujet = dire("titre_de_frequentation", variable=variable.libelle)
    if len(choisis) == 1:
        sujet = dire(
            "titre_d_un_dispositif",
            variable=minuscule(variable.libelle),
            dispositif=dispositifs[choisis[0]],
        )
    nom = derniere.contexte.territoire.nom
    sujet = f"{sujet}, {nom}"
    origine = Origine(selon, sujet, source_du_suivi(derniere), "nombre", masquee=True)
    mots = toutes["statut"].map(mots_des_statuts())
    absents = toutes["effectif"].isna()
    marques = [
        Marque((origine,), "nombre", str(statut), mot if absent else "", annees=(annee, annee))
        for annee, statut, mot, absent in zip(
            toutes["annee"], toutes["statut"], mots, absents, strict=True
        )
    ]
    frequentations = pd.DataFrame(
        {
            "annee": toutes["annee"].astype("Int64"),
            "dispositif": toutes["dispositif"].map(dispositifs),
            "categorie": toutes["modalite"].map(categories),
            "valeur": nombres(toutes["effectif"], marques),
            "statut": mots,
        }
    )
    remarques = [f"{majuscule(absence)}." for absence in absences]
    dites = avec_attributs(frequentations, remarques=remarques, sujet=sujet)
    return redire(dites, titre, source, unite)


def _raison_sans_profils(
    suivi: EtudeAnnuelle, selon: str, dispositif: str | None, autres_variables: list[str]
) -> str:
    """Return in words why a year has no public by a variable.

    Secrecy withholds its table, or the public was handed in by other variables (their labels), or
    it was not handed in at all.
    """
    if len(suivi.retraits):
        tables = " et ".join(suivi.retraits["table"])
        return dire("secret_retient", annee=suivi.annee, tables=tables)
    annee = str(suivi.annee)
    if dispositif and len(suivi.annuel.profils):
        annee = f"{dispositif}, {annee}"
    par = ", ".join(libelle.lower() for libelle in autres_variables)
    if par:
        return dire("autre_variable", annee=annee, selon=selon, par=par)
    return dire("rien_transmis", annee=annee)
