"""Les colonnes d'un tableau : celles qu'il montre, et ce qui est écrit au-dessus d'elles."""

import pandas as pd

from ctglib.atelier.dessins import SANS_UNITE, dire_unite
from ctglib.atelier.phrases import dire
from ctglib.atelier.sujets import debut_commun, nom_court, noms_courts
from ctglib.atelier.tables import RANGES, Attributs, arrondi_de, est_mesuree, unite_de
from ctglib.calculs.ecriture import majuscule
from ctglib.donnees.nombres import marques_de
from ctglib.donnees.publiques import reperes

# Columns that a table does not show; the last two are what ``bandes`` draws.
SANS_INTERET = (
    "territoire",
    "choisi",
    "echeance_ecrite",
    "dimension",
    "intitule",
    "situation",
)
ANNEES = ("annee", "annee_depart")
COMPTES_D_UN_TAUX = ("numerateur", "denominateur")
BORNES_DU_RANG = ["rang", "rang_min", "rang_max"]


def colonnes_montrees(table: pd.DataFrame, attrs: Attributs) -> list[int]:
    """Return the ranks of the columns of a table that are worth showing: no codes, no empty column
    but that of the values, and the status where one is not normal.
    """
    montrees = []
    for rang, nom in enumerate(table.columns):
        colonne = table.iloc[:, rang]
        vide = (colonne.isna() | colonne.astype(str).eq("")).all() and not est_mesuree(colonne)
        une_seule_serie = nom == "indicateur" and colonne.nunique() < 2
        if nom == "indicateur" and "libelle" in table:  # its label stands beside it
            libelles = colonne.astype(str).replace(noms_courts(attrs["series"]))
            une_seule_serie |= libelles.equals(table["libelle"].astype(str))
        code_nomme = nom == "territoire" and "libelle" not in table
        if (nom not in SANS_INTERET or code_nomme) and not (vide or une_seule_serie):
            montrees.append(rang)
    return montrees


def deja_dites(table: pd.DataFrame, titre: str) -> set[str]:
    """Return the columns that say on each row what the title says of all: the year, the first one
    of an evolution, which way they all went; and the bounds of ranks that are all certain.
    """
    if len(table) < 2:
        return set()
    dites = {nom for nom in ANNEES if _seul(table, nom) and str(table[nom].iloc[0]) in titre}
    if set(ANNEES) <= dites and _seul(table, "sens"):
        dites.add("sens")
    if set(BORNES_DU_RANG) <= set(table.columns):
        rangs = table[BORNES_DU_RANG].astype(float)
        if rangs.nunique(axis=1).eq(1).all():
            dites |= set(BORNES_DU_RANG[1:])
    return dites


def _seul(table: pd.DataFrame, nom: str) -> bool:
    return list(table.columns).count(nom) == 1 and table[nom].nunique(dropna=False) == 1


def entete(colonne: object, table: pd.DataFrame, attrs: Attributs) -> str:
    """Return the header of a column: the catalogue's, the label of a series, or its name."""
    if colonne == "libelle":
        return "Lieu" if _de_lieux(table) else "Libellé"
    return ", ".join(_mots(colonne, attrs))


def groupe_et_entete(colonne: object, table: pd.DataFrame, attrs: Attributs) -> tuple[str, str]:
    """Return the header that a column shares with its neighbours, "" for none, and its own: the two
    levels of a pivoted table.
    """
    mots = _mots(colonne, attrs)
    if table.columns.nlevels == 2 and len(mots) == 2:
        return mots[0], mots[1]
    return "", entete(colonne, table, attrs)


def _mots(colonne: object, attrs: Attributs) -> list[str]:
    """Return the words of the levels of a name; series that begin alike leave out what the title
    says of them all.
    """
    niveaux = colonne if isinstance(colonne, tuple) else (colonne,)
    libelles = noms_courts(attrs["series"])
    commun = debut_commun(libelles.values())
    if len(libelles) > 1 and commun and commun in attrs["titre"]:
        libelles = {
            code: libelle.removeprefix(commun).strip() or libelle
            for code, libelle in libelles.items()
        }
    connus = {**libelles, **reperes().entetes}
    textes = [str(niveau) for niveau in niveaux if str(niveau)]
    return [majuscule(connus.get(texte, texte).replace("_", " ")) for texte in textes]


def _de_lieux(table: pd.DataFrame) -> bool:
    """Tell whether the rows of a table are of places: it has their codes, or its values say so."""
    if "territoire" in table:
        return True
    genres = set()
    for rang in range(table.shape[1]):
        genres |= {marque.genre for marque in set(marques_de(table.iloc[:, rang])) if marque}
    niveaux = {reperes().genres[niveau] for niveau in ("commune", "departement", "epci", "iris")}
    return bool(genres & niveaux)


def entete_mesuree(
    nom: object, colonne: pd.Series, table: pd.DataFrame, attrs: Attributs, unite: str | None
) -> tuple[str, str]:
    """Return the group of a column, and its header with its unit and its rounding: « Valeur (pour
    100) ».

    The unit that is given is that of the values, or of all numbers when no column is called so. The
    two values of an evolution have their years for headers; a rank, how many are ranked.
    """
    groupe, dite = groupe_et_entete(nom, table, attrs)
    if _seul(table, "annee_depart") and _seul(table, "annee") and "depart" in table:
        annees = {"depart": table["annee_depart"].iloc[0], "valeur": table["annee"].iloc[0]}
        if nom in annees:
            dite = dire("entete_d_une_annee", annee=annees[str(nom)])
    elif nom == "rang" and RANGES in table.attrs:
        dite = dire("entete_du_rang", entete=dite, sur=table.attrs[RANGES])
    elif nom in (*COMPTES_D_UN_TAUX, "valeur") or _est_une_autre_valeur(nom):
        dite = _chose_mesuree(nom, colonne, table, attrs, unite)
    est_une_mesure = pd.api.types.is_numeric_dtype(colonne)
    est_une_mesure = est_une_mesure and str(nom) not in reperes().reperes_des_lignes
    if unite is None or not est_une_mesure or (nom != "valeur" and "valeur" in table):
        unite = unite_de(colonne)
    unite = dire_unite(unite)
    if unite not in SANS_UNITE and unite.lower() not in dite.lower():
        dite = f"{dite} ({unite})"
    arrondi = arrondi_de(colonne)
    if arrondi:
        dite = dire("entete_arrondi", entete=dite, arrondi=arrondi)
    return groupe, dite


def _est_une_autre_valeur(nom: object) -> bool:
    """Tell whether a column is the values of another table, named by ``merge``: « valeur_x »."""
    return str(nom).startswith("valeur_") and nom not in reperes().entetes


def _chose_mesuree(
    nom: object, colonne: pd.Series, table: pd.DataFrame, attrs: Attributs, unite: str | None
) -> str:
    """Return what the values of a column are: their series; or the unit, of a rate that stands
    beside its two counts or of a calculation; « Valeur » when they are of several series.
    """
    marques = [marque for marque in set(marques_de(colonne)) if marque is not None]
    series = {tuple(nom_court(origine.libelle) for origine in m.origines) for m in marques}
    par_defaut = entete(nom, table, attrs)
    if len(series) != 1 or "valeur_ancienne" in table:  # it stands beside its older value
        return par_defaut
    (noms,) = series
    if nom != "valeur":
        return majuscule(noms[0]) if len(noms) == 1 and noms[0] else par_defaut
    unite = dire_unite(unite_de(colonne) if unite is None else unite)
    sans_nom = len(noms) > 1 and "sujet" not in table.attrs
    if sans_nom or set(COMPTES_D_UN_TAUX) <= set(table.columns):
        return majuscule(unite) if unite not in SANS_UNITE else dire("entete_d_un_calcul")
    # the title says just that, or whose number each category is
    if attrs["sujet"] == attrs["titre"] or "categorie" in table:
        return dire("entete_d_un_nombre") if unite == "nombre" else par_defaut
    return majuscule(attrs["sujet"])
