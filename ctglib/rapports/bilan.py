"""The bilan of a year: its sections in order, and ``ouvrir_bilan``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.analyses import lire_annees, pour_trajectoires
from ctglib.blocs.annee import EXCEPTION, EtudeAnnuelle, empreinte_de, etudier, part_de
from ctglib.blocs.axes import Axes
from ctglib.blocs.collecte import renvoi_au_dossier, tableau_a_collecter, tableau_collecte, tableau_revisions
from ctglib.blocs.gouvernance import Gouvernance, participation
from ctglib.blocs.indicateurs import mode_de_lecture
from ctglib.blocs.lecture import sources
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.page_une import page_une
from ctglib.blocs.territoire import Territoire
from ctglib.calculs.bilan import proposer, service
from ctglib.calculs.territoire import trajectoires_du_territoire
from ctglib.document.blocs import Bloc, Couverture, liste, paragraphe, suite
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import compter, enumerer, nombre_court
from ctglib.donnees.lecture import noter_part, proches
from ctglib.donnees.nombres import nombres
from ctglib.donnees.suivi import DossierSuivi, Suivi
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapports.fiche import Fiche
from ctglib.secret.bruts import avertir

DIFFUSIONS = ("publique", "interne")


def ouvrir_bilan(convention: str, annee: int, diffusion: str = "publique", *, brut: bool = False) -> Bilan:
    """Rend le bilan d'une année, ses données lues, contrôlées, et ses petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne », qui seule montre la grille de posture ligne à ligne.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    if type(annee) is not int:
        raise ValueError(f"L'année d'un bilan est un nombre entier, par exemple 2024 ; reçu : {annee!r}.")
    if diffusion not in DIFFUSIONS:
        raise ValueError(f"La diffusion « {diffusion} » n'existe pas. Diffusions possibles : {', '.join(DIFFUSIONS)}.")
    if brut:
        avertir()
    return Bilan(etudier(convention, annee, diffusion, brut=brut))


def lire_suivi(convention: str, annee: int, *, brut: bool = False) -> DossierSuivi:
    """Rend les tables du suivi jusqu'à une année : observations, profils, actions, moyens, petits effectifs masqués.

    Une valeur masquée est absente (NA), de statut Q (« secret ») ; une somme qui la compte est absente aussi.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
    """
    if brut:
        avertir()
        return etudier(convention, annee, "publique", brut=True).suivi
    suivi = Bilan(etudier(convention, annee, "publique")).etude.suivi

    def en_nombres(objet: DossierSuivi | Suivi, **colonnes: str) -> DossierSuivi | Suivi:
        """Return an object of which a column of each of some tables holds numbers."""
        tables = ((name, column, getattr(objet, name)) for name, column in colonnes.items())
        return replace(objet, **{name: rows.assign(**{key: nombres(rows[key])}) for name, key, rows in tables})

    years = {year: en_nombres(one, profils="effectif", observations="valeur") for year, one in suivi.suivis.items()}
    return replace(en_nombres(suivi, observations="valeur"), suivis=years)


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when there is nothing.

    The sections with several questions are attributes: ``bilan.axes``, ``.moyens``, ``.gouvernance``, ``.territoire``.
    """

    annee: EtudeAnnuelle

    def __repr__(self) -> str:
        return (
            f"Bilan {self.annee.annee}, {self.annee.contexte.territoire.nom}.\n"
            'Ensuite : .fiche(2), .suivre("cnaf_foyers_rsa") ; le nom suivi d\'un point, puis Tab, montre le reste.'
        )

    @property
    def etude(self) -> EtudeAnnuelle:
        """The study of the year, whole: what is asked of it depends on all that was entered."""
        noter_part(self.annee.nom)
        return self.annee

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        return self.etude.couverture(self.etude.convention.titre, f" {self.etude.annee}")

    def une_page(self) -> Bloc:
        """Return the first page: what families got, what is not known, what to decide."""
        written = [item for item in self.etude.annuel.messages if item.rapport == "bilan"]
        return page_une(self.etude.catalogue.messages, MessagesDuSuivi(self.etude), written)

    @property
    def muette(self) -> bool:
        """Whether nothing was handed in for the year: its bilan is then short, and says whom to ask."""
        return self.etude.annuel.vide

    axes = cached_property(lambda self: Axes(self.etude))
    moyens = cached_property(lambda self: Moyens(self.etude))
    gouvernance = cached_property(lambda self: Gouvernance(self.etude, proposer(self.etude.situation)))
    territoire = cached_property(lambda self: Territoire(self.etude))

    def participation(self) -> Bloc | None:
        """Return who was asked, what changed, what the partners do together; None without a follow-up."""
        return None if self.muette else participation(self.etude, (self.etude.annee,))

    def collecte(self) -> Bloc:
        """Return how much of what is expected could be gathered, service by service; a sentence when nothing was."""
        table = tableau_collecte(self.etude)
        if not self.muette:
            return table
        rows, situation = self.etude.collecte, self.etude.situation
        asked = rows[rows["groupe"].eq("responsable") & rows["attendus"].gt(0)].sort_values("attendus", ascending=False)
        named = [
            f"{service(situation, name)} ({count})"
            for name, count in zip(asked["valeur_groupe"], asked["attendus"], strict=True)
        ]
        words = self.etude.catalogue.bilan.mots["rien_transmis"]
        told = words.format(annee=self.etude.annee, nombre=rows.iloc[0]["attendus"], services=", ".join(named))
        return paragraphe(told) + replace(table, ecran=True)

    def dossier(self) -> Bloc | None:
        """Return where all that the convention lacks is asked for, when nothing was handed in for the year."""
        return renvoi_au_dossier() if self.muette else None

    def a_collecter(self) -> Tableau | None:
        """Return what the next collection asks for, service by service."""
        return tableau_a_collecter(self.etude)

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say."""
        if self.muette:
            return None
        etude, meanings = self.etude, self.etude.contexte.indicateurs
        told = ["Une évolution n'est pas un effet, et une valeur non transmise n'est pas un zéro."]
        if count := int(etude.collecte.iloc[0]["provisoires"]):
            told.append(f"{compter(count, 'indicateur provisoire')}, à confirmer au bilan suivant.")
        threshold = nombre_court(etude.catalogue.seuils.petits_effectifs)
        hidden = f"Un effectif de personnes inférieur à {threshold} est masqué, avec ce qui permettrait de le retrouver"
        cited = etude.convention.citer("donnees_personnelles", "confidentialite")
        told.append(f"{hidden}{f' ({cited})' if cited else ''} ; {EXCEPTION}.")
        if etude.retraits is not None:
            told += list("Tableau retiré en entier (" + etude.retraits["table"] + ") : " + etude.retraits["raison"])
        for item in map(meanings.get, etude.evaluation["indicateur"].unique()):
            years = [cut.annee for cut in item.ruptures if etude.convention.debut.year <= cut.annee <= etude.annee]
            if years:
                told.append(f"{item.libelle} : rien ne se compare d'avant à après {enumerer(list(map(str, years)))}.")
        return liste(told)

    def lecture(self) -> Bloc | None:
        """Return how evolutions and targets are read, with their thresholds."""
        rules = self.etude.catalogue.evaluation
        return None if self.muette else liste(mode_de_lecture(self.etude.evaluation, rules))

    def revisions(self) -> Tableau | None:
        """Return what this bilan says of earlier years otherwise than last year's; None when it says the same."""
        shown = [table for table in (self.etude.revisions, self.territoire.revisions) if len(table)]
        if self.muette or not shown:
            return None
        return tableau_revisions(self.etude, pd.concat(shown, ignore_index=True))

    def sources(self) -> Bloc | None:
        """Return where the public series come from, then the files read, with what identifies them."""
        if self.muette:
            return None
        return suite(
            [self.territoire.origines(), sources(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)]
        )

    def fiche(self, numero: int | str) -> Fiche:
        """Return what can be asked of a fiche action: what was entered for the others does not reach it.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        numero = int(numero) if str(numero).isdigit() else numero
        fiche = self.annee.fiche(numero)
        part = part_de(self.annee, fiche)
        noter_part(part.nom, empreinte_de(part))
        return Fiche(part, fiche)

    def suivre(self, *indicateurs: str) -> Figure | None:
        """Return the trajectories of some indicators of the fiches or of the public series; None without a value.

        Raises:
            ValueError: An indicator does not exist; the message, in French, proposes close names.
        """
        etude = self.etude
        known = [*etude.catalogue.indicateurs_fiches, *etude.catalogue.indicateurs_contexte]
        if not indicateurs:
            raise ValueError(f"Indiquer au moins un indicateur, par exemple « {known[0]} ».")
        close = {name: ", ".join(proches(name, known)) for name in indicateurs if name not in known}
        if close:
            raise ValueError(
                "\n".join(
                    f"L'indicateur « {name} » n'existe pas dans les fiches ni dans les séries publiques. "
                    + (f"Noms proches : {found}." if found else "Les noms sont dans docs/dictionnaire.md.")
                    for name, found in close.items()
                )
            )
        fiches = [name for name in indicateurs if name in etude.catalogue.indicateurs_fiches]
        public = [name for name in indicateurs if name not in fiches]
        tables, sources = [], []
        if fiches:
            tables.append(pour_trajectoires(etude, lire_annees(etude, fiches)))
            sources.append(etude.contexte.source)
        if public:
            first = int(etude.series["annee"].min()) if len(etude.series) else etude.annee
            meanings, place = etude.catalogue.indicateurs_contexte, etude.convention.territoire
            tables.append(trajectoires_du_territoire(etude.series, public, meanings, territoire=place, depuis=first))
            sources.append(self.territoire.source)
        return trajectoires(
            pd.concat(tables, ignore_index=True),
            etude.contexte,
            nom=f"suivre-{indicateurs[0].replace('_', '-')}",
            titre=f"Comment évoluent-ils jusqu'en {etude.annee} ?",
            source=" ; ".join(dict.fromkeys(sources)),
        )
