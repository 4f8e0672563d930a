"""``ctg produire`` and ``ctg portrait``: what is asked for, made when it is out of date, and told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from typer import Argument, Option

from ctglib.commandes import options
from ctglib.commandes.terminal import compter, dire, formats_demandes, inconnus, montrer, refuser
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import conventions, racine
from ctglib.donnees.partage import Reserve, partager_par
from ctglib.production import plan
from ctglib.production.plan import (
    CARNETS,
    CTG,
    DIFFUSIONS,
    FORMATS,
    MOTEURS,
    PAQUET,
    PUBLIQUE,
    RESUMES,
    SORTIE,
)

if TYPE_CHECKING:
    from ctglib.production.produire import Resultat

Fait = TypeVar("Fait")  # what became of a report, the order of which is its ``commande``
RESUME = "resume"  # what is typed for both formats of the first page alone
RAISONS_MONTREES = 3
SI_CELA_LE_TOUCHE = "(produit seulement si ce changement touche ce qu'il montre)"
PAUSE = 0.1  # seconds between two looks at what is watched
CALME = 0.03  # seconds without a change before what is being saved is taken to be whole
EN_VEILLE = "Données surveillées : chaque correction enregistrée refait les rapports qu'elle touche. Ctrl-C pour finir."
CODE_CHANGE = "Le code du classeur a changé : relancez la commande pour qu'elle en tienne compte."

Rapports = Annotated[
    list[str] | None, Argument(help="Rapports à produire (tous par défaut).", metavar="RAPPORT")
]
Annees = Annotated[
    list[int] | None,
    Option(
        "--annee", "-a", help="Année des rapports annuels (toutes par défaut).", metavar="ANNÉE"
    ),
]
Diffusion = Annotated[
    str, Option("--diffusion", help="publique, ou interne (dans un dossier à part).", metavar="NOM")
]
Forcer = Annotated[bool, Option("--forcer", help="Produire aussi ce qui est à jour.")]
Suivre = Annotated[
    bool, Option("--suivre", help="Rester, et refaire ce que touche chaque correction.")
]
Moteur = Annotated[
    str, Option("--moteur", help="ctg, ou standard (un noyau Jupyter ordinaire).", metavar="NOM")
]
Ordonnanceur = Annotated[
    str, Option("--ordonnanceur", help="Grappe Dask à qui confier le travail.", metavar="ADRESSE")
]
Mesures = Annotated[
    Path | None,
    Option("--mesures", help="Fichier JSON où noter les temps par étape.", metavar="FICHIER"),
]
Territoires = Annotated[
    list[str] | None,
    Argument(help="Codes : commune (62413), EPCI (246200364), département (62).", metavar="CODE"),
]
Departements = Annotated[
    list[str] | None,
    Option("--departement", "-d", help="Toutes les communes de ce département.", metavar="CODE"),
]


def produire(
    rapports: Rapports = None,
    convention: options.Conventions = None,
    annee: Annees = None,
    diffusion: Diffusion = PUBLIQUE,
    formats: options.Formats = "html,pdf",
    sortie: options.Sortie = Path(SORTIE),
    forcer: Forcer = False,
    a_blanc: options.ABlanc = False,
    suivre: Suivre = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    moteur: Moteur = CTG,
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    carnets: options.Carnets = CARNETS,
) -> int:
    """Produire les rapports qui ne sont plus à jour, et dire pourquoi chacun."""

    def demander() -> list[plan.Commande]:
        connues = conventions()
        possibles = plan.rapports_connus(carnets)
        demandees = tuple(dict.fromkeys(convention or connues))
        kinds, fautes = _demande(formats, travailleurs, delai)
        fautes += inconnus("Le moteur", (moteur,), MOTEURS)
        fautes += inconnus("Le rapport", rapports or (), possibles)
        fautes += inconnus("La convention", demandees, connues)
        fautes += inconnus("La diffusion", (diffusion,), DIFFUSIONS)
        if annee and not fautes:
            known = sorted({year for nom in demandees for year in plan.annees_de(nom)})
            possible = f"Possibles : {', '.join(map(str, known))}."
            missing = [year for year in annee if year not in known]
            fautes = [
                f"L'année {year} n'est dans aucune convention demandée. {possible}"
                for year in missing
            ]
        if fautes:
            raise Empechement("\n".join(fautes))
        asked = {
            "annees": annee or (),
            "diffusion": diffusion,
            "formats": kinds,
            "sortie": sortie,
            "carnets": carnets,
        }
        return plan.commandes(rapports or possibles, demandees, **asked)

    return _faire(
        demander,
        sortie,
        carnets,
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
        forcer=forcer,
        a_blanc=a_blanc,
        suivre=suivre,
        moteur=moteur,
    )


def portrait(
    territoires: Territoires = None,
    departement: Departements = None,
    formats: options.Formats = "html,pdf",
    sortie: options.Sortie = Path(SORTIE),
    forcer: Forcer = False,
    a_blanc: options.ABlanc = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    carnets: options.Carnets = CARNETS,
) -> int:
    """Le portrait d'une commune, d'un EPCI, d'un département, d'après les seules données publiques."""
    from ctglib.donnees.publiques import communes_de, verifier_territoires

    def demander() -> list[plan.Commande]:
        named = territoires or []
        whole = departement or []
        kinds, fautes = _demande(formats, travailleurs, delai)
        if not named and not whole:
            fautes.append(
                "Donnez un code au moins (ctg portrait 62413), ou un département entier (--departement 62)."
            )
        if fautes:
            raise Empechement("\n".join(fautes))
        verifier_territoires([*named, *whole])
        codes = [*named, *(code for one in whole for code in communes_de(one))]
        return plan.portraits(dict.fromkeys(codes), kinds, sortie, carnets)

    return _faire(
        demander,
        sortie,
        carnets,
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
        forcer=forcer,
        a_blanc=a_blanc,
    )


def _demande(formats: str, travailleurs: int, delai: float) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats of a list, and what to say of it and of how reports are to be made."""
    asked, fautes = formats_demandes(formats, (*FORMATS, RESUME))
    if travailleurs < 0 or delai <= 0:
        fautes.append("Le nombre de travailleurs et le délai sont plus grands que zéro.")
    return tuple(
        dict.fromkeys(kind for one in asked for kind in (RESUMES if one == RESUME else (one,)))
    ), fautes


def _faire(
    demander: Callable[[], list[plan.Commande]],
    sortie: Path,
    carnets: Path,
    *,
    travailleurs: int,
    delai: float,
    ordonnanceur: str,
    mesures: Path | None,
    forcer: bool,
    a_blanc: bool,
    suivre: bool = False,
    moteur: str = CTG,
) -> int:
    """Make what is out of date, once or after each change, or say it; return 0, or 1 when a report
    failed.
    """
    from ctglib.production.manifeste import Donnees, prevoir
    from ctglib.production.pool import coeurs, ouvrir_executeur
    from ctglib.production.portail import ecrire_portail
    from ctglib.production.produire import TRAVAIL, realiser, retenir, verrouiller

    def passer(orders: list[plan.Commande], forcer: bool) -> int:
        with verrouiller(sortie):
            donnees = Donnees()
            reserve.oublier(lambda journal: not any(donnees.changements(journal)))
            a_faire = retenir(prevoir(orders, forcer=forcer))
            faits = suivre_la_barre(realiser(a_faire, executeur, moteur=moteur, places=places))
            resultats = sorted(
                faits, key=lambda item: (item.commande.convention, item.commande.cle)
            )
            portail = ecrire_portail(sortie)
        _rendre_compte(resultats, len(orders))
        if ignores := plan.carnets_ignores(carnets):
            dire(
                f"Non produit, n'étant pas dans notebooks/rapports.toml : {', '.join(ignores)}. Un carnet d'analyse a "
                "sa place dans le dossier analyses."
            )
        dire(f"Portail : {portail}")
        if mesures:
            made = ((one.commande, one.mesures) for one in resultats)
            noted = [
                {"rapport": one.cle, "convention": one.convention, "etapes": spent}
                for one, spent in made
            ]
            ecrire({mesures: json.dumps(noted, indent=1).encode()})
        return 1 if any(resultat.echec for resultat in resultats) else 0

    orders = [] if suivre and not a_blanc else demander()
    if a_blanc:
        lines = [
            (
                item.commande.nom,
                _pourquoi(item.raisons) + (f" {SI_CELA_LE_TOUCHE}" if item.suspendue else ""),
            )
            for item in prevoir(orders, forcer=forcer)
            if item.raisons
        ]
        if lines:
            montrer(("Rapport", "Pourquoi il serait produit"), lines)
        _dire_a_jour(len(orders) - len(lines), len(orders))
        dire("Essai à blanc : rien n'a été écrit.")
        return 0
    reserve = Reserve()
    temporaire = str((sortie / TRAVAIL).absolute())
    ouvert = ouvrir_executeur(
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        temporaire=temporaire,
        reserve=reserve,
    )
    with partager_par(reserve), ouvert as (executeur, places):
        if not suivre:
            return passer(orders, forcer)
        executeur.submit(coeurs)  # so that all is loaded when a correction is saved, there and here
        import_module("ctglib.blocs.annee")
        forces = chain([forcer], repeat(False))  # the first time only
        return surveiller(lambda: passer(demander(), next(forces)), carnets)


def suivre_la_barre(resultats: Iterable[Fait]) -> Iterator[Fait]:
    """Yield results under a bar that counts them; how many there will be is known only at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    count = "rapports faits : {task.completed:.0f}"
    name = "{task.description}"
    columns = (
        SpinnerColumn(),
        TextColumn(count),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn(name),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for resultat in resultats:
            progress.update(task, advance=1, description=resultat.commande.nom)
            yield resultat


def _rendre_compte(resultats: list[Resultat], nombre: int) -> None:
    lines = []
    reasons = {}
    failures = {}
    for resultat in resultats:
        commande = resultat.commande
        echec = resultat.echec
        reasons.setdefault(_pourquoi(resultat.raisons), []).append(commande.nom)
        if echec:
            failures.setdefault(str(echec), []).append(commande.nom)
            lines.append((commande.nom, "[red]échec[/red]", "", "", str(commande.page_echec)))
            continue
        secondes = f"{resultat.mesures['total']:.1f}".replace(".", ",")
        written = {
            kind: path
            for kind in commande.formats
            if (path := Path(f"{commande.base}.{kind}")).is_file()
        }
        sizes = [
            f"{kind} {path.stat().st_size / 1024:,.0f} Ko".replace(",", "\u202f")
            for kind, path in written.items()
        ]
        sizes += (
            [f"{len(tables)} tableaux"] if (tables := list(commande.base.glob("*.csv"))) else []
        )
        shown = next(iter(written.values()), commande.base)  # one may have been moved since
        lines.append((commande.nom, "produit", secondes, ", ".join(sizes), str(shown)))
    if lines:
        montrer(("Rapport", "Résultat", "Secondes", "Taille", "Chemin"), lines, droite="Secondes")
        told = {
            raison: "tous" if len(noms) == len(lines) > 1 else " ; ".join(noms)
            for raison, noms in reasons.items()
        }
        dire("\nPourquoi :", *(f"- {raison} : {noms}" for raison, noms in told.items()), "")
    for message, noms in failures.items():
        refuser("\n".join(["", *noms]) + f" :\n{message}")
    if failures:
        refuser("\nLa version précédente de ces rapports, s'il y en a une, est restée en place.")
    _dire_a_jour(nombre - len(lines), nombre)


def _pourquoi(raisons: tuple[str, ...]) -> str:
    montrees = " ; ".join(raisons[:RAISONS_MONTREES])
    autres = len(raisons) - RAISONS_MONTREES
    return f"{montrees} ; et {compter(autres, 'autre')}" if autres > 0 else montrees


def _dire_a_jour(a_jour: int, nombre: int) -> None:
    if a_jour and a_jour == nombre:
        accord = "Le rapport est à jour" if nombre == 1 else f"Les {nombre} rapports sont à jour"
        dire(f"{accord} : rien à faire.")
    elif a_jour:
        dire(
            f"{'1 autre rapport était' if a_jour == 1 else f'{a_jour} autres rapports étaient'} à jour."
        )


def surveiller(passer: Callable[[], int], carnets: Path) -> int:
    """Make what is out of date, and again after each change, until Ctrl-C; return what the last
    time did.

    Dates are looked at rather than the system asked: it tells nothing of a folder shared on a
    network. They decide of nothing: what has to be made is known by its content.
    """
    code = _dates(PAQUET)
    while True:
        before = _dates(racine(), carnets, PAQUET)
        try:
            status = passer()
        except Empechement as error:
            status = refuser(error)
        try:
            dire(EN_VEILLE)
            while before == (seen := _dates(racine(), carnets, PAQUET)):
                time.sleep(PAUSE)
            time.sleep(CALME)
            while seen != (seen := _dates(racine(), carnets, PAQUET)):
                time.sleep(CALME)
        except KeyboardInterrupt:
            dire("Fin de la surveillance.")
            return status
        if code != _dates(PAQUET):
            dire(CODE_CHANGE)
            return 1


def _dates(*dossiers: Path) -> dict[Path, int]:
    from ctglib.production.manifeste import fichiers_de

    found = {}
    for path in fichiers_de(*dossiers):
        with suppress(OSError):  # removed since
            found[path] = path.stat().st_mtime_ns
    return found
