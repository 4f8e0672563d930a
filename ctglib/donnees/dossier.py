"""A convention and its catalogue, read whole and checked, its yearly follow-up left out; then what
its end reads.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import pandas as pd

from ctglib.donnees.catalogue import PROPRES, Catalogue, Fichiers
from ctglib.donnees.csv_strict import en_table
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, existe
from ctglib.donnees.magasin import COG_DES_COMMUNES, derniere_table_si_presente, lire_tables
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.catalogue import (
    COMMUNE,
    Dimension,
    Indicateur,
    Modalite,
    Territoire,
    Theme,
    ThemePropre,
)
from ctglib.donnees.modeles.coherence import Correction, Justification
from ctglib.donnees.modeles.convention import Affirmation, Commentaire, Convention
from ctglib.donnees.modeles.evaluation import (
    Lectures,
    ReglesConformite,
    ReglesFinales,
    SaisieFinale,
)
from ctglib.donnees.modeles.plan import IndicateurFiche
from ctglib.donnees.modeles.prolongement import SaisieProlongement
from ctglib.donnees.modeles.rapports import MessageDesParties, SectionDuDiagnostic
from ctglib.donnees.modeles.suivi import CollecteAnnuelle, Gabarit, Parts
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.numeros import ordre
from ctglib.donnees.pieces import CATALOGUE, Pieces, avec_la_fin, lire_pieces
from ctglib.donnees.plan import en_vigueur, encore_en_vigueur, rembobine
from ctglib.donnees.regles import verifier
from ctglib.donnees.yaml_strict import charger_yaml

GABARIT = "catalogue/gabarit.yaml"
COLLECTE = "collecte.yaml"


@dataclass(frozen=True)
class Dossier(Montrable):
    """A convention, checked."""

    catalogue: Catalogue
    convention: Convention  # as it stood on the last day that was asked for
    plans: dict[int, Convention]  # as it stood at the end of each year of follow-up
    # Columns section, indicateur, territoire, annee (Int64), valeur, variation_5_ans (float64,
    # missing when empty), unite, statut, note ("" when none).
    annexe1: pd.DataFrame
    affirmations: tuple[Affirmation, ...]  # sentences of annexe 1 that compare, rank or total
    offre: pd.DataFrame  # one characteristic of a structure a row, all text ("" when empty)
    commentaires: tuple[Commentaire, ...]  # what the parties wrote under the themes
    corrections: tuple[Correction, ...]  # places of the source read otherwise than written
    justifications: tuple[Justification, ...]  # findings that are no fault
    avenants: tuple[Avenant, ...]  # in order; what they name is checked with the follow-up
    # What the parties say on first pages in place of our messages.
    messages: tuple[MessageDesParties, ...]
    logos: dict[str, bytes | None]  # None while the file is not there


@dataclass(frozen=True)
class Finale:
    """What the evaluation at the end reads beside the follow-up, checked; an absent file is an
    empty one.
    """

    regles: ReglesFinales
    conformite: ReglesConformite
    lectures: Lectures  # links that the text does not write
    saisie: SaisieFinale  # what the evaluators entered
    prolongement: SaisieProlongement  # what somebody declared of the years to come


def lire_dossier(convention: str) -> Dossier:
    """Return the convention of a folder of ``conventions``, read whole and checked, or raise all
    its faults.
    """
    return en_dossier(lire_pieces(convention))


def lire_dossier_actuel(convention: str) -> Dossier:
    """Return the convention of a folder as all its avenants leave it (``encore_en_vigueur``): what
    the diagnostic, the check and the needs read, and ask about.
    """
    pieces = lire_pieces(convention)
    dossier = en_dossier(pieces)
    actuelle = encore_en_vigueur(dossier.convention, dossier.avenants)
    return replace(dossier, convention=actuelle, catalogue=_catalogue(pieces, actuelle, ()))


def en_dossier(pieces: Pieces, jours: Mapping[int, date] | None = None) -> Dossier:
    """Return the convention of pieces, or raise all their faults.

    Its plan is that of the text or, with ``jours``, the one in force on the last of them: the day
    on which each year of follow-up is stopped. That of a closed year is as its copy has it.
    """
    # What a closed year names was checked when it was closed, against the whole text: its copy no
    # longer has what had been withdrawn by then.
    fautes = pieces.fautes if pieces.copie else verifier(pieces)
    if fautes:
        raise DonneesInvalides(fautes)
    convention = pieces.convention
    assert convention is not None  # it has been read, or its absence would be a fault
    avenants = _reunis(pieces, "avenants")
    plans: dict[int, Convention] = {}
    for annee, jour in (jours or {}).items():
        if pieces.copie:
            plans[annee] = rembobine(convention, jour)
        else:
            plans[annee] = en_vigueur(convention, avenants, jour)
    if plans:
        convention = plans[max(plans)]
    return Dossier(
        catalogue=_catalogue(pieces, convention, plans.values()),
        convention=convention,
        plans=plans,
        annexe1=en_table("annexe1", pieces.tables["annexe1"]),
        affirmations=_reunis(pieces, "affirmations"),
        offre=en_table("offre", pieces.tables["offre"]),
        commentaires=_reunis(pieces, "commentaires"),
        corrections=_reunis(pieces, "corrections"),
        justifications=_reunis(pieces, "justifications"),
        avenants=avenants,
        messages=_reunis(pieces, "messages"),
        logos=pieces.logos,
    )


def _reunis(pieces: Pieces, nom: str) -> tuple[Any, ...]:
    """Return what a file of the convention lists under its own name: « avenants » of
    ``avenants.yaml``; nothing when it is not there.
    """
    fichiers = pieces.objets(f"convention/{nom}")
    return tuple(element for fichier in fichiers for element in getattr(fichier, nom))


def _catalogue(pieces: Pieces, convention: Convention, plans: Iterable[Convention]) -> Catalogue:
    """Return the catalogue of pieces without fault, as the convention reads it: its own words, its
    articles cited.

    ``plans`` are those of each year: an indicator that an avenant has withdrawn keeps its words.
    """
    fichiers = {nom: convention.avec_ses_clauses(pieces.objets(nom)[0]) for nom in CATALOGUE}
    themes: list[Theme] = []
    themes_propres: list[ThemePropre] = []
    for groupe, sorte in ((themes, "themes"), (themes_propres, "convention/themes")):
        for theme in sorted(pieces.objets(sorte), key=lambda theme: theme.ordre):
            titre = convention.themes.get(theme.theme, theme.titre)
            groupe.append(theme.model_copy(update={"titre": titre}))

    propres = pieces.objets("convention/indicateurs")
    bibliotheque = {sujet.titre: sujet.indicateurs for sujet in pieces.objets("indicateurs")}
    bibliotheque[PROPRES] = tuple(
        indicateur for fichier in propres for indicateur in fichier.indicateurs
    )
    indicateurs = {
        indicateur.id: indicateur
        for indicateurs_du_sujet in bibliotheque.values()
        for indicateur in indicateurs_du_sujet
    }

    # One that serves several fiches is of the convention as soon as one of them writes it.
    ecrits = {cite.id for fiche in convention.fiches for cite in fiche.indicateurs if cite.libelle}

    def suivi(cite: IndicateurFiche) -> Indicateur:
        origine = "convention" if cite.id in ecrits else "propose"
        changes = {"origine": origine, "references": cite.references}
        return indicateurs[cite.id].model_copy(update=changes)

    retires = {}
    for plan in plans:
        for fiche in plan.fiches:
            retires |= {cite.id: suivi(cite) for cite in fiche.indicateurs}
    for fiche in convention.fiches:
        for cite in fiche.indicateurs:
            retires.pop(cite.id, None)

    territoires = {territoire.code: territoire for territoire in _reunis(pieces, "territoires")}
    dimensions = {}
    if convention.membres:
        dimensions[COMMUNE] = _des_communes(convention.membres, territoires)
    for fichier in (fichiers["dimensions"], *propres):
        dimensions |= {dimension.id: dimension for dimension in fichier.dimensions}
    responsables = {}
    for fichier in (fichiers["responsables"], convention):
        responsables |= {responsable.id: responsable for responsable in fichier.responsables}
    contexte = fichiers["contexte"].indicateurs
    sections = fichiers["diagnostic"].sections | {
        theme.theme: SectionDuDiagnostic(
            titre=theme.titre,
            theme=[theme.theme],
            phrases=theme.phrases,
            tableau=[indicateur.id for indicateur in theme.indicateurs],
            graphique=theme.graphique,
            definitions=theme.definitions,
            offre=theme.offre,
        )
        for theme in themes_propres
    }
    fichiers["diagnostic"] = fichiers["diagnostic"].model_copy(update={"sections": sections})
    sigles = fichiers["synthese"].sigles | convention.sigles
    alphabetiques = dict(sorted(sigles.items(), key=lambda sigle: sigle[0].casefold()))
    fichiers["synthese"] = fichiers["synthese"].model_copy(update={"sigles": alphabetiques})
    return Catalogue(
        **{champ.name: fichiers[champ.name] for champ in fields(Fichiers)},
        themes=(*themes, *themes_propres),
        themes_propres=tuple(themes_propres),
        statuts=fichiers["statuts"].statuts,
        unites={
            unite.id: unite
            for fichier in (fichiers["unites"], *propres)
            for unite in fichier.unites
        },
        territoires=territoires,
        bibliotheque=bibliotheque,
        fiches_indicateurs={
            fiche.numero: tuple(suivi(cite) for cite in fiche.indicateurs)
            for fiche in sorted(convention.fiches, key=lambda fiche: ordre(fiche.numero))
        },
        indicateurs_retires=tuple(retires.values()),
        indicateurs_contexte={indicateur.id: indicateur for indicateur in contexte},
        dimensions=dimensions,
        responsables=responsables,
    )


def _des_communes(codes: Iterable[str], territoires: Mapping[str, Territoire]) -> Dimension:
    """Return what an indicator asked commune by commune is broken down by: these communes, as the
    convention names them, or the official code.
    """
    table = derniere_table_si_presente(COG_DES_COMMUNES)
    officielles: dict[str, str] = {}
    if table:
        lieux = lire_tables(table, list(codes))
        officielles = dict(zip(lieux["territoire"], lieux["libelle"], strict=True))
    modalites = []
    for code in codes:
        nom = territoires[code].nom if code in territoires else officielles.get(code, code)
        modalites.append(Modalite(id=code.lower(), libelle=nom))
    return Dimension(id=COMMUNE, libelle="Commune", modalites=tuple(modalites))


def lire_finale(dossier: Dossier) -> Finale:
    """Return what the evaluation at the end reads beside the follow-up of a convention, or raise
    all its faults.
    """
    pieces = avec_la_fin(lire_pieces(dossier.convention.id))
    fautes = verifier(pieces)
    if fautes:
        raise DonneesInvalides(fautes)
    lectures = pieces.objets("convention/lectures")
    saisies = pieces.objets("convention/evaluation_finale")
    prolongements = pieces.objets("convention/prolongement")
    return Finale(
        regles=dossier.convention.avec_ses_clauses(pieces.objets("evaluation_finale")[0]),
        conformite=pieces.objets("conformite")[0],
        lectures=lectures[0] if lectures else Lectures(),
        saisie=saisies[0] if saisies else SaisieFinale(),
        prolongement=prolongements[0] if prolongements else SaisieProlongement(),
    )


def charger_gabarit(convention: str) -> Gabarit:
    """Return the workbook of a year, with what a convention asks for and from whom.

    Where the convention does not say who fills what, it is the first of its own services, when it
    names some.
    """
    gabarit = charger_yaml(GABARIT, Gabarit)
    dossier = f"{CONVENTIONS}/{convention}"
    fichier = f"{dossier}/{COLLECTE}"
    collecte = CollecteAnnuelle()
    if existe(fichier):
        collecte = charger_yaml(fichier, CollecteAnnuelle)
    else:
        services = charger_yaml(f"{dossier}/convention.yaml", Convention).responsables
        if services:
            collecte = CollecteAnnuelle(parts=Parts(principal=services[0].id))
    return gabarit.model_copy(update={"parts": collecte.parts, "moyens": collecte.moyens})
