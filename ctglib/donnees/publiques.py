"""The public figures, for analysts and reports: what there is, the figures of any territory, and
the territories.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from ctglib.donnees.csv_strict import en_table, examiner_csv
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.etendue import (
    Chiffres,
    Lieu,
    etendue,
    lire_les_sommes,
    note_de_la_somme,
)
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots
from ctglib.donnees.lecture import existe, lire_octets, proches
from ctglib.donnees.magasin import (
    COG,
    FORMES,
    LOCALES,
    SECRET,
    charger_famille,
    charger_familles,
    commune_de,
    departement_de,
    derniere_table_si_presente,
    familles_absentes,
    lire_registre,
    lire_tables,
    niveau_de,
    serie_de,
    tables,
    villes,
)
from ctglib.donnees.modeles.catalogue import Comparaison, Territoire
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.sources import (
    Debuts,
    Famille,
    Niveau,
    Officiels,
    Reperes,
    SerieOfficielle,
    TableGardee,
)
from ctglib.donnees.officiels import lire_csv
from ctglib.donnees.passage import communes_changees, lire_chiffres, lire_iris
from ctglib.donnees.separations import dates_de_separation, sans_les_annees_communes
from ctglib.donnees.statuts import Statut
from ctglib.donnees.structure import en_degres, lire_structure
from ctglib.donnees.vraisemblance import invraisemblances, lire_regles
from ctglib.donnees.yaml_strict import charger_yaml

COLONNES = ["territoire", "libelle", "niveau", "annee", "serie", "valeur", "statut", "origine"]
SERIES = [
    "code",
    "libelle",
    "definition",
    "producteur",
    "jeu",
    "unite",
    "annees",
    "niveaux",
    "arrondi",
    "secret",
]
OBSERVATIONS = [
    "territoire",
    "annee",
    "indicateur",
    "dimension",
    "modalite",
    "millesime",
    "valeur",
    "unite",
    "statut",
    "source",
    "note",
    "producteur",
    "jeu",
]
LIEUX = ["code", "nom", "niveau", "departement", "epci"]
REPERES = "catalogue/atelier.yaml"
INVENTEES = "catalogue/comparables.yaml"  # what the file of a fictional convention holds
COUVERTURE = [
    "indicateur",
    "modalite",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
    "ecart_type",
]
TOUS_MODES = "Tous modes d'accueil"


def series() -> pd.DataFrame:
    """Liste les séries publiques qui sont là.

    Returns:
        Une ligne par série : code, libelle, definition, producteur, jeu, unite, annees, niveaux (de
        chacun, combien de territoires sont publiés, 0 pour ceux dont les chiffres sont des sommes),
        arrondi (NaN s'il n'y en a pas), secret (vrai si une cellule peut être cachée par son
        producteur), licence.
    """
    gardees = list(tables().values())
    familles = charger_familles()
    absentes = familles_absentes(gardees, familles)
    if absentes:
        raise DonneesInvalides(absentes)
    tables_par_serie: dict[str, list[TableGardee]] = {}
    for table in gardees:
        for code in table.series:
            tables_par_serie.setdefault(code, []).append(table)
    lignes = []
    for code, tables_de_la_serie in sorted(tables_par_serie.items()):
        famille = familles[tables_de_la_serie[-1].famille]
        serie = serie_de(famille, code)
        publies: dict[Niveau, int] = {}  # of a level, the fullest year counts
        for table in tables_de_la_serie:
            nombre = table.partielles.get(code, table.territoires)
            publies[table.niveau] = max(nombre, publies.get(table.niveau, 0))
        sommes: tuple[Niveau, ...] = ()
        if max(publies.values()) > 1:  # one commune makes no sum
            sommes = famille.somme
        niveaux = {niveau: publies.get(niveau, 0) for niveau in (*publies, *sommes)}
        ligne = _sens(famille, serie) | {
            "code": code,
            "annees": tuple(sorted({table.annee for table in tables_de_la_serie})),
            "niveaux": niveaux,
            "arrondi": serie.arrondi or np.nan,
            "secret": famille.vide == Statut.SECRET,
        }
        lignes.append(ligne)
    return pd.DataFrame(lignes, columns=[*SERIES, "licence"])


def territoires(
    codes: Iterable[str] | None = None, niveaux: Sequence[str] = ("commune", "departement", "epci")
) -> pd.DataFrame:
    """Return territories of the official geographical code, all of them by default.

    Returns:
        code, nom (with its article), niveau, departement and epci (empty for an EPCI, that may be
        in several).
    """
    demandes = None if codes is None else list(codes)
    parties = [pd.DataFrame(columns=["territoire", "libelle"])]
    for niveau, famille in COG.items():
        if niveau not in niveaux:
            continue
        if demandes is not None and not _de_niveau(demandes, niveau):
            continue
        derniere_table = derniere_table_si_presente(famille)
        if not derniere_table:
            continue
        lieux = lire_tables(derniere_table, demandes)
        if niveau == "commune":
            debuts = charger_famille(famille).debuts
            articles = {genre: debut.le for genre, debut in debuts.items()}
            lieux["libelle"] = lieux["tncc"].map(articles).fillna("") + lieux["libelle"]
        elif niveau == "departement":
            lieux = lieux.assign(departement=lieux["territoire"])
        parties.append(lieux)
    tous = pd.concat(parties, ignore_index=True)
    tous = tous.rename(columns={"territoire": "code", "libelle": "nom"})
    return tous.reindex(columns=LIEUX).astype(object).fillna("").astype("str")


def nommer(codes: Iterable[str]) -> list[Territoire]:
    """Return how a sentence names communes, EPCI and départements: « à Lens », « dans l'Ain », « de
    la Somme ».
    """
    demandes = list(codes)
    nommes = []
    for niveau, famille in COG.items():
        codes_du_niveau = _de_niveau(demandes, niveau)
        if not codes_du_niveau:
            continue
        lieux = lire_tables(derniere_table_si_presente(famille), codes_du_niveau)
        if lieux.empty:
            continue
        lue = charger_famille(famille)
        debuts_par_genre = lue.debuts
        genres = lieux["tncc"] if "tncc" in lieux else pd.Series("", index=lieux.index)
        noms = lieux["libelle"]
        for code, nom, genre in zip(lieux["territoire"], noms, genres, strict=True):
            debuts = debuts_par_genre.get(lue.genres_corriges.get(code, genre), Debuts())
            nom_cite = nom
            if niveau == "epci" and nom.startswith(("Communauté", "Métropole")):
                debuts = Debuts(le="la ", a="dans la ", de="de la ")
                nom_cite = nom[0].lower() + nom[1:]
            elif niveau == "departement" and not debuts.le and "-et-" in nom:
                debuts = Debuts(a="en ")
            le = debuts.le + nom_cite
            territoire = Territoire(
                code=code,
                nom=le if niveau == "commune" else nom,
                niveau=niveau,
                le=le,
                a=debuts.a + nom_cite,
                de=debuts.de + nom_cite,
            )
            nommes.append(territoire)
    return nommes


def _de_niveau(codes: Iterable[str], niveau: Niveau) -> list[str]:
    """Return the codes that have the shape of those of a level."""
    return [code for code in codes if FORMES[niveau].fullmatch(code)]


def verifier_territoires(codes: Iterable[str]) -> None:
    """Refuse the codes that are no commune, EPCI or département, all at once, with close names."""
    demandes = list(codes)
    connus = set(territoires(demandes)["code"])
    fautes = [_territoire_inconnu(code) for code in demandes if code not in connus]
    if fautes:
        raise DonneesInvalides(fautes)


def departements_de(communes: Iterable[str]) -> list[str]:
    """Return the départements of communes, the one that most of them are in first: an EPCI may be
    in several, and is compared with each.
    """
    departements = territoires(communes, niveaux=("commune",))["departement"]
    return departements.value_counts(sort=True).index.tolist()


def communes_de(departement: str) -> list[str]:
    """Return the communes of a département, in the order of their codes; refuse one that is none,
    or has none.
    """
    communes = lire_tables(
        derniere_table_si_presente("cog_communes"), [departement], [], "departement"
    )
    if communes.empty:
        raise DonneesInvalides(
            [_faute("departement_inconnu", departement, remede="voir publiques.territoires()")]
        )
    return communes["territoire"].tolist()


def lire(
    code: str, territoires: str | Iterable[str] | None = None, annees: Iterable[int] | None = None
) -> pd.DataFrame:
    """Return a public series (a code of ``series``), by default wherever and whenever its producer
    publishes it.

    The published figure of a territory is taken as it is. Failing that, a count is added up: IRIS
    of a commune, communes of an EPCI or of a département; never a rate or a median. A sum with a
    suppressed part is estimated (status E) where enough of the place is known, suppressed beyond;
    one that lacks a few communes is estimated, beyond that not available.

    Returns:
        A row a territory and year: territoire, libelle, niveau, annee, serie, valeur (NaN without
        figure), statut (A normal, E estimated, Q suppressed, O not available), origine
        (« publiée », or what it is the sum of). ``attrs``: serie, libelle, definition, producteur,
        jeu, source, unite, arrondi, ruptures, licence, remarques, additive (false for a rate, a
        median).

    Raises:
        DonneesInvalides: The series or a territory is unknown; close names are told.

    Examples:
        >>> rsa = lire("cnaf_foyers_rsa", "62413", [2024])
        >>> rsa[["libelle", "valeur", "statut"]].values.tolist()
        [['Harnes', 560.0, 'A']]
    """
    gardees = list(tables().values())
    tables_de_la_serie = [table for table in gardees if code in table.series]
    if not tables_de_la_serie:
        connues = list(dict.fromkeys(serie for table in gardees for serie in table.series))
        raise DonneesInvalides([_faute("serie_inconnue", code, proches(str(code), connues))])
    publiees = sorted({table.annee for table in tables_de_la_serie})
    demandees = set(publiees if annees is None else annees)
    inconnues = sorted(demandees - set(publiees))
    if inconnues:
        faute = _faute(
            "annees_sans_serie",
            code,
            annees=", ".join(map(str, inconnues)),
            connues=", ".join(map(str, publiees)),
        )
        raise DonneesInvalides([faute])
    famille = charger_famille(tables_de_la_serie[0].famille)
    tables_lues = [table for table in tables_de_la_serie if table.annee in demandees]

    if territoires is None:
        lignes = lire_chiffres(tables_lues, None, [code]).assign(origine="publiée")
        lieux = _lieux(lignes["territoire"].unique().tolist(), famille)
    else:
        codes = [territoires] if isinstance(territoires, str) else territoires
        lieux = _lieux(list(dict.fromkeys(codes)), famille)
        lignes = _lignes_demandees(code, lieux, famille, tables_lues)
    lignes = _sans_les_annees_communes(code, lignes, famille)

    lignes = lignes.rename(columns={code: "valeur"})
    valeurs = lignes["valeur"]
    statuts = valeurs.map({SECRET: Statut.SECRET, np.nan: Statut.NON_DISPONIBLE})
    statuts = statuts.fillna(Statut.NORMAL)
    if "statut" in lignes:  # that of sums that are estimated
        statuts = lignes["statut"].fillna(statuts)
    lignes = lignes.assign(
        serie=code,
        valeur=valeurs.replace(SECRET, np.nan),
        statut=statuts,
        libelle=lignes["territoire"].map(lieux["nom"]).fillna(lignes["territoire"]),
    )
    lignes = lignes[COLONNES].sort_values(["niveau", "territoire", "annee"], ignore_index=True)
    serie = serie_de(famille, code)
    lignes.attrs.update(_sens(famille, serie))
    lignes.attrs["serie"] = code
    lignes.attrs["source"] = source(famille, sorted(demandees))
    lignes.attrs["titre_du_jeu"] = famille.titre
    lignes.attrs["datee"] = f"{_mois(famille)}{{annee}}"
    lignes.attrs["ajouts"] = _fichiers_ajoutes(tables_lues)
    lignes.attrs["arrondi"] = serie.arrondi
    lignes.attrs["ruptures"] = [(rupture.annee, rupture.raison) for rupture in serie.ruptures]
    lignes.attrs["remarques"] = list(famille.remarques)
    lignes.attrs["additive"] = bool(famille.somme)
    return lignes


def _sans_les_annees_communes(code: str, lignes: pd.DataFrame, famille: Famille) -> pd.DataFrame:
    """Return rows without the figures that are those of several communes, the reason said."""
    connus = lignes[code].notna()
    lignes = sans_les_annees_communes(lignes, famille, [code])
    retires = connus & lignes[code].isna()
    if not retires.any():
        return lignes
    separations = dates_de_separation()
    phrase = lire_les_sommes().mots["separation"]
    jours = {
        commune: f"{date.fromisoformat(separation):%d/%m/%Y}"
        for commune, separation in separations.items()
    }
    raisons = {commune: phrase.format(date=jour) for commune, jour in jours.items()}
    dits = lignes["territoire"].map(raisons)
    return lignes.assign(origine=lignes["origine"].mask(retires, dits))


def _sens(famille: Famille, serie: SerieOfficielle) -> dict[str, object]:
    """Return what a series means, and whose it is."""
    return {
        "libelle": serie.libelle,
        "definition": serie.definition or "",
        "unite": serie.unite,
        "producteur": famille.producteur,
        "jeu": famille.jeu,
        "licence": famille.licence,
    }


def _lieux(codes: list[str], famille: Famille) -> pd.DataFrame:
    """Return the level and the name of each code, refusing those that nothing tells: neither the
    official code, nor a file by IRIS, nor their shape.
    """
    officiels = territoires(codes).set_index("code")[["niveau", "nom"]]
    inconnus = [code for code in codes if code not in officiels.index]
    noms_des_iris = pd.Series(dtype="str")
    if inconnus and "iris" in famille.niveaux:
        tables_d_iris = [table for table in tables(famille.id).values() if table.niveau == "iris"]
        iris = lire_tables(tables_d_iris, inconnus, ["libelle"])
        noms_des_iris = iris.groupby("territoire")["libelle"].last()  # as a file names them
    niveaux: dict[str, str] = {}
    fautes = []
    for code in inconnus:
        # A commune of before a merger is in old files and no longer in the official code.
        niveau = niveau_de(str(code))
        if niveau is None:
            fautes.append(_territoire_inconnu(code))
        elif code in noms_des_iris.index:
            niveaux[code] = "iris"
        elif niveau == "commune" and commune_de(pd.Index([code]))[0] != code:
            niveaux[code] = "arrondissement"
        else:
            niveaux[code] = niveau
    if fautes:
        raise DonneesInvalides(fautes)
    autres = pd.DataFrame({"niveau": niveaux, "nom": noms_des_iris.astype("str")})
    return pd.concat([officiels, autres])


def _lignes_demandees(
    code: str, lieux: pd.DataFrame, famille: Famille, gardees: list[TableGardee]
) -> pd.DataFrame:
    """Return a row a territory asked for and a year, its figure published or summed."""
    niveaux = lieux["niveau"]
    niveaux_demandes = set(niveaux)
    tables_des_niveaux = [table for table in gardees if table.niveau in niveaux_demandes]
    publiees = lire_chiffres(tables_des_niveaux, lieux.index, [code])
    # No table is of those levels: sums alone.
    publiees = publiees.reindex(columns=["annee", "niveau", "territoire", code])
    publiees = publiees[publiees["territoire"].map(niveaux).eq(publiees["niveau"])]
    parties = [publiees.assign(origine="publiée")]
    niveaux_publies = {(table.niveau, table.annee) for table in gardees}
    for niveau in famille.somme:
        dessous = [
            table
            for table in gardees
            if table.niveau in ("iris", "commune") and (niveau, table.annee) not in niveaux_publies
        ]
        du_niveau = niveaux == niveau
        if niveau == "commune":
            du_niveau |= niveaux == "arrondissement"
        territoires_du_niveau = lieux.index[du_niveau]
        if dessous and not territoires_du_niveau.empty:
            parties.append(_sommes(code, territoires_du_niveau, niveau, dessous))
    annees = sorted({table.annee for table in gardees})
    toutes = pd.MultiIndex.from_product([lieux.index, annees], names=["territoire", "annee"])
    lignes = pd.concat(parties, ignore_index=True).set_index(["territoire", "annee"])
    lignes = lignes.reindex(toutes).reset_index()
    passages = _passages(lignes, code, gardees)
    return lignes.assign(
        annee=lignes["annee"].astype(int),
        niveau=lignes["territoire"].map(niveaux),
        origine=lignes["origine"].fillna("").where(passages.eq(""), passages),
    )


def _passages(lignes: pd.DataFrame, code: str, gardees: list[TableGardee]) -> pd.Series:
    """Return where rows come from, or why they have no figure, where the commune was another one in
    their year; "" elsewhere.
    """
    phrases = lire_les_sommes().mots
    origines = pd.Series("", lignes.index)
    for table in gardees:
        if table.niveau not in ("commune", "iris"):
            continue
        changees = communes_changees(table.geographie)
        de_l_annee = lignes[
            lignes["annee"].eq(table.annee) & lignes["territoire"].isin([*changees])
        ]
        if de_l_annee.empty:
            continue
        sources = [
            source for commune in de_l_annee["territoire"] for source in changees[commune].communes
        ]
        cle = "territoire" if table.niveau == "commune" else "left(territoire, 5)"
        presentes = set(lire_tables([table], sources, [], cle)["territoire"].str[:5])
        for rang, commune, valeur in de_l_annee[["territoire", code]].itertuples(name=None):
            origine = changees[commune]
            if presentes.isdisjoint(origine.communes):
                continue
            jour = date.fromisoformat(origine.date)
            if pd.isna(valeur):
                origines[rang] = phrases["rupture"].format(date=f"{jour:%d/%m/%Y}")
            elif table.niveau == "commune" and len(origine.communes) > 1:
                origines[rang] = phrases["reunion"].format(nombre=len(origine.communes))
    return origines


def _parties_d_iris(code: str, territoires: pd.Index, dessous: list[TableGardee]) -> pd.DataFrame:
    """Return the IRIS of communes and of arrondissements, with the one that each is added to.

    An IRIS of an arrondissement is added to it, and to its city; a city has a sum in the years that
    have IRIS of all its arrondissements.
    """
    communes = commune_de(territoires)
    iris = lire_iris(dessous, communes, [code])
    debuts = iris["territoire"].str[:5]
    des_villes = iris.assign(somme=iris["commune"])
    d_arrondissement = commune_de(debuts).ne(debuts)
    des_communes = iris.assign(somme=debuts.where(d_arrondissement, iris["commune"]))
    nombres = {commune: ville.nombre for commune, ville in villes().items()}
    arrondissements = debuts.groupby([des_villes["somme"], iris["annee"]]).transform("nunique")
    attendus = des_villes["somme"].map(nombres).fillna(0)
    parties = pd.concat([des_communes, des_villes[arrondissements >= attendus]]).drop_duplicates()
    return parties[parties["somme"].isin(territoires)]


def _sommes(
    code: str, territoires: pd.Index, niveau: str, dessous: list[TableGardee]
) -> pd.DataFrame:
    """Return the sums of what is below: a few missing communes make an estimated one, so does a
    secret part that leaves enough of the place known; else the sum is secret.
    """
    tailles = pd.Series(dtype=int)
    if niveau == "commune":
        parties = _parties_d_iris(code, territoires, dessous)
        nom_des_parties = " IRIS"
    else:
        communes = lire_tables(
            derniere_table_si_presente("cog_communes"), territoires, [niveau], niveau
        )
        sommes_des_communes = communes.set_index("territoire")[niveau]
        parties = lire_chiffres(dessous, sommes_des_communes.index, [code])
        parties = parties.assign(somme=parties["territoire"].map(sommes_des_communes))
        tailles = sommes_des_communes.value_counts()
        nom_des_parties = " communes"
    sommes = parties.groupby(["somme", "annee"])[code].agg(["sum", "count", "size"]).reset_index()
    # IRIS are those of their year: some are drawn anew from time to time.
    taille = sommes["size"] if niveau == "commune" else sommes["somme"].map(tailles)
    secretes = sommes["sum"].eq(SECRET)
    part_manquante = 1 - sommes["count"] / taille
    incompletes = part_manquante > 0
    suffisantes = part_manquante <= lire_regles().communes_manquantes
    valeurs = sommes["sum"].where(suffisantes | secretes)
    origines = "somme de " + sommes["count"].astype(str) + nom_des_parties
    origines = origines.mask(incompletes, origines + " sur " + taille.astype(str))
    origines = origines.str.replace(" 1 communes", " 1 commune")
    estimees = incompletes & valeurs.notna() & ~secretes
    statuts = pd.Series(str(Statut.ESTIME), index=sommes.index).where(estimees)
    lignes = sommes[["somme", "annee"]].rename(columns={"somme": "territoire"})
    lignes = lignes.astype({"annee": int})
    lignes = lignes.assign(**{code: valeurs, "origine": origines, "statut": statuts})
    if niveau == "commune" and secretes.any():
        connues = _sommes_connues(code, lignes.loc[secretes, "territoire"].unique(), dessous)
        lignes = lignes.set_index(["territoire", "annee"])
        lignes.update(connues)
        lignes = lignes.reset_index()
    return lignes


def _sommes_connues(code: str, communes: Iterable[str], iris: list[TableGardee]) -> pd.DataFrame:
    """Return what is known of communes some of whose IRIS are withheld, where that is enough.

    Returns:
        By territoire and annee: the series, origine (which parts are known, what share of the
        households, between what bounds), statut.
    """
    regles = lire_les_sommes()
    famille = iris[0].famille
    tus = regles.tus.get(famille)
    lignes = []
    if tus is not None:
        comptes = (tus.foyers, tus.personnes)
        codes = list(communes)
        series_lues = list(dict.fromkeys([code, *(compte.connus for compte in comptes)]))
        tables_lues = {famille: lire_iris(iris, codes, series_lues)}
        familles = dict.fromkeys(series_lues, famille)
        totaux = [compte.total for compte in comptes]
        gardees = [table for table in tables().values() if set(totaux) <= set(table.series)]
        if gardees:
            du_total = gardees[-1].famille
            tables_lues[du_total] = lire_chiffres(
                [table for table in gardees if table.famille == du_total], codes, totaux
            )
            familles |= dict.fromkeys(totaux, du_total)
        chiffres = Chiffres(
            tables=tables_lues,
            familles=familles,
            series={code: serie_de(charger_famille(famille), code)},
            sommees=frozenset([famille]),
            habitants=pd.Series(dtype=float),
            tus=regles.tus,
            connus_au_moins=regles.connus_au_moins,
        )
        for commune in codes:
            connu = etendue(chiffres, Lieu("", (commune,), groupe=False), code)
            estimees = connu[connu["raison"].eq("") & connu["connues"].lt(connu["parties"])]
            for annee, ligne in estimees.iterrows():
                note = note_de_la_somme(ligne, regles.mots["iris"])
                lignes.append((commune, annee, ligne["somme"], note, str(Statut.ESTIME)))
    colonnes = ["territoire", "annee", code, "origine", "statut"]
    return pd.DataFrame(lignes, columns=colonnes).set_index(["territoire", "annee"])


def observations(
    codes: Iterable[str], territoire: str, reference: str, membres: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the series that are there, of a territory and then of its reference, as rows of
    observations.

    The counts of an EPCI are the sums of its ``membres``, when they are given: a year that some of
    them lack is estimated when nearly all its inhabitants are counted, else it has none, a
    suppressed one makes it suppressed. A rate is what its producer
    publishes, or absent: never a mean of rates.

    Returns:
        The columns ``OBSERVATIONS``; ``note`` says what a figure is the sum of.
    """
    connues = set(series()["code"])
    parties = []
    # No file has a figure of a région, nor of France.
    lieux = [lieu for lieu in (territoire, reference) if niveau_de(lieu)]
    for code in dict.fromkeys(codes):
        if code not in connues:
            continue
        lignes = lire(code, lieux)
        sens = {nom: lignes.attrs[nom] for nom in ("unite", "source", "producteur", "jeu")}
        du_territoire = lignes["territoire"].eq(territoire)
        if membres and lignes.attrs["additive"]:
            lignes = _avec_la_somme_des_membres(code, lignes, du_territoire, membres)
        note = lignes["origine"].replace("publiée", "")
        lignes = lignes.assign(indicateur=code, note=note, **sens)
        parties += [lignes[du_territoire], lignes[~du_territoire]]
    if parties:
        toutes = pd.concat(parties, ignore_index=True)
    else:
        toutes = pd.DataFrame(columns=OBSERVATIONS)
    millesimes = toutes["annee"] + 1
    return toutes.assign(dimension="", modalite="", millesime=millesimes)[OBSERVATIONS]


def _avec_la_somme_des_membres(
    code: str, lignes: pd.DataFrame, du_territoire: pd.Series, membres: Sequence[str]
) -> pd.DataFrame:
    """Return the rows of a series, those of the territory being the sums of its members."""
    des_membres = lire(code, membres)
    par_annee = des_membres.groupby("annee")
    totaux = par_annee["valeur"].agg(lambda valeurs: valeurs.sum(skipna=False))
    secrets = par_annee["statut"].agg(lambda statuts: statuts.eq(Statut.SECRET).any())
    statuts = totaux.isna().map({True: Statut.NON_DISPONIBLE, False: Statut.NORMAL})
    statuts = statuts.mask(secrets, Statut.SECRET)
    estimes = par_annee["statut"].agg(lambda statuts: statuts.eq(Statut.ESTIME).any())
    statuts = statuts.mask(estimes & totaux.notna(), Statut.ESTIME)
    origines = pd.Series(f"somme de {len(membres)} communes", totaux.index)

    # A hamlet that is missing does not silence an EPCI.
    regles = lire_les_sommes()
    habitants = lire_structure(
        charger_yaml("catalogue/comparaison.yaml", Comparaison).ressemblance, membres
    )["habitants"].reindex(list(membres))
    connus = des_membres[des_membres["valeur"].notna()]
    par_annee_connue = connus.groupby("annee")
    manquants = habitants.sum() - connus["territoire"].map(habitants).groupby(connus["annee"]).sum()
    part_connue = 1 - manquants / habitants.sum()
    incomplets = part_connue[part_connue.ge(regles.membres_connus_au_moins)].index
    for annee in incomplets.intersection(totaux.index[totaux.isna()]):
        somme = par_annee_connue["valeur"].sum()[annee]
        ligne = pd.Series(
            {
                "connues": par_annee_connue.size()[annee],
                "parties": len(membres),
                "part_connue": part_connue[annee],
                "minimum": somme,
                "maximum": somme + manquants[annee],
            }
        )
        totaux[annee] = somme
        statuts[annee] = Statut.ESTIME
        origines[annee] = note_de_la_somme(ligne, regles.mots["communes"])
    annees = lignes["annee"]
    return lignes.assign(
        valeur=lignes["valeur"].where(~du_territoire, annees.map(totaux)),
        statut=lignes["statut"].where(~du_territoire, annees.map(statuts)),
        origine=lignes["origine"].where(~du_territoire, annees.map(origines)),
    )


def reperes() -> Reperes:
    """Return the landmarks of who compares territories: which series count households, what a
    profile is made of.
    """
    return charger_yaml(REPERES, Reperes)


def contours(codes: Iterable[str] | None = None) -> pd.DataFrame:
    """Return simplified outlines of communes (IGN, Admin Express COG: to be named under the map),
    all by default.

    Returns:
        code, nom, contour: a list of rings, each an array of points (longitude, latitude) in WGS
        84.
    """
    lieux = lire_tables(derniere_table_si_presente("ign_contours"), codes, ["libelle", "contour"])
    lieux = lieux.rename(columns={"territoire": "code", "libelle": "nom"})
    contours_lus = []
    for texte in lieux["contour"]:  # the geometry of a GeoJSON
        geometrie = json.loads(texte)
        polygones = geometrie["coordinates"]
        if geometrie["type"] != "MultiPolygon":
            polygones = [polygones]
        contours_lus.append([np.array(anneau) for polygone in polygones for anneau in polygone])
    contour = pd.Series(contours_lus, lieux.index, dtype=object)
    return lieux.assign(contour=contour)[["code", "nom", "contour"]]


def lire_communes(convention: Convention, regle: Comparaison) -> pd.DataFrame | None:
    """Return the communes of the département of a convention, checked, None when there is none to
    read.

    For the final evaluation and the check, never a year's bilan. A real convention reads the store;
    a fictional one its own ``comparables.csv``, if it has one.

    Returns:
        commune, nom, departement, annee (Int64), statut (A; O when a count is missing at the
        source), a column an indicator (Int64), and those of ``lire_structure``.
        ``attrs["source"]``: producer, data set and years, None when the figures are invented;
        ``attrs["structure"]``: the same of what communes are alike by.
    """
    fichier_invente = f"conventions/{convention.id}/comparables.csv"
    indicateurs = list(regle.indicateurs)
    famille = charger_famille(regle.serie)
    est_invente = existe(fichier_invente)
    codes = [serie.code for serie in famille.series]
    fautes = []
    if est_invente and not convention.fictive:
        fautes.append(Faute(fichier_invente, *mots("communes_d_une_vraie")))
    for indicateur in indicateurs:
        if indicateur not in codes:
            phrase = mots(
                "indicateur_sans_serie",
                nom=indicateur,
                famille=regle.serie,
                connues=", ".join(codes),
            )
            fautes.append(Faute("catalogue/comparaison.yaml", *phrase))
    if fautes:
        raise DonneesInvalides(fautes)

    tables_des_communes = []
    if not convention.fictive:
        gardees = tables(famille.id).values()
        tables_des_communes = [table for table in gardees if table.niveau == "commune"]
        lignes = lire_chiffres(tables_des_communes, None, ["libelle", *indicateurs])
        departements = departement_de(lignes["territoire"])
        lignes = lignes.assign(departement=departements)
        structure = lire_structure(regle.ressemblance, lignes["territoire"].unique())
        lignes = lignes.join(structure, on="territoire")
    elif est_invente:
        lignes = _communes_inventees(fichier_invente)
        lignes = lignes.join(en_degres(lignes, regle.ressemblance)[["degre"]])
    else:
        return None
    lignes = lignes[lignes["departement"].eq(convention.reference)].reset_index(drop=True)
    if lignes.empty:
        return None

    effectifs = lignes[indicateurs].astype("Int64")
    statuts = effectifs.notna().all(axis=1).map({True: Statut.NORMAL, False: Statut.NON_DISPONIBLE})
    communes = lignes.rename(columns={"territoire": "commune", "libelle": "nom"})
    communes = communes[["commune", "nom", "departement", "annee"]].astype({"annee": "Int64"})
    communes = communes.assign(statut=statuts.astype("str")).join(effectifs)
    communes = communes.join(lignes[["degre", "habitants", "menages", "personnes"]])
    communes.attrs["source"] = None
    if tables_des_communes:
        annees = [table.annee for table in tables_des_communes]
        communes.attrs["source"] = source(famille, annees)
        communes.attrs["structure"] = " ; ".join(
            source(charger_famille(nom), [annee])
            for nom, annee in structure.attrs["tables"].items()
        )
    return communes


def lire_couverture(dossier: Dossier) -> pd.DataFrame:
    """Return the places of the last year known, one row a mode, the whole first; none where nothing
    is published.

    A rate is the one that the producer publishes: no mean is made for an EPCI.

    Returns:
        The columns ``COUVERTURE``; ``modalite`` is "" for the whole; ``attrs["source"]`` names the
        producer.
    """
    regles = dossier.catalogue.diagnostic.modes
    convention = dossier.convention
    lignes = _observations_des_modes(dossier)
    du_territoire = lignes[
        lignes["territoire"].eq(convention.territoire) & lignes["valeur"].notna()
    ]
    ensembles = du_territoire[du_territoire["modalite"].eq("")]
    if ensembles.empty:
        return pd.DataFrame(columns=COUVERTURE)
    annee = int(ensembles["annee"].max())
    de_la_reference = lignes[lignes["territoire"].eq(convention.reference)]
    taux = du_territoire[du_territoire["annee"].eq(annee)].set_index("modalite")
    taux = taux.loc[[mode for mode in ("", *regles.series) if mode in taux.index]]
    taux_de_reference = de_la_reference[de_la_reference["annee"].eq(annee)].set_index("modalite")
    taux_de_reference = taux_de_reference.reindex(taux.index)

    indicateur = dossier.catalogue.indicateurs_contexte[regles.ensemble]
    modalites = dossier.catalogue.dimensions[regles.dimension].modalites
    libelles = {modalite.id: modalite.libelle for modalite in modalites}
    couverture = taux.assign(
        indicateur=regles.ensemble,
        libelle=[libelles.get(mode, TOUS_MODES) for mode in taux.index],
        unite=indicateur.unite,
        annee=annee,
        valeur_reference=taux_de_reference["valeur"],
        statut_reference=taux_de_reference["statut"].fillna(Statut.NON_DISPONIBLE.value),
        ecart=(taux["valeur"] - taux_de_reference["valeur"]).round(9),
        ecart_type=dossier.catalogue.unites[indicateur.unite].ecart,
    )
    couverture = couverture.reset_index()[COUVERTURE]
    couverture.attrs["source"] = taux["source"].iat[0]
    if not convention.fictive:  # of the year that is shown, whatever else the store has
        de_l_annee = lire(regles.ensemble, [convention.territoire], [annee])
        couverture.attrs["source"] = de_l_annee.attrs["source"]
    return couverture


def lire_des_references(dossier: Dossier) -> pd.DataFrame:
    """Return the public series that give figures of the diagnostic, in the other references.

    A fictional convention has none, nor has a région or France.

    Returns:
        territoire, annee, indicateur (the series), valeur, statut, source, note (what a figure is
        the sum of, "" when it is as published).
    """
    colonnes = ["territoire", "annee", "indicateur", "valeur", "statut", "source", "note"]
    convention = dossier.convention
    lieux = [code for code in convention.references if niveau_de(code)]
    parties = [pd.DataFrame(columns=colonnes)]
    if lieux and not convention.fictive:
        connues = set(series()["code"])
        regles = dossier.catalogue.donnees_publiques.lignes
        codes = [code for ligne in regles for code in (*ligne.series, *ligne.sur)]
        for code in dict.fromkeys(codes):
            if code in connues:
                lignes = lire(code, lieux)
                note = lignes["origine"].replace("publiée", "")
                lignes = lignes.assign(indicateur=code, source=lignes.attrs["source"], note=note)
                parties.append(lignes[lignes["valeur"].notna()][colonnes])
    return pd.concat(parties, ignore_index=True)


def _observations_des_modes(dossier: Dossier) -> pd.DataFrame:
    """Return the observations of the places by mode (``modalite``), "" being all modes.

    A fictional convention enters them, a real one reads the store.
    """
    regles = dossier.catalogue.diagnostic.modes
    convention = dossier.convention
    if not convention.fictive:
        modes = {regles.ensemble: ""}
        modes |= {code: mode for mode, code in regles.series.items()}
        lignes = observations(modes, convention.territoire, convention.reference)
        return lignes.assign(modalite=lignes["indicateur"].map(modes))
    fichier = f"conventions/{convention.id}/contexte.csv"
    lues = [examiner_csv(fichier, "observations")] if existe(fichier) else []
    lignes = en_table("observations", lues)
    modes_connus = ["", *regles.series]
    return lignes[lignes["indicateur"].eq(regles.ensemble) & lignes["modalite"].isin(modes_connus)]


def _communes_inventees(fichier: str) -> pd.DataFrame:
    """Return the communes of a fictional convention, that the reader of official files reads and
    checks.
    """
    famille = charger_yaml(INVENTEES, Famille)
    officiel = lire_csv(fichier, lire_octets(fichier), {famille.id: famille})
    fautes = []
    parties = []
    for (annee, _), communes in officiel.tables.items():
        for phrase in invraisemblances(famille, communes, str(annee)):
            fautes.append(Faute(fichier, *mots("effectif_impossible", dit=phrase)))
        parties.append(communes.assign(annee=annee))
    if fautes:
        raise DonneesInvalides(fautes)
    return pd.concat(parties).reset_index().sort_values(["territoire", "annee"])


def source(
    famille: Famille, annees: Sequence[int], jeu: str = "", *, une_a_une: bool = False
) -> str:
    """Return what a caption writes of figures: their producer, their data set (that of the family
    by default) and its years.

    ``une_a_une`` names each of the years unless they follow one another: « 2019 et 2021 », when
    nothing is of 2020; else they are the first and the last of a period.
    """
    mois = _mois(famille)
    se_suivent = annees[-1] - annees[0] + 1 == len(set(annees))
    periode = f"{mois}{annees[0]}"
    if une_a_une and not se_suivent:
        dates = [f"{mois}{annee}" for annee in annees]
        premieres = ", ".join(dates[:-1])
        periode = f"{premieres} et {dates[-1]}" if premieres else dates[-1]
    elif annees[-1] != annees[0]:
        periode += f" à {mois}{annees[-1]}"
    return f"{famille.producteur}, {jeu or famille.jeu}, {periode}"


def _mois(famille: Famille) -> str:
    """Return the month that a family of files tells of, « décembre » and a space, or ""."""
    from babel import Locale

    if not famille.mois:
        return ""
    return f"{Locale('fr').months['format']['wide'][famille.mois]} "


def _fichiers_ajoutes(tables_lues: Iterable[TableGardee]) -> dict[int, str]:
    """Return by year the name of the file that a user added, of the tables made from one."""
    ajoutes = {fichier.sha256: fichier.fichier for fichier in lire_registre(LOCALES).fichiers}
    fichiers = {}
    for table in tables_lues:
        noms = [ajoutes[source] for source in table.sources if source in ajoutes]
        if table.table.startswith(LOCALES) and noms:
            fichiers[table.annee] = noms[-1]
    return fichiers


def _territoire_inconnu(code: str) -> Faute:
    """Return the fault of a code that is none, with the territories of a close name or code."""
    texte = str(code)
    outre_mer = charger_yaml("catalogue/officiels.yaml", Officiels).collectivites_d_outre_mer
    if texte[:3] in outre_mer:
        nom = outre_mer[texte[:3]]
        return Faute("sources", *mots("territoire_d_outre_mer", code=code, nom=nom))
    codes_par_nom = territoires().drop_duplicates("nom").set_index("nom")["code"]
    noms_proches = proches(texte, codes_par_nom.index.tolist())
    voisins = [f"{nom} ({codes_par_nom[nom]})" for nom in noms_proches]
    if len(texte) > 2:
        qui_commencent = codes_par_nom[codes_par_nom.str.startswith(texte)].head(3)
        voisins += [f"{nom} ({voisin})" for nom, voisin in qui_commencent.items()]
    remede = "taper son nom en entier : le code de ceux qui lui ressemblent est alors donné"
    return _faute("territoire_inconnu", code, voisins[:3], remede=remede)


def _faute(
    cle: str,
    code: str,
    voisins: Sequence[str] = (),
    remede: str = "voir publiques.series()",
    **valeurs: str,
) -> Faute:
    """Return the fault of a code asked for, with close codes to try instead."""
    if voisins:
        remede = f"essayer {', '.join(voisins)}"
    return Faute("sources", *mots(cle, code=code, remede=remede, **valeurs))
