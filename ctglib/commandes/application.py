"""The commands, their help in French, and nothing heavy: what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from typer import core, rich_utils

from ctglib.commandes.messages import dire_refus, dire_usage
from ctglib.commandes.options import (
    ABlanc,
    Annees,
    Conventions,
    Delai,
    Diffusion,
    Forcer,
    Formats,
    Mesures,
    Moteur,
    Ordonnanceur,
    Rapports,
    Sortie,
    Suivre,
    Travailleurs,
)
from ctglib.production.plan import SORTIE

AIDE = "Afficher cette aide."

application = typer.Typer(
    name="ctg",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
    context_settings={"help_option_names": []},
    help="Le classeur d'évaluation d'une convention territoriale globale : données vérifiées, rapports produits.",
)


def _aide(ctx: typer.Context, demandee: bool) -> None:
    if demandee:
        typer.echo(ctx.get_help())
        raise typer.Exit


Aide = Annotated[
    bool,
    typer.Option("--help", "--aide", "-h", help=AIDE, is_eager=True, callback=_aide, show_default=False, metavar=" "),
]


@application.callback()
def _racine(aide: Aide = False) -> None:
    """Declare the option of the whole command."""


@application.command("produire", help="Produire les rapports qui ne sont plus à jour, et dire pourquoi chacun.")
def _produire(
    ctx: typer.Context,
    rapports: Rapports = None,
    convention: Conventions = None,
    annee: Annees = None,
    diffusion: Diffusion = "publique",
    formats: Formats = "html,pdf",
    sortie: Sortie = Path(SORTIE),
    forcer: Forcer = False,
    a_blanc: ABlanc = False,
    suivre: Suivre = False,
    travailleurs: Travailleurs = 0,
    delai: Delai = 600,
    moteur: Moteur = "ctg",
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.production import Options, produire_rapports

    asked = {name: value for name, value in ctx.params.items() if name in Options.__dataclass_fields__}
    listed = {"rapports": rapports, "conventions": convention, "annees": annee}
    asked |= {name: tuple(values or ()) for name, values in listed.items()}
    raise typer.Exit(produire_rapports(Options(**asked)))


@application.command(
    "portrait", help="Le portrait d'une commune, d'un EPCI, d'un département, d'après les seules données publiques."
)
def _portrait(
    territoires: Annotated[
        list[str] | None,
        typer.Argument(help="Codes : commune (62413), EPCI (246200364), département (62).", metavar="CODE"),
    ] = None,
    departement: Annotated[
        list[str] | None,
        typer.Option("--departement", "-d", help="Toutes les communes de ce département.", metavar="CODE"),
    ] = None,
    formats: Formats = "html,pdf",
    sortie: Sortie = Path(SORTIE),
    forcer: Forcer = False,
    a_blanc: ABlanc = False,
    travailleurs: Travailleurs = 0,
    delai: Delai = 600,
    ordonnanceur: Ordonnanceur = "",
    mesures: Mesures = None,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.production import Options, produire_rapports

    if not territoires and not departement:
        typer.echo(
            "Donnez un code au moins (ctg portrait 62413), ou un département entier (--departement 62).", err=True
        )
        raise typer.Exit(1)
    options = Options(
        rapports=(),
        conventions=(),
        annees=(),
        formats=formats,
        sortie=sortie,
        travailleurs=travailleurs,
        delai=delai,
        forcer=forcer,
        a_blanc=a_blanc,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
        territoires=tuple(territoires or ()),
        departements=tuple(departement or ()),
    )
    raise typer.Exit(produire_rapports(options))


@application.command("valider", help="Vérifier toutes les données, et dire toutes les fautes d'un coup.")
def _valider(
    convention: Annotated[
        list[str] | None,
        typer.Option("--convention", "-c", help="Convention à vérifier (toutes par défaut).", metavar="NOM"),
    ] = None,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.validation import valider_conventions

    raise typer.Exit(valider_conventions(convention or []))


@application.command("gabarit", help="Écrire le classeur que les services remplissent pour une année.")
def _gabarit(
    annee: Annotated[int, typer.Argument(help="Année à saisir.", metavar="ANNÉE", show_default=False)],
    convention: Annotated[str, typer.Option("--convention", "-c", help="Convention suivie.", metavar="NOM")],
    responsable: Annotated[
        str,
        typer.Option("--responsable", "-r", help="N'écrire que la part d'un service (rpe, enfance…).", metavar="NOM"),
    ] = "",
    sortie: Annotated[
        Path, typer.Option("--sortie", "-s", help="Dossier où écrire le classeur.", metavar="DOSSIER")
    ] = Path(),
    remplacer: Annotated[bool, typer.Option("--remplacer", help="Écraser un classeur déjà là, même rempli.")] = False,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.collecte import ecrire_le_gabarit

    raise typer.Exit(ecrire_le_gabarit(convention, annee, sortie, responsable=responsable, remplacer=remplacer))


@application.command("importer", help="Vérifier les classeurs remplis, puis les enregistrer : tout, ou rien.")
def _importer(
    chemins: Annotated[
        list[Path],
        typer.Argument(help="Classeurs, fichiers CSV, ou dossiers.", metavar="FICHIER", show_default=False),
    ],
    convention: Annotated[
        str, typer.Option("--convention", "-c", help="Convention, si le fichier ne la dit pas.", metavar="NOM")
    ] = "",
    annee: Annotated[
        int | None, typer.Option("--annee", "-a", help="Année, si le fichier ne la dit pas.", metavar="ANNÉE")
    ] = None,
    millesime: Annotated[
        int | None,
        typer.Option("--millesime", help="Année de la saisie, si ce n'est pas celle du classeur.", metavar="ANNÉE"),
    ] = None,
    a_blanc: Annotated[bool, typer.Option("--a-blanc", help="Dire ce qui serait écrit, sans rien écrire.")] = False,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.collecte import importer_fichiers

    code = importer_fichiers(chemins, convention, annee, millesime=millesime, a_blanc=a_blanc)
    raise typer.Exit(code)


@application.command("figer", help="Noter ce que masque le bilan publié d'une année : les suivants le masqueront.")
def _figer(
    annee: Annotated[int, typer.Argument(help="Année du bilan publié.", metavar="ANNÉE", show_default=False)],
    convention: Annotated[str, typer.Option("--convention", "-c", help="Convention suivie.", metavar="NOM")],
    aide: Aide = False,
) -> None:
    from ctglib.commandes.figer import figer_bilan

    raise typer.Exit(figer_bilan(convention, annee))


@application.command(
    "nouvelle-convention",
    help="Écrire le dossier d'une convention : à remplir, ou d'après celle qui s'achève (--depuis).",
)
def _nouvelle_convention(
    nom: Annotated[str, typer.Argument(help="Nom du dossier à créer.", metavar="NOM", show_default=False)],
    depuis: Annotated[str, typer.Option("--depuis", help="Convention qui s'achève.", metavar="NOM")] = "",
    territoire: Annotated[
        str, typer.Option("--territoire", help="Code Insee de la commune, ou SIREN de l'EPCI.", metavar="CODE")
    ] = "",
    debut: Annotated[str, typer.Option("--debut", help="Premier jour (année-mois-jour).", metavar="DATE")] = "",
    fin: Annotated[str, typer.Option("--fin", help="Dernier jour (année-mois-jour).", metavar="DATE")] = "",
    parties: Annotated[str, typer.Option("--parties", help="Signataires, séparés par « ; ».", metavar="NOMS")] = "",
    fiches: Annotated[int, typer.Option("--fiches", help="Nombre de fiches action.", metavar="NOMBRE")] = 0,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.nouvelle import commencer_convention, creer_convention

    if depuis:
        raise typer.Exit(creer_convention(nom, depuis, debut, fin))
    raise typer.Exit(commencer_convention(nom, territoire, debut, fin, parties, fiches))


@application.command("verifier", help="Dire si les rapports sont ceux du manifeste, et si les refaire les redonne.")
def _verifier(
    convention: Conventions = None,
    sortie: Sortie = Path(SORTIE),
    sans_rejouer: Annotated[
        bool,
        typer.Option("--sans-rejouer", help="Ne comparer que les fichiers, sans refaire les rapports.", metavar=" "),
    ] = False,
    travailleurs: Travailleurs = 0,
    delai: Delai = 600,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.verification import Verification, verifier_rapports

    demande = Verification(sortie, tuple(convention or ()), not sans_rejouer, travailleurs, delai)
    raise typer.Exit(verifier_rapports(demande))


@application.command("archiver", help="Mettre en un fichier les rapports d'une convention et de quoi les refaire.")
def _archiver(
    convention: Annotated[str, typer.Option("--convention", "-c", help="Convention à archiver.", metavar="NOM")],
    sortie: Sortie = Path(SORTIE),
    vers: Annotated[
        Path | None, typer.Option("--vers", help="Fichier à écrire (ctg-NOM.zip par défaut).", metavar="FICHIER")
    ] = None,
    avec_paquets: Annotated[
        bool, typer.Option("--avec-paquets", help="Y mettre les paquets, pour installer sans réseau.", metavar=" ")
    ] = False,
    tel_quel: Annotated[
        bool, typer.Option("--tel-quel", help="Archiver même ce qui n'est pas à jour, en le disant.", metavar=" ")
    ] = False,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.archivage import Archivage, archiver_convention

    raise typer.Exit(archiver_convention(Archivage(convention, sortie, vers, avec_paquets, tel_quel)))


@application.command("laboratoire", help="Ouvrir JupyterLab en français, sur le dossier des analyses.")
def _laboratoire(
    carnet: Annotated[
        str, typer.Argument(help="Carnet d'analyses à ouvrir (l'accueil par défaut).", metavar="CARNET")
    ] = "",
    sans_navigateur: Annotated[
        bool, typer.Option("--sans-navigateur", help="Donner l'adresse sans ouvrir le navigateur.", metavar=" ")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="Port où écouter (le premier libre ensuite).", metavar="NOMBRE")
    ] = 8888,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.laboratoire import ouvrir_laboratoire

    raise typer.Exit(ouvrir_laboratoire(carnet, navigateur=not sans_navigateur, port=port))


@application.command("analyser", help="Exécuter un carnet d'analyse, et l'écrire en page, en PDF ou pour Word.")
def _analyser(
    carnet: Annotated[Path, typer.Argument(help="Carnet du dossier analyses.", metavar="CARNET", show_default=False)],
    formats: Formats = "html,pdf",
    parametre: Annotated[
        list[str] | None,
        typer.Option("--parametre", "-p", help="Un paramètre du carnet.", metavar="NOM VALEUR"),
    ] = None,
    sortie: Annotated[
        Path | None,
        typer.Option("--sortie", "-s", help="Dossier où écrire (celui du carnet par défaut).", metavar="DOSSIER"),
    ] = None,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.analyse import analyser_carnet

    raise typer.Exit(analyser_carnet(carnet, formats, parametre or [], sortie))


source = typer.Typer(
    no_args_is_help=True,
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
    context_settings={"help_option_names": []},
    help="Les fichiers officiels (Cnaf, Insee) : les ajouter, dire ce qui est là.",
)
application.add_typer(source, name="source")


@source.callback()
def _racine_des_sources(aide: Aide = False) -> None:
    """Declare the option of the whole group."""


@source.command(
    "ajouter", help="Reconnaître des fichiers officiels, dire ce qu'ils changent, les ajouter : tout, ou rien."
)
def _source_ajouter(
    fichiers: Annotated[
        list[Path],
        typer.Argument(help="Fichiers tels que téléchargés (CSV ou Parquet).", metavar="FICHIER", show_default=False),
    ],
    annee: Annotated[
        int | None,
        typer.Option("--annee", "-a", help="Année des chiffres, si le fichier ne la dit pas.", metavar="ANNÉE"),
    ] = None,
    le: Annotated[
        datetime | None,
        typer.Option(
            "--date", formats=["%Y-%m-%d"], help="Date du fichier (celle du disque par défaut).", metavar="AAAA-MM-JJ"
        ),
    ] = None,
    departement: Annotated[
        list[str] | None,
        typer.Option("--departement", "-d", help="N'en garder que ce département (tous par défaut).", metavar="CODE"),
    ] = None,
    oui: Annotated[bool, typer.Option("--oui", "-o", help="Ajouter sans poser de question.", metavar=" ")] = False,
    commun: Annotated[
        bool,
        typer.Option(
            "--commun", help="Écrire dans les tables livrées avec le classeur, et non dans les vôtres.", metavar=" "
        ),
    ] = False,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.source import ajouter_fichiers
    from ctglib.donnees.officiels.ajout import Demande

    day = le.date() if le else None
    demande = Demande(annee=annee, le=day, departements=tuple(departement or ()), commun=commun)
    raise typer.Exit(ajouter_fichiers(fichiers, demande, oui))


@source.command("liste", help="Dire quels chiffres publics sont là, et de quels fichiers ils viennent.")
def _source_liste(aide: Aide = False) -> None:
    from ctglib.commandes.source import lister_sources

    raise typer.Exit(lister_sources())


def _parametres_lies(arguments: list[str]) -> list[str]:
    """Return the arguments where « -p nom valeur », which papermill's users type, is « -p nom=valeur »."""
    found, rest = [], list(arguments)
    while rest:
        item = rest.pop(0)
        found.append(item)
        if item in ("-p", "--parametre") and len(rest) > 1 and "=" not in rest[0]:
            found.append(f"{rest.pop(0)}={rest.pop(0)}")
    return found


def _sans_type(argument: core.TyperArgument, ctx: typer.Context) -> None:
    """Stand for the type of an argument, which the help would write as « <list[str]> »."""


def lancer(arguments: list[str]) -> int:
    """Run the command line and return its exit code: 0, or 1 with a message in French."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    rich_utils.ARGUMENTS_PANEL_TITLE = "Arguments"
    rich_utils.OPTIONS_PANEL_TITLE = "Options"
    rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
    rich_utils.DEFAULT_STRING = "[par défaut : {}]"
    rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
    core.TyperArgument.display_type_rich = _sans_type
    try:
        return application(args=_parametres_lies(arguments), prog_name="ctg", standalone_mode=False) or 0
    except typer.TyperException as error:
        return dire_usage(error)
    except OSError as error:
        return dire_refus(error)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("Interrompu : les rapports précédents sont intacts.\n")
        return 1
