"""Official files made for the tests: a new year of the store's own communes, in the layouts of
their producers.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ctglib.donnees import publiques

CNAF = {
    "indfoy_ndur": "cnaf_foyers",
    "indnbp_ndur": "cnaf_personnes",
    "indfoy_rsa": "cnaf_foyers_rsa",
    "indfoy_ppa": "cnaf_foyers_ppa",
    "indfoy_ndural": "cnaf_foyers_logement",
    "indfoy_af": "cnaf_foyers_af",
    "indfoy_ndurpaje": "cnaf_foyers_paje",
}
IRIS = "A;PERCOU;AI;AM;ACSSENF;ACAVENF;AC3ENF;ENF;ENF_2;ENF_3_5"
FILOSOFI = (
    "\ufeffCODGEO;LIBGEO;NBMEN21;NBPERS21;NBUC21;Q121;Q221;Q321;PIMPOT21;;;\r\n"
    "62413;Harnes;5030;12100;7600,5;13100;17900;23000;-11,5;;;\r\n"
    "62065;Avion;7300;17000;10500,1;12000;16500;21800;-9,8;;;\r\n"
    "62001;Ablain-Saint-Nazaire;760;1900;1250,2;;23100;;;;;\r\n"
)


@cache
def cnaf(annee: int = 2025) -> str:
    """Return an export of the Cnaf for a year after the store's, whose figures are those of 2024."""
    columns = [
        publiques.lire(code, annees=[2024]).set_index("territoire") for code in CNAF.values()
    ]
    names = columns[0]["libelle"]
    lines = [f"dtreffre;numcomdo;nomcom;{';'.join(CNAF)}"]
    for code in names.index:
        counts = [column.loc[code, "valeur"] for column in columns]
        cells = ["" if value != value else f"{value:.0f}" for value in counts]
        lines.append(";".join([f"{annee}-12", code, names[code], *cells]))
    return "\r\n".join([*lines, f"{annee}-12;;;55;120;5;10;5;5;5", ""])


def iris() -> str:
    """Return a file by IRIS in the layout without labels: Harnes, two cells suppressed, thousands
    parted.
    """
    rows = [
        "624130101;0;470;1\u202f140;185;91;29;161;43;482;81;70",
        "624130102;0;490;1\u202f290;167;85;35;207;53;556;86;85",
        "624130103;2;;;;;;;;;;",
    ]
    return "\r\n".join([f"CODGEO;NOTE;{IRIS}", *rows, ""])


def ecrire(dossier: Path, nom: str, texte: str | bytes) -> Path:
    """Write an official file, and return its path."""
    path = dossier / nom
    path.write_bytes(texte if isinstance(texte, bytes) else texte.encode())
    return path


def en_python(chemin: Path, separateur: str = ";") -> list[dict[str, str]]:
    """Return the rows of a file read by the standard library alone."""
    with chemin.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=separateur))
