"""What looks wrong in public figures, though it can be read: told before an addition, and by ``ctg valider``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ctglib.donnees.modeles.sources import Vraisemblance
from ctglib.donnees.officiels.familles import commune_de, serie_gardee
from ctglib.donnees.yaml_strict import charger_yaml_une_fois

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.sources import Famille

CATALOGUE = "catalogue/vraisemblance.yaml"
COMMUNES = "cog_communes"
_CITES = 3
Cle = tuple[str, int, str]  # a table of the store: family, year, level


@dataclass(frozen=True)
class Doute:
    """What looks wrong in a table: a contradiction in its figures (``faux``), or what a real change may also do."""

    cle: Cle
    dit: str
    faux: bool


def lire_regles() -> Vraisemblance:
    """Return from what a figure looks wrong."""
    return charger_yaml_une_fois(CATALOGUE, Vraisemblance)


def douter(
    cles: Collection[Cle], regardees: Collection[Cle], lire: Callable[[Cle], pd.DataFrame], familles: dict[str, Famille]
) -> list[Doute]:
    """Return what looks wrong in tables, by themselves, beside the nearest years, their département, the official code.

    Args:
        cles: The tables that there are.
        regardees: Those to look at.
        lire: What reads one: territories in its index, an infinite value is suppressed.
        familles: What their columns mean.
    """
    rules, found, official = lire_regles(), [], [key for key in cles if key[0] == COMMUNES]
    pairs: set[tuple[Cle, Cle]] = set()
    for key in sorted(regardees):
        name, year, level = key
        family, table, place = familles[name], lire(key), f"{name}, {level}, {year}"
        found += [Doute(key, said, faux=True) for said in invraisemblances(family, table, place)]
        same = [other for other in cles if other[::2] == key[::2]]
        before = max((other for other in same if other[1] < year), default=None)
        after = min((other for other in same if other[1] > year), default=None)
        pairs |= {pair for pair in ((before, key), (key, after)) if None not in pair}
        if level == "commune" and name != COMMUNES and official:
            found += [
                Doute(key, said, faux=False) for said in noms_discordants(table, lire(max(official)), place, rules)
            ]
        whole = (name, year, "departement" if level == "commune" else "commune")
        if family.totaux and level in ("commune", "departement") and whole in cles:
            both = (table, lire(whole)) if level == "commune" else (lire(whole), table)
            said = ecarts_au_departement(family, *both, f"{name}, {year}", rules)
            found += [Doute(key, one, faux=True) for one in said]
    for old, new in sorted(pairs):
        found += sauts(familles[old[0]], old, new, lire(old), lire(new), rules)
    return list({doubt.dit: doubt for doubt in found}.values())


def invraisemblances(famille: Famille, table: pd.DataFrame, lieu: str) -> list[str]:
    """Return what a table contradicts by itself: a part above its whole, a count that is not rounded as its source's.

    Args:
        famille: What its columns mean.
        table: Territories in its index; an infinite value is suppressed.
        lieu: What the table is, for the sentences (« cnaf_communes, commune, 2024 »).
    """
    numbers, said = _chiffres(famille, table), []
    for part, whole in famille.inclusions:
        if part in numbers and whole in numbers:
            # Two rounded numbers may cross by their rounding.
            step = sum((serie_gardee(famille, code).arrondi or 0) / 2 for code in (part, whole))
            above = numbers.index[numbers[part] > numbers[whole] + step]
            said += _dire(above, f"{lieu} : {part} dépasse {whole}", numbers, part, whole)
    for code in numbers:
        step = serie_gardee(famille, code).arrondi
        if step and step >= 1:
            said += _dire(numbers.index[numbers[code] % step > 0], f"{lieu} : {code} n'est pas un multiple de {step:g}")
    return said


def sauts(
    famille: Famille, ancienne: Cle, cle: Cle, avant: pd.DataFrame, apres: pd.DataFrame, regles: Vraisemblance
) -> list[Doute]:
    """Return the counts that jump between two years, of the common territories together and one by one.

    A territory may move, or the whole over several years; the whole of many does not in a year.

    Args:
        famille: What the columns mean.
        ancienne: The table of one year.
        cle: That of the next one there is, which the doubts are of.
        avant: The figures of the first.
        apres: Those of the second.
        regles: From what a count jumps.
    """
    lieu = f"{cle[0]}, {cle[2]}, de {ancienne[1]} à {cle[1]}"
    common = avant.index.intersection(apres.index)
    first, second = (_chiffres(famille, one.loc[common]) for one in (avant, apres))
    many = (len(common) >= regles.effectif_du_saut or cle[2] == "departement") and cle[1] - ancienne[1] <= 1
    told: list[tuple[list[str], bool]] = []
    for code in [code for code in first if code in second and serie_gardee(famille, code).unite == "nombre"]:
        before, after = first[code].to_numpy(), second[code].to_numpy()
        both = ~np.isnan(before) & ~np.isnan(after)
        old, new = before[both].sum(), after[both].sum()
        if old >= regles.effectif_du_saut and abs(new / old - 1) > regles.saut:
            change = 100 * (new / old - 1)
            told.append(([f"{lieu} : l'ensemble de {code} passe de {old:.0f} à {new:.0f} ({change:+.0f} %)"], many))
        else:
            moved = both & (before >= regles.effectif_du_saut) & (np.abs(after - before) > regles.saut * before)
            told.append((_dire(common[moved], f"{lieu} : {code} change de plus de {100 * regles.saut:.0f} %"), False))
    gone = [name for name in avant.columns if name not in apres.columns and name in _codes(famille)]
    if gone:
        told.append(([f"{lieu} : {', '.join(gone[:_CITES])} n'y est plus, ou sous un autre nom"], False))
    lost = avant.index.difference(apres.index)
    if len(avant) and len(lost) > regles.perte * len(avant):
        told.append((_dire(lost, f"{lieu} : {len(lost)} territoires sur {len(avant)} n'y sont plus"), False))
    return [Doute(cle, said, wrong) for phrases, wrong in told for said in phrases]


def ecarts_au_departement(
    famille: Famille, communes: pd.DataFrame, departements: pd.DataFrame, lieu: str, regles: Vraisemblance
) -> list[str]:
    """Return the départements that their communes exceed: missing and suppressed communes only make a sum smaller."""
    said = []
    for code in famille.totaux:
        if code in communes and code in departements:
            counts = _chiffres(famille, communes)[code]
            counts = counts[commune_de(counts.index) == counts.index]  # an arrondissement is in its commune already
            sums = counts.groupby(_departement(counts.index)).sum()
            given = departements[code].reindex(sums.index)
            said += _dire(
                sums.index[sums > given * (1 + regles.marge_du_departement)],
                f"{lieu} : la somme de {code} des communes dépasse le département",
            )
    return said


def noms_discordants(table: pd.DataFrame, communes: pd.DataFrame, lieu: str, regles: Vraisemblance) -> list[str]:
    """Return what does not go with the official code: unknown codes, names that are not those of their codes."""
    known = table.index.intersection(communes.index)
    whole = table.index[commune_de(table.index) == table.index]
    said = _dire(whole.difference(communes.index), f"{lieu} : communes absentes du code officiel géographique")
    if "libelle" in table and len(known):
        names, official = (_sans_article(one.loc[known, "libelle"]) for one in (table, communes))
        other = known[(names != official).to_numpy() & (names != "").to_numpy()]
        if len(other) > regles.ecart_des_noms * len(known):
            said += _dire(other, f"{lieu} : noms qui ne sont pas ceux de leur code")
    return said


def _chiffres(famille: Famille, table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of series, suppressed cells as missing."""
    names = [name for name in table.columns if serie_gardee(famille, name)]
    return table[names].replace(float("inf"), float("nan"))


def _codes(famille: Famille) -> set[str]:
    return {item.code for item in famille.series}


def _departement(codes: pd.Index) -> pd.Index:
    short = codes.str[:2]
    return short.where(short != "97", codes.str[:3])


def _sans_article(names: pd.Series) -> pd.Series:
    plain = names.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").str.lower()
    return plain.str.replace(r"^(l'|la |le |les |aux |los |las )", "", regex=True).str.replace(
        r"[^a-z0-9]", "", regex=True
    )


def _dire(codes: pd.Index, phrase: str, table: pd.DataFrame | None = None, *series: str) -> list[str]:
    if not len(codes):
        return []
    shown = []
    for code in codes[:_CITES]:
        figures = [f"{table.loc[code, name]:.0f}" for name in series] if table is not None else []
        shown.append(f"{code} ({' pour '.join(figures)})" if figures else str(code))
    rest = f" et {len(codes) - _CITES} autre(s)" if len(codes) > _CITES else ""
    return [f"{phrase} : {', '.join(shown)}{rest}"]
