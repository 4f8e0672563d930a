"""What the manifests of a folder say, held against what is there: nothing is made again, nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import PREFIXE
from ctglib.production.fabrication import FORMATS
from ctglib.production.manifeste import Manifeste, Trace, lire_manifeste
from ctglib.production.plan import Demande, commander
from ctglib.production.produire import SUFFIXE_ECHEC
from ctglib.production.raisons import Donnees, causes, sorties_touchees
from ctglib.production.rapports import DIFFUSIONS, INTERNE, MANIFESTE, PUBLIQUE, Carnet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.production.rapports import Commande

LIEUX_NOMMES = 4  # beyond, they are counted


@dataclass(frozen=True)
class Ecart:
    """Something that is not as a manifest says: where, and what, in words."""

    lieu: str
    phrase: str


@dataclass(frozen=True)
class Publie:
    """A report that a manifest tells of, and the order that makes it again."""

    commande: Commande
    trace: Trace

    @property
    def nom(self) -> str:
        """The name of the report for a reader."""
        return _nom(self.commande.convention, self.commande.cle, self.commande.diffusion)


@dataclass(frozen=True)
class Releve:
    """What was found without making anything again.

    Attributes:
        publies: The reports that can be made again.
        fichiers: How many files were held against a manifest.
        sorties: Faults of the files: missing, touched, unexpected.
        causes: Inputs, code and versions that are no longer those of a manifest.
    """

    publies: tuple[Publie, ...]
    fichiers: int
    sorties: tuple[Ecart, ...]
    causes: tuple[Ecart, ...]


def grouper(ecarts: Iterable[Ecart]) -> list[str]:
    """Return each fault once, with where it holds."""
    groupes: dict[str, list[str]] = {}
    for ecart in ecarts:
        groupes.setdefault(ecart.phrase, []).append(ecart.lieu)
    return [
        f"{phrase} : {_ensemble(lieux)}" if len(lieux) > 1 else f"{lieux[0]} : {phrase}"
        for phrase, lieux in groupes.items()
    ]


def _ensemble(lieux: list[str]) -> str:
    """Return where a fault holds: each place when they are few, else how many reports of each convention."""
    if len(lieux) <= LIEUX_NOMMES:
        return " ; ".join(lieux)
    nombres = Counter(lieu.partition(", ")[0] for lieu in lieux)
    return " ; ".join(f"{nom}, {nombre} rapport{'s' if nombre > 1 else ''}" for nom, nombre in nombres.items())


def conventions_publiees(sortie: Path) -> tuple[str, ...]:
    """Return the names of the conventions that have reports in a folder."""
    folders = {path.parent for motif in ("*", f"*/{INTERNE}") for path in sortie.glob(f"{motif}/{MANIFESTE}")}
    return tuple(sorted({path.parent.name if path.name == INTERNE else path.name for path in folders}))


def relever(
    sortie: Path, conventions: Iterable[str], carnets: Path, diffusions: tuple[str, ...] = DIFFUSIONS
) -> Releve:
    """Return what is not as the manifests of some conventions say.

    Args:
        sortie: Folder of the reports.
        conventions: Names of conventions.
        carnets: Folder of the notebooks.
        diffusions: Whose reports are looked at: the public ones, the internal ones, or both.
    """
    donnees, publies, sorties, found, nombre = Donnees(), [], [], [], 0
    for convention in conventions:
        for diffusion, dossier in _dossiers(sortie / convention, diffusions):
            manifeste = lire_manifeste(dossier)
            sorties += _des_fichiers(convention, manifeste, diffusion)
            for cle, trace in manifeste.traces.items():
                nombre += len(trace.sorties)
                publie = _publie(convention, cle, trace, Demande((), (), (), diffusion, (), sortie, carnets))
                if publie is None:
                    found.append(Ecart(_nom(convention, cle, diffusion), "son carnet a disparu, ou ne se lit plus"))
                    continue
                publies.append(publie)
                found += [Ecart(publie.nom, phrase) for phrase in causes(publie.commande, trace, donnees)]
    return Releve(tuple(publies), nombre, tuple(sorties), tuple(found))


def _dossiers(dossier: Path, diffusions: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Yield the folders of reports of a convention; it may have internal ones alone."""
    interne = dossier / INTERNE
    if PUBLIQUE in diffusions and ((dossier / MANIFESTE).exists() or not (interne / MANIFESTE).exists()):
        yield PUBLIQUE, dossier
    if INTERNE in diffusions and ((interne / MANIFESTE).exists() or _presents(interne)):
        yield INTERNE, interne


def _publie(convention: str, cle: str, trace: Trace, demande: Demande) -> Publie | None:
    """Return a report as it is made today, None when its notebook is not there any more or cannot be read."""
    annee, _, nom = cle.rpartition("/")
    carnet = next((item for item in map(Carnet, sorted(demande.carnets.glob("*.ipynb"))) if item.nom == nom), None)
    formats = tuple(kind for kind in FORMATS if f"{cle}.{kind}" in trace.sorties)
    demande = replace(demande, formats=formats)
    try:
        return carnet and Publie(commander(demande, carnet, convention, int(annee) if annee else None), trace)
    except (ValueError, KeyError, TypeError, SyntaxError):
        return None


def _des_fichiers(convention: str, manifeste: Manifeste, diffusion: str) -> Iterator[Ecart]:
    """Yield the faults of the files of a folder: what the manifest tells of and is not so, what it does not tell of."""
    dossier = manifeste.chemin.parent
    if not manifeste.traces and not manifeste.echecs:
        etat = "ne se lit pas, ou vient d'une autre version du classeur" if manifeste.chemin.exists() else "est absent"
        yield Ecart(convention, f"{MANIFESTE} {etat} : rien ne dit de quoi ces rapports sont faits")
    attendus = set()
    for cle, trace in manifeste.traces.items():
        attendus |= set(trace.sorties)
        nom = _nom(convention, cle, diffusion)
        yield from (Ecart(nom, phrase) for phrase in sorties_touchees(dossier, trace.sorties))
    for cle in manifeste.echecs:
        page = f"{cle}{SUFFIXE_ECHEC}"
        attendus.add(page)
        yield Ecart(_nom(convention, cle, diffusion), f"n'a pas pu être refait depuis ({page} dit pourquoi)")
    for nom in sorted(_presents(dossier) - attendus):
        yield Ecart(
            convention, f"{nom} n'est pas au manifeste (fichier ajouté, ou d'une version précédente) : le retirer"
        )


def _presents(dossier: Path) -> set[str]:
    """Return the files of a folder of reports; the internal ones have their own."""
    noms = (path.relative_to(dossier) for path in dossier.rglob("*") if path.is_file())
    return {
        nom.as_posix()
        for nom in noms
        if nom != Path(MANIFESTE) and nom.parts[0] != INTERNE and not nom.name.startswith(PREFIXE)
    }


def _nom(convention: str, cle: str, diffusion: str) -> str:
    return ", ".join((convention, *cle.split("/"), *((INTERNE,) if diffusion == INTERNE else ())))
