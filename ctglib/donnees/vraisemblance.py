"""What looks wrong in public figures, though it can be read: told before an addition, and by ``ctg
valider``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from ctglib.donnees.geographie import noms_simplifies
from ctglib.donnees.magasin import Cle, commune_de, departement_de, serie_gardee
from ctglib.donnees.modeles.sources import Famille, SerieOfficielle, Vraisemblance
from ctglib.donnees.yaml_strict import charger_yaml

COMMUNES = "cog_communes"
_CITES = 3


@dataclass(frozen=True)
class Doute:
    """What looks wrong in a table: a contradiction in its figures (``faux``), or what a real change
    may also do; ``perte``: many of its territories are no longer there.
    """

    cle: Cle
    phrase: str
    faux: bool
    perte: bool = False


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
    regles = lire_regles()
    codes_officiels = max((cle for cle in cles if cle.famille == COMMUNES), default=None)
    doutes: list[Doute] = []
    for cle in sorted(regardees):
        famille = familles[cle.famille]
        table = lire(cle)
        lieu = f"{cle.famille}, {cle.niveau}, {cle.annee}"
        contradictions = invraisemblances(famille, table, lieu)
        doutes += [Doute(cle, phrase, faux=True) for phrase in contradictions]

        du_code_officiel = cle.famille == COMMUNES or famille.textes_reunis  # or its movements
        if cle.niveau == "commune" and not du_code_officiel and codes_officiels:
            discordances = _noms_discordants(table, lire(codes_officiels), lieu, regles)
            doutes += [Doute(cle, phrase, faux=False) for phrase in discordances]

        if famille.totaux and cle.niveau in ("commune", "departement"):
            communes = cle._replace(niveau="commune")
            departements = cle._replace(niveau="departement")
            if communes in cles and departements in cles:
                sommes = _sommes_trop_grandes(
                    cle, famille, lire(communes), lire(departements), regles
                )
                doutes += [Doute(cle, phrase, faux=True) for phrase in sommes]

    # Each table with that of the next year there is, of the same family and level.
    par_annee = sorted(cles, key=lambda cle: (cle.famille, cle.niveau, cle.annee))
    for ancienne, nouvelle in sorted(pairwise(par_annee)):
        meme_table = ancienne.famille == nouvelle.famille and ancienne.niveau == nouvelle.niveau
        if meme_table and (ancienne in regardees or nouvelle in regardees):
            avant = lire(ancienne)
            apres = lire(nouvelle)
            famille = familles[nouvelle.famille]
            doutes += _ecarts_d_une_annee(famille, ancienne, nouvelle, avant, apres, regles)
    # The table of communes and that of départements tell the same of their sums: once is enough.
    return list({doute.phrase: doute for doute in doutes}.values())


def invraisemblances(famille: Famille, table: pd.DataFrame, lieu: str) -> Iterator[str]:
    """Yield what a table contradicts by itself: a part above its whole, a count that is not rounded
    as its source's.

    ``lieu`` says what the table is, for the sentences: « cnaf_communes, commune, 2024 ».
    """
    series = _series(famille, table)
    chiffres = _chiffres(table, series)
    arrondis = {code: serie.arrondi or 0 for code, serie in series.items()}
    for partie, total in famille.inclusions:
        if partie in series and total in series:
            # Two rounded numbers may cross by their rounding.
            marge = (arrondis[partie] + arrondis[total]) / 2
            depassent = chiffres[partie] > chiffres[total] + marge
            territoires = chiffres.index[depassent]
            phrase = f"{lieu} : {partie} dépasse {total}"
            yield from _citer(territoires, phrase, chiffres[[partie, total]])
    for code, arrondi in arrondis.items():
        if arrondi >= 1:
            territoires = chiffres.index[chiffres[code] % arrondi > 0]
            yield from _citer(territoires, f"{lieu} : {code} n'est pas un multiple de {arrondi:g}")


def _sommes_trop_grandes(
    cle: Cle,
    famille: Famille,
    communes: pd.DataFrame,
    departements: pd.DataFrame,
    regles: Vraisemblance,
) -> Iterator[str]:
    """Yield the départements whose communes add up to more than the département itself.

    Less is no doubt: missing and suppressed communes make a sum smaller.
    """
    chiffres = _chiffres(communes, _series(famille, communes))
    # An arrondissement is in its commune already.
    chiffres = chiffres[commune_de(chiffres.index) == chiffres.index]
    for code in famille.totaux:
        if code in communes and code in departements:
            sommes = chiffres[code].groupby(departement_de(chiffres.index)).sum()
            publies = departements[code].reindex(sommes.index)
            depassent = sommes.index[sommes > publies * (1 + regles.marge_du_departement)]
            phrase = f"{cle.famille}, {cle.annee} : la somme de {code} des communes"
            yield from _citer(depassent, f"{phrase} dépasse le département")


def _ecarts_d_une_annee(
    famille: Famille,
    ancienne: Cle,
    nouvelle: Cle,
    avant: pd.DataFrame,
    apres: pd.DataFrame,
    regles: Vraisemblance,
) -> Iterator[Doute]:
    """Yield what changes too much from a year to the next: counts that jump, series and territories
    that are lost.
    """
    lieu = f"{nouvelle.famille}, {nouvelle.niveau}, de {ancienne.annee} à {nouvelle.annee}"
    yield from _sauts(famille, ancienne, nouvelle, avant, apres, regles)
    perdues = [
        serie.code for serie in famille.series if serie.code in avant and serie.code not in apres
    ]
    if perdues:
        phrase = f"{lieu} : {', '.join(perdues[:_CITES])} n'y est plus, ou sous un autre nom"
        yield Doute(nouvelle, phrase, faux=False)
    yield from _pertes(nouvelle, lieu, avant.index, apres.index, regles)


def _pertes(
    cle: Cle, lieu: str, avant: pd.Index, apres: pd.Index, regles: Vraisemblance
) -> Iterator[Doute]:
    """Yield the départements that lost many of their territories: a file of another département, or
    of the whole of France after that of one, loses none.

    The end of the file is missing when those that are lost come after those that it has.
    """
    departements = pd.Series("", index=avant)
    departements_d_apres = pd.Series("", index=apres)
    if cle.niveau in ("commune", "iris", "arrondissement"):
        departements = departement_de(avant.to_series())
        departements_d_apres = departement_de(apres.to_series())
    attendus = avant[departements.isin(departements_d_apres.unique())]
    perdus = attendus.difference(apres)
    if len(perdus) > regles.perte * len(attendus):
        dernier = apres.intersection(attendus).max()
        phrase = f"{lieu} : {len(perdus)} territoires sur {len(attendus)} n'y sont plus"
        a_la_fin = bool((perdus > dernier).mean() >= regles.perte_a_la_fin)
        for cite in _citer(perdus, phrase):
            yield Doute(cle, cite, faux=False, perte=a_la_fin)


def _sauts(
    famille: Famille,
    ancienne: Cle,
    nouvelle: Cle,
    avant: pd.DataFrame,
    apres: pd.DataFrame,
    regles: Vraisemblance,
) -> Iterator[Doute]:
    """Yield the counts that jump: one territory's may really, that of many together does not in a
    year.
    """
    lieu = f"{nouvelle.famille}, {nouvelle.niveau}, de {ancienne.annee} à {nouvelle.annee}"
    communs = avant.index.intersection(apres.index)
    nombreux = len(communs) >= regles.effectif_du_saut or nouvelle.niveau == "departement"
    impossible = nombreux and nouvelle.annee - ancienne.annee <= 1
    series = _series(famille, avant)
    series_apres = _series(famille, apres)
    chiffres_avant = _chiffres(avant.loc[communs], series)
    chiffres_apres = _chiffres(apres.loc[communs], series_apres)
    for code, serie in series.items():
        if code not in series_apres or serie.unite != "nombre":
            continue
        connus = chiffres_avant[code].notna() & chiffres_apres[code].notna()
        effectifs_avant = chiffres_avant[code][connus]
        effectifs_apres = chiffres_apres[code][connus]
        total_avant = effectifs_avant.sum()
        total_apres = effectifs_apres.sum()
        if (
            total_avant >= regles.effectif_du_saut
            and abs(total_apres / total_avant - 1) > regles.saut
        ):
            hausse = 100 * (total_apres / total_avant - 1)
            phrase = (
                f"{lieu} : l'ensemble de {code} passe de {total_avant:.0f} à {total_apres:.0f}"
                f" ({hausse:+.0f} %)"
            )
            yield Doute(nouvelle, phrase, faux=impossible)
            continue
        ecarts = (effectifs_apres - effectifs_avant).abs()
        sautent = effectifs_avant.ge(regles.effectif_du_saut) & ecarts.gt(
            regles.saut * effectifs_avant
        )
        phrase = f"{lieu} : {code} change de plus de {100 * regles.saut:.0f} %"
        for cite in _citer(effectifs_avant.index[sautent], phrase):
            yield Doute(nouvelle, cite, faux=False)


def _noms_discordants(
    table: pd.DataFrame, communes: pd.DataFrame, lieu: str, regles: Vraisemblance
) -> Iterator[str]:
    """Yield what does not go with the official code: unknown codes, names that are not those of
    their codes.
    """
    sans_arrondissements = table.index[commune_de(table.index) == table.index]
    inconnus = sans_arrondissements.difference(communes.index)
    yield from _citer(inconnus, f"{lieu} : communes absentes du code officiel géographique")
    if "libelle" not in table:
        return
    connus = table.index.intersection(communes.index)
    noms = noms_simplifies(table.loc[connus, "libelle"])
    noms_officiels = noms_simplifies(communes.loc[connus, "libelle"])
    discordants = connus[(noms != noms_officiels) & (noms != "")]
    if len(discordants) > regles.ecart_des_noms * len(connus):
        yield from _citer(discordants, f"{lieu} : noms qui ne sont pas ceux de leur code")


def _series(famille: Famille, table: pd.DataFrame) -> dict[str, SerieOfficielle]:
    """Return the series of the columns of a table, by code."""
    series = {}
    for code in table.columns:
        serie = serie_gardee(famille, code)
        if serie:
            series[code] = serie
    return series


def _chiffres(table: pd.DataFrame, series: Iterable[str]) -> pd.DataFrame:
    """Return the columns of series, suppressed cells as missing."""
    return table[list(series)].replace(float("inf"), float("nan"))


def _citer(
    territoires: pd.Index, phrase: str, chiffres: pd.DataFrame | None = None
) -> Iterator[str]:
    """Yield a sentence that names the first territories, with their figures; none when there are
    none.
    """
    if territoires.empty:
        return
    cites = []
    for code in territoires[:_CITES]:
        if chiffres is None:
            cites.append(code)
        else:
            valeurs = " pour ".join(f"{valeur:.0f}" for valeur in chiffres.loc[code])
            cites.append(f"{code} ({valeurs})")
    autres = len(territoires) - _CITES
    suite = f" et {autres} autre(s)" if autres > 0 else ""
    yield f"{phrase} : {', '.join(cites)}{suite}"
