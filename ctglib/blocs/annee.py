"""What every block of a year's reports shares: the follow-up up to that year, and what is worked out from it once."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.couverture import FICTIF
from ctglib.calculs.collecte import a_collecter, taux_de_collecte
from ctglib.calculs.etats import etats
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.suivi import contexte_a_la_date, contexte_connu, revisions, series
from ctglib.document.blocs import Couverture, Logo
from ctglib.document.contexte import Contexte
from ctglib.document.typographie import date_longue, enumerer
from ctglib.donnees.cle import signer
from ctglib.donnees.dossier import charger_gabarit
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.lecture import cle_de, enregistrer, lire_par_parts
from ctglib.donnees.modeles.gabarit import Gabarit
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.secret.publication import publier

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.convention import Convention, Fiche
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.suivi import Bilan
    from ctglib.donnees.suivi.objets import DossierSuivi, Suivi


@dataclass(frozen=True)
class EtudeAnnuelle(Montrable):
    """The follow-up of a convention as the reports of one year read it; each result is kept once computed.

    Args:
        nom: What it is called in the record of the reads: « etude/harnes/2024/publique ».
        suivi: The checked data, years up to ``annee``, small counts already suppressed.
        annee: Year of the reports.
        diffusion: « publique » or « interne »: the grid of annexe 4 is shown in the latter only.
        empreintes: The sha256 of every data file read, by path.
        gabarit: Which service fills what in the yearly workbook: whom to ask.
        retraits: table, raison: tables that secrecy withholds whole; None when secrecy was not applied.
    """

    nom: str
    suivi: DossierSuivi
    annee: int
    diffusion: str
    empreintes: Mapping[str, str]
    gabarit: Gabarit
    retraits: pd.DataFrame | None = None

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.suivi.convention

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.suivi.catalogue

    @property
    def annuel(self) -> Suivi:
        """What was handed in for the year."""
        return self.suivi.suivis[self.annee]

    @property
    def precedent(self) -> Suivi | None:
        """What was handed in for the year before, None in the first year of the convention."""
        return self.suivi.suivis.get(self.annee - 1)

    @property
    def bilan(self) -> Bilan:
        """Date, status and comité of the year."""
        return self.annuel.bilan

    def fiche(self, numero: int | str) -> Fiche:
        """Return a fiche of the convention: ``2``, or ``"2"``.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        fiches = {str(fiche.numero): fiche for fiche in self.convention.fiches}
        if str(numero) not in fiches:
            raise ValueError(f"La fiche action {numero} n'existe pas. Fiches possibles : {', '.join(fiches)}.")
        return fiches[str(numero)]

    def modalite(self, dimension: str, modalite: str) -> str:
        """Return the label of a modalité of a dimension."""
        return {item.id: item.libelle for item in self.catalogue.dimensions[dimension].modalites}[modalite]

    def achevee(self) -> EtudeAnnuelle:
        """Return the study once every result of it is worked out: the reports of a year share it whole."""
        for name, kept in vars(type(self)).items():
            if isinstance(kept, cached_property):
                getattr(self, name)
        return self

    @property
    def interne(self) -> bool:
        """Whether the reports may show the grid of annexe 4, and must then not be published."""
        return self.diffusion == "interne"

    def couverture(self, sujet: str, complement: str) -> Couverture:
        """Return the cover of a report of the year; ``complement`` ends its title."""
        return couverture_annuelle(
            self.convention,
            self.bilan,
            self.suivi.dossier.logos,
            self.contexte,
            evaluation=self.catalogue.evaluation,
            lues=self.lues,
            sujet=sujet,
            complement=complement,
            interne=self.interne,
            sigles=self.catalogue.synthese.sigles,
        )

    @property
    def lues(self) -> tuple[int | None, int | None]:
        """The latest year of which a value was read: of the follow-up, and of the public series."""
        known = (table.loc[table["valeur"].notna(), "annee"] for table in (self.suivi.observations, self.series))
        return tuple(None if years.empty else int(years.max()) for years in known)

    @cached_property
    def contexte(self) -> Contexte:
        """The words of every indicator, the territory, its reference, and the source of the follow-up."""
        return Contexte.de(self.suivi.dossier, self.catalogue.mesures, self.convention.source_suivi)

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The values of every indicator of the fiches by year (see ``ctglib.calculs.suivi``)."""
        return series(
            self.suivi.observations,
            self.catalogue.indicateurs_fiches.values(),
            territoire=self.convention.territoire,
            annee=self.annee,
        )

    @cached_property
    def evaluation(self) -> pd.DataFrame:
        """The scoring of the year, one row an indicator and modalité (see ``ctglib.calculs.evaluation``)."""
        return evaluer(
            self.convention,
            self.catalogue,
            self.suivi.observations,
            self.suivi.avenants,
            self.annee,
            suivis=self.suivi.suivis,
        )

    @cached_property
    def etats(self) -> pd.DataFrame:
        """The state of each modalité of the fiches (see ``ctglib.calculs.etats``)."""
        return etats(
            self.convention,
            self.annuel.actions,
            self.annee,
            self.bilan.date_arretee,
            evaluation=self.catalogue.evaluation,
            avenants=self.suivi.avenants,
        )

    @cached_property
    def collecte(self) -> pd.DataFrame:
        """How many indicators are informed (see ``ctglib.calculs.collecte.taux_de_collecte``)."""
        return taux_de_collecte(self.evaluation)

    @cached_property
    def a_collecter(self) -> pd.DataFrame:
        """What the next collection asks for, service by service."""
        return a_collecter(self.evaluation, self.catalogue, self.convention, fin=self.suivi.fin)

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """What this bilan says of earlier years otherwise than last year's."""
        return revisions(self.suivi.observations, self.annee, indicateurs=self.catalogue.indicateurs_fiches.values())

    @cached_property
    def series(self) -> pd.DataFrame:
        """The public figures known to the bilan of the year, all their years."""
        return contexte_connu(self.suivi.contexte, self.annee)

    @cached_property
    def derniers_chiffres(self) -> pd.DataFrame:
        """The latest public figure of each series, with how late it is."""
        return contexte_a_la_date(self.suivi.contexte, self.annee)


def etudier(convention: str, annee: int, diffusion: str) -> EtudeAnnuelle:
    """Return the study of a year, made from what its reports may show.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.
        diffusion: « publique » or « interne ».

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
    """
    nom = f"etude/{convention}/{annee}/{diffusion}"

    def calculer() -> EtudeAnnuelle:
        with enregistrer() as journal, lire_par_parts():
            suivi = lire_suivi_brut(convention, annee)
            gabarit = charger_gabarit(convention)
        published = publier(suivi, annee)
        lus = dict(journal.lus)
        return EtudeAnnuelle(nom, published.suivi, annee, diffusion, lus, gabarit, published.retraits).achevee()

    return partager(nom, calculer)


def etudier_brut(convention: str, annee: int, diffusion: str) -> EtudeAnnuelle:
    """Return the study of a year with its counts as entered: never shared, and recorded as read raw.

    Args and Raises: As ``etudier``.
    """
    with enregistrer() as journal:
        suivi = lire_suivi_brut(convention, annee)
        gabarit = charger_gabarit(convention)
    return EtudeAnnuelle(f"etude/{convention}/{annee}/brute", suivi, annee, diffusion, dict(journal.lus), gabarit)


def parts(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return the fingerprint of the part of each fiche, by its name in the record of the reads."""
    fiches = etude.convention.fiches
    return {nom_de_part(etude, fiche.numero): empreinte_de(part_de(etude, fiche)) for fiche in fiches}


CALCULS = ("mesures", "evaluation", "etats", "collecte", "a_collecter", "revisions")


def nom_de_part(etude: EtudeAnnuelle, numero: int) -> str:
    """Return what the part of a fiche is called in the record of the reads."""
    return f"{etude.nom}/fiche-{numero}"


def part_de(etude: EtudeAnnuelle, fiche: Fiche) -> EtudeAnnuelle:
    """Return a study without what was entered for the other fiches: observations, states, appreciations.

    Profiles, means and the grid of annexe 4 stay whole, as do the names of the files handed in. The fingerprints of
    these files go: they are not published, and tell of what is not in the part.

    Args:
        etude: The study, complete.
        fiche: A fiche of the convention.
    """
    indicateurs = [item.id for item in fiche.indicateurs]
    meanings = [etude.catalogue.indicateurs_fiches[name] for name in indicateurs]
    tables = {name for item in meanings for name in (item.id, *item.modalites)}
    years = {year: _annee(one, fiche.numero, indicateurs) for year, one in etude.suivi.suivis.items()}
    suivi = replace(
        etude.suivi,
        suivis=years,
        observations=_lignes(etude.suivi.observations, "indicateur", indicateurs),
        masque=etude.suivi.masque.iloc[:0],
    )
    part = replace(
        etude,
        suivi=suivi,
        empreintes={path: digest if publiable(path) else "" for path, digest in etude.empreintes.items()},
        retraits=None if etude.retraits is None else _retraits(etude.retraits, tables),
    )
    vars(part).update(
        contexte=etude.contexte,
        series=etude.series,
        derniers_chiffres=etude.derniers_chiffres,
        mesures=_lignes(etude.mesures, "indicateur", indicateurs),
        evaluation=_lignes(etude.evaluation, "fiche", [fiche.numero]),
        etats=_lignes(etude.etats, "fiche", [fiche.numero]),
        collecte=_lignes(_lignes(etude.collecte, "groupe", ["fiche"]), "valeur_groupe", [str(fiche.numero)]),
        a_collecter=_lignes(etude.a_collecter, "fiche", [fiche.numero]),
        revisions=_lignes(etude.revisions, "indicateur", indicateurs),
    )
    return part


def empreinte_de(part: EtudeAnnuelle) -> str:
    """Return the keyed fingerprint of all that a part holds of the follow-up; the files of the rest have their own."""
    told = [part.annee, part.diffusion, _dit(part.suivi.observations), _dit(part.retraits)]
    told += [_dit(getattr(one, field.name)) for one in part.suivi.suivis.values() for field in fields(one)]
    told += [_dit(getattr(part, name)) for name in CALCULS]
    return signer(cle_de(part.suivi.nom), repr(told).encode())


def _annee(annuel: Suivi, numero: int, indicateurs: Collection[str]) -> Suivi:
    return replace(
        annuel,
        observations=_lignes(annuel.observations, "indicateur", indicateurs),
        actions=_lignes(annuel.actions, "fiche", [numero]),
        appreciations=tuple(item for item in annuel.appreciations if item.fiche == numero),
        messages=tuple(item for item in annuel.messages if item.fiche == numero),
    )


def _retraits(retraits: pd.DataFrame, tables: set[str]) -> pd.DataFrame:
    """Return the tables withheld whole that are about one of these."""
    own = [not tables.isdisjoint(name.split("/")) for name in retraits["table"]]
    return retraits[own].reset_index(drop=True)


def _lignes(table: pd.DataFrame, colonne: str, valeurs: Collection[object]) -> pd.DataFrame:
    return table[table[colonne].isin(valeurs)].reset_index(drop=True)


def _dit(objet: object) -> object:
    """Return an object such that two of the same content are written alike."""
    if isinstance(objet, pd.DataFrame):
        return [list(objet.columns), objet.astype(object).to_numpy().tolist()]
    return objet


CLOS = "definitif"
EXCEPTION = "une exception se dit sous le tableau qui la montre"  # of secrecy
INTERNE = "Diffusion interne : la grille du référentiel d'emploi vise un ou deux postes, ce rapport ne se publie pas"


def couverture_annuelle(
    convention: Convention,
    bilan: Bilan,
    logos: Mapping[str, bytes | None],
    contexte: Contexte,
    *,
    evaluation: Evaluation,
    lues: tuple[int | None, int | None],
    sujet: str,
    complement: str,
    interne: bool = False,
    sigles: Mapping[str, str] | None = None,
) -> Couverture:
    """Return the cover of a year's report: parties, convention, date and status of the data.

    The report bears the date its data stop at: the clock never enters it, and a year that is not closed says so.

    Args:
        convention: The convention.
        bilan: Date and status of the year.
        logos: The logo of each party by id, None while its file is absent.
        contexte: The territory, and the source of the follow-up.
        evaluation: The words of the statuses.
        lues: The latest year of the follow-up and of the public series that were read, None where there is none.
        sujet: What the report is about, under its title.
        complement: End of the title: the year.
        interne: Whether the report must not be published; it is then marked so.
        sigles: The abbreviations of the catalogue.
    """
    warnings = [text for text, said in ((FICTIF, convention.fictive), (INTERNE, interne)) if said]
    return Couverture(
        sujet=sujet,
        territoire=contexte.territoire.nom,
        mentions=(
            ("Parties", enumerer([partie.nom for partie in convention.parties])),
            ("Convention", f"du {date_longue(convention.debut)} au {date_longue(convention.fin)}"),
            *donnees_lues(bilan, evaluation, lues),
        ),
        logos=tuple(Logo(partie.nom_court, logos.get(partie.id)) for partie in convention.parties),
        source=f"Source : {contexte.source}",
        date=jour_des_donnees(bilan, lues).isoformat(),
        avertissement=" – ".join(warnings),
        complement=complement,
        sigles=tuple((sigles or {}).items()),
    )


def donnees_lues(
    bilan: Bilan, evaluation: Evaluation, lues: tuple[int | None, int | None]
) -> tuple[tuple[str, str], ...]:
    """Return the two mentions of a cover: the latest data read, and whether the bilan of the year is closed."""
    own, public = lues
    told = [
        f"suivi de {own}" if own else "aucun suivi transmis",
        *([f"séries publiques de {public}"] if public else []),
    ]
    word = evaluation.statuts[bilan.statut]
    stopped = f", arrêté au {date_longue(bilan.date_arretee)}" if _arrete(bilan) else ""
    still = "" if bilan.statut == CLOS else f" : le bilan de {bilan.annee} n'est pas clos"
    return ("Dernières données lues", " ; ".join(told)), ("Statut", f"{word}{stopped}{still}")


def jour_des_donnees(bilan: Bilan, lues: tuple[int | None, int | None]) -> date:
    """Return the date that a report bears: that of its bilan, or the end of the latest year read, never a later one."""
    if _arrete(bilan):
        return bilan.date_arretee
    return min(bilan.date_arretee, date(max((year for year in lues if year), default=bilan.annee - 1), 12, 31))


def _arrete(bilan: Bilan) -> bool:
    """Tell whether somebody said when the year stops: a closed bilan does, or one that writes its date."""
    return bilan.statut == CLOS or "date_arretee" in bilan.model_fields_set
