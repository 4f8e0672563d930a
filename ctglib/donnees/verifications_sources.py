"""What ``ctg valider`` checks of the public figures that are there: the store, and the series of the bilans."""

from __future__ import annotations

from collections.abc import Iterator

from ctglib.donnees.csv_strict import charger_schema, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe, lister
from ctglib.donnees.magasin import LOCALES, PUBLIQUES, Gardee, lire_tables, tables
from ctglib.donnees.officiels.familles import charger_familles
from ctglib.donnees.officiels.vraisemblance import ecarts_au_departement, invraisemblances, lire_regles, sauts
from ctglib.donnees.publiques import lire

REMEDE = "vérifier auprès du producteur, puis ajouter de nouveau le fichier (ctg source ajouter)"


def fautes_des_sources() -> list[Faute]:
    """Return the figures that cannot be, in the tables of the store then in the series that the bilans read."""
    try:
        families, kept, rules, faults = charger_familles(), tables(), lire_regles(), []
        before: tuple[Gardee, object] | None = None
        read: dict[tuple[str, int], dict[str, object]] = {}
        for item in sorted(kept.values(), key=lambda one: (one.table.famille, one.table.niveau, one.table.annee)):
            family, (name, year, level) = families[item.table.famille], item.cle
            table = lire_tables([item]).set_index("territoire")
            wrong = invraisemblances(family, table, f"{level}, {year}")
            if before and before[0].cle[::2] == item.cle[::2]:
                old = before[0].table.annee
                small = len(table) < rules.effectif_du_saut  # the whole of a few territories moves as each of them
                wrong += (
                    []
                    if small or year - old > 1
                    else sauts(family, before[1], table, f"de {old} à {year}", rules, True)
                )
            if family.totaux:
                levels = read.setdefault((name, year), {})
                levels[level] = table
                if {"commune", "departement"} <= set(levels):
                    wrong += ecarts_au_departement(family, levels["commune"], levels["departement"], str(year), rules)
            faults += [Faute(item.chemin, said, "des chiffres possibles", REMEDE) for said in wrong]
            before = (item, table)
        return [*faults, *_observations()]
    except DonneesInvalides as error:
        return list(error.fautes)


def _observations() -> Iterator[Faute]:
    """Yield the rows of ``observations.csv`` that the official file, in the store, does not say."""
    known = {code for item in tables().values() for code in item.table.series}
    schema = charger_schema("observations")
    for folder in [f"sources/{name[:-1]}" for name in lister("sources") if name.endswith("/")]:
        path = f"{folder}/observations.csv"
        if folder in (PUBLIQUES, LOCALES) or not existe(path):
            continue
        rows = [row for row in examiner_csv(path, schema).lignes if row.cellules["indicateur"] in known]
        latest = {tuple(row.cellules[name] for name in ("indicateur", "territoire", "annee")): row for row in rows}
        for code in dict.fromkeys(code for code, _, _ in latest):
            places = dict.fromkeys(place for one, place, _ in latest if one == code)
            found = lire(code, places)
            official = found.dropna(subset="valeur").set_index(["territoire", "annee"])["valeur"]
            for (_, place, year), row in [(key, row) for key, row in latest.items() if key[0] == code]:
                value, written = official.get((place, int(year))), row.cellules["valeur"]
                if value is not None and written and not row.cellules["dimension"] and float(written) != value:
                    words = (f"« {written} »", f"{value:g}, d'après {found.attrs['source']}")
                    remedy = "corriger la ligne, ou en ajouter une au millésime suivant"
                    yield Faute(path, *words, remedy, row.numero, "valeur")
