"""Every report of every convention, made once for the suite, and the ways to read one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import donnees_suivies  # noqa: F401 (what is read below is the copy that the suite reads)
from lecture_pdf import pages_du_pdf
from ligne_de_commande import reussir

from ctglib.donnees.lecture import conventions
from ctglib.production.plan import commandes, rapports_connus


@dataclass(frozen=True)
class Rapport:
    """A report, by its convention and its key in the manifest: « 2024/bilan », « diagnostic »."""

    convention: str
    cle: str

    def __str__(self) -> str:
        return f"{self.convention}/{self.cle}"

    @property
    def nom(self) -> str:
        """The kind of report: « bilan », « fiche-1 »."""
        return self.cle.rpartition("/")[2]

    @property
    def annee(self) -> int | None:
        """Its year, when it has one."""
        annee = self.cle.rpartition("/")[0]
        return int(annee) if annee else None


def _connus() -> dict[Rapport, tuple[str, ...]]:
    """Return the formats of each."""
    orders = commandes(rapports_connus(), conventions())
    return {Rapport(order.convention, order.cle): order.formats for order in orders}


TOUS = tuple(_connus())
# Those that are pages: the minutes are a Word document alone.
RAPPORTS = tuple(rapport for rapport, formats in _connus().items() if "html" in formats)
# A town, a village of a few households, a département: what « ctg produire » never makes.
PORTRAITS = tuple(Rapport(f"portraits/{code}", "portrait") for code in ("62413", "62015", "62"))


def choisir(
    convention: str | None = None, nom: str | None = None, annee: int | None = None
) -> tuple[Rapport, ...]:
    """Return the reports of a convention, of a kind, of a year."""
    return tuple(
        rapport
        for rapport in RAPPORTS
        if convention in (None, rapport.convention)
        and nom in (None, rapport.nom)
        and annee in (None, rapport.annee)
    )


@dataclass(frozen=True)
class Production:
    """A folder of reports, which the tests only read, and what the command said when it made them."""

    sortie: Path
    sortie_standard: str = ""

    def dossier(self, convention: str) -> Path:
        """Return the folder of a convention."""
        return self.sortie / convention

    def chemin(self, rapport: Rapport, forme: str) -> Path:
        """Return the path of a report in a format."""
        return self.dossier(rapport.convention) / f"{rapport.cle}.{forme}"

    def html(self, rapport: Rapport) -> str:
        """Return the page of a report."""
        return _lire(self.chemin(rapport, "html"))

    def pages(self, rapport: Rapport) -> tuple[str, ...]:
        """Return the text of the PDF, page by page; the test is skipped where poppler is absent."""
        return pages_du_pdf(self.chemin(rapport, "pdf"))

    def csv(self, rapport: Rapport) -> dict[str, Path]:
        """Return the tables beside a report, by name."""
        dossier = self.dossier(rapport.convention) / rapport.cle
        return {path.stem: path for path in sorted(dossier.glob("*.csv"))}

    def octets(self, rapport: Rapport) -> dict[str, bytes]:
        """Return the files of a report, every format, tables and pieces, by their name in its
        folder.
        """
        dossier = self.dossier(rapport.convention)
        files = [*dossier.glob(f"{rapport.cle}.*"), *dossier.glob(f"{rapport.cle}/*")]
        return {path.relative_to(dossier).as_posix(): path.read_bytes() for path in files}


@cache
def _lire(chemin: Path) -> str:
    return chemin.read_text(encoding="utf-8")


def produire_les_portraits(production: Production) -> Production:
    """Make the portraits beside the reports of the conventions."""
    codes = [rapport.convention.rpartition("/")[2] for rapport in PORTRAITS]
    reussir(
        "portrait", *codes, "--sortie", production.sortie.name, dossier=production.sortie.parent
    )
    return production


def produire_tout(dossier: Path, *options: str) -> Production:
    """Make reports in a folder with ``ctg produire``: all of them, both formats, unless told
    otherwise.
    """
    dossier.mkdir(parents=True, exist_ok=True)
    told = reussir("produire", *options, "--sortie", "sortie", dossier=dossier)
    return Production(dossier / "sortie", told)
