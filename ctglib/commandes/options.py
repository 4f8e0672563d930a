"""The options that several commands take, in the words of ``ctg COMMANDE --help``."""

from pathlib import Path
from typing import Annotated

from typer import Option

from ctglib.export.formats import DU_CLASSEUR, aide_des_formats

LaConvention = Annotated[
    str, Option("--convention", "-c", help="Convention suivie.", metavar="NOM")
]
Conventions = Annotated[
    list[str] | None,
    Option("--convention", "-c", help="Convention à traiter (toutes par défaut).", metavar="NOM"),
]
Formats = Annotated[
    str,
    Option(
        "--formats",
        "-f",
        metavar="LISTE",
        # of ours; ``Commande`` says those of entry points too, to who asks for help
        help=aide_des_formats(DU_CLASSEUR),
    ),
]
Sortie = Annotated[Path, Option("--sortie", "-s", help="Dossier des rapports.", metavar="DOSSIER")]
Carnets = Annotated[
    Path, Option("--carnets", help="Dossier des carnets et de leur liste.", hidden=True)
]
ABlanc = Annotated[bool, Option("--a-blanc", help="Dire ce qui serait fait, sans rien faire.")]
Travailleurs = Annotated[
    int,
    Option("--travailleurs", help="Rapports menés de front (0 : un par cœur).", metavar="NOMBRE"),
]
Delai = Annotated[
    float,
    Option(
        help="Secondes laissées à une cellule (au carnet entier avec le moteur standard).",
        metavar="SECONDES",
    ),
]
