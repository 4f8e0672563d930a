"""What is there, held against what manifests, an archive and the installed packages say; then made
again in memory.

Nothing is written but temporary files, in the folder where a production has its own: a worker gives
back bytes.
"""

import csv
import hashlib
import io
import json
import re
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pandas as pd

from ctglib.donnees.ecriture import PREFIXE
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production import plan
from ctglib.production.echec import Echec
from ctglib.production.manifeste import (
    LIEN,
    PYTHON,
    Donnees,
    Manifeste,
    Prevision,
    Trace,
    causes,
    empreinte,
    fichiers_touches,
    lire_manifeste,
    versions,
)
from ctglib.production.plan import INTERNE, MANIFESTE, PORTRAITS, PROJET, nom_de
from ctglib.production.portail import PORTAIL, dossiers_publies, octets_du_portail
from ctglib.production.produire import confier

DESCRIPTION = "ro-crate-metadata.json"  # of an archive, where it was unpacked
A_PART = re.compile(f"{INTERNE}/")  # in a folder of reports
# What installing an archive adds to it.
INSTALLES = re.compile(
    rf"{re.escape(DESCRIPTION)}$|\.venv(/|$)|[^/]+\.egg-info/|ctglib/(.+/)?__pycache__/"
)
SOURCES = "sources.csv"  # of fingerprints, not of figures: which inputs changed is told before
LIEUX_NOMMES = 4  # beyond, they are counted
EN_TROP = "n'est pas au manifeste (fichier ajouté, ou d'une version précédente) : le retirer"
LIGNE = "(ligne)"
COLONNE = "(colonne)"
FICHIER = "(fichier)"
PRESENCE = {True: "présent", False: "absent"}


class Ecart(NamedTuple):
    """Something that is not as it is said to be: where, and what, in words."""

    lieu: str
    phrase: str


class Releve(NamedTuple):
    """What was found without making anything again."""

    publies: list[Prevision]  # the reports that can be made again
    fichiers: int  # how many files were held against a manifest
    sorties: list[Ecart]  # faults of the files: missing, touched, unexpected
    causes: list[Ecart]  # inputs, code and versions that are no longer those of a manifest


class Changement(NamedTuple):
    """A value of a published table that is not the same any more."""

    fichier: str
    ligne: str  # what its row is known by: the columns that tell rows apart, or its number
    colonne: str  # or « (ligne) », « (colonne) », « (fichier) » when the whole of it came or went
    avant: str
    apres: str


class Rejeu(NamedTuple):
    """What a report gave when it was made again."""

    commande: plan.Commande
    fichiers: tuple[
        str, ...
    ] = ()  # those whose bytes are not those of the manifest, or that only one of both has
    changements: tuple[
        Changement, ...
    ] = ()  # in the tables, from what lies in the folder to what was made again
    echec: Echec | None = None  # why it could not be made again


def grouper(ecarts: Iterable[Ecart]) -> list[str]:
    """Return each fault once, with where it holds: each place when they are few, else how many of
    each convention.
    """
    groupes: dict[str, list[str]] = {}
    for lieu, phrase in ecarts:
        groupes.setdefault(phrase, []).append(lieu)
    lines = []
    for phrase, lieux in groupes.items():
        nombres = Counter(lieu.partition(", ")[0] for lieu in lieux)
        comptes = [
            f"{nom}, {nombre} rapport{'s' if nombre > 1 else ''}" for nom, nombre in nombres.items()
        ]
        ensemble = " ; ".join(lieux if len(lieux) <= LIEUX_NOMMES else comptes)
        lines.append(f"{phrase} : {ensemble}" if len(lieux) > 1 else f"{lieux[0]} : {phrase}")
    return lines


def publies(sortie: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the conventions that have reports in a folder, then of the portraits:
    « portraits/62413 ».
    """
    paths = (
        path
        for motif in ("*", f"*/{INTERNE}", f"{PORTRAITS}/*")
        for path in sortie.glob(f"{motif}/{MANIFESTE}")
    )
    noms = {
        path.parent.relative_to(sortie).as_posix().removesuffix(f"/{INTERNE}") for path in paths
    }
    return tuple(sorted(nom for nom in noms if "/" not in nom)), tuple(
        sorted(nom for nom in noms if "/" in nom)
    )


def relever(
    sortie: Path,
    conventions: Iterable[str],
    carnets: Path,
    diffusions: tuple[str, ...] = plan.DIFFUSIONS,
) -> Releve:
    """Return what is not as the manifests of some conventions, or portraits, say, in a folder of
    reports.
    """
    donnees = Donnees()
    made = []
    sorties = []
    found = []
    nombre = 0
    noms, portraits = publies(sortie)
    connus = {PORTAIL, *noms, *portraits, *([PORTRAITS] if portraits else [])}
    for path in sorted([*sortie.glob("*"), *sortie.glob(f"{PORTRAITS}/*")]):
        nom = path.relative_to(sortie).as_posix()
        if path.is_symlink():
            sorties.append(Ecart("rapports", f"{nom} {LIEN}"))
        elif nom not in connus and not path.name.startswith(PREFIXE):
            phrase = f"{nom} n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer"
            sorties.append(Ecart("rapports", phrase))
    for convention in conventions:
        folders = {plan.PUBLIQUE: sortie / convention, INTERNE: sortie / convention / INTERNE}
        there = [kind for kind in diffusions if _presents(folders[kind], A_PART)]
        for diffusion in there or diffusions[:1]:  # none at all is a fault too
            manifeste = lire_manifeste(folders[diffusion])
            sorties += _des_fichiers(convention, manifeste, diffusion)
            for cle, trace in manifeste.traces.items():
                nombre += len(trace.sorties)
                lieu = nom_de(convention, cle, diffusion)
                if order := _commande(carnets, convention, cle, trace, diffusion, sortie):
                    made.append(Prevision(order, manifeste, tuple(causes(order, trace, donnees))))
                    found += [Ecart(lieu, phrase) for phrase in made[-1].raisons]
                else:
                    found.append(Ecart(lieu, "son carnet a disparu, ou n'est plus déclaré"))
    if (
        not sorties
    ):  # it tells of the files of the reports: what becomes of them would be said twice
        attendu = {PORTAIL: empreinte(octets_du_portail(dossiers_publies(sortie)))}
        sorties += [Ecart("portail", phrase) for phrase in fichiers_touches(sortie, attendu)]
    return Releve(made, nombre, sorties, found)


def _commande(
    carnets: Path, convention: str, cle: str, trace: Trace, diffusion: str, sortie: Path
) -> plan.Commande | None:
    """Return the order of a report as it is made today, None when its notebook is not there or
    cannot be read.
    """
    year = cle.rpartition("/")[0]
    fiche = trace.parametres.get("fiche")
    formats = tuple(kind for kind in plan.FORMATS if f"{cle}.{kind}" in trace.sorties)
    try:
        (carnet,) = (
            one
            for one in plan.carnets_declares(carnets)
            if one.chemin.name == trace.page.get("carnet")
        )
        return plan.commander(
            carnet, convention, int(year) if year else None, fiche, diffusion, formats, sortie
        )
    except (DonneesInvalides, OSError, ValueError, KeyError, TypeError, SyntaxError):
        return None


def _des_fichiers(convention: str, manifeste: Manifeste, diffusion: str) -> Iterator[Ecart]:
    """Yield the faults of the files of a folder: what the manifest tells of and is not so, what it
    does not tell of.
    """
    dossier = manifeste.chemin.parent
    attendus = {MANIFESTE: ""}
    if not manifeste.traces and not manifeste.echecs:
        etat = (
            "ne se lit pas, ou vient d'une autre version du classeur"
            if manifeste.chemin.exists()
            else "est absent"
        )
        yield Ecart(convention, f"{MANIFESTE} {etat} : rien ne dit de quoi ces rapports sont faits")
    for cle, trace in manifeste.traces.items():
        lieu = nom_de(convention, cle, diffusion)
        attendus = attendus | trace.sorties
        yield from (Ecart(lieu, phrase) for phrase in fichiers_touches(dossier, trace.sorties))
    for cle in manifeste.echecs:
        page = f"{cle}.echec.html"
        lieu = nom_de(convention, cle, diffusion)
        attendus[page] = ""
        yield Ecart(lieu, f"n'a pas pu être refait depuis ({page} dit pourquoi)")
    yield from (
        Ecart(convention, phrase) for phrase in _en_trop(dossier, attendus, EN_TROP, A_PART)
    )


def _en_trop(
    dossier: Path, attendus: Mapping[str, str], phrase: str, sauf: re.Pattern[str]
) -> Iterator[str]:
    for nom in sorted(_presents(dossier, sauf) - attendus.keys()):
        yield f"{nom} {LIEN if (dossier / nom).is_symlink() else phrase}"


def _presents(dossier: Path, sauf: re.Pattern[str]) -> set[str]:
    """Return the files and the links of a folder, but these and our temporary ones."""
    noms = (
        path.relative_to(dossier)
        for path in dossier.rglob("*")
        if path.is_symlink() or not path.is_dir()
    )
    kept = (
        nom.as_posix() for nom in noms if not any(part.startswith(PREFIXE) for part in nom.parts)
    )
    return {nom for nom in kept if not sauf.match(nom)}


def relever_archive(dossier: Path = PROJET) -> tuple[int, list[Ecart]] | None:
    """Return how many files an unpacked archive describes, and what is not so or was added; None
    when it is none.
    """
    try:
        graph = json.loads((dossier / DESCRIPTION).read_bytes())["@graph"]
        said = {unquote(item["@id"]): item["sha256"] for item in graph if item["@type"] == "File"}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return 0, [
            Ecart(
                "archive", f"{DESCRIPTION} ne se lit plus : rien ne dit ce que l'archive contenait"
            )
        ]
    phrases = [
        *fichiers_touches(dossier, said, "n'est pas celui de l'archive (modifié depuis)"),
        *_en_trop(dossier, said, "n'y était pas (ajouté depuis)", INSTALLES),
    ]
    return len(said), [Ecart("archive", phrase) for phrase in phrases]


def relever_paquets() -> tuple[int, list[Ecart]]:
    """Return how many files the packages that the library requires have installed, and those that
    are not so any more.

    Each package says what it installed in its RECORD, with a fingerprint; what Python compiled has
    none.
    """
    nombre = 0
    ecarts = []
    for nom in sorted(versions().keys() - {PYTHON}):
        listed = metadata.distribution(nom).files
        found = [file for file in listed or () if file.hash]
        nombre += len(found)
        match [file for file in found if not _tel_qu_installe(file)]:
            case [] if listed is None:
                ecarts.append(
                    Ecart(nom, "ne dit pas ce qu'il a installé (RECORD absent) : le réinstaller")
                )
            case [file]:
                ecarts.append(
                    Ecart(nom, f"{file} n'est plus tel qu'installé : réinstaller le paquet")
                )
            case [file, *autres]:
                phrase = f"{len(autres) + 1} fichiers, dont {file}, ne sont plus tels qu'installés"
                ecarts.append(Ecart(nom, f"{phrase} : réinstaller le paquet"))
    return nombre, ecarts


def _tel_qu_installe(file: metadata.PackagePath) -> bool:
    try:
        content = Path(file.locate()).read_bytes()
    except OSError:
        return False
    return (
        urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).rstrip(b"=").decode()
        == file.hash.value
    )


def rejouer(publies: Iterable[Prevision], executeur: Executor, *, places: int) -> Iterator[Rejeu]:
    """Make reports again and yield how each compares, as it is done; the arguments are those of
    ``confier``.
    """
    for publie, rendu in confier(publies, executeur, moteur=plan.CTG, places=places):
        commande = publie.commande
        sorties = publie.trace.sorties
        if isinstance(rendu, Echec):
            yield Rejeu(commande, echec=rendu)
            continue
        refaits = rendu.trace.sorties
        changements = []
        noms = sorted({*refaits, *sorties})
        for nom in noms:
            path = commande.dossier / nom
            if path.suffix == ".csv" and path.name != SOURCES:
                avant = path.read_bytes() if path.is_file() else None
                changements += comparer(nom, avant, rendu.contenus.get(nom))
        differents = tuple(nom for nom in noms if refaits.get(nom) != sorties.get(nom))
        yield Rejeu(commande, differents, tuple(changements))


def comparer(fichier: str, avant: bytes | None, apres: bytes | None) -> tuple[Changement, ...]:
    """Return what changes from one state of a CSV to the other; None stands for a file that is not
    there.

    Rows are matched by the columns that tell them apart or by their place, whichever leaves the
    least to say: a row added in the middle does not shift all the next, a name corrected is not a
    row lost and another found.
    """
    if avant == apres:
        return ()
    if avant is None or apres is None:
        return (
            Changement(
                fichier, "", FICHIER, PRESENCE[avant is not None], PRESENCE[apres is not None]
            ),
        )
    tables = lire_table(avant), lire_table(apres)
    keys = [
        key
        for key in map(cle_de, tables)
        if key and all(_distingue(table, key) for table in tables)
    ]
    return min((tuple(_changements(fichier, *tables, key)) for key in (*keys, [])), key=len)


def lire_table(octets: bytes) -> pd.DataFrame:
    """Return a table as text, whatever became of its bytes; a short row is filled, what is too long
    is cut.
    """
    rows = csv.DictReader(io.StringIO(octets.decode("utf-8", "replace"), newline=""), restval="")
    return pd.DataFrame(
        list(rows), columns=list(dict.fromkeys(rows.fieldnames or ())), dtype=object
    )


def cle_de(table: pd.DataFrame) -> list[str]:
    """Return the columns that tell rows apart, none when they do not.

    The first ones are enough, as far as it takes; of these, those that add nothing are dropped, the
    longest texts first: a reader knows a row by its code and its year, not by its definition.
    """
    names = list(table.columns)
    kept = next(
        (names[:count] for count in range(1, len(names)) if _distingue(table, names[:count])), []
    )
    for name in sorted(kept, key=lambda name: table[name].str.len().sum(), reverse=True):
        without = [other for other in kept if other != name]
        if without and _distingue(table, without):
            kept = without
    return kept


def _distingue(table: pd.DataFrame, colonnes: list[str]) -> bool:
    return set(colonnes) <= set(table.columns) and len(
        set(noms_des_lignes(table, colonnes))
    ) == len(table)


def noms_des_lignes(table: pd.DataFrame, colonnes: list[str]) -> list[str]:
    """Return what each row is known by: these columns, or its number when there is none."""
    if not colonnes:
        return [f"ligne {number}" for number in range(2, len(table) + 2)]
    return [
        ", ".join(filter(None, values))
        for values in table[colonnes].itertuples(index=False, name=None)
    ]


def _changements(
    fichier: str, avant: pd.DataFrame, apres: pd.DataFrame, cle: list[str]
) -> Iterator[Changement]:
    for name in avant.columns.symmetric_difference(apres.columns, sort=False):
        yield Changement(fichier, name, COLONNE, PRESENCE[name in avant], PRESENCE[name in apres])
    olds, news = (table.set_index([noms_des_lignes(table, cle)]) for table in (avant, apres))
    for row in olds.index.symmetric_difference(news.index, sort=False):
        yield Changement(
            fichier, row, LIGNE, PRESENCE[row in olds.index], PRESENCE[row in news.index]
        )
    olds, news = olds.align(news, join="inner")
    for row, moved in olds.ne(news).iterrows():
        for name in moved.index[moved]:
            yield Changement(fichier, row, name, olds.loc[row, name], news.loc[row, name])
