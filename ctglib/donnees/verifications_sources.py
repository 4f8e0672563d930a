"""What ``ctg valider`` checks of the public figures that are there: the store, and what is told beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from ctglib.donnees.csv_strict import Ligne, TableLue, charger_schema, examiner_csv
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe, lister
from ctglib.donnees.magasin import FORMES, LOCALES, PUBLIQUES, lire_tables, tables
from ctglib.donnees.officiels.familles import charger_familles
from ctglib.donnees.officiels.vraisemblance import Cle, douter, lire_regles
from ctglib.donnees.publiques import REPERES, lire, reperes
from ctglib.donnees.publiques import series as publiees
from ctglib.donnees.references import nom_inconnu
from ctglib.donnees.regles import NOMBRE

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille

REMEDE = "vérifier auprès du producteur, puis ajouter de nouveau le fichier (ctg source ajouter)"


def examiner_les_sources() -> tuple[list[Faute], list[str]]:
    """Return what is wrong in the public figures, and what looks odd, and may be true, in those that the user added."""
    try:
        families, kept = charger_familles(), tables()

        @cache
        def table(cle: Cle) -> pd.DataFrame:
            return lire_tables([kept[cle]]).set_index("territoire")

        doubts = douter(kept, kept, table, families)
        faults = [Faute(kept[one.cle].chemin, one.dit, "des chiffres possibles", REMEDE) for one in doubts if one.faux]
        odd = [
            f"{kept[one.cle].chemin}, {one.dit}"
            for one in doubts
            if not one.faux and kept[one.cle].chemin.startswith(LOCALES)
        ]
        faults += _reperes({code for item in kept.values() for code in item.table.series})
        for path, read in _extraits():
            faults += [*_du_magasin(path, read), *_entre_eux(path, read, families)]
    except DonneesInvalides as error:
        return list(error.fautes), []
    return faults, odd


def _reperes(series: set[str]) -> list[Faute]:
    """Return a fault for each public series that the landmarks of the atelier name, and that is not there."""
    unknown = [code for code in reperes().series if code not in series] if series else []
    return [Faute(REPERES, *nom_inconnu(code, sorted(series), "une série", "sources/publiques")) for code in unknown]


def _extraits() -> Iterator[tuple[str, TableLue]]:
    """Yield the series of ``sources`` that are outside the stores."""
    schema = charger_schema("observations")
    for folder in [f"sources/{name[:-1]}" for name in lister("sources") if name.endswith("/")]:
        path = f"{folder}/observations.csv"
        if folder not in (PUBLIQUES, LOCALES) and existe(path):
            yield path, examiner_csv(path, schema)


def _du_magasin(path: str, lue: TableLue) -> Iterator[Faute]:
    """Yield the rows of an extract that the official file, in the store, does not say."""
    known = {code for item in tables().values() for code in item.table.series}
    rows = [row for row in lue.lignes if row.cellules["indicateur"] in known and _lisible(row)]
    latest = {tuple(row.cellules[name] for name in ("indicateur", "territoire", "annee")): row for row in rows}
    for code in dict.fromkeys(code for code, _, _ in latest):
        places = dict.fromkeys(place for one, place, _ in latest if one == code)
        found = lire(code, places)
        official = found.dropna(subset="valeur").set_index(["territoire", "annee"])["valeur"]
        for (_, place, year), row in [(key, row) for key, row in latest.items() if key[0] == code]:
            value, written = official.get((place, int(year))), row.cellules["valeur"]
            if value is not None and not row.cellules["dimension"] and float(written) != value:
                words = (f"« {written} »", f"{value:g}, d'après {found.attrs['source']}")
                remedy = "corriger la ligne, ou en ajouter une au millésime suivant"
                yield Faute(path, *words, remedy, row.numero, "valeur")


def _lisible(ligne: Ligne) -> bool:
    """Return whether a row is a number of a territory: what is wrong with another is told by the checks of its file."""
    code = ligne.cellules["territoire"]
    return re.fullmatch(NOMBRE, ligne.cellules["valeur"]) is not None and any(
        form.fullmatch(code) for form in FORMES.values()
    )


def _entre_eux(path: str, lue: TableLue, familles: dict[str, Famille]) -> list[Faute]:
    """Return what an extract contradicts by itself, by the rules of the official files."""
    import pandas as pd

    rows = pd.DataFrame([row.cellules for row in lue.lignes if _lisible(row)])
    if rows.empty:
        return []
    rows = rows[rows["dimension"].eq("")]
    level = rows["territoire"].map(lambda code: next(name for name, form in FORMES.items() if form.fullmatch(code)))
    whose = {item.code: family.id for family in familles.values() for item in family.series}
    family = rows["indicateur"].map(whose)
    found = {
        (name, int(year), place): group.pivot_table("nombre", "territoire", "indicateur", "last")
        for (name, year, place), group in rows.assign(nombre=rows["valeur"].astype(float)).groupby(
            [family, rows["annee"], level]
        )
    }
    doubts = douter(found, found, found.__getitem__, familles)
    return [Faute(path, one.dit, "des chiffres possibles", "corriger d'après la source") for one in doubts if one.faux]


def fautes_du_diagnostic(convention: str) -> list[Faute]:
    """Return the figures of a diagnostic that are far from the public series of the same field, the same year.

    Both count the same things (``donnees_publiques.yaml``): they differ by their rounding, never by a third.
    """
    dossier, faults = lire_dossier(convention), []
    if dossier.convention.fictive:
        return []
    counts = [item for item in dossier.catalogue.publiques.lignes if len(item.series) == 1 and not item.sur]
    series, rules = {item.indicateur: item.series[0] for item in counts}, lire_regles()
    series = {name: code for name, code in series.items() if code in set(publiees()["code"])}
    rows = dossier.annexe1[dossier.annexe1["indicateur"].isin(series) & dossier.annexe1["valeur"].notna()]
    for row in rows.itertuples():
        known = lire(series[row.indicateur], row.territoire)
        value = known.loc[known["annee"].eq(row.annee), "valeur"].sum()
        if value >= rules.effectif_du_saut and abs(row.valeur / value - 1) > rules.saut:
            faults.append(
                Faute(
                    f"conventions/{convention}/annexe1.csv",
                    f"« {row.indicateur} », {row.territoire}, {row.annee} : {row.valeur:g}",
                    f"près de {value:g}, d'après {known.attrs['source']}",
                    "relire la ligne sur le diagnostic signé",
                )
            )
    return faults
