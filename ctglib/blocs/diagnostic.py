"""A convention and its diagnostic: what is worked out once from its data, and what its first pages
say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pandas as pd

from ctglib.blocs.mots import dire, sources
from ctglib.blocs.offre import phrases_des_modes
from ctglib.blocs.page_une import Message, couvrir, page_une
from ctglib.calculs import comparaison as calculs
from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler, doutes
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, enumerer, majuscule, minuscule
from ctglib.calculs.territoire import valeurs_publiques
from ctglib.document.blocs import Bloc, Couverture
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import date_longue, en_lettres, part_en_mots, remplir, sont
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import Dossier, lire_dossier_actuel
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Renversement, Territoire
from ctglib.donnees.modeles.convention import Convention, Lacune
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.rapports import MontantsParTete
from ctglib.donnees.publiques import lire_couverture, lire_des_references

OUVERT = "ouvert"
CONTREDITE = "contredite"
INVERIFIABLE = "inverifiable"
PLACES_ET_ECART = 2  # sentences on the modes of care; the others stand beside their chart
LACUNES = ("tableau-questions", "tableau-lacunes")
CONTROLE = ("controle.html", "contrôle de la convention")


@dataclass(frozen=True)
class EtudeDiagnostic:
    """A convention and what its data say before any year; each result is computed when first asked
    for, then kept.
    """

    dossier: Dossier
    # The findings of the consistency check (see ``ctglib.calculs.coherence``).
    controle: pd.DataFrame
    # The sha256 of every data file read, by path.
    empreintes: Mapping[str, str] = field(default_factory=dict)
    # The places for under-threes (see ``lire_couverture``).
    modes: pd.DataFrame = field(default_factory=pd.DataFrame)
    # Public series of the other references (see ``lire_des_references``).
    series_des_references: pd.DataFrame = field(default_factory=pd.DataFrame)

    @classmethod
    def ouvrir(cls, convention: str) -> Self:
        """Rend ce que l'on peut demander d'une convention, ses données lues et contrôlées.

        Args:
            convention: Nom d'un dossier de ``data/conventions``.

        Raises:
            DonneesInvalides: Toutes les fautes des données.
        """
        with enregistrer() as journal:
            dossier = lire_dossier_actuel(convention)
            modes = lire_couverture(dossier)
            series = lire_des_references(dossier)
        return cls(dossier, controler(dossier), dict(journal.lus), modes, series)

    @property
    def catalogue(self) -> Catalogue:
        """What the words mean."""
        return self.dossier.catalogue

    @property
    def convention(self) -> Convention:
        """The convention."""
        return self.dossier.convention

    @cached_property
    def doutes(self) -> frozenset[str]:
        """The indicators that the check makes doubtful."""
        return doutes(self.controle)

    @cached_property
    def jugements(self) -> pd.DataFrame:
        """The verdict on each sentence of the text."""
        return juger(self.dossier)

    @cached_property
    def besoins_lus(self) -> pd.DataFrame:
        """The needs, in the order in which they are read: by enjeu, then those of no enjeu."""
        synthese = self.catalogue.synthese
        return calculs.besoins(
            self.convention, self.comparaison, synthese.services, synthese.categories_des_services
        )

    @cached_property
    def contexte(self) -> Contexte:
        """The words of the catalogue, the territory, its reference, and the source of the figures
        of annexe 1.
        """
        source = self.convention.source_diagnostic
        return Contexte.de(self.dossier, self.catalogue.indicateurs, source)

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see
        ``ctglib.calculs.comparaison``).
        """
        catalogue = self.catalogue
        comparaison = calculs.comparer(
            self.dossier.annexe1,
            catalogue.indicateurs,
            catalogue.unites,
            self.convention.territoire,
            self.convention.reference,
        )
        comparaison = calculs.avec_le_hasard(
            comparaison, catalogue.indicateurs, catalogue.evaluation
        )
        theme_de = {
            indicateur.id: theme.theme
            for theme in catalogue.themes
            for indicateur in theme.indicateurs
        }
        return calculs.constats(
            comparaison, catalogue.indicateurs, theme_de=theme_de, seuils=catalogue.seuils
        )

    @cached_property
    def a_cote(self) -> pd.DataFrame:
        """What the other references have, by indicator of ``comparaison`` (``valeurs_a_cote``).

        The diagnostic gives it, or else the public series that agree with its definitions.
        """
        publiques = self.series_des_references
        connues = self.dossier.annexe1.assign(source="")
        if len(publiques):
            regles = self.catalogue.donnees_publiques
            lues = valeurs_publiques(publiques, regles)
            connues = pd.concat([connues, lues.assign(source=lues["note_publique"])])
        return calculs.valeurs_a_cote(self.comparaison, connues, self.convention.references)

    def ailleurs(self, indicateurs: Iterable[str]) -> dict[Territoire, dict[str, str]]:
        """Return what other references have of some indicators, written, by reference and
        indicator: what is known of them.
        """
        contexte = self.contexte
        a_cote = self.a_cote.reindex(list(indicateurs))
        valeurs: dict[Territoire, dict[str, str]] = {}
        for autre in contexte.autres:
            connues = a_cote[f"valeur_{autre.code}"].dropna()
            if len(connues):
                valeurs[autre] = {
                    str(nom): contexte.valeur(str(nom), valeur) for nom, valeur in connues.items()
                }
        return valeurs

    @cached_property
    def constats_surs(self) -> pd.DataFrame:
        """The rows of ``comparaison`` that are neither provisional nor doubtful, by indicator; no
        variation that chance may explain.
        """
        comparaison = self.comparaison
        variation = comparaison["variation"].mask(comparaison["au_hasard"])
        comparaison = comparaison.assign(variation=variation)
        douteux = comparaison["indicateur"].isin(list(self.doutes))
        return comparaison[~comparaison["provisoire"] & ~douteux].set_index("indicateur")

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.comparaison``)."""
        catalogue = self.catalogue
        renversements: dict[str, Renversement] = {}
        for nom, indicateur in catalogue.indicateurs.items():
            renversement = catalogue.unites[indicateur.unite].renversement
            if renversement is not None:
                renversements[nom] = renversement
        return calculs.indices(
            self.dossier.annexe1,
            catalogue.radar,
            (self.convention.territoire, self.convention.reference),
            renversements=renversements,
            doutes=self.doutes,
        )

    @cached_property
    def accueil(self) -> list[str]:
        """The sentences on the places for under-threes; none where no figure is published."""
        if self.modes.empty:
            return []
        regles = self.catalogue.diagnostic.modes
        return phrases_des_modes(self.modes, regles, self.convention.fiches, self.contexte)

    @property
    def ouverts(self) -> pd.DataFrame:
        """The findings of the check that are open."""
        return self.controle[self.controle["statut"].eq(OUVERT)]

    @property
    def a_corriger(self) -> pd.DataFrame:
        """The open findings of the first severity: what is to be corrected."""
        premiere_gravite = next(iter(self.catalogue.regles.gravites))
        return self.ouverts[self.ouverts["gravite"].eq(premiere_gravite)]

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data; « provisoire » while something is to
        be corrected.
        """
        convention = self.convention
        if len(self.a_corriger):
            statut = "provisoire, le contrôle de la convention ayant des points à corriger"
        else:
            statut = "définitif"
        return couvrir(
            convention,
            self.dossier.logos,
            (
                ("Signature", self._signature()),
                ("Date des données", convention.date_des_donnees),
                ("Statut", statut),
            ),
            periode="Période",
            sujet=f"Convention territoriale globale {convention.debut.year}-{convention.fin.year}",
            territoire=self.contexte.territoire.nom,
            source=f"Source : {convention.source_texte}",
            date=convention.debut.isoformat(),
            sigles=tuple(self.catalogue.synthese.sigles.items()),
        )

    def _signature(self) -> str:
        """Return who signed, by their titles, and when, or why the day is not known."""
        convention = self.convention
        avec_article = self.catalogue.messages.avec_article
        signataires = enumerer(
            [
                f"{minuscule(partie.qualite_du_signataire)} pour {avec_article(partie.nom_court)}"
                for partie in convention.parties
            ]
        )
        signature = convention.date_signature
        if isinstance(signature, Absence):
            raison = minuscule(signature.absent).rstrip(" .")
            return dire("signature_sans_date", signataires=signataires, raison=raison)
        return dire("signature", signataires=signataires, date=date_longue(signature))

    def page_une(self, rapport: str, genre: type[MessagesDuDiagnostic]) -> Bloc:
        """Return the first page of a report: the messages of its kind, and what the parties wrote
        for it.
        """
        regles = self.catalogue.messages
        des_parties = [message for message in self.dossier.messages if message.rapport == rapport]
        sans_message = {
            rubrique: remplir(texte, **self.contexte.lieux)
            for rubrique, texte in regles.rien.items()
        }
        return page_une(regles, genre(self), des_parties, sans_message)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers, self.contexte)


@dataclass(frozen=True)
class _Part:
    """A share in both territories (see ``ctglib.calculs.comparaison``)."""

    indicateur: str
    valeur: float
    valeur_reference: float


@dataclass(frozen=True)
class _PointDeControle:
    """An open finding of the check (see ``ctglib.calculs.coherence``)."""

    indicateurs: str
    territoire: str
    objet: str
    ecrit: str
    calcule: str


@dataclass(frozen=True)
class MessagesDuDiagnostic:
    """What the first page of a diagnostic says: what families live on, what is not there, what the
    Caf spends.
    """

    etude: EtudeDiagnostic

    @property
    def _lacunes(self) -> list[Lacune]:
        """What the convention leaves open, as the questions are to be put."""
        return self.etude.convention.lacunes_en_ordre

    def messages(self) -> Iterator[Message]:
        """Yield what the diagnostic says first: a share above the reference, the places, the
        amounts, the services that the reference has and the territory has none of (« … ni crèche,
        ni relais petite enfance »), then the other shares.
        """
        etude = self.etude
        au_dessus = self._parts_du_cote("superieur")
        yield from au_dessus[:1]
        places = etude.accueil[:PLACES_ET_ECART]
        if len(places) == PLACES_ET_ECART:
            yield Message(" ".join(places), ("figure-modes",))
        for regle in etude.catalogue.diagnostic.par_tete:
            montant = self._par_tete(regle)
            if montant:
                yield montant
        regles_des_services = etude.catalogue.messages.services
        absents = calculs.services_absents(etude.comparaison, etude.catalogue.synthese.services)
        noms = [
            regles_des_services.noms[indicateur]
            for indicateur in absents["indicateur"]
            if indicateur not in etude.doutes
        ]
        if noms:
            negations = [f"ni {nom}" for nom in noms]
            if len(noms) == 1:
                negations = [f"pas de {noms[0]}"]
            texte = remplir(
                regles_des_services.phrase, services=", ".join(negations), **etude.contexte.lieux
            )
            yield Message(texte, regles_des_services.preuves)
        yield from au_dessus[1:]
        yield from self._parts_du_cote("inferieur")

    def _parts_du_cote(self, cote: str) -> list[Message]:
        """Return a message for each group that has shares on one side of the reference, of two.

        « En 2020, à Harnes, un ménage sur quatre vit seul (25,1 %) et …, contre 33,0 % et … en
        Pas-de-Calais. » The first is that of the catalogue; the second, among the others of the
        same year, the farthest from the reference, if there is one. ``cote`` is "superieur" or
        "inferieur".
        """
        constats = self.etude.constats_surs
        contexte = self.etude.contexte
        messages = []
        for groupe in self.etude.catalogue.messages.parts:
            connus = [nom for nom in groupe.indicateurs if nom in constats.index]
            parts = constats.loc[connus]
            parts = parts[parts["ecart_relatif"].notna() & parts["position"].eq(cote)]
            if parts.empty:
                continue
            annee = parts["annee"].iloc[0]
            autres = parts.iloc[1:]
            autres = autres[autres["annee"].eq(annee)]
            autres = autres.sort_values(
                "ecart_relatif", key=lambda ecarts: -ecarts.abs(), kind="stable"
            )
            dites = pd.concat([parts.head(1), autres.head(1)]).reset_index(names="indicateur")
            ici = []
            la = []
            for part in lignes(dites, _Part):
                mots = groupe.indicateurs[part.indicateur]
                fraction, au_singulier = part_en_mots(part.valeur, mots.nom, court=bool(ici))
                verbe = mots.un if au_singulier else mots.plusieurs
                ici.append(f"{fraction} {verbe} ({contexte.valeur(part.indicateur, part.valeur)})")
                la.append(contexte.valeur(part.indicateur, part.valeur_reference))
            texte = f"En {annee}, {contexte.territoire.a}, {enumerer(ici)}, "
            texte += f"contre {enumerer(la)} {contexte.reference.a}"
            ailleurs = [
                f"{enumerer(list(valeurs.values()))} {autre.a}"
                for autre, valeurs in self.etude.ailleurs(dites["indicateur"]).items()
                if len(valeurs) == len(dites)
            ]
            if ailleurs:
                texte += f" ({' ; '.join(ailleurs)})"
            texte += "."
            messages.append(Message(texte, groupe.preuves))
        return messages

    def _par_tete(self, regle: MontantsParTete) -> Message | None:
        """Return a message of an amount by head in both territories.

        None when the rule has no sentence, when a figure is missing or doubtful, or when the gap,
        in % of the reference, is under ``ecart_notable_pourcent``.
        """
        etude = self.etude
        montants = calculs.par_tete(etude.comparaison, [regle])
        douteux = not etude.doutes.isdisjoint([*regle.montants, regle.par])
        if not regle.phrase or montants.empty or douteux:
            return None
        ici = montants["tete"].iloc[0]
        la = montants["tete_reference"].iloc[0]
        if pd.isna(la) or la == 0:
            return None
        if 100 * abs(ici - la) / la < etude.catalogue.seuils.ecart_notable_pourcent:
            return None
        texte = remplir(
            regle.phrase,
            annee=f"{montants['annee'].iloc[0]:.0f}",
            ici=avec_unite(ici, "€", 0),
            la=avec_unite(la, "€", 0),
            **etude.contexte.lieux,
        )
        return Message(texte, regle.preuves)

    def incertitudes(self) -> Iterator[Message]:
        """Yield what the check of the figures and of the text leaves in doubt: the first finding of
        each rule that has a sentence.
        """
        contexte = self.etude.contexte
        precisions = self.etude.catalogue.messages.precisions
        comparaison = self.etude.comparaison
        a_territoire = {
            contexte.territoire.nom: contexte.territoire.a,
            contexte.reference.nom: contexte.reference.a,
        }
        for regle, phrase in self.etude.catalogue.messages.incertitudes.items():
            points = self.etude.ouverts
            points = points[points["regle"].eq(regle)]
            if "{A_territoire}" in phrase:
                points = points[points["territoire"].isin(list(a_territoire))]
            for point in lignes(points.head(1), _PointDeControle):
                indicateur = point.indicateurs.partition(SEPARATEUR)[0]
                annees = comparaison.loc[comparaison["indicateur"].eq(indicateur), "annee"].dropna()
                texte = remplir(
                    phrase,
                    objet=point.objet,
                    Objet=majuscule(point.objet),
                    ecrit=minuscule(point.ecrit),
                    calcule=point.calcule.partition(" ;")[0],
                    tableau="tableau" if annees.empty else f"tableau de {annees.iloc[0]:.0f}",
                    precision=f", {precisions[indicateur]}" if indicateur in precisions else "",
                    A_territoire=majuscule(a_territoire.get(point.territoire, "")),
                )
                yield Message(texte, ("tableau-coherence",), CONTROLE)

    def decisions(self) -> Iterator[Message]:
        """Yield the needs that no fiche answers, then the questions that the convention leaves
        open.
        """
        besoins = self.etude.besoins_lus
        sans_fiche = besoins[besoins["fiches"].eq("")]
        if len(sans_fiche):
            titres = {theme.theme: minuscule(theme.titre) for theme in self.etude.catalogue.themes}
            themes = [titres[theme] for theme in sans_fiche["theme"].unique()]
            if any(" et " in theme for theme in themes):
                enumeration = " ; ".join(themes)
            else:
                enumeration = enumerer(themes)
            texte = remplir(self.etude.catalogue.messages.sans_fiche, themes=enumeration)
            yield Message(texte, ("tableau-besoins",))
        for lacune in self._lacunes:
            yield Message(lacune.question, LACUNES, CONTROLE)


class MessagesDuControle(MessagesDuDiagnostic):
    """The messages of the check of a convention: what it found, in numbers of points."""

    def messages(self) -> Iterator[Message]:
        """Yield what is to be corrected, what the sentences are worth, what is left open."""
        phrases = self.etude.catalogue.messages.controle
        a_corriger = self.etude.a_corriger
        verdicts = self.etude.jugements["verdict"]
        lacunes = self._lacunes
        if len(a_corriger):
            premier = a_corriger["objet"].iloc[0]
            texte = _compter(phrases["a_corriger"], len(a_corriger), premier)
            yield Message(texte, ("tableau-coherence",))
        if len(verdicts):
            mots = self.etude.catalogue.regles.verdicts
            comptes = {}
            for verdict in (CONTREDITE, INVERIFIABLE):
                nombre = int(verdicts.eq(verdict).sum())
                comptes[f"{verdict}s"] = sont(nombre, mots[verdict], f"{mots[verdict]}s")
            texte = remplir(phrases["phrases"], total=en_lettres(len(verdicts)), **comptes)
            yield Message(texte, ("tableau-affirmations",))
        if lacunes:
            premier = minuscule(lacunes[0].objet)
            yield Message(_compter(phrases["lacunes"], len(lacunes), premier), LACUNES)
        if not len(a_corriger) and not len(verdicts) and not lacunes:
            yield Message(self.etude.catalogue.messages.rien["incertitudes"])

    def decisions(self) -> Iterator[Message]:
        """Yield what to ask of whom, the gravest finding of each party first."""
        for question in self.etude.ouverts.drop_duplicates("regle")["question"]:
            yield Message(question, ("tableau-coherence",))


def _compter(phrase: str, nombre: int, premier: str) -> str:
    """Return a sentence that counts some points and names the first."""
    return remplir(phrase, nombre=nombre, Nombre=majuscule(en_lettres(nombre)), premier=premier)
