"""``ctg verifier`` says whether the reports are what they are said to be; ``ctg archiver`` keeps
them in one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from itertools import groupby
from operator import itemgetter
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
    from ctglib.production.manifeste import Prevision
    from ctglib.production.verifier import Ecart, Rejeu

VALEURS_MONTREES = 40
# significant
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
    from ctglib.donnees.validation import valider
    from ctglib.production import verifier as examen
    from ctglib.production.manifeste import empreinte

    publiees, portraits = examen.publies(sortie)
    if not (publiees or portraits):
        raise Empechement(dire_refus("aucun_rapport", sortie=sortie))
    if refus := inconnus(f"Dans {sortie}, la convention", convention or (), publiees):
        raise Empechement("\n".join(refus))
    invalides = set()
    for nom in convention or publiees:
        try:
            dire(f"✓ Données : {nom}, {len(valider(nom))} fichiers lus, aucune faute")
        except DonneesInvalides as error:
            invalides.add(nom)
            dire(f"✗ Données : {nom}, {error}")
    accords = [not invalides]

    def constater(sujet: str, ecarts: Sequence[Ecart], bon: str, mauvais: str) -> None:
        accords.append(not ecarts)
        said = f"✗ {sujet} : {mauvais}" if ecarts else f"✓ {sujet} : {bon}"
        dire(said, *(f"  - {line}" for line in examen.grouper(ecarts)))

    releve = examen.relever(sortie, convention or (*publiees, *portraits), carnets)
    tels = f"{compter(releve.fichiers, 'fichier')}, tous tels que le manifeste les dit"
    constater(
        "Fichiers",
        releve.sorties,
        tels,
        f"{compter(len(releve.sorties), 'écart')} avec ce que dit le manifeste",
    )
    sujet = "Données lues, carnets, code et versions"
    autres = "ce ne sont plus ceux du manifeste"
    constater(sujet, releve.causes, "ceux du manifeste", autres)
    if archive := examen.relever_archive():
        nombre, ecarts = archive
        digest = empreinte((PROJET / examen.DESCRIPTION).read_bytes())
        tels = f"{compter(nombre, 'fichier')}, tous ceux de sa description ({examen.DESCRIPTION}, sha256 {digest})"
        constater(
            "Archive", ecarts, tels, f"{compter(len(ecarts), 'écart')} avec ce qu'elle contenait"
        )
    nombre, ecarts = examen.relever_paquets()
    tels = f"{compter(nombre, 'fichier')}, tels qu'installés"
    autres = f"{compter(len(ecarts), 'paquet')} à réinstaller"
    constater("Paquets", ecarts, tels, autres)
    if sans_rejouer:
        dire("– Rejeu : non demandé (--sans-rejouer)")
    else:
        valides = [item for item in releve.publies if item.commande.convention not in invalides]
        accords.append(
            _dire_le_rejeu(_rejouer(valides, sortie, travailleurs, delai), len(releve.publies))
        )
        if accords[-1] and releve.causes:
            dire("  Ce qui n'est plus celui du manifeste ne change aucun octet des rapports.")
    dire("Tout concorde." if all(accords) else dire_refus("desaccord"))
    return 0 if all(accords) else 1


def _rejouer(
    publies: list[Prevision], sortie: Path, travailleurs: int, delai: float
) -> list[Rejeu]:
    from ctglib.commandes.rapports import suivre_la_barre
    from ctglib.production.pool import ouvrir_executeur
    from ctglib.production.produire import verrouiller
    from ctglib.production.verifier import rejouer

    with ExitStack() as pile:
        temporaire = ""
        with suppress(
            EcritureImpossible
        ):  # reports that can only be read: the system's folder serves
            temporaire = pile.enter_context(verrouiller(sortie))
        ouvert = ouvrir_executeur(travailleurs=travailleurs, delai=delai, temporaire=temporaire)
        executeur, places = pile.enter_context(ouvert)
        rejeux = suivre_la_barre(rejouer(publies, executeur, places=places))
        return sorted(rejeux, key=lambda item: item.commande.nom)


def _dire_le_rejeu(rejeux: list[Rejeu], publies: int) -> bool:
    """Say what was made again and what it changes in the published figures; return whether nothing
    differs.
    """
    autres = [item for item in rejeux if item.echec or item.fichiers]
    if retenus := publies - len(rejeux):
        dire(
            f"✗ Rejeu : {compter(retenus, 'rapport')} à ne pas refaire tant que les données ont une faute"
        )
    if autres:
        suite = "diffèrent une fois refaits" if len(autres) > 1 else "diffère une fois refait"
        dire(f"✗ Rejeu : {compter(len(autres), 'rapport')} sur {len(rejeux)} {suite}")
    elif rejeux:
        dire(f"✓ Rejeu : {compter(len(rejeux), 'rapport')}, les octets du manifeste")
    dire(
        *(f"  - {item.commande.nom} : {item.echec or ', '.join(item.fichiers)}" for item in autres)
    )
    changes = [
        (f"{item.commande.convention}/{one.fichier}", one)
        for item in rejeux
        for one in item.changements
    ]
    if changes:
        quoi = "Ce que cela change" if autres else "Ce qui a été changé après coup"
        dire(f"  {quoi} dans les tableaux publiés (CSV) : {compter(len(changes), 'valeur')}")
    elif autres:
        dire("  Aucune valeur des tableaux publiés (CSV) ne change.")
    for chemin, values in groupby(changes[:VALEURS_MONTREES], key=itemgetter(0)):
        dire(f"  {chemin}")
        lines = [
            (f"    {one.ligne}", one.colonne, *courtes(one.avant, one.apres)) for _, one in values
        ]
        shown = ([cell.replace("[", r"\[") for cell in line] for line in lines)
        montrer(("    Ligne", "Colonne", "Publié", "Rejoué"), shown)
    if len(changes) > VALEURS_MONTREES:
        dire(f"  … et {compter(len(changes) - VALEURS_MONTREES, 'autre')}, {len(changes)} en tout.")
    return not autres and len(rejeux) == publies


def courtes(avant: str, apres: str) -> tuple[str, str]:
    """Return two values as a reader writes them, with no more digits than it takes to tell them
    apart.
    """

    def court(valeur: str, chiffres: int) -> str:
        try:
            return f"{float(valeur):.{chiffres}g}".replace(".", ",") if "." in valeur else valeur
        except ValueError:
            return valeur

    shorter = (
        (court(avant, chiffres), court(apres, chiffres))
        for chiffres in (CHIFFRES, CHIFFRES_AU_PLUS)
    )
    return next((pair for pair in shorter if pair[0] != pair[1]), (avant, apres))


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
    from ctglib.donnees.validation import valider
    from ctglib.production import archive
    from ctglib.production.manifeste import JAMAIS, empreinte, lire_manifeste
    from ctglib.production.plan import commandes, rapports_connus
    from ctglib.production.verifier import Ecart, grouper, publies, relever

    if absents := [nom for nom in archive.REQUIS if not (PROJET / nom).is_file()]:
        raise Empechement(
            dire_refus("classeur_incomplet", absents=", ".join(absents), projet=PROJET)
        )
    manifeste = lire_manifeste(sortie / convention)
    (publiees, _) = publies(sortie)
    if not manifeste.traces:
        known = f" Possibles : {', '.join(publiees)}." if publiees else ""
        words = {"proche": proposer(convention, publiees), "possibles": known}
        raise Empechement(
            dire_refus("rien_a_archiver", convention=convention, sortie=sortie, **words)
        )
    ecarts = []
    try:
        valider(convention)
    except DonneesInvalides as error:
        fautes = f"les données ont des fautes ({len(error.fautes)}), que ctg valider dit une à une"
        ecarts.append(Ecart(convention, fautes))
    releve = relever(sortie, (convention,), carnets, (PUBLIQUE,))
    tous = commandes(rapports_connus(carnets), (convention,), sortie=sortie, carnets=carnets)
    jamais = sorted((order.cle, order.nom) for order in tous if order.cle not in manifeste.traces)
    ecarts += [*releve.sorties, *releve.causes, *(Ecart(nom, JAMAIS) for _, nom in jamais)]
    reserves = tuple(grouper(ecarts))
    told = [f"- {reserve}" for reserve in reserves]
    if reserves and not tel_quel:
        raise Empechement(dire_refus("pas_a_jour", ecarts="\n".join(told), convention=convention))
    paquets = archive.telecharger() if avec_paquets else None
    octets, description = archive.archiver(manifeste, carnets, reserves=reserves, paquets=paquets)
    vers = vers or Path(f"ctg-{convention}.zip")
    ecrire({vers: octets})
    taille = f"{len(octets) / 1e6:.1f}".replace(".", ",")
    dire(
        f"Archive : {vers} ({taille} Mo)",
        f"sha256 : {empreinte(octets)}",
        f"sha256 de sa description, que ctg verifier redira : {empreinte(description)}",
        *(
            ["Faite en l'état. Ce qui n'était pas à jour, et qu'elle dit :", *told]
            if reserves
            else []
        ),
        "Elle contient les données saisies : à conserver entre les parties, à ne pas publier.",
    )
