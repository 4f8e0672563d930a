"""``ctg verifier`` says whether the reports are those of their manifest; ``ctg archiver`` keeps
them in one file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack, suppress
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from ctglib.commandes import options
from ctglib.commandes.terminal import compter, dire, inconnus, montrer, promettre, proposer
from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Empechement
from ctglib.production.echec import dire_refus
from ctglib.production.plan import CARNETS, PROJET, PUBLIQUE, SORTIE

if TYPE_CHECKING:
    from ctglib.production.manifeste import Manifeste, Prevision
    from ctglib.production.verifier import Changement, Ecart, Rejeu

VALEURS_MONTREES = 40
# Significant digits of a value shown: as many as tell it apart, or all that it may take.
CHIFFRES = 6
CHIFFRES_AU_PLUS = 12

SansRejouer = Annotated[
    bool, Option("--sans-rejouer", help="Ne comparer que les fichiers, sans refaire les rapports.")
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


def verifier(
    convention: options.Conventions = None,
    sortie: options.Sortie = Path(SORTIE),
    sans_rejouer: SansRejouer = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    carnets: options.Carnets = CARNETS,
) -> int:
    """Dire si les rapports sont ceux du manifeste, et si les refaire les redonne."""
    from ctglib.production import verifier as examen
    from ctglib.production.manifeste import empreinte

    publiees, portraits = examen.conventions_et_portraits(sortie)
    if not (publiees or portraits):
        raise Empechement(dire_refus("aucun_rapport", sortie=sortie))
    refus = inconnus(f"Dans {sortie}, la convention", convention or (), publiees)
    if refus:
        raise Empechement("\n".join(refus))
    invalides = _dire_les_donnees(convention or publiees)
    accords = [not invalides]

    releve = examen.relever(sortie, convention or (*publiees, *portraits), carnets)
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

    archive = examen.relever_archive()
    if archive:
        nombre, ecarts = archive
        digest = empreinte((PROJET / examen.DESCRIPTION).read_bytes())
        description = f"{examen.DESCRIPTION}, sha256 {digest}"
        accord = _constater(
            "Archive",
            ecarts,
            f"{compter(nombre, 'fichier')}, tous ceux de sa description ({description})",
            f"{compter(len(ecarts), 'écart')} avec ce qu'elle contenait",
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
        valides = [item for item in releve.refaisables if item.commande.convention not in invalides]
        rejeux = _rejouer(valides, sortie, travailleurs, delai)
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
    """Say whether the data of each convention hold; return those whose data do not."""
    from ctglib.donnees.validation import valider

    invalides = set()
    for nom in conventions:
        try:
            dire(f"✓ Données : {nom}, {len(valider(nom))} fichiers lus, aucune faute")
        except DonneesInvalides as error:
            invalides.add(nom)
            dire(f"✗ Données : {nom}, {error}")
    return invalides


def _constater(sujet: str, ecarts: Sequence[Ecart], bon: str, mauvais: str) -> bool:
    """Say whether something is as the manifest says, and each departure; return whether it is."""
    from ctglib.production.verifier import grouper

    if ecarts:
        dire(f"✗ {sujet} : {mauvais}", *(f"  - {ecart}" for ecart in grouper(ecarts)))
        return False
    dire(f"✓ {sujet} : {bon}")
    return True


def _rejouer(
    refaisables: list[Prevision], sortie: Path, travailleurs: int, delai: float
) -> list[Rejeu]:
    """Make published reports again, in memory; return what each gave, by name."""
    from ctglib.commandes.rapports import suivre_la_barre
    from ctglib.production.pool import ouvrir_executeur
    from ctglib.production.produire import verrouiller
    from ctglib.production.verifier import rejouer

    with ExitStack() as pile:
        temporaire = ""
        # Where reports can only be read, the system's folder serves.
        with suppress(EcritureImpossible):
            temporaire = pile.enter_context(verrouiller(sortie))
        ouverture = ouvrir_executeur(travailleurs=travailleurs, delai=delai, temporaire=temporaire)
        executeur, places = pile.enter_context(ouverture)
        rejeux = suivre_la_barre(rejouer(refaisables, executeur, places=places))
        return sorted(rejeux, key=lambda rejeu: rejeu.commande.nom)


def _dire_le_rejeu(rejeux: list[Rejeu], nombre_de_publies: int) -> bool:
    """Say what was made again and what it changes in the published figures; return whether nothing
    differs.
    """
    differents = [rejeu for rejeu in rejeux if rejeu.echec or rejeu.fichiers]
    non_refaits = nombre_de_publies - len(rejeux)
    if non_refaits:
        rapports = compter(non_refaits, "rapport")
        dire(f"✗ Rejeu : {rapports} à ne pas refaire tant que les données ont une faute")
    if differents:
        suite = "diffèrent une fois refaits" if len(differents) > 1 else "diffère une fois refait"
        dire(f"✗ Rejeu : {compter(len(differents), 'rapport')} sur {len(rejeux)} {suite}")
    elif rejeux:
        dire(f"✓ Rejeu : {compter(len(rejeux), 'rapport')}, les octets du manifeste")
    for rejeu in differents:
        quoi = rejeu.echec or ", ".join(rejeu.fichiers)
        dire(f"  - {rejeu.commande.nom} : {quoi}")
    changements = [
        (f"{rejeu.commande.convention}/{changement.fichier}", changement)
        for rejeu in rejeux
        for changement in rejeu.changements
    ]
    if changements:
        quoi = "Ce que cela change" if differents else "Ce qui a été changé après coup"
        valeurs = compter(len(changements), "valeur")
        dire(f"  {quoi} dans les tableaux publiés (CSV) : {valeurs}")
    elif differents:
        dire("  Aucune valeur des tableaux publiés (CSV) ne change.")
    _montrer_les_changements(changements[:VALEURS_MONTREES])
    if len(changements) > VALEURS_MONTREES:
        autres = compter(len(changements) - VALEURS_MONTREES, "autre")
        dire(f"  … et {autres}, {len(changements)} en tout.")
    return not differents and not non_refaits


def _montrer_les_changements(changements: Iterable[tuple[str, Changement]]) -> None:
    """Show the values that change, file after file, from that published to that made again."""
    for chemin, du_fichier in groupby(changements, key=lambda paire: paire[0]):
        dire(f"  {chemin}")
        lignes = []
        for _, changement in du_fichier:
            avant, apres = courtes(changement.avant, changement.apres)
            cellules = (f"    {changement.ligne}", changement.colonne, avant, apres)
            lignes.append([cellule.replace("[", r"\[") for cellule in cellules])
        montrer(("    Ligne", "Colonne", "Publié", "Rejoué"), lignes)


def courtes(avant: str, apres: str) -> tuple[str, str]:
    """Return two values as a reader writes them, with no more digits than it takes to tell them
    apart.
    """
    for chiffres in (CHIFFRES, CHIFFRES_AU_PLUS):
        avant_court = _arrondie(avant, chiffres)
        apres_court = _arrondie(apres, chiffres)
        if avant_court != apres_court:
            return avant_court, apres_court
    return avant, apres


def _arrondie(valeur: str, chiffres: int) -> str:
    """Return a decimal number of a CSV with so many significant digits; another text as it is."""
    if "." not in valeur:
        return valeur
    try:
        return f"{float(valeur):.{chiffres}g}".replace(".", ",")
    except ValueError:
        return valeur


@promettre("L'archive n'a pas été faite.")
def archiver(
    convention: AArchiver,
    sortie: options.Sortie = Path(SORTIE),
    vers: Vers = None,
    avec_paquets: AvecPaquets = False,
    tel_quel: TelQuel = False,
    carnets: options.Carnets = CARNETS,
) -> None:
    """Mettre en un fichier les rapports d'une convention et de quoi les refaire."""
    from ctglib.production import archive
    from ctglib.production.manifeste import empreinte, lire_manifeste
    from ctglib.production.verifier import conventions_et_portraits, grouper

    absents = [nom for nom in archive.REQUIS if not (PROJET / nom).is_file()]
    if absents:
        raise Empechement(
            dire_refus("classeur_incomplet", absents=", ".join(absents), projet=PROJET)
        )
    manifeste = lire_manifeste(sortie / convention)
    publiees, _ = conventions_et_portraits(sortie)
    if not manifeste.traces:
        possibles = f" Possibles : {', '.join(publiees)}." if publiees else ""
        raise Empechement(
            dire_refus(
                "rien_a_archiver",
                convention=convention,
                sortie=sortie,
                proche=proposer(convention, publiees),
                possibles=possibles,
            )
        )
    reserves = tuple(grouper(_ecarts(convention, manifeste, sortie, carnets)))
    puces = [f"- {reserve}" for reserve in reserves]
    if reserves and not tel_quel:
        raise Empechement(dire_refus("pas_a_jour", ecarts="\n".join(puces), convention=convention))
    paquets = archive.telecharger() if avec_paquets else None
    octets, description = archive.archiver(manifeste, carnets, reserves=reserves, paquets=paquets)
    vers = vers or Path(f"ctg-{convention}.zip")
    ecrire({vers: octets})
    taille = f"{len(octets) / 1e6:.1f}".replace(".", ",")
    dire(
        f"Archive : {vers} ({taille} Mo)",
        f"sha256 : {empreinte(octets)}",
        f"sha256 de sa description, que ctg verifier redira : {empreinte(description)}",
    )
    if reserves:
        dire("Faite en l'état. Ce qui n'était pas à jour, et qu'elle dit :", *puces)
    dire("Elle contient les données saisies : à conserver entre les parties, à ne pas publier.")


def _ecarts(convention: str, manifeste: Manifeste, sortie: Path, carnets: Path) -> list[Ecart]:
    """Return what is not up to date in the reports of a convention: data at fault, files, causes,
    reports never made.
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
