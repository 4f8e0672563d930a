"""``ctg``: the commands and how an error ends one; what is heavy is imported by the command that
needs it.
"""

import sys

import typer
from typer import core

from ctglib.commandes import analyses, archives, donnees, rapports
from ctglib.commandes.terminal import dire_usage, refuser
from ctglib.donnees.fautes import Empechement
from ctglib.production.echec import dire_refus

INTERROMPU = 130  # what typer makes of Ctrl-C


class _AideEnFrancais:
    def get_help_option(self, ctx: typer.Context) -> core.TyperOption | None:
        option = super().get_help_option(ctx)
        option.help = "Afficher cette aide."
        return option

    def format_help(self, ctx: typer.Context, formatter: object) -> None:
        from typer import rich_utils  # it loads all of rich: only who asks for help waits for it

        rich_utils.ARGUMENTS_PANEL_TITLE = "Arguments"
        rich_utils.OPTIONS_PANEL_TITLE = "Options"
        rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
        rich_utils.DEFAULT_STRING = "[par défaut : {}]"
        rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
        super().format_help(ctx, formatter)


class Groupe(_AideEnFrancais, core.TyperGroup):
    """A group of commands."""


class Commande(_AideEnFrancais, core.TyperCommand):
    """A command."""


def _groupe(aide: str, **options: object) -> typer.Typer:
    return typer.Typer(
        cls=Groupe,
        help=aide,
        no_args_is_help=True,
        subcommand_metavar="COMMANDE [ARGUMENTS]...",
        context_settings={"help_option_names": ["--help", "--aide", "-h"]},
        **options,
    )


application = _groupe(
    "Le classeur d'évaluation d'une convention territoriale globale : données vérifiées, rapports produits.",
    name="ctg",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for command in (
    rapports.produire,
    rapports.portrait,
    donnees.valider,
    donnees.gabarit,
    donnees.importer,
    donnees.figer,
    donnees.nouvelle_convention,
    archives.verifier,
    archives.archiver,
    analyses.laboratoire,
    analyses.analyser,
):
    application.command(cls=Commande)(command)
source = _groupe("Les fichiers officiels (Cnaf, Insee) : les ajouter, dire ce qui est là.")
source.command("ajouter", cls=Commande)(donnees.ajouter_sources)
source.command("liste", cls=Commande)(donnees.lister_sources)
application.add_typer(source, name="source")


def lancer(arguments: list[str]) -> int:
    """Run the command line and return its exit code: 0, or 1 with a message in French."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    # What the help writes of a value: our word for it, never a type of Python; an argument's is its
    # name.
    core.TyperArgument.display_type_rich = lambda self, ctx: None
    core.TyperOption.display_type_rich = lambda self, ctx: self.metavar
    try:
        code = (
            application(args=_parametres_lies(arguments), prog_name="ctg", standalone_mode=False)
            or 0
        )
    except typer.TyperException as error:
        return dire_usage(error)
    except Empechement as error:
        return refuser(error)
    except OSError as error:
        where = f" à « {error.filename} »" if error.filename else ""
        return refuser(dire_refus("systeme", ou=where, raison=error.strerror or error))
    except typer.Abort:  # the end of what was typed, at a question
        code = INTERROMPU
    return (
        refuser("Interrompu : les rapports précédents sont intacts.")
        if code == INTERROMPU
        else code
    )


def _parametres_lies(arguments: list[str]) -> list[str]:
    """Return the arguments where « -p nom valeur », which papermill's users type, is « -p
    nom=valeur ».
    """
    found = []
    rest = list(arguments)
    while rest:
        item = rest.pop(0)
        found.append(item)
        if item in ("-p", "--parametre") and len(rest) > 1 and "=" not in rest[0]:
            found.append(f"{rest.pop(0)}={rest.pop(0)}")
    return found
