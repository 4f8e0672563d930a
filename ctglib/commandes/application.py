"""The commands, their help in French, and nothing heavy: what a command needs is imported when it runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer import core, rich_utils

from ctglib.commandes.messages import dire_usage

AIDE = "Afficher cette aide."

application = typer.Typer(
    name="ctg",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    subcommand_metavar="COMMANDE [ARGUMENTS]...",
    context_settings={"help_option_names": []},
    help="Le cahier d'évaluation d'une convention territoriale globale : vérifier les données, produire les rapports.",
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
    rapports: Annotated[
        list[str] | None, typer.Argument(help="Rapports à produire (tous par défaut).", metavar="RAPPORT")
    ] = None,
    convention: Annotated[
        list[str] | None,
        typer.Option("--convention", "-c", help="Convention à traiter (toutes par défaut).", metavar="NOM"),
    ] = None,
    annee: Annotated[
        list[int] | None,
        typer.Option("--annee", "-a", help="Année des rapports annuels (toutes par défaut).", metavar="ANNÉE"),
    ] = None,
    diffusion: Annotated[
        str, typer.Option("--diffusion", help="publique, ou interne (dans un dossier à part).", metavar="NOM")
    ] = "publique",
    formats: Annotated[
        str, typer.Option("--formats", "-f", help="html, pdf, docx, séparés par des virgules.", metavar="LISTE")
    ] = "html,pdf",
    sortie: Annotated[
        Path, typer.Option("--sortie", "-s", help="Dossier où écrire les rapports.", metavar="DOSSIER")
    ] = Path("reports"),
    forcer: Annotated[bool, typer.Option("--forcer", help="Produire aussi ce qui est à jour.")] = False,
    a_blanc: Annotated[bool, typer.Option("--a-blanc", help="Dire ce qui serait fait, sans rien faire.")] = False,
    travailleurs: Annotated[
        int, typer.Option("--travailleurs", help="Rapports menés de front (0 : un par cœur).", metavar="NOMBRE")
    ] = 0,
    delai: Annotated[float, typer.Option("--delai", help="Secondes laissées à un rapport.", metavar="SECONDES")] = 600,
    moteur: Annotated[
        str, typer.Option("--moteur", help="ctg, ou standard (un noyau Jupyter ordinaire).", metavar="NOM")
    ] = "ctg",
    ordonnanceur: Annotated[
        str, typer.Option("--ordonnanceur", help="Grappe Dask à qui confier le travail.", metavar="ADRESSE")
    ] = "",
    mesures: Annotated[
        Path | None, typer.Option("--mesures", help="Fichier JSON où noter les temps par étape.", metavar="FICHIER")
    ] = None,
    aide: Aide = False,
) -> None:
    from ctglib.commandes.production import Options, produire_rapports

    options = Options(
        rapports=tuple(rapports or ()),
        conventions=tuple(convention or ()),
        annees=tuple(annee or ()),
        formats=formats,
        sortie=sortie,
        diffusion=diffusion,
        moteur=moteur,
        travailleurs=travailleurs,
        delai=delai,
        forcer=forcer,
        a_blanc=a_blanc,
        ordonnanceur=ordonnanceur,
        mesures=mesures,
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
        return application(args=arguments, prog_name="ctg", standalone_mode=False) or 0
    except typer.TyperException as error:
        return dire_usage(error)
    except (typer.Abort, KeyboardInterrupt):
        sys.stderr.write("Interrompu : les rapports précédents sont intacts.\n")
        return 1
