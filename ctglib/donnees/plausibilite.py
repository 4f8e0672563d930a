"""Values of the follow-up that cannot be, each by itself or beside the others.

A part above its whole, parts that add up to more than their whole, a rate that its two numbers make
impossible. The rows are those of ``observations.csv``, all years together, with what the catalogue
says of their indicator in columns « cat_… », and ``clos``: whether their year is closed.
"""

from collections.abc import Iterable, Iterator

import pandas as pd

from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.formules import appliquer
from ctglib.donnees.modeles.catalogue import Indicateur, Unite

CELLULE = ["territoire", "annee", "dimension", "modalite"]


def en_vigueur(lignes: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that hold a number, one a cell of an indicator: its latest millésime."""
    par_millesime = lignes.sort_values("millesime", kind="stable")
    dernieres = par_millesime.drop_duplicates([*CELLULE, "indicateur"], keep="last")
    return dernieres[dernieres["nombre"].notna()].sort_index()


def impossibles(
    lignes: pd.DataFrame, indicateurs: Iterable[Indicateur], unites: Iterable[Unite]
) -> Iterator[Faute]:
    """Yield what rows contradict together. ``lignes`` are those of ``en_vigueur``."""
    unite_par_id = {unite.id: unite for unite in unites}
    effectifs = [unite.id for unite in unite_par_id.values() if unite.ecart == "aucun"]
    yield from _modalites_trop_grandes(lignes, effectifs)
    yield from _parties_trop_grandes(lignes)
    yield from _sommes_trop_grandes(lignes, effectifs)
    for indicateur in indicateurs:
        unite = unite_par_id.get(indicateur.unite)
        if indicateur.calcul and unite:
            yield from _resultats_hors_bornes(lignes, indicateur, unite)


def _modalites_trop_grandes(lignes: pd.DataFrame, effectifs: list[str]) -> Iterator[Faute]:
    """Yield the faults of counts of a modalité that exceed that of the whole.

    Together they may: a child who goes to two places counts once in the whole.
    """
    ensembles = lignes[lignes["dimension"] == ""]
    details = lignes[(lignes["dimension"] != "") & lignes["cat_unite"].isin(effectifs)]
    details = details[details["cat_calcul"].isna()]
    cle = ["territoire", "annee", "indicateur"]
    for detail, ensemble in _couples(details, ensembles, cle, cle):
        yield _faute(pd.concat([detail, ensemble]), "plus_que_l_ensemble")


def _parties_trop_grandes(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the faults of indicators that exceed the one that they are a part of."""
    parties = lignes[lignes["cat_partie_de"].notna()]
    couples = _couples(parties, lignes, [*CELLULE, "cat_partie_de"], [*CELLULE, "indicateur"])
    for partie, tout in couples:
        yield _faute(pd.concat([partie, tout]), "plus_que_le_tout")


def _couples(
    parties: pd.DataFrame, touts: pd.DataFrame, cle: list[str], cle_du_tout: list[str]
) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
    """Yield each part that exceeds its whole, then that whole: a row each."""
    touts_par_cle = touts.assign(rang=touts.index)[[*cle_du_tout, "nombre", "rang"]]
    compares = parties.assign(rang=parties.index).merge(
        touts_par_cle, left_on=cle, right_on=cle_du_tout, suffixes=("", "_tout")
    )
    depassent = compares[compares["nombre"] > compares["nombre_tout"]]
    for rang, rang_du_tout in zip(depassent["rang"], depassent["rang_tout"], strict=True):
        yield parties.loc[[rang]], touts.loc[[rang_du_tout]]


def _sommes_trop_grandes(lignes: pd.DataFrame, effectifs: list[str]) -> Iterator[Faute]:
    """Yield the faults of modalités that share their whole out, and add up to more than it."""
    partages = lignes[lignes["cat_partition"].eq(True)]
    for _, groupe in partages.groupby(["territoire", "annee", "indicateur"], sort=False):
        ensemble = groupe[groupe["dimension"] == ""]
        details = groupe[groupe["dimension"] != ""]
        if ensemble.empty or details.empty:
            continue
        somme = details["nombre"].sum()
        marge = 0.0
        if details["cat_unite"].iloc[0] not in effectifs:
            # Rounded shares may add up to more than their whole, by half a unit each.
            marge = len(groupe) / 2 * 10.0 ** -details["cat_decimales"].iloc[0]
        if somme > ensemble["nombre"].iloc[0] + marge:
            yield _faute(pd.concat([ensemble, details]), "plus_que_la_somme", somme=ecrit(somme))


def _resultats_hors_bornes(
    lignes: pd.DataFrame, indicateur: Indicateur, unite: Unite
) -> Iterator[Faute]:
    """Yield the faults of the numbers whose result is out of the bounds of its indicator."""
    termes = lignes[lignes["indicateur"].isin(indicateur.termes)]
    valeurs = termes.pivot_table("nombre", CELLULE, "indicateur", "last")
    valeurs = valeurs.reindex(columns=indicateur.termes).dropna()
    if valeurs.empty:
        return
    resultats = appliquer(indicateur.calcul or "", indicateur.entrees, valeurs)
    resultats = resultats.round(indicateur.decimales)
    bas, haut = indicateur.bornes
    dehors = pd.Series(False, resultats.index)
    if bas is not None:
        dehors |= resultats < bas
    if haut is not None:
        dehors |= resultats > haut
    fautifs = resultats[dehors].rename("resultat").reset_index()
    for cellule in fautifs.to_dict("records"):
        rangees = termes
        for colonne in CELLULE:
            rangees = rangees[rangees[colonne] == cellule[colonne]]
        ordre = rangees["indicateur"].map(indicateur.termes.index)
        rangees = rangees.loc[ordre.sort_values().index]
        yield _faute(
            rangees,
            "calcul_hors_bornes",
            resultat=f"{ecrit(cellule['resultat'])} {unite.symbole}".strip(),
            calcule=indicateur.libelle,
            bornes=bornes_dites(bas, haut),
            termes=" et ".join(
                f"{ecrit(nombre)} (« {libelle} »)"
                for nombre, libelle in zip(rangees["nombre"], rangees["cat_libelle"], strict=True)
            ),
        )


def _faute(rangees: pd.DataFrame, cle: str, **valeurs: object) -> Faute:
    """Return the fault that rows make together, at the first that may still be corrected.

    Its words may cite the columns of the first row, and those of the second as ``…_tout``.
    """
    premiere, seconde, *_ = rangees.assign(nombre=rangees["nombre"].map(ecrit)).to_dict("records")
    colonnes = {str(nom): valeur for nom, valeur in premiere.items()}
    colonnes |= {f"{nom}_tout": valeur for nom, valeur in seconde.items()}
    trouve, attendu, remede = mots(cle, cellule=premiere["valeur"], **colonnes, **valeurs)
    a_corriger = rangees.sort_values("clos", kind="stable")
    lieu, *autres = zip(a_corriger["fichier"], a_corriger["numero"], strict=True)
    fichier, numero = lieu
    return Faute(fichier, trouve, attendu, remede, numero, "valeur", avec=tuple(autres))


def bornes_dites(bas: float | None, haut: float | None) -> str:
    """Return bounds in words: « 0 au moins et 100 au plus », of those that are not missing."""
    phrases = []
    if pd.notna(bas):
        phrases.append(f"{ecrit(bas)} au moins")
    if pd.notna(haut):
        phrases.append(f"{ecrit(haut)} au plus")
    return " et ".join(phrases)


def ecrit(nombre: float) -> str:
    """Return a number as a French person writes it, without separators of thousands."""
    return f"{nombre:.12g}".replace(".", ",")
