"""``ctg ouvrir``: the desk, in the browser."""

from pathlib import Path
from typing import Annotated

from typer import Option

from ctglib.commandes import options
from ctglib.commandes.terminal import dire
from ctglib.production.plan import CARNETS, SORTIE

SansNavigateur = Annotated[
    bool, Option("--sans-navigateur", help="Donner l'adresse sans ouvrir le navigateur.")
]
Port = Annotated[
    int, Option("--port", help="Port où écouter (le premier libre ensuite).", metavar="NOMBRE")
]


def ouvrir(
    sortie: options.Sortie = Path(SORTIE),
    sans_navigateur: SansNavigateur = False,
    port: Port = 8765,
    carnets: options.Carnets = CARNETS,
) -> None:
    """Ouvrir le bureau : suivre l'année, déposer les classeurs, produire, dans le navigateur."""
    from ctglib.bureau.serveur import ouvrir as servir

    def annoncer(adresse: str) -> None:
        dire(
            f"Le bureau est ouvert, sur ce poste seulement : {adresse}",
            "Garder cette fenêtre ouverte. Pour le fermer : Ctrl + C ici.",
        )

    servir(sortie, carnets, port=port, navigateur=not sans_navigateur, annoncer=annoncer)
