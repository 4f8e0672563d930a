"""The options of ``ctg produire`` and of what reads its reports, with their help in French."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Rapports = Annotated[
    list[str] | None,
    typer.Argument(help="Rapports à produire (tous par défaut).", metavar="RAPPORT"),
]
Conventions = Annotated[
    list[str] | None,
    typer.Option("--convention", "-c", help="Convention à traiter (toutes par défaut).", metavar="NOM"),
]
Annees = Annotated[
    list[int] | None,
    typer.Option("--annee", "-a", help="Année des rapports annuels (toutes par défaut).", metavar="ANNÉE"),
]
Diffusion = Annotated[
    str,
    typer.Option("--diffusion", help="publique, ou interne (dans un dossier à part).", metavar="NOM"),
]
Formats = Annotated[
    str,
    typer.Option(
        "--formats",
        "-f",
        help="html, pdf, docx, resume (la première page seule, en PDF et en Word), séparés par des virgules.",
        metavar="LISTE",
    ),
]
Sortie = Annotated[
    Path,
    typer.Option("--sortie", "-s", help="Dossier des rapports.", metavar="DOSSIER"),
]
Forcer = Annotated[
    bool,
    typer.Option("--forcer", help="Produire aussi ce qui est à jour.", metavar=" "),
]
ABlanc = Annotated[
    bool,
    typer.Option("--a-blanc", help="Dire ce qui serait fait, sans rien faire.", metavar=" "),
]
Suivre = Annotated[
    bool,
    typer.Option("--suivre", help="Rester, et refaire ce que touche chaque correction enregistrée.", metavar=" "),
]
Travailleurs = Annotated[
    int,
    typer.Option("--travailleurs", help="Rapports menés de front (0 : un par cœur).", metavar="NOMBRE"),
]
Delai = Annotated[
    float,
    typer.Option(
        "--delai",
        help="Secondes laissées à une cellule (au carnet entier avec le moteur standard).",
        metavar="SECONDES",
    ),
]
Moteur = Annotated[
    str,
    typer.Option("--moteur", help="ctg, ou standard (un noyau Jupyter ordinaire).", metavar="NOM"),
]
Ordonnanceur = Annotated[
    str,
    typer.Option("--ordonnanceur", help="Grappe Dask à qui confier le travail.", metavar="ADRESSE"),
]
Mesures = Annotated[
    Path | None,
    typer.Option("--mesures", help="Fichier JSON où noter les temps par étape.", metavar="FICHIER"),
]
