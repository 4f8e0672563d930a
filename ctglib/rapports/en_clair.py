"""The plain-language summary of a convention for its residents, on one page: short sentences, one
idea each.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import pandas as pd

from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.messages_suivi import INFINITIF, MessagesDuSuivi
from ctglib.blocs.mots import repondre
from ctglib.blocs.offre import ecrire_plage
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule
from ctglib.document.blocs import Bloc, Colonnes, Couverture, Groupe, liste, sous_titre
from ctglib.document.typographie import (
    abreger,
    date_longue,
    en_lettres,
    nombrer,
    part_en_mots,
    remplir,
)
from ctglib.donnees.cloture import CLOS
from ctglib.donnees.dossier import lire_finale
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.rapports import EnClair, OffreEnClair
from ctglib.donnees.modeles.suivi import nom_de_la_decision
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.rapports.bilan import ouvrir_bilan

PLACES = "places"
PARTS_DITES = 2
FAITS_DITS = 3
SIGNES = 90
COTES = {"superieur": "plus", "inferieur": "moins"}  # of the reference


@dataclass(frozen=True)
class _Service:
    """What a sentence reads of a row of the offer."""

    structure: str
    nom: str
    valeur: str


@dataclass(frozen=True)
class _Part:
    """A share of the diagnostic, as ``_habitants`` writes it."""

    indicateur: str
    valeur: float
    annee: int
    position: str


@dataclass(frozen=True)
class _Fait:
    """An indicator of the follow-up that has a value, as ``_faits`` writes it."""

    indicateur: str
    valeur: float
    valeur_precedente: float
    annee_precedente: int
    evolution: str


class ResumeEnClair(EtudeDiagnostic):
    """A convention in plain words; each method returns one part."""

    def __repr__(self) -> str:
        return repondre("en_clair", convention=self.convention.id)

    def couverture(self) -> Couverture:
        """Return the cover, without what only professionals read; its source is that of each
        sentence of the page.
        """
        donnees = f"{self.convention.date_des_donnees}, suivi {self._annee}"
        source = self.contexte.texte(
            "en_clair.source",
            texte=self.convention.source_texte,
            annees=self._annees_citees(),
            declarations=[date_longue(jour) for jour in self._declarations_citees()],
        )
        mentions = (("Données", donnees),)
        return replace(super().couverture(), mentions=mentions, source=source, sigles=())

    def _annees_citees(self) -> list[str]:
        """Return the years of the follow-up that the sentences read, in order."""
        annees = set(self._reconductions)
        if not self._suivi.muette:
            annees.add(self._annee)
            for fait in lignes(self._faits_dits, _Fait):
                if fait.evolution and pd.notna(fait.valeur_precedente):
                    annees.add(int(fait.annee_precedente))
        return [str(annee) for annee in sorted(annees)]

    def _declarations_citees(self) -> list[date]:
        """Return the days on which a service said that a structure of the page closes, in order."""
        structures: set[str] = set()
        for regle in self._regles.offre:
            if regle.caracteristique == PLACES:
                structures |= set(self._lignes_de_l_offre(regle)["structure"])
        scenarios = lire_finale(self.dossier).prolongement.et_si
        return sorted({scenario.date for scenario in scenarios if scenario.structure in structures})

    def texte(self) -> Bloc:
        """Return the sentences under their questions, then the difficult words that they use."""
        # The aims: how many there are, then the first ones, the first objective of each fiche.
        fiches = [fiche for fiche in self._plan.fiches if fiche.etat == "en_vigueur"]
        dites = fiches[: self._regles.fiches]
        sujets = nombrer(len(fiches), "sujet")
        cle = "but" if len(dites) == len(fiches) else "premiers_buts"
        nombres = {"n": len(fiches), "dites": en_lettres(len(dites))}
        buts = self._dire(cle, fiches=sujets, **nombres)
        for fiche in dites:
            premier = fiche.objectifs[0] if fiche.objectifs else fiche.titre
            but = minuscule(premier).rstrip(" .")
            tournure = "verbe" if INFINITIF.match(but) else "nom"
            buts += self._dire(tournure, but=abreger(but, SIGNES))

        # What there is for families first, then what changed; poverty last.
        a_gauche = {
            self._titre("offre"): list(self._offre()),
            self._titre("fait"): list(self._faits()),
            self._titre("quoi"): self._dire("quoi"),
        }
        a_droite = {
            self._titre("but"): buts,
            self._titre("suite"): [*self._fin(), *self._dire("suite")],
            self._titre("population"): list(self._habitants()),
        }

        phrases: list[str] = []
        for phrases_de_la_rubrique in (*a_gauche.values(), *a_droite.values()):
            phrases += phrases_de_la_rubrique
        texte = " ".join(phrases)
        definitions = []
        for mot, definition in self._regles.mots.items():
            motif = "s? ".join(map(re.escape, mot.split()))  # in the plural too
            if re.search(rf"\b{motif}s?\b", texte):
                definitions.append(f"{majuscule(mot)} : {definition}.")
        a_droite[self._titre("mots")] = definitions
        return Colonnes((_colonne(a_gauche), _colonne(a_droite)))

    def _titre(self, rubrique: str) -> str:
        """Return the question that heads some sentences."""
        return self.contexte.texte("en_clair.titre", rubrique=rubrique)

    @property
    def _regles(self) -> EnClair:
        return self.catalogue.messages.en_clair

    @cached_property
    def _annee(self) -> int:
        """The last year of which something is known, the first of the convention when there is
        none.
        """
        convention = self.convention
        bilan = ouvrir_bilan(convention.id, convention.fin.year)
        annees_suivies = [
            annee for annee, suivi in bilan.annee.suivi.suivis.items() if not suivi.vide
        ]
        return max(annees_suivies, default=convention.debut.year)

    @cached_property
    def _suivi(self) -> MessagesDuSuivi:
        return MessagesDuSuivi(ouvrir_bilan(self.convention.id, self._annee).etude)

    @property
    def _plan(self) -> Convention:
        """The convention as it stands in that year: its avenants may have changed who signs it."""
        return self._suivi.etude.convention

    def _dire(self, cle: str, **valeurs: object) -> list[str]:
        """Return sentences of the catalogue, filled."""
        parties = [
            self.catalogue.messages.avec_article(partie.nom_court) for partie in self._plan.parties
        ]
        mots = {
            "Parties": majuscule(enumerer(parties)),
            "debut": self.convention.debut.year,
            "fin": self._suivi.etude.suivi.fin.year,
            **self.contexte.lieux,
            **valeurs,
        }
        return [remplir(phrase, **mots) for phrase in self._regles.phrases[cle]]

    def _fin(self) -> Iterator[str]:
        """Yield when the convention ends, and that its comité decided of what comes after: what it
        decided may be long, and is in the other reports.
        """
        yield from self._dire("fin", jour=date_longue(self._suivi.etude.suivi.fin))
        for jour in self._reconductions.values():
            yield from self._dire("reconduction", jour=date_longue(jour))

    @cached_property
    def _reconductions(self) -> dict[int, date]:
        """The day on which a comité decided of what comes after, by year of the follow-up."""
        jours = {}
        for annee, de_l_annee in self._suivi.etude.suivi.suivis.items():
            comite = de_l_annee.bilan.comite
            if comite is None or not isinstance(comite.date, date):
                continue
            for decision in comite.adoptees:
                if decision.id == nom_de_la_decision("reconduction", annee):
                    jours[annee] = comite.date
        return jours

    def _offre(self) -> Iterator[str]:
        """Yield what families find, as the convention describes it: that it is so, then whom to
        ask, the places, a service a sentence, and the hours, where all the services of a kind have
        the same, and that they may have changed.
        """
        phrases = list(self._services())
        if not phrases:
            yield self.contexte.texte("en_clair.sans_offre")
            return
        yield self.contexte.texte("en_clair.offre_d_alors", debut=self.convention.debut.year)
        yield from phrases
        yield self.contexte.texte("en_clair.offre_changee")
        yield self.contexte.texte("en_clair.sans_numero")

    @cached_property
    def _fermetures(self) -> dict[str, int]:
        """The year in which a service says that a structure of the offer closes."""
        scenarios = lire_finale(self.dossier).prolongement.et_si
        return {scenario.structure: scenario.annee for scenario in scenarios if scenario.structure}

    def _services(self) -> Iterator[str]:
        """Yield a sentence a service."""
        phrase = "en_clair.offre"
        valeurs = self._suivi.indicateurs.set_index("indicateur")["valeur"].dropna()
        for regle in self._regles.offre:
            lignes_dites = self._lignes_de_l_offre(regle)
            if regle.caracteristique == "ouverture":
                plages = lignes_dites["valeur"].drop_duplicates()
                if len(plages) == 1:
                    plage = ecrire_plage(plages.iloc[0])
                    yield self.contexte.texte(phrase, quoi=regle.quoi, nom="", valeur=plage)
                continue
            indicateur = regle.indicateur
            if indicateur is not None and indicateur in valeurs.index and len(lignes_dites):
                contexte = self._suivi.etude.contexte
                valeur = contexte.valeur_nue(indicateur, valeurs[indicateur])
                faits = {"quoi": regle.quoi, "nom": "", "valeur": valeur, "annee": self._annee}
                yield self.contexte.texte(phrase, **faits)
                continue
            for ligne in lignes(lignes_dites, _Service):
                faits = {"quoi": regle.quoi, "nom": ligne.nom, "valeur": ligne.valeur}
                yield self.contexte.texte(phrase, **faits)
                if regle.caracteristique == PLACES and ligne.structure in self._fermetures:
                    faits = {"nom": ligne.nom, "annee": self._fermetures[ligne.structure]}
                    yield self.contexte.texte("en_clair.fermeture", **faits)

    def _lignes_de_l_offre(self, regle: OffreEnClair) -> pd.DataFrame:
        """Return the rows of the offer that a sentence reads."""
        connue = self.dossier.offre[self.dossier.offre["valeur"].ne("")]
        lues = connue["type"].eq(regle.type) & connue["caracteristique"].eq(regle.caracteristique)
        if regle.modalite:
            lues &= connue["modalite"].eq(regle.modalite)
        return connue[lues]

    def _habitants(self) -> Iterator[str]:
        """Yield how many live there, then two shares, each beside the reference."""
        constats = self.comparaison
        population = constats[constats["indicateur"].eq("population") & constats["valeur"].gt(0)]
        for valeur, annee in zip(population["valeur"], population["annee"], strict=True):
            habitants = self.contexte.valeur("population", valeur)
            yield from self._dire("population", valeur=habitants, annee=annee)

        mots_des_parts = {}
        for groupe in self.catalogue.messages.parts:
            mots_des_parts |= groupe.indicateurs
        surs = self.constats_surs
        parts = surs.loc[[nom for nom in mots_des_parts if nom in surs.index]]
        parts = parts[parts["position"].isin(list(COTES))].head(PARTS_DITES)
        for part in lignes(parts.reset_index(), _Part):
            mots = mots_des_parts[part.indicateur]
            fraction, au_singulier = part_en_mots(part.valeur, mots.nom)
            verbe = mots.un if au_singulier else mots.plusieurs
            yield from self._dire("part", annee=part.annee, part=f"{fraction} {verbe}")
            yield from self._dire(COTES[part.position])

    @cached_property
    def _faits_dits(self) -> pd.DataFrame:
        """The indicators of the year that the page says, one row each."""
        indicateurs = self._suivi.indicateurs
        dits = {*self.catalogue.messages.familles, *self.catalogue.propres}
        faits = indicateurs[indicateurs["valeur"].gt(0) & indicateurs["indicateur"].isin(dits)]
        return faits.head(FAITS_DITS)

    def _faits(self) -> Iterator[str]:
        """Yield what families got, each with the year before; or that nothing is known."""
        if self._suivi.muette:
            yield from self._dire("rien")
            return
        yield from self._dire("fait", annee=self._annee)
        indicateurs = self._suivi.indicateurs
        contexte = self._suivi.etude.contexte
        phrases = self.catalogue.messages.familles
        for fait in lignes(self._faits_dits, _Fait):
            nom = fait.indicateur
            yield f"{majuscule(self._suivi.dire_un_chiffre(nom, fait.valeur, en_chiffres=True))}."
            if fait.evolution and pd.notna(fait.valeur_precedente):
                ecrire = contexte.valeur_nue if nom in phrases else contexte.valeur
                avant = ecrire(nom, fait.valeur_precedente)
                yield from self._dire("avant", annee=fait.annee_precedente, valeur=avant)
        etats = self._suivi.etats_en_phrase()
        if self._faits_dits.empty and etats:
            yield etats
        close = self._suivi.etude.bilan.statut == CLOS
        if indicateurs["statut"].isin(PROVISOIRES).any() and not close:
            yield from self._dire("provisoire")
        if not indicateurs["renseigne"].all():
            yield from self._dire("inconnu")


def _colonne(rubriques: Mapping[str, list[str]]) -> Groupe:
    """Return sentences under their titles; a title without any is left out."""
    colonne = Groupe()
    for titre, phrases in rubriques.items():
        if phrases:
            colonne += sous_titre(titre) + liste(phrases)
    return colonne


ouvrir_en_clair = ResumeEnClair.ouvrir
