"""``ctg``: the list of its commands, its help in French, and how an error ends a command.

What is heavy is imported by the command that needs it: ``ctg --help`` must not wait for pandas.
"""

import platform
import sys
from importlib import metadata
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated

import typer
from typer import core

from ctglib.commandes import analyses, archives, bureau, cloture, donnees, rapports, sources
from ctglib.commandes.terminal import dire, dire_l_empechement, dire_usage
from ctglib.donnees.ecriture import reprendre_si_besoin
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.provisoires import retirer_les_abandonnes
from ctglib.export.formats import aide_des_formats, formats_connus
from ctglib.production.echec import dire_refus

INTERROMPU = 130  # what typer makes of Ctrl-C
ARGUMENTS = "COMMANDE [ARGUMENTS]..."
OPTIONS_D_AIDE = {"help_option_names": ["--help", "--aide", "-h"]}


# Commands and groups have one parent in typer, which is private: for the checker of types alone, a
# command stands for it.
DeTyper = core.TyperCommand if TYPE_CHECKING else object


class EnFrancais(DeTyper):
    """What commands and groups of commands have alike: their help is in French."""

    def get_help_option_names(self, ctx: typer.Context) -> list[str]:
        """Return the names of the option that shows the help, in order: typer has them in a set."""
        return sorted(super().get_help_option_names(ctx))

    def get_help_option(self, ctx: typer.Context) -> core.TyperOption | None:
        """Return the option that shows the help."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Afficher cette aide."
        return option

    def format_help(self, ctx, formatter) -> None:
        """Write the help.

        Beside an option, it has our word for its value (« NOM », « DOSSIER »), never a type of
        Python; beside an argument, nothing: its name says it.
        """
        from typer import rich_utils  # it loads all of rich: only who asks for help waits for it

        # The English words that typer writes, for which it has no option.
        rich_utils.ARGUMENTS_PANEL_TITLE = "Arguments"
        rich_utils.OPTIONS_PANEL_TITLE = "Options"
        rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
        rich_utils.DEFAULT_STRING = "[par défaut : {}]"
        rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
        core.TyperArgument.display_type_rich = lambda self, ctx: None
        core.TyperOption.display_type_rich = lambda self, ctx: self.metavar
        super().format_help(ctx, formatter)


class Groupe(EnFrancais, core.TyperGroup):
    """A group of commands."""


class Commande(EnFrancais, core.TyperCommand):
    """A command."""

    def format_help(self, ctx, formatter) -> None:
        """Write the help, with the formats of entry points: only who asks for it waits for them."""
        for parametre in self.params:
            if parametre.name == "formats" and isinstance(parametre, core.TyperOption):
                parametre.help = aide_des_formats(formats_connus().values())
        super().format_help(ctx, formatter)


application = typer.Typer(
    name="ctg",
    cls=Groupe,
    help=(
        "Le classeur d'évaluation d'une convention territoriale globale : "
        "données vérifiées, rapports produits."
    ),
    no_args_is_help=True,
    subcommand_metavar=ARGUMENTS,
    context_settings=OPTIONS_D_AIDE,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)


def _dire_la_version(demandee: bool) -> None:
    """Say the version, and end the command."""
    if demandee:
        dire(f"ctg {metadata.version('ctglib')}, Python {platform.python_version()}")
        raise typer.Exit


@application.callback()
def ctg(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Dire la version du classeur.",
            is_eager=True,
            callback=_dire_la_version,
        ),
    ] = False,
) -> None:
    """Take the options of the program itself."""


for commande in (
    bureau.ouvrir,
    rapports.produire,
    rapports.portrait,
    donnees.valider,
    donnees.gabarit,
    donnees.importer,
    cloture.publier,
    cloture.clore,
    donnees.nouvelle_convention,
    archives.verifier,
    archives.archiver,
    analyses.laboratoire,
    analyses.analyser,
):
    application.command(cls=Commande)(commande)
application.command(cls=Commande, hidden=True)(cloture.figer)
source = typer.Typer(
    cls=Groupe,
    help="Les fichiers officiels (Cnaf, Insee) : ce qui est là, ce qui manque ; ajouter, retirer.",
    no_args_is_help=True,
    subcommand_metavar=ARGUMENTS,
    context_settings=OPTIONS_D_AIDE,
)
source.command("ajouter", cls=Commande)(sources.ajouter_sources)
source.command("liste", cls=Commande)(sources.lister_sources)
source.command("manque", cls=Commande)(sources.dire_ce_qui_manque)
source.command("retirer", cls=Commande)(sources.retirer_sources)
application.add_typer(source, name="source")


def lancer(arguments: list[str]) -> int:
    """Run the command line and return its exit code: 0, or 1 with a message in French."""
    for sortie in (sys.stdout, sys.stderr):
        if isinstance(sortie, TextIOWrapper):
            sortie.reconfigure(encoding="utf-8", errors="replace")
    arguments = _joindre_les_parametres(arguments)
    try:
        retirer_les_abandonnes()
        reprendre_si_besoin()
        code = application(args=arguments, prog_name="ctg", standalone_mode=False) or 0
    except typer.TyperException as error:
        return dire_usage(error)
    except Empechement as error:
        return dire_l_empechement(error)
    except OSError as error:
        ou = f" à « {error.filename} »" if error.filename else ""
        return dire_l_empechement(dire_refus("systeme", ou=ou, raison=error.strerror or error))
    except typer.Abort:  # the end of what was typed, at a question
        code = INTERROMPU
    if code == INTERROMPU:
        return dire_l_empechement("Interrompu : les rapports précédents sont intacts.")
    return code


def _joindre_les_parametres(arguments: list[str]) -> list[str]:
    """Return the arguments with « -p nom=valeur » for « -p nom valeur », as papermill's users type.

    typer's options take one value.
    """
    arguments_joints = []
    a_lire = list(arguments)
    while a_lire:
        argument = a_lire.pop(0)
        arguments_joints.append(argument)
        en_deux_mots = len(a_lire) > 1 and "=" not in a_lire[0]
        if argument in ("-p", "--parametre") and en_deux_mots:
            nom = a_lire.pop(0)
            valeur = a_lire.pop(0)
            arguments_joints.append(f"{nom}={valeur}")
    return arguments_joints
