"""``ctg produire`` and ``ctg portrait``: make the reports that are out of date, and say why each.

What is wrong in what the user typed is gathered as sentences, ``fautes``, and said all at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from typer import Argument, Option

from ctglib.commandes import options
from ctglib.commandes.ecarts import montrer_les_valeurs, phrase_des_clos
from ctglib.commandes.terminal import (
    compter,
    dire,
    dire_l_empechement,
    fautes_de_la_demande,
    formats_demandes,
    montrer,
    phrases_des_inconnus,
)
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Empechement
from ctglib.donnees.lecture import conventions
from ctglib.export.formats import RESUME, formats_connus
from ctglib.production import plan
from ctglib.production.echec import dire_refus
from ctglib.production.plan import (
    CARNETS,
    CTG,
    DIFFUSIONS,
    MOTEURS,
    PUBLIQUE,
    SORTIE,
)

if TYPE_CHECKING:
    from ctglib.production.produire import Resultat


FORMATS_ORDINAIRES = ",".join(plan.FORMATS_ORDINAIRES)
RAISONS_MONTREES = 3
DOSSIERS_MONTRES = 3
SI_CELA_LE_TOUCHE = "(produit seulement si ce changement touche ce qu'il montre)"
MIS_DE_COTE = (
    "Mis de côté, rien n'en est perdu ni archivé (rempli, modifié ou ajouté par quelqu'un) :"
)
A_RELIRE = (
    "À relire : ces lignes signées ne tiennent plus, le rapport dit le constat à leur place."
    " L'année ne se clôt pas avant qu'elles soient signées de nouveau :"
)
A_IMPORTER = "Un relevé ou un classeur rempli s'enregistre par ctg importer."
SANS_TERRITOIRE = (
    "Donnez un code au moins (ctg portrait 62413), ou un département entier (--departement 62)."
)

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
Detail = Annotated[
    bool, Option("--detail", help="Dire de chaque rapport ce qu'il est devenu, et pourquoi.")
]
Forcer = Annotated[bool, Option("--forcer", help="Produire aussi ce qui est à jour.")]
RefaireClos = Annotated[
    bool,
    Option(
        "--refaire-clos",
        help="Refaire à côté les rapports des années closes, et dire ce qui diffère.",
    ),
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
    formats: options.Formats = FORMATS_ORDINAIRES,
    sortie: options.Sortie = Path(SORTIE),
    forcer: Forcer = False,
    refaire_clos: RefaireClos = False,
    a_blanc: options.ABlanc = False,
    detail: Detail = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    moteur: Moteur = CTG,
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    carnets: options.Carnets = CARNETS,
) -> int:
    """Produire les rapports qui ne sont plus à jour, et dire pourquoi chacun."""
    from ctglib.production.produire import demander

    rapports_possibles = plan.rapports_connus(carnets)
    conventions_demandees = tuple(dict.fromkeys(convention or conventions()))  # each once
    formats_voulus, fautes = _lire_formats(formats)
    fautes += _fautes_du_travail(travailleurs, delai)
    fautes += phrases_des_inconnus("Le moteur", (moteur,), MOTEURS)
    fautes += phrases_des_inconnus("Le rapport", rapports or (), rapports_possibles)
    fautes += fautes_de_la_demande(conventions_demandees, tuple(annee or ()))
    fautes += phrases_des_inconnus("La diffusion", (diffusion,), DIFFUSIONS)
    if fautes:
        raise Empechement("\n".join(fautes))
    commandes = demander(
        rapports or rapports_possibles,
        conventions_demandees,
        annees=annee or (),
        diffusion=diffusion,
        formats=formats_voulus,
        sortie=sortie,
        carnets=carnets,
    )
    if refaire_clos:
        return _refaire_les_clos(commandes, sortie, travailleurs=travailleurs, delai=delai)
    if a_blanc:
        return _essayer_a_blanc(commandes, forcer)
    return _faire(
        commandes,
        sortie,
        carnets,
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
        forcer=forcer,
        detail=detail,
        moteur=moteur,
    )


def portrait(
    territoires: Territoires = None,
    departement: Departements = None,
    formats: options.Formats = FORMATS_ORDINAIRES,
    sortie: options.Sortie = Path(SORTIE),
    forcer: Forcer = False,
    a_blanc: options.ABlanc = False,
    detail: Detail = False,
    travailleurs: options.Travailleurs = 0,
    delai: options.Delai = 600,
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    carnets: options.Carnets = CARNETS,
) -> int:
    """Le portrait d'une commune, d'un EPCI, d'un département, d'après les seules données publiques."""  # noqa: E501 - the help of a command is one line
    from ctglib.donnees.publiques import communes_de, verifier_territoires

    codes = territoires or []
    departements = departement or []
    formats_voulus, fautes = _lire_formats(formats)
    fautes += _fautes_du_travail(travailleurs, delai)
    if not codes and not departements:
        fautes.append(SANS_TERRITOIRE)
    if fautes:
        raise Empechement("\n".join(fautes))
    verifier_territoires([*codes, *departements])
    for code in departements:
        codes = [*codes, *communes_de(code)]
    commandes = plan.portraits(dict.fromkeys(codes), formats_voulus, sortie, carnets)
    if a_blanc:
        return _essayer_a_blanc(commandes, forcer)
    return _faire(
        commandes,
        sortie,
        carnets,
        travailleurs=travailleurs,
        delai=delai,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
        forcer=forcer,
        detail=detail,
    )


def _lire_formats(liste: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats of a list, each once, and a sentence for each that does not exist.

    « resume » stands for the formats of the first page.
    """
    demandes, fautes = formats_demandes(liste, (*formats_connus(), RESUME))
    formats = []
    for format_demande in demandes:
        if format_demande == RESUME:
            formats += [nom for nom, sorte in formats_connus().items() if sorte.resume]
        else:
            formats.append(format_demande)
    return tuple(dict.fromkeys(formats)), fautes


def _fautes_du_travail(travailleurs: int, delai: float) -> list[str]:
    """Return a sentence when the number of workers or the time for a cell cannot be, else none."""
    if travailleurs < 0 or delai <= 0:
        return ["Le nombre de travailleurs et le délai sont plus grands que zéro."]
    return []


def _essayer_a_blanc(commandes: list[plan.Commande], forcer: bool) -> int:
    """Say which reports would be made, and why; return the exit code, 0. Nothing is written."""
    from ctglib.production.manifeste import prevoir

    lignes = []
    for prevision in prevoir(commandes, forcer=forcer):
        if not prevision.raisons:
            continue
        pourquoi = _pourquoi(prevision.raisons)
        if prevision.suspendue:
            pourquoi += f" {SI_CELA_LE_TOUCHE}"
        lignes.append((prevision.commande.nom, pourquoi))
    if lignes:
        montrer(("Rapport", "Pourquoi il serait produit"), lignes)
    _dire_a_jour(len(commandes) - len(lignes), len(commandes))
    dire("Essai à blanc : rien n'a été écrit.")
    return 0


def _faire(
    commandes: list[plan.Commande],
    sortie: Path,
    carnets: Path,
    *,
    travailleurs: int,
    delai: float,
    ordonnanceur: str,
    mesures: Path | None,
    forcer: bool,
    detail: bool,
    moteur: str = CTG,
) -> int:
    """Make what is out of date, say it, and return the exit code: 1 when a report failed."""
    from ctglib.production.manifeste import autres_que_publies, lignes_a_relire
    from ctglib.production.produire import mener

    with Barre() as barre:
        production = mener(
            commandes,
            sortie,
            carnets,
            travailleurs=travailleurs,
            delai=delai,
            ordonnanceur=ordonnanceur,
            forcer=forcer,
            moteur=moteur,
            annoncer=barre.montrer,
        )
    resultats = production.resultats
    _rendre_compte(resultats, len(commandes), detail=detail)
    a_relire = lignes_a_relire(commandes)
    if a_relire:
        dire(A_RELIRE, *(f"  - {ligne}" for ligne in a_relire))
    if production.mis_de_cote:
        dire(MIS_DE_COTE, *(f"  - {path}" for path in production.mis_de_cote), A_IMPORTER)
    autres = autres_que_publies(commandes)
    if autres:
        dire(phrase_des_clos(autres))
    if resultats:  # what is up to date has said it
        dire(*_ce_qui_remplace(commandes))
    ignores = plan.carnets_ignores(carnets)
    if ignores:
        dire(
            f"Non produit, n'étant pas dans notebooks/rapports.toml : {', '.join(ignores)}. "
            "Un carnet d'analyse a sa place dans le dossier analyses."
        )
    dire(f"Portail : {production.portail.absolute().as_uri()}")
    if mesures:
        etapes = [
            {
                "rapport": resultat.commande.cle,
                "convention": resultat.commande.convention,
                "etapes": resultat.mesures,
            }
            for resultat in resultats
        ]
        ecrire({mesures: json.dumps(etapes, indent=1).encode()})
    if production.retenu:
        dire_l_empechement(production.retenu)
    return 1 if production.retenu or any(resultat.echec for resultat in resultats) else 0


def _ce_qui_remplace(commandes: list[plan.Commande]) -> list[str]:
    """Return what is ours in the templates of the conventions, a sentence each; a template that
    cannot serve has made its reports fail, which have said why.
    """
    from ctglib.export.habillage import lire_habillage, remplaces

    dits = []
    for nom in dict.fromkeys(commande.convention for commande in commandes):
        if nom.startswith(plan.PORTRAITS):
            continue
        with suppress(DonneesInvalides):
            dits += [f"{nom} : {phrase}." for phrase in remplaces(lire_habillage(nom))]
    return dits


def _refaire_les_clos(
    commandes: list[plan.Commande], sortie: Path, *, travailleurs: int, delai: float
) -> int:
    """Make the reports of closed years again, beside, and say in what they differ from those there.

    Raises:
        Empechement: None of those asked for is there.
    """
    from ctglib.production.manifeste import autres_que_publies, est_garde, prevoir
    from ctglib.production.pool import ouvrir_executeur
    from ctglib.production.produire import refaire_a_cote, verrouiller
    from ctglib.production.verifier import confronter

    previsions = [
        prevision
        for prevision in prevoir(commandes)
        if prevision.trace and est_garde(prevision.commande, prevision.trace)
    ]
    if not previsions:
        raise Empechement(dire_refus("aucun_rapport_clos", sortie=sortie))
    ouverture = ouvrir_executeur(travailleurs=travailleurs, delai=delai)
    with verrouiller(sortie), ouverture as (executeur, places):
        rendus = refaire_a_cote(previsions, executeur, places=places)
        rejeux = [confronter(prevision, rendu) for prevision, rendu in rendus]
    rejeux.sort(key=lambda rejeu: rejeu.commande.nom)
    dossiers = sorted({str(prevision.commande.dossier_refait) for prevision in previsions})
    dire(f"{compter(len(rejeux), 'rapport')} refaits à côté : {', '.join(dossiers)}")
    differents = [rejeu for rejeu in rejeux if rejeu.fichiers or rejeu.echec]
    if not differents:
        dire("Les octets sont ceux des rapports en place.")
    for rejeu in differents:
        quoi = rejeu.echec or ", ".join(rejeu.fichiers)
        dire(f"  - {rejeu.commande.nom} : {quoi}")
    montrer_les_valeurs(rejeux, "Ce qui diffère")
    for commande in autres_que_publies(prevision.commande for prevision in previsions):
        dire(f"  - {commande.nom}, en place, n'est pas ce qui a été publié à la clôture")
    return 1 if any(rejeu.echec for rejeu in rejeux) else 0


class Barre:
    """A bar on the terminal: how many reports are made, of how many, and the time left."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
        )

        self.progression = Progress(
            SpinnerColumn(),
            TextColumn("rapports faits :"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("reste"),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        self.tache = self.progression.add_task("", total=None)

    def __enter__(self) -> Self:
        self.progression.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progression.stop()

    def montrer(self, faits: int, total: int, nom: str) -> None:
        """Show how many reports are made, of how many, and the name of the last one."""
        self.progression.update(self.tache, completed=faits, total=total, description=nom)


def _rendre_compte(resultats: list[Resultat], nombre: int, *, detail: bool) -> None:
    """Say what became of the reports that were made, and how many were up to date.

    ``nombre`` is how many reports were asked for. With ``detail``, a row says it of each, and each
    reason is said with its reports; without, they are counted by convention.
    """
    faits = [resultat for resultat in resultats if not resultat.echec]
    rapports_par_echec: dict[str, list[str]] = {}
    for resultat in resultats:
        if resultat.echec:
            rapports_par_echec.setdefault(str(resultat.echec), []).append(resultat.commande.nom)
    if resultats and detail:
        _detailler(resultats)
    elif faits:
        _resumer(faits)
    for message, rapports in rapports_par_echec.items():
        dire_l_empechement("\n".join(["", *rapports]) + f" :\n{message}")
    if rapports_par_echec:
        dire_l_empechement(
            "\nLa version précédente de ces rapports, s'il y en a une, est restée en place."
        )
    _dire_a_jour(nombre - len(resultats), nombre)


def _detailler(resultats: list[Resultat]) -> None:
    """Say of each report what became of it, then why they were made."""
    lignes = []
    for resultat in resultats:
        commande = resultat.commande
        if resultat.echec:
            lignes.append((commande.nom, "[red]échec[/red]", "", "", str(commande.page_echec)))
        else:
            lignes.append(_ligne_d_un_rapport(resultat))
    montrer(("Rapport", "Résultat", "Secondes", "Taille", "Chemin"), lignes, droite="Secondes")
    dire("\nPourquoi :")
    for raison, rapports in _par_raison(resultats).items():
        tous = len(rapports) == len(resultats) > 1
        dire(f"- {raison} : {'tous' if tous else ' ; '.join(rapports)}")
    dire("")


def _resumer(faits: list[Resultat]) -> None:
    """Say how many reports were made, by convention, and why, in a few lines."""
    rapports_par_dossier: dict[str, int] = {}
    for resultat in faits:
        commande = resultat.commande
        dossier = str(commande.sortie / commande.convention)
        rapports_par_dossier[dossier] = rapports_par_dossier.get(dossier, 0) + 1
    premiers = list(rapports_par_dossier.items())[:DOSSIERS_MONTRES]
    ou = [f"{dossier} ({compter(combien, 'rapport')})" for dossier, combien in premiers]
    autres = len(rapports_par_dossier) - len(premiers)
    if autres:
        ou.append(f"et {compter(autres, 'autre')}")
    faits_dits = "1 rapport fait" if len(faits) == 1 else f"{len(faits)} rapports faits"
    dire(f"{faits_dits} : {', '.join(ou)}")
    par_raison = sorted(_par_raison(faits).items(), key=lambda raison: -len(raison[1]))
    for raison, rapports in par_raison[:RAISONS_MONTREES]:
        combien = "tous" if len(rapports) == len(faits) > 1 else compter(len(rapports), "rapport")
        dire(f"  - {combien} : {raison}")
    autres_raisons = sum(len(rapports) for _, rapports in par_raison[RAISONS_MONTREES:])
    if autres_raisons:
        dire(f"  - {compter(autres_raisons, 'rapport')} : d'autres raisons (--detail les dit)")


def _par_raison(resultats: Iterable[Resultat]) -> dict[str, list[str]]:
    """Return the names of the reports by why they were made."""
    rapports_par_raison: dict[str, list[str]] = {}
    for resultat in resultats:
        raison = _pourquoi(resultat.raisons)
        rapports_par_raison.setdefault(raison, []).append(resultat.commande.nom)
    return rapports_par_raison


def _ligne_d_un_rapport(resultat: Resultat) -> tuple[str, str, str, str, str]:
    """Return the row of a report that was made: name, « produit », seconds, sizes, path.

    ("harnes, 2024, bilan", "produit", "2,3", "html 812 Ko, 5 tableaux", "reports/harnes/…").
    """
    commande = resultat.commande
    secondes = f"{resultat.mesures['total']:.1f}".replace(".", ",")
    tailles = []
    fichiers = []
    for sorte in commande.formats:
        path = Path(f"{commande.base}.{sorte}")
        if path.is_file():  # it may have been moved since
            taille = f"{path.stat().st_size / 1024:,.0f}".replace(",", "\u202f")
            tailles.append(f"{sorte} {taille} Ko")
            fichiers.append(path)
    tableaux = list(commande.base.glob("*.csv"))
    if tableaux:
        tailles.append(f"{len(tableaux)} tableaux")
    chemin = fichiers[0] if fichiers else commande.base
    return commande.nom, "produit", secondes, ", ".join(tailles), str(chemin)


def _pourquoi(raisons: tuple[str, ...]) -> str:
    """Return « le carnet bilan.ipynb a changé ; … ; et 2 autres »: the first reasons, in words."""
    montrees = " ; ".join(raisons[:RAISONS_MONTREES])
    autres = len(raisons) - RAISONS_MONTREES
    return f"{montrees} ; et {compter(autres, 'autre')}" if autres > 0 else montrees


def _dire_a_jour(a_jour: int, nombre: int) -> None:
    """Say how many reports were up to date, out of all that were asked for."""
    if not a_jour:
        return
    if a_jour == nombre:
        accord = "Le rapport est à jour" if nombre == 1 else f"Les {nombre} rapports sont à jour"
        dire(f"{accord} : rien à faire.")
    elif a_jour == 1:
        dire("1 autre rapport était à jour.")
    else:
        dire(f"{a_jour} autres rapports étaient à jour.")
