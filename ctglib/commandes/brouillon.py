"""The folder of a new convention, from nothing or from the one that ends, checked whole before any
writing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Template
from typing import Any

import pandas as pd
import yaml

from ctglib.blocs.conformite import Conformite
from ctglib.blocs.fin import EtudeFinale
from ctglib.calculs.ecriture import enumerer
from ctglib.calculs.suivi import a_la_date
from ctglib.calculs.territoire import remplir
from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets, lister
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Collecte, Theme
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.statuts import Statut
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_strict import charger_yaml

MODELE = "catalogue/modele"
THEMES = "catalogue/themes"
OBSERVATIONS = "observations"
RECOPIES = (  # those that are there
    "offre.csv",
    "territoires.yaml",
    "contexte.csv",
    "comparables.csv",
    "indicateurs.yaml",
    "collecte.yaml",
)
# Files by path in the data folder, and what to say of them.
Brouillon = tuple[dict[str, bytes], list[str]]


def commencer(
    nom: str, territoire: str, debut: date, fin: date, *, parties: Sequence[str], fiches: int
) -> Brouillon:
    """Return a convention to fill, which validates as it is.

    Every annexe figure that public data do not give is absent, with whom to ask.
    """
    lieu = publiques.territoires([territoire])
    nom_du_territoire = lieu["nom"].iat[0]
    membres: list[str] = []
    if lieu["niveau"].iat[0] == "epci":
        communes = publiques.territoires(niveaux=("commune",))
        membres = communes.loc[communes["epci"] == territoire, "code"].tolist()
    reference = str(lieu["departement"].iat[0])
    if not reference:  # an EPCI is compared with the one that most of its communes are in
        reference = str(publiques.territoires(membres)["departement"].mode().iat[0])
    regles = charger_yaml("catalogue/donnees_publiques.yaml", DonneesPubliques)
    fichiers_des_themes = [fichier for fichier in lister(THEMES) if fichier.endswith(".yaml")]
    themes = [charger_yaml(f"{THEMES}/{fichier}", Theme) for fichier in fichiers_des_themes]
    themes.sort(key=lambda theme: theme.ordre)
    diagnostic = diagnostic_public(
        themes, regles, (territoire, membres, reference), annee=debut.year - 1
    )
    lieux = [lieu.model_dump() for lieu in publiques.nommer((territoire, reference))]
    membres_cites = ", ".join(f'"{code}"' for code in membres)
    texte_des_parties = [
        _modele("partie", rang=rang, nom=partie) for rang, partie in enumerate(parties, 1)
    ]
    texte_des_fiches = [
        _modele("fiche", numero=numero, debut=debut, fin=fin) for numero in range(1, fiches + 1)
    ]
    convention = _modele(
        "convention",
        **_sources_du_diagnostic(regles, diagnostic),
        nom=nom,
        fictive="false",
        territoire=territoire,
        titre=f"Convention territoriale globale, {nom_du_territoire}, {debut.year}-{fin.year}",
        membres=f"[{membres_cites}]",
        reference=reference,
        debut=debut,
        fin=fin,
        source=enumerer(list(parties)),
        parties="".join(texte_des_parties),
        fiches="".join(texte_des_fiches),
    )
    entete = ["Comment une phrase nomme les territoires : « à », « de », « le ». À relire."]
    colonnes_de_l_offre = ",".join(charger_schema("offre").colonnes)
    fichiers = {
        "convention.yaml": convention.encode("utf-8"),
        "annexe1.csv": _csv(diagnostic),
        "offre.csv": f"{colonnes_de_l_offre}\n".encode(),
        "territoires.yaml": _yaml({"territoires": lieux}, entete),
    }
    du_territoire = diagnostic[diagnostic["territoire"].eq(territoire)]
    sans_valeur = du_territoire.loc[du_territoire["valeur"].isna(), "indicateur"]
    detenteurs = {id_: collecte.qui for id_, collecte in _collectes(themes).items()}
    manquants = sans_valeur.map(detenteurs).value_counts()
    demandes = " ; ".join(f"{qui}, {nombre}" for qui, nombre in manquants.items())
    return _rendre(nom, fichiers, regles.annonce, du_territoire, demandes=demandes)


def poursuivre(nom: str, etude: EtudeFinale, ancienne: str, debut: date, fin: date) -> Brouillon:
    """Return the convention that follows.

    Its parties and fiches are the old one's, and its initial values the last ones known. Dates,
    échéances and targets are what the parties have to agree on: none is carried over, nor is a
    direction or a threshold of the old text.
    """
    convention = etude.convention
    regles = etude.finale.regles
    annexe1 = diagnostic_public(
        etude.catalogue.themes,
        etude.catalogue.donnees_publiques,
        (convention.territoire, convention.membres, convention.reference),
        annee=debut.year - 1,
        ancien=etude.suivi.dossier.annexe1,
        series=etude.series if convention.fictive else None,
    )
    suivante = _convention_suivante(nom, etude, annexe1, debut, fin)
    corrections = [
        correction.model_dump(mode="python", exclude_none=True)
        for correction in etude.suivi.dossier.corrections
        if correction.fichier in RECOPIES  # those of annexe 1 correct figures of the past
    ]
    entete = [ligne.format(ancienne=ancienne) for ligne in regles.entete_du_projet]
    fichiers = {
        "convention.yaml": _yaml(suivante, entete),
        "annexe1.csv": _csv(annexe1),
        "lectures.yaml": _yaml(_lectures(etude, suivante["schemas"]), entete[:1]),
        "schema_petite_enfance.csv": Conformite(etude).tableau().csv().encode("utf-8"),
        "corrections.yaml": _yaml({"corrections": corrections}, ()),
    }
    source = f"{CONVENTIONS}/{ancienne}"
    for fichier in RECOPIES:
        if existe(f"{source}/{fichier}"):
            fichiers[fichier] = lire_octets(f"{source}/{fichier}")
    if "logos/" in lister(source):
        for logo in lister(f"{source}/logos"):
            if not logo.endswith("/"):
                fichiers[f"logos/{logo}"] = lire_octets(f"{source}/logos/{logo}")
    departs = [
        indicateur["valeur_initiale"]
        for fiche in suivante["fiches"]
        for indicateur in fiche["indicateurs"]
    ]
    reprises = sum("valeur" in depart for depart in departs)
    return _rendre(
        nom,
        fichiers,
        regles.annonce_du_projet,
        annexe1,
        reprises=reprises,
        indicateurs=len(departs),
    )


def _convention_suivante(
    nom: str, etude: EtudeFinale, annexe1: pd.DataFrame, debut: date, fin: date
) -> dict[str, Any]:
    """Return what ``convention.yaml`` of the next convention holds."""
    ancienne = etude.convention
    contenu = ancienne.model_dump(mode="python", exclude_none=True)
    de = etude.catalogue.territoires[ancienne.territoire].de
    annees = {"debut": debut.year, "fin": fin.year}
    anciennes_annees = {"debut": ancienne.debut.year, "fin": ancienne.fin.year}
    nouvelle_annee = {
        str(ancienne.debut.year): str(debut.year),
        str(ancienne.fin.year): str(fin.year),
    }

    def avancer(texte: str) -> str:
        """Return a text with the first and last years of the old convention turned into those of
        the next.
        """
        return re.sub(r"\b\d{4}\b", lambda annee: nouvelle_annee.get(annee[0], annee[0]), texte)

    articles = []
    for article in contenu["articles"]:
        avances = {champ: avancer(article[champ]) for champ in ("objet", "consequence")}
        articles.append({**article, **avances})
    fiches = []
    for fiche, contenu_de_la_fiche in zip(ancienne.fiches, contenu["fiches"], strict=True):
        changements = _fiche(fiche, etude, anciennes_annees)
        fiches.append({**contenu_de_la_fiche, **changements, "debut": debut, "fin": fin})
    periode = "{debut}-{fin}".format(**anciennes_annees)
    return {
        **contenu,
        "id": nom,
        "titre": etude.mot("projet_titre").format(de=de, **annees),
        "debut": debut,
        "fin": fin,
        "date_signature": {"absent": etude.mot("projet_sans_signature")},
        "source_texte": etude.mot("projet_source").format(de=de, avant=periode, **annees),
        **_sources_du_diagnostic(etude.catalogue.donnees_publiques, annexe1),
        "source_suivi": avancer(ancienne.source_suivi),
        "articles": articles,
        "fiches": fiches,
        "schemas": [schema for schema in contenu["schemas"] if schema["fin"] >= debut.year],
        "annexes_vides": [],
        "lacunes": [lacune.model_dump() for lacune in etude.finale.regles.lacunes_du_projet],
    }


def _lectures(etude: EtudeFinale, schemas: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the readings of the old convention that still hold: a schéma that has ended takes its
    own along.
    """
    elements = set()
    for schema in schemas:
        elements.update(schema["axes"], schema["chapitres"])
    lectures = etude.finale.lectures.model_dump(mode="python")
    lectures["schemas"] = [
        lecture for lecture in lectures["schemas"] if lecture["element"] in elements
    ]
    return lectures


def _rendre(
    nom: str,
    fichiers: Mapping[str, bytes],
    phrases: Iterable[str],
    diagnostic: pd.DataFrame,
    **valeurs: object,
) -> Brouillon:
    """Return the files of a convention once they have been read as they would be there, and the
    sentences filled.
    """
    places = {f"{CONVENTIONS}/{nom}/{fichier}": octets for fichier, octets in fichiers.items()}
    fautes = fautes_de_saisie(nom, places)
    if fautes:
        raise DonneesInvalides(list(fautes))
    valeurs |= {
        "nom": nom,
        "fichiers": len(fichiers),
        "remplis": diagnostic["valeur"].count(),
        "lignes": len(diagnostic),
    }
    return places, [phrase.format(**valeurs) for phrase in phrases]


def diagnostic_public(
    themes: Sequence[Theme],
    regles: DonneesPubliques,
    lieux: tuple[str, Sequence[str], str],
    *,
    annee: int,
    ancien: pd.DataFrame | None = None,
    series: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every row of ``annexe1.csv``: filled from public figures, or « non transmis » with
    whom to ask.

    The rows are those of ``ancien``, or one an indicator of the catalogue.

    Args:
        themes: Those of the diagnostic, with the indicators of each.
        regles: Which public series each indicator is.
        lieux: The codes of the territory, of its members, of its reference.
        annee: The year to ask for when no public figure gives one.
        ancien: ``annexe1.csv`` of the convention before.
        series: The public figures, when they are already read.
    """
    territoire, membres, reference = lieux
    if ancien is None:
        rangees = [
            (theme.titre, item.id, code, item.unite)
            for theme in themes
            for item in theme.indicateurs
            for code in (territoire, reference)
        ]
        ancien = pd.DataFrame(rangees, columns=["section", "indicateur", "territoire", "unite"])
        ancien = ancien.assign(annee=annee)
    a_demander = {}
    for id_, collecte in _collectes(themes).items():
        a_demander[id_] = regles.mots["a_demander"].format(
            qui=collecte.qui, document=collecte.document
        )
    attendues = ancien.drop_duplicates(["indicateur", "territoire"], keep="last")
    attendues = attendues.assign(note=attendues["indicateur"].map(a_demander))
    if series is None:
        codes = [code for ligne in regles.lignes for code in (*ligne.series, *ligne.sur)]
        series = publiques.observations(codes, territoire, reference, membres)
        series = series.assign(source=series["producteur"] + ", " + series["jeu"])
    ensemble = series[series["dimension"].eq("") & series["valeur"].notna()]
    return remplir(attendues, ensemble, regles, territoire)


def _collectes(themes: Iterable[Theme]) -> dict[str, Collecte]:
    """Return who gives each indicator, and from which document, by id."""
    return {
        item.id: item.collecte for theme in themes for item in theme.indicateurs if item.collecte
    }


def _sources_du_diagnostic(regles: DonneesPubliques, annexe1: pd.DataFrame) -> dict[str, str]:
    """Return what ``convention.yaml`` says of these figures: their source and their years."""
    avec_valeur = annexe1["valeur"].notna()
    annees = sorted(annexe1.loc[avec_valeur, "annee"].unique())
    date_des_donnees = regles.mots["aucune_date"]
    if annees:
        enumerees = enumerer([str(annee) for annee in annees])
        date_des_donnees = regles.mots["date"].format(annees=enumerees)
    return {"source_diagnostic": regles.mots["source"], "date_des_donnees": date_des_donnees}


@dataclass(frozen=True)
class _Parcours:
    """What is known of an indicator at the end of a convention (``EtudeFinale.parcours``)."""

    indicateur: str
    table: str
    connue: float
    annee_connue: float
    statut_connue: str


def _fiche(fiche: Fiche, etude: EtudeFinale, anciennes_annees: Mapping[str, int]) -> dict[str, Any]:
    """Return what a fiche says that is not as it was: no dates, no targets, the last known values
    to start from.
    """
    parcours = {item.indicateur: item for item in lignes(etude.parcours, _Parcours)}
    indicateurs = []
    for indicateur in fiche.indicateurs:
        contenu = indicateur.model_dump(include={"id", "libelle"}, exclude_defaults=True)
        depart = _valeur_initiale(parcours[indicateur.id], etude, anciennes_annees)
        cible = {"absent": etude.mot("projet_sans_cible")}
        indicateurs.append({**contenu, "valeur_initiale": depart, "cible": cible})
    return {
        "modalites": [
            modalite.model_dump(include={"numero", "libelle", "parties"}, exclude_defaults=True)
            for modalite in fiche.modalites
        ],
        "resultats": [
            resultat.model_dump(include={"id", "libelle", "indicateurs"})
            for resultat in fiche.resultats
        ],
        "indicateurs": indicateurs,
        # A type of analysis refuses the keys of the others.
        "analyses": [analyse.model_dump(exclude_unset=True) for analyse in fiche.analyses],
    }


def _valeur_initiale(
    parcours: _Parcours, etude: EtudeFinale, anciennes_annees: Mapping[str, int]
) -> dict[str, object]:
    """Return the last known value of an indicator, its year and source, or why there is none."""
    if parcours.table != OBSERVATIONS:
        return {"absent": etude.mot("projet_qualitatif")}
    if pd.isna(parcours.connue):
        return {"absent": etude.mot("projet_sans_valeur").format(**anciennes_annees)}
    valeur = float(parcours.connue)
    annee = int(parcours.annee_connue)
    references = [
        etude.mot("projet_reference").format(**anciennes_annees),
        _source(etude, parcours.indicateur, annee),
    ]
    if parcours.statut_connue == Statut.PROVISOIRE:
        references.append("provisoire")
    return {
        "valeur": int(valeur) if valeur.is_integer() else valeur,
        "annee": annee,
        "reference": " ; ".join(filter(None, references)),
    }


def _source(etude: EtudeFinale, indicateur: str, annee: int) -> str:
    """Return the source of a figure of the whole territory, as known today; "" when it has none."""
    observations = a_la_date(etude.suivi.observations, etude.annees[-1])
    cherchees = (
        observations["dimension"].eq("")
        & observations["territoire"].eq(etude.convention.territoire)
        & observations["indicateur"].eq(indicateur)
        & observations["annee"].eq(annee)
    )
    sources = observations.loc[cherchees, "source"].tolist()
    return sources[-1] if sources else ""


def _modele(nom: str, /, **mots: object) -> str:
    """Return a model of ``catalogue/modele``, filled."""
    return Template(lire_octets(f"{MODELE}/{nom}.yaml").decode("utf-8")).substitute(mots)


def _csv(table: pd.DataFrame) -> bytes:
    """Return a table as our CSV: whole numbers without a decimal, nothing for an absent one."""

    def cellule(valeur: str | float | None) -> str:
        if isinstance(valeur, str):
            return valeur
        if valeur is None or pd.isna(valeur):
            return ""
        return f"{round(float(valeur), 6):.15g}"

    cellules = table.map(cellule)
    rangees = [table.columns, *cellules.itertuples(index=False, name=None)]
    return en_csv(rangees).encode("utf-8")


class _SansRenvoi(yaml.SafeDumper):
    """A date written twice is written in full twice: our reader refuses references."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(document: dict[str, Any], entete: Iterable[str]) -> bytes:
    commentaires = "".join(f"# {ligne}\n" for ligne in entete)
    texte = yaml.dump(document, Dumper=_SansRenvoi, allow_unicode=True, sort_keys=False, width=120)
    return (commentaires + texte).encode("utf-8")
