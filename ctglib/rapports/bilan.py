"""The bilan of a year: its sections in order, and ``ouvrir_bilan``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import cycle

import pandas as pd

from ctglib.blocs.analyses import lire_annees, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle, etudier, part_de
from ctglib.blocs.avenants import en_long, histoire, tableau_avenants
from ctglib.blocs.collecte import (
    renvoi_au_dossier,
    tableau_a_collecter,
    tableau_collecte,
    tableau_revisions,
)
from ctglib.blocs.constats import avec_le_chemin
from ctglib.blocs.decisions import DecisionSuivie, fil_des_decisions, tableau_du_fil
from ctglib.blocs.financement import financement
from ctglib.blocs.gouvernance import compte_des_comites, pilotes_de_la_fiche
from ctglib.blocs.indicateurs import (
    depart,
    ecrire_l_annee,
    marques,
    mode_de_lecture,
    notes_des_confirmations,
    notes_des_textes,
    notes_des_totaux,
)
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.mots import repondre, sources
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.page_une import STATUT
from ctglib.blocs.propositions import ensembles, proposer, service
from ctglib.blocs.signees import page_des_parties
from ctglib.blocs.territoire import Territoire
from ctglib.calculs.ecriture import INSECABLE, enumerer, majuscule, minuscule
from ctglib.calculs.etats import NON_RENSEIGNEE, pas_commencees
from ctglib.calculs.evaluation import IMPLICITE
from ctglib.calculs.ordre import rang_dans
from ctglib.calculs.territoire import trajectoires_du_territoire
from ctglib.document.blocs import (
    Bloc,
    Couverture,
    Gras,
    Groupe,
    Lien,
    Texte,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.contexte import petits_publies
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import accorder, date_longue, nombre_court, sont
from ctglib.donnees.lecture import noter_part, proches, sans_accents
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles import convention as modeles
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.suivi import Comite, Consultation, Participation
from ctglib.donnees.nombres import nombres
from ctglib.donnees.numeros import noms_de_fichiers
from ctglib.donnees.statuts import PROVISOIRES
from ctglib.donnees.suivi import DossierSuivi
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapports.fiche import Fiche
from ctglib.secret import avertir_des_effectifs_bruts

DIFFUSIONS = ("publique", "interne")
# what the text says of a fiche's modalités; the others are counted by the chart of states
ETATS_NOMMES = ("realisee", "partielle", "reportee", "abandonnee")


def ouvrir_bilan(
    convention: str, annee: int, diffusion: str = "publique", *, brut: bool = False
) -> Bilan:
    """Rend le bilan d'une année, ses données lues, contrôlées, et ses petits effectifs masqués.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        diffusion: « publique », ou « interne », qui seule montre la grille de posture ligne à
            ligne.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut
            plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
        ValueError: ``diffusion`` n'est aucune des deux, ou ``annee`` n'est pas un nombre entier.
    """
    if type(annee) is not int:
        raise ValueError(repondre("annee_entiere", annee=repr(annee)))
    if diffusion not in DIFFUSIONS:
        possibles = ", ".join(DIFFUSIONS)
        raise ValueError(repondre("autre_diffusion", diffusion=diffusion, possibles=possibles))
    if brut:
        avertir_des_effectifs_bruts()
    return Bilan(etudier(convention, annee, diffusion, brut=brut))


def lire_suivi(convention: str, annee: int, *, brut: bool = False) -> DossierSuivi:
    """Rend les tables du suivi jusqu'à une année : observations, profils, actions, moyens, petits
    effectifs masqués.

    Une valeur masquée est absente (NA), de statut Q (« secret ») ; une somme qui la compte est
    absente aussi.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.
        annee: Une année de la convention.
        brut: Ne rien masquer, pour un usage interne : un avertissement le dit, et le carnet ne peut
            plus être publié.

    Raises:
        DonneesInvalides: Toutes les fautes des données, ou une année hors de la convention.
    """
    if brut:
        avertir_des_effectifs_bruts()
        return etudier(convention, annee, "publique", brut=True).suivi
    dossier = Bilan(etudier(convention, annee, "publique")).etude.suivi
    suivis = {
        annee_suivie: replace(
            suivi,
            profils=_en_nombres(suivi.profils, "effectif"),
            observations=_en_nombres(suivi.observations, "valeur"),
        )
        for annee_suivie, suivi in dossier.suivis.items()
    }
    observations = _en_nombres(dossier.observations, "valeur")
    return replace(dossier, observations=observations, suivis=suivis)


def _en_nombres(table: pd.DataFrame, colonne: str) -> pd.DataFrame:
    return table.assign(**{colonne: nombres(table[colonne])})


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when
    there is nothing.

    The sections with several questions are attributes: ``bilan.moyens``, ``bilan.territoire``.
    """

    annee: EtudeAnnuelle

    def __repr__(self) -> str:
        return repondre("bilan", annee=self.annee.annee, **self.annee.contexte.lieux)

    @property
    def etude(self) -> EtudeAnnuelle:
        """The study of the year, whole: what is asked of it depends on all that was entered."""
        noter_part(self.annee.nom)
        return self.annee

    @cached_property
    def moyens(self) -> Moyens:
        """The sections about what each party brings."""
        return Moyens(self.etude)

    @cached_property
    def territoire(self) -> Territoire:
        """The sections about the public series of the territory."""
        return Territoire(self.etude)

    @property
    def muette(self) -> bool:
        """Whether nothing was handed in for the year: the bilan is short, and says whom to ask."""
        return self.etude.annuel.vide

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        couverture = self.etude.couverture(self.etude.convention.titre, f" {self.etude.annee}")
        reste = self.etude.elements_manquants
        # What is not final in a bilan that is.
        provisoires = self._provisoires if self.etude.bilan.est_clos else 0
        if not reste and not provisoires:
            return couverture
        texte = self.etude.texte(
            "bilan.reste",
            elements=reste,
            muette=self.muette,
            en_cours=self.etude.annee_en_cours,
            provisoires=provisoires,
        )
        mentions = [
            (titre, f"{mention} ; {texte}" if titre == STATUT else mention)
            for titre, mention in couverture.mentions
        ]
        return replace(couverture, mentions=tuple(mentions))

    def une_page(self) -> Bloc:
        """Return the first page: what families got, what is not known, what to decide."""
        messages_des_parties = [
            message for message in self.etude.annuel.messages if message.rapport == "bilan"
        ]
        messages = MessagesDuSuivi(self.etude)
        return page_des_parties(messages, messages_des_parties)

    # What was done in the year and what it gave.

    def recit(self) -> Bloc | None:
        """Return each axis, its fiches in a few sentences, with the way to their reports; None
        without a follow-up.
        """
        return recit(self.etude)

    def familles(self) -> Tableau | None:
        """Return the indicators of each fiche that have a value and weigh most, with what is left
        of the way to their target.
        """
        etude = self.etude
        constats = MessagesDuSuivi(etude).constats
        if not constats:
            return None
        retenus = []
        for fiche in etude.convention.fiches:
            de_la_fiche = [item.indicateur for item in constats if item.fiche == fiche.numero]
            retenus += de_la_fiche[: etude.catalogue.bilan.indicateurs_par_fiche]
        indicateurs = ensembles(etude.evaluation)
        premiers = indicateurs[indicateurs["indicateur"].isin(retenus)]
        premiers = premiers.sort_values("indicateur", key=rang_dans(retenus))
        # Axis by axis: a fiche that an avenant adds comes with the others of its own.
        titres = {}
        for axe in etude.convention.axes:
            for fiche in etude.convention.fiches:
                if fiche.axe == axe.id:
                    titre = f"{axe.titre} – fiche{INSECABLE}{fiche.numero}, {fiche.titre}"
                    titres[fiche.numero] = titre
        premiers = premiers.sort_values("fiche", key=rang_dans(titres), kind="stable")
        premiers = avec_le_chemin(etude, premiers, constats)
        notes = [*marques(premiers, etude.contexte)]
        if premiers["origine_cible"].eq(IMPLICITE).any():
            notes.append(etude.texte("suivi.deduite"))
        notes += notes_des_textes(etude, premiers)
        notes += notes_des_totaux(etude, premiers)
        notes += notes_des_confirmations(etude, premiers)
        notes += self._petits_publies(premiers, "valeur_initiale", "valeur_precedente", "valeur")
        notes.append(etude.texte("bilan.autres_indicateurs"))
        return etude.tableau(
            "familles",
            premiers,
            {**ecrire_l_annee(etude), "depart": lambda ligne: depart(ligne, etude.contexte)},
            groupes=premiers["fiche"].map(titres),
            notes=notes,
        )

    def indicateurs(self) -> Tableau:
        """Return every indicator of the fiches, informed or not, for the screen."""
        indicateurs = ensembles(self.etude.evaluation)
        fiches = [f"Fiche{INSECABLE}{numero}" for numero in indicateurs["fiche"]]
        return self.etude.tableau(
            "tous_les_indicateurs",
            indicateurs,
            ecrire_l_annee(self.etude),
            groupes=fiches,
            notes=[
                *notes_des_textes(self.etude, indicateurs),
                *notes_des_totaux(self.etude, indicateurs),
                *notes_des_confirmations(self.etude, indicateurs),
                *self._petits_publies(indicateurs, "valeur_precedente", "valeur"),
            ],
        )

    def _petits_publies(self, indicateurs: pd.DataFrame, *colonnes: str) -> tuple[str, ...]:
        """Return why a table shows counts under the threshold of secrecy."""
        seuil = self.etude.catalogue.seuils.petits_effectifs
        return petits_publies(indicateurs, colonnes, seuil, self.etude.contexte)

    # Who took part, what the comité decided, what became of it, and what the data call to decide.

    def participation(self) -> Bloc | None:
        """Return who was asked, what changed, what the partners do together; None without a
        follow-up.
        """
        if self.muette:
            return None
        return participation(self.etude, (self.etude.annee,))

    def comite(self) -> Bloc | None:
        """Return the comité of the year, and whether those of the years before were held; None
        without a follow-up.
        """
        if self.muette:
            return None
        etude = self.etude
        annee = etude.annee
        comites = {
            annee_suivie: suivi.bilan.comite for annee_suivie, suivi in etude.suivi.suivis.items()
        }
        comite = comites.pop(annee)
        faits = {}
        if comite is None:
            faits["compte"] = etude.comites_comptes()
        elif isinstance(comite.date, Absence):
            faits["raison"] = minuscule(comite.date.absent).rstrip(" .")
        else:
            faits["date"] = date_longue(comite.date)
        phrase = etude.texte("bilan.comite", **{"date": "", "raison": "", "compte": 0, **faits})

        precedents = []
        if comites:
            precedents.append(_comites_precedents(etude, comites))
        compte = compte_des_comites(etude, (annee,))
        regle = "comite_decrit" if etude.convention.comite else "clause_du_comite"
        phrases = filter(None, [phrase, compte, etude.texte(f"bilan.{regle}")])
        return paragraphe(" ".join(phrases)) + liste(precedents)

    def financement(self) -> Tableau | None:
        """Return the financing plan beside what was spent; None when the convention has none."""
        return financement(self.etude)

    def decisions(self) -> Tableau | None:
        """Return the thread of decisions: what each comité decided, who is to do it, by when, and
        what became of it; None when none decided anything.
        """
        return tableau_du_fil(self.etude)

    def propositions(self) -> Tableau | None:
        """Return all that the data call the comité to decide, why, and where the convention speaks
        of it.
        """
        propositions = proposer(self.etude)
        if propositions.empty:
            return None
        propositions = propositions[["proposition", "pourquoi", "reference", "regle", "nombre"]]
        return self.etude.tableau("propositions", propositions, ecran=self.muette)

    def avenants(self) -> Tableau | None:
        """Return what each avenant changes, from what to what, from when; None when none was
        signed.
        """
        return tableau_avenants(self.etude, self.etude.suivi.avenants)

    # What is known and what is not, and how it is read.

    def collecte(self) -> Bloc:
        """Return how much of what is asked for was answered, service by service; a sentence when
        nothing was.
        """
        tableau = tableau_collecte(self.etude)
        if not self.muette:
            return tableau
        par_service = self.etude.manques["responsable"].value_counts()
        services = [
            f"{service(self.etude, str(responsable))} ({nombre})"
            for responsable, nombre in par_service.items()
        ]
        phrase = self.etude.texte(
            "bilan.rien_transmis",
            annee=self.etude.annee,
            elements=self.etude.elements_manquants,
            services=", ".join(services),
        )
        return paragraphe(phrase) + replace(tableau, ecran=True)

    def dossier(self) -> Bloc | None:
        """Return where all that the convention lacks is asked for, when nothing was handed in for
        the year.
        """
        return renvoi_au_dossier(self.etude) if self.muette else None

    def a_collecter(self) -> Tableau | None:
        """Return what the next collection asks for, service by service."""
        return tableau_a_collecter(self.etude)

    @property
    def _provisoires(self) -> int:
        """How many indicators have a value that may still change."""
        indicateurs = ensembles(self.etude.evaluation)
        provisoires = indicateurs["statut"].isin(PROVISOIRES) & indicateurs["valeur"].notna()
        return int(provisoires.sum())

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say."""
        if self.muette:
            return None
        etude = self.etude
        seuil = nombre_court(etude.catalogue.seuils.petits_effectifs)
        phrases = [
            etude.texte("bilan.limite_de_l_effet"),
            *etude.dire({"bilan.limite_du_provisoire": self._provisoires}),
            etude.texte("bilan.limite_du_secret", seuil=seuil),
            *etude.phrases_des_retraits(),
        ]
        for indicateur in etude.evaluation["indicateur"].unique():
            annees = [str(annee) for annee in etude.ruptures(indicateur)]
            if annees:
                libelle = etude.contexte.indicateurs[indicateur].libelle
                phrases.append(
                    etude.texte(
                        "bilan.limite_des_ruptures", libelle=libelle, annees=enumerer(annees)
                    )
                )
        return liste(phrases)

    def lecture(self) -> Bloc | None:
        """Return how evolutions and targets are read, with their thresholds."""
        if self.muette:
            return None
        return liste(mode_de_lecture(self.etude, "depuis_la_derniere"))

    def revisions(self) -> Bloc | None:
        """Return what came since the year before was closed, then what this bilan says of earlier
        years otherwise than last year's; None when there is nothing.
        """
        revisions = [
            table for table in (self.etude.revisions, self.territoire.revisions) if len(table)
        ]
        tableau = None
        if revisions and not self.muette:
            tableau = tableau_revisions(self.etude, pd.concat(revisions, ignore_index=True))
        phrases = list(self._depuis_la_cloture())
        return suite([liste(phrases), tableau]) if phrases else tableau

    def _depuis_la_cloture(self) -> Iterator[str]:
        """Yield a sentence a thing that the reports of the year before, closed, do not say."""
        etude = self.etude
        depuis = etude.suivi.depuis_la_cloture
        if depuis is None:
            return
        communs = {"annee": depuis.annee, "jour": date_longue(depuis.jour)}
        for avenant in depuis.avenants:
            yield etude.texte("bilan.avenant_apres_la_cloture", numero=avenant.numero, **communs)
        if depuis.fichiers:
            fichiers = enumerer(list(depuis.fichiers))
            yield etude.texte("bilan.saisies_apres_la_cloture", fichiers=fichiers, **communs)
        ajouts = [etude.texte("bilan.fiche_ajoutee", numero=numero) for numero in depuis.fiches]
        for indicateur in depuis.indicateurs:
            ajouts.append(f"« {etude.contexte.indicateurs[indicateur].libelle} »")
        if ajouts:
            yield etude.texte("bilan.texte_apres_la_cloture", ajouts=enumerer(ajouts), **communs)

    def sources(self) -> Bloc | None:
        """Return where the public series come from, then the files read with their fingerprints."""
        if self.muette:
            return None
        etude = self.etude
        fichiers = sources(etude.empreintes, etude.catalogue.synthese.fichiers, etude.contexte)
        return suite([self.territoire.origines(), fichiers])

    # What an analyst asks.

    def fiche(self, numero: int | str) -> Fiche:
        """Return what can be asked of a fiche action: what was entered for the others does not
        reach it.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that
                exist.
        """
        fiche = self.annee.fiche(numero)
        return Fiche(part_de(self.annee, fiche), fiche)

    def suivre(self, *indicateurs: str) -> Figure | None:
        """Return the trajectories of some indicators of the fiches or of the public series; None
        without a value.

        Raises:
            ValueError: None is given, or some do not exist: the message, in French, says them all,
                with close names.
        """
        etude = self.etude
        des_fiches = etude.catalogue.indicateurs_fiches
        publics = etude.catalogue.indicateurs_contexte
        possibles = [*des_fiches, *publics]
        if not indicateurs:
            raise ValueError(repondre("sans_indicateur", exemple=possibles[0]))
        fautes = []
        for nom in indicateurs:
            if nom not in possibles:
                voisins = ", ".join(proches(nom, possibles))
                aide = repondre("dictionnaire")
                if voisins:
                    aide = repondre("noms_proches", noms=voisins)
                fautes.append(f"{repondre('indicateur_inconnu', nom=nom)} {aide}")
        if fautes:
            raise ValueError("\n".join(fautes))

        tables = []
        origines = []
        suivis = [nom for nom in indicateurs if nom in des_fiches]
        if suivis:
            tables.append(pour_trajectoires(etude, lire_annees(etude, suivis)))
            origines.append(etude.contexte.source)
        series = [nom for nom in indicateurs if nom not in des_fiches]
        if series:
            code = etude.convention.territoire
            tables.append(
                trajectoires_du_territoire(etude.series, series, publics, territoire=code, depuis=0)
            )
            origines.append(self.territoire.source)
        return trajectoires(
            pd.concat(tables, ignore_index=True),
            etude.contexte,
            nom=f"suivre-{indicateurs[0].replace('_', '-')}",
            titre=etude.texte("bilan.titre_suivi"),
            source=" ; ".join(dict.fromkeys(origines)),
        )


def _comites_precedents(etude: EtudeAnnuelle, comites: Mapping[int, Comite | None]) -> str:
    """Return in which years the comité was held: « Années précédentes : tenu pour 2023 ; non tenu
    pour 2024. ».
    """
    annees_par_sorte: dict[str, list[str]] = {}
    for annee, comite in comites.items():
        if comite is None:
            sorte = "inconnu"
        elif isinstance(comite.date, Absence):
            sorte = "non_tenu"
        else:
            sorte = "tenu"
        annees_par_sorte.setdefault(sorte, []).append(str(annee))
    return etude.texte("bilan.comites_precedents", annees_par_sorte=annees_par_sorte)


def recit(etude: EtudeAnnuelle, dossier: str = "") -> Groupe | None:
    """Return each axis, its fiches in a few sentences, with the way to their reports; None without
    a follow-up.

    Of a fiche: what avenants did to it, its states, then the first success and the first difficulty
    that the parties wrote of the year, in one sentence. ``dossier`` is where the reports of the
    fiches are, seen from this one.
    """
    if etude.annuel.vide:
        return None
    commencees = etude.etats[~pas_commencees(etude.etats, etude.arrete)]
    appreciations = {
        appreciation.fiche: appreciation for appreciation in etude.annuel.appreciations
    }
    noms_des_fiches = noms_de_fichiers(fiche.numero for fiche in etude.convention.fiches)
    textes_par_axe: dict[str, list[Texte]] = {axe.id: [] for axe in etude.convention.axes}
    for fiche, tournures in zip(etude.convention.fiches, cycle(etude.catalogue.bilan.paroles)):
        modalites = commencees[commencees["fiche"].eq(fiche.numero)]
        phrases = [f"{majuscule(texte)}." for texte in histoire(etude, fiche)]
        pilotes = pilotes_de_la_fiche(etude, fiche)
        if pilotes:
            mots_des_pilotes = {"nombre": len(pilotes), "pilotes": enumerer(pilotes)}
            phrases.append(etude.texte("suivi.pilotes", **mots_des_pilotes))
        plus_tard = int(etude.etats["fiche"].eq(fiche.numero).sum()) - len(modalites)
        phrases += _avancement(etude, fiche, modalites, plus_tard)
        les_deux, une_reussite, une_difficulte = tournures
        appreciation = appreciations.get(fiche.numero)
        if appreciation:
            reussites = [texte.rstrip(".") for texte in appreciation.reussites]
            difficultes = [texte.rstrip(".") for texte in appreciation.difficultes]
            if reussites and difficultes:
                phrases.append(les_deux.format(reussites[0], difficultes[0]))
            elif reussites:
                phrases.append(une_reussite.format(reussites[0]))
            elif difficultes:
                phrases.append(une_difficulte.format(difficultes[0]))
        titre = Gras(f"Fiche{INSECABLE}{fiche.numero}, {fiche.titre}. ")
        lien = Lien(
            etude.mot("lire_son_rapport"), f"{dossier}fiche-{noms_des_fiches[fiche.numero]}.html"
        )
        textes_par_axe[fiche.axe].append((titre, f"{' '.join(phrases)} ", lien, "."))
    return suite(
        sous_titre(axe.titre if axe.titre.startswith("Axe ") else f"Axe {axe.titre}")
        + liste(textes_par_axe[axe.id])
        for axe in etude.convention.axes
        if textes_par_axe[axe.id]
    )


def _avancement(
    etude: EtudeAnnuelle, fiche: modeles.Fiche, modalites: pd.DataFrame, plus_tard: int
) -> list[str]:
    """Return where the modalités of a fiche that have begun stand, in a sentence or two;
    ``plus_tard`` counts the others.
    """
    phrases = []
    if modalites.empty:
        phrases.append(etude.texte("bilan.commence_en", debut=fiche.debut.year))
    elif modalites["statut"].eq(NON_RENSEIGNEE).all():
        phrases.append(etude.texte("bilan.sans_etat", modalites=len(modalites)))
    mots = etude.catalogue.evaluation.etats
    tard = etude.catalogue.evaluation.mots["en_retard"]
    nommees = modalites["statut"].isin(ETATS_NOMMES)
    cites = [
        tard.format(etat=f"« {libelle} »") if en_retard else f"« {libelle} »"
        for libelle, en_retard in zip(
            modalites["libelle"], modalites["en_retard"] & nommees, strict=True
        )
    ]
    modalites = modalites.assign(cite=cites)
    concernees_par_mot = {mots[code]: modalites["statut"].eq(code) for code in ETATS_NOMMES}
    concernees_par_mot["en retard"] = modalites["en_retard"] & ~nommees
    etats = []
    celui_de_toutes = {}
    for mot, concernees in concernees_par_mot.items():
        libelles = modalites.loc[concernees, "cite"].tolist()
        if libelles:
            combien = sont(len(libelles), mot, accorder(mot, 2))
            etats.append(f"{combien} ({' ; '.join(libelles)})")
            if len(libelles) == len(modalites):
                combien, _, etat = etats[0].partition(" ")  # « deux sont réalisées »
                celui_de_toutes = {"combien": combien, "etat": etat}
    if etats:
        phrases.append(
            etude.texte(
                "bilan.avancement",
                etats=etats,
                modalites=len(modalites) + plus_tard,
                tous=celui_de_toutes if not plus_tard else {},
                plus_tard=plus_tard,
            )
        )
    return phrases


def participation(etude: EtudeAnnuelle, annees: tuple[int, ...]) -> Bloc:
    """Return who was consulted in some years, what changed, and what the partners do together.

    An axis has one example of it, the latest.

    All is as entered, and « non renseigné » otherwise. A sentence a public: « Le 12 juin 2025, 84
    familles ont répondu (questionnaire). Ce qui change, selon la saisie (sans date) : … », or
    that nobody of it was asked. The entry has no day of the change: it may be still to come.
    """
    participations: dict[int, Participation] = {}
    for annee in annees:
        de_l_annee = etude.suivi.suivis[annee].participation
        if de_l_annee is not None:
            participations[annee] = de_l_annee
    if not participations:
        return paragraphe(etude.texte("suivi.participation_non_renseignee"))
    consultations = []
    for annee, de_l_annee in participations.items():
        consultations += _consultations(etude, annee, de_l_annee)
    sans_feuille = [str(annee) for annee in annees if annee not in participations]
    if sans_feuille:
        phrase = etude.texte("suivi.annees_sans_participation", annees=sans_feuille)
        consultations[-1] += f" {phrase}"
    cooperations = [
        f"{texte.rstrip('.')}."
        for de_l_annee in participations.values()
        for texte in de_l_annee.cooperation
    ]
    exemples = []
    for axe in etude.convention.axes:
        de_l_axe = [
            exemple
            for de_l_annee in participations.values()
            for exemple in de_l_annee.exemples
            if exemple.axe == axe.id
        ]
        if de_l_axe:
            dernier = max(de_l_axe, key=lambda exemple: exemple.date)
            jour = date_longue(dernier.date)
            texte = dernier.texte.rstrip(".")
            exemples.append(etude.texte("suivi.exemple", axe=axe.titre, date=jour, texte=texte))
    cooperation = paragraphe(etude.texte("suivi.cooperation_absente"))
    if cooperations:
        cooperation = liste(cooperations)
    titre = sous_titre(etude.texte("suivi.cooperation"))
    return liste(consultations) + titre + cooperation + liste(exemples)


def _consultations(
    etude: EtudeAnnuelle, annee: int, participation_de_l_annee: Participation
) -> list[str]:
    """Return the sentences of the consultations of a year, public by public.

    « Le 12 juin 2025, 84 familles ont répondu (questionnaire). Ce qui change, selon la saisie
    (sans date) : … » A public of which somebody wrote 0 was not asked; of one that nobody speaks
    of, nothing is known. Under the threshold of secrecy, a number of people is written « moins de
    5 familles ».
    """
    seuil = etude.catalogue.seuils.petits_effectifs
    phrases = []
    for public, (singulier, pluriel) in etude.catalogue.bilan.publics.items():
        du_public = [
            consultation
            for consultation in participation_de_l_annee.consultations
            if consultation.public == public
        ]
        consultations = [consultation for consultation in du_public if consultation.combien]
        if not consultations:
            faits = {"annee": annee, "public": pluriel, "interroge": bool(du_public)}
            phrases.append(etude.texte("suivi.sans_consultation", **faits))
        for consultation in consultations:
            phrase = etude.texte(
                "suivi.consultation",
                date=date_longue(consultation.date),
                combien=consultation.combien,
                seuil=seuil,
                singulier=singulier,
                pluriel=pluriel,
                comment=consultation.comment,
                change=(consultation.change or "").rstrip("."),
                deja_decide=_deja_decide(etude, consultation),
            )
            phrases.append(phrase)
    return phrases


def _deja_decide(etude: EtudeAnnuelle, consultation: Consultation) -> str:
    """Return the day of the comité that had decided, before people were asked, in the same words,
    what is said to have changed; "" when none had.
    """
    change = sans_accents(consultation.change or "").lower().rstrip(" .")
    decisions = fil_des_decisions(etude)
    for decision in lignes(decisions.sort_values("date"), DecisionSuivie):
        d_avant = "" < decision.date < consultation.date.isoformat()
        if change and d_avant and change in sans_accents(decision.texte).lower():
            return en_long(decision.date)
    return ""
