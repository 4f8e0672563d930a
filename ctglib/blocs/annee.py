"""What every block of a year's reports shares: the follow-up up to that year, and what is worked
out from it once.
"""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

import pandas as pd

from ctglib.blocs.mots import repondre
from ctglib.blocs.page_une import couvrir, donnees_lues, jour_des_donnees
from ctglib.calculs.collecte import MOYEN, a_collecter, taux_de_collecte
from ctglib.calculs.etats import avec_ce_qui_manque, etats
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.suivi import a_la_date, contexte_connu, ensemble, revisions, series
from ctglib.collecte.manques import compter_les_elements, demandes_du_suivi
from ctglib.document.blocs import Couverture
from ctglib.document.contexte import Contexte
from ctglib.document.redaction import Textes, textes
from ctglib.document.tableau import Colonne, Ecriture, Tableau
from ctglib.document.typographie import remplir
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import charger_gabarit
from ctglib.donnees.lecture import (
    cle_de,
    enregistrer,
    existe,
    noter_part,
    par_parts,
    publiable,
    signer,
)
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Fiche
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.modeles.suivi import Bilan, Gabarit
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.donnees.plan import chemin_du_plan
from ctglib.donnees.suivi import DossierSuivi, Suivi, lire_suivi_brut
from ctglib.secret.publication import publier

# The tables of a study whose rows are each of a fiche.
PAR_FICHE = ("mesures", "evaluation", "etats", "demandes", "a_collecter", "revisions")


@dataclass(frozen=True)
class EtudeAnnuelle(Montrable):
    """The follow-up of a convention as the reports of one year read it, and what is worked out from
    it once.
    """

    # what it is called in the record of the reads: « etude/harnes/2024/publique »
    nom: str
    # the checked data, years up to ``annee``, small counts already suppressed
    suivi: DossierSuivi
    annee: int
    # « publique » or « interne »: the grid of annexe 4 is shown in the latter only
    diffusion: str
    # the sha256 of every data file read, by path
    empreintes: Mapping[str, str]
    # which service fills what in the yearly workbook: whom to ask
    gabarit: Gabarit
    # table, raison: tables that secrecy withholds whole
    retraits: pd.DataFrame
    # the words of every indicator, the territory, its reference, the source of the follow-up
    contexte: Contexte
    # the values of every indicator of the fiches by year (``ctglib.calculs.suivi.series``)
    mesures: pd.DataFrame
    # the scoring, one row an indicator and modalité (``ctglib.calculs.evaluation``)
    evaluation: pd.DataFrame
    # the state of each modalité of the fiches (``ctglib.calculs.etats``)
    etats: pd.DataFrame
    # what each year up to this one asks of the services, and what of it is missing
    # (``ctglib.collecte.manques``)
    demandes: pd.DataFrame
    # how much of what the year asks for was answered (``ctglib.calculs.collecte``)
    collecte: pd.DataFrame
    # what the next collection asks for, service by service
    a_collecter: pd.DataFrame
    # what this bilan says of earlier years otherwise than last year's
    revisions: pd.DataFrame
    # the public figures known to the bilan of the year, all their years
    series: pd.DataFrame

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.suivi.convention

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, with what the convention adds to it."""
        return self.suivi.catalogue

    @property
    def annuel(self) -> Suivi:
        """What was handed in for the year."""
        return self.suivi.suivis[self.annee]

    @property
    def precedent(self) -> Suivi | None:
        """What was handed in for the year before; None in the first year of the convention."""
        return self.suivi.suivis.get(self.annee - 1)

    @property
    def manques(self) -> pd.DataFrame:
        """What the year asks for and nobody has answered, as rows of ``demandes``."""
        return self.demandes[self.demandes["annee"].eq(self.annee) & self.demandes["manque"]]

    @property
    def elements_manquants(self) -> str:
        """How much that is, by nature: « 5 éléments (1 valeur, 4 moyens) », "" when nothing is."""
        return compter_les_elements(self.manques, self.gabarit)

    @property
    def bilan(self) -> Bilan:
        """The date, status and comité of the year."""
        return self.annuel.bilan

    @property
    def annee_en_cours(self) -> bool:
        """Whether the bilan is stopped before the end of its year: nothing of it is due yet."""
        return self.bilan.date_arretee < Date(self.annee, 12, 31)

    @property
    def dernieres_annees_lues(self) -> tuple[int | None, int | None]:
        """The latest years that have a value, of the follow-up then of the public series."""
        return (
            _derniere_annee_connue(self.suivi.observations),
            _derniere_annee_connue(self.series),
        )

    @property
    def annee_revolue(self) -> bool:
        """Whether something says that the year is over: its bilan, or a figure of it."""
        jour = jour_des_donnees(self.bilan, self.dernieres_annees_lues)
        return jour >= Date(self.annee, 12, 31)

    def comites_comptes(self, annee: int | None = None) -> int | None:
        """Return the count of comités that was handed in for a year, by default this one; None
        when none was.
        """
        indicateur = self.catalogue.bilan.pilotage.comites
        observations = a_la_date(self.suivi.observations, self.annee)
        transmis = ensemble(observations, indicateur)["valeur"].get(annee or self.annee)
        return int(transmis) if pd.notna(transmis) else None

    @property
    def moyens_suivis(self) -> bool:
        """Whether means were asked for, or given all the same: their lack is then told."""
        return self.gabarit.demande_des_moyens or not self.annuel.moyens.empty

    @property
    def arrete(self) -> pd.Timestamp:
        """The « today » of the year's reports."""
        return pd.Timestamp(self.bilan.date_arretee)

    @property
    def indicateurs_decides(self) -> frozenset[str]:
        """The indicators whose objective the parties have decided of: none before the end."""
        return frozenset()

    @property
    def interne(self) -> bool:
        """Whether the reports show the grid of annexe 4, and are not published."""
        return self.diffusion == "interne"

    @property
    def lieu(self) -> str:
        """The end of most captions: « Harnes, 2024 »."""
        return f"{self.contexte.territoire.nom}, {self.annee}"

    @property
    def presentations(self) -> dict[str, Presentation]:
        """How the tables are called and headed."""
        return self.catalogue.bilan.tableaux

    @property
    def mots(self) -> dict[str, str]:
        """Sentences, by use."""
        return {**self.catalogue.evaluation.mots, **self.catalogue.bilan.mots}

    @property
    def textes(self) -> Textes:
        """The paragraphs that its findings are written in."""
        return textes("annee.j2", self.convention.id)

    def mot(self, cle: str, **valeurs: object) -> str:
        """Return a word or a sentence of the catalogue; ``valeurs`` fill its braces.

        Without any, it is returned as it is, braces included.
        """
        return remplir(self.mots[cle], **valeurs) if valeurs else self.mots[cle]

    def texte(self, partie: str, **faits: object) -> str:
        """Return a paragraph of a text file (see ``Contexte.texte``).

        Among the facts: the year, the place, and ``cite``, which gives what the convention has for
        a mark (``cite("clause.avenant")`` is « article 9 »), "" when it has nothing.
        """
        communs = {"annee": self.annee, "lieu": self.lieu, "cite": self.convention.citation}
        return self.contexte.texte(partie, **{**communs, **faits})

    def dire(self, comptes: Mapping[str, int]) -> list[str]:
        """Return, for each count that is not zero, the part of a text file that it is named after:
        it has the count as ``nombre``.
        """
        return [self.texte(partie, nombre=nombre) for partie, nombre in comptes.items() if nombre]

    def tableau(
        self,
        cle: str,
        lignes: pd.DataFrame,
        ecrire: Mapping[str, Ecriture | None] | None = None,
        *autres: Colonne,
        mots: Mapping[str, object] | None = None,
        groupes: Iterable[str] | None = None,
        notes: Iterable[object] = (),
        statuts: Iterable[str] = (),
        **reste: object,
    ) -> Tableau:
        """Return a table whose words are the catalogue's (``tableaux``, see
        ``Contexte.presenter``).

        ``mots`` are what caption and heads say besides the place, the years, the text and the
        source.
        """
        communs = {
            "annee": self.annee,
            "precedente": self.annee - 1,
            "lieu": self.lieu,
            "texte": self.convention.source_texte,
        }
        return self.contexte.presenter(
            self.presentations[cle],
            lignes,
            ecrire,
            *autres,
            cle=cle,
            mots={**communs, **(mots or {})},
            groupes=groupes,
            notes=notes,
            statuts=statuts,
            **reste,
        )

    def phrases_des_retraits(self) -> list[str]:
        """Return a sentence for each table that secrecy withholds whole, or leaves as it was
        published, with the reason.
        """
        raisons = self.catalogue.secret.raisons
        return [
            self.texte("suivi.tableau_retire", table=table, raison=raisons[raison])
            for table, raison in zip(self.retraits["table"], self.retraits["raison"], strict=True)
        ]

    def ruptures(self, indicateur: str) -> list[int]:
        """Return the years from which the values of an indicator no longer compare with earlier
        ones: those of the convention, up to that of the study.
        """
        debut = self.convention.debut.year
        return [
            rupture.annee
            for rupture in self.contexte.indicateurs[indicateur].ruptures
            if debut <= rupture.annee <= self.annee
        ]

    def fiche(self, numero: int | str) -> Fiche:
        """Return a fiche of the convention: ``2``, or ``"2"``; a ValueError, in French, lists those
        that there are.
        """
        fiches = {fiche.numero: fiche for fiche in self.convention.fiches}
        possibles = repondre("fiches_possibles", fiches=", ".join(fiches))
        if isinstance(numero, float):  # « 1.10 » has lost its zero
            raise ValueError(
                f"{repondre('numero_sans_guillemets', numero=str(numero))} {possibles}"
            )
        if str(numero) not in fiches:
            raise ValueError(f"{repondre('fiche_inconnue', numero=numero)} {possibles}")
        return fiches[str(numero)]

    def modalite(self, dimension: str, modalite: str) -> str:
        """Return the label of a modalité of a dimension."""
        modalites = self.catalogue.dimensions[dimension].modalites
        return {item.id: item.libelle for item in modalites}[modalite]

    def couverture(self, sujet: str, complement: str) -> Couverture:
        """Return the cover of a report of the year; ``complement`` ends its title."""
        lues = self.dernieres_annees_lues
        return couvrir(
            self.convention,
            self.suivi.dossier.logos,
            donnees_lues(self.bilan, self.catalogue.evaluation, lues, self.convention.id),
            territoire=self.contexte.territoire.nom,
            fin=self.suivi.fin,
            interne=self.interne,
            sujet=sujet,
            complement=complement,
            source=f"Source : {self.contexte.source}",
            date=jour_des_donnees(self.bilan, lues).isoformat(),
            sigles=tuple(self.catalogue.synthese.sigles.items()),
        )


def _derniere_annee_connue(table: pd.DataFrame) -> int | None:
    """Return the latest year that has a value, None when none has."""
    annees = table.loc[table["valeur"].notna(), "annee"]
    return None if annees.empty else int(annees.max())


def etudier(
    convention: str, annee: int, diffusion: str, *, brut: bool = False, plan_actuel: bool = False
) -> EtudeAnnuelle:
    """Return the study of a year.

    Its data are those that reports may show: the small counts are suppressed. With ``brut``, the
    counts stay as entered; such a study is never shared, and the record of the reads says that it
    was read raw. With ``plan_actuel``, the plan of a closed year is not that of its copy (see
    ``lire_suivi_brut``).

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention, in French.
    """
    nom = f"etude/{convention}/{annee}/{'brute' if brut else diffusion}"
    if plan_actuel:
        with par_parts():  # whether there is a copy is asked, and nothing of it is shown
            if existe(chemin_du_plan(convention, annee)):
                nom += "/fin"

    def calculer() -> EtudeAnnuelle:
        lecture = nullcontext() if brut else par_parts()
        with enregistrer() as journal, lecture:
            suivi = lire_suivi_brut(convention, annee, plan_actuel=plan_actuel)
            gabarit = charger_gabarit(convention)
        demandees = demandes_du_suivi(suivi, gabarit)
        retraits = pd.DataFrame({"table": [], "raison": []}, dtype=object)
        if not brut:
            suivi, retraits = publier(suivi, annee)
        suivi = _avec_les_moyens_demandes(suivi, demandees)
        regles: Convention = suivi.convention
        catalogue: Catalogue = suivi.catalogue
        indicateurs = catalogue.indicateurs_fiches.values()
        observations = suivi.observations
        evaluation = evaluer(suivi, annee)
        return EtudeAnnuelle(
            nom=nom,
            suivi=suivi,
            annee=annee,
            diffusion=diffusion,
            empreintes=dict(journal.lus),
            gabarit=gabarit,
            retraits=retraits,
            contexte=Contexte.de(suivi.dossier, catalogue.mesures, regles.source_suivi),
            mesures=series(
                observations,
                indicateurs,
                territoire=regles.territoire,
                annee=annee,
                dispenses=suivi.dispenses(annee),
            ),
            evaluation=evaluation,
            etats=etats(suivi, annee),
            demandes=demandees,
            collecte=taux_de_collecte(demandees[demandees["annee"].eq(annee)]),
            a_collecter=a_collecter(
                evaluation, catalogue, regles, demandees[demandees["manque"]], fin=suivi.fin
            ),
            revisions=revisions(
                observations, annee, debut=regles.debut.year, indicateurs=indicateurs
            ),
            series=contexte_connu(suivi.contexte, annee),
        )

    return calculer() if brut else partager(nom, calculer)


def _avec_les_moyens_demandes(suivi: DossierSuivi, demandees: pd.DataFrame) -> DossierSuivi:
    """Return a follow-up whose means have a row for each one that was asked for and never typed."""
    manques = demandees[demandees["manque"] & demandees["nature"].eq(MOYEN)]
    natures = suivi.catalogue.moyens.natures_demandees
    suivis = {}
    for annee, annuel in suivi.suivis.items():
        de_l_annee = manques[manques["annee"].eq(annee)]
        moyens = avec_ce_qui_manque(annuel.moyens, de_l_annee, natures)
        suivis[annee] = replace(annuel, moyens=moyens)
    return replace(suivi, suivis=suivis)


def part_de(etude: EtudeAnnuelle, fiche: Fiche) -> EtudeAnnuelle:
    """Return the study of one fiche: without what was entered for the other ones.

    Observations, states, appreciations and messages are those of the fiche. What came after the
    closing of another year is for the bilan to say. Profiles, means and the
    grid of annexe 4 stay whole, as do the names of the files that were handed in. The fingerprints
    of the files that are not published become "": they would change with data that the part does
    not have. The record of the reads has the fingerprint of the part instead.
    """
    indicateurs = fiche.suivis
    ses_mots = {
        indicateur.id: indicateur.libelle for indicateur in fiche.indicateurs if indicateur.libelle
    }

    def de_la_fiche(table: pd.DataFrame) -> pd.DataFrame:
        if "indicateur" not in table:
            return table[table["fiche"].isin([fiche.numero])].reset_index(drop=True)
        lignes_de_la_fiche = table[table["indicateur"].isin(indicateurs)].reset_index(drop=True)
        if "fiche" in table:
            # An indicator that counts in another fiche is shown in this one, in its own words.
            numeros = pd.Series(fiche.numero, lignes_de_la_fiche.index)
            libelles = lignes_de_la_fiche["libelle"]
            for indicateur, libelle in ses_mots.items():
                libelles = libelles.mask(lignes_de_la_fiche["indicateur"].eq(indicateur), libelle)
            lignes_de_la_fiche = lignes_de_la_fiche.assign(
                fiche=numeros.astype(table["fiche"].dtype), libelle=libelles
            )
        return lignes_de_la_fiche

    suivis = {
        annee: replace(
            suivi,
            observations=de_la_fiche(suivi.observations),
            actions=de_la_fiche(suivi.actions),
            appreciations=tuple(item for item in suivi.appreciations if item.fiche == fiche.numero),
            messages=tuple(item for item in suivi.messages if item.fiche == fiche.numero),
            # Those of the means, which stay whole, have no indicator.
            confirmations=suivi.confirmations[
                suivi.confirmations["indicateur"].isin([*indicateurs, ""])
            ].reset_index(drop=True),
        )
        for annee, suivi in etude.suivi.suivis.items()
    }
    collecte = etude.collecte
    collecte_de_la_fiche = collecte["groupe"].eq("fiche") & collecte["valeur_groupe"].eq(
        fiche.numero
    )
    tables_de_la_fiche = {nom: de_la_fiche(getattr(etude, nom)) for nom in PAR_FICHE}
    # The name of a withheld table joins codes of indicators and modalités by « / ».
    codes = set(indicateurs)
    for indicateur in indicateurs:
        codes.update(etude.catalogue.indicateurs_fiches[indicateur].modalites)
    retraits = etude.retraits.loc[
        [not codes.isdisjoint(table.split("/")) for table in etude.retraits["table"]]
    ]
    part = replace(
        etude,
        nom=f"{etude.nom}/fiche-{fiche.numero}",
        suivi=replace(
            etude.suivi,
            suivis=suivis,
            observations=de_la_fiche(etude.suivi.observations),
            depuis_la_cloture=None,
        ),
        empreintes={
            chemin: empreinte if publiable(chemin) else ""
            for chemin, empreinte in etude.empreintes.items()
        },
        retraits=retraits.reset_index(drop=True),
        collecte=collecte[collecte_de_la_fiche].reset_index(drop=True),
        **tables_de_la_fiche,
    )
    noter_part(part.nom, empreinte_de(part))
    return part


def empreinte_de(part: EtudeAnnuelle) -> str:
    """Return the keyed fingerprint of all that a part holds of the follow-up.

    The files that are published have their own. The key is that of the convention: without it,
    nobody can try values until the fingerprint is the same.
    """
    contenus = [part.annee, part.diffusion, part.suivi.observations, part.retraits, part.collecte]
    for suivi in part.suivi.suivis.values():
        contenus += vars(suivi).values()
    contenus += [getattr(part, nom) for nom in PAR_FICHE]
    lisibles = []
    for contenu in contenus:
        if isinstance(contenu, pd.DataFrame):
            lignes = contenu.to_numpy(object).tolist()
            lisibles.append([*contenu.columns, lignes])
        else:
            lisibles.append(contenu)
    return signer(cle_de(part.suivi.convention.id), repr(lisibles).encode())
