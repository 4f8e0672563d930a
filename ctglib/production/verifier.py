"""What is there, held against what manifests, an archive and the installed packages say.

The reports are then made again in memory.

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
CARNET_DISPARU = "son carnet a disparu, ou n'est plus déclaré"
D_AUCUN_MANIFESTE = "n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer"
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
    # those whose bytes are not those of the manifest, or that only one of both has
    fichiers: tuple[str, ...] = ()
    # in the tables, from what lies in the folder to what was made again
    changements: tuple[Changement, ...] = ()
    echec: Echec | None = None  # why it could not be made again


def grouper(ecarts: Iterable[Ecart]) -> list[str]:
    """Return each fault once, with where it holds.

    Each place is named when they are few, else how many of each convention.
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
            lignes.append(f"{phrase} : {_compter_par_convention(lieux)}")
    return lignes


def _compter_par_convention(lieux: list[str]) -> str:
    nombres = Counter(lieu.partition(", ")[0] for lieu in lieux)
    return " ; ".join(
        f"{convention}, {nombre} rapport{'s' if nombre > 1 else ''}"
        for convention, nombre in nombres.items()
    )


def publies(sortie: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the conventions that have reports in a folder, then of the portraits.

    A portrait is named « portraits/62413 ».
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
    """Return what is not as manifests say, of some conventions or portraits, in a folder."""
    donnees = Donnees()
    publies_trouves = []
    ecarts_des_causes = []
    nombre_de_fichiers = 0
    ecarts_des_fichiers = list(_a_cote_des_rapports(sortie))
    for convention in conventions:
        dossiers = {plan.PUBLIQUE: sortie / convention, INTERNE: sortie / convention / INTERNE}
        presentes = [sorte for sorte in diffusions if _presents(dossiers[sorte], A_PART)]
        for diffusion in presentes or diffusions[:1]:  # none at all is a fault too
            manifeste = lire_manifeste(dossiers[diffusion])
            ecarts_des_fichiers += _des_fichiers(convention, manifeste, diffusion)
            for cle, trace in manifeste.traces.items():
                nombre_de_fichiers += len(trace.sorties)
                lieu = nom_de(convention, cle, diffusion)
                commande = _commande(carnets, convention, cle, trace, diffusion, sortie)
                if commande is None:
                    ecarts_des_causes.append(Ecart(lieu, CARNET_DISPARU))
                    continue
                raisons = tuple(causes(commande, trace, donnees))
                publies_trouves.append(Prevision(commande, manifeste, raisons))
                ecarts_des_causes += [Ecart(lieu, raison) for raison in raisons]
    # The portal tells of the files of the reports: what becomes of them would be said twice.
    if not ecarts_des_fichiers:
        portail = {PORTAIL: empreinte(octets_du_portail(dossiers_publies(sortie)))}
        ecarts_des_fichiers = [
            Ecart("portail", phrase) for phrase in fichiers_touches(sortie, portail)
        ]
    return Releve(publies_trouves, nombre_de_fichiers, ecarts_des_fichiers, ecarts_des_causes)


def _a_cote_des_rapports(sortie: Path) -> Iterator[Ecart]:
    """Yield what lies beside the folders of reports, and that no manifest tells of."""
    conventions, portraits = publies(sortie)
    connus = {PORTAIL, *conventions, *portraits}
    if portraits:
        connus.add(PORTRAITS)
    for path in sorted([*sortie.glob("*"), *sortie.glob(f"{PORTRAITS}/*")]):
        nom = path.relative_to(sortie).as_posix()
        if path.is_symlink():
            yield Ecart("rapports", f"{nom} {LIEN}")
        elif nom not in connus and not path.name.startswith(PREFIXE):
            yield Ecart("rapports", f"{nom} {D_AUCUN_MANIFESTE}")


def _commande(
    carnets: Path, convention: str, cle: str, trace: Trace, diffusion: str, sortie: Path
) -> plan.Commande | None:
    """Return the order of a report as it is made today.

    None when its notebook is not there, is not declared, or cannot be read.
    """
    annee = cle.rpartition("/")[0]
    fiche = trace.parametres.get("fiche")
    formats = tuple(sorte for sorte in plan.FORMATS if f"{cle}.{sorte}" in trace.sorties)
    try:
        (carnet,) = [
            carnet
            for carnet in plan.carnets_declares(carnets)
            if carnet.chemin.name == trace.page.get("carnet")
        ]
        return plan.commander(
            carnet,
            convention,
            int(annee) if annee else None,
            fiche,
            diffusion,
            formats,
            sortie,
        )
    except (DonneesInvalides, OSError, ValueError, KeyError, TypeError, SyntaxError):
        return None


def _des_fichiers(convention: str, manifeste: Manifeste, diffusion: str) -> Iterator[Ecart]:
    """Yield the faults of the files of a folder.

    What the manifest tells of and is not so, what it does not tell of.
    """
    dossier = manifeste.chemin.parent
    attendus = {MANIFESTE: ""}
    if not manifeste.traces and not manifeste.echecs:
        if manifeste.chemin.exists():
            etat = "ne se lit pas, ou vient d'une autre version du classeur"
        else:
            etat = "est absent"
        yield Ecart(convention, f"{MANIFESTE} {etat} : rien ne dit de quoi ces rapports sont faits")
    for cle, trace in manifeste.traces.items():
        lieu = nom_de(convention, cle, diffusion)
        attendus.update(trace.sorties)
        for phrase in fichiers_touches(dossier, trace.sorties):
            yield Ecart(lieu, phrase)
    for cle in manifeste.echecs:
        page = f"{cle}.echec.html"
        attendus[page] = ""
        lieu = nom_de(convention, cle, diffusion)
        yield Ecart(lieu, f"n'a pas pu être refait depuis ({page} dit pourquoi)")
    for phrase in _en_trop(dossier, attendus, EN_TROP, A_PART):
        yield Ecart(convention, phrase)


def _en_trop(
    dossier: Path, attendus: Mapping[str, str], phrase: str, sauf: re.Pattern[str]
) -> Iterator[str]:
    for nom in sorted(_presents(dossier, sauf) - attendus.keys()):
        yield f"{nom} {LIEN if (dossier / nom).is_symlink() else phrase}"


def _presents(dossier: Path, sauf: re.Pattern[str]) -> set[str]:
    """Return the files and the links of a folder, but these and our temporary ones."""
    noms = set()
    for path in dossier.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        chemin = path.relative_to(dossier)
        provisoire = any(partie.startswith(PREFIXE) for partie in chemin.parts)
        if not provisoire and not sauf.match(chemin.as_posix()):
            noms.add(chemin.as_posix())
    return noms


def relever_archive(dossier: Path = PROJET) -> tuple[int, list[Ecart]] | None:
    """Return how many files an unpacked archive describes, and what is not so or was added.

    None when the folder is no archive.
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
    except (OSError, ValueError, KeyError, TypeError):
        phrase = f"{DESCRIPTION} ne se lit plus : rien ne dit ce que l'archive contenait"
        return 0, [Ecart("archive", phrase)]
    modifie = "n'est pas celui de l'archive (modifié depuis)"
    phrases = [
        *fichiers_touches(dossier, empreintes, modifie),
        *_en_trop(dossier, empreintes, "n'y était pas (ajouté depuis)", INSTALLES),
    ]
    return len(empreintes), [Ecart("archive", phrase) for phrase in phrases]


def relever_paquets() -> tuple[int, list[Ecart]]:
    """Return how many files the packages of the library installed, and those that have changed.

    Each package says what it installed in its RECORD, with a fingerprint; what Python compiled has
    none.
    """
    nombre = 0
    ecarts = []
    for nom in sorted(versions().keys() - {PYTHON}):
        declares = metadata.distribution(nom).files
        if declares is None:
            phrase = "ne dit pas ce qu'il a installé (RECORD absent) : le réinstaller"
            ecarts.append(Ecart(nom, phrase))
            continue
        fichiers = [fichier for fichier in declares if fichier.hash]
        nombre += len(fichiers)
        modifies = [fichier for fichier in fichiers if not _tel_qu_installe(fichier)]
        if len(modifies) == 1:
            phrase = f"{modifies[0]} n'est plus tel qu'installé : réinstaller le paquet"
            ecarts.append(Ecart(nom, phrase))
        elif modifies:
            phrase = f"{len(modifies)} fichiers, dont {modifies[0]}, ne sont plus tels qu'installés"
            ecarts.append(Ecart(nom, f"{phrase} : réinstaller le paquet"))
    return nombre, ecarts


def _tel_qu_installe(fichier: metadata.PackagePath) -> bool:
    """Tell whether a file has the fingerprint that its package's RECORD gives it."""
    attendue = fichier.hash
    try:
        contenu = Path(str(fichier.locate())).read_bytes()
    except OSError:
        return False
    if attendue is None:
        return True
    empreinte_lue = hashlib.new(attendue.mode, contenu).digest()
    return urlsafe_b64encode(empreinte_lue).rstrip(b"=").decode() == attendue.value


def rejouer(publies: Iterable[Prevision], executeur: Executor, *, places: int) -> Iterator[Rejeu]:
    """Make reports again and yield how each compares, as it is done.

    The arguments are those of ``confier``.
    """
    for publie, rendu in confier(publies, executeur, moteur=plan.CTG, places=places):
        commande = publie.commande
        if isinstance(rendu, Echec):
            yield Rejeu(commande, echec=rendu)
            continue
        publiees = publie.trace.sorties if publie.trace else {}
        refaites = rendu.trace.sorties
        noms = sorted({*refaites, *publiees})
        changements = []
        for nom in noms:
            path = commande.dossier / nom
            if path.suffix == ".csv" and path.name != SOURCES:
                avant = path.read_bytes() if path.is_file() else None
                changements += comparer(nom, avant, rendu.contenus.get(nom))
        differents = [nom for nom in noms if refaites.get(nom) != publiees.get(nom)]
        yield Rejeu(commande, tuple(differents), tuple(changements))


def comparer(fichier: str, avant: bytes | None, apres: bytes | None) -> tuple[Changement, ...]:
    """Return what changes from one state of a CSV to the other; None stands for an absent file.

    Rows are matched by the columns that tell them apart or by their place, whichever leaves the
    least to say: a row added in the middle does not shift all the next, a name corrected is not a
    row lost and another found.
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
        if cle and _distingue(table_avant, cle) and _distingue(table_apres, cle):
            cles.append(cle)
    cles.append([])  # by their place
    lectures = [tuple(_changements(fichier, table_avant, table_apres, cle)) for cle in cles]
    return min(lectures, key=len)


def lire_table(octets: bytes) -> pd.DataFrame:
    """Return a table as text, whatever became of its bytes.

    A short row is filled, what is too long is cut.
    """
    texte = io.StringIO(octets.decode("utf-8", "replace"), newline="")
    lignes = csv.DictReader(texte, restval="")
    colonnes = list(dict.fromkeys(lignes.fieldnames or ()))
    return pd.DataFrame(list(lignes), columns=colonnes, dtype=object)


def cle_de(table: pd.DataFrame) -> list[str]:
    """Return the columns that tell rows apart, none when they do not.

    The first ones are enough, as far as it takes; of these, those that add nothing are dropped, the
    longest texts first: a reader knows a row by its code and its year, not by its definition.
    """
    colonnes = list(table.columns)
    cle: list[str] = []
    for nombre in range(1, len(colonnes)):
        if _distingue(table, colonnes[:nombre]):
            cle = colonnes[:nombre]
            break
    longueurs = {colonne: table[colonne].str.len().sum() for colonne in cle}
    for colonne in sorted(cle, key=lambda colonne: longueurs[colonne], reverse=True):
        sans_elle = [autre for autre in cle if autre != colonne]
        if sans_elle and _distingue(table, sans_elle):
            cle = sans_elle
    return cle


def _distingue(table: pd.DataFrame, colonnes: list[str]) -> bool:
    """Tell whether a table has these columns, and no two rows alike in them."""
    if not set(colonnes) <= set(table.columns):
        return False
    return len(set(noms_des_lignes(table, colonnes))) == len(table)


def noms_des_lignes(table: pd.DataFrame, colonnes: list[str]) -> list[str]:
    """Return what each row is known by: these columns, or its number when there is none."""
    if not colonnes:
        return [f"ligne {numero}" for numero in range(2, len(table) + 2)]
    lignes = table[colonnes].to_numpy().tolist()
    return [", ".join(filter(None, valeurs)) for valeurs in lignes]


def _changements(
    fichier: str, avant: pd.DataFrame, apres: pd.DataFrame, cle: list[str]
) -> Iterator[Changement]:
    """Yield what changes, rows being matched by these columns: columns, rows, then values."""
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
