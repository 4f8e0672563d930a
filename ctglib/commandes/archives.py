"""``ctg verifier`` and ``ctg archiver``: check the reports, and keep them in one file.

The first says whether the reports are those of their manifest, and whether making them again gives
the same bytes; the second puts them in a ZIP with all that makes them again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ctglib.commandes import options
from ctglib.commandes.ecarts import montrer_les_valeurs, phrase_des_clos
from ctglib.commandes.terminal import compter, dire, promettre, verifier_la_demande
from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Empechement
from ctglib.donnees.lecture import CLE, CONVENTIONS, existe
from ctglib.production.echec import dire_refus
from ctglib.production.plan import CARNETS, PROJET, PUBLIQUE, SORTIE

if TYPE_CHECKING:
    from ctglib.production.manifeste import Manifeste, Prevision
    from ctglib.production.signature import Avis, Signataire
    from ctglib.production.verifier import Ecart, Rejeu

SansRejouer = Annotated[
    bool, Option("--sans-rejouer", help="Ne comparer que les fichiers, sans refaire les rapports.")
]
AJuger = Annotated[
    Path | None,
    Option(
        "--archive",
        help="Juger une archive par ce programme-ci, sans rien exécuter de ce qu'elle contient.",
        metavar="FICHIER",
    ),
]
ASignature = Annotated[
    Path | None,
    Option(
        "--signature",
        help="Signature de l'archive (à côté d'elle, de même nom et en .p7s, par défaut).",
        metavar="FICHIER",
    ),
]
Autorite = Annotated[
    Path | None,
    Option(
        "--autorite",
        help="Certificats des autorités à qui se fier pour le nom de qui a signé (PEM ou DER).",
        metavar="FICHIER",
    ),
]
AArchiver = Annotated[
    str, Option("--convention", "-c", help="Convention à archiver.", metavar="NOM")
]
Vers = Annotated[
    Path | None,
    Option("--vers", help="Fichier à écrire (ctg-NOM.zip par défaut).", metavar="FICHIER"),
]
AvecPaquets = Annotated[
    bool, Option("--avec-paquets", help="Y mettre les paquets, pour installer sans réseau.")
]
TelQuel = Annotated[
    bool, Option("--tel-quel", help="Archiver même ce qui n'est pas à jour, en le disant.")
]
ASigner = Annotated[
    Path | None,
    Option(
        "--signer",
        help="Signer l'archive, dans un fichier à côté, par ce certificat et sa clé (.p12).",
        metavar="CERTIFICAT",
    ),
]
MOT_DE_PASSE = "CTG_MOT_DE_PASSE"  # the environment may hold it; a command line is seen by others


def verifier(
    convention: options.Conventions = None,
    sortie: options.Sortie = Path(SORTIE),
    sans_rejouer: SansRejouer = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    carnets: options.Carnets = CARNETS,
    archive: AJuger = None,
    signature: ASignature = None,
    autorite: Autorite = None,
) -> int:
    """Dire si les rapports sont ceux du manifeste, et si les refaire les redonne."""
    from ctglib.production.contenant import DESCRIPTION, deballer
    from ctglib.production.signature import SUFFIXE

    reste = (sans_rejouer, travailleurs, delai, carnets, autorite)
    if archive is None:
        a_cote = PROJET / f"{DESCRIPTION}{SUFFIXE}"
        return _verifier(convention, sortie, *reste, signature or a_cote)
    a_cote = archive.with_name(f"{archive.name}{SUFFIXE}")
    with deballer(archive) as dossier:
        sortie = dossier / SORTIE
        return _verifier(convention, sortie, *reste, signature or a_cote, dossier, archive)


def _verifier(
    convention: list[str] | None,
    sortie: Path,
    sans_rejouer: bool,
    travailleurs: int,
    delai: float,
    carnets: Path,
    autorite: Path | None,
    signature: Path,
    decompressee: Path | None = None,
    archive: Path | None = None,
) -> int:
    """Say the result of each check, then whether they all agree.

    ``decompressee`` is the folder of ``archive``, judged by this program, and not its own.
    """
    from ctglib.production import verifier as examen
    from ctglib.production.contenant import DESCRIPTION
    from ctglib.production.manifeste import empreinte
    from ctglib.production.signature import juger

    conventions_publiees, portraits = examen.conventions_et_portraits(sortie)
    if not (conventions_publiees or portraits):
        raise Empechement(dire_refus("aucun_rapport", sortie=sortie))
    for nom in convention or ():
        if nom not in conventions_publiees:
            raise _sans_rapport(nom, sortie)
    conventions_en_faute = _dire_les_donnees(convention or conventions_publiees)
    accords = [not conventions_en_faute]  # whether each check agrees

    releve = examen.relever(sortie, convention or (*conventions_publiees, *portraits), carnets)
    fichiers = compter(releve.fichiers, "fichier")
    en_ecart = compter(len(releve.sorties), "écart")
    accord = _constater(
        "Fichiers",
        releve.sorties,
        f"{fichiers}, tous tels que le manifeste les dit",
        f"{en_ecart} avec ce que dit le manifeste",
    )
    accords.append(accord)
    accord = _constater(
        "Données lues, carnets, code et versions",
        releve.causes,
        "ceux du manifeste",
        "ce ne sont plus ceux du manifeste",
    )
    accords.append(accord)

    decrite = examen.relever_archive(decompressee or PROJET, archive)
    if decrite:
        nombre, ecarts = decrite
        octets_de_la_description = ((decompressee or PROJET) / DESCRIPTION).read_bytes()
        description = f"{DESCRIPTION}, sha256 {empreinte(octets_de_la_description)}"
        accord = _constater(
            "Archive",
            ecarts,
            f"{compter(nombre, 'fichier')}, tous ceux de sa description ({description})",
            f"{compter(len(ecarts), 'écart')} avec ce qu'elle contenait",
        )
        accords.append(accord)
        avis = juger(
            octets_de_la_description, signature, autorite, attendue=decompressee is not None
        )
        accords.append(_dire_la_signature(avis))

    if decompressee:
        nombre, ecarts = examen.relever_le_code(decompressee, carnets)
        accord = _constater(
            "Programme et carnets",
            ecarts,
            f"{compter(nombre, 'fichier')}, ceux de ce programme-ci, qui seul les a jugés",
            f"{compter(len(ecarts), 'fichier')} que ce programme-ci n'a pas, ou a autrement",
        )
        accords.append(accord)

    ecarts = examen.relever_le_code_compile()
    if ecarts:
        en_trop = compter(len(ecarts), "fichier")
        accord = _constater(
            "Code compilé", ecarts, "", f"{en_trop} qui n'a servi à rien ici, mais à ctg produire"
        )
        accords.append(accord)

    ecarts = examen.relever_le_demarrage(examen.dossiers_des_paquets())
    if ecarts:
        de_trop = compter(len(ecarts), "fichier")
        accord = _constater(
            "Démarrage de Python", ecarts, "", f"{de_trop} qu'aucun paquet n'explique"
        )
        accords.append(accord)

    nombre, ecarts = examen.relever_paquets()
    accord = _constater(
        "Paquets",
        ecarts,
        f"{compter(nombre, 'fichier')}, tels qu'installés",
        f"{compter(len(ecarts), 'paquet')} à réinstaller",
    )
    accords.append(accord)

    if sans_rejouer:
        dire("– Rejeu : non demandé (--sans-rejouer)")
    else:
        sans_faute = [
            prevision
            for prevision in releve.refaisables
            if prevision.commande.convention not in conventions_en_faute
        ]
        rejeux = _rejouer(sans_faute, sortie, travailleurs, delai)
        accord = _dire_le_rejeu(rejeux, len(releve.refaisables))
        accords.append(accord)
        if accord and releve.causes:
            dire("  Ce qui n'est plus celui du manifeste ne change aucun octet des rapports.")
    if not all(accords):
        dire(dire_refus("desaccord"))
        return 1
    dire("Tout concorde.")
    return 0


def _dire_les_donnees(conventions: Iterable[str]) -> set[str]:
    """Say whether the data of each convention are valid; return the names of those that are not."""
    from ctglib.donnees.validation import valider

    conventions_en_faute = set()
    for nom in conventions:
        try:
            dire(f"✓ Données : {nom}, {len(valider(nom))} fichiers lus, aucune faute")
        except DonneesInvalides as error:
            conventions_en_faute.add(nom)
            dire(f"✗ Données : {nom}, {error}")
    return conventions_en_faute


def _constater(sujet: str, ecarts: Sequence[Ecart], accord: str, desaccord: str) -> bool:
    """Say the result of a check, and each departure; return whether there is none.

    « ✓ Fichiers : 12 fichiers, tous tels que le manifeste les dit », or « ✗ Fichiers : … » and a
    line a departure. ``accord`` and ``desaccord`` are what follows the subject in each case.
    """
    from ctglib.production.verifier import grouper

    if ecarts:
        dire(f"✗ {sujet} : {desaccord}", *(f"  - {ecart}" for ecart in grouper(ecarts)))
        return False
    dire(f"✓ {sujet} : {accord}")
    return True


def _dire_la_signature(avis: Avis) -> bool:
    """Say who signed an archive, or what is wrong with that; return whether nothing is."""
    if avis.ecarts:
        dire("✗ Signature :", *(f"  - {ecart}" for ecart in avis.ecarts))
        return False
    dire(f"{'✓' if avis.verifiee else '–'} Signature : {avis.phrase}")
    return True


def _rejouer(
    refaisables: list[Prevision], sortie: Path, travailleurs: int, delai: float
) -> list[Rejeu]:
    """Make published reports again, in memory; return what each gave, sorted by its name."""
    from ctglib.commandes.rapports import Barre
    from ctglib.production.pool import ouvrir_executeur
    from ctglib.production.produire import verrouiller
    from ctglib.production.verifier import rejouer

    with ExitStack() as pile:
        temporaire = ""
        # A folder of reports that can only be read cannot hold the temporary files: the system's
        # temporary folder, "", then does.
        with suppress(EcritureImpossible):
            temporaire = pile.enter_context(verrouiller(sortie))
        ouverture = ouvrir_executeur(travailleurs=travailleurs, delai=delai, temporaire=temporaire)
        executeur, places = pile.enter_context(ouverture)
        barre = pile.enter_context(Barre())
        rejeux: list[Rejeu] = []
        for rejeu in rejouer(refaisables, executeur, places=places):
            rejeux.append(rejeu)
            barre.montrer(len(rejeux), len(refaisables), rejeu.commande.nom)
        return sorted(rejeux, key=lambda rejeu: rejeu.commande.nom)


def _dire_le_rejeu(rejeux: list[Rejeu], nombre_de_publies: int) -> bool:
    """Say which reports differ once made again, then which published figures it changes.

    ``nombre_de_publies`` is how many reports there are to make again: those whose data are wrong
    were not. Returns whether all were made and none differs; those of closed years may, when this
    version of the program is another.
    """
    differents = [rejeu for rejeu in rejeux if rejeu.echec or rejeu.fichiers]
    clos = [rejeu for rejeu in differents if rejeu.garde]
    differents = [rejeu for rejeu in differents if not rejeu.garde]
    rejeux = [rejeu for rejeu in rejeux if rejeu not in clos]
    non_refaits = nombre_de_publies - len(rejeux) - len(clos)
    if non_refaits:
        rapports = compter(non_refaits, "rapport")
        dire(f"✗ Rejeu : {rapports} à ne pas refaire tant que les données ont une faute")
    if differents:
        suite = "diffèrent une fois refaits" if len(differents) > 1 else "diffère une fois refait"
        dire(f"✗ Rejeu : {compter(len(differents), 'rapport')} sur {len(rejeux)} {suite}")
    elif rejeux:
        dire(f"✓ Rejeu : {compter(len(rejeux), 'rapport')}, les octets du manifeste")
    if clos:
        dire(phrase_des_clos([rejeu.commande for rejeu in clos]))
    for rejeu in differents:
        quoi = rejeu.echec or ", ".join(rejeu.fichiers)
        dire(f"  - {rejeu.commande.nom} : {quoi}")
    montrer_les_valeurs(
        rejeux, "Ce que cela change" if differents else "Ce qui a été changé après coup"
    )
    if differents and not any(rejeu.changements for rejeu in rejeux):
        dire("  Aucune valeur des tableaux publiés (CSV) ne change.")
    return not differents and not non_refaits


def _sans_rapport(convention: str, sortie: Path) -> Empechement:
    """Return the refusal of a convention that has no report in a folder, or that does not exist."""
    verifier_la_demande((convention,))
    return Empechement(dire_refus("sans_rapport", convention=convention, sortie=sortie))


@promettre("L'archive n'a pas été faite.")
def archiver(
    convention: AArchiver,
    sortie: options.Sortie = Path(SORTIE),
    vers: Vers = None,
    avec_paquets: AvecPaquets = False,
    tel_quel: TelQuel = False,
    carnets: options.Carnets = CARNETS,
    signer: ASigner = None,
) -> None:
    """Mettre en un fichier les rapports d'une convention et de quoi les refaire."""
    archiver_et_dire(
        convention,
        sortie,
        vers or archive_de(convention),
        carnets,
        avec_paquets=avec_paquets,
        tel_quel=tel_quel,
        signataire=lire_qui_signe(signer),
    )


def archive_de(convention: str) -> Path:
    """Return the archive of a convention, in the current folder, unless another is asked for."""
    return Path(f"ctg-{convention}.zip")


def lire_qui_signe(certificat: Path | None) -> Signataire | None:
    """Return who signs, once the password of the certificate was given; None when nobody does.

    Raises:
        Empechement: The certificate cannot sign today (see ``lire_signataire``).
    """
    from ctglib.production.signature import lire_signataire

    if certificat is None:
        return None
    demander = partial(_demander_le_mot_de_passe, certificat)
    return lire_signataire(certificat, demander, datetime.now(UTC))


def archiver_et_dire(
    convention: str,
    sortie: Path,
    vers: Path,
    carnets: Path,
    *,
    avec_paquets: bool = False,
    tel_quel: bool = False,
    signataire: Signataire | None = None,
) -> None:
    """Write the archive of a convention, signed or not, and say what it is.

    Raises:
        Empechement: The project is not whole, the convention has no report, or one that is not up
            to date, unless ``tel_quel``.
        EcritureImpossible: It cannot be written; the one that was there is then as it was.
    """
    from ctglib.production import archive
    from ctglib.production.manifeste import empreinte, lire_manifeste
    from ctglib.production.signature import SUFFIXE
    from ctglib.production.verifier import grouper

    absents = [nom for nom in archive.REQUIS if not (PROJET / nom).is_file()]
    if absents:
        raise Empechement(
            dire_refus("classeur_incomplet", absents=", ".join(absents), projet=PROJET)
        )
    manifeste = lire_manifeste(sortie / convention)
    if not manifeste.traces:
        raise _sans_rapport(convention, sortie)
    reserves = tuple(grouper(_ecarts(convention, manifeste, sortie, carnets)))
    puces = [f"- {reserve}" for reserve in reserves]
    if reserves and not tel_quel:
        raise Empechement(dire_refus("pas_a_jour", ecarts="\n".join(puces), convention=convention))
    paquets = archive.telecharger() if avec_paquets else None
    octets, description = archive.archiver(
        manifeste, carnets, reserves=reserves, paquets=paquets, signataire=signataire
    )
    a_cote = vers.with_name(f"{vers.name}{SUFFIXE}")
    if signataire:
        instant = datetime.now(UTC).replace(microsecond=0)
        signature = signataire.signer(description, instant)
        ecrire({vers: octets, a_cote: signature}, confidentiels=True)
    else:
        # The signature of the one that was there goes with it.
        ecrire({vers: octets}, retires=[a_cote], confidentiels=True)
    taille = f"{len(octets) / 1e6:.1f}".replace(".", ",")
    dire(
        f"Archive : {vers} ({taille} Mo)",
        f"sha256 : {empreinte(octets)}",
        f"sha256 de sa description, que ctg verifier redira : {empreinte(description)}",
    )
    if signataire:
        dire(
            f"Signature : {a_cote} (CMS détachée, en DER), par {signataire.nom}",
            f"sha256 du certificat : {signataire.empreinte}",
        )
    if reserves:
        dire("Faite en l'état. Ce qui n'était pas à jour, et qu'elle dit :", *puces)
    avec_la_cle = existe(f"{CONVENTIONS}/{convention}/{CLE}")
    dire(dire_refus("archive_gardee", aussi=", et la clé qui les masque" if avec_la_cle else ""))


def _demander_le_mot_de_passe(certificat: Path) -> str:
    """Return the password of a certificate: the environment has it, or it is asked for."""
    mot_de_passe = os.environ.get(MOT_DE_PASSE)
    if mot_de_passe is not None:
        return mot_de_passe
    if not sys.stdin.isatty():
        refuse = dire_refus(
            "mot_de_passe_absent", certificat=certificat.name, variable=MOT_DE_PASSE
        )
        raise Empechement(refuse)
    return getpass(f"Mot de passe de {certificat.name} (rien ne s'affiche) : ")


def _ecarts(convention: str, manifeste: Manifeste, sortie: Path, carnets: Path) -> list[Ecart]:
    """Return what is not up to date in the public reports of a convention.

    Faults of its data, then what is wrong with the files, then inputs that have changed since the
    reports were made, then reports never made.
    """
    from ctglib.donnees.validation import valider
    from ctglib.production.manifeste import JAMAIS
    from ctglib.production.plan import commandes, rapports_connus
    from ctglib.production.verifier import Ecart, relever

    ecarts = []
    try:
        valider(convention)
    except DonneesInvalides as error:
        fautes = f"les données ont des fautes ({len(error.fautes)}), que ctg valider dit une à une"
        ecarts.append(Ecart(convention, fautes))
    releve = relever(sortie, (convention,), carnets, (PUBLIQUE,))
    ecarts += [*releve.sorties, *releve.causes]
    toutes = commandes(rapports_connus(carnets), (convention,), sortie=sortie, carnets=carnets)
    jamais_faites = [commande for commande in toutes if commande.cle not in manifeste.traces]
    for commande in sorted(jamais_faites, key=lambda commande: (commande.cle, commande.nom)):
        ecarts.append(Ecart(commande.nom, JAMAIS))
    return ecarts
