"""What every block of a year's reports shares: the follow-up up to that year, and what is worked
out from it once.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from operator import attrgetter

import pandas as pd

from ctglib.blocs.page_une import couvrir, donnees_lues, jour_des_donnees
from ctglib.calculs.collecte import a_collecter, taux_de_collecte
from ctglib.calculs.etats import etats
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.suivi import contexte_connu, revisions, series
from ctglib.document.blocs import Couverture
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.dossier import charger_gabarit
from ctglib.donnees.lecture import cle_de, enregistrer, noter_part, par_parts, publiable, signer
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.secret.publication import publier

PAR_FICHE = (
    "mesures",
    "evaluation",
    "etats",
    "a_collecter",
    "revisions",
)  # tables whose rows are each of a fiche


@dataclass(frozen=True)
class EtudeAnnuelle(Montrable):
    """The follow-up of a convention as the reports of one year read it, and what is worked out from
    it once.
    """

    nom: str  # what it is called in the record of the reads: « etude/harnes/2024/publique »
    suivi: DossierSuivi  # the checked data, years up to ``annee``, small counts already suppressed
    annee: int
    diffusion: str  # « publique » or « interne »: the grid of annexe 4 is shown in the latter only
    empreintes: Mapping[str, str]  # the sha256 of every data file read, by path
    gabarit: Gabarit  # which service fills what in the yearly workbook: whom to ask
    retraits: pd.DataFrame  # table, raison: tables that secrecy withholds whole
    # the words of every indicator, the territory, its reference, the source of the follow-up
    contexte: Contexte
    mesures: (
        pd.DataFrame
    )  # the values of every indicator of the fiches by year (``ctglib.calculs.suivi.series``)
    evaluation: (
        pd.DataFrame
    )  # the scoring, one row an indicator and modalité (``ctglib.calculs.evaluation``)
    etats: pd.DataFrame  # the state of each modalité of the fiches (``ctglib.calculs.etats``)
    collecte: (
        pd.DataFrame
    )  # how many indicators are informed (``ctglib.calculs.collecte.taux_de_collecte``)
    a_collecter: pd.DataFrame  # what the next collection asks for, service by service
    revisions: pd.DataFrame  # what this bilan says of earlier years otherwise than last year's
    series: pd.DataFrame  # the public figures known to the bilan of the year, all their years

    convention = property(attrgetter("suivi.convention"))
    catalogue = property(attrgetter("suivi.catalogue"))

    annuel = property(lambda self: self.suivi.suivis[self.annee])  # what was handed in for the year
    precedent = property(
        lambda self: self.suivi.suivis.get(self.annee - 1)
    )  # None in the first year of the convention
    bilan = property(attrgetter("annuel.bilan"))  # date, status and comité of the year
    arrete = property(
        lambda self: pd.Timestamp(self.bilan.date_arretee)
    )  # the « today » of the year's reports
    interne = property(
        lambda self: self.diffusion == "interne"
    )  # whether they show the grid, and are not published
    lieu = property(
        lambda self: f"{self.contexte.territoire.nom}, {self.annee}"
    )  # ends most captions
    presentations = property(
        attrgetter("catalogue.bilan.tableaux")
    )  # how the tables are called and headed
    mots = property(
        lambda self: {**self.catalogue.evaluation.mots, **self.catalogue.bilan.mots}
    )  # sentences, by use

    def mot(self, cle: str, **valeurs: object) -> str:
        """Return a word or a sentence of the catalogue, by use; filled when there is something to
        fill it with.
        """
        return remplir(self.mots[cle], **valeurs) if valeurs else self.mots[cle]

    def dire(self, **comptes: int) -> list[str]:
        """Return the sentences of the catalogue that have something to count: ``{nombre}`` of them."""
        return [self.mot(name, nombre=count) for name, count in comptes.items() if count]

    def tableau(
        self,
        cle: str,
        lignes: pd.DataFrame,
        ecrire: Mapping[str, Callable[[object], str] | None] | None = None,
        *autres: Colonne,
        mots: Mapping[str, object] | None = None,
        **reste: object,
    ) -> Tableau:
        """Return a table whose words are the catalogue's (``tableaux``, see
        ``Contexte.presenter``).

        ``mots`` are what caption and heads say besides the place, the years, the text and the
        source.
        """
        words = {"annee": self.annee, "precedente": self.annee - 1, "lieu": self.lieu}
        words |= {"texte": self.convention.source_texte, **(mots or {})}
        return self.contexte.presenter(
            self.presentations[cle], lignes, ecrire, *autres, cle=cle, mots=words, **reste
        )

    def retires(self) -> list[str]:
        """Return the tables that secrecy withholds whole, a sentence each."""
        return [self.mot("tableau_retire", **row) for row in self.retraits.to_dict("records")]

    def ruptures(self, indicateur: str) -> list[int]:
        """Return the years of the convention, so far, from which the values of an indicator compare
        no longer.
        """
        years = [cut.annee for cut in self.contexte.indicateurs[indicateur].ruptures]
        return [year for year in years if self.convention.debut.year <= year <= self.annee]

    def fiche(self, numero: int | str) -> Fiche:
        """Return a fiche of the convention: ``2``, or ``"2"``; a ValueError, in French, lists those
        that there are.
        """
        fiches = {str(fiche.numero): fiche for fiche in self.convention.fiches}
        if str(numero) not in fiches:
            raise ValueError(
                f"La fiche action {numero} n'existe pas. Fiches possibles : {', '.join(fiches)}."
            )
        return fiches[str(numero)]

    def modalite(self, dimension: str, modalite: str) -> str:
        """Return the label of a modalité of a dimension."""
        return {item.id: item.libelle for item in self.catalogue.dimensions[dimension].modalites}[
            modalite
        ]

    def couverture(self, sujet: str, complement: str) -> Couverture:
        """Return the cover of a report of the year; ``complement`` ends its title."""
        known = (
            table.loc[table["valeur"].notna(), "annee"]
            for table in (self.suivi.observations, self.series)
        )
        lues = tuple(None if years.empty else int(years.max()) for years in known)
        return couvrir(
            self.convention,
            self.suivi.dossier.logos,
            donnees_lues(self.bilan, self.catalogue.evaluation, lues),
            territoire=self.contexte.territoire.nom,
            fin=self.suivi.fin,
            interne=self.interne,
            sujet=sujet,
            complement=complement,
            source=f"Source : {self.contexte.source}",
            date=jour_des_donnees(self.bilan, lues).isoformat(),
            sigles=tuple(self.catalogue.synthese.sigles.items()),
        )


def etudier(convention: str, annee: int, diffusion: str, *, brut: bool = False) -> EtudeAnnuelle:
    """Return the study of a year, made from what its reports may show; ``brut`` leaves the counts
    as entered.

    Raw, it is never shared, and is recorded as read raw.

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
    """
    nom = f"etude/{convention}/{annee}/{'brute' if brut else diffusion}"

    def calculer() -> EtudeAnnuelle:
        with enregistrer() as journal, nullcontext() if brut else par_parts():
            suivi = lire_suivi_brut(convention, annee)
            gabarit = charger_gabarit(convention)
        withheld = pd.DataFrame({"table": [], "raison": []}, dtype=object)
        if not brut:
            suivi, withheld = publier(suivi, annee)
        known = suivi.catalogue.indicateurs_fiches.values()
        rules = suivi.convention
        told = suivi.observations
        scored = evaluer(suivi, annee)
        return EtudeAnnuelle(
            nom,
            suivi,
            annee,
            diffusion,
            dict(journal.lus),
            gabarit,
            withheld,
            contexte=Contexte.de(suivi.dossier, suivi.catalogue.mesures, rules.source_suivi),
            mesures=series(told, known, territoire=rules.territoire, annee=annee),
            evaluation=scored,
            etats=etats(suivi, annee),
            collecte=taux_de_collecte(scored),
            a_collecter=a_collecter(scored, suivi.catalogue, rules, fin=suivi.fin),
            revisions=revisions(told, annee, debut=rules.debut.year, indicateurs=known),
            series=contexte_connu(suivi.contexte, annee),
        )

    return calculer() if brut else partager(nom, calculer)


def part_de(etude: EtudeAnnuelle, fiche: Fiche) -> EtudeAnnuelle:
    """Return a study without what was entered for the other fiches: observations, states,
    appreciations.

    Profiles, means and the grid of annexe 4 stay whole, as do the names of the files handed in. The
    fingerprints of these files go: they are not published, and tell of what is not in the part.
    That of the part is recorded.
    """
    own = [item.id for item in fiche.indicateurs]
    tables = {
        name for item in own for name in (item, *etude.catalogue.indicateurs_fiches[item].modalites)
    }
    kept = {"indicateur": own, "fiche": [fiche.numero]}

    def lignes(table: pd.DataFrame) -> pd.DataFrame:
        column = "fiche" if "fiche" in table else "indicateur"
        return table[table[column].isin(kept[column])].reset_index(drop=True)

    years = {
        year: replace(
            one,
            observations=lignes(one.observations),
            actions=lignes(one.actions),
            appreciations=tuple(item for item in one.appreciations if item.fiche == fiche.numero),
            messages=tuple(item for item in one.messages if item.fiche == fiche.numero),
        )
        for year, one in etude.suivi.suivis.items()
    }
    observations = lignes(etude.suivi.observations)
    withheld = etude.retraits
    rates = etude.collecte
    about = withheld["table"].map(lambda name: not tables.isdisjoint(name.split("/"))).astype(bool)
    rates = rates[rates["groupe"].eq("fiche") & rates["valeur_groupe"].eq(str(fiche.numero))]
    part = replace(
        etude,
        nom=f"{etude.nom}/fiche-{fiche.numero}",
        suivi=replace(
            etude.suivi, suivis=years, observations=observations, masque=etude.suivi.masque.iloc[:0]
        ),
        empreintes={
            path: digest if publiable(path) else "" for path, digest in etude.empreintes.items()
        },
        retraits=withheld[about].reset_index(drop=True),
        collecte=rates.reset_index(drop=True),
        **{name: lignes(getattr(etude, name)) for name in PAR_FICHE},
    )
    noter_part(part.nom, empreinte_de(part))
    return part


def empreinte_de(part: EtudeAnnuelle) -> str:
    """Return the keyed fingerprint of all that a part holds of the follow-up; the files of the rest
    have their own.
    """
    held = [part.annee, part.diffusion, part.suivi.observations, part.retraits, part.collecte]
    held += [value for one in part.suivi.suivis.values() for value in vars(one).values()]
    held += [getattr(part, name) for name in PAR_FICHE]
    told = [
        [*one, one.to_numpy(object).tolist()] if isinstance(one, pd.DataFrame) else one
        for one in held
    ]
    return signer(cle_de(part.suivi.convention.id), repr(told).encode())
