"""Checking that reports are what their manifests, their archive and the installed packages say.

Two checks: ``relever`` compares files and inputs with the fingerprints of the manifests, without
making anything; ``rejouer`` makes the reports again in memory and compares what they give.

Nothing is written but temporary files, in the folder where a production has its own.
"""

import csv
import hashlib
import io
import json
import re
import site
import sys
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import pandas as pd

from ctglib.donnees.ecriture import PREFIXE
from ctglib.donnees.enclos import Enclos, ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.export.formats import formats_connus
from ctglib.production import plan
from ctglib.production.contenant import DESCRIPTION, est_tel_qu_emballe
from ctglib.production.echec import Echec
from ctglib.production.manifeste import (
    DU_SYSTEME,
    LIEN,
    PYTHON,
    Donnees,
    Manifeste,
    Prevision,
    Trace,
    causes,
    empreinte,
    est_garde,
    fichiers_de,
    fichiers_presents,
    lire_manifeste,
    phrases_des_fichiers_touches,
    versions,
)
from ctglib.production.plan import (
    ACCESSIBILITE,
    ECHEC,
    INTERNE,
    MANIFESTE,
    PAQUET,
    PORTRAITS,
    PROJET,
    nom_de,
)
from ctglib.production.portail import PORTAIL, dossiers_publies, octets_du_portail
from ctglib.production.produire import Fabrication, confier
from ctglib.production.site import autour_des_rapports

# What installing an archive adds to it.
INSTALLES = re.compile(
    rf"{re.escape(DESCRIPTION)}$|\.venv(/|$)|[^/]+\.egg-info/|ctglib/(.+/)?__pycache__/"
)
AUCUN = re.compile(r"(?!)")  # no file is set apart
DESCRIPTION_SEULE = re.compile(rf"{re.escape(DESCRIPTION)}$")
# What Python runs, or reads as it starts, wherever it lies.
EXECUTABLES = (".py", ".pyc", ".pth", ".so", ".pyd", ".dll")
AU_DEMARRAGE = ("sitecustomize", "usercustomize")  # modules that Python imports by itself
CODE_JAMAIS_COMPARE = 0b01  # by the flags of a .pyc: known by a hash, which is not checked
# A table of fingerprints, whose values are not compared: ``relever`` says which inputs changed.
SOURCES = "sources.csv"
LIEUX_NOMMES = 4  # beyond, they are counted
CARNET_DISPARU = "son carnet a disparu, ou n'est plus déclaré"
D_AUCUN_MANIFESTE = "n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer"
ZIP_RECRIT = (
    "le fichier ZIP n'est pas tel que ctg archiver l'écrit (recompressé par un autre programme,"
    " commenté, ou des octets en plus) : reprendre celui d'origine"
)
EN_TROP = (
    "n'est pas au manifeste (fichier ajouté, ou d'une version précédente) : ctg produire le retire,"
    " ou le met de côté"
)
LIGNE = "(ligne)"
COLONNE = "(colonne)"
FICHIER = "(fichier)"
PRESENCE = {True: "présent", False: "absent"}


class Ecart(NamedTuple):
    """Something that is not as a manifest, an archive or a package says."""

    lieu: str  # « harnes, 2024, bilan », « portail », « archive » or the name of a package
    phrase: str  # what is wrong: « 2024/bilan.html a été retiré »


class Releve(NamedTuple):
    """What was found without making anything again."""

    refaisables: list[Prevision]  # the reports that can be made again: their notebook is there
    fichiers: int  # how many files were compared with a manifest
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
    # those whose bytes are not those of the manifest, or that only one of both has
    fichiers: tuple[str, ...] = ()
    # in the tables, from what lies in the folder to what was made again
    changements: tuple[Changement, ...] = ()
    echec: Echec | None = None  # why it could not be made again
    # whether it is of a closed year: another version of the program may give other bytes
    garde: bool = False


def grouper(ecarts: Iterable[Ecart]) -> list[str]:
    """Return a line a fault, with the places where it holds.

    « harnes, 2024, bilan : … » for one place; « … : harnes, 2024, bilan ; harnes, diagnostic » for
    a few; beyond ``LIEUX_NOMMES``, « … : harnes, 12 rapports ; lens, 1 rapport ».
    """
    lieux_par_phrase: dict[str, list[str]] = {}
    for lieu, phrase in ecarts:
        lieux_par_phrase.setdefault(phrase, []).append(lieu)
    lignes = []
    for phrase, lieux in lieux_par_phrase.items():
        if len(lieux) == 1:
            lignes.append(f"{lieux[0]} : {phrase}")
        elif len(lieux) <= LIEUX_NOMMES:
            lignes.append(f"{phrase} : {' ; '.join(lieux)}")
        else:
            rapports_par_convention = Counter(lieu.partition(", ")[0] for lieu in lieux)
            comptes = [
                f"{convention}, {nombre} rapport{'s' if nombre > 1 else ''}"
                for convention, nombre in rapports_par_convention.items()
            ]
            lignes.append(f"{phrase} : {' ; '.join(comptes)}")
    return lignes


def conventions_et_portraits(sortie: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the conventions that have reports in a folder, and of the portraits.

    Two sorted tuples: (("demonstration", "harnes"), ("portraits/62413",)).
    """
    noms = set()
    for motif in ("*", f"*/{INTERNE}", f"{PORTRAITS}/*"):
        for manifeste in sortie.glob(f"{motif}/{MANIFESTE}"):
            dossier = manifeste.parent.relative_to(sortie).as_posix()
            noms.add(dossier.removesuffix(f"/{INTERNE}"))
    conventions = sorted(nom for nom in noms if "/" not in nom)
    portraits = sorted(nom for nom in noms if "/" in nom)
    return tuple(conventions), tuple(portraits)


def relever(
    sortie: Path,
    conventions: Iterable[str],
    carnets: Path,
    diffusions: tuple[str, ...] = plan.DIFFUSIONS,
) -> Releve:
    """Return what is not as the manifests say, for some conventions or portraits of a folder.

    Args:
        sortie: The folder of the reports.
        conventions: Names of conventions, or of portraits (« portraits/62413 »).
        carnets: The folder of the notebooks.
        diffusions: Which reports are checked, where there are files of them.
    """
    donnees = Donnees()
    refaisables = []
    ecarts_des_causes = []
    nombre_de_fichiers = 0
    ecarts_des_fichiers = list(_a_cote_des_rapports(sortie))
    for convention in conventions:
        dossiers = {plan.PUBLIQUE: sortie / convention, INTERNE: sortie / convention / INTERNE}
        presentes = [sorte for sorte in diffusions if fichiers_presents(dossiers[sorte])]
        if not presentes:  # the first is checked all the same: an absent manifest is a fault
            presentes = list(diffusions[:1])
        for diffusion in presentes:
            manifeste = lire_manifeste(dossiers[diffusion])
            ecarts_des_fichiers += _ecarts_d_un_dossier(convention, manifeste, diffusion)
            for cle, trace in manifeste.traces.items():
                nombre_de_fichiers += len(trace.sorties)
                lieu = nom_de(convention, cle, diffusion)
                commande = _commande(carnets, convention, cle, trace, diffusion, sortie)
                if commande is None:
                    ecarts_des_causes.append(Ecart(lieu, CARNET_DISPARU))
                    continue
                raisons = tuple(causes(commande, trace, donnees))
                refaisables.append(Prevision(commande, manifeste, raisons))
                ecarts_des_causes += [Ecart(lieu, raison) for raison in raisons]
    # What stands around the reports comes from them: what is wrong there would be said twice.
    if not ecarts_des_fichiers:
        publies = dossiers_publies(sortie)
        site = {PORTAIL: empreinte(octets_du_portail(publies))}
        for path, contenu in autour_des_rapports(sortie, publies).items():
            site[path.relative_to(sortie).as_posix()] = empreinte(contenu)
        ecarts_des_fichiers = [
            Ecart("portail", phrase) for phrase in phrases_des_fichiers_touches(sortie, site)
        ]
    return Releve(refaisables, nombre_de_fichiers, ecarts_des_fichiers, ecarts_des_causes)


def _a_cote_des_rapports(sortie: Path) -> Iterator[Ecart]:
    """Yield the links, and the files and folders that no manifest lists, beside the reports."""
    conventions, portraits = conventions_et_portraits(sortie)
    connus = {PORTAIL, ACCESSIBILITE, *conventions, *portraits}
    if portraits:
        connus.add(PORTRAITS)
    for path in sorted([*sortie.glob("*"), *sortie.glob(f"{PORTRAITS}/*")]):
        nom = path.relative_to(sortie).as_posix()
        if path.is_symlink():
            yield Ecart("rapports", f"{nom} {LIEN}")
        elif nom not in connus and not path.name.startswith((PREFIXE, *DU_SYSTEME)):
            yield Ecart("rapports", f"{nom} {D_AUCUN_MANIFESTE}")


def _commande(
    carnets: Path, convention: str, cle: str, trace: Trace, diffusion: str, sortie: Path
) -> plan.Commande | None:
    """Return the order that makes a published report again, from its key and its trace.

    None when its notebook is gone, is not declared any more, or cannot be read.
    """
    annee, _, rapport = cle.rpartition("/")
    fiche = str(trace.parametres.get("fiche", ""))
    formats = tuple(sorte for sorte in formats_connus() if f"{cle}.{sorte}" in trace.sorties)
    try:
        (carnet,) = [  # a ValueError when there is none
            carnet
            for carnet in plan.carnets_declares(carnets)
            if carnet.chemin.name == trace.page.get("carnet")
        ]
        commande = plan.commander(
            carnet,
            convention,
            int(annee) if annee else None,
            fiche,
            diffusion,
            formats,
            sortie,
        )
        nom_de_la_fiche = rapport.removeprefix(f"{carnet.nom}-") if fiche else ""
        return replace(commande, nom_de_la_fiche=nom_de_la_fiche)
    except (DonneesInvalides, OSError, ValueError, KeyError, TypeError, SyntaxError):
        return None


def _ecarts_d_un_dossier(convention: str, manifeste: Manifeste, diffusion: str) -> Iterator[Ecart]:
    """Yield the faults of the files of a folder of reports.

    The manifest absent or unreadable; files that it lists and are gone or changed; reports that
    have failed since; files that it does not list.
    """
    dossier = manifeste.chemin.parent
    if not manifeste.traces and not manifeste.echecs:
        if manifeste.chemin.exists():
            etat = "ne se lit pas, ou vient d'une autre version du classeur"
        else:
            etat = "est absent"
        yield Ecart(convention, f"{MANIFESTE} {etat} : rien ne dit de quoi ces rapports sont faits")
    for cle, trace in manifeste.traces.items():
        lieu = nom_de(convention, cle, diffusion)
        for phrase in phrases_des_fichiers_touches(dossier, trace.sorties):
            yield Ecart(lieu, phrase)
    for cle in manifeste.echecs:
        page = f"{cle}.{ECHEC}"
        lieu = nom_de(convention, cle, diffusion)
        yield Ecart(lieu, f"n'a pas pu être refait depuis ({page} dit pourquoi)")
    presents = fichiers_presents(dossier)
    for phrase in _phrases_des_fichiers_en_trop(dossier, presents, manifeste.fichiers, EN_TROP):
        yield Ecart(convention, phrase)


def _phrases_des_fichiers_en_trop(
    dossier: Path, presents: set[str], attendus: Mapping[str, str], phrase: str
) -> Iterator[str]:
    """Yield a sentence a file of a folder that is not among those expected."""
    for nom in sorted(presents - attendus.keys()):
        est_un_lien = (dossier / nom).is_symlink()
        yield f"{nom} {LIEN if est_un_lien else phrase}"


def relever_le_code(dossier: Path, carnets: Path) -> tuple[int, list[Ecart]]:
    """Return how many files of the program and of the notebooks an unpacked archive has, and those
    that this program has otherwise, or has not: they are never run.
    """
    attendus = {path.relative_to(PROJET).as_posix(): path for path in fichiers_de(PAQUET)}
    for path in carnets.glob("*"):
        attendus[f"notebooks/{path.name}"] = path
    presents = [
        nom
        for nom in sorted(fichiers_presents(dossier, AUCUN))
        if nom.startswith((f"{PAQUET.name}/", "notebooks/")) or nom.endswith(EXECUTABLES)
    ]
    ecarts = []
    with ouvrir_enclos() as enclos:
        for nom in presents:
            attendu = attendus.get(nom)
            if attendu is None:
                ecarts.append(Ecart(nom, "n'est pas du programme installé"))
            elif not _meme_code(dossier / nom, attendu, enclos):
                ecarts.append(Ecart(nom, "n'est pas celui du programme installé"))
    return len(presents), ecarts


def relever_le_code_compile() -> list[Ecart]:
    """Return the bytecode of this program that Python would run without a look at its source.

    It never writes any of that kind by itself.
    """
    ecarts = []
    for path in sorted(PAQUET.rglob("__pycache__/*.pyc")):
        drapeaux = int.from_bytes(path.read_bytes()[4:8], "little")
        if drapeaux == CODE_JAMAIS_COMPARE:
            nom = path.relative_to(PROJET).as_posix()
            phrase = "du code compilé que Python exécute sans regarder sa source : le supprimer"
            ecarts.append(Ecart(nom, phrase))
    return ecarts


def relever_le_demarrage(dossiers: Iterable[Path]) -> list[Ecart]:
    """Return the files of some folders of packages that run as Python starts, before any program,
    and that no package installed there as they are.
    """
    ecarts = []
    phrase = (
        "Python l'exécute en démarrant, et aucun paquet installé ne l'a posé ainsi : le supprimer,"
        " ou refaire l'environnement"
    )
    for dossier in dossiers:
        for path in sorted(dossier.glob("*")):
            if _lance_du_code(path) and not _est_d_un_paquet(path):
                ecarts.append(Ecart(path.as_posix(), phrase))
    return ecarts


def dossiers_des_paquets() -> list[Path]:
    """Return the folders of packages of this Python, and of the environment beside the program."""
    dossiers = [Path(dossier) for dossier in site.getsitepackages()]
    dossiers += PROJET.glob(".venv/lib/python*/site-packages")
    dossiers += PROJET.glob(".venv/Lib/site-packages")
    if sys.prefix == sys.base_prefix:  # no virtual environment: those of the user serve too
        dossiers.append(Path(site.getusersitepackages()))
    return sorted({dossier.resolve() for dossier in dossiers})


def _lance_du_code(path: Path) -> bool:
    """Tell whether Python runs a file as it starts; a .pth that only names folders runs nothing."""
    if path.name.partition(".")[0] in AU_DEMARRAGE:
        return True
    if path.suffix != ".pth" or not path.is_file():
        return False
    lignes = path.read_bytes().splitlines()
    return any(ligne.startswith((b"import ", b"import\t")) for ligne in lignes)


def _est_d_un_paquet(path: Path) -> bool:
    """Tell whether a package of the same folder installed a file, and as it is."""
    if not path.is_file():
        return False
    ecrite = urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    attendue = f"{path.name},sha256={ecrite},"
    for distribution in metadata.distributions(path=[str(path.parent)]):
        installes = distribution.read_text("RECORD") or ""
        if any(ligne.startswith(attendue) for ligne in installes.splitlines()):
            return True
    return False


def _meme_code(path: Path, attendu: Path, enclos: Enclos) -> bool:
    """Tell whether two files are the same; of notebooks, whether their cells are: an archive has
    them without their outputs.
    """
    if path.suffix != ".ipynb":
        return path.read_bytes() == attendu.read_bytes()
    try:
        cellules = [
            [
                (cellule["cell_type"], cellule["source"])
                for cellule in enclos.lire(plan.lire_cellules, carnet.name, carnet.read_bytes())
            ]
            for carnet in (path, attendu)
        ]
    except (DonneesInvalides, KeyError):
        return False
    return cellules[0] == cellules[1]


def relever_archive(
    dossier: Path = PROJET, archive: Path | None = None
) -> tuple[int, list[Ecart]] | None:
    """Return how many files an unpacked archive describes, and those changed, gone or added since.

    None when the folder is no archive: it has no ``ro-crate-metadata.json``. Without ``archive``,
    the ZIP that it comes from, it was installed where it is: what that adds is no fault.
    """
    try:
        elements = json.loads((dossier / DESCRIPTION).read_bytes())["@graph"]
        empreintes = {
            unquote(element["@id"]): element["sha256"]
            for element in elements
            if element["@type"] == "File"
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        phrase = f"{DESCRIPTION} ne se lit plus : rien ne dit ce que l'archive contenait"
        return 0, [Ecart("archive", phrase)]
    modifie = "n'est pas celui de l'archive (modifié depuis)"
    phrases = [
        *phrases_des_fichiers_touches(dossier, empreintes, modifie),
        *_phrases_des_fichiers_en_trop(
            dossier,
            fichiers_presents(dossier, DESCRIPTION_SEULE if archive else INSTALLES),
            empreintes,
            "n'y était pas (ajouté depuis)",
        ),
    ]
    if archive and not est_tel_qu_emballe(archive):
        phrases.append(ZIP_RECRIT)
    return len(empreintes), [Ecart("archive", phrase) for phrase in phrases]


def relever_paquets() -> tuple[int, list[Ecart]]:
    """Return how many files the required packages installed, and a fault a package with changes.

    Each package lists in its RECORD the files that it installed, with their fingerprints; files
    without one, such as those that Python compiled, are not counted.
    """
    nombre = 0
    ecarts = []
    for nom in sorted(versions().keys() - {PYTHON}):
        fichiers_declares = metadata.distribution(nom).files
        if fichiers_declares is None:
            phrase = "ne dit pas ce qu'il a installé (RECORD absent) : le réinstaller"
            ecarts.append(Ecart(nom, phrase))
            continue
        modifies = []
        for fichier in fichiers_declares:
            attendue = fichier.hash
            if not attendue:
                continue
            nombre += 1
            try:
                contenu = Path(str(fichier.locate())).read_bytes()
            except OSError:
                modifies.append(fichier)
                continue
            empreinte_lue = hashlib.new(attendue.mode, contenu).digest()
            if urlsafe_b64encode(empreinte_lue).rstrip(b"=").decode() != attendue.value:
                modifies.append(fichier)
        if len(modifies) == 1:
            phrase = f"{modifies[0]} n'est plus tel qu'installé : réinstaller le paquet"
            ecarts.append(Ecart(nom, phrase))
        elif modifies:
            phrase = f"{len(modifies)} fichiers, dont {modifies[0]}, ne sont plus tels qu'installés"
            ecarts.append(Ecart(nom, f"{phrase} : réinstaller le paquet"))
    return nombre, ecarts


def rejouer(
    refaisables: Iterable[Prevision], executeur: Executor, *, places: int
) -> Iterator[Rejeu]:
    """Make reports again in memory and yield how each compares with what was published.

    They come as they are ready; the arguments are those of ``confier``. Files are compared by their
    fingerprints, tables (CSV) then value by value.
    """
    for prevision, rendu in confier(refaisables, executeur, moteur=plan.CTG, places=places):
        yield confronter(prevision, rendu)


def confronter(prevision: Prevision, rendu: Fabrication | Echec) -> Rejeu:
    """Return how a report made again compares with what lies in the folder, and its manifest."""
    commande = prevision.commande
    if isinstance(rendu, Echec):
        return Rejeu(commande, echec=rendu)
    empreintes_publiees = prevision.trace.sorties if prevision.trace else {}
    empreintes_refaites = rendu.trace.sorties
    noms = sorted({*empreintes_refaites, *empreintes_publiees})
    changements = []
    for nom in noms:
        path = commande.dossier / nom
        if path.suffix == ".csv" and path.name != SOURCES:
            avant = path.read_bytes() if path.is_file() else None
            changements += comparer(nom, avant, rendu.contenus.get(nom))
    differents = [
        nom for nom in noms if empreintes_refaites.get(nom) != empreintes_publiees.get(nom)
    ]
    garde = prevision.trace is not None and est_garde(commande, prevision.trace)
    return Rejeu(commande, tuple(differents), tuple(changements), garde=garde)


def comparer(fichier: str, avant: bytes | None, apres: bytes | None) -> tuple[Changement, ...]:
    """Return what changes from one state of a CSV to the other; None stands for an absent file.

    The rows of the two states are matched in three ways at most: by the columns that tell the rows
    before apart, or those that tell the rows after apart, if they do so in both, and by rank. The
    way that gives the fewest changes is taken: by columns, a row added in the middle does not shift
    all the next; by rank, a corrected name is one value changed, not a row lost and another found.
    """
    if avant == apres:
        return ()
    if avant is None or apres is None:
        presence_avant = PRESENCE[avant is not None]
        presence_apres = PRESENCE[apres is not None]
        return (Changement(fichier, "", FICHIER, presence_avant, presence_apres),)
    table_avant = lire_table(avant)
    table_apres = lire_table(apres)
    cles: list[list[str]] = []
    for cle in (cle_de(table_avant), cle_de(table_apres)):
        if cle and _est_une_cle(table_avant, cle) and _est_une_cle(table_apres, cle):
            cles.append(cle)
    cles.append([])  # by their rank
    lectures = [tuple(_changements(fichier, table_avant, table_apres, cle)) for cle in cles]
    return min(lectures, key=len)


def lire_table(octets: bytes) -> pd.DataFrame:
    """Return a CSV as a table of texts, even when somebody has damaged the file.

    A row that is too short is filled with "", one that is too long is cut; a byte that is no UTF-8
    becomes « � », and a column that comes twice is read once.
    """
    texte = io.StringIO(octets.decode("utf-8", "replace"), newline="")
    lignes = csv.DictReader(texte, restval="")
    colonnes = list(dict.fromkeys(lignes.fieldnames or ()))  # each once, in order
    return pd.DataFrame(list(lignes), columns=colonnes, dtype=object)


def cle_de(table: pd.DataFrame) -> list[str]:
    """Return columns that tell all the rows of a table apart; none when no columns do.

    The shortest run of columns from the left that does, but never all the columns: the last would
    be the values. Of that run, the columns without which the others still do are then dropped, the
    one with the longest texts first: a user knows a row by its code and its year, not by its
    definition.
    """
    colonnes = list(table.columns)
    cle: list[str] = []
    for nombre in range(1, len(colonnes)):
        if _est_une_cle(table, colonnes[:nombre]):
            cle = colonnes[:nombre]
            break
    longueurs = {colonne: table[colonne].str.len().sum() for colonne in cle}
    for colonne in sorted(cle, key=lambda colonne: longueurs[colonne], reverse=True):
        sans_elle = [autre for autre in cle if autre != colonne]
        if sans_elle and _est_une_cle(table, sans_elle):
            cle = sans_elle
    return cle


def _est_une_cle(table: pd.DataFrame, colonnes: list[str]) -> bool:
    """Tell whether a table has these columns, and no two rows alike in them."""
    if not set(colonnes) <= set(table.columns):
        return False
    return len(set(noms_des_lignes(table, colonnes))) == len(table)


def noms_des_lignes(table: pd.DataFrame, colonnes: list[str]) -> list[str]:
    """Return the name of each row: its values in some columns, « 62413, 2023 ».

    Without columns, its number in the file, where the header is line 1: « ligne 2 ».
    """
    if not colonnes:
        return [f"ligne {numero}" for numero in range(2, len(table) + 2)]
    lignes = table[colonnes].to_numpy().tolist()
    return [", ".join(filter(None, valeurs)) for valeurs in lignes]


def _changements(
    fichier: str, avant: pd.DataFrame, apres: pd.DataFrame, cle: list[str]
) -> Iterator[Changement]:
    """Yield columns that came or went, then rows, then the values of those that are in both.

    Rows are matched by the columns of ``cle``, or by their rank when it is empty.
    """
    for colonne in avant.columns.symmetric_difference(apres.columns, sort=False):
        yield Changement(
            fichier, colonne, COLONNE, PRESENCE[colonne in avant], PRESENCE[colonne in apres]
        )
    avant = avant.set_axis(noms_des_lignes(avant, cle), axis=0)
    apres = apres.set_axis(noms_des_lignes(apres, cle), axis=0)
    for ligne in avant.index.symmetric_difference(apres.index, sort=False):
        yield Changement(
            fichier, ligne, LIGNE, PRESENCE[ligne in avant.index], PRESENCE[ligne in apres.index]
        )
    avant, apres = avant.align(apres, join="inner")
    differentes = avant.ne(apres)
    for ligne in differentes.index[differentes.any(axis=1)]:
        for colonne in differentes.columns[differentes.loc[ligne]]:
            valeur_avant = str(avant.at[ligne, colonne])
            valeur_apres = str(apres.at[ligne, colonne])
            yield Changement(fichier, ligne, colonne, valeur_avant, valeur_apres)
