"""The figures that the reports of a convention publish, and the golden copy of them; run as a
program, it writes it.

A golden file is one CSV a report: the table, its row, its column, and the number as published.
Texts, fingerprints and layout are left out: what is watched is the figures.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import donnees_suivies  # noqa: F401 (what is read below is the copy that the suite reads)
import pandas as pd
import premieres_pages

from ctglib.production.echec import Echec
from ctglib.production.manifeste import Manifeste, Prevision
from ctglib.production.plan import CTG, Commande, commandes, rapports_connus
from ctglib.production.pool import AVANCE, coeurs, ouvrir_executeur
from ctglib.production.produire import confier
from ctglib.production.verifier import cle_de, comparer, lire_table, noms_des_lignes

TEMOINS = Path(__file__).parent / "golden" / "publications"
CONVENTIONS = ("harnes",)
NOMBRE = re.compile(r"[-−]?\d+(?:[.,]\d+)?")
COLONNES = ("tableau", "ligne", "colonne", "valeur")
DELAI = 600
MONTRES = 20


def rapports(convention: str) -> list[Commande]:
    """Return every public report of a convention."""
    return commandes(rapports_connus(), (convention,))


def publier(orders: Iterable[Commande]) -> dict[str, bytes]:
    """Make reports, in HTML alone and in memory, and return the figures of each by its key."""
    with ouvrir_executeur(travailleurs=coeurs(), delai=DELAI) as (executeur, _):
        asked = (Prevision(order, Manifeste(Path()), ()) for order in orders)
        faits = list(confier(asked, executeur, moteur=CTG, places=AVANCE * coeurs()))
    for prevu, rendu in faits:
        assert not isinstance(rendu, Echec), f"{prevu.commande.nom} :\n{rendu}"
    return {prevu.commande.cle: chiffres(rendu.contenus) for prevu, rendu in faits}


def chiffres(contenus: Mapping[str, bytes]) -> bytes:
    """Return the figures of a report from its files; a table that repeats another's is taken once."""
    tables = {
        content: nom
        for nom, content in sorted(contenus.items(), reverse=True)
        if nom.endswith(".csv")
    }
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLONNES)
    for content, nom in sorted(tables.items(), key=lambda item: item[1]):
        writer.writerows((PurePosixPath(nom).stem, *cell) for cell in _nombres(lire_table(content)))
    return buffer.getvalue().encode("utf-8")


def _nombres(table: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    cle = cle_de(table)
    for nom, ligne in zip(noms_des_lignes(table, cle), table.to_dict("records"), strict=True):
        for colonne, value in ligne.items():
            if colonne not in cle and NOMBRE.fullmatch(value):
                yield nom, colonne, value


def temoin(convention: str, cle: str) -> Path:
    """Return where the golden file of a report lies."""
    return TEMOINS / convention / f"{cle}.csv"


def ecarts(convention: str, publies: Mapping[str, bytes]) -> str:
    """Return what is not as the golden files say and what to do about it, empty when all is."""
    changes = [
        change
        for cle, content in sorted(publies.items())
        for change in comparer(f"{convention}/{cle}", _lire(temoin(convention, cle)), content)
    ]
    lines = [
        f"- {item.fichier}, {item.ligne} {item.colonne} : {item.avant} -> {item.apres}"
        for item in changes
    ]
    if not lines:
        return ""
    suite = [f"… et {len(lines) - MONTRES} autres"] if len(lines) > MONTRES else []
    return "\n".join(
        [
            f"{len(lines)} chiffres publiés ne sont plus ceux de tests/golden/publications :",
            *lines[:MONTRES],
            *suite,
            "Si c'est voulu : « make golden », relire la différence, et dire dans CHANGELOG.md l'ancienne et la",
            "nouvelle valeur, la période et le territoire. Sinon, revoir le changement qui vient d'être fait.",
        ]
    )


def _lire(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def main() -> None:
    """Write the golden files anew, those of reports that are no more removed, and the first pages."""
    for convention in CONVENTIONS:
        publies = publier(rapports(convention))
        shutil.rmtree(TEMOINS / convention, ignore_errors=True)
        for cle, content in publies.items():
            path = temoin(convention, cle)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    premieres_pages.recrire()


if __name__ == "__main__":
    main()
