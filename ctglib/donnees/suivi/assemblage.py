"""Files of the follow-up without fault to tables and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.csv_strict import Ligne, TableLue, en_table
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi.objets import DossierSuivi, Suivi
from ctglib.donnees.suivi.pieces import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.suivi.pieces import PiecesAnnee, PiecesSuivi

DIFFUSION = "interne"


def en_dossier_suivi(suivi: PiecesSuivi, dossier: Dossier, annee: int | None) -> DossierSuivi:
    """Return the follow-up of a convention; what a later year says is left out (``annee``; None: nothing is)."""
    last = max(suivi.annees, default=None)
    avenants = tuple(item for item in dossier.avenants if annee is None or item.date.year <= annee)
    entered = [year.tables["observations"] for year in suivi.annees.values() if "observations" in year.tables]
    ends = [change.nouvelle_fin for item in avenants for change in item.changements if change.nouvelle_fin]
    return DossierSuivi(
        nom=suivi.pieces.convention,
        dossier=dossier,
        annee=last,
        suivis={year.annee: _annee(year, suivi) for year in suivi.annees.values()},
        avenants=avenants,
        fin=max([dossier.convention.fin, *ends]),
        observations=_table("observations", [row for table in entered for row in table.lignes], suivi),
        masque=_table("masque", _jusqu_a(_lignes(suivi, "masque"), annee), suivi),
        contexte=_contexte(suivi, dossier, annee),
        origines={name: serie.origine.objet for name, serie in suivi.series.items()},
        fichiers=dossier.fichiers,
    )


def _annee(annee: PiecesAnnee, suivi: PiecesSuivi) -> Suivi:
    found = {name: document.objet for name, document in annee.documents.items()}
    tables = {name: _table(name, annee.tables[name].lignes if name in annee.tables else (), suivi) for name in TABLES}
    posture = tables["posture"]
    tables["posture"] = posture.assign(diffusion=posture["diffusion"].replace("", DIFFUSION))
    return Suivi(
        annee=annee.annee,
        bilan=found.get("bilan") or Bilan(annee=annee.annee),
        appreciations=found["appreciations"].appreciations if "appreciations" in found else (),
        participation=found.get("participation"),
        messages=found["messages"].messages if "messages" in found else (),
        fichiers=tuple(sorted([*(f"{name}.yaml" for name in found), *(f"{name}.csv" for name in annee.tables)])),
        **tables,
    )


def _contexte(suivi: PiecesSuivi, dossier: Dossier, annee: int | None) -> pd.DataFrame:
    """Return the rows of the territories of the convention: public series, then what a fictional one invents."""
    import pandas as pd

    wanted = {dossier.convention.territoire, dossier.convention.reference}
    groups = {name: serie.observations.lignes for name, serie in suivi.series.items() if serie.observations}
    groups[""] = _lignes(suivi, "contexte")
    kept = [
        (row, name)
        for name, rows in groups.items()
        for row in _jusqu_a(rows, annee)
        if row.cellules["territoire"] in wanted
    ]
    table = _table("observations", [row for row, _ in kept], suivi)
    table = table.assign(serie=pd.Series([name for _, name in kept], dtype="str"))
    return table if dossier.convention.fictive else _avec_le_magasin(dossier, annee, table)


def _avec_le_magasin(dossier: Dossier, annee: int | None, extraits: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the extracts, then what the store has of later years: all of it where no extract speaks.

    Counts of an EPCI are the sums of its ``membres``; a rate is what its producer publishes, or absent: never a mean.
    """
    import pandas as pd

    from ctglib.donnees import publiques
    from ctglib.donnees.magasin import tables

    convention, parts = dossier.convention, []
    years: dict[str, set[int]] = {}
    for kept in tables().values():
        for code in kept.table.series:
            years.setdefault(code, set()).add(kept.table.annee)
    own = extraits[extraits["territoire"].eq(convention.territoire)]
    last = own.groupby("indicateur")["annee"].max()
    for item in dossier.catalogue.indicateurs_contexte.values():
        since = last.get(item.id, 0)
        if not any(since < year <= (annee or year) for year in years.get(item.id, ())):
            continue
        rows = publiques.lire_territoire(item.id, convention.territoire, convention.membres)
        rows = pd.concat([rows, publiques.lire(item.id, convention.reference)], ignore_index=True)
        rows = rows[
            rows["statut"].ne(Statut.NON_DISPONIBLE)
            & rows["annee"].gt(since)
            & rows["annee"].le(annee or rows["annee"].max())
        ]
        told = publiques.lire(item.id, convention.reference).attrs["source"]
        parts.append(
            rows.assign(indicateur=item.id, dimension="", modalite="", millesime=rows["annee"] + 1, unite=item.unite,
                        source=told, note=rows["origine"].where(rows["origine"].ne("publiée"), ""), serie="")
        )  # fmt: skip
    if not parts:
        return extraits
    return pd.concat([extraits, pd.concat(parts)[list(extraits.columns)].astype(extraits.dtypes)], ignore_index=True)


def _lignes(suivi: PiecesSuivi, nom: str) -> tuple[Ligne, ...]:
    return suivi.tables[nom].lignes if nom in suivi.tables else ()


def _jusqu_a(lignes: Iterable[Ligne], annee: int | None) -> list[Ligne]:
    return [row for row in lignes if annee is None or int(row.cellules["annee"]) <= annee]


def _table(nom: str, lignes: Iterable[Ligne], suivi: PiecesSuivi) -> pd.DataFrame:
    return en_table(TableLue(nom, tuple(lignes), ()), suivi.schemas[nom])
