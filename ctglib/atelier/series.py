"""Les séries et les lieux : ce qui existe, ce que valent les unes dans les autres, leur rapport."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import nan
from typing import cast

import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, impossible, inconnu
from ctglib.atelier.sujets import nom_court, phrase_des_annees, territoires_connus
from ctglib.atelier.tables import attributs, avec_attributs, redire
from ctglib.blocs.annee import EtudeAnnuelle, etudier
from ctglib.calculs.ecriture import minuscule
from ctglib.donnees import publiques
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import conventions, sans_accents
from ctglib.donnees.marques import Marque, Origine
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.nombres import LIEU, marques_de, nombres, remarquer, sans_valeurs
from ctglib.donnees.publiques import reperes
from ctglib.donnees.statuts import GRAVITE, Statut

Lieux = str | pd.DataFrame | Iterable[str | pd.DataFrame]
Annees = int | str | Iterable[int | str] | None
UNE_ANNEE = re.compile(r"\d{4}")
IRIS = re.compile(r"\d[\dAB]\d{7}")
NIVEAUX = ("commune", "departement", "epci", "iris")
# what a status says that is none of the catalogue's
TROP_PEU = "trop peu pour un taux"
HORS = "absent des fichiers présents"
# where a series comes from
PUBLIQUE = "séries publiques"
ANNEXE = "diagnostic"
SUIVI = "suivi"
DETAIL = ["dimension", "modalite"]
COLONNES = ["territoire", "libelle", "annee", "indicateur", *DETAIL, "ligne", "valeur", "statut"]
LIEUX_CITES = 4


@dataclass(frozen=True)
class Serie:
    """A series that can be asked for: of the public files, of an annexe 1 or of a follow-up."""

    code: str
    libelle: str
    definition: str
    origine: str  # PUBLIQUE, ANNEXE or SUIVI
    convention: str  # empty for a public series
    annees: tuple[int, ...]  # empty for a follow-up: see ``annees_de``
    niveaux: Mapping[str, int]  # by level, how many territories have a published figure
    unite: str
    source: str
    secret: bool
    arrondi: float | None  # to what its source rounds; None or NaN when it does not
    ruptures: tuple[tuple[int, str], ...] = ()
    precautions: tuple[str, ...] = ()
    datee: str = ""  # how its source dates a year, « décembre {annee} »
    ajouts: Mapping[int, str] = field(default_factory=dict)  # files that a user added, by year


def donnees(
    code: str,
    lieux: Lieux | None = None,
    annees: Annees = None,
    *,
    convention: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Renvoie les valeurs d'une série, une par ligne.

    Une valeur absente est NA, et ``statut`` dit pourquoi (« secret »…) ; une somme qui la compte
    est NA. Chaque valeur garde, dans tout ce que pandas en fait, sa source, son unité, son statut,
    son arrondi et les ruptures de sa série ; ``definitions`` les montre. Un total et ses parties
    sont des lignes de deux genres (« ligne ») : leur somme est refusée. ``statut`` est un texte,
    que pandas ne change pas quand on remplace une valeur ; un tableau ou un fichier de l'atelier
    dit alors « saisie ou calcul ».

    Paramètres :
        code: Le code que donne ``chercher``.
        lieux: Des noms, des codes, ou une table de ``lieux`` ; tous ceux de la série par défaut.
        annees: Une année (2024, ou "2024"), plusieurs, ou toutes.
        convention: Le dossier de la convention, si la série est d'une convention et qu'il y en a
            plusieurs.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        territoire (code), libelle (son nom), annee, indicateur, dimension, modalite et ligne
        (« total » ou « partie ») s'il y a des parties, valeur, statut. Un lieu demandé dont la
        série ne dit rien a une ligne sans valeur, et une remarque.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.donnees("cnaf_foyers_rsa", "Harnes", 2020)["valeur"].tolist()
        [670.0]
    """
    if not isinstance(code, str):
        raise impossible("code_sans_guillemets", code=code)
    serie = _serie(code, convention)
    territoires = None if lieux is None else codes_des_lieux(lieux)
    annees_demandees = lire_les_annees(annees)
    serie, lignes = _lire(serie, territoires)
    remarques = []
    if annees_demandees is not None:
        sans_rien = sorted(set(annees_demandees) - set(annees_de(serie)))
        if sans_rien and set(annees_demandees) & set(annees_de(serie)):
            remarques.append(_annees_absentes(serie, sans_rien))
        lignes = lignes[lignes["annee"].isin(annees_demandees)]
    if territoires is not None:
        lignes = _avec_les_absents(lignes[lignes["territoire"].isin(territoires)], territoires)
    origine = lignes["origine"]
    hors_des_fichiers = origine.eq("")
    if hors_des_fichiers.all():
        raise DemandeImpossible(_pourquoi_rien(serie, territoires, annees_demandees))
    if hors_des_fichiers.any():
        remarques += _remarques_des_absents(serie, lignes, hors_des_fichiers, annees_demandees)
    incomplet = lignes["statut"].eq(Statut.NON_DISPONIBLE) & origine.str.startswith("somme")
    mots = lignes["statut"].map(mots_des_statuts()).mask(hors_des_fichiers, HORS)
    table = lignes.assign(
        statut=mots.mask(incomplet, "incomplet : " + origine),
        annee=lignes["annee"].astype("Int64"),
        indicateur=code,
    )
    details = _details(serie, lignes)
    if details is None:
        table = table.drop(columns=DETAIL, errors="ignore")
    else:
        table = table.assign(
            modalite=noms_des_modalites(dossier(serie.convention).catalogue, lignes)
        )
        if details.nunique() > 1:
            table = table.assign(ligne=details.mask(details.ne("total"), "partie"))
    marques = _marques(serie, lignes, table["statut"], details)
    table = table.assign(valeur=nombres(lignes["valeur"], marques))
    presentes = [colonne for colonne in COLONNES if colonne in table]
    lue = avec_attributs(
        table[presentes].reset_index(drop=True),
        sujet=nom_court(serie.libelle),
        remarques=remarques,
    )
    noms = lue["libelle"].unique()
    if len(noms) == 1:
        lue.attrs[LIEU] = noms[0]
    return redire(lue, titre, source, unite)


def lire_les_annees(annees: Annees) -> list[int] | None:
    """Return the years that somebody asked for, None for all of them; « "2024" » is one too."""
    if annees is None:
        return None
    if pd.api.types.is_scalar(annees):  # what ``max`` returns is no « int » of Python
        annees = [cast("int", annees)]
    textes = [_sans_decimale(annee) for annee in cast("Iterable[int | str]", annees)]
    faux = [texte for texte in textes if not UNE_ANNEE.fullmatch(texte)]
    if faux:
        raise impossible("annee_illisible", annees=", ".join(faux))
    return [int(texte) for texte in textes]


def _sans_decimale(annee: object) -> str:
    """Return a year as a text: « 2024 » for the 2024.0 that a merge leaves."""
    if isinstance(annee, float) and annee.is_integer():
        return str(int(annee))
    return str(annee).strip()


def lire_une_annee(annee: object) -> int | None:
    """Return the one year that somebody asked for, None without any.

    Raises:
        DemandeImpossible: It is no year, or there are several.
    """
    if annee is None:
        return None
    if not pd.api.types.is_scalar(annee):
        raise impossible("annee_illisible", annees=annee)
    lues = lire_les_annees([cast("int", annee)])
    return lues[0] if lues else None


def _avec_les_absents(lignes: pd.DataFrame, territoires: list[str]) -> pd.DataFrame:
    """Return rows with one more for each place that has none, in each of their years: a place that
    was asked for is there, without value.
    """
    presents = set(lignes["territoire"])
    absents = [code for code in territoires if code not in presents]
    if not absents or lignes.empty:
        return lignes
    noms = territoires_connus().set_index("code")["nom"]
    annees = sorted(lignes["annee"].unique())
    ajoutees = pd.DataFrame(
        [
            {
                "territoire": code,
                "libelle": noms.get(code, code),
                "annee": annee,
                "valeur": nan,
                "statut": Statut.NON_DISPONIBLE.value,
                "origine": "",
            }
            for code in absents
            for annee in annees
        ]
    )
    textes = {colonne: "" for colonne in DETAIL if colonne in lignes}
    return pd.concat([lignes, ajoutees.assign(**textes)], ignore_index=True)


def _details(serie: Serie, lignes: pd.DataFrame) -> pd.Series | None:
    """Return of each row « total », or what its parts are parts of (« age »); None when no row is a
    part.
    """
    if "modalite" not in lignes or lignes["modalite"].fillna("").eq("").all():
        return None
    dimensions = dossier(serie.convention).catalogue.dimensions
    noms = {code: dimension.libelle.lower() for code, dimension in dimensions.items()}
    parties = lignes["dimension"].replace(noms).fillna("").astype(str)
    return parties.mask(lignes["modalite"].fillna("").eq(""), "total")


def lignes_suivies(table: pd.DataFrame) -> pd.MultiIndex:
    """Return of each row what it follows over the years: a place, or a part of its total."""
    cles = [cle for cle in ("territoire", *DETAIL) if cle in table]
    return pd.MultiIndex.from_frame(table[cles].fillna("").astype(str))


def noms_des_modalites(catalogue: Catalogue, lignes: pd.DataFrame) -> list[str]:
    """Return the name of what each row of a follow-up is a part of, "" for the whole."""
    libelles = {
        (code, modalite.id): modalite.libelle
        for code, dimension in catalogue.dimensions.items()
        for modalite in dimension.modalites
    }
    cles = zip(lignes["dimension"], lignes["modalite"].fillna(""), strict=True)
    return [libelles.get(cle) or cle[1] for cle in cles]


def _marques(
    serie: Serie, lignes: pd.DataFrame, mots: pd.Series, details: pd.Series | None
) -> list[Marque]:
    """Return what each value of a series knows of itself; rows that say the same share it."""
    origine = Origine(
        code=serie.code,
        libelle=serie.libelle,
        source=serie.source,
        unite=serie.unite,
        definition=serie.definition,
        annees=phrase_des_annees(annees_de(serie)),
        arrondi=serie.arrondi,
        ruptures=tuple(serie.ruptures),
        precautions=tuple(serie.precautions),
        datee=serie.datee,
        masquee=serie.origine == SUIVI and serie.secret,
    )
    ajoutees = {
        annee: replace(origine, source=dire("source_ajoutee", source=serie.source, fichier=fichier))
        for annee, fichier in serie.ajouts.items()
    }
    arrondi = serie.arrondi if serie.arrondi and serie.arrondi > 0 else 0.0
    genres = reperes().genres
    niveaux = lignes["niveau"].fillna("")
    if details is None:
        details = pd.Series("", index=lignes.index)
    faites: dict[tuple, Marque] = {}
    marques = []
    par_ligne = zip(
        lignes["annee"].astype(int),
        lignes["statut"].astype(str),
        mots.where(lignes["valeur"].isna(), ""),
        niveaux,
        details,
        strict=True,
    )
    for cle in par_ligne:
        if cle not in faites:
            annee, statut, mot, niveau, detail = cle
            genre = genres.get(niveau, "")
            if detail:
                genre = genres["total"] if detail == "total" else f"{genres['parties']} {detail}"
            sa_source = ajoutees.get(annee, origine)
            faites[cle] = Marque(
                (sa_source,), serie.unite, statut, mot, arrondi, (annee, annee), genre
            )
        marques.append(faites[cle])
    return marques


def ratio(
    numerateur: str,
    denominateur: str,
    lieux: Lieux | None = None,
    annees: Annees = None,
    *,
    annee_denominateur: int | None = None,
    convention: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> pd.DataFrame:
    """Donne un taux pour cent, lieu par lieu et année par année : quotient des sommes, jamais
    moyenne de taux.

    ``definitions`` montre les deux définitions, leurs sources et leurs dates.

    Paramètres :
        numerateur: Code de ce qui est compté.
        denominateur: Code de ce à quoi on le rapporte.
        lieux: Comme dans ``donnees``.
        annees: Celles du numérateur.
        annee_denominateur: Une autre année pour le dénominateur, quand il n'existe pas pour celles
            du numérateur.
        convention: Comme dans ``donnees``.
        titre: Le titre de la table.
        source: La source de ses valeurs ; celle que le classeur connaît par défaut.
        unite: L'unité de ses valeurs ; celle que le classeur connaît par défaut.

    Rend :
        territoire, libelle, annee, numerateur, denominateur, valeur, statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes", 2020)["valeur"].round(1).tolist()
        [22.7]
    """
    du_numerateur = donnees(numerateur, lieux, annees, convention=convention)
    du_denominateur = donnees(denominateur, lieux, convention=convention)
    titre_numerateur = attributs(du_numerateur)["sujet"]
    titre_denominateur = attributs(du_denominateur)["sujet"]
    if annee_denominateur is not None:
        # The denominator of that year is for all the years of the numerator: rows are then matched
        # without their year.
        de_cette_annee = du_denominateur["annee"] == annee_denominateur
        du_denominateur = du_denominateur[de_cette_annee].drop(columns="annee")
    cles = [
        cle
        for cle in ("territoire", "annee", *DETAIL)
        if cle in du_numerateur and cle in du_denominateur
    ]
    en_regard = du_numerateur.merge(
        du_denominateur[[*cles, "valeur", "statut"]], on=cles, suffixes=("", "_denominateur")
    )
    if en_regard.empty:
        raise impossible(
            "rien_en_commun", numerateur=titre_numerateur, denominateur=titre_denominateur
        )
    numerateurs = en_regard["valeur"]
    denominateurs = en_regard["valeur_denominateur"]
    minimum = publiques.reperes().taux_minimum
    trop_peu = (denominateurs < minimum).fillna(False) & numerateurs.notna()
    statut = _pires_statuts(en_regard["statut"], en_regard["statut_denominateur"])
    quotients = remarquer(
        100 * numerateurs / denominateurs, lambda marque: replace(marque, unite="pour_100")
    )
    trop_petits = remarquer(
        quotients, lambda marque: replace(marque, statut=Statut.NON_DISPONIBLE, mot=TROP_PEU)
    )
    taux = en_regard.assign(
        numerateur=numerateurs,
        denominateur=denominateurs,
        valeur=quotients.mask(trop_peu, sans_valeurs(trop_petits)),
        statut=statut.mask(trop_peu, TROP_PEU),
    ).drop(columns=["indicateur", "valeur_denominateur", "statut_denominateur"])
    remarques = [*du_numerateur.attrs["remarques"], *du_denominateur.attrs["remarques"]]
    source_numerateur = attributs(du_numerateur)["source"]
    source_denominateur = attributs(du_denominateur)["source"]
    if _sans_annees(du_numerateur) != _sans_annees(du_denominateur):
        remarques.append(
            dire("deux_sources", numerateur=source_numerateur, denominateur=source_denominateur)
        )
    if annee_denominateur is not None:
        remarques.append(dire("autre_annee", annee=annee_denominateur))
    sans_denominateur = set(du_numerateur["annee"]) - set(en_regard["annee"])
    if sans_denominateur:
        annees_sans = phrase_des_annees(sans_denominateur)
        remarques.append(
            dire("sans_denominateur", annees=annees_sans, denominateur=titre_denominateur)
        )
    if trop_peu.any():
        remarques.append(dire("trop_peu", minimum=minimum))
    sujet = f"{titre_numerateur} pour 100 {minuscule(titre_denominateur)}"
    dit = avec_attributs(taux, sujet=sujet, remarques=remarques)
    return redire(dit, titre, source, unite)


def _sans_annees(table: pd.DataFrame) -> set[str]:
    """Return the sources of the values of a table, whatever their years."""
    return {
        origine.source
        for marque in set(marques_de(table["valeur"]))
        if marque is not None
        for origine in marque.origines
    }


def _pires_statuts(premiers: pd.Series, seconds: pd.Series) -> pd.Series:
    """Return of two words of statuses, row by row, the one that says less of a value: it is worth
    its worst part. A word that is no status (« incomplet… ») says why there is no value.
    """
    gravite = {mots_des_statuts()[code]: rang for rang, code in enumerate(GRAVITE)}
    des_premiers = premiers.map(gravite).fillna(-1)
    des_seconds = seconds.map(gravite).fillna(-1)
    return premiers.where(des_premiers <= des_seconds, seconds)


def convention_par_defaut(nom: str | None) -> str:
    """Return the name of a convention that there is; without one, that of the only real one.

    Raises:
        DemandeImpossible: There is no such convention, or there are several real ones to choose
            from.
    """
    noms = conventions()
    if nom is not None:
        if nom not in noms:
            raise inconnu("La convention", nom, noms)
        return nom
    reelles = [nom_reel for nom_reel in noms if not dossier(nom_reel).convention.fictive]
    if len(reelles) != 1:
        raise impossible("quelle_convention", conventions=", ".join(noms))
    return reelles[0]


def territoires_des_conventions() -> list[str]:
    """Return the codes of the territories of the real conventions."""
    lus = [dossier(nom).convention for nom in conventions()]
    return [convention.territoire for convention in lus if not convention.fictive]


dossier = lru_cache(maxsize=8)(lire_dossier)
_etudier = lru_cache(maxsize=8)(etudier)


def etude(convention: str | None, annee: int | None = None) -> EtudeAnnuelle:
    """Return the follow-up of a convention up to a year, with its small counts masked.

    By default, that of the only real convention, up to its last year.
    """
    nom = convention_par_defaut(convention)
    annee = lire_une_annee(annee)
    debut = dossier(nom).convention.debut.year
    fin = dossier(nom).convention.fin.year
    if annee is None:
        annee = fin
    if not debut <= annee <= fin:
        raise impossible("hors_convention", debut=debut, fin=fin, annee=annee)
    return _etudier(nom, annee, "publique")


def source_du_suivi(suivi: EtudeAnnuelle) -> str:
    """Return the source of a follow-up, and the year as of which its values are known: one that was
    provisional is confirmed by that of the next year.
    """
    observations = suivi.suivi.observations
    source = suivi.convention.source_suivi
    if observations.empty:
        return source
    return dire("suivi_date", source=source, annee=int(observations["millesime"].max()))


def oublier() -> None:
    """Oublie ce qui a été lu : à appeler quand des données ont changé, ce que ``%ctg`` fait de
    lui-même.
    """
    for lecture in (dossier, _etudier, catalogue, territoires_connus):
        lecture.cache_clear()


@lru_cache(maxsize=1)
def catalogue() -> tuple[Serie, ...]:
    """Return every series that can be asked for: the public ones, then those of each convention.

    Those of a convention are of its annexe 1, then of its follow-up.
    No follow-up is read, which takes long: only ``annees_de`` does, for the series that it is
    asked.
    """
    series = [
        Serie(
            code=publique["code"],
            libelle=publique["libelle"],
            definition=publique["definition"],
            origine=PUBLIQUE,
            convention="",
            annees=publique["annees"],
            niveaux=publique["niveaux"],
            unite=publique["unite"],
            source=f"{publique['producteur']}, {publique['jeu']}",
            secret=publique["secret"],
            arrondi=publique["arrondi"],
        )
        for publique in publiques.series().to_dict("records")
    ]
    for nom in conventions():
        catalogue = dossier(nom).catalogue
        convention = dossier(nom).convention
        niveau_de = {code: territoire.niveau for code, territoire in catalogue.territoires.items()}
        for code, lignes in dossier(nom).annexe1.groupby("indicateur", sort=False):
            niveaux = Counter(niveau_de[territoire] for territoire in lignes["territoire"].unique())
            de_l_annexe = _serie_de_l_indicateur(catalogue.indicateurs[str(code)], nom)
            series.append(
                replace(
                    de_l_annexe,
                    origine=ANNEXE,
                    annees=tuple(sorted(lignes["annee"].dropna().unique())),
                    niveaux=niveaux,
                    source=convention.source_diagnostic,
                )
            )
        niveau_suivi = {niveau_de[convention.territoire]: 1}
        for indicateur in catalogue.indicateurs_fiches.values():
            du_suivi = _serie_de_l_indicateur(indicateur, nom)
            series.append(replace(du_suivi, niveaux=niveau_suivi, source=convention.source_suivi))
    return tuple(series)


def _serie_de_l_indicateur(indicateur: Indicateur, convention: str) -> Serie:
    """Return an indicator as a series of a follow-up; the caller sets its levels and its source."""
    arrondi = indicateur.arrondi_source
    return Serie(
        code=indicateur.id,
        libelle=indicateur.libelle,
        definition=indicateur.definition,
        origine=SUIVI,
        convention=convention,
        annees=(),
        niveaux={},
        unite=indicateur.unite,
        source="",
        secret=indicateur.sensible,
        arrondi=nan if arrondi is None else float(arrondi),
        ruptures=tuple((rupture.annee, rupture.raison) for rupture in indicateur.ruptures),
    )


def annees_de(serie: Serie) -> tuple[int, ...]:
    """Return the years of a series; for a follow-up, those for which it has a value."""
    if serie.origine != SUIVI:
        return serie.annees
    observations = etude(serie.convention).suivi.observations
    valeurs_transmises = observations["indicateur"].eq(serie.code) & observations["valeur"].notna()
    return tuple(sorted(observations.loc[valeurs_transmises, "annee"].unique()))


def _pourquoi_rien(
    serie: Serie, territoires: list[str] | None, annees_demandees: list[int] | None
) -> str:
    """Return in words why a series has no value for some places and years (None: all).

    Nothing was handed in; or it has no value in these years; or no file covers these places; or it
    is of a convention, which has other places.
    """
    annees = annees_de(serie)
    if not annees:
        return dire("rien_de_transmis", serie=serie.libelle, convention=serie.convention)
    if annees_demandees and not set(annees_demandees) & set(annees):
        return _annees_absentes(serie, annees_demandees)
    return _non_couverts(serie, territoires or [])


def _annees_absentes(serie: Serie, absentes: Iterable[int]) -> str:
    """Return a sentence: a series has nothing for these years, which years it has, what to do."""
    raison = dire(
        "annee_non_transmise" if serie.origine == SUIVI else "annee_absente",
        serie=serie.libelle,
        annee=phrase_des_annees(absentes),
        connues=phrase_des_annees(annees_de(serie)),
    )
    return raison + dire("ajouter") if serie.origine == PUBLIQUE else raison


def _remarques_des_absents(
    serie: Serie,
    lignes: pd.DataFrame,
    hors_des_fichiers: pd.Series,
    annees_demandees: list[int] | None,
) -> list[str]:
    """Return of which places no file says anything, in the years that were asked for if some were,
    then of which it says nothing in some of these years only.
    """
    hors = lignes[hors_des_fichiers]
    dans = lignes[~hors_des_fichiers]
    tout_a_fait = ~hors["territoire"].isin(dans["territoire"])
    remarques = []
    if tout_a_fait.any():
        absents = hors.loc[tout_a_fait, "territoire"].unique().tolist()
        annees = "" if annees_demandees is None else phrase_des_annees(hors["annee"])
        remarques.append(_non_couverts(serie, absents, annees))
    certaines_annees = hors[~tout_a_fait].groupby("territoire", sort=False)["annee"]
    annees_par_lieu = certaines_annees.agg(phrase_des_annees)
    for annees, lieux_absents in annees_par_lieu.groupby(annees_par_lieu, sort=False):
        remarques.append(_non_couverts(serie, lieux_absents.index.tolist(), str(annees)))
    return remarques


def _non_couverts(serie: Serie, territoires: list[str], annees: str = "") -> str:
    """Return a sentence: public files say nothing of these places, or nothing in these years, and
    what to do; a convention, which places a series is of.

    When the series does not exist at the level of one of them, the sentence gives its levels.
    """
    if serie.origine != PUBLIQUE:
        de_la_convention = dossier(serie.convention)
        codes = de_la_convention.annexe1["territoire"].unique()
        noms = [de_la_convention.catalogue.territoires[code].nom for code in codes]
        if serie.origine == SUIVI:
            noms = noms[:1]
        return dire("ailleurs", serie=serie.libelle, lieux=" et ".join(noms), origine=serie.origine)
    lieux = territoires_connus().set_index("code").reindex(territoires)
    noms = lieux["nom"].fillna(lieux.index.to_series()).tolist()
    cites = ", ".join(noms[:LIEUX_CITES])
    if len(noms) > LIEUX_CITES:
        cites += f"… ({len(noms)} lieux)"
    if annees:
        cites += f" en {annees}"
    if set(lieux["niveau"].dropna()) - serie.niveaux.keys():
        niveaux = ", ".join(serie.niveaux)
        return dire("autre_niveau", serie=serie.libelle, lieux=cites, niveaux=niveaux)
    return dire("non_couverts", serie=serie.libelle, lieux=cites) + dire("ajouter")


def _serie(code: str, convention: str | None) -> Serie:
    """Return the series of a code: the public one, else that of a convention.

    Raises:
        DemandeImpossible: No series has this code, or the convention has none of this code.
    """
    connues = catalogue()
    homonymes = [serie for serie in connues if serie.code == code]
    if not homonymes:
        raise inconnu("La série", code, [serie.code for serie in connues], dire("chercher"))
    if homonymes[0].origine == PUBLIQUE:
        return homonymes[0]
    nom = convention_par_defaut(convention)
    for serie in homonymes:
        if serie.convention == nom:
            return serie
    raise impossible("autre_convention", convention=nom, code=code)


def _lire(serie: Serie, territoires: list[str] | None) -> tuple[Serie, pd.DataFrame]:
    """Return a series, completed by what its files say of it, and its rows.

    Rows of a follow-up are masked, and each has the value of the latest entry. ``libelle`` is the
    name of the place; ``origine`` is « déclarée » in a convention, and for a public series
    « publiée », what the value is the sum of, or nothing. Rows of other places may be among them.
    """
    if serie.origine == PUBLIQUE:
        lignes = publiques.lire(serie.code, territoires)
        lignes["libelle"] = [nom.title() if nom.islower() else nom for nom in lignes["libelle"]]
        serie = replace(
            serie,
            libelle=lignes.attrs["libelle"],
            definition=lignes.attrs["definition"],
            unite=lignes.attrs["unite"],
            source=f"{lignes.attrs['producteur']}, « {lignes.attrs['titre_du_jeu']} »",
            datee=lignes.attrs["datee"],
            ajouts=lignes.attrs["ajouts"],
            arrondi=lignes.attrs["arrondi"],
            ruptures=tuple(lignes.attrs["ruptures"]),
            precautions=tuple(lignes.attrs["remarques"]),
        )
        return serie, lignes
    de_la_convention = dossier(serie.convention)
    if serie.origine == SUIVI:
        suivi = etude(serie.convention)
        observations = suivi.suivi.observations
        serie = replace(serie, source=source_du_suivi(suivi))
        cle = ["annee", "territoire", *DETAIL]
        lignes = (
            observations[observations["indicateur"] == serie.code]
            .sort_values("millesime", kind="stable")
            .drop_duplicates(cle, keep="last")
            .sort_values(cle)
        )
    else:
        annexe1 = de_la_convention.annexe1
        lignes = annexe1[annexe1["indicateur"] == serie.code]
    territoires_de_la_convention = de_la_convention.catalogue.territoires
    noms = {code: territoire.nom for code, territoire in territoires_de_la_convention.items()}
    niveaux = {code: territoire.niveau for code, territoire in territoires_de_la_convention.items()}
    codes = lignes["territoire"]
    return serie, lignes.assign(
        libelle=codes.map(noms), niveau=codes.map(niveaux), origine="déclarée"
    )


def mots_des_statuts() -> dict[str, str]:
    """Return the word of each status by its code: « secret »."""
    statuts = dossier(conventions()[0]).catalogue.statuts
    return {code: statut.mot or statut.libelle.lower() for code, statut in statuts.items()}


def lieux(
    *noms: str | pd.DataFrame,
    niveau: str | None = None,
    departement: str | None = None,
    epci: str | None = None,
    iris: str | None = None,
    foyers_min: int | None = None,
    titre: str | None = None,
    source: str | None = None,
) -> pd.DataFrame:
    """Renvoie des lieux, un par ligne, à donner à ``donnees``, ``comparer`` et ``rang``.

    Paramètres :
        noms: Noms ou codes : ``"Harnes"``, ``"62413"``, ``"Pas-de-Calais"``, ``"62"``, ou ce que
            rend ``epci``.
        niveau: « commune », « departement », « epci » ou « iris » seulement.
        departement: Toutes les communes de ce département (nom ou code) ; ses EPCI, avec
            ``niveau="epci"``.
        epci: Toutes les communes de cet EPCI (nom, partie du nom ou SIREN).
        iris: Tous les IRIS de cette commune.
        foyers_min: Seulement les communes d'au moins ce nombre de foyers allocataires, la dernière
            année connue.
        titre: Le titre de la table.
        source: La source de leurs codes et de leurs noms.

    Rend :
        code, nom, niveau, departement, epci (codes en texte).

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.lieux("Harnes")["code"].tolist()
        ['62413']
        >>> len(a.lieux(epci="Lens-Liévin")), len(a.lieux(departement="62", niveau="epci"))
        (36, 20)
    """
    if niveau is not None and niveau not in NIVEAUX:
        raise inconnu("Le niveau", niveau, NIVEAUX)
    tous = territoires_connus()
    communes = tous[tous["niveau"] == "commune"]
    choix = [_trouver(nom) for nom in noms]
    if departement is not None:
        du_departement = communes[communes["departement"] == _code(departement, "departement")]
        if niveau == "epci":
            est_de_ces_communes = tous["code"].isin(du_departement["epci"])
            choix.append(tous[tous["niveau"].eq("epci") & est_de_ces_communes])
        else:
            choix.append(du_departement)
    if epci is not None:
        choix.append(communes[communes["epci"] == _code(epci, "epci")])
    if iris is not None:
        choix.append(_iris(_code(iris, "commune")))
    choisis = pd.concat(choix) if choix else tous
    if niveau:
        choisis = choisis[choisis["niveau"] == niveau]
    if foyers_min is not None:
        foyers = publiques.lire(publiques.reperes().foyers, choisis["code"])
        foyers = foyers[foyers["annee"] == foyers["annee"].max()]
        assez_de_foyers = foyers.loc[foyers["valeur"] >= foyers_min, "territoire"]
        choisis = choisis[choisis["code"].isin(assez_de_foyers)]
    choisis = choisis.drop_duplicates("code").drop(columns="nom_cherche", errors="ignore")
    return redire(_dire_des_lieux(choisis.reset_index(drop=True)), titre, source)


def _dire_des_lieux(choisis: pd.DataFrame) -> pd.DataFrame:
    """Return places with a title and the source of their codes."""
    return avec_attributs(choisis, dire("titre_des_lieux"), dire("source_des_lieux"))


def _iris(commune: str) -> pd.DataFrame:
    """Return the IRIS of a commune, with the names that the last file has."""
    lignes = publiques.lire(publiques.reperes().iris)
    est_de_la_commune = lignes["territoire"].str.startswith(commune)
    de_la_commune = lignes[est_de_la_commune & lignes["niveau"].eq("iris")]
    if de_la_commune.empty:
        raise impossible("sans_iris", commune=commune)
    derniers = de_la_commune.drop_duplicates("territoire", keep="last")
    derniers = derniers.rename(columns={"territoire": "code", "libelle": "nom"})
    return derniers[["code", "nom", "niveau"]].assign(departement=commune[:2], epci="")


def epci(nom: str, *, titre: str | None = None, source: str | None = None) -> pd.DataFrame:
    """Renvoie un EPCI, par son nom, une partie de son nom ou son SIREN.

    ``titre`` et ``source`` sont ceux de la table.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.epci("Lens-Liévin")["code"].tolist()
        ['246200364']
    """
    return redire(_dire_des_lieux(_trouver(nom, "epci")), titre, source)


def codes_des_lieux(demandes: Lieux) -> list[str]:
    """Return the codes of places given by name, by code or as tables, in their order, each once."""
    codes_connus = set(territoires_connus()["code"])
    trouves = []
    if isinstance(demandes, str | pd.DataFrame):
        demandes = [demandes]
    if not isinstance(demandes, Iterable):
        raise impossible("lieu_sans_guillemets", nom=demandes)
    for demande in demandes:
        if isinstance(demande, pd.DataFrame):
            # a table of ``lieux``, or of ``donnees``
            colonne = "code" if "code" in demande else "territoire"
            if colonne not in demande:
                raise impossible("lieux_sans_code")
            trouves += demande[colonne].tolist()
        elif isinstance(demande, str) and (demande in codes_connus or IRIS.fullmatch(demande)):
            trouves.append(demande)
        else:
            trouves += _trouver(demande)["code"].tolist()
    if not trouves:
        raise impossible("table_vide")
    return list(dict.fromkeys(trouves))


def code_du_lieu(lieu: Lieux) -> str:
    """Return the code of the one place that somebody asked for.

    Raises:
        DemandeImpossible: There are several: none of them is left out without a word.
    """
    codes = codes_des_lieux(lieu)
    if len(codes) > 1:
        raise impossible("lieu_sans_guillemets", nom=", ".join(codes))
    return codes[0]


def _code(nom: str, niveau: str) -> str:
    """Return the code of the one place of that code or name, at that level."""
    return _trouver(nom, niveau)["code"].iloc[0]


def _trouver(nom: object, niveau: str = "") -> pd.DataFrame:
    """Return the one place of that code or name, as a table of one row.

    Of that level if one is given. For an EPCI a part of its name is enough, if no other has it.

    Raises:
        DemandeImpossible: No place has that name, or several have.
    """
    if not isinstance(nom, str) or not nom.strip():
        raise impossible("lieu_sans_guillemets", nom=nom)
    lieux = territoires_connus()
    if niveau:
        lieux = lieux[lieux["niveau"].eq(niveau)]
    cherche = sans_accents(nom)
    trouves = lieux[lieux["code"].eq(nom)]
    if trouves.empty:
        trouves = lieux[lieux["nom_cherche"].eq(cherche)]
    if trouves.empty:
        contient_le_nom = lieux["nom_cherche"].str.contains(cherche, regex=False)
        trouves = lieux[lieux["niveau"].eq("epci") & contient_le_nom]
    if trouves.empty:
        raise inconnu("Le lieu", nom, lieux["nom"], dire("lieux"))
    if len(trouves) > 1:
        premiers = trouves.head(3)
        descriptions = [
            f"{nom_trouve} ({niveau_trouve}, {code})"
            for nom_trouve, niveau_trouve, code in zip(
                premiers["nom"], premiers["niveau"], premiers["code"], strict=True
            )
        ]
        raise impossible(
            "plusieurs_lieux", nombre=len(trouves), nom=nom, lieux=", ".join(descriptions)
        )
    return trouves.drop(columns="nom_cherche").reset_index(drop=True)
