"""The portal, ``reports/index.html``: what each report finds, and links to all of them.

It is made from the manifests alone. It has a section a convention, its newest year first, one for
the portraits, and one for those who keep the conventions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.numeros import ordre
from ctglib.export.formats import formats_connus
from ctglib.production.echec import EXPORT, rendre
from ctglib.production.manifeste import empreinte, lire_manifeste
from ctglib.production.plan import ECHEC, MANIFESTE, PORTRAITS

PORTAIL = "index.html"
# What the portal shows apart, by the last part of its key.
BILAN = "bilan"
FICHE = "fiche-"
DIAGNOSTIC = "diagnostic"
POUR_L_EQUIPE = ("dossier", "controle", "releve")
DE_LA_CONVENTION = ("evaluation-finale", DIAGNOSTIC, "en-clair")  # the first ones, in this order
PAGE = "html"
DEPARTEMENTS = "Départements"
EPCI = "Intercommunalités"
SUJET_DES_PORTRAITS = "Données publiques seules : un portrait n'est pas une convention"


def ecrire_portail(sortie: Path) -> Path:
    """Write the portal of a folder of reports if what it says has changed, and return its path."""
    portail = sortie / PORTAIL
    dossiers = dossiers_publies(sortie)
    if not portail_a_jour(sortie, dossiers):
        ecrire({portail: octets_du_portail(dossiers)})
    return portail


def portail_a_jour(sortie: Path, dossiers: Iterable[Path]) -> bool:
    """Tell whether the portal was made from the manifests of these folders as they are."""
    portail = sortie / PORTAIL
    return portail.is_file() and _marque(dossiers).encode() in portail.read_bytes()


def _marque(dossiers: Iterable[Path]) -> str:
    """Return the fingerprint of the manifests that a portal comes from.

    It is written in the page: one search in its bytes tells whether it is up to date.
    """
    return empreinte(b"".join((dossier / MANIFESTE).read_bytes() for dossier in dossiers))


def dossiers_publies(sortie: Path) -> list[Path]:
    """Return the folders of public reports: those of the conventions, then of the portraits."""
    dossiers = []
    for motif in ("*", f"{PORTRAITS}/*"):
        manifestes = sorted(sortie.glob(f"{motif}/{MANIFESTE}"))
        dossiers += [manifeste.parent for manifeste in manifestes]
    return dossiers


@dataclass(frozen=True)
class Produit:
    """A report as the portal shows it, made or failed; what it does not say is "".

    ``chiffres`` are the large numbers of its first page (see ``Trace``): none when nothing was
    given to say any, None when its manifest does not tell.
    """

    cle: str  # « 2024/fiche-1 »
    titre: str
    territoire: str = ""
    sujet: str = ""
    avertissement: str = ""
    statut: str = ""
    constat: str = ""
    chiffres: list[dict[str, str]] | None = None
    fiche: str = ""  # the number of the fiche that it is about
    formats: dict[str, tuple[str, str]] = field(default_factory=dict)  # « PDF », its address
    tableaux: tuple[str, ...] = ()  # addresses of CSV
    page_echec: str = ""  # an address, when it has failed

    @property
    def nom(self) -> str:
        """The last part of its key: « bilan », « fiche-1 »."""
        return self.cle.rpartition("/")[2]

    @property
    def annee(self) -> str:
        """Its year, "" for a report of the whole convention."""
        return self.cle.rpartition("/")[0]

    @property
    def adresse(self) -> str:
        """Where its title leads: to its page, else to its first format."""
        for sorte in (PAGE, *self.formats):
            if sorte in self.formats:
                return self.formats[sorte][1]
        return ""

    @property
    def autres_formats(self) -> list[tuple[str, str]]:
        """What it calls its formats and their addresses, but the one that its title leads to."""
        return [lien for lien in self.formats.values() if lien[1] != self.adresse]


@dataclass(frozen=True)
class Annee:
    """The reports of a year of a convention, without those for the team."""

    annee: str
    bilan: Produit | None
    fiches: list[Produit]
    autres: list[Produit]

    @property
    def muette(self) -> bool:
        """Whether its bilan holds, and has no number to say."""
        echecs = [produit for produit in (*self.fiches, *self.autres) if produit.page_echec]
        bilan = self.bilan
        return bilan is not None and not (bilan.page_echec or echecs) and bilan.chiffres == []


@dataclass(frozen=True)
class Section:
    """The reports of a convention."""

    ancre: str
    titre: str
    sujet: str
    avertissement: str
    annees: list[Annee]  # those that say something, the newest first
    muettes: list[Annee]
    depart: Produit | None  # the diagnostic, where no year says anything yet
    ensemble: list[Produit]  # the other reports of the whole convention
    equipe: dict[str, list[Produit]]  # those of ``POUR_L_EQUIPE``
    tableaux: list[Produit]  # those that have some


def octets_du_portail(dossiers: list[Path]) -> bytes:
    """Return the portal of some folders of reports.

    Conventions come in the order of the folders, but those with a warning, which are fictional,
    after the others; the portraits of territories are last.
    """
    sections = []
    portraits = []
    for dossier in dossiers:
        produits = _produits(dossier)
        if dossier.parent.name == PORTRAITS:
            portraits += [(_groupe_d_un_territoire(dossier.name), produit) for produit in produits]
        elif produits:
            sections.append(_section(dossier.name, produits))
    sections.sort(key=lambda section: bool(section.avertissement))  # False comes first
    # « Départements » and « Intercommunalités », then « Communes, département 62 »
    portraits.sort(key=lambda portrait: (portrait[0], portrait[1].titre))
    portraits.sort(key=lambda portrait: portrait[0] not in (DEPARTEMENTS, EPCI))
    portail = rendre(
        "portail.html.j2",
        sections=sections,
        portraits=portraits,
        ancre_des_portraits=PORTRAITS,
        sujet_des_portraits=SUJET_DES_PORTRAITS,
        polices=(EXPORT / "polices.css").read_text(encoding="ascii"),
        version=version("ctglib"),
        marque=_marque(dossiers),
    )
    return portail.encode("utf-8")


def _section(nom: str, produits: list[Produit]) -> Section:
    """Return the section of a convention.

    Its name and its subject are those on the cover of a bilan: the cover of a fiche says the
    subject of the fiche, that of a diagnostic the kind of the report.
    """
    du_plus_general = sorted(
        produits, key=lambda produit: (produit.nom != BILAN, not produit.annee)
    )
    couvertures = [produit for produit in du_plus_general if produit.territoire]
    couverture = couvertures[0] if couvertures else Produit("", nom)
    a_montrer = [produit for produit in produits if produit.nom not in POUR_L_EQUIPE]
    annees = []
    for annee in sorted({produit.annee for produit in a_montrer if produit.annee}, reverse=True):
        annees.append(_annee(annee, [item for item in a_montrer if item.annee == annee]))
    ensemble = [produit for produit in a_montrer if not produit.annee]
    ensemble.sort(key=_rang_dans_l_ensemble)
    parlantes = [annee for annee in annees if not annee.muette]
    depart = None
    if not parlantes:
        depart = next((item for item in ensemble if item.nom == DIAGNOSTIC), None)
    equipe: dict[str, list[Produit]] = {}
    for role in POUR_L_EQUIPE:
        equipe[role] = [produit for produit in reversed(produits) if produit.nom == role]
    return Section(
        ancre=nom,
        titre=couverture.territoire or nom,
        sujet=couverture.sujet,
        avertissement=couverture.avertissement,
        annees=parlantes,
        muettes=[annee for annee in annees if annee.muette],
        depart=depart,
        ensemble=[produit for produit in ensemble if produit is not depart],
        equipe=equipe,
        tableaux=[produit for produit in produits if produit.tableaux],
    )


def _annee(annee: str, produits: list[Produit]) -> Annee:
    """Return a year from its reports, the fiches in the order of their numbers."""
    bilan = next((produit for produit in produits if produit.nom == BILAN), None)
    fiches = [produit for produit in produits if produit.nom.startswith(FICHE)]
    autres = [produit for produit in produits if produit is not bilan and produit not in fiches]
    return Annee(annee, bilan, fiches, autres)


def _rang_dans_l_ensemble(produit: Produit) -> tuple[int, str]:
    """Return what the reports of a whole convention are sorted by."""
    if produit.nom in DE_LA_CONVENTION:
        return DE_LA_CONVENTION.index(produit.nom), ""
    return len(DE_LA_CONVENTION), produit.titre


def _produits(dossier: Path) -> list[Produit]:
    """Return the reports of a folder: those of the whole convention, then year by year."""
    manifeste = lire_manifeste(dossier)
    produits = []
    portrait = dossier.parent.name == PORTRAITS
    racine = f"{PORTRAITS}/{dossier.name}" if portrait else dossier.name
    cles = sorted({*manifeste.traces, *manifeste.echecs}, key=lambda cle: ("/" in cle, ordre(cle)))
    for cle in cles:
        page_echec = f"{racine}/{cle}.{ECHEC}" if cle in manifeste.echecs else ""
        trace = manifeste.traces.get(cle)
        if trace is None:
            produits.append(Produit(cle, manifeste.echecs[cle], page_echec=page_echec))
            continue
        page = trace.page
        sorties = [nom for nom in trace.sorties if (dossier / nom).is_file()]
        formats = {}
        for nom, sorte in formats_connus().items():
            if f"{cle}.{nom}" in sorties:
                formats[nom] = (sorte.libelle, f"{racine}/{cle}.{nom}")
        titre = page.get("titre") or cle
        if portrait:
            titre = f"{page.get('territoire', dossier.name)} ({dossier.name})"
        produits.append(
            Produit(
                cle,
                titre,
                territoire=page.get("territoire", ""),
                sujet=page.get("sujet", ""),
                avertissement=page.get("avertissement", ""),
                statut=page.get("statut", ""),
                constat=page.get("constat", ""),
                chiffres=trace.chiffres,
                fiche=str(trace.parametres.get("fiche", "")),
                formats=formats,
                tableaux=tuple(f"{racine}/{nom}" for nom in sorties if nom.endswith(".csv")),
                page_echec=page_echec,
            )
        )
    return produits


def _groupe_d_un_territoire(code: str) -> str:
    """Return the heading that a portrait stands under, by the code of its territory."""
    match len(code):
        case 9:  # a SIREN, « 246200364 »
            return EPCI
        case 2 | 3:  # « 62 », « 974 »
            return DEPARTEMENTS
        case _:  # « 62413 », « 97411 »
            departement = code[:3] if code.startswith("97") else code[:2]
            return f"Communes, département {departement}"
