"""What the first page of a bilan, of a fiche or of the evaluation says: what families got, what is
done, what is unknown.

A message is a sentence with its proof (``page_une.Message``). The messages of a fiche are made as
those of the year, from the part of the study that is of this fiche. The words of most sentences are
in ``messages.yaml``; there, ``familles`` has the sentences that say what families get.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import pandas as pd

from ctglib.blocs.actions import bandes_des_actions
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.constats import (
    ConstatDit,
    compter_les_cibles,
    constats_de,
    rangs_des_familles,
    selon_leur_poids,
    tournure_de,
)
from ctglib.blocs.decisions import liste_du_fil
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.page_une import Chiffre, Message, PremierePage
from ctglib.blocs.propositions import (
    a_montrer,
    attendus_une_fois,
    ensembles,
    ont_une_cible,
    proposer,
    service,
)
from ctglib.blocs.tournures import Tournure
from ctglib.calculs.collecte import MOYEN, VALEUR, demandes
from ctglib.calculs.constats import Constat, premiers_par_fiche, sans_ce_qui_explique
from ctglib.calculs.ecriture import avec_unite, enumerer, minuscule, nombre
from ctglib.calculs.etats import (
    NON_RENSEIGNEE,
    SUSPENDUE,
    etat_inconnu,
    pas_commencees,
    totaux,
)
from ctglib.calculs.ordre import rang_dans
from ctglib.document.figure import Figure
from ctglib.document.typographie import (
    abreger,
    accorder,
    date_longue,
    en_lettres,
    nombrer,
    remplir,
    sont,
    tous,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.plan import Fiche
from ctglib.donnees.modeles.rapports import VOYELLES, CodeProposition, ReglesMessages
from ctglib.donnees.plan import ARRETES
from ctglib.donnees.statuts import PROVISOIRES, Statut

EUROS = "euros"
INVESTISSEMENT = "investissement"
ETATS_DITS = ("realisee", "partielle", "en_cours", "reportee", "abandonnee", "prevue")
DECISIONS_DITES = ("adapter", "rendre_mesurable", "arreter")
# In a sentence for families that counts times: one time needs no plural, zero is « jamais ».
FOIS = "{valeur} fois"
# One that has words for one and words for several.
SELON_LE_NOMBRE = "{n:|"
# The report of the year that has the table of what is proposed to the comité.
BILAN = "bilan.html"
CITES = 3  # more names than that are counted, and not written
INFINITIF = re.compile(r"\w+(er|ir|re)\b")


@dataclass(frozen=True)
class ValeurEtPrecedente:
    """A figure and the one before: what a sentence reads of a row of
    ``MessagesDuSuivi.indicateurs``.
    """

    indicateur: str
    valeur: float
    valeur_precedente: float


@dataclass(frozen=True)
class ChiffrePublic:
    """The last value of a public series."""

    indicateur: str
    annee: int
    valeur: float
    statut: str
    note: str


@dataclass(frozen=True)
class MessagesDuSuivi:
    """The messages of a year, of all fiches or, with ``fiche``, of that one.

    The study is then the part of that fiche (``ctglib.blocs.annee.part_de``).
    """

    etude: EtudeAnnuelle
    fiche: Fiche | None = None
    # the indicators of the findings that the parties signed a line in the place of
    signes: frozenset[str] = frozenset()

    @property
    def regles(self) -> ReglesMessages:
        """The sentences of ``messages.yaml``."""
        return self.etude.catalogue.messages

    @cached_property
    def indicateurs(self) -> pd.DataFrame:
        """The scoring of the indicators as wholes, those of the sentences for families first."""
        return self._ordonner(ensembles(self.etude.evaluation))

    def _ordonner(self, indicateurs: pd.DataFrame) -> pd.DataFrame:
        """Return indicators in the order in which families see them; equals stay as they are."""
        rangs = rangs_des_familles(self.etude, indicateurs)
        return indicateurs.loc[rangs.sort_values(kind="stable").index]

    @property
    def muette(self) -> bool:
        """Whether nothing was handed in for the year: no state of an action, no value, no means."""
        # What is done, or given up, may have been so for years: nothing is awaited of it, and that
        # it is so is known.
        dispenses = self.etude.etats["dispense"]
        etats = self.etude.etats[dispenses.eq("")]
        rien_sur_les_actions = etats["statut"].isin((NON_RENSEIGNEE, "prevue")).all()
        if self.fiche and dispenses.eq("faite").any():
            rien_sur_les_actions = False
        rien_sur_les_indicateurs = not self.indicateurs["renseigne"].any()
        sans_moyens = self.etude.annuel.moyens.empty
        return bool(rien_sur_les_actions and sans_moyens and rien_sur_les_indicateurs)

    @property
    def page(self) -> PremierePage:
        """The first page: what weighs most of the year, in numbers then in sentences."""
        return PremierePage(
            messages=self.messages(),
            incertitudes=self.incertitudes(),
            decisions=self.decisions(),
            titre=self.titre(),
            chapo=self.chapo(),
            dessin=self.dessin(),
            fil=None if self.fiche else liste_du_fil(self.etude),
        )

    @cached_property
    def constats(self) -> list[Constat]:
        """The findings of the year, what weighs most first, without what only explains another."""
        constats = constats_de(self.etude, self.indicateurs)
        return sans_ce_qui_explique(constats, self.etude.contexte.indicateurs)

    @property
    def premiers_constats(self) -> list[ConstatDit]:
        """The findings of the page: those of which the parties signed a line, then each of another
        fiche as far as there is one.
        """
        constats = premiers_par_fiche(self.constats, self.regles.nombre, self.signes)
        fiches_dites: set[str] = set()
        premiers = []
        for constat in constats:
            deja_dite = constat.fiche in fiches_dites  # what is late in it is said once
            premiers.append(ConstatDit(constat, self.etude, self.dire_un_chiffre, not deja_dite))
            fiches_dites.add(constat.fiche)
        return premiers

    def titre(self) -> str:
        """Return what the page finds: that nothing was handed in, what weighs most, or what is
        done.
        """
        textes = self.etude.textes
        if self.muette:
            return textes.dire("titre_muet", self.periode, self.quoi)
        if self.constats:
            return ConstatDit(self.constats[0], self.etude, self.dire_un_chiffre).titre()
        return self.etats_en_phrase().rstrip(".")

    @property
    def periode(self) -> str:
        """What the page is about: « 2025 »."""
        return str(self.etude.annee)

    @property
    def quoi(self) -> str:
        """What the page evaluates: « la fiche », « l'année », « la convention »."""
        return "la fiche" if self.fiche else "l'année"

    def chapo(self) -> str:
        """Return where the targets stand, then the actions; "" when nothing was handed in."""
        if self.muette:
            return ""
        verdicts = self.etude.catalogue.evaluation.verdicts
        cibles = compter_les_cibles(self.indicateurs, verdicts)
        indicateurs = self.indicateurs
        tenues_avant = indicateurs["verdict"].eq("atteint") & indicateurs["a_venir"]
        cibles["a_venir"] = int(tenues_avant.sum())
        actions = "" if self._a_un_dessin or not self.constats else self.etats_en_phrase()
        return self.etude.textes.dire("chapo", cibles, actions)

    def dessin(self) -> Figure | None:
        """Return the states of the actions, a band a fiche; None on the page of a fiche, and where
        no state is known.
        """
        return bandes_des_actions(self.etude) if self._a_un_dessin else None

    @property
    def _a_un_dessin(self) -> bool:
        """Whether the page shows the states of the actions, which it then does not say."""
        plusieurs_fiches = self.etude.etats["fiche"].nunique() > 1
        return plusieurs_fiches and not self.muette and self.etats_en_phrase() != ""

    def messages(self) -> Iterator[Message]:
        """Yield what weighs most, under its number. Where no indicator is known, what is done is
        the title, and what was spent is told.

        When nothing was handed in: what was promised, what the public figures say (the aims, where
        they say nothing), what is still awaited.
        """
        if self.muette:
            yield from self._actions_promises()
            chiffres_publics = []
            if self.fiche is None:
                chiffres_publics = list(self._chiffres_publics())
            if chiffres_publics:
                yield from chiffres_publics
            else:
                yield from self._objectifs()
            yield from self._valeurs_attendues()
            return
        for dit in self.premiers_constats:
            redige = dit.rediger()
            chiffre = Chiffre(dit.libelle, dit.valeur, dit.sous_le_nombre(), dit.verdict)
            yield replace(
                self._message(f"{redige.premier}.", "mesures"),
                suite=redige.suite,
                chiffre=chiffre,
                constat=dit.constat.indicateur,
            )
        if not self.constats:
            yield from self._depenses()

    def incertitudes(self) -> Iterator[Message]:
        """Yield what is not known or not sure, what weighs most first."""
        comite_inconnu = self.etude.bilan.comite is None
        if self.fiche is None and comite_inconnu and not self.etude.comites_comptes():
            yield self._dire("comite", "decisions")
        etats = self.etude.etats
        etats_inconnus = int(etat_inconnu(etats).sum())
        if etats_inconnus:
            lesquelles = _parmi(etats_inconnus, len(etats), "action", feminin=True)
            yield self._dire("inconnues", "etats", etats_inconnus, lesquelles=lesquelles)
        if not self.muette:
            yield from self._chiffres_incertains()
        yield from self._moyens_inconnus()
        # How many have neither a target nor a reference of the text; one alone is not said.
        suivis = self._indicateurs_du_tableau
        sans_cible = int(suivis["cible"].isna().sum())
        if sans_cible > 1:
            reference = not ont_une_cible(suivis).eq(suivis["cible"].notna()).all()
            faits = {"total": len(suivis), "reference": reference}
            yield self._dire("sans_cible", "tous_les_indicateurs", sans_cible, **faits)

    @property
    def _indicateurs_du_tableau(self) -> pd.DataFrame:
        """The indicators that the table shows, or, where nothing was handed in and there is no
        table, those that are asked for.
        """
        indicateurs = self.indicateurs
        if self.muette:
            demandes_de_l_annee = indicateurs[~indicateurs["facultatif"]]
            return demandes_de_l_annee[~demandes_de_l_annee["dispense"].isin(ARRETES)]
        return a_montrer(indicateurs) if self.fiche else indicateurs

    def _chiffres_incertains(self) -> Iterator[Message]:
        """Yield the values that were not handed in, those that may still change, then the first
        whose change chance alone explains.
        """
        indicateurs = self.indicateurs
        manques = self.etude.manques
        valeurs = manques[manques["nature"].eq(VALEUR)]
        if len(valeurs):
            # The first in the order of the page, and the service that owes it.
            connus = self._ordonner(ensembles(self.etude.evaluation))["indicateur"]
            premiere = valeurs.sort_values("element", key=rang_dans(connus), kind="stable").iloc[0]
            libelle = self.etude.contexte.indicateurs[premiere["element"]].libelle
            libelle = minuscule(abreger(libelle, self.regles.signes))
            premier = f"« {libelle} » ({service(self.etude, premiere['responsable'])})"
            du_meme = indicateurs["indicateur"].eq(premiere["element"])
            if indicateurs.loc[du_meme, "valeur"].notna().any():  # what lacks is a part of it
                premier = self.etude.texte("annee.detail_de", quoi=premier)
            sans_source = indicateurs[
                indicateurs["statut"].eq(Statut.NON_DISPONIBLE)
                & indicateurs["dispense"].eq("")
                & ~indicateurs["facultatif"]
                & indicateurs["annee"].eq(self.etude.annee)
            ]
            yield self._dire(
                "non_transmis",
                "manques",
                len(valeurs),
                premier=premier,
                sans_source=len(sans_source),
                premiere_sans_source=(
                    minuscule(self._premier_libelle(sans_source)) if len(sans_source) else ""
                ),
            )
        provisoires = indicateurs[
            indicateurs["statut"].isin(PROVISOIRES) & indicateurs["valeur"].notna()
        ]
        if len(provisoires):
            premier = self._premier_libelle(provisoires)
            yield self._dire(
                "provisoires", "tous_les_indicateurs", len(provisoires), premier=premier
            )
        dus_au_hasard = indicateurs[indicateurs["evolution"].eq("trop_peu")]
        if len(dus_au_hasard):
            contexte = self.etude.contexte
            chiffre = next(lignes(dus_au_hasard, ValeurEtPrecedente))
            yield self._dire(
                "hasard",
                "mesures",
                premier=self._premier_libelle(dus_au_hasard),
                avant=contexte.valeur(chiffre.indicateur, chiffre.valeur_precedente),
                apres=contexte.valeur(chiffre.indicateur, chiffre.valeur),
            )

    def _moyens_inconnus(self) -> Iterator[Message]:
        """Yield which signatories gave nothing of their means; when all gave something, how many
        amounts are missing. Nothing when nobody was asked for any.
        """
        if not self.etude.moyens_suivis:
            return
        moyens = self._de_la_fiche(self.etude.annuel.moyens)
        signataires_connus = set(moyens.loc[moyens["valeur"].notna(), "signataire"])
        parties = self.etude.convention.parties
        if self.fiche:
            attendus = self.etude.gabarit.donateurs(self.fiche.numero, [p.id for p in parties])
            parties = [partie for partie in parties if partie.id in attendus]
        absents = [
            self.regles.avec_article(partie.nom_court)
            for partie in parties
            if partie.id not in signataires_connus
        ]
        demandes_de_l_annee = self.etude.demandes[self.etude.demandes["annee"].eq(self.etude.annee)]
        demandes_de_moyens = demandes_de_l_annee[demandes_de_l_annee["nature"].eq(MOYEN)]
        manquants = int(demandes_de_moyens["manque"].sum())
        if absents:
            qui = enumerer(absents)
            if len(absents) > CITES:
                qui = _parmi(len(absents), len(parties), "signataire")
            yield self._dire("moyens_inconnus", "moyens", len(absents), qui=qui)
        elif manquants:
            total = nombre(len(demandes_de_moyens))
            yield self._dire("moyens_en_partie", "moyens", manquants, total=total)

    def decisions(self) -> Iterator[Message]:
        """Yield what the data call the comité to decide, a sentence a proposal, what presses most
        first.
        """
        propositions = proposer(self.etude)
        autre_rapport = None
        if self.fiche is not None:
            propositions = propositions[propositions["fiche"].astype(bool)]
            autre_rapport = (BILAN, self.etude.mot("bilan_de_l_annee"))
        for regle, texte in zip(propositions["regle"], propositions["page"], strict=True):
            yield Message(texte, self.preuves_d_une_proposition(regle), autre_rapport)
        if propositions.empty:
            yield Message(self.etude.textes.dire("sans_decision"))

    def preuves_d_une_proposition(self, regle: CodeProposition) -> tuple[str, ...]:
        """Return what shows a proposal: the table of all of them."""
        return self.regles.preuves["decisions"]

    # What is known.

    def dire_un_chiffre(self, nom: str, valeur: float, *, en_chiffres: bool = False) -> str:
        """Return a value of an indicator in a sentence: « douze familles ont reçu une aide ».

        That of ``familles`` in the catalogue, or of ``aucun`` for zero; failing that, one made of
        its label and its unit, or the label quoted. ``en_chiffres`` writes small counts in figures.
        """
        contexte = self.etude.contexte
        if valeur == 0 and nom in self.regles.aucun:
            return self.regles.aucun[nom]
        unite = self.etude.catalogue.unites[contexte.indicateurs[nom].unite]
        citee = self.regles.zero if valeur == 0 else self.regles.reste
        if unite.forme == "oui_non":
            citee = self.regles.oui_non
        phrase = self._phrase_au_pluriel(nom, valeur)
        ecrite = self._ecrire(nom, valeur, valeur, en_chiffres=en_chiffres)
        if isinstance(phrase, Tournure):
            return phrase.dire(ecrite)
        libelle = abreger(contexte.indicateurs[nom].libelle, self.regles.signes)
        return remplir(phrase or citee, valeur=ecrite, libelle=libelle, n=valeur)

    def _phrase_au_pluriel(self, nom: str, valeur: float) -> Tournure | str | None:
        """Return the sentence of an indicator, None when its value can only follow its label.

        The sentences that count are plural: a value under two follows its label.
        """
        phrase = self.regles.familles.get(nom) or tournure_de(self.etude, nom)
        compte = not isinstance(phrase, Tournure) or phrase.compte
        invariable = isinstance(phrase, str) and FOIS in phrase
        decimales = self.etude.contexte.indicateurs[nom].decimales
        invariable = invariable or (isinstance(phrase, str) and SELON_LE_NOMBRE in phrase)
        au_singulier = compte and not invariable and not decimales and valeur < 2
        return None if au_singulier or (compte and valeur < 1) else phrase

    def _ecrire(
        self, nom: str, valeur: float, valeur_dite: float, *, en_chiffres: bool = False
    ) -> str:
        """Return a value as the sentence that says ``valeur_dite`` writes it: without its unit
        where it counts what the sentence names.
        """
        contexte = self.etude.contexte
        phrase = self._phrase_au_pluriel(nom, valeur_dite)
        if phrase is None or (isinstance(phrase, Tournure) and not phrase.compte):
            return contexte.valeur(nom, valeur)
        if contexte.indicateurs[nom].decimales or en_chiffres:
            return contexte.valeur_nue(nom, valeur)
        return en_lettres(round(valeur), feminin=True)

    def etats_en_phrase(self) -> str:
        """Return how many actions are in each state, then how many are late.

        « Sur dix actions, quatre sont réalisées, deux sont en cours, une commence plus tard et
        trois sont sans nouvelles ; l'une d'elles est en retard, « Ouvrir un accueil ». » "" when
        no state is known and no action begins later.
        """
        etats = self.etude.etats
        total = len(etats)
        plus_tard = pas_commencees(etats, self.etude.arrete)
        actions_par_etat = etats.loc[~plus_tard, "statut"].value_counts()
        mots_des_etats = self.etude.catalogue.evaluation.etats
        sans_nouvelles = total - int(plus_tard.sum())
        phrases = []
        for etat in ETATS_DITS:
            if etat in actions_par_etat:
                mot = mots_des_etats[etat]
                actions = int(actions_par_etat[etat])
                phrases.append(sont(actions, mot, accorder(mot, 2)))
                sans_nouvelles -= actions
        suspendues = int(
            (etats["dispense"].eq(SUSPENDUE) & etats["statut"].eq(NON_RENSEIGNEE)).sum()
        )
        if suspendues:
            phrases.append(sont(suspendues, "suspendue", "suspendues"))
            sans_nouvelles -= suspendues
        if plus_tard.any():
            actions = int(plus_tard.sum())
            phrases.append(self.etude.textes.dire("commencent_plus_tard", actions))
        if not phrases:
            return ""
        if sans_nouvelles:
            phrases.append(sont(sans_nouvelles, "sans nouvelles", "sans nouvelles"))
        # All may be in one state: « Les dix actions sont réalisées », without « dix » twice.
        etat = phrases[0].partition(" ")[2] if len(phrases) == 1 else ""
        en_retard = selon_leur_poids(self.etude, etats[etats["en_retard"]])["libelle"]
        premiere = "".join(en_retard.head(1))
        return self.etude.textes.dire(
            "etat_des_actions",
            etats=phrases,
            etat=etat,
            total=total,
            en_retard=len(en_retard),
            premiere=abreger(premiere, self.regles.signes),
        )

    def _depenses(self) -> Iterator[Message]:
        """Yield what each signatory spent to run the services; apart, the investments.

        « En 2025, faire fonctionner les services a coûté 12 000 € à la Caf et au moins 8 000 € à la
        ville (11 000 € et 7 000 € en 2024). » The year before is there only when the same
        signatories gave all their amounts in it.
        """
        moyens = self._de_la_fiche(self.etude.annuel.moyens)
        depenses = _par_signataire(moyens)
        if depenses.empty:
            return
        preposition: Literal["de", "à"] = "de" if self.fiche else "à"
        parties = {}
        for partie in self.etude.convention.parties:
            parties[partie.id] = self.regles.avec_preposition(preposition, partie.nom_court)
        montants = []
        for signataire, total, manquantes in zip(
            depenses.index, depenses["valeur_connue"], depenses["manquantes"], strict=True
        ):
            faits = (_euros(total), parties[signataire], bool(manquantes))
            montants.append(self.etude.textes.dire("depense", *faits))
        precedents = []
        if self.etude.precedent is not None:
            precedentes = _par_signataire(self._de_la_fiche(self.etude.precedent.moyens))
            memes_signataires = set(precedentes.index) == set(depenses.index)
            if memes_signataires and not precedentes["manquantes"].any():
                totaux_precedents = precedentes["valeur_connue"].reindex(depenses.index)
                precedents = totaux_precedents.map(_euros).tolist()
        investi = moyens.loc[moyens["nature"].eq(INVESTISSEMENT), "valeur"].sum()
        yield self._dire(
            "depenses",
            "moyens",
            montants=montants,
            annee_avant=self.etude.annee - 1,
            precedents=precedents,
            investi=_euros(investi) if investi > 0 else "",
        )

    # What is said when nothing was handed in.

    def _chiffres_publics(self) -> Iterator[Message]:
        """Yield one message: the last figures of the first two series of ``territoire`` in the
        catalogue that have one.
        """
        contexte = self.etude.contexte
        series = self.etude.series
        series = series[
            series["dimension"].eq("")
            & series["valeur"].notna()
            & series["territoire"].eq(contexte.territoire.code)
        ]
        dernieres_annees = series.sort_values("annee").drop_duplicates("indicateur", keep="last")
        chiffres = {
            chiffre.indicateur: chiffre for chiffre in lignes(dernieres_annees, ChiffrePublic)
        }
        connus = [indicateur for indicateur in self.regles.territoire if indicateur in chiffres]
        phrases = []
        for indicateur in connus[:2]:
            chiffre = chiffres[indicateur]
            valeur = contexte.valeur(indicateur, chiffre.valeur, chiffre.statut)
            faits = {
                "valeur": valeur,
                "annee": chiffre.annee,
                "a_verifier": pd.notna(chiffre.note) and chiffre.note != "",
                **contexte.lieux,
            }
            phrases.append(self.etude.textes.dire(indicateur, **faits))
        if phrases:
            yield self._message(" ".join(phrases), "territoire")

    def _objectifs(self) -> Iterator[Message]:
        """Yield what is aimed at: the objectives of the fiche, or the enjeux of the convention.

        When all of them begin with a verb, the first two make a sentence (« … d'ouvrir un accueil
        et de former les équipes »); otherwise it says how many there are and quotes the first.
        """
        if self.fiche:
            textes = self.fiche.objectifs
        else:
            textes = [enjeu.titre for enjeu in self.etude.convention.enjeux]
        buts = [minuscule(texte.rstrip(" .")) for texte in textes]
        if not buts:
            return
        if all(INFINITIF.match(but) for but in buts):
            premiers = [f"d'{but}" if but[0] in VOYELLES else f"de {but}" for but in buts[:2]]
            yield self._dire("buts", "promesses", buts=premiers)
        else:
            yield self._dire("objectifs", "promesses", len(buts), premier=buts[0])

    def _actions_promises(self) -> Iterator[Message]:
        """Yield how many actions the convention wants begun by the end of the year, those to be
        done by then, and what is awaited once for a day that is past; when there is none, in which
        year the first one begins.
        """
        etats = self.etude.etats[~self.etude.etats["dispense"].isin(ARRETES)]
        total = len(etats)
        if not total:
            return
        arrete = self.etude.arrete
        dues = etats[~pas_commencees(etats, arrete)]
        if dues.empty:
            debut = int(etats["debut"].min().year)
            yield self._dire("rien_avant", "etats", debut=debut)
            return
        fin_de_l_annee = pd.Timestamp(self.etude.annee, 12, 31)
        a_terme = etats[etats["echeance_ecrite"] & etats["echeance"].le(fin_de_l_annee)]
        libelles = selon_leur_poids(self.etude, a_terme)["libelle"].tolist()
        signes = self.regles.signes
        yield self._dire(
            "promesses",
            "etats",
            len(dues),
            total=total,
            a_terme=abreger(libelles[0], signes) if libelles else "",
            autres_a_terme=max(len(libelles) - 1, 0),
            une_fois=[
                self.etude.textes.dire("du_une_fois", abreger(libelle, signes), date_longue(jour))
                for libelle, jour in attendus_une_fois(self.etude)
            ],
            passe=self.etude.annee_revolue,
        )

    def _valeurs_attendues(self) -> Iterator[Message]:
        """Yield how much is to be asked for, and of which services: nobody may have asked yet."""
        par_service = self._demandes_par_service
        if par_service.empty:
            return
        yield self._dire(
            "attendus",
            "attendus",
            len(par_service),
            elements=int(par_service.sum()),
            periode=self.periode,
            qui=par_service.index[0],
            surtout=a_qui_demander_le_plus(par_service),
            departs=self._departs_a_demander,
            avant=self.etude.convention.debut.year - 1,
        )

    @property
    def _departs_a_demander(self) -> int:
        """How many of the things to give are values of before the convention: none of a year."""
        return 0

    @property
    def _demandes_par_service(self) -> pd.Series:
        """How many things each service has to give, by its name, most first."""
        services = [service(self.etude, nom) for nom in self.etude.manques["responsable"]]
        return pd.Series(services, dtype=object).value_counts()

    def _premier_libelle(self, indicateurs: pd.DataFrame) -> str:
        """Return the label of the indicator of the first row."""
        return self.etude.contexte.indicateurs[indicateurs["indicateur"].iloc[0]].libelle

    def _de_la_fiche(self, moyens: pd.DataFrame) -> pd.DataFrame:
        """Return the means of the fiche of the page, or all of them on that of the whole year."""
        return moyens if self.fiche is None else moyens[moyens["fiche"].eq(self.fiche.numero)]

    def _message(self, texte: str, preuves: str) -> Message:
        """Return a message; ``preuves`` is a key of ``preuves`` in ``messages.yaml``."""
        return Message(texte, self.regles.preuves[preuves])

    def _dire(self, cle: str, preuves: str, n: int = 1, **mots: object) -> Message:
        """Return a message with the paragraph ``cle`` of ``annee.j2``, about ``n`` things, from
        the facts ``mots``, the year, and whether the page is that of a fiche.
        """
        communs = {"n": n, "annee": self.etude.annee, "fiche": self.fiche is not None}
        return self._message(self.etude.textes.dire(cle, **{**communs, **mots}), preuves)


@dataclass(frozen=True)
class MessagesDeLaFin(MessagesDuSuivi):
    """The messages of the evaluation: those of the last year, but for what is read from the start.

    The indicators go from their initial value to their last measure.
    """

    etude: EtudeFinale

    @cached_property
    def indicateurs(self) -> pd.DataFrame:
        """The indicators as wholes, from their initial value to their last measure, those that
        families see first.
        """
        return self._ordonner(self.etude.depuis_le_depart)

    @property
    def periode(self) -> str:
        """The years of the convention: « 2023-2026 »."""
        return f"{self.etude.annees[0]}-{self.etude.annees[-1]}"

    @property
    def quoi(self) -> str:
        """What the page evaluates."""
        return "la convention"

    @property
    def muette(self) -> bool:
        """Whether nothing was ever handed in."""
        jamais_mesures = self.etude.parcours["annees_connues"].eq(0)
        return super().muette and bool(jamais_mesures.all())

    def incertitudes(self) -> Iterator[Message]:
        """Yield that no effect is shown, then what is unknown or not sure."""
        ecarts_inhabituels = int(self.etude.comparables.ecarts_hors_bruit["inhabituel"].sum())
        comparaison = self.etude.comparables.resultat
        compare = comparaison is not None and comparaison.ecarts["ecart"].notna().any()
        yield self._dire("effet", "comparaison", ecarts_inhabituels, compare=bool(compare))
        parcours_demandes = demandes(self.etude.parcours)
        jamais_transmis = int(parcours_demandes["annees_connues"].eq(0).sum())
        if jamais_transmis:
            yield self._dire(
                "jamais_transmis",
                "cibles",
                debut=self.etude.annees[0],
                fin=self.etude.annees[-1],
                lesquels=_parmi(jamais_transmis, len(parcours_demandes), "indicateur demandé"),
            )
        yield from super().incertitudes()

    @property
    def _departs_a_demander(self) -> int:
        """How many of the things to give are values of before the convention."""
        return self.etude.departs_a_demander

    @property
    def _demandes_par_service(self) -> pd.Series:
        """How many things each service has to give, all years together, as the table of what is
        missing counts them.
        """
        demandes = self.etude.a_demander[self.etude.a_demander["demandee"]]
        services = [service(self.etude, nom) for nom in demandes["responsable"]]
        par_service = demandes["nombre"].groupby(pd.Series(services, demandes.index)).sum()
        return par_service.sort_values(ascending=False, kind="stable")

    def preuves_d_une_proposition(self, regle: CodeProposition) -> tuple[str, ...]:
        """Return what shows a proposal: the evaluation has no table of them."""
        return self.regles.preuves_a_la_fin.get(regle, ())

    def decisions(self) -> Iterator[Message]:
        """Yield the reconduction, as long as no comité decided of it, the objectives to take up
        again, then what the last year calls for.
        """
        recommandations = self.etude.recommandations
        proposees = set(proposer(self.etude)["regle"])
        if self.etude.convention.citer("reconduction") and "reconduction" in proposees:
            yield self._dire("reconduction", "articles", jour=date_longue(self.etude.suivi.fin))
        # Where nobody has read what objectives rest on, nothing is proposed of any.
        decisions_dites = DECISIONS_DITES if recommandations["lu"].any() else ()
        decides = self.etude.decisions_des_objectifs
        ouvertes = [
            objectif not in decides
            for objectif in zip(recommandations["fiche"], recommandations["objectif"], strict=True)
        ]
        recommandations = recommandations[ouvertes]
        for decision in decisions_dites:
            de_la_decision = recommandations[recommandations["decision"].eq(decision)]
            objectifs = selon_leur_poids(self.etude, de_la_decision)["libelle"]
            if len(objectifs):
                libelle = abreger(minuscule(objectifs.iloc[0]), self.regles.signes)
                yield self._dire(
                    decision, "recommandations", len(objectifs), premier=f"« {libelle} »"
                )
        yield from super().decisions()


def a_qui_demander_le_plus(
    demandes: pd.Series, debut: str = "à commencer par ", preposition: str = ""
) -> str:
    """Return whom most is asked of: « , à commencer par « Caf » et « Ville » (sept chacun) ».

    "" when as much is asked of all of them, or when more than ``CITES`` are asked the most.

    Args:
        demandes: How many things are asked of each service, indexed by the name of the service.
        debut: What comes before the names, with its space.
        preposition: What comes before each name: « surtout à « Caf » et à « Ville » ».
    """
    plus_demandes = demandes[demandes.eq(demandes.max())]
    if len(plus_demandes) == len(demandes) or len(plus_demandes) > CITES:
        return ""
    services = enumerer([f"{preposition}« {nom} »" for nom in plus_demandes.index])
    combien = en_lettres(int(plus_demandes.iloc[0]), feminin=True)
    if len(plus_demandes) > 1:
        combien += " chacun"
    return f", {debut}{services} ({combien})"


def _parmi(combien: int, total: int, nom: str, *, feminin: bool = False) -> str:
    """Return « trois actions sur dix », or « les dix actions » when they are all."""
    if combien == total:
        return tous(total, nom)
    return f"{nombrer(combien, nom, feminin=feminin)} sur {en_lettres(total)}"


def _par_signataire(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the operating euros of each signatory of whom some are known.

    Returns:
        Indexed by ``signataire``: valeur_connue, the sum of the known amounts, and manquantes, how
        many amounts are missing.
    """
    sommes = totaux(moyens[moyens["nature"].eq(EUROS)], ["signataire"]).set_index("signataire")
    return sommes.loc[sommes["valeur_connue"].gt(0), ["valeur_connue", "manquantes"]]


def _euros(valeur: float) -> str:
    return avec_unite(valeur, "€", 0)
