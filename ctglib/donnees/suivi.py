"""A convention with its years of follow-up, read whole and checked.

``lire_suivi_brut(convention, annee)`` is what a bilan or a fiche reads: the follow-up of the years
up to that one, so that a later year, its folder or its name, changes nothing in what is recorded as
read. Without a year it reads all those that have a folder. The diagnostic reads ``lire_dossier``
alone: a row of follow-up, or a public series, never touches it.
"""

from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import PurePosixPath

import pandas as pd

from ctglib.donnees.csv_strict import en_table
from ctglib.donnees.dossier import Dossier, en_dossier
from ctglib.donnees.fautes import mots, refus
from ctglib.donnees.magasin import tables as tables_du_magasin
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.donnees.modeles.rapports import MessageDesParties, MessagesDesParties
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.modeles.suivi import Appreciation, Appreciations, Bilan, Participation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.pieces import (
    DOCUMENTS,
    SOURCES,
    TABLES,
    Pieces,
    avec_le_suivi,
    lire_pieces,
)
from ctglib.donnees.plan import (
    Dispense,
    avenants_ignores,
    dispense,
    dossier_du_suivi,
    plan_clos,
    saisies_changees,
)
from ctglib.donnees.statuts import Statut


@dataclass(frozen=True)
class Suivi(Montrable):
    """A year of follow-up; an absent file is an empty table, or a bilan that has only its year."""

    annee: int
    bilan: Bilan
    # Columns territoire, annee and millesime (Int64), indicateur, dimension, modalite, valeur
    # (float64), unite, statut, source, note.
    observations: pd.DataFrame
    # fiche, modalite, statut, debut, fin (ISO texts), responsable, commentaire, motif,
    # preuve
    actions: pd.DataFrame
    # signataire, fiche ("" when none), structure, nature, poste, valeur (float64),
    # statut, note
    moyens: pd.DataFrame
    # Of profiles: dispositif, variable, modalite, variable_2, modalite_2, effectif (float64),
    # statut.
    profils: pd.DataFrame
    # fonction, domaine, item, niveau (Int64), diffusion (« interne » when empty)
    posture: pd.DataFrame
    # What services have confirmed, of observations (territoire, indicateur, dimension, modalite) or
    # of means (signataire, fiche, structure, nature, poste): annee (Int64), valeur (float64),
    # service, date (ISO text), raison.
    confirmations: pd.DataFrame
    appreciations: tuple[Appreciation, ...]
    participation: Participation | None  # None when nobody says
    # what the parties say on first pages in place of our messages
    messages: tuple[MessageDesParties, ...]
    vide: bool  # nothing at all was handed in for the year


@dataclass(frozen=True)
class DepuisLaCloture(Montrable):
    """What came since a year was closed, that its reports do not say: the next bilan does."""

    annee: int  # the one that is closed
    jour: date  # of its closing
    avenants: tuple[Avenant, ...]  # with an effect in it
    fichiers: tuple[str, ...]  # names of those of its folder that are not as they were
    fiches: tuple[str, ...]  # numbers of those that the text has now, without an avenant
    indicateurs: tuple[str, ...]  # ids, likewise


@dataclass(frozen=True)
class DossierSuivi(Montrable):
    """A convention with its follow-up, checked."""

    dossier: Dossier
    # the year asked for, or the last one that has a folder; None when there is none
    annee: int | None
    suivis: dict[int, Suivi]  # from the first year of the convention to ``annee``, without a gap
    avenants: tuple[Avenant, ...]  # those signed up to that year, in order
    fin: date  # last day of the convention, as these avenants extend it
    # those of all the years, in order of entry: a value and its revisions
    observations: pd.DataFrame
    # what came since the year before was closed; None: it is open, or all years are read
    depuis_la_cloture: DepuisLaCloture | None
    registre: RegistrePublie  # what was published, of all the years
    # Public series of the territories, up to that year, with what a fictional convention invents:
    # columns of the observations, and ``serie`` ("" when invented).
    contexte: pd.DataFrame
    origines: dict[str, Origine]  # where each series comes from

    catalogue = property(attrgetter("dossier.catalogue"))
    convention = property(attrgetter("dossier.convention"))

    @property
    def closes(self) -> frozenset[int]:
        """The years whose bilan is « définitif »: a value of theirs can still come, no more."""
        return frozenset(annee for annee, suivi in self.suivis.items() if suivi.bilan.est_clos)

    def plan(self, annee: int) -> Convention:
        """Return the convention as it stood on the day on which a year is stopped.

        A year without follow-up has the plan of the last one that has some.
        """
        return self.dossier.plans.get(annee, self.dossier.convention)

    def dispenses(self, annee: int) -> dict[int, dict[str, Dispense]]:
        """Return, by year up to one, the indicators that nobody is asked for, and why.

        One that the plan of a year does not have, because an avenant brought it later or has
        withdrawn it, is « sans objet » in that year as is one that has not begun.
        """
        dispenses: dict[int, dict[str, Dispense]] = {}
        for une_annee, suivi in self.suivis.items():
            if une_annee > annee:
                continue
            jour = suivi.bilan.date_arretee
            plan = self.plan(une_annee)
            porteuses = plan.porteuses
            du_plan: dict[str, Dispense] = {
                indicateur.id: dispense(fiche, jour, indicateur)
                for fiche in plan.fiches
                for indicateur in fiche.indicateurs
                if porteuses[indicateur.id] == fiche.numero
            }
            motifs: dict[str, Dispense] = {
                nom: du_plan.get(nom, "hors_du_plan")
                for nom in self.dossier.catalogue.indicateurs_fiches
            }
            dispenses[une_annee] = {nom: motif for nom, motif in motifs.items() if motif}
        return dispenses


def lire_suivi_brut(
    convention: str, annee: int | None = None, *, plan_actuel: bool = False
) -> DossierSuivi:
    """Return a convention with its follow-up up to a year, or of all the years that have a folder.

    A year of the convention that has no folder is empty; one out of the convention is a fault,
    raised with the others.

    The plan is the one in force on the day that the year is stopped. Of a year that is closed, it
    is the copy that the closing made, and nothing newer; the years before are read with it too.
    With ``plan_actuel``, as the evaluation at the end does, it is the one in force in any case.
    """
    if annee is not None and type(annee) is not int:
        raise refus("annee", *mots("annee_demandee", ecrite=repr(annee)))
    pieces = avec_le_suivi(lire_pieces(convention, None if plan_actuel else annee), annee)
    assert pieces.annees is not None  # the follow-up is among the pieces
    dossier = en_dossier(pieces, _jours_des_plans(pieces))
    assert pieces.registre is not None  # a damaged one has stopped the reading
    avenants = tuple(
        avenant for avenant in dossier.avenants if annee is None or avenant.date.year <= annee
    )
    tables_saisies = [
        table for table in pieces.tables["observations"] if "/suivi/" in table.fichier
    ]
    origines: dict[str, Origine] = {}  # by the name of the folder of each series
    for document in pieces.documents["sources/origine"]:
        assert document.objet is not None  # one that is faulty has stopped the reading
        serie = PurePosixPath(document.fichier).parent.name
        origines[serie] = document.objet
    return DossierSuivi(
        dossier=dossier,
        annee=max(pieces.annees, default=None),
        suivis={year: _suivi(pieces, year) for year in pieces.annees},
        avenants=avenants,
        fin=dossier.convention.fin_selon(avenants),
        observations=en_table("observations", tables_saisies),
        depuis_la_cloture=_depuis_la_cloture(pieces, annee, dossier.convention, avenants),
        registre=pieces.registre,
        contexte=_contexte(pieces, dossier, annee),
        origines=origines,
    )


def _depuis_la_cloture(
    pieces: Pieces, annee: int | None, convention: Convention, avenants: tuple[Avenant, ...]
) -> DepuisLaCloture | None:
    """Return what came since the year before one was closed, None when it is open, or before the
    convention.
    """
    if annee is None or annee - 1 not in (pieces.annees or ()):
        return None
    precedente = annee - 1
    copie = plan_clos(pieces.nom, precedente)
    if copie is None:
        return None
    # What an avenant adds is said with it: here is what was written in the text without one.
    fiches = {str(fiche.numero) for fiche in copie.convention.fiches}
    indicateurs = {
        indicateur.id for fiche in copie.convention.fiches for indicateur in fiche.indicateurs
    }
    fiches_ecrites = []
    indicateurs_ecrits = []
    for fiche in convention.fiches:
        if str(fiche.numero) not in fiches and not fiche.histoire:
            fiches_ecrites.append(str(fiche.numero))
        for indicateur in fiche.indicateurs:
            if indicateur.id not in indicateurs and not (indicateur.histoire or fiche.histoire):
                indicateurs_ecrits.append(indicateur.id)
    changees = saisies_changees(pieces.nom, precedente, copie)
    return DepuisLaCloture(
        annee=precedente,
        jour=copie.cloture,
        avenants=tuple(avenants_ignores(avenants, precedente, copie)),
        fichiers=tuple(PurePosixPath(chemin).name for chemin in changees),
        fiches=tuple(fiches_ecrites),
        indicateurs=tuple(dict.fromkeys(indicateurs_ecrits)),
    )


def _jours_des_plans(pieces: Pieces) -> dict[int, date]:
    """Return the day on which each year is stopped: the plan of the year is that of this day."""
    annees = pieces.annees or ()
    jours = {annee: Bilan(annee=annee).date_arretee for annee in annees}
    for bilan in pieces.objets("suivi/bilan"):
        if bilan.annee in jours:
            jours[bilan.annee] = bilan.date_arretee
    return jours


def _suivi(pieces: Pieces, annee: int) -> Suivi:
    """Return a year of follow-up, of the files that are in its folder."""
    folder = f"{dossier_du_suivi(pieces.nom)}/{annee}/"
    objets = {}
    for name in DOCUMENTS:
        for document in pieces.documents[f"suivi/{name}"]:
            if document.fichier.startswith(folder):
                objets[name] = document.objet
    fichiers_lus = {
        name: [table for table in pieces.tables[name] if table.fichier.startswith(folder)]
        for name in TABLES
    }
    tables = {name: en_table(name, fichiers) for name, fichiers in fichiers_lus.items()}
    tables["posture"] = tables["posture"].replace({"diffusion": {"": "interne"}})
    return Suivi(
        annee=annee,
        bilan=objets.get("bilan") or Bilan(annee=annee),
        appreciations=(objets.get("appreciations") or Appreciations()).appreciations,
        participation=objets.get("participation"),
        messages=(objets.get("messages") or MessagesDesParties()).messages,
        vide=not objets and not any(fichiers_lus.values()),
        **tables,
    )


def _jusqu_a(table: pd.DataFrame, annee: int | None) -> pd.DataFrame:
    """Return the rows of the years up to one; of all of them when there is none."""
    if annee is None:
        return table
    return table[table["annee"].le(annee)].reset_index(drop=True)


def _contexte(pieces: Pieces, dossier: Dossier, annee: int | None) -> pd.DataFrame:
    """Return the public series of the territories, then what a fictional convention invents."""
    convention = dossier.convention
    tables = [table for table in pieces.tables["observations"] if "/suivi/" not in table.fichier]
    series: list[str] = []
    for table in tables:
        serie = ""
        if table.fichier.startswith(SOURCES):
            serie = PurePosixPath(table.fichier).parent.name
        series += [serie] * len(table.lignes)
    contexte = en_table("observations", tables).assign(serie=pd.Series(series, dtype="str"))
    des_territoires = contexte["territoire"].isin([convention.territoire, convention.reference])
    contexte = _jusqu_a(contexte[des_territoires].reset_index(drop=True), annee)
    if convention.fictive:
        return contexte
    return _avec_le_magasin(dossier, annee, contexte)


def _avec_le_magasin(dossier: Dossier, annee: int | None, extraits: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the extracts, then those that the store has of later years.

    Of an indicator that no extract has, it gives all years.
    """
    from ctglib.donnees import publiques

    convention = dossier.convention
    tables = tables_du_magasin().values()
    du_territoire = extraits[extraits["territoire"].eq(convention.territoire)]
    dernieres_annees = du_territoire.groupby("indicateur")["annee"].max()
    jusqu_a = annee or max((table.annee for table in tables), default=0)
    a_completer = []
    for code in dossier.catalogue.indicateurs_contexte:
        derniere = dernieres_annees.get(code, 0)
        if any(code in table.series and derniere < table.annee <= jusqu_a for table in tables):
            a_completer.append(code)
    if not a_completer:
        return extraits
    series = publiques.observations(
        a_completer, convention.territoire, convention.reference, convention.membres
    )
    depuis = series["indicateur"].map(dernieres_annees).fillna(0)
    series = series[
        series["statut"].ne(Statut.NON_DISPONIBLE)
        & series["annee"].gt(depuis)
        & series["annee"].le(jusqu_a)
    ]
    series = series.assign(serie="", texte="")[list(extraits.columns)].astype(extraits.dtypes)
    return pd.concat([extraits, series], ignore_index=True)
