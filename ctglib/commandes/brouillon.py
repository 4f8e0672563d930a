"""The draft of a new convention's folder, made from nothing or from the convention that ends.

It is checked as if it were in the data folder, and written by nobody here: a ``Brouillon`` is bytes
by path.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import Template
from typing import Any

import pandas as pd

from ctglib.blocs.conformite import Conformite
from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.projet import Projet, source_de_la_valeur
from ctglib.blocs.propositions import service
from ctglib.blocs.reprise import ce_qui_vit, rangs_repris
from ctglib.calculs.ecriture import enumerer, minuscule
from ctglib.calculs.territoire import remplir
from ctglib.collecte.classeur_convention import ANNEXES, classeur_de
from ctglib.collecte.classeur_convention import NOM as CLASSEUR
from ctglib.donnees import publiques
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier import COLLECTE
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, existe, lire_octets, lister, superposer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Collecte, Theme
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import ReglesProjet
from ctglib.donnees.modeles.plan import Fiche, IndicateurFiche, ValeurDatee
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.pieces import THEMES_PROPRES
from ctglib.donnees.statuts import Statut
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_ecrit import en_yaml
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export.document import document_de
from ctglib.export.word import composer as composer_en_word
from ctglib.rapports.projet import ProjetDAnnexes

MODELE = "catalogue/modele"
THEMES = "catalogue/themes"
OBSERVATIONS = "observations"
FICHIERS_RECOPIES = (  # from the folder of the old convention, those that it has
    "offre.csv",
    "territoires.yaml",
    "contexte.csv",
    "comparables.csv",
    "indicateurs.yaml",
    COLLECTE,
)
DOSSIERS_RECOPIES = ("logos", THEMES_PROPRES)
# The files by path in the data folder, and the sentences to say to the user.
Brouillon = tuple[dict[str, bytes], list[str]]


def commencer(
    nom: str, territoire: str, debut: date, fin: date, *, parties: Sequence[str], fiches: int
) -> Brouillon:
    """Return the draft of a convention to fill, from nothing; it validates as it is.

    Its annexe 1 has the figures that public data give; the others are « non transmis », with whom
    to ask.

    Args:
        nom: The name of its folder.
        territoire: The code of a commune, or the SIREN of an EPCI.
        debut: Its first day.
        fin: Its last day.
        parties: The names of its signatories.
        fiches: How many empty fiches to write.
    """
    lieu = publiques.territoires([territoire])
    nom_du_territoire = lieu["nom"].iat[0]
    membres: list[str] = []
    if lieu["niveau"].iat[0] == "epci":
        communes = publiques.territoires(niveaux=("commune",))
        membres = communes.loc[communes["epci"] == territoire, "code"].tolist()
    # An EPCI is judged by the département of most of its communes, and shown beside each other one.
    reference, *references = publiques.departements_de(membres or [territoire])
    regles = charger_yaml("catalogue/donnees_publiques.yaml", DonneesPubliques)
    fichiers_des_themes = [fichier for fichier in lister(THEMES) if fichier.endswith(".yaml")]
    themes = [charger_yaml(f"{THEMES}/{fichier}", Theme) for fichier in fichiers_des_themes]
    themes.sort(key=lambda theme: theme.ordre)
    diagnostic = diagnostic_public(
        themes, regles, (territoire, membres, reference), annee=debut.year - 1
    )
    nommes = publiques.nommer((territoire, reference, *references))
    lieux = [lieu.model_dump() for lieu in nommes]
    membres_cites = ", ".join(f'"{code}"' for code in membres)
    references_citees = ", ".join(f'"{code}"' for code in references)
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
        references=f"[{references_citees}]",
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
        "territoires.yaml": en_yaml({"territoires": lieux}, entete),
    }
    du_territoire = diagnostic[diagnostic["territoire"].eq(territoire)]
    sans_valeur = du_territoire.loc[du_territoire["valeur"].isna(), "indicateur"]
    detenteurs = {id_: collecte.qui for id_, collecte in _collectes(themes).items()}
    manquants = sans_valeur.map(detenteurs).value_counts()
    demandes = " ; ".join(f"{qui}, {nombre}" for qui, nombre in manquants.items())
    return _rendre(nom, fichiers, regles.annonce, du_territoire, demandes=demandes)


def poursuivre(nom: str, etude: EtudeFinale, ancienne: str, debut: date, fin: date) -> Brouillon:
    """Return the draft of the convention that follows ``ancienne``, whose study is ``etude``.

    Its parties and its fiches are those of the old one that live on its last day (see
    ``ce_qui_vit``), and the initial value of an indicator is its last known value. Échéances and
    targets are for the parties to agree on: none is carried over, nor is a direction or a threshold
    of the old text. The draft of its annexes, in Word, says where each number comes from.
    """
    convention = ce_qui_vit(etude)
    regles = charger_yaml("catalogue/projet.yaml", ReglesProjet)
    annexe1 = diagnostic_public(
        etude.catalogue.themes,
        etude.catalogue.donnees_publiques,
        (convention.territoire, convention.membres, convention.reference),
        annee=debut.year - 1,
        ancien=etude.suivi.dossier.annexe1,
        series=etude.series if convention.fictive else None,
    )
    suivante = _convention_suivante(nom, etude, convention, regles, annexe1, (debut, fin))
    lectures = _lectures_de(convention, etude, suivante["schemas"])
    corrections = [
        correction.model_dump(mode="python", exclude_none=True)
        for correction in etude.suivi.dossier.corrections
        if correction.fichier in FICHIERS_RECOPIES  # those of annexe 1 correct figures of the past
    ]
    entete = [ligne.format(ancienne=ancienne) for ligne in regles.entete]
    fichiers = {
        "convention.yaml": en_yaml(suivante, entete),
        "annexe1.csv": _csv(annexe1),
        "schema_petite_enfance.csv": Conformite(etude).tableau().csv().encode("utf-8"),
        "corrections.yaml": en_yaml({"corrections": corrections}, ()),
    }
    if any(lectures.values()):
        fichiers["lectures.yaml"] = en_yaml(lectures, entete[:1])
    fichiers |= _fichiers_recopies(ancienne)
    if COLLECTE in fichiers and len(convention.fiches) < len(etude.convention.fiches):
        fichiers[COLLECTE] = en_yaml(_collecte_de(convention, etude.gabarit), entete[:1])
    departs = [
        indicateur["valeur_initiale"]
        for fiche in suivante["fiches"]
        for indicateur in fiche["indicateurs"]
    ]
    reprises = sum("valeur" in depart for depart in departs)
    projet = Projet(
        etude=etude,
        ancien=EtudeDiagnostic.ouvrir(ancienne),
        convention=Convention.model_validate(suivante),
        annexe1=annexe1,
        regles=regles,
    )
    annexes = ProjetDAnnexes(projet)
    document = document_de([annexes.corps()], annexes.couverture())
    return _rendre(
        nom,
        fichiers,
        regles.annonce,
        annexe1,
        {ANNEXES: composer_en_word(document)},
        reprises=reprises,
        indicateurs=len(departs),
    )


def _fichiers_recopies(ancienne: str) -> dict[str, bytes]:
    """Return the files of the old convention's folder that the next one begins with, by name in it:
    those of ``FICHIERS_RECOPIES`` and of ``DOSSIERS_RECOPIES`` that it has.
    """
    source = f"{CONVENTIONS}/{ancienne}"
    noms = [fichier for fichier in FICHIERS_RECOPIES if existe(f"{source}/{fichier}")]
    for sous_dossier in DOSSIERS_RECOPIES:
        if f"{sous_dossier}/" not in lister(source):
            continue
        for nom in lister(f"{source}/{sous_dossier}"):
            if not nom.endswith("/"):
                noms.append(f"{sous_dossier}/{nom}")
    return {nom: lire_octets(f"{source}/{nom}") for nom in noms}


def _lectures_de(
    convention: Convention, etude: EtudeFinale, schemas: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the readings of a convention that are about what it still has, and about ``schemas``,
    those that have not ended; the rank of an objective is that of the next convention.
    """
    elements_en_vigueur = set()
    for schema in schemas:
        elements_en_vigueur.update(schema["axes"], schema["chapitres"])
    lectures = etude.finale.lectures
    rangs = {fiche.numero: rangs_repris(etude, fiche) for fiche in etude.convention.fiches}
    numeros = {fiche.numero for fiche in convention.fiches}
    modalites = {item.numero for fiche in convention.fiches for item in fiche.modalites}
    indicateurs = {item.id for fiche in convention.fiches for item in fiche.indicateurs}
    contenu = lectures.model_dump(mode="python")
    objectifs = []
    for lien in contenu["objectifs"]:
        fiche = lien["fiche"]
        rang = rangs[fiche].get(lien["objectif"]) if fiche in numeros else None
        if rang is None:
            continue
        gardees = [numero for numero in lien["modalites"] if numero in modalites]
        suivis = [nom for nom in lien["indicateurs"] if nom in indicateurs]
        objectifs.append({**lien, "objectif": rang, "modalites": gardees, "indicateurs": suivis})
    return {
        **contenu,
        "objectifs": objectifs,
        "schemas": [
            lien
            for lien in contenu["schemas"]
            if lien["fiche"] in numeros and lien["element"] in elements_en_vigueur
        ],
        "schema_petite_enfance": [
            {**lien, "fiches": [numero for numero in lien["fiches"] if numero in numeros]}
            for lien in contenu["schema_petite_enfance"]
        ],
    }


def _collecte_de(convention: Convention, gabarit: Gabarit) -> dict[str, Any]:
    """Return what a convention asks for each year, of the fiches that it still has."""
    numeros = {fiche.numero for fiche in convention.fiches}
    parts = gabarit.parts.model_dump(mode="python")
    moyens = gabarit.moyens.model_dump(mode="python", exclude_none=True)
    par_fiche = []
    for poste in moyens["par_fiche"]:
        fiches = [numero for numero in poste["fiches"] if numero in numeros]
        if fiches or not poste["fiches"]:
            par_fiche.append({**poste, "fiches": fiches})
    services = {fiche: service for fiche, service in parts["fiches"].items() if fiche in numeros}
    return {
        "parts": {**parts, "fiches": services},
        "moyens": {**moyens, "par_fiche": par_fiche},
    }


def _convention_suivante(
    nom: str,
    etude: EtudeFinale,
    ancienne: Convention,
    regles: ReglesProjet,
    annexe1: pd.DataFrame,
    dates: tuple[date, date],
) -> dict[str, Any]:
    """Return the content of the next convention's ``convention.yaml``.

    ``ancienne`` is what lives of the old one.
    """
    sans_histoire = {"fiches": {"__all__": {"histoire"}}}
    contenu = ancienne.model_dump(mode="python", exclude_none=True, exclude=sans_histoire)
    de = etude.catalogue.territoires[ancienne.territoire].de
    debut, fin = dates
    annees = {"debut": debut.year, "fin": fin.year}
    anciennes_annees = {"debut": ancienne.debut.year, "fin": ancienne.fin.year}
    nouvelle_annee = {
        str(ancienne.debut.year): str(debut.year),
        str(ancienne.fin.year): str(fin.year),
    }

    def avancer(texte: str) -> str:
        """Replace in a text the first and the last year of the old convention by the new ones."""
        return re.sub(r"\b\d{4}\b", lambda annee: nouvelle_annee.get(annee[0], annee[0]), texte)

    articles = []
    for article in contenu["articles"]:
        objet = avancer(article["objet"])
        consequence = avancer(article["consequence"])
        articles.append({**article, "objet": objet, "consequence": consequence})
    fiches = []
    for fiche, contenu_de_la_fiche in zip(ancienne.fiches, contenu["fiches"], strict=True):
        champs_refaits = _champs_refaits(fiche, etude, regles, anciennes_annees)
        fiches.append({**contenu_de_la_fiche, **champs_refaits, "debut": debut, "fin": fin})
    periode = "{debut}-{fin}".format(**anciennes_annees)
    return {
        **contenu,
        "id": nom,
        "titre": regles.convention["titre"].format(de=de, **annees),
        "debut": debut,
        "fin": fin,
        "date_signature": {"absent": regles.convention["sans_signature"]},
        "source_texte": regles.convention["source"].format(de=de, avant=periode, **annees),
        **_sources_du_diagnostic(etude.catalogue.donnees_publiques, annexe1),
        "source_suivi": avancer(ancienne.source_suivi),
        "articles": articles,
        "fiches": fiches,
        "schemas": [schema for schema in contenu["schemas"] if schema["fin"] >= debut.year],
        "annexes_vides": [],
        "lacunes": [lacune.model_dump() for lacune in regles.lacunes],
    }


def _rendre(
    nom: str,
    fichiers: Mapping[str, bytes],
    phrases: Iterable[str],
    diagnostic: pd.DataFrame,
    joints: Mapping[str, bytes] | None = None,
    **valeurs: object,
) -> Brouillon:
    """Return a draft once its files have been checked, with its sentences filled.

    The files are read as they will be in the data folder, and nothing is written.

    Args:
        nom: The name of the convention.
        fichiers: Their bytes, by name in its folder.
        phrases: What to say of it, with places to fill.
        diagnostic: Its annexe 1, whose rows the sentences count.
        joints: The bytes of the files that are not read, by name in its folder.
        **valeurs: What else fills the sentences.

    Raises:
        DonneesInvalides: A file has a fault.
    """
    dossier = f"{CONVENTIONS}/{nom}"
    places = {f"{dossier}/{fichier}": octets for fichier, octets in fichiers.items()}
    fautes = fautes_de_saisie(nom, places)
    if fautes:
        raise DonneesInvalides(list(fautes))
    with superposer(places):
        places[f"{dossier}/{CLASSEUR}"] = classeur_de(nom)
    for fichier, octets in (joints or {}).items():
        places[f"{dossier}/{fichier}"] = octets
    valeurs |= {
        "nom": nom,
        "fichiers": len(places),
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
    """Return each row of an ``annexe1.csv``: a public figure, or « non transmis » and whom to ask.

    The rows are those of ``ancien``, else one an indicator of the themes and a territory: that of
    the convention, and its reference.

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
    """Return, by indicator, who holds its figure and in which document; those that say it."""
    return {
        item.id: item.collecte for theme in themes for item in theme.indicateurs if item.collecte
    }


def _sources_du_diagnostic(regles: DonneesPubliques, annexe1: pd.DataFrame) -> dict[str, str]:
    """Return the two fields of ``convention.yaml`` about annexe 1: its source and its years."""
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
    responsable: str
    annees_connues: int
    connue: float
    annee_connue: float
    statut_connue: str


def _champs_refaits(
    fiche: Fiche, etude: EtudeFinale, regles: ReglesProjet, anciennes_annees: Mapping[str, int]
) -> dict[str, Any]:
    """Return the fields of a fiche that change from one convention to the next.

    Its modalités without dates, its results, its indicators without targets, which start from the
    last known values, its analyses.
    """
    parcours = {item.indicateur: item for item in lignes(etude.parcours, _Parcours)}
    indicateurs = []
    for indicateur in fiche.indicateurs:
        contenu = indicateur.model_dump(include={"id", "libelle"}, exclude_defaults=True)
        depart = _valeur_initiale(
            parcours[indicateur.id], indicateur, etude, regles.convention, anciennes_annees
        )
        cible = {"absent": regles.convention["sans_cible"]}
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
        # Only the keys that were written: a type of analysis refuses those of the other types.
        "analyses": [analyse.model_dump(exclude_unset=True) for analyse in fiche.analyses],
    }


def _valeur_initiale(
    parcours: _Parcours,
    prevu: IndicateurFiche,
    etude: EtudeFinale,
    mots: Mapping[str, str],
    anciennes_annees: Mapping[str, int],
) -> dict[str, object]:
    """Return the ``valeur_initiale`` of an indicator: its last known value and where it comes from,
    or why there is none.

    ``{"valeur": 12, "annee": 2028, "reference": "…"}`` or ``{"absent": "…"}``.
    """
    if parcours.table != OBSERVATIONS:
        return {"absent": mots["qualitatif"]}
    if pd.isna(parcours.connue):
        qui = service(etude, parcours.responsable)
        return {"absent": mots["sans_valeur"].format(qui=qui, **anciennes_annees)}
    valeur = float(parcours.connue)
    annee = int(parcours.annee_connue)
    source = source_de_la_valeur(etude, parcours.indicateur, annee)
    termes = etude.catalogue.indicateurs_fiches[parcours.indicateur].termes
    if parcours.annees_connues == 0 and isinstance(prevu.valeur_initiale, ValeurDatee):
        # The follow-up never gave it: the text did.
        du_texte = prevu.valeur_initiale.reference
        reference = mots["reference_du_texte"].format(reference=du_texte, **anciennes_annees)
    else:
        if not source and termes:
            libelles = [etude.contexte.indicateurs[nom].libelle for nom in termes]
            source = mots["calcul"].format(termes=enumerer([minuscule(nom) for nom in libelles]))
        reference = mots["reference"].format(**anciennes_annees)
        if source:
            reference += f" ; {source}"
    if parcours.statut_connue == Statut.PROVISOIRE:
        reference += f" ; {mots['provisoire']}"
    return {
        "valeur": int(valeur) if valeur.is_integer() else valeur,
        "annee": annee,
        "reference": reference,
    }


def _modele(nom: str, /, **mots: object) -> str:
    """Return the text of a model of ``catalogue/modele``, with its ``$places`` filled."""
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
