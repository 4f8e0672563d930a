"""``ctg publier`` and ``ctg clore``: note what is published, and close a year, once its bilan is
what the parties agreed on.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from ctglib.commandes import options
from ctglib.commandes.archives import ASigner, archive_de, archiver_et_dire, lire_qui_signe
from ctglib.commandes.terminal import compter, dire, promettre, verifier_la_demande
from ctglib.donnees.ecriture import tenir_les_donnees
from ctglib.donnees.fautes import Empechement
from ctglib.production.echec import dire_refus
from ctglib.production.plan import CARNETS, SORTIE

if TYPE_CHECKING:
    from ctglib.production.cloture import Cloture

AnneePubliee = Annotated[
    int, Argument(help="Année du bilan publié.", metavar="ANNÉE", show_default=False)
]
AnneeAClore = Annotated[int, Argument(help="Année à clore.", metavar="ANNÉE", show_default=False)]
JourDeCloture = Annotated[
    datetime | None,
    Option(
        "--le",
        formats=["%Y-%m-%d"],
        help="Jour de la clôture (aujourd'hui par défaut).",
        metavar="AAAA-MM-JJ",
        show_default=False,
    ),
]


@promettre("Rien n'a été noté.")
@tenir_les_donnees()
def publier(
    annee: AnneePubliee,
    convention: options.LaConvention,
    sortie: options.Sortie = Path(SORTIE),
) -> None:
    """Noter ce que montrent et masquent les rapports publiés d'une année : les suivants en
    tiennent compte.
    """
    from ctglib.production.publier import publier as publier_l_annee

    verifier_la_demande((convention,), (annee,))
    publication, chemin, nouvelle = publier_l_annee(convention, annee, date.today(), sortie=sortie)
    fichiers = compter(len(publication.fichiers), "fichier")
    phrase = (
        f"{convention}, {annee}, publication n° {publication.numero} : {fichiers},"
        f" {compter(len(publication.montres), 'effectif')} en clair,"
        f" {len(publication.caches)} masqués"
    )
    if nouvelle:
        dire(f"{phrase}.", f"Notée dans data/{chemin} : les suivantes en tiendront compte.")
    else:
        dire(f"{phrase}, déjà notée. Rien n'a été écrit.")


def figer(
    annee: AnneePubliee,
    convention: options.LaConvention,
    sortie: options.Sortie = Path(SORTIE),
) -> None:
    """Ancien nom de ctg publier."""
    dire("« ctg figer » s'appelle désormais « ctg publier », et fait ce qu'il fait.")
    publier(annee, convention, sortie)


def clore(
    annee: AnneeAClore,
    convention: options.LaConvention,
    le: JourDeCloture = None,
    sortie: options.Sortie = Path(SORTIE),
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    carnets: options.Carnets = CARNETS,
    signer: ASigner = None,
) -> None:
    """Clore une année : son plan est gardé, ses rapports ne changent plus, notés et archivés.

    Interrompue, la même commande finit ce qui reste.
    """
    from ctglib.production.cloture import ARCHIVER, NOTER

    with promettre("L'année n'a pas été close."):
        verifier_la_demande((convention,), (annee,))
        signataire = lire_qui_signe(signer)  # a refused certificate closes nothing
    etapes = _etapes_restantes(annee, convention, sortie)
    if not etapes:
        cloture = _clore(annee, convention, le, sortie, travailleurs, delai, carnets)
        if not cloture.rapports:
            return
        etapes = (NOTER, ARCHIVER)
    with promettre("L'année, elle, est close : la même commande finira ce qui reste."):
        if NOTER in etapes:
            publier(annee, convention, sortie)
        with promettre("L'archive n'a pas été faite."):
            vers = archive_de(convention)
            archiver_et_dire(
                convention, sortie, vers, carnets, tel_quel=True, signataire=signataire
            )


@promettre("Rien n'a été écrit.")
def _etapes_restantes(annee: int, convention: str, sortie: Path) -> tuple[str, ...]:
    """Return what an interrupted closing of a year has left to be done, and say it; nothing when
    the year is open, or its closing whole.
    """
    from ctglib.donnees.plan import plan_clos
    from ctglib.production.cloture import etapes_restantes
    from ctglib.production.produire import verrouiller
    from ctglib.production.site import ecrire_le_site

    copie = plan_clos(convention, annee)
    if copie is None:
        return ()
    archive = archive_de(convention)
    etapes = etapes_restantes(convention, annee, copie, sortie=sortie, archive=archive)
    if etapes:
        with verrouiller(sortie):
            ecrire_le_site(sortie)
        close = f"{convention}, {annee} : année déjà close le {copie.cloture:%d/%m/%Y}"
        dire(f"{close}. Il restait à {' et à '.join(etapes)} : c'est fait maintenant.")
    return etapes


@promettre("L'année n'a pas été close.")
@tenir_les_donnees()
def _clore(
    annee: int,
    convention: str,
    le: datetime | None,
    sortie: Path,
    travailleurs: int,
    delai: float,
    carnets: Path,
) -> Cloture:
    """Write the copy of the plan and the last reports of a year, and say what was written."""
    from ctglib.donnees.validation import valider
    from ctglib.production.cloture import clore as clore_l_annee
    from ctglib.production.pool import ouvrir_executeur
    from ctglib.production.produire import verrouiller
    from ctglib.production.site import ecrire_le_site

    verifier_la_demande((convention,), (annee,))
    aujourd_hui = date.today()
    jour = le.date() if le else aujourd_hui
    if jour > aujourd_hui:
        raise Empechement(dire_refus("cloture_a_venir", jour=f"{jour:%d/%m/%Y}"))
    valider(convention)
    ouverture = ouvrir_executeur(travailleurs=travailleurs, delai=delai)
    with verrouiller(sortie), ouverture as (executeur, places):
        cloture = clore_l_annee(
            convention,
            annee,
            jour,
            sortie=sortie,
            carnets=carnets,
            executeur=executeur,
            places=places,
        )
        if cloture.rapports:
            ecrire_le_site(sortie)
    _dire_la_cloture(convention, annee, cloture)
    return cloture


def _dire_la_cloture(convention: str, annee: int, cloture: Cloture) -> None:
    """Say what a closing has written, what nobody gave, and what follows."""
    from ctglib.collecte.feuilles import feuilles, ouvrir_cadre
    from ctglib.collecte.manques import elements_manquants

    copie = cloture.plan
    lignes = [f"{convention}, {annee} : année close le {copie.cloture:%d/%m/%Y}."]
    fiches = compter(len(copie.convention.fiches), "fiche")
    avenants = compter(len(copie.avenants), "avenant")
    saisies = compter(len(copie.saisies), "fichier")
    lignes.append(
        f"  gardés : le plan ({fiches}, {avenants}), les empreintes de la saisie ({saisies})"
    )
    if cloture.rapports:
        rapports = compter(cloture.rapports, "rapport")
        fichiers = compter(len(copie.publications), "fichier")
        lignes.append(
            f"  refaits en « définitif » : {rapports}, {fichiers}, qui ne changeront plus"
        )
    else:
        lignes.append("  aucun rapport ici : ce qui a été publié n'est pas noté")
    cadre = ouvrir_cadre(convention, annee)
    manques = elements_manquants(cadre, feuilles(cadre))
    if manques:
        lignes.append(f"  jamais transmis : {manques} ; seul un chiffre peut encore venir")
    lignes.append("  écrits :")
    lignes += [f"    {chemin}" for chemin in cloture.fichiers]
    dire(*lignes)
