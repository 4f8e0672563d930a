"""The pages of the desk, and the forms that they post.

What reads or writes the data runs in one thread: the library keeps what it reads by process. The
token of a form is among what it posts, never in an address, which a history would keep.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlparse

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import httputil, web
from tornado.escape import url_escape
from tornado.iostream import StreamClosedError

from ctglib.bureau.demandes import courriel_de_retour, courriels, nom_a_renvoyer, paquet
from ctglib.bureau.depot import Depot, deposer, reprendre
from ctglib.bureau.etat import MOTS, Lecteur, lieu_de, lignes_signees, texte_de
from ctglib.bureau.formulaire import (
    Ecriture,
    Partie,
    enregistrer,
    formulaire,
    services_et_parties,
    situer,
)
from ctglib.bureau.memoire import (
    Demandes,
    noter_les_demandes,
    noter_les_retours,
    se_souvenir,
)
from ctglib.bureau.officiels import Apport
from ctglib.bureau.publies import (
    convention_et_annee,
    fichier_publie,
    nom_a_garder,
    pages_de_l_an_dernier,
    pour_le_comite,
    rapports_de,
)
from ctglib.bureau.travail import Travail, clore_l_annee, produire_l_annee
from ctglib.collecte.feuilles import ouvrir_cadre
from ctglib.collecte.manques import demandes
from ctglib.document.signes import ponctuer
from ctglib.donnees.cloture import est_close
from ctglib.donnees.fautes import DonneesInvalides, Empechement, Faute
from ctglib.donnees.lecture import conventions
from ctglib.export.formats import OFFICE, natures
from ctglib.production import plan

T = TypeVar("T")
OCTETS_MAX = 20 * 1024**2  # of what is posted at once
DEPOTS_GARDES = 20
JETON = "_xsrf"  # as tornado reads it, in a form
ANNONCES = 0.5  # seconds between two looks at a piece of work
ICI = Path(__file__).parent
EXPORT = ICI.parent / "export"
# A page of the desk runs its own script and nothing else, and is in no frame.
POLITIQUE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# A report runs nothing, and asks for nothing.
POLITIQUE_DES_RAPPORTS = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# The files that it gives beside reports.
AUTRES_NATURES = {
    ".csv": "text/csv",
    ".xlsx": f"{OFFICE}spreadsheetml.sheet",
    ".zip": "application/zip",
}
RELEVES = (".docx", ".odt")  # what a comité fills
PDF = ".pdf"
CORPS = b"<body>"  # of a report
A_LIRE = (".html", PDF)  # what a browser shows; the others are kept
# A tag, what is typed or copied as it is, or a text between two tags.
TEXTE = re.compile(r"<(textarea|option|code|pre|script|style)\b.*?</\1>|<[^>]*>|[^<]+", re.DOTALL)
INTERDIT_DANS_UN_NOM = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


def _ponctuer_un_texte(morceau: re.Match[str]) -> str:
    """Return a piece of a page, with the no-break spaces of French where it is a text."""
    if morceau[0].startswith("<"):
        return morceau[0]
    return ponctuer(morceau[0])


class Bureau:
    """What the pages share while the server is up."""

    def __init__(self, sortie: Path, carnets: Path, depots: Path) -> None:
        self.sortie = sortie
        self.carnets = carnets
        self.dossier_des_depots = depots
        self.lecteur = Lecteur(sortie, carnets)
        self.depots: dict[str, Depot] = {}
        self.formulaires: dict[str, tuple[Partie, ...]] = {}
        self.ecritures: dict[str, Ecriture] = {}  # what became of the last forms
        self.apport: Apport | None = None  # the last official files that were dropped
        self.travail: Travail | None = None
        self.atelier: subprocess.Popen[bytes] | None = None
        self.fil = ThreadPoolExecutor(1, thread_name_prefix="bureau")
        self.quitter: Callable[[], object] | None = None  # ends the server, a page later

    def garder(self, depot: Depot) -> None:
        """Keep a drop in memory, and forget the oldest."""
        self.depots.pop(depot.cle, None)
        self.depots[depot.cle] = depot
        for ancien in list(self.depots)[:-DEPOTS_GARDES]:
            del self.depots[ancien]

    def retenir(self, parties: tuple[Partie, ...]) -> str:
        """Keep a form as it is shown, and return its key."""
        cle = secrets.token_urlsafe(12)
        self.formulaires[cle] = parties
        for ancien in list(self.formulaires)[:-DEPOTS_GARDES]:
            del self.formulaires[ancien]
        return cle

    def noter(self, ecriture: Ecriture) -> str:
        """Keep what became of a form, and return its key."""
        cle = secrets.token_urlsafe(12)
        self.ecritures[cle] = ecriture
        for ancienne in list(self.ecritures)[:-DEPOTS_GARDES]:
            del self.ecritures[ancienne]
        return cle

    @contextmanager
    def sur_le_disque(self, fichiers: list[tuple[str, bytes]]) -> Iterator[list[Path]]:
        """Yield the paths of files, which are on the disk for as long as they are read."""
        dossier = self.dossier_des_depots
        dossier.mkdir(mode=0o700)
        try:
            chemins = []
            for rang, (nom, octets) in enumerate(fichiers):
                chemin = dossier / str(rang) / nom  # two services may give a file the same name
                chemin.parent.mkdir()
                chemin.write_bytes(octets)
                chemins.append(chemin)
            yield chemins
        finally:
            shutil.rmtree(dossier, ignore_errors=True)

    def ouvrir_l_atelier(self) -> None:
        """Start JupyterLab, which opens the browser itself, unless it is up."""
        if self.atelier is None or self.atelier.poll() is not None:
            self.atelier = subprocess.Popen(
                [sys.executable, "-m", "ctglib", "laboratoire"], stdin=subprocess.DEVNULL
            )

    def fermer(self) -> None:
        """End what is under way."""
        if self.travail:
            self.travail.arreter()
        if self.atelier:
            self.atelier.terminate()
        self.fil.shutdown(wait=True, cancel_futures=True)


class Refus(web.HTTPError):
    """A request refused, in the words of ``mots.yaml`` or those of the faults of the data."""

    def __init__(self, code: int, cle: str = "", fautes: tuple[Faute, ...] = ()) -> None:
        super().__init__(code)
        self.cle = cle
        self.fautes = fautes
        self.phrase = ""
        self.suite: tuple[str, str] | None = None  # where to go on: a button, its address


@web.stream_request_body
class Page(JupyterHandler):
    """A page: it is shown to whoever has the token, from this computer."""

    _trop_grand = False

    @property
    def bureau(self) -> Bureau:
        """What the pages share."""
        return self.settings["bureau"]

    def initialize(self) -> None:
        """Begin with no body."""
        self._corps = bytearray()

    def set_default_headers(self) -> None:
        """Say what a browser may do with the page: as little as it needs."""
        self.set_header("Content-Security-Policy", POLITIQUE)
        for nom, valeur in ENTETES.items():
            self.set_header(nom, valeur)

    def set_cors_headers(self) -> None:
        """Say nothing: no other origin is answered, token or not."""

    async def prepare(self) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Check who asks; then take the token out of the address, which a history would keep."""
        if self._vient_d_ailleurs():
            raise Refus(403, "interdit")
        await super().prepare()  # pyright: ignore[reportGeneralTypeIssues]
        avec_token = "token" in self.request.query_arguments
        if avec_token and self.request.method == "GET" and not self._finished:
            self.redirect(self.request.path)

    def _vient_d_ailleurs(self) -> bool:
        """Tell whether the page of another site asks, token or not."""
        origine = self.request.headers.get("Origin")
        if origine is not None:
            return urlparse(origine).netloc != self.request.host
        d_un_site = self.request.headers.get("Sec-Fetch-Site", "")
        return self.request.method == "POST" and d_un_site in ("cross-site", "same-site")

    def check_xsrf_cookie(self) -> None:
        """Check nothing before the body is there: ``lire_le_formulaire`` does."""

    def data_received(self, chunk: bytes) -> None:
        """Take in a part of the body, and let go of one that is too large."""
        self._trop_grand = self._trop_grand or len(self._corps) + len(chunk) > OCTETS_MAX
        if self._trop_grand:
            self._corps.clear()
        else:
            self._corps += chunk

    def lire_le_formulaire(self) -> None:
        """Read what was posted.

        Its token is checked, whatever else the request has: that of the server is in the address
        that opens it.

        Raises:
            Refus: It is too large, or no form, or has not the token that its page was given.
        """
        if self._trop_grand:
            raise Refus(413, "trop_grand")
        arguments: dict[str, list[bytes]] = {}
        try:
            httputil.parse_body_arguments(
                self.request.headers.get("Content-Type", ""),
                bytes(self._corps),
                arguments,
                self.request.files,
                self.request.headers,
            )
        except httputil.HTTPInputError:
            raise Refus(400, "rien_depose") from None
        self._corps.clear()
        self.request.arguments[JETON] = arguments.pop(JETON, [])  # one of the address is none
        web.RequestHandler.check_xsrf_cookie(self)
        self.request.body_arguments.update(arguments)

    def lire_les_fichiers(self) -> list[tuple[str, bytes]]:
        """Return the files that a form has, each with its name.

        Raises:
            Refus: It has none, or a name that is not a file's.
        """
        recus = self.request.files.get("fichiers", [])
        fichiers = [(recu.filename, recu.body) for recu in recus if recu.filename]
        if not fichiers:
            raise Refus(400, "rien_depose")
        for nom, _ in fichiers:
            if INTERDIT_DANS_UN_NOM.search(nom) or nom.startswith(".") or len(nom) > 200:
                raise Refus(400, "nom_de_fichier")
        return fichiers

    async def faire(self, fonction: Callable[..., T], *arguments: Any) -> T:
        """Return what a function gives, in the thread of the data.

        Raises:
            Refus: What prevents it.
        """
        boucle = asyncio.get_running_loop()
        try:
            return await boucle.run_in_executor(self.bureau.fil, lambda: fonction(*arguments))
        except DonneesInvalides as error:
            raise Refus(409, fautes=error.fautes) from error
        except Empechement as error:
            refus = Refus(409)
            refus.phrase = str(error)
            raise refus from error

    def montrer(self, gabarit: str, **faits: Any) -> None:
        """Write a page."""
        connu = getattr(self, "_jupyter_current_user", None)
        page = self.get_template(gabarit).render(
            mots=MOTS,
            jeton=self.xsrf_token.decode("ascii") if connu else "",
            travail=self.bureau.travail if connu else None,
            **faits,
        )
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(TEXTE.sub(_ponctuer_un_texte, page))

    def write_error(self, status_code: int, **details: Any) -> None:
        """Write why a request was refused, and what to do."""
        error = details.get("exc_info", (None, None, None))[1]
        cles = {403: "interdit", 404: "inconnu", 405: "inconnu"}
        cle = getattr(error, "cle", "") or cles.get(status_code, "incident")
        self.montrer(
            "refus.html.j2",
            phrases=MOTS["refus"][cle],
            phrase=getattr(error, "phrase", ""),
            fautes=getattr(error, "fautes", ()),
            suite=getattr(error, "suite", None),
        )

    def verifier_la_convention(self, convention: str) -> None:
        """Refuse a convention of the address that is not there."""
        if convention not in conventions():
            raise Refus(404, "inconnu")

    def verifier_l_annee(self, convention: str, annee: str) -> int:
        """Return a year of the address, once it is one of the convention's."""
        if convention not in conventions() or int(annee) not in plan.annees_de(convention):
            raise Refus(404, "inconnu")
        return int(annee)

    def donner(self, nom: str, octets: bytes) -> None:
        """Write a file; one that a browser does not show is to be kept."""
        fin = Path(nom).suffix
        nature = (AUTRES_NATURES | natures()).get(fin, "application/octet-stream")
        if nature.startswith("text/"):
            nature = f"{nature}; charset=utf-8"
        self.set_header("Content-Type", nature)
        self.set_header("Content-Security-Policy", POLITIQUE_DES_RAPPORTS)
        if fin not in A_LIRE:
            self.set_attachment_header(nom)
        elif fin == PDF:
            self.set_header("Content-Disposition", f"inline; filename*=UTF-8''{url_escape(nom)}")
        self.write(octets)


class PageAccueil(Page):
    """The conventions, and where the year under way stands in each."""

    @web.authenticated
    async def get(self) -> None:
        """Show the page."""
        etats = await self.faire(self.bureau.lecteur.conventions, date.today())
        atelier = bool(self.get_query_argument("atelier", ""))
        self.montrer("accueil.html.j2", etats=etats, atelier=atelier)


class PageAnnee(Page):
    """A year: its steps, its services, what to do."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show the page."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        etat = await self.faire(self.bureau.lecteur.annee, convention, numero, date.today())
        annees = await self.faire(plan.annees_de, convention)
        rapports = rapports_de(self.bureau.sortie, convention, numero)
        texte = await self.faire(texte_de, convention)
        self.montrer(
            "annee.html.j2",
            etat=etat,
            annees=annees,
            rapports=rapports,
            texte=texte,
            archive=etat.close and archive_de(convention).is_file(),
        )


class PageDepots(Page):
    """Where files are dropped."""

    @web.authenticated
    async def post(self) -> None:
        """Judge the files, then show what became of them."""
        self.lire_le_formulaire()
        fichiers = self.lire_les_fichiers()
        depot = await self.faire(_recevoir_les_fichiers, self.bureau, fichiers)
        self.redirect(f"/depots/{depot.cle}", status=303)


def _recevoir_les_fichiers(bureau: Bureau, fichiers: list[tuple[str, bytes]]) -> Depot:
    with bureau.sur_le_disque(fichiers) as chemins:
        depot = deposer(chemins, date.today())
    bureau.garder(depot)
    return depot


class PageDepot(Page):
    """What became of the files of a drop."""

    def trouver(self, cle: str) -> Depot:
        """Return a drop that is still in memory."""
        if cle not in self.bureau.depots:
            raise Refus(404, "depot_oublie")
        return self.bureau.depots[cle]

    @web.authenticated
    async def get(self, cle: str) -> None:
        """Show the page."""
        depot = self.trouver(cle)
        services = await self.faire(_services_qui_confirment, depot)
        lieux = await self.faire(_lieux, depot)
        self.montrer("depot.html.j2", depot=depot, services=services, lieux=lieux)

    @web.authenticated
    async def post(self, cle: str) -> None:
        """Confirm values, then show what became of the files."""
        self.lire_le_formulaire()
        depot = self.trouver(cle)
        raisons = {
            rang: self.get_body_argument(f"raison-{rang}", "") for rang, _, _ in depot.a_confirmer
        }
        services = await self.faire(_services_qui_confirment, depot)
        par_fichier = {
            juge.nom: self.get_body_argument(f"service-{rang}", "")
            for rang, juge in enumerate(depot.a_confirmer_par_fichier)
        }
        tous_connus = services.keys() >= set(par_fichier.values())
        if not tous_connus or not any(raison.strip() for raison in raisons.values()):
            raise Refus(400, "raison_vide")
        suite = await self.faire(reprendre, depot, raisons, par_fichier, date.today())
        self.bureau.garder(suite)
        self.redirect(f"/depots/{cle}", status=303)


def _lieux(depot: Depot) -> dict[str, str]:
    """Return the names of the territories whose files were dropped, by convention."""
    connues = {juge.convention for juge in depot.juges}.intersection(conventions())
    return {convention: lieu_de(convention) for convention in connues}


def _services_qui_confirment(depot: Depot) -> dict[str, str]:
    """Return the services that may confirm values, by identifier: those whose workbooks have them,
    and those that their years ask something of.
    """
    qui_ont_rendu = {juge.service for _, juge, _ in depot.a_confirmer}
    annees = dict.fromkeys((juge.convention, juge.annee) for _, juge, _ in depot.a_confirmer)
    services: dict[str, str] = {}
    for convention, annee in annees:
        cadre = ouvrir_cadre(convention, annee)
        sollicites = {*demandes(cadre)["responsable"], *qui_ont_rendu}
        for cle, responsable in cadre.dossier.catalogue.responsables.items():
            if cle in sollicites:
                services[cle] = responsable.libelle
    return services


class PageCopie(PageDepot):
    """The copy of a workbook, with its faults, to be sent back."""

    @web.authenticated
    async def get(self, cle: str, rang: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Give the file."""
        copies = [juge.copie for juge in self.trouver(cle).juges]
        copie = copies[int(rang)] if int(rang) < len(copies) else None
        if copie is None:
            raise Refus(404, "inconnu")
        self.donner(nom_a_renvoyer(copie.name), copie.read_bytes())


class CourrielDeRetour(PageDepot):
    """The draft of the mail that sends a copy back."""

    @web.authenticated
    async def get(self, cle: str, rang: str) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Give the file."""
        juges = self.trouver(cle).juges
        juge = juges[int(rang)] if int(rang) < len(juges) else None
        if juge is None or juge.copie is None:
            raise Refus(404, "inconnu")
        titre = (await self.faire(plan.convention_de, juge.convention)).titre
        combien = len(juge.fautes) + len(juge.questions)
        octets = courriel_de_retour(
            titre, juge.annee, combien, juge.copie.name, juge.copie.read_bytes()
        )
        self.donner(f"courriel-a-corriger-{juge.copie.stem}.eml", octets)


class PageProduire(Page):
    """Begins a production."""

    @web.authenticated
    async def post(self, convention: str, annee: str) -> None:
        """Begin, then show how far it is."""
        self.lire_le_formulaire()
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        bureau = self.bureau
        if bureau.travail and bureau.travail.en_cours:
            raise Refus(409, "deja_au_travail")
        bureau.travail = Travail("produire", convention, numero)
        bureau.travail.lancer(produire_l_annee, convention, numero, bureau.sortie, bureau.carnets)
        self.redirect("/travail", status=303)


class PageTravail(Page):
    """How far a piece of work is."""

    @web.authenticated
    async def get(self) -> None:
        """Show the page."""
        travail = self.bureau.travail
        if travail is None:
            self.redirect("/")
            return
        lieu = await self.faire(lieu_de, travail.convention)
        self.montrer("travail.html.j2", lieu=lieu, dossier=Path.cwd())


class FluxDuTravail(Page):
    """How far a piece of work is, as events."""

    @web.authenticated
    async def get(self) -> None:
        """Write an event each time something changes, until it is over."""
        travail = self.bureau.travail
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        dernier = ""
        while travail is not None:
            dit = json.dumps(
                {
                    "faits": travail.faits,
                    "total": travail.total,
                    "nom": travail.nom,
                    "secondes": travail.secondes,
                    "restantes": travail.secondes_restantes,
                    "en_cours": travail.en_cours,
                }
            )
            if dit != dernier:
                dernier = dit
                try:
                    self.write(f"data: {dit}\n\n")
                    await self.flush()
                except StreamClosedError:
                    return
            if not travail.en_cours:
                return
            await asyncio.sleep(ANNONCES)


class PageArreter(Page):
    """Stops a piece of work."""

    @web.authenticated
    def post(self) -> None:
        """Stop, then show what is done."""
        self.lire_le_formulaire()
        if self.bureau.travail:
            self.bureau.travail.arreter()
        self.redirect("/travail", status=303)


class PageQuitter(Page):
    """Ends the desk, once it is confirmed."""

    @web.authenticated
    def get(self) -> None:
        """Ask, and say what is under way."""
        self.montrer("quitter.html.j2")

    @web.authenticated
    def post(self) -> None:
        """Say that it is closed, then close it."""
        self.lire_le_formulaire()
        self.montrer("ferme.html.j2")
        if self.bureau.quitter:
            self.bureau.quitter()


class PageRapports(Page):
    """The reports of a year, to be read or kept."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show the page."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        rapports = rapports_de(self.bureau.sortie, convention, numero)
        titre = (await self.faire(plan.convention_de, convention)).titre
        self.montrer(
            "rapports.html.j2",
            convention=convention,
            annee=numero,
            rapports=rapports,
            l_an_dernier=pages_de_l_an_dernier(self.bureau.sortie, convention, numero),
            titre=titre,
        )


class FichierDuComite(Page):
    """The reports of a year in one file."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Give the file."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        octets = await self.faire(pour_le_comite, self.bureau.sortie, convention, numero)
        if octets is None:
            raise Refus(404, "inconnu")
        self.donner(f"comite-{convention}-{numero}.zip", octets)


class FichierDeLArchive(Page):
    """The archive that the last closing of a convention wrote."""

    @web.authenticated
    async def get(self, convention: str) -> None:
        """Give the file."""
        await self.faire(self.verifier_la_convention, convention)
        archive = archive_de(convention)
        if not archive.is_file():
            raise Refus(404, "inconnu")
        self.donner(archive.name, await self.faire(archive.read_bytes))


def archive_de(convention: str) -> Path:
    """Return where a closing writes the archive of a convention."""
    return Path.cwd() / f"ctg-{convention}.zip"


class FichierPublie(Page):
    """A report, or what lies beside it: what a manifest lists."""

    @web.authenticated
    async def get(self, chemin: str) -> None:
        """Give the file."""
        publie = await self.faire(fichier_publie, self.bureau.sortie, chemin)
        if publie is None or not publie.is_file():
            raise await self.faire(_refus_du_rapport, chemin)
        octets = publie.read_bytes()
        if publie.suffix == ".html":
            octets = octets.replace(CORPS, CORPS + await self.faire(_retour_au_bureau, chemin), 1)
        self.donner(nom_a_garder(chemin), octets)


def _retour_au_bureau(chemin: str) -> bytes:
    """Return what a report says above its page when the desk shows it: the way back."""
    convention, annee = convention_et_annee(chemin)
    adresse = "/"
    if annee and convention in conventions():
        adresse = f"/conventions/{convention}/{annee}/rapports"
    mots = MOTS["suites"]["bureau"]
    style = "margin:0;padding:.4rem 1.5rem;font-family:sans-serif"
    lien = f'<a href="{adresse}">{mots}</a>'
    return f'<nav aria-label="Bureau" style="{style}">{lien}</nav>'.encode()


def _refus_du_rapport(chemin: str) -> Refus:
    """Return why a report is not given: it is of a year whose page makes it, or of nothing."""
    convention, annee = convention_et_annee(chemin)
    annees = plan.annees_de(convention) if convention in conventions() else ()
    if not annee or int(annee) not in annees:
        return Refus(404, "inconnu")
    refus = Refus(404, "pas_produit")
    bouton = MOTS["suites"]["produire"].format(annee=annee)
    refus.suite = (bouton, f"/conventions/{convention}/{annee}#produire")
    return refus


class PageDemander(Page):
    """Prepares what is sent to the services."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show the page."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        jour = date.today()
        etat = await self.faire(self.bureau.lecteur.annee, convention, numero, jour)
        notees = etat.memoire.demandes
        relancer = notees is not None and jour > (notees.reponse or notees.le)
        relances_le = None
        if notees and notees.reponse:
            relances_le = notees.reponse + timedelta(days=1)
        self.montrer("demander.html.j2", etat=etat, relancer=relancer, relances_le=relances_le)

    @web.authenticated
    async def post(self, convention: str, annee: str) -> None:
        """Note that the workbooks are asked for, then show the page."""
        self.lire_le_formulaire()
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        reponse = None
        with suppress(ValueError):
            reponse = date.fromisoformat(self.get_body_argument("reponse", ""))
        if reponse and reponse < date.today():
            raise Refus(400, "jour_passe")
        demandes = Demandes(le=date.today(), reponse=reponse)
        await self.faire(noter_les_demandes, convention, numero, demandes)
        self.redirect(f"/conventions/{convention}/{numero}/demander", status=303)


class FichierDesDemandes(Page):
    """The drafts of the mails, in one file."""

    @web.authenticated
    async def get(self, convention: str, annee: str, sorte: str) -> None:
        """Give the file."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        prets = await self.faire(_preparer_les_courriels, convention, numero, sorte == "relances")
        if not prets:
            raise Refus(404, "inconnu")
        self.donner(f"{sorte}-{convention}-{numero}.zip", paquet(prets))


def _preparer_les_courriels(convention: str, annee: int, relance: bool) -> dict[str, bytes]:
    notees = se_souvenir(convention).de(annee).demandes
    return courriels(convention, annee, notees.reponse if notees else None, relance=relance)


class PageEcrire(Page):
    """What the parties write of a year, beside what the bilan would say."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show the form, and keep how it was shown."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        titre = (await self.faire(plan.convention_de, convention)).titre
        parties = await self.faire(formulaire, convention, numero)
        await self.montrer_le_formulaire(convention, numero, titre, self.bureau.retenir(parties))

    @web.authenticated
    async def post(self, convention: str, annee: str) -> None:
        """Record what was changed; with a fault, show it above what was typed."""
        self.lire_le_formulaire()
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        cle = self.get_body_argument("formulaire", "")
        if cle not in self.bureau.formulaires:
            cle = self.bureau.retenir(await self.faire(formulaire, convention, numero))
        parties = self.bureau.formulaires[cle]
        valeurs = {nom: self.get_body_argument(nom) for nom in self.request.body_arguments}
        ecriture = await self.faire(enregistrer, convention, numero, parties, valeurs, date.today())
        if not ecriture.fautes:
            faite = self.bureau.noter(ecriture)
            adresse = f"/conventions/{convention}/{numero}/ecrire?enregistre={faite}"
            self.redirect(adresse, status=303)
            return
        self.set_status(409)
        titre = (await self.faire(plan.convention_de, convention)).titre
        await self.montrer_le_formulaire(convention, numero, titre, cle, valeurs, ecriture.fautes)

    async def montrer_le_formulaire(
        self,
        convention: str,
        annee: int,
        titre: str,
        cle: str,
        valeurs: Mapping[str, str] = MappingProxyType({}),
        fautes: tuple[Faute, ...] = (),
    ) -> None:
        """Write the page."""
        enregistre = self.get_query_argument("enregistre", "")
        self.montrer(
            "ecrire.html.j2",
            convention=convention,
            annee=annee,
            titre=titre,
            cle=cle,
            parties=self.bureau.formulaires[cle],
            valeurs=valeurs,
            fautes=situer(self.bureau.formulaires[cle], fautes),
            enregistre=bool(enregistre),
            ecriture=self.bureau.ecritures.get(enregistre, Ecriture()),
            services=await self.faire(services_et_parties, convention, annee),
        )


class PageComite(Page):
    """What a comité takes: its relevé, to be filled and dropped, and its date."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show the page."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        etat = await self.faire(self.bureau.lecteur.annee, convention, numero, date.today())
        releves = [
            (libelle, chemin)
            for rapport in rapports_de(self.bureau.sortie, convention, numero)
            for libelle, chemin in rapport.formats
            if rapport.cle == f"{numero}/releve" and Path(chemin).suffix in RELEVES
        ]
        self.montrer("comite.html.j2", etat=etat, releves=releves)


class PageClore(Page):
    """Closes a year, once what it lacks has been shown."""

    @web.authenticated
    async def get(self, convention: str, annee: str) -> None:
        """Show what is missing."""
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        jour = date.today()
        etat = await self.faire(self.bureau.lecteur.annee, convention, numero, jour)
        ouvertes = await self.faire(_annees_ouvertes_avant, convention, numero)
        signees = await self.faire(lignes_signees, convention, numero)
        self.montrer(
            "clore.html.j2",
            etat=etat,
            finie=jour.year > numero,
            ouvertes=ouvertes,
            signees=signees,
        )

    @web.authenticated
    async def post(self, convention: str, annee: str) -> None:
        """Begin the closing, then show how far it is."""
        self.lire_le_formulaire()
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        bureau = self.bureau
        if bureau.travail and bureau.travail.en_cours:
            raise Refus(409, "deja_au_travail")
        bureau.travail = Travail("clore", convention, numero)
        bureau.travail.lancer(clore_l_annee, convention, numero, bureau.sortie, bureau.carnets)
        self.redirect("/travail", status=303)


def _annees_ouvertes_avant(convention: str, annee: int) -> list[int]:
    """Return the years of a convention before this one that are not closed."""
    return [
        autre
        for autre in plan.annees_de(convention)
        if autre < annee and not est_close(convention, autre)
    ]


class PageOublier(Page):
    """Forgets a file that was set aside, which nobody will send again."""

    @web.authenticated
    async def post(self, convention: str, annee: str) -> None:
        """Forget it, then show the year."""
        self.lire_le_formulaire()
        numero = await self.faire(self.verifier_l_annee, convention, annee)
        fichier = self.get_body_argument("fichier", "")
        await self.faire(noter_les_retours, convention, numero, (), [fichier])
        self.redirect(f"/conventions/{convention}/{numero}", status=303)


class Fixe(Page):
    """The style, the script, the fonts and the icon of the pages."""

    fichiers = {  # noqa: RUF012
        "bureau.css": (ICI / "bureau.css", "text/css"),
        "bureau.js": (ICI / "bureau.js", "text/javascript"),
        "polices.css": (EXPORT / "polices.css", "text/css"),
        "icone.svg": (ICI / "icone.svg", "image/svg+xml"),
    }

    @allow_unauthenticated
    def get(self, nom: str) -> None:
        """Give the file."""
        chemin, nature = self.fichiers[nom]
        self.set_header("Content-Type", f"{nature}; charset=utf-8")
        self.set_header("Cache-Control", "max-age=300")
        self.write(chemin.read_bytes())


class PageConnexion(Page):
    """What is shown to whoever has not the token."""

    @allow_unauthenticated
    def get(self) -> None:
        """Say how to open the desk."""
        raise Refus(403, "interdit")


CONVENTION = r"([A-Za-z0-9][A-Za-z0-9_-]*)"  # one of those that are there, as a page checks
ANNEE = r"([0-9]{4})"
CLE = r"([A-Za-z0-9_-]{16})"  # of a drop
default_handlers = [
    (r"/", PageAccueil),
    (rf"/conventions/{CONVENTION}/{ANNEE}", PageAnnee),
    (rf"/conventions/{CONVENTION}/{ANNEE}/produire", PageProduire),
    (rf"/conventions/{CONVENTION}/{ANNEE}/rapports", PageRapports),
    (rf"/conventions/{CONVENTION}/{ANNEE}/comite\.zip", FichierDuComite),
    (rf"/conventions/{CONVENTION}/{ANNEE}/demander", PageDemander),
    (rf"/conventions/{CONVENTION}/{ANNEE}/(demandes|relances)\.zip", FichierDesDemandes),
    (rf"/conventions/{CONVENTION}/{ANNEE}/ecrire", PageEcrire),
    (rf"/conventions/{CONVENTION}/{ANNEE}/comite", PageComite),
    (rf"/conventions/{CONVENTION}/{ANNEE}/clore", PageClore),
    (rf"/conventions/{CONVENTION}/{ANNEE}/oublier", PageOublier),
    (rf"/conventions/{CONVENTION}/archive\.zip", FichierDeLArchive),
    (r"/depots", PageDepots),
    (rf"/depots/{CLE}", PageDepot),
    (rf"/depots/{CLE}/copies/([0-9]{{1,3}})", PageCopie),
    (rf"/depots/{CLE}/courriels/([0-9]{{1,3}})", CourrielDeRetour),
    (r"/travail", PageTravail),
    (r"/travail/flux", FluxDuTravail),
    (r"/travail/arreter", PageArreter),
    (r"/quitter", PageQuitter),
    (r"/rapports/(.+)", FichierPublie),
    (r"/fixe/(bureau\.css|bureau\.js|polices\.css|icone\.svg)", Fixe),
    (r"/login", PageConnexion),
]
