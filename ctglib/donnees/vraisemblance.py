"""What looks wrong in public figures, though it can be read: told before an addition, and by ``ctg
valider``.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from ctglib.donnees.magasin import Cle, commune_de, departement_de, serie_gardee
from ctglib.donnees.modeles.sources import Famille, Vraisemblance
from ctglib.donnees.yaml_strict import charger_yaml

COMMUNES = "cog_communes"
_CITES = 3


@dataclass(frozen=True)
class Doute:
    """What looks wrong in a table: a contradiction in its figures (``faux``), or what a real change
    may also do.
    """

    cle: Cle
    dit: str
    faux: bool


def lire_regles() -> Vraisemblance:
    """Return from what a figure looks wrong."""
    return charger_yaml("catalogue/vraisemblance.yaml", Vraisemblance)


def douter(
    cles: Collection[Cle],
    regardees: Collection[Cle],
    lire: Callable[[Cle], pd.DataFrame],
    familles: dict[str, Famille],
) -> list[Doute]:
    """Return what looks wrong in tables, by themselves, beside the nearest years, their
    département, the official code.

    ``cles`` are the tables that there are, ``regardees`` those to look at; ``lire`` gives one with
    its territories in its index, an infinite value being suppressed; ``familles`` say what their
    columns mean.
    """
    rules = lire_regles()
    found = []
    official = max((key for key in cles if key[0] == COMMUNES), default=None)
    for key in sorted(regardees):
        name, year, level = key
        family = familles[name]
        table = lire(key)
        place = f"{name}, {level}, {year}"
        found += [Doute(key, said, faux=True) for said in invraisemblances(family, table, place)]
        if level == "commune" and name != COMMUNES and official:
            found += [
                Doute(key, said, faux=False)
                for said in _noms_discordants(table, lire(official), place, rules)
            ]
        whole = (name, year, "departement" if level == "commune" else "commune")
        if family.totaux and level in ("commune", "departement") and whole in cles:
            below, above = (table, lire(whole)) if level == "commune" else (lire(whole), table)
            for code in [code for code in family.totaux if code in below and code in above]:
                counts = _chiffres(family, below)[code]
                # An arrondissement is in its commune already; missing and suppressed communes make
                # a sum smaller.
                counts = counts[commune_de(counts.index) == counts.index]
                sums = counts.groupby(departement_de(counts.index)).sum()
                over = sums.index[
                    sums > above[code].reindex(sums.index) * (1 + rules.marge_du_departement)
                ]
                told = f"{name}, {year} : la somme de {code} des communes dépasse le département"
                found += [Doute(key, said, faux=True) for said in _dire(over, told)]
    following = pairwise(sorted(cles, key=lambda key: (key[0], key[2], key[1])))
    for old, new in sorted(pair for pair in following if pair[0][::2] == pair[1][::2]):
        if old in regardees or new in regardees:
            found += _sauts(familles[old[0]], old, new, lire(old), lire(new), rules)
    return list({doubt.dit: doubt for doubt in found}.values())


def invraisemblances(famille: Famille, table: pd.DataFrame, lieu: str) -> Iterator[str]:
    """Yield what a table contradicts by itself: a part above its whole, a count that is not rounded
    as its source's.

    ``lieu`` says what the table is, for the sentences: « cnaf_communes, commune, 2024 ».
    """
    numbers = _chiffres(famille, table)
    steps = {code: serie_gardee(famille, code).arrondi or 0 for code in numbers}
    for part, whole in famille.inclusions:
        if part in numbers and whole in numbers:
            # Two rounded numbers may cross by their rounding.
            above = numbers.index[numbers[part] > numbers[whole] + (steps[part] + steps[whole]) / 2]
            yield from _dire(above, f"{lieu} : {part} dépasse {whole}", numbers[[part, whole]])
    for code, step in steps.items():
        if step >= 1:
            wrong = numbers.index[numbers[code] % step > 0]
            yield from _dire(wrong, f"{lieu} : {code} n'est pas un multiple de {step:g}")


def _sauts(
    famille: Famille,
    ancienne: Cle,
    cle: Cle,
    avant: pd.DataFrame,
    apres: pd.DataFrame,
    regles: Vraisemblance,
) -> Iterator[Doute]:
    """Yield the counts that jump between two years: one territory's may, that of many together does
    not in a year.
    """
    lieu = f"{cle[0]}, {cle[2]}, de {ancienne[1]} à {cle[1]}"
    common = avant.index.intersection(apres.index)
    lost = avant.index.difference(apres.index)
    first, second = (_chiffres(famille, one.loc[common]) for one in (avant, apres))
    many = (len(common) >= regles.effectif_du_saut or cle[2] == "departement") and cle[
        1
    ] - ancienne[1] <= 1
    for code in [
        code for code in first if code in second and serie_gardee(famille, code).unite == "nombre"
    ]:
        both = first[code].notna() & second[code].notna()
        before = first.loc[both, code]
        after = second.loc[both, code]
        old = before.sum()
        new = after.sum()
        if old >= regles.effectif_du_saut and abs(new / old - 1) > regles.saut:
            change = f"{100 * (new / old - 1):+.0f} %"
            yield Doute(
                cle,
                f"{lieu} : l'ensemble de {code} passe de {old:.0f} à {new:.0f} ({change})",
                faux=many,
            )
        else:
            moved = before.ge(regles.effectif_du_saut) & (after - before).abs().gt(
                regles.saut * before
            )
            told = _dire(
                before.index[moved], f"{lieu} : {code} change de plus de {100 * regles.saut:.0f} %"
            )
            yield from (Doute(cle, said, faux=False) for said in told)
    if gone := [
        item.code for item in famille.series if item.code in avant and item.code not in apres
    ]:
        yield Doute(
            cle,
            f"{lieu} : {', '.join(gone[:_CITES])} n'y est plus, ou sous un autre nom",
            faux=False,
        )
    if len(lost) > regles.perte * len(avant):
        told = _dire(lost, f"{lieu} : {len(lost)} territoires sur {len(avant)} n'y sont plus")
        yield from (Doute(cle, said, faux=False) for said in told)


def _noms_discordants(
    table: pd.DataFrame, communes: pd.DataFrame, lieu: str, regles: Vraisemblance
) -> Iterator[str]:
    """Yield what does not go with the official code: unknown codes, names that are not those of
    their codes.
    """
    known = table.index.intersection(communes.index)
    whole = table.index[commune_de(table.index) == table.index]
    yield from _dire(
        whole.difference(communes.index),
        f"{lieu} : communes absentes du code officiel géographique",
    )
    if "libelle" in table:
        plain = (
            one.loc[known, "libelle"]
            .str.normalize("NFKD")
            .str.encode("ascii", "ignore")
            .str.decode("ascii")
            for one in (table, communes)
        )
        article = r"^(l'|la |le |les |aux |los |las )|[^a-z0-9]"
        names, official = (one.str.lower().str.replace(article, "", regex=True) for one in plain)
        other = known[(names != official) & (names != "")]
        if len(other) > regles.ecart_des_noms * len(known):
            yield from _dire(other, f"{lieu} : noms qui ne sont pas ceux de leur code")


def _chiffres(famille: Famille, table: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of series, suppressed cells as missing."""
    names = [name for name in table.columns if serie_gardee(famille, name)]
    return table[names].replace(float("inf"), float("nan"))


def _dire(codes: pd.Index, phrase: str, chiffres: pd.DataFrame | None = None) -> Iterator[str]:
    """Yield a sentence that names the first territories, with their figures; none when there are
    none.
    """
    shown = list(codes[:_CITES])
    if chiffres is not None:
        shown = [
            f"{code} ({' pour '.join(f'{value:.0f}' for value in chiffres.loc[code])})"
            for code in shown
        ]
    rest = f" et {len(codes) - _CITES} autre(s)" if len(codes) > _CITES else ""
    if shown:
        yield f"{phrase} : {', '.join(shown)}{rest}"
