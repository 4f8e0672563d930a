"""Les séries et les lieux : ce qui existe, ce que valent les unes dans les autres, leur rapport."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import nan
from typing import TypedDict, cast

import pandas as pd

from ctglib.atelier.phrases import DemandeImpossible, dire, impossible, inconnu
from ctglib.blocs.annee import EtudeAnnuelle, etudier
from ctglib.document.typographie import nombre_court
from ctglib.donnees import publiques
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import conventions, sans_accents
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.nombres import nombres
from ctglib.donnees.statuts import Statut

Lieux = str | pd.DataFrame | Iterable[str | pd.DataFrame]
Annees = int | Iterable[int] | None
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
COLONNES = ["territoire", "libelle", "annee", "indicateur", *DETAIL, "valeur", "statut"]
LIEUX_CITES = 4


class Definition(TypedDict):
    """What the table of a series says of it; years, breaks and precautions are texts."""

    libelle: str
    definition: str
    annees: str
    unite: str
    arrondi: float | None
    source: str
    ruptures: str
    precautions: str


class Attributs(TypedDict):
    """What a table of the atelier says of itself, in its ``attrs``.

    ``series`` are the series that its values come from, by code: for a rate, the numerator first.
    """

    titre: str
    unite: str
    source: str
    series: Mapping[str, Definition]
    remarques: list[str]


@dataclass(frozen=True)
class Serie:
    """A series that can be asked for: of the public files, of an annexe 1 or of a follow-up."""

    code: str
    libelle: str
    definition: str
    origine: str  # PUBLIQUE, ANNEXE or SUIVI
    convention: str  # empty for a public series
    annees: tuple[int, ...]  # empty for a follow-up: see ``_annees``
    niveaux: Mapping[str, int]  # by level, how many territories have a published figure
    unite: str
    source: str
    secret: bool
    arrondi: float | None  # to what its source rounds; None or NaN when it does not
    ruptures: tuple[tuple[int, str], ...] = ()
    precautions: tuple[str, ...] = ()


def chercher(mots: str = "") -> pd.DataFrame:
    """Cherche dans tout ce que le classeur connaît : séries publiques, annexe 1 et suivi de chaque
    convention.

    Paramètres :
        mots: Des mots du libellé, de la définition ou du code, sans souci des accents ; rien pour
            tout lister.

    Rend :
        code (à donner à ``donnees``), libelle, origine, convention, annees, niveaux (et le nombre
        des territoires publiés), unite, source, secret.

    Exemples :
        >>> from ctglib import atelier as a
        >>> "cnaf_foyers_rsa" in a.chercher("RSA")["code"].tolist()
        True
    """
    toutes = _catalogue()
    mots_cherches = sans_accents(mots).split()
    trouvees = []
    for serie in toutes:
        texte = sans_accents(f"{serie.libelle} {serie.definition} {serie.code}")
        if not all(mot in texte for mot in mots_cherches):
            continue
        # « commune (887), epci »: a level without a number has sums only, no published territory
        niveaux = [
            f"{niveau} ({publies})" if publies else niveau
            for niveau, publies in serie.niveaux.items()
        ]
        trouvees.append(
            {
                "code": serie.code,
                "libelle": serie.libelle,
                "origine": serie.origine,
                "convention": serie.convention,
                "annees": phrase_des_annees(_annees(serie)),
                "niveaux": ", ".join(niveaux),
                "unite": serie.unite,
                "source": serie.source,
                "secret": serie.secret,
            }
        )
    if not trouvees:
        mots_des_libelles = " ".join(serie.libelle for serie in toutes).replace(",", " ").split()
        mots_longs = {mot for mot in mots_des_libelles if len(mot) > 3}
        raise inconnu("Aucune série ne parle de ceci :", mots, sorted(mots_longs))
    titre = f"Séries qui parlent de « {mots} »" if mots else "Toutes les séries"
    return avec_attributs(pd.DataFrame(trouvees), titre)


def avec_attributs(
    table: pd.DataFrame,
    titre: str,
    source: str = "catalogue du classeur",
    unite: str = "",
    series: Mapping[str, Definition] | None = None,
    remarques: Iterable[str] = (),
) -> pd.DataFrame:
    """Return a copy of a table that says in its ``attrs`` what it is (see ``Attributs``).

    A remark that comes twice is kept once.
    """
    copie = table.copy()
    copie.attrs = {
        "titre": titre,
        "unite": unite,
        "source": source,
        "series": series or {},
        "remarques": list(dict.fromkeys(remarques)),
    }
    return copie


def donnees(
    code: str, lieux: Lieux | None = None, annees: Annees = None, *, convention: str | None = None
) -> pd.DataFrame:
    """Renvoie les valeurs d'une série, une par ligne.

    Une valeur absente est NA, et ``statut`` dit pourquoi (« secret »…) ; une somme qui la compte
    est NA. ``attrs`` porte le titre, l'unité, la source et, par série, la définition, l'arrondi et
    les ruptures.

    Paramètres :
        code: Le code que donne ``chercher``.
        lieux: Des noms, des codes, ou une table de ``lieux`` ; tous ceux de la série par défaut.
        annees: Une année, plusieurs, ou toutes.
        convention: Le dossier de la convention, si la série est d'une convention et qu'il y en a
            plusieurs.

    Rend :
        territoire (code), libelle (son nom), annee, indicateur, dimension, modalite, valeur,
        statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.donnees("cnaf_foyers_rsa", "Harnes", 2020)["valeur"].tolist()
        [670.0]
    """
    if not isinstance(code, str):
        raise impossible("code_sans_guillemets", code=code)
    serie = _serie(code, convention)
    territoires = None if lieux is None else codes_des_lieux(lieux)
    if isinstance(annees, int):
        annees = [annees]
    annees_demandees = None if annees is None else list(annees)
    serie, lignes = _lire(serie, territoires)
    if territoires is not None:
        lignes = lignes[lignes["territoire"].isin(territoires)]
    if annees_demandees is not None:
        lignes = lignes[lignes["annee"].isin(annees_demandees)]
    origine = lignes["origine"]
    hors_des_fichiers = origine.eq("")
    if hors_des_fichiers.all():
        raise DemandeImpossible(_pourquoi_rien(serie, territoires, annees_demandees))
    incomplet = lignes["statut"].eq(Statut.NON_DISPONIBLE) & origine.str.startswith("somme")
    statut = lignes["statut"].map(mots_des_statuts()).mask(hors_des_fichiers, HORS)
    table = lignes.assign(
        valeur=nombres(lignes["valeur"]),
        statut=statut.mask(incomplet, "incomplet : " + origine),
        annee=lignes["annee"].astype("Int64"),
        indicateur=code,
    )
    table = table.reindex(columns=COLONNES).reset_index(drop=True)
    if all((table[colonne].isna() | table[colonne].eq("")).all() for colonne in DETAIL):
        table = table.drop(columns=DETAIL)
    remarques = _remarques(serie)
    if hors_des_fichiers.any():
        absents = lignes.loc[hors_des_fichiers, "territoire"].unique().tolist()
        remarques.append(_non_couverts(serie, absents))
    return avec_attributs(
        table, serie.libelle, serie.source, serie.unite, {code: _definition(serie)}, remarques
    )


def _remarques(serie: Serie) -> list[str]:
    """Return what to beware of in the values of a series: its breaks, the rounding of counts."""
    remarques = [
        dire("rupture", serie=serie.libelle, rupture=f"{annee} : {raison}")
        for annee, raison in serie.ruptures
    ]
    # None and NaN are no rounding; a comparison with NaN is false.
    if serie.unite == "nombre" and serie.arrondi and serie.arrondi > 1:
        arrondi = nombre_court(serie.arrondi)
        remarques.append(dire("arrondi", serie=serie.libelle, arrondi=arrondi))
    return remarques


def _definition(serie: Serie) -> Definition:
    """Return what ``definitions`` shows of a series."""
    return {
        "libelle": serie.libelle,
        "definition": serie.definition,
        "annees": phrase_des_annees(_annees(serie)),
        "unite": serie.unite,
        "arrondi": serie.arrondi,
        "source": serie.source,
        "ruptures": " ; ".join(f"{annee} : {raison}" for annee, raison in serie.ruptures),
        "precautions": " ; ".join(serie.precautions),
    }


def ratio(
    numerateur: str,
    denominateur: str,
    lieux: Lieux | None = None,
    annees: Annees = None,
    *,
    annee_denominateur: int | None = None,
    convention: str | None = None,
) -> pd.DataFrame:
    """Donne un taux pour cent, lieu par lieu et année par année : quotient des sommes, jamais
    moyenne de taux.

    Les deux définitions, leurs sources et leurs dates sont dans ``attrs`` ; ``definitions`` les
    montre.

    Paramètres :
        numerateur: Code de ce qui est compté.
        denominateur: Code de ce à quoi on le rapporte.
        lieux: Comme dans ``donnees``.
        annees: Celles du numérateur.
        annee_denominateur: Une autre année pour le dénominateur, quand il n'existe pas pour celles
            du numérateur.
        convention: Comme dans ``donnees``.

    Rend :
        territoire, libelle, annee, numerateur, denominateur, valeur, statut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes", 2020)["valeur"].round(1).tolist()
        [22.7]
    """
    du_numerateur = donnees(numerateur, lieux, annees, convention=convention)
    du_denominateur = donnees(denominateur, lieux, convention=convention)
    attrs_du_numerateur = attributs(du_numerateur)
    attrs_du_denominateur = attributs(du_denominateur)
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
    titre_numerateur = attrs_du_numerateur["titre"]
    titre_denominateur = attrs_du_denominateur["titre"]
    if en_regard.empty:
        raise impossible(
            "rien_en_commun", numerateur=titre_numerateur, denominateur=titre_denominateur
        )
    numerateurs = en_regard["valeur"]
    denominateurs = en_regard["valeur_denominateur"]
    minimum = publiques.reperes().taux_minimum
    trop_peu = (denominateurs < minimum).fillna(False) & numerateurs.notna()
    statut = en_regard["statut"].where(numerateurs.isna(), en_regard["statut_denominateur"])
    taux = en_regard.assign(
        numerateur=numerateurs,
        denominateur=denominateurs,
        valeur=100 * numerateurs / denominateurs.mask(trop_peu),
        statut=statut.mask(trop_peu, TROP_PEU),
    ).drop(columns=["indicateur", "valeur_denominateur", "statut_denominateur"])
    source_numerateur = attrs_du_numerateur["source"]
    source_denominateur = attrs_du_denominateur["source"]
    remarques = [*attrs_du_numerateur["remarques"], *attrs_du_denominateur["remarques"]]
    if source_numerateur != source_denominateur:
        remarques.append(
            dire("deux_sources", numerateur=source_numerateur, denominateur=source_denominateur)
        )
    if annee_denominateur is not None:
        remarques.append(dire("autre_annee", annee=annee_denominateur))
    if trop_peu.any():
        remarques.append(dire("trop_peu", minimum=minimum))
    denominateur_en_minuscule = titre_denominateur[:1].lower() + titre_denominateur[1:]
    return avec_attributs(
        taux,
        f"{titre_numerateur} pour 100 {denominateur_en_minuscule}",
        " ; ".join(dict.fromkeys([source_numerateur, source_denominateur])),
        "pour_100",
        {**attrs_du_numerateur["series"], **attrs_du_denominateur["series"]},
        remarques,
    )


def definitions(table: pd.DataFrame) -> pd.DataFrame:
    """Dit ce que sont les séries d'une table : libellé, définition, années, unité, source et ce qui
    la limite.

    Une ligne par série ; ``.T`` les met en colonnes, plus faciles à lire.

    Exemples :
        >>> from ctglib import atelier as a
        >>> len(a.definitions(a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes")))
        2
    """
    attrs = attributs(table)
    par_serie = pd.DataFrame(attrs["series"]).T.rename_axis("code")
    return avec_attributs(par_serie, f"Ce que compte « {attrs['titre']} »")


def attributs(table: object) -> Attributs:
    """Return what a table of the atelier says of itself.

    Raises:
        DemandeImpossible: It is no table, or none of the atelier, or has lost what it said.
    """
    if not isinstance(table, pd.DataFrame):
        raise impossible("sans_table", genre=type(table).__name__)
    if "series" not in table.attrs:
        raise impossible("table_muette")
    return cast("Attributs", table.attrs)


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


dossier = lru_cache(maxsize=8)(lire_dossier)
_etudier = lru_cache(maxsize=8)(etudier)


def etude(convention: str | None, annee: int | None = None) -> EtudeAnnuelle:
    """Return the follow-up of a convention up to a year, with its small counts masked.

    By default, that of the only real convention, up to its last year.
    """
    nom = convention_par_defaut(convention)
    debut = dossier(nom).convention.debut.year
    fin = dossier(nom).convention.fin.year
    if annee is None:
        annee = fin
    if not debut <= annee <= fin:
        raise impossible("hors_convention", debut=debut, fin=fin, annee=annee)
    return _etudier(nom, annee, "publique")


def oublier() -> None:
    """Oublie ce qui a été lu : à appeler quand des données ont changé, ce que ``%ctg`` fait de
    lui-même.
    """
    for lecture in (dossier, _etudier, _catalogue, territoires_connus):
        lecture.cache_clear()


@lru_cache(maxsize=1)
def _catalogue() -> tuple[Serie, ...]:
    """Return every series that can be asked for: the public ones, then those of each convention.

    Those of a convention are of its annexe 1, then of its follow-up.
    No follow-up is read, which takes long: only ``_annees`` does, for the series that it is asked.
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


def _annees(serie: Serie) -> tuple[int, ...]:
    """Return the years of a series; for a follow-up, those for which it has a value."""
    if serie.origine != SUIVI:
        return serie.annees
    observations = etude(serie.convention).suivi.observations
    valeurs_transmises = observations["indicateur"].eq(serie.code) & observations["valeur"].notna()
    return tuple(sorted(observations.loc[valeurs_transmises, "annee"].unique()))


def phrase_des_annees(annees: Iterable[int]) -> str:
    """Return « 2020 à 2024 », « 2019, 2022 », or « aucune année »."""
    triees = sorted({int(annee) for annee in annees})
    if not triees:
        return "aucune année"
    if len(triees) > 1 and triees == list(range(triees[0], triees[-1] + 1)):
        return f"{triees[0]} à {triees[-1]}"
    return ", ".join(str(annee) for annee in triees)


def _pourquoi_rien(
    serie: Serie, territoires: list[str] | None, annees_demandees: list[int] | None
) -> str:
    """Return in words why a series has no value for some places and years (None: all).

    Nothing was handed in; or it has no value in these years; or no file covers these places; or it
    is of a convention, which has other places.
    """
    annees = _annees(serie)
    if not annees:
        return dire("rien_de_transmis", serie=serie.libelle, convention=serie.convention)
    if annees_demandees and not set(annees_demandees) & set(annees):
        raison = dire(
            "annee_non_transmise" if serie.origine == SUIVI else "annee_absente",
            serie=serie.libelle,
            annee=phrase_des_annees(annees_demandees),
            connues=phrase_des_annees(annees),
        )
        return raison + dire("ajouter") if serie.origine == PUBLIQUE else raison
    if serie.origine == PUBLIQUE and territoires:
        return _non_couverts(serie, territoires)
    de_la_convention = dossier(serie.convention)
    codes_de_l_annexe = de_la_convention.annexe1["territoire"].unique()
    noms = [de_la_convention.catalogue.territoires[code].nom for code in codes_de_l_annexe]
    if serie.origine == SUIVI:
        noms = noms[:1]
    return dire("ailleurs", serie=serie.libelle, lieux=" et ".join(noms), origine=serie.origine)


def _non_couverts(serie: Serie, territoires: list[str]) -> str:
    """Return a sentence: public files say nothing of these places, and what to do.

    When the series does not exist at the level of one of them, the sentence gives its levels.
    """
    lieux = territoires_connus().set_index("code").reindex(territoires)
    noms = lieux["nom"].fillna(lieux.index.to_series()).tolist()
    cites = ", ".join(noms[:LIEUX_CITES])
    if len(noms) > LIEUX_CITES:
        cites += f"… ({len(noms)} lieux)"
    if set(lieux["niveau"].dropna()) - serie.niveaux.keys():
        niveaux = ", ".join(serie.niveaux)
        return dire("autre_niveau", serie=serie.libelle, lieux=cites, niveaux=niveaux)
    return dire("non_couverts", serie=serie.libelle, lieux=cites) + dire("ajouter")


def _serie(code: str, convention: str | None) -> Serie:
    """Return the series of a code: the public one, else that of a convention.

    Raises:
        DemandeImpossible: No series has this code, or the convention has none of this code.
    """
    catalogue = _catalogue()
    homonymes = [serie for serie in catalogue if serie.code == code]
    if not homonymes:
        raise inconnu("La série", code, [serie.code for serie in catalogue], dire("chercher"))
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
            source=lignes.attrs["source"],
            arrondi=lignes.attrs["arrondi"],
            ruptures=tuple(lignes.attrs["ruptures"]),
            precautions=tuple(lignes.attrs["remarques"]),
        )
        return serie, lignes
    de_la_convention = dossier(serie.convention)
    if serie.origine == SUIVI:
        observations = etude(serie.convention).suivi.observations
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
    noms = {
        territoire.code: territoire.nom
        for territoire in de_la_convention.catalogue.territoires.values()
    }
    return serie, lignes.assign(libelle=lignes["territoire"].map(noms), origine="déclarée")


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
) -> pd.DataFrame:
    """Renvoie des lieux, un par ligne, à donner à ``donnees``, ``comparer`` et ``rang``.

    Paramètres :
        noms: Noms ou codes : ``"Harnes"``, ``"62413"``, ``"Pas-de-Calais"``, ``"62"``, ``"CA de
            Lens-Liévin"``.
        niveau: « commune », « departement », « epci » ou « iris » seulement.
        departement: Toutes les communes de ce département (nom ou code) ; ses EPCI, avec
            ``niveau="epci"``.
        epci: Toutes les communes de cet EPCI (nom, partie du nom ou SIREN).
        iris: Tous les IRIS de cette commune.
        foyers_min: Seulement les communes d'au moins ce nombre de foyers allocataires, la dernière
            année connue.

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
    return choisis.reset_index(drop=True)


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


@lru_cache(maxsize=1)
def territoires_connus() -> pd.DataFrame:
    """Return the territories of the official code, read once.

    ``nom_cherche`` is their name without accents, to which what a user types is compared.
    """
    territoires = publiques.territoires()
    return territoires.assign(nom_cherche=territoires["nom"].map(sans_accents))


def epci(nom: str) -> pd.DataFrame:
    """Renvoie un EPCI, par son nom, une partie de son nom ou son SIREN.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.epci("Lens-Liévin")["code"].tolist()
        ['246200364']
    """
    return _trouver(nom, "epci")


def codes_des_lieux(demandes: Lieux) -> list[str]:
    """Return the codes of places given by name, by code or as tables, in their order, each once."""
    codes_connus = set(territoires_connus()["code"])
    trouves = []
    if isinstance(demandes, str | pd.DataFrame):
        demandes = [demandes]
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
    return list(dict.fromkeys(trouves))


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
