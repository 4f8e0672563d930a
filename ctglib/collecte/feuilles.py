"""The sheets of the workbook of a convention and a year: the rows of each, and where its cells go.

The columns are those of ``gabarit.yaml``: a key tells the rows apart, the rest is a reminder or an
entry. The writer (``classeur``) shows the rows, the reader (``lecture``) turns the same cells into
entries of the follow-up.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

import pandas as pd

from ctglib.collecte.suivi import DOCUMENTS, RUBRIQUES, TOUTES, Suivi, Table, lire_annee
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.dossier import Dossier, charger_gabarit
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.lecture import CONVENTIONS
from ctglib.donnees.modeles import Nomme
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.catalogue import (
    COMMUNE,
    Forme,
    Indicateur,
    Modalite,
    NatureMoyen,
    Unite,
)
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Fiche, IndicateurFiche, ValeurDatee
from ctglib.donnees.modeles.rapports import PLACE_DU_CHAPO
from ctglib.donnees.modeles.suivi import (
    AUTRES,
    REJETEE,
    SUITES_OUVERTES,
    FeuilleGabarit,
    Gabarit,
    NatureDemandee,
    NomDeRubrique,
    nom_de_la_decision,
)
from ctglib.donnees.pieces import annees_presentes
from ctglib.donnees.plan import ARRETES, depart_utile, dispense
from ctglib.donnees.plausibilite import CELLULE, MOYEN
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.donnees.suivi import Suivi as SuiviAnnuel

Cle = tuple[str, ...]
Montre = dict[str, str | float | date]

OBSERVATIONS = "observations"
NON_RENSEIGNEE = "non_renseignee"  # the state of an action about which nobody says anything
# The tables whose values are confirmed, and what tells their rows apart within a year of follow-up.
CONFIRMABLES = {OBSERVATIONS: (*CELLULE, "indicateur"), "moyens": tuple(MOYEN)}

# What a cell that confirms a value fills: no column of its row, but a row of confirmations.csv.
CONFIRMATION = "confirmation"
# The entry cells of an indicator, and the column of the follow-up that each is: those of the year,
# then those that correct the year before.
TEXTE = "_texte"  # after a cell, what it holds beside its value: the names of a list
_CHAMPS_DE_L_ANNEE = {
    "valeur": "valeur",
    f"valeur{TEXTE}": "texte",
    "statut": "statut",
    "source": "source",
    "note": "note",
    CONFIRMATION: CONFIRMATION,
}
CORRECTION = "correction"  # in the first year of a convention, the initial value
_CHAMPS_DE_CORRECTION = {
    CORRECTION: "valeur",
    f"{CORRECTION}{TEXTE}": "texte",
    "raison": "note",
    "source": "source",
    CONFIRMATION: CONFIRMATION,
}

_JOUR = re.compile(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$")


@dataclass(frozen=True)
class Nombre:
    """What a cell of a number may hold; ``pourcent``: « 59 % » reads 59; ``unite`` in words.

    Of another ``forme`` (``Unite``), it holds a word of ``mots``, the names of a list or a text.
    """

    minimum: float = 0
    maximum: float | None = None
    decimales: int = 0
    pourcent: bool = False
    unite: str = ""
    forme: Forme = "nombre"
    mots: tuple[str, str] | None = None

    @property
    def choix(self) -> dict[str, str]:
        """The words of a yes or no, and the value of each: yes first."""
        non, oui = self.mots or ("", "")
        return {oui: "1", non: "0"}

    def montre(self, valeur: str, texte: str) -> str | float:
        """Return what a cell shows of a value that is known, with its text."""
        if self.forme == "nombre":
            return float(valeur)
        if self.forme == "oui_non":
            return (self.mots or ("", ""))[bool(float(valeur))]
        return texte


@dataclass(frozen=True)
class Liste:
    """The words a cell chooses from, and the code of each.

    ``nom`` is that of its column in the hidden sheet. ``par`` has the words that may follow a code
    of another column of the row, by this code.
    """

    nom: str
    codes: dict[str, str]
    par: dict[str, dict[str, str]] = field(default_factory=dict)

    def choix(self, avant: str = "") -> dict[str, str]:
        """Return the words that may follow the code of another column, and the code of each."""
        return self.par.get(avant, self.codes)

    def mot(self, code: str, avant: str = "") -> str:
        """Return the word of a code, or the code itself when the list has none."""
        for mot, code_du_mot in self.choix(avant).items():
            if code_du_mot == code:
                return mot
        return code


@dataclass(frozen=True)
class Cible:
    """A row of the follow-up that the cells of a row of a sheet fill.

    ``champs`` says which column of the table each cell is; ``defauts``, what its columns hold when
    nothing else is written, once a cell says something.
    """

    table: str
    cle: Cle
    champs: dict[str, str]
    defauts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Demande:
    """What a service is asked for: one thing, which is missing until it is answered.

    The rows of a sheet that have the same one are answered together.
    """

    nature: NatureDemandee
    fiche: str  # its number, "" when it is of none
    # an indicator, the number of a modalité, « signataire/poste », a line of the grid; "" of an
    # appreciation
    element: str
    part: str  # of an indicator, the modalité; of a means, the structure; of the grid, the function
    libelle: str  # in words, that of the part apart
    libelle_de_la_part: str


@dataclass(frozen=True)
class Ligne:
    """A row of a sheet."""

    # What is written in its cells, by column; entry cells hold what was already entered.
    montre: Montre
    # Where its entry cells go, the first its own row; those that go nowhere are closed.
    cibles: tuple[Cible, ...]
    nombre: Nombre = Nombre()  # what its cells of numbers may hold
    # the first and the last day that its cells of dates may hold, when it is not any
    jours: tuple[date, date] | None = None
    liste: Liste | None = None  # what its cells choose from, where their column has no list
    pli: str = ""  # the heading under which it is folded
    service: str = ""  # who fills it, where it is not who fills what no other does
    # Nobody is asked for it: it is not written, and still read from a workbook sent before.
    dispensee: bool = False
    demande: Demande | None = None  # what it asks for; None: it is optional, or asks for nothing
    # the indicator whose initial value it asks for, in the first year of the convention; "": none
    depart: str = ""

    @property
    def ouvertes(self) -> set[str]:
        """Return the cells that may be filled."""
        return {cellule for cible in self.cibles for cellule in cible.champs}


@dataclass(frozen=True)
class Feuille:
    """A sheet: its model, its rows, the lists of its columns.

    ``libre`` is what a row added at its end is; None where no row may be added.
    """

    modele: FeuilleGabarit
    lignes: tuple[Ligne, ...]
    listes: dict[str, Liste]
    libre: Ligne | None

    def liste(self, ligne: Ligne, colonne: str) -> Liste | None:
        """Return the list of a cell, its row's before its column's."""
        return ligne.liste or self.listes.get(colonne)


@dataclass(frozen=True)
class Cadre:
    """A convention and a year to collect."""

    dossier: Dossier
    gabarit: Gabarit  # its texts are those of the year
    annee: int
    jour: date  # on which the year is stopped: its plan is that of this day
    suivis: dict[int, Suivi]  # the folders of follow-up, by year; that of ``annee`` is always there
    responsable: str = ""  # the service whose part is asked for, "" for the whole
    avenants: tuple[Avenant, ...] = ()
    # what the bilan would say of each line of its first page, by its place: what may be signed
    propositions: Mapping[Cle, str] = field(default_factory=dict)

    @property
    def convention(self) -> Convention:
        """The convention as its plan stands at the end of the year."""
        return self.dossier.plans.get(self.annee, self.dossier.convention)

    def saisi(self, table: str) -> Table:
        """Return what is already entered for the year."""
        return self.suivis[self.annee][table]

    def precedent(self, table: str) -> Table:
        """Return what was entered for the year before, nothing when it has no folder."""
        return self.suivis.get(self.annee - 1, {}).get(table, {})

    def connue(self, cible: Cible) -> dict[str, str]:
        """Return the row of the follow-up that cells fill, as it stands; empty when there is none.

        It is the one entered for the year. Of a figure, it is the one of the latest millésime,
        whichever folder holds it. ``CONFIRMATION`` is why it was confirmed.
        """
        if cible.table != OBSERVATIONS:
            ligne = self.saisi(cible.table).get(cible.cle, {})
            return ligne | self._confirmation(cible.table, ligne, self.annee)
        derniere = self._derniers_chiffres.get(cible.cle[:-1], {})
        annee = int(derniere.get("millesime", self.annee))
        return derniere | self._confirmation(OBSERVATIONS, derniere, annee)

    def est_connu_avant(self, cle: Cle) -> bool:
        """Tell whether the series of a figure has a value of a year before its own."""
        territoire, annee, *serie, _ = cle
        return any(
            (autre, une_serie) == (territoire, serie) and une_annee < annee and ligne["valeur"]
            for (autre, une_annee, *une_serie, _), ligne in self._chiffres_connus
        )

    @property
    def _chiffres_connus(self) -> Iterator[tuple[Cle, dict[str, str]]]:
        for suivi in self.suivis.values():
            yield from suivi[OBSERVATIONS].items()

    @cached_property
    def _derniers_chiffres(self) -> Table:
        """The row of the latest millésime of each figure, by its key without the millésime."""
        derniers: Table = {}
        for cle, ligne in self._chiffres_connus:
            connue = derniers.get(cle[:-1])
            if connue is None or connue["millesime"] < ligne["millesime"]:
                derniers[cle[:-1]] = ligne
        return derniers

    def _confirmation(self, table: str, ligne: dict[str, str], annee: int) -> dict[str, str]:
        """Return why a row of a year's folder was confirmed, nothing when it was not."""
        confirmations = self.suivis.get(annee, {}).get("confirmations", {})
        if not ligne or not confirmations or table not in CONFIRMABLES:
            return {}
        confirmation = confirmations.get(cle_de_confirmation(table, ligne, annee), {})
        if not confirmation or not ligne["valeur"]:
            return {}
        if float(confirmation["valeur"]) != float(ligne["valeur"]):
            return {}
        return {CONFIRMATION: confirmation["raison"]}

    @cached_property
    def listes(self) -> dict[str, Liste]:
        """The lists of the workbook, by name."""
        catalogue = self.dossier.catalogue
        convention = self.convention
        evaluation = catalogue.evaluation
        profils = catalogue.profils
        structures = self.dossier.offre.drop_duplicates("structure")
        niveaux = {str(rang): f"{rang} – {mot}" for rang, mot in enumerate(evaluation.niveaux)}
        mots_par_code: dict[str, dict[str, str]] = {
            "etats_de_valeur": {**self.gabarit.etats_de_valeur},
            "domaines": {**self.gabarit.domaines},
            "diffusions": {**self.gabarit.diffusions},
            "niveaux": niveaux,
            "etats_d_action": {code: mot.capitalize() for code, mot in evaluation.etats.items()},
            "etats_de_suite": {code: mot.capitalize() for code, mot in evaluation.suites.items()},
            "votes": {code: mot.capitalize() for code, mot in evaluation.decisions.items()},
            "statuts_du_bilan": {
                code: mot.capitalize() for code, mot in evaluation.statuts.items()
            },
            "signataires": {partie.id: partie.nom_court for partie in convention.parties},
            "fiches": {fiche.numero: _titre(fiche) for fiche in convention.fiches},
            "structures": dict(zip(structures["structure"], structures["nom"], strict=True)),
            "natures": _libelles(catalogue.moyens.natures),
            "postes": _libelles(catalogue.moyens.postes),
            "dispositifs": _libelles(catalogue.dimensions[profils.dimension].modalites),
            "variables": _libelles(profils.variables),
        }
        listes = {}
        for nom, mots_de_la_liste in mots_par_code.items():
            listes[nom] = Liste(nom, {mot: code for code, mot in mots_de_la_liste.items()})
        categories = {variable.id: variable.modalites for variable in profils.variables}
        listes["categories"] = _liste_selon("categories", categories)
        referentiel = catalogue.referentiel_emploi
        items = {domaine: getattr(referentiel, domaine) for domaine in self.gabarit.domaines}
        listes["items"] = _liste_selon("items", items)
        return listes


def cle_de_confirmation(table: str, ligne: Mapping[str, str], annee: int) -> Cle:
    """Return the key of the row of confirmations.csv that confirms a row of a year's folder."""
    colonnes = CONFIRMABLES[table]
    return tuple(
        ligne.get(colonne, str(annee)) if colonne in (*colonnes, "annee") else ""
        for colonne in charger_schema("confirmations").cle
    )


def _liste_selon(nom: str, groupes: Mapping[str, Iterable[Modalite | Nomme]]) -> Liste:
    """Return a list whose words depend on the code of another column, which ``groupes`` are by."""
    codes: dict[str, str] = {}
    par: dict[str, dict[str, str]] = {}
    for code_d_avant, items in groupes.items():
        par[code_d_avant] = {item.libelle: item.id for item in items}
        codes |= par[code_d_avant]
    return Liste(nom, codes, par)


def _libelles(items: Iterable[Modalite | NatureMoyen | Nomme]) -> dict[str, str]:
    return {item.id: item.libelle for item in items}


def _titre(fiche: Fiche) -> str:
    return f"{fiche.numero}. {fiche.titre}"


def ouvrir_cadre(convention: str, annee: int, responsable: str = "") -> Cadre:
    """Return the frame of a convention and a year.

    Raises:
        DonneesInvalides: The data do not hold, the year is outside the convention, or the service
            is unknown.
    """
    suivi = lire_suivi_brut(convention)
    gabarit = charger_gabarit(convention)
    debut = suivi.convention.debut.year
    fin = suivi.fin.year
    if not debut <= annee <= fin:
        raise refus(
            f"{CONVENTIONS}/{convention}",
            *mots("annee_du_gabarit", annee=annee, debut=debut, fin=fin),
        )
    if annee != suivi.annee:
        suivi = lire_suivi_brut(convention, annee)
    services = suivi.catalogue.responsables
    if responsable and responsable not in services:
        fichier = f"{CONVENTIONS}/{convention}/convention.yaml"
        raise refus(fichier, *nom_inconnu(responsable, services, "service"))
    annees = sorted({annee, *annees_presentes(convention)})
    suivis = {une_annee: lire_annee(convention, une_annee) for une_annee in annees}
    return Cadre(
        suivi.dossier,
        _de_l_annee(gabarit, annee, debut),
        annee,
        suivi.suivis[annee].bilan.date_arretee,
        suivis,
        responsable,
        suivi.avenants,
    )


def cadre_vierge(suivi: DossierSuivi, gabarit: Gabarit, annee: int, responsable: str) -> Cadre:
    """Return the frame of a service's part without anything entered: what anyone may be sent."""
    rien: Suivi = {table: {} for table in TOUTES}
    return _cadre_d_un_suivi(suivi, gabarit, annee, {annee: rien}, responsable)


def cadres_des_reponses(suivi: DossierSuivi, gabarit: Gabarit) -> list[Cadre]:
    """Return the frame of each year of a follow-up as reports read it: what is answered in all the
    years that are read, and no figure.
    """
    reponses = {
        annee: _reponses(annuel, suivi.observations) for annee, annuel in suivi.suivis.items()
    }
    return [_cadre_d_un_suivi(suivi, gabarit, annee, reponses) for annee in suivi.suivis]


def _cadre_d_un_suivi(
    suivi: DossierSuivi,
    gabarit: Gabarit,
    annee: int,
    saisis: dict[int, Suivi],
    responsable: str = "",
) -> Cadre:
    return Cadre(
        suivi.dossier,
        _de_l_annee(gabarit, annee, suivi.convention.debut.year),
        annee,
        suivi.suivis[annee].bilan.date_arretee,
        saisis,
        responsable,
        tuple(suivi.avenants),
    )


def _reponses(annuel: SuiviAnnuel, observations: pd.DataFrame) -> Suivi:
    """Return the rows of a year's folder that say what is answered: their keys and their status."""
    tables: Suivi = {nom: {} for nom in TOUTES}
    entrees = {
        OBSERVATIONS: observations[observations["millesime"].eq(annuel.annee)],
        "actions": annuel.actions,
        "moyens": annuel.moyens,
        "profils": annuel.profils,
        "posture": annuel.posture,
    }
    for nom, entree in entrees.items():
        schema = charger_schema(nom)
        cles = entree[list(schema.cle)].astype("str").to_numpy().tolist()
        statuts = entree["statut"] if "statut" in entree else [""] * len(entree)
        for cle, statut in zip(cles, statuts, strict=True):
            ligne = dict.fromkeys(schema.colonnes, "") | dict(zip(schema.cle, cle, strict=True))
            tables[nom][tuple(cle)] = ligne | {"statut": statut} if statut else ligne
    for appreciation in annuel.appreciations:
        for rubrique in RUBRIQUES:
            if getattr(appreciation, rubrique):
                tables["appreciations"][str(appreciation.fiche), rubrique] = {"valeur": ""}
    return tables


def _de_l_annee(gabarit: Gabarit, annee: int, premiere: int) -> Gabarit:
    """Return the gabarit of a year: the year and the one before in its texts, which are those of
    the first year of the convention, or of the others.
    """
    textes = gabarit.model_dump_json()
    textes = textes.replace("{annee}", str(annee))
    textes = textes.replace("{precedente}", str(annee - 1))
    gabarit = Gabarit.model_validate_json(textes)
    quand = ("toujours", "premiere_annee" if annee == premiere else "annees_suivantes")
    mode_emploi = tuple(partie for partie in gabarit.mode_emploi if partie.quand in quand)
    gabarit = gabarit.model_copy(update={"mode_emploi": mode_emploi})
    if annee != premiere:
        return gabarit
    feuilles_du_gabarit = []
    for feuille in gabarit.feuilles:
        colonnes = tuple(colonne.de_la_premiere_annee for colonne in feuille.colonnes)
        feuilles_du_gabarit.append(feuille.model_copy(update={"colonnes": colonnes}))
    return gabarit.model_copy(update={"feuilles": tuple(feuilles_du_gabarit)})


def feuilles(cadre: Cadre, *, a_lire: bool = False) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook; a service's has only those where it has something to fill.

    The rows of each sheet are those of the function of its name, below. With ``a_lire``, they are
    those that a workbook may bring back: also what nobody is asked for since it was sent.
    """
    plan = []
    for modele in cadre.gabarit.feuilles:
        colonnes = modele.colonnes
        listes = {colonne.id: cadre.listes[colonne.liste] for colonne in colonnes if colonne.liste}
        lignes = []
        for ligne in _lignes(cadre, modele):
            if ligne.dispensee and not a_lire:
                if not ligne.depart:
                    continue
                ligne = _au_depart_seul(ligne)
            if cadre.responsable in ("", ligne.service):
                lignes.append(_preremplie(cadre, ligne, modele, listes))
        if not lignes:
            continue
        libre = None
        if modele.lignes_libres:
            cible = replace(lignes[0].cibles[0], cle=())
            nombre = replace(lignes[0].nombre, unite="")
            libre = replace(lignes[0], montre={}, cibles=(cible,), pli="", nombre=nombre)
        plan.append(Feuille(modele, tuple(lignes), listes, libre))
    return tuple(plan)


def _au_depart_seul(ligne: Ligne) -> Ligne:
    """Return the row of what has not begun: only its initial value may be entered."""
    de_l_annee, *autres = ligne.cibles
    return replace(ligne, cibles=(replace(de_l_annee, champs={}), *autres))


def lignes_demandees(cadre: Cadre) -> Iterator[tuple[FeuilleGabarit, Ligne]]:
    """Yield the rows of a workbook that ask for something, each with its sheet; their entry cells
    do not show what was entered.
    """
    for modele in cadre.gabarit.feuilles:
        for ligne in _lignes(cadre, modele):
            if ligne.demande and cadre.responsable in ("", ligne.service):
                yield modele, ligne


def _lignes(cadre: Cadre, modele: FeuilleGabarit) -> Iterator[Ligne]:
    """Yield the rows of a sheet, each with the service that fills it."""
    lignes_de = {
        "actions": _actions,
        "indicateurs": _indicateurs,
        "communes": _communes,
        "moyens": _moyens,
        "profils": _profils,
        "posture": _posture,
        "appreciations": _appreciations,
        "participation": _participation,
        "premiere_page": _premiere_page,
    }
    for ligne in lignes_de[modele.id](cadre):
        yield replace(ligne, service=ligne.service or cadre.gabarit.parts.principal)


def _preremplie(
    cadre: Cadre, ligne: Ligne, modele: FeuilleGabarit, listes: Mapping[str, Liste]
) -> Ligne:
    """Return a row whose entry cells show what was already entered; a default is not written."""
    types = {colonne.id: colonne.type for colonne in modele.colonnes}
    cible = ligne.cibles[0]
    connue = cadre.connue(cible)
    montre = dict(ligne.montre)
    for cellule, colonne in cible.champs.items():
        texte = connue.get(colonne)
        if not texte or texte == cible.defauts.get(colonne) or cellule not in types:
            continue
        match types[cellule]:
            case "nombre":
                montre[cellule] = ligne.nombre.montre(texte, connue.get("texte", ""))
            case "date":
                montre[cellule] = date.fromisoformat(texte)
            case "liste":
                liste = ligne.liste or listes.get(cellule)
                montre[cellule] = liste.mot(texte) if liste else texte
            case _:
                montre[cellule] = texte
    return replace(ligne, montre=montre)


def _actions(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row a modalité, with what was said of it last year; one that is already said of this
    year is never left out.
    """
    colonnes = cadre.gabarit.par_feuille["actions"].colonnes
    champs = {colonne.id: colonne.id for colonne in colonnes if colonne.role == "saisie"}
    etats = cadre.listes["etats_d_action"]
    convention = cadre.convention
    duree = (convention.debut, convention.fin_selon(cadre.avenants))
    derniers_etats: dict[Cle, str] = {}
    for annee, suivi in sorted(cadre.suivis.items()):
        for cle, action in suivi["actions"].items():
            if annee < cadre.annee and action["statut"] != NON_RENSEIGNEE:
                derniers_etats[cle] = action["statut"]
    for fiche in cadre.convention.fiches:
        for modalite in fiche.modalites:
            cle = (fiche.numero, modalite.numero)
            dernier_etat = derniers_etats.get(cle, "")
            motif = dispense(fiche, cadre.jour, modalite, dernier_etat=dernier_etat)
            precedent = ""
            avant = cadre.precedent("actions").get(cle)
            if avant:
                etat = etats.mot(avant["statut"])
                precedent = " : ".join(filter(None, (etat, avant["commentaire"])))
            debut = modalite.debut or fiche.debut
            fin = modalite.echeance or fiche.fin
            montre: Montre = {
                "repere": modalite.numero,
                "fiche": _titre(fiche),
                "libelle": modalite.texte,
                "calendrier": f"{debut:%m/%Y} – {fin:%m/%Y}",
                "precedent": precedent,
            }
            demande = Demande("etat", str(fiche.numero), modalite.numero, "", modalite.libelle, "")
            yield Ligne(
                montre,
                (Cible("actions", cle, champs),),
                jours=duree,
                service=cadre.gabarit.parts.de_fiche(fiche),
                dispensee=motif != "" and cle not in cadre.saisi("actions"),
                demande=None if motif else demande,
            )


def _indicateurs(cadre: Cadre) -> Iterator[Ligne]:
    """Yield a row a figure, for the whole and for each part, with last year's as known today.

    An indicator that is computed, or read in another table (profiles, posture), is not asked for
    here. The folded rows come last.
    """
    yield from _chiffres(cadre, par_commune=False)


def _communes(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the rows of the indicators that are asked commune by commune, as ``_indicateurs``."""
    yield from _chiffres(cadre, par_commune=True)


def _chiffres(cadre: Cadre, *, par_commune: bool) -> Iterator[Ligne]:
    """Yield the rows of the indicators that are asked commune by commune, or of the others."""
    catalogue = cadre.dossier.catalogue
    porteuses = cadre.convention.porteuses
    repliees = []
    for fiche in cadre.convention.fiches:
        for prevu in fiche.indicateurs:
            item = catalogue.indicateurs_fiches[prevu.id]
            ailleurs = porteuses[prevu.id] != fiche.numero
            if item.table != OBSERVATIONS or item.calcul or ailleurs:
                continue
            if (item.dimension == COMMUNE) != par_commune:
                continue
            parts = {"": ""}  # the whole, then each part, with its label
            if item.dimension:
                parts = {"": "Ensemble"}
                libelles = _libelles(catalogue.dimensions[item.dimension].modalites)
                for part in item.modalites or libelles:
                    parts[part] = libelles[part]
            for part, detail in parts.items():
                ligne = _ligne_d_un_chiffre(cadre, fiche, prevu, part, detail)
                if ligne is None:
                    continue
                if ligne.pli:
                    repliees.append(ligne)
                else:
                    yield ligne
    yield from repliees


def _ligne_d_un_chiffre(
    cadre: Cadre, fiche: Fiche, prevu: IndicateurFiche, part: str, detail: str
) -> Ligne | None:
    """Return the row of an indicator, or of a part of it; None when it is not awaited this year.

    What is optional is folded, fiche by fiche, and so are the parts of what the fiche does not
    write.
    """
    catalogue = cadre.dossier.catalogue
    item = catalogue.indicateurs_fiches[prevu.id]
    collecte = item.collecte
    de_l_annee = _cible_d_un_chiffre(cadre, item, part, cadre.annee, _CHAMPS_DE_L_ANNEE)
    de_l_annee_d_avant = _cible_d_un_chiffre(
        cadre, item, part, cadre.annee - 1, _CHAMPS_DE_CORRECTION
    )
    connue = cadre.connue(de_l_annee)
    if not connue and not _attendu(cadre, item):
        return None

    service = _service_d_un_chiffre(cadre, item, part)
    montre: Montre = {
        "repere": f"{item.id}.{part}" if part else item.id,
        "fiche": fiche.numero,
        "libelle": item.libelle,
        "detail": detail,
        "definition": prevu.definition or item.definition,
        "collecte": "",
        "unite": catalogue.unites[item.unite].libelle,
        "precedent": _chiffre(cadre, cadre.connue(de_l_annee_d_avant), "valeur"),
        "source": "",
    }
    if collecte:
        qui = catalogue.responsables[service].libelle
        montre["collecte"] = " ; ".join((qui, collecte.quand, collecte.document))
        if not connue:
            montre["source"] = collecte.document
    nombre = _nombre_d_un_chiffre(item, catalogue.unites[item.unite])
    avant = cadre.connue(de_l_annee_d_avant)
    if avant.get("valeur"):
        montre["precedent"] = nombre.montre(avant["valeur"], avant.get("texte", ""))
    pli = ""
    if item.facultatif or (part and item.origine != "convention"):
        pli = cadre.gabarit.plis["indicateurs"].format(fiche=fiche.numero)
    motif = dispense(fiche, cadre.jour, prevu)
    demande = None
    if not pli and not motif and cadre.annee in _annees_attendues(cadre, item):
        libelle = prevu.libelle or item.libelle
        demande = Demande("valeur", str(fiche.numero), item.id, part, libelle, detail)
    return Ligne(
        montre,
        (de_l_annee, de_l_annee_d_avant),
        nombre,
        pli=pli,
        service=service,
        dispensee=not connue and motif != "",
        demande=demande,
        depart="" if part or pli else _depart_demande(cadre, fiche, prevu, item),
    )


def _service_d_un_chiffre(cadre: Cadre, item: Indicateur, part: str) -> str:
    """Return who enters a figure: the service of its dispositif, its indicator, or the main one."""
    service = cadre.gabarit.parts.principal
    if item.collecte and item.collecte.responsable:
        service = item.collecte.responsable
    if item.dimension == cadre.dossier.catalogue.profils.dimension:
        service = cadre.gabarit.parts.dispositifs.get(part, service)
    return service


def _nombre_d_un_chiffre(item: Indicateur, unite: Unite) -> Nombre:
    """Return how a figure is typed: its bounds, at least zero unless told, and its unit."""
    minimum, maximum = item.bornes
    return Nombre(
        0 if minimum is None else minimum,
        maximum,
        item.decimales,
        pourcent=item.unite == "pourcent",
        forme=unite.forme,
        mots=unite.mots,
        unite=unite.libelle.lower() if unite.symbole else "",
    )


def _depart_demande(cadre: Cadre, fiche: Fiche, prevu: IndicateurFiche, item: Indicateur) -> str:
    """Return the id of an indicator whose initial value is asked for in the workbook of this year;
    "" of another.

    That of the first year of the convention asks for it, when the plan does not write
    it, none is known of that year or the one before, and one would serve: it is followed from the
    beginning, and its target is no threshold that the text implies.
    """
    convention = cadre.convention
    if cadre.annee != convention.debut.year:
        return ""
    if dispense(fiche, cadre.jour, prevu) in ARRETES:
        return ""
    if not depart_utile(convention, fiche, prevu, item):
        return ""
    cible_changee = any(
        changement.nature == "cible" and changement.element == item.id
        for avenant in cadre.avenants
        for changement in avenant.changements
    )
    cible_ecrite = cible_changee or isinstance(prevu.cible, ValeurDatee)
    seuil = prevu.implicite is not None and prevu.implicite.valeur is not None
    attendue_une_fois = item.unique and (cible_ecrite or seuil)
    if attendue_une_fois or (seuil and not cible_ecrite):
        return ""
    if isinstance(prevu.valeur_initiale, ValeurDatee):
        return ""
    for annee in (cadre.annee - 1, cadre.annee):
        if cadre.connue(_cible_d_un_chiffre(cadre, item, "", annee, {})).get("valeur"):
            return ""
    return item.id


def _cible_d_un_chiffre(
    cadre: Cadre, item: Indicateur, part: str, annee: int, champs: dict[str, str]
) -> Cible:
    """Return the row of the follow-up that a figure of a year fills.

    The millésime is the year of the workbook until the import says otherwise.
    """
    territoire = cadre.convention.territoire
    dimension = ""
    if part:
        dimension = item.dimension or ""
    cle = (territoire, str(annee), item.id, dimension, part, str(cadre.annee))
    defauts = {"valeur": "", "statut": Statut.NORMAL.value, "unite": item.unite, "texte": ""}
    return Cible(OBSERVATIONS, cle, champs, defauts)


def _attendu(cadre: Cadre, item: Indicateur) -> bool:
    """Tell whether an indicator is in the workbook of this year.

    What is awaited once is asked for its year; it is there the year after too, to be corrected.
    """
    annees = _annees_attendues(cadre, item)
    return cadre.annee in annees or cadre.annee - 1 in annees


def _annees_attendues(cadre: Cadre, item: Indicateur) -> set[int]:
    """Return the years for which an indicator is awaited, as far as this one matters."""
    if not item.unique:
        return {cadre.annee}
    annees: set[int | None] = set()
    for fiche in cadre.convention.fiches:
        for suivi in fiche.indicateurs:
            if suivi.id == item.id:
                annees.add(suivi.annee_attendue)
    for avenant in cadre.avenants:
        for changement in avenant.changements:
            if changement.element == item.id:
                annees.add(changement.annee)
    # When nothing says which, it is any.
    return {annee for annee in annees if annee is not None} or {cadre.annee}


def _chiffre(cadre: Cadre, ligne: dict[str, str], colonne: str) -> str | float:
    """Return a figure as a number, or the word of its absence, or nothing when there is no row."""
    if not ligne:
        return ""
    if ligne[colonne]:
        return float(ligne[colonne])
    return cadre.dossier.catalogue.statuts[ligne["statut"]].mot


def _table(cadre: Cadre, nom: str, attendues: Iterable[Cle]) -> Iterator[Ligne]:
    """Yield the rows of a sheet that is a table of the follow-up.

    Those awaited come first, then those entered last year, then this year.
    """
    colonnes = cadre.gabarit.par_feuille[nom].colonnes
    colonnes_de_cle = [colonne for colonne in colonnes if colonne.role == "cle"]
    saisies = [colonne for colonne in colonnes if colonne.role == "saisie"]
    mesure = saisies[0]
    champs = {colonne.id: colonne.id for colonne in saisies}
    defauts = {}
    if "statut" in champs:
        defauts = {mesure.id: "", "statut": Statut.NORMAL.value}
    cles = dict.fromkeys([*attendues, *cadre.precedent(nom), *cadre.saisi(nom)])
    for cle in cles:
        codes = {colonne.id: code for colonne, code in zip(colonnes_de_cle, cle, strict=True)}
        montre: Montre = {}
        for colonne in colonnes_de_cle:
            code = codes[colonne.id]
            if colonne.liste:
                code_d_avant = codes.get(colonne.selon, "") if colonne.selon else ""
                montre[colonne.id] = cadre.listes[colonne.liste].mot(code, code_d_avant)
            else:
                montre[colonne.id] = code
        avant = cadre.precedent(nom).get(cle, {})
        if mesure.type == "nombre":
            montre["precedent"] = _chiffre(cadre, avant, mesure.id)
        elif avant and mesure.liste:
            montre["precedent"] = cadre.listes[mesure.liste].mot(avant[mesure.id])
        yield Ligne(montre, (Cible(nom, cle, champs, defauts),))


def _moyens(cadre: Cadre) -> Iterator[Ligne]:
    """Yield ETP and euros of each signatory, by fiche then by structure."""
    gabarit = cadre.gabarit
    parts = gabarit.parts
    par_structure = gabarit.moyens.par_structure
    postes_des_signataires = (*gabarit.moyens.par_fiche, *par_structure.postes)
    signataires_nommes = {poste.signataire for poste in postes_des_signataires}
    facultatifs = {
        (poste.signataire, poste.poste) for poste in par_structure.postes if poste.facultatif
    }
    catalogue = cadre.dossier.catalogue
    unites = {nature.id: catalogue.unites[nature.unite] for nature in catalogue.moyens.natures}
    dispensees = {fiche.numero for fiche in cadre.convention.fiches if dispense(fiche, cadre.jour)}
    attendus = list(_moyens_attendus(cadre))
    for ligne in _table(cadre, "moyens", attendus):
        partie, fiche, structure, nature, poste = ligne.cibles[0].cle
        service = parts.signataires.get(partie, "")
        if not service and fiche:
            service = parts.des_moyens(fiche)
        signataire = partie if partie in signataires_nommes else AUTRES
        pli = ""
        if structure and (signataire, poste) in facultatifs:
            pli = gabarit.plis["moyens"]
        nombre = Nombre(decimales=2, unite=unites[nature].libelle.lower())
        dispensee = fiche in dispensees and ligne.cibles[0].cle not in cadre.saisi("moyens")
        demande = None
        if ligne.cibles[0].cle in attendus and not pli and fiche not in dispensees:
            mots_de_la_ligne = {colonne: str(texte) for colonne, texte in ligne.montre.items()}
            libelle = f"{mots_de_la_ligne['signataire']}, {mots_de_la_ligne['poste']}"
            demande = Demande(
                "moyen",
                str(fiche),
                f"{partie}/{poste}",
                structure,
                libelle,
                mots_de_la_ligne["structure"],
            )
        yield replace(
            ligne, nombre=nombre, pli=pli, service=service, dispensee=dispensee, demande=demande
        )


def _moyens_attendus(cadre: Cadre) -> Iterator[Cle]:
    """Yield the keys of the means awaited of the signatories: for their fiches or for none, then
    for each structure that the convention asks them of, or of those alone that it supports.

    A means that may be of any nature is awaited in euros.
    """
    convention = cadre.convention
    catalogue = cadre.dossier.catalogue
    offre = cadre.dossier.offre
    moyens = cadre.gabarit.moyens
    natures = catalogue.moyens.natures_demandees
    parties = [partie.id for partie in convention.parties]
    fiches_de_la_convention = {fiche.numero for fiche in convention.fiches}
    for poste in moyens.par_fiche:
        fiches = [""]
        if poste.fiches:
            fiches = [fiche for fiche in poste.fiches if fiche in fiches_de_la_convention]
        for partie in moyens.signataires(poste, parties):
            for fiche in fiches:
                yield partie, fiche, "", natures[poste.poste], poste.poste

    categories = moyens.par_structure.categories
    types = [forme.id for forme in catalogue.offre.types if forme.categorie in categories]
    gestions = moyens.par_structure.gestions
    concernees = offre[offre["type"].isin(types) & offre["gestion"].isin(gestions)]
    est_soutenue = offre["caracteristique"].eq("soutien") & offre["valeur"].eq("oui")
    soutenues = set(offre.loc[est_soutenue, "structure"])
    for structure in concernees["structure"].unique():
        for poste in moyens.par_structure.postes:
            if poste.soutenues and structure not in soutenues:
                continue
            for partie in moyens.signataires(poste, parties):
                yield partie, "", structure, natures[poste.poste], poste.poste


def _profils(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the counts of each dispositif by each variable, then the crossed ones already entered.

    The dispositifs are those where an indicator of a fiche counts people. An indicator that is read
    in this sheet is one thing to answer, by any count: one row of its service asks for it, that of
    an answer, or the first when nothing is answered.
    """
    catalogue = cadre.dossier.catalogue
    dispositifs = cadre.listes["dispositifs"]
    comptes: set[str] = set()
    for item in _items_demandes(cadre):
        if item.dimension == catalogue.profils.dimension and item.sensible:
            comptes.update(item.modalites or dispositifs.codes.values())
    attendues = []
    for dispositif in dispositifs.codes.values():
        if dispositif not in comptes:
            continue
        for variable, categories in cadre.listes["categories"].par.items():
            for categorie in categories.values():
                attendues.append((dispositif, variable, categorie, "", ""))
    parts = cadre.gabarit.parts
    lignes = []
    for ligne in _table(cadre, "profils", attendues):
        dispositif = ligne.cibles[0].cle[0]
        pli = cadre.gabarit.plis["profils"].format(dispositif=dispositifs.mot(dispositif))
        service = parts.dispositifs.get(dispositif, parts.principal)
        lignes.append(replace(ligne, pli=pli, service=service))
    for demande, service in _typologies_demandees(cadre).items():
        rang = _rang_du_profil_demande(cadre, lignes, service)
        if rang is not None:
            lignes[rang] = replace(lignes[rang], pli="", demande=demande)
    yield from lignes


def _rang_du_profil_demande(cadre: Cadre, lignes: list[Ligne], service: str) -> int | None:
    """Return which row asks a service for the profiles; None when only others have answered."""
    rangs = [
        rang
        for rang, ligne in enumerate(lignes)
        if ligne.service == service and ligne.demande is None
    ]
    repondues = {
        cle
        for cle, profil in cadre.saisi("profils").items()
        if profil.get("statut") != Statut.NON_TRANSMIS
    }
    repondus = [rang for rang in rangs if lignes[rang].cibles[0].cle in repondues]
    if repondues:
        return repondus[0] if repondus else None
    return rangs[0] if rangs else None


def _typologies_demandees(cadre: Cadre) -> dict[Demande, str]:
    """Return what is asked of the indicators that are read in the sheet of profiles, each with the
    service that owes it.
    """
    porteuses = cadre.convention.porteuses
    demandees: dict[Demande, str] = {}
    for fiche in cadre.convention.fiches:
        for prevu in fiche.indicateurs:
            item = cadre.dossier.catalogue.indicateurs_fiches[prevu.id]
            ailleurs = porteuses[prevu.id] != fiche.numero
            if item.table != "profils" or item.facultatif or ailleurs:
                continue
            if not dispense(fiche, cadre.jour, prevu):
                libelle = prevu.libelle or item.libelle
                demande = Demande("valeur", str(fiche.numero), item.id, "", libelle, "")
                demandees[demande] = _service_d_un_chiffre(cadre, item, "")
    return demandees


def _posture(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the grid of the référentiel: the function, from 0 to 4, never the post or the person.

    It is awaited when an indicator of a fiche is read in it.
    """
    attendues = []
    fiches = _fiches_de_la_grille(cadre)
    if fiches:
        saisies = [cle[0] for cle in (*cadre.precedent("posture"), *cadre.saisi("posture"))]
        for fonction in dict.fromkeys([*cadre.gabarit.fonctions, *saisies]):
            for domaine, items in cadre.listes["items"].par.items():
                for item in items.values():
                    attendues.append((fonction, domaine, item))
    for ligne in _table(cadre, "posture", attendues):
        fonction, domaine, item = ligne.cibles[0].cle
        demande = None
        if fiches and fonction in cadre.gabarit.fonctions:
            element = f"{domaine}/{item}"
            demande = Demande(
                "niveau", fiches[0], element, fonction, str(ligne.montre["item"]), fonction
            )
        yield replace(ligne, demande=demande)


def _fiches_de_la_grille(cadre: Cadre) -> list[str]:
    """Return the fiches of the indicators that are read in the grid, and that somebody is asked
    for.
    """
    porteuses = cadre.convention.porteuses
    return [str(porteuses[item.id]) for item in _items_demandes(cadre) if item.table == "posture"]


def _items_demandes(cadre: Cadre) -> list[Indicateur]:
    """Return the indicators of the fiches that somebody is asked for."""
    return [
        cadre.dossier.catalogue.indicateurs_fiches[prevu.id]
        for fiche in cadre.convention.fiches
        for prevu in fiche.indicateurs
        if not dispense(fiche, cadre.jour, prevu)
    ]


def _appreciations(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the bilan, its comité, what became of the decisions, what each fiche's year was like,
    the new decisions.
    """
    rubriques_du_bilan: tuple[NomDeRubrique, ...] = (
        "date_arretee",
        "statut",
        "comite_date",
        "comite_absence",
    )
    for rubrique in rubriques_du_bilan:
        yield _texte(cadre, rubrique, "bilan", rubrique)
    for decision, ligne in _decisions_a_suivre(cadre).items():
        details = [ligne["responsable"]] if ligne.get("responsable") else []
        if ligne.get("echeance"):
            details.append(f"{date.fromisoformat(ligne['echeance']):%d/%m/%Y}")
        avant = ligne["texte"]
        if details:
            avant = f"{avant} ({' ; '.join(details)})"
        yield _texte(cadre, "suite", "suites", decision, avant=avant)
    for fiche in cadre.convention.fiches:
        service = cadre.gabarit.parts.de_fiche(fiche)
        motif = dispense(fiche, cadre.jour)
        for rubrique in RUBRIQUES:
            cle = (fiche.numero, rubrique)
            ligne = _texte(cadre, rubrique, "appreciations", *cle, sujet=_titre(fiche))
            dispensee = motif != "" and cle not in cadre.saisi("appreciations")
            demande = Demande("appreciation", str(fiche.numero), "", "", fiche.titre, "")
            yield replace(
                ligne,
                service=service,
                dispensee=dispensee,
                demande=None if motif else demande,
            )
    yield from _decisions(cadre)


def _decisions_a_suivre(cadre: Cadre) -> dict[str, dict[str, str]]:
    """Return the decisions of which the year says what became: those of the year before, then those
    of earlier years that nobody said done or dropped. One that was rejected has no follow-up.
    """
    a_suivre: dict[str, dict[str, str]] = {}
    closes: set[str] = set()
    for annee in sorted(cadre.suivis):
        if annee >= cadre.annee:
            continue
        for (decision,), suite in cadre.suivis[annee]["suites"].items():
            if suite["etat"] not in SUITES_OUVERTES:
                closes.add(decision)
        prises = {}
        for (decision,), ligne in cadre.suivis[annee]["decisions"].items():
            if ligne.get("etat") != REJETEE:
                prises[decision] = ligne
        a_suivre = prises | a_suivre
    return {decision: ligne for decision, ligne in a_suivre.items() if decision not in closes}


def _decisions(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the decisions already entered, then new ones for the empty rows."""
    decisions = [decision for (decision,) in cadre.saisi("decisions")]
    rang = 1
    while len(decisions) < cadre.gabarit.nombre_de_decisions:
        decision = f"d{cadre.annee}_{rang}"
        if decision not in decisions:
            decisions.append(decision)
        rang += 1
    for decision in decisions:
        yield _texte(cadre, "decision", "decisions", decision, avant="")
    # Those that answer a proposal of the bilan come from the minutes, and are read only.
    for regle in cadre.dossier.catalogue.bilan.propositions:
        decision = nom_de_la_decision(regle.id, cadre.annee)
        if decision not in decisions:
            ligne = _texte(cadre, "decision", "decisions", decision, avant="")
            yield replace(ligne, dispensee=True)


def _participation(cadre: Cadre) -> Iterator[Ligne]:
    """Yield who was asked, of each public, what the partners do together, an example an axis."""
    for public, (_, pluriel) in cadre.dossier.catalogue.bilan.publics.items():
        yield from _numerotees(cadre, "consultations", public, pluriel.capitalize())
    yield _texte(cadre, "cooperation", "participation", "cooperation")
    for axe in cadre.convention.axes:
        yield from _numerotees(cadre, "exemples", axe.id, axe.titre)


def _premiere_page(cadre: Cadre) -> Iterator[Ligne]:
    """Yield the lines of the first page of the bilan that may be signed, beside what it would say:
    the chapô, then the findings that it proposes, or that are signed already.
    """
    proposees = cadre.propositions
    bilan = f"Bilan {cadre.annee}"
    chapo = proposees.get(PLACE_DU_CHAPO, "")
    yield _texte(cadre, "chapo", "messages", *PLACE_DU_CHAPO, avant=chapo, sujet=bilan)
    rapport, fiche, *_ = PLACE_DU_CHAPO
    indicateurs = cadre.dossier.catalogue.indicateurs_fiches
    places = [(rapport, fiche, "messages", nom) for nom in indicateurs]
    for place in dict.fromkeys([*proposees, *places]):
        if place[-1] not in indicateurs:  # the chapô, or a line that was typed by its rank
            continue
        proposition = proposees.get(place, "")
        libelle = indicateurs[place[-1]].libelle
        ligne = _texte(cadre, "constat", "messages", *place, avant=proposition, sujet=libelle)
        # A workbook that was sent may have a finding that is no longer one of the first.
        dispensee = not proposition and place not in cadre.saisi("messages")
        yield replace(ligne, dispensee=dispensee)


def _numerotees(
    cadre: Cadre, table: Literal["consultations", "exemples"], sujet: str, libelle: str
) -> Iterator[Ligne]:
    """Yield the rows of a public or an axis: as many as were entered, then an empty one."""
    cles = (*cadre.saisi(table), *cadre.precedent(table))
    rangs = [int(rang) for sujet_de_la_cle, rang in cles if sujet_de_la_cle == sujet]
    for rang in range(1, max(rangs, default=0) + 2):
        yield _texte(cadre, table, table, sujet, str(rang), sujet=libelle)


def _texte(
    cadre: Cadre,
    nom: NomDeRubrique,
    table: str,
    *cle: str,
    avant: str | None = None,
    sujet: str = "",
) -> Ligne:
    """Return a row of the sheets of texts, beside ``avant``, or what was said of it last year."""
    rubrique = cadre.gabarit.rubriques[nom]
    choix = cadre.listes.get(rubrique.liste) if rubrique.liste else None
    if avant is None:
        ligne_d_avant = cadre.precedent(table).get(cle, {})
        textes = [_JOUR.sub(r"\3/\2/\1", texte) for texte in ligne_d_avant.values()]
        if choix:
            textes = [choix.mot(texte) for texte in textes]
        avant = " ; ".join(textes)
    repere = cle if table in DOCUMENTS else (nom, *cle)
    if table == "messages":  # what tells its lines apart: « chapo », « constat.am_agreees »
        repere = tuple(filter(None, (nom, cle[-1])))
    montre: Montre = {
        "repere": ".".join(repere),
        "sujet": sujet or rubrique.sujet,
        "rubrique": rubrique.libelle,
        "precedent": avant,
    }
    return Ligne(montre, (Cible(table, cle, rubrique.cellules),), liste=choix)
