"""The pages that begin something: a convention, figures of official files, the atelier."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from importlib.util import find_spec
from types import MappingProxyType

from tornado import web

from ctglib.bureau.commande import Dit, commander
from ctglib.bureau.etat import MOTS, texte_de
from ctglib.bureau.officiels import PHRASES_MONTREES, Annonce, Apport, ajouter, annoncer
from ctglib.bureau.pages import CLE, CONVENTION, Bureau, Page, Refus
from ctglib.collecte.classeur_convention import ANNEXES, classeur_de
from ctglib.collecte.classeur_convention import NOM as CLASSEUR
from ctglib.collecte.nouvelle_convention import (
    defauts_de_la_demande,
    defauts_du_contenu,
    lire_le_nombre_de_fiches,
    lire_les_signataires,
)
from ctglib.donnees.geographie import NIVEAUX
from ctglib.donnees.lecture import CONVENTIONS, conventions, racine
from ctglib.donnees.validation import lignes_a_completer
from ctglib.production import plan

# What the form of a new convention asks, beside its name: the options of the command.
REPONSES = ("depuis", "territoire", "debut", "fin", "parties", "fiches")


class PageNouvelleConvention(Page):
    """Begins a convention: from the code of its territory, or from the one that ends."""

    @web.authenticated
    async def get(self) -> None:
        """Show the form."""
        self.montrer_le_formulaire(await self.faire(conventions), {})

    @web.authenticated
    async def post(self) -> None:
        """Write the folder of the convention, then say what was written, or why nothing was."""
        self.lire_le_formulaire()
        champs = ("nom", *REPONSES)
        reponses = {nom: self.get_body_argument(nom, "").strip() for nom in champs}
        defauts = await self.faire(_defauts_par_champ, reponses)
        if defauts:
            self.set_status(409)
            self.montrer_le_formulaire(await self.faire(conventions), reponses, defauts=defauts)
            return
        options = [f"--{nom}={reponses[nom]}" for nom in REPONSES if reponses[nom]]
        dit = await self.faire(commander, "nouvelle-convention", *options, "--", reponses["nom"])
        if not dit.reussi:
            self.set_status(409)
        self.montrer_le_formulaire(await self.faire(conventions), reponses, dit)

    def montrer_le_formulaire(
        self,
        connues: tuple[str, ...],
        reponses: dict[str, str],
        dit: Dit | None = None,
        defauts: Mapping[str, list[str]] = MappingProxyType({}),
    ) -> None:
        """Write the page."""
        self.montrer(
            "nouvelle.html.j2", conventions=connues, reponses=reponses, dit=dit, defauts=defauts
        )


def _defauts_par_champ(reponses: dict[str, str]) -> dict[str, list[str]]:
    """Return what is wrong in the form of a new convention, in its own words, by field."""
    depuis = reponses["depuis"]
    fin_de_l_ancienne = None
    if depuis in conventions():
        fin_de_l_ancienne = plan.dernier_jour_de(depuis)
    debut = _jour(reponses["debut"])
    fin = _jour(reponses["fin"])
    defauts = list(defauts_de_la_demande(reponses["nom"], debut, fin, fin_de_l_ancienne))
    if not depuis:
        defauts += defauts_du_contenu(
            reponses["territoire"],
            lire_les_signataires(reponses["parties"]),
            lire_le_nombre_de_fiches(reponses["fiches"]),
        )
    par_champ: dict[str, list[str]] = {}
    for defaut in defauts:
        champ, phrase = MOTS["nouvelle"][defaut.cle]
        phrases = par_champ.setdefault(champ, [])
        phrases.append(phrase.format(**defaut.valeurs))
        if defaut.proposes:
            proposes = [f"{code} ({nom})" for code, nom in defaut.proposes]
            phrases.append(MOTS["nouvelle"]["proposes"].format(proposes=" ; ".join(proposes)))
    return par_champ


def _jour(texte: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(texte)
    return None


class PageTexte(Page):
    """The text of a convention: its workbook to take, to fill and to drop."""

    @web.authenticated
    async def get(self, convention: str) -> None:
        """Show the page."""
        await self.faire(self.verifier_la_convention, convention)
        dossier = racine() / CONVENTIONS / convention
        self.montrer(
            "texte.html.j2",
            convention=convention,
            titre=(await self.faire(plan.convention_de, convention)).titre,
            texte=await self.faire(texte_de, convention),
            restent=len(await self.faire(lignes_a_completer, convention)),
            annexes=ANNEXES if (dossier / ANNEXES).is_file() else "",
            dossier=dossier,
        )


class FichierDuTexte(Page):
    """The workbook of a convention as it is recorded, or the draft of its annexes."""

    @web.authenticated
    async def get(self, convention: str, nom: str) -> None:
        """Give the file."""
        await self.faire(self.verifier_la_convention, convention)
        if nom == CLASSEUR:
            self.donner(nom, await self.faire(classeur_de, convention))
            return
        annexes = racine() / CONVENTIONS / convention / ANNEXES
        if not annexes.is_file():
            raise Refus(404, "inconnu")
        self.donner(nom, annexes.read_bytes())


class PageOfficiels(Page):
    """Where the files of a producer are dropped."""

    @web.authenticated
    def get(self) -> None:
        """Show the form."""
        self.montrer("officiels.html.j2", niveaux=NIVEAUX)

    @web.authenticated
    async def post(self) -> None:
        """Read the files, then show what they would change; a refusal leads back to the form."""
        try:
            await self.lire_les_officiels()
        except Refus as refus:
            refus.suite = (MOTS["suites"]["officiels"], "/officiels")
            raise

    async def lire_les_officiels(self) -> None:
        """Read the files, keep them in memory, and go to what they would change."""
        self.lire_le_formulaire()
        fichiers = self.lire_les_fichiers()
        try:
            le = date.fromisoformat(self.get_body_argument("le", ""))
        except ValueError:
            raise Refus(400, "sans_date") from None
        annee = None
        with suppress(ValueError):
            annee = int(self.get_body_argument("annee", ""))
        niveau = self.get_body_argument("niveau", "")
        annonce = await self.faire(_annoncer, self.bureau, fichiers, le, annee, niveau)
        self.bureau.apport = Apport(fichiers, le, annee, niveau, annonce)
        self.redirect(f"/officiels/{self.bureau.apport.cle}", status=303)


def _annoncer(
    bureau: Bureau, fichiers: list[tuple[str, bytes]], le: date, annee: int | None, niveau: str
) -> Annonce:
    with bureau.sur_le_disque(fichiers) as chemins:
        return annoncer(chemins, le, annee, niveau)


class PageOfficielsLus(Page):
    """What official files would change, then that they have been added."""

    def trouver(self, cle: str) -> Apport:
        """Return the files, while they are in memory."""
        apport = self.bureau.apport
        if apport is None or apport.cle != cle:
            raise Refus(404, "depot_oublie")
        return apport

    @web.authenticated
    def get(self, cle: str) -> None:
        """Show the page."""
        apport = self.trouver(cle)
        self.montrer("officiels_lus.html.j2", apport=apport, au_plus=PHRASES_MONTREES)

    @web.authenticated
    async def post(self, cle: str) -> None:
        """Add the files; what looks wrong is to be accepted apart."""
        self.lire_le_formulaire()
        apport = self.trouver(cle)
        if apport.annonce.fausses and self.get_body_argument("faux", "") != "lu":
            raise Refus(400, "parait_faux")
        if not await self.faire(_ajouter, self.bureau, apport):
            raise Refus(409, "autre_effet")
        self.redirect(f"/officiels/{cle}", status=303)


def _ajouter(bureau: Bureau, apport: Apport) -> bool:
    if apport.fait:
        return True
    with bureau.sur_le_disque(apport.fichiers) as chemins:
        apport.fait = ajouter(chemins, apport)
    return apport.fait


class PageAtelier(Page):
    """Opens the atelier, which is JupyterLab's own server."""

    @web.authenticated
    def post(self) -> None:
        """Start it, then say that it opens."""
        self.lire_le_formulaire()
        if find_spec("jupyterlab") is None:
            raise Refus(409, "sans_atelier")
        self.bureau.ouvrir_l_atelier()
        self.redirect("/?atelier=ouvert", status=303)


default_handlers = [
    (r"/nouvelle-convention", PageNouvelleConvention),
    (rf"/conventions/{CONVENTION}", PageTexte),
    (rf"/conventions/{CONVENTION}/(convention\.xlsx|projet-annexes\.docx)", FichierDuTexte),
    (r"/officiels", PageOfficiels),
    (rf"/officiels/{CLE}", PageOfficielsLus),
    (r"/atelier", PageAtelier),
]
