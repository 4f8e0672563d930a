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

Icone = Annotated[
    bool,
    Option("--icone", help="Poser une icône qui l'ouvre sur le bureau du poste, et s'arrêter là."),
]


def ouvrir(
    sortie: options.Sortie = Path(SORTIE),
    sans_navigateur: SansNavigateur = False,
    port: Port = 8765,
    carnets: options.Carnets = CARNETS,
    icone: Icone = False,
) -> None:
    """Ouvrir le bureau : suivre l'année, déposer les classeurs, produire, dans le navigateur."""
    if icone:
        from ctglib.bureau.icone import poser_l_icone

        chemin = poser_l_icone(Path.cwd())
        dire(f"L'icône est posée : {chemin}", "Un double-clic ouvre le bureau.")
        return
    from ctglib.bureau.serveur import ouvrir as servir

    def annoncer(adresse: str) -> None:
        dire(
            f"Le bureau est ouvert, sur ce poste seulement : {adresse}",
            "Garder cette fenêtre ouverte. Pour le fermer : « Quitter », ou Ctrl + C ici.",
        )

    servir(sortie, carnets, port=port, navigateur=not sans_navigateur, annoncer=annoncer)
