"""Values of the follow-up that cannot be beside the others, and those that have to be confirmed.

Impossible: a part above its whole, parts that add up to more than their whole, a rate that its two
numbers make impossible. Unlikely: a jump since the last known value, euros for thousands of euros.

The rows are those of ``observations.csv``, all years together, with what the catalogue says of
their indicator in columns « cat_… », and ``clos``: whether their year is closed. Those of
``moyens.csv`` have their year in ``annee``.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.formules import appliquer
from ctglib.donnees.modeles.catalogue import Indicateur, Saut, Unite
from ctglib.donnees.modeles.sources import Vraisemblance

PREMIER_GROUPE = 10_000  # from there on, a number is read by groups of three digits
CELLULE = ["territoire", "annee", "dimension", "modalite"]
SERIE = ["territoire", "indicateur", "dimension", "modalite"]
MOYEN = ["signataire", "fiche", "structure", "nature", "poste"]


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
    resultats = _resultats(lignes, indicateur)
    bas, haut = indicateur.bornes
    dehors = pd.Series(False, resultats.index)
    if bas is not None:
        dehors |= resultats["nombre"] < bas
    if haut is not None:
        dehors |= resultats["nombre"] > haut
    for cellule in resultats[dehors].to_dict("records"):
        rangees = _termes(lignes, indicateur, cellule)
        yield _faute(
            rangees,
            "calcul_hors_bornes",
            resultat=f"{ecrit(cellule['nombre'])} {unite.symbole}".strip(),
            calcule=indicateur.libelle,
            bornes=bornes_dites(bas, haut),
            termes=_dits(rangees),
        )


def _resultats(lignes: pd.DataFrame, indicateur: Indicateur) -> pd.DataFrame:
    """Return what an indicator is computed to be: a row a cell where all its terms are known."""
    termes = lignes[lignes["indicateur"].isin(indicateur.termes)]
    valeurs = termes.pivot_table("nombre", CELLULE, "indicateur", "last")
    valeurs = valeurs.reindex(columns=indicateur.termes).dropna()
    if valeurs.empty:
        return pd.DataFrame(columns=[*CELLULE, "nombre"])
    resultats = appliquer(indicateur.calcul or "", indicateur.entrees, valeurs)
    resultats = resultats.dropna().round(indicateur.decimales)
    return resultats.rename("nombre").reset_index()


def _termes(
    lignes: pd.DataFrame, indicateur: Indicateur, cellule: Mapping[Hashable, object]
) -> pd.DataFrame:
    """Return the rows that an indicator is computed from in a cell, in the order of its terms."""
    rangees = lignes[lignes["indicateur"].isin(indicateur.termes)]
    for colonne in CELLULE:
        rangees = rangees[rangees[colonne] == cellule[colonne]]
    ordre = rangees["indicateur"].map(indicateur.termes.index)
    return rangees.loc[ordre.sort_values().index]


def _dits(rangees: pd.DataFrame) -> str:
    """Return the values of rows with their labels: « 12 (« Places ») et 4 (« Jours ») »."""
    phrases = [
        f"{ecrit(nombre)} (« {libelle} »)"
        for nombre, libelle in zip(rangees["nombre"], rangees["cat_libelle"], strict=True)
    ]
    return " et ".join(phrases)


def invraisemblables(
    lignes: pd.DataFrame,
    indicateurs: Iterable[Indicateur],
    coupures: Mapping[str, list[int]],
    departs: pd.DataFrame,
) -> Iterator[Faute]:
    """Yield the questions that values raise beside the last known ones, unless they are confirmed.

    The first of a series is compared with what the convention starts from. Of what is computed, the
    question is about its terms, when none of them raises one itself.

    Args:
        lignes: Those of ``en_vigueur``; ``confirmee``: a service has said that it is right.
        indicateurs: Those that the rows are of, or that are computed from them.
        coupures: By indicator, the years from which its values no longer compare with the others.
        departs: What the fiches start from: ``SERIE``, ``annee``, ``nombre``.
    """
    indicateur_par_id = {indicateur.id: indicateur for indicateur in indicateurs}
    sauts = {identifiant: item.saut for identifiant, item in indicateur_par_id.items()}
    en_question = _sauts(lignes, sauts, coupures, departs)
    a_demander = en_question[~en_question["confirmee"]]
    for rang, saut in zip(a_demander.index, a_demander.to_dict("records"), strict=True):
        cle = "saut_du_depart" if saut["du_depart"] else "saut"
        if not saut["nombre"]:
            cle = "saut_a_zero"
        yield _question(a_demander.loc[[rang]], cle)
    yield from _plus_que_la_capacite(lignes.drop(index=a_demander.index))
    sans_question = lignes.index.difference(en_question.index)
    for indicateur in indicateur_par_id.values():
        if not indicateur.calcul:
            continue
        resultats = _resultats(lignes, indicateur).assign(indicateur=indicateur.id)
        for cellule in _sauts(resultats, sauts, coupures, departs).to_dict("records"):
            rangees = _termes(lignes, indicateur, cellule)
            if rangees.index.isin(sans_question).all() and not rangees["confirmee"].any():
                yield _question(
                    rangees,
                    "saut_calcule",
                    calcule=indicateur.libelle,
                    resultat=ecrit(cellule["nombre"]),
                    annee_avant=cellule["annee_avant"],
                    avant=ecrit(cellule["nombre_avant"]),
                    termes=_dits(rangees),
                )


def _plus_que_la_capacite(lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield the questions of counts of persons that exceed the places which they fill."""
    personnes = lignes[lignes["cat_capacite"].notna()]
    couples = _couples(personnes, lignes, [*CELLULE, "cat_capacite"], [*CELLULE, "indicateur"])
    for accueillis, places in couples:
        rangees = pd.concat([accueillis, places])
        if not rangees["confirmee"].any():
            yield _question(rangees, "plus_que_la_capacite")


def saute(avant: float, apres: float, saut: Saut) -> bool:
    """Tell whether a value that takes the place of another jumps, as from one year to the next.

    Examples:
        >>> saute(137, 1370, Saut()), saute(3, 12, Saut())
        (True, False)
    """
    petit, grand = sorted((abs(avant), abs(apres)))
    return grand >= saut.facteur * petit and abs(apres - avant) >= saut.ecart


def _sauts(
    lignes: pd.DataFrame,
    sauts: Mapping[str, Saut],
    coupures: Mapping[str, list[int]],
    departs: pd.DataFrame,
) -> pd.DataFrame:
    """Return the rows that jump from the last known value of their series, with this value in
    ``nombre_avant``, its year in ``annee_avant``, and whether it is where the convention starts
    (``du_depart``).
    """
    par_annee = lignes[lignes["indicateur"].isin(list(sauts))].sort_values("annee", kind="stable")
    avant = par_annee.groupby(SERIE, sort=False)[["nombre", "annee"]].shift()
    compares = par_annee.join(avant.add_suffix("_avant"))
    premieres = compares[compares["nombre_avant"].isna()]
    compares = compares.dropna(subset="nombre_avant").assign(du_depart=False)
    depuis_le_depart = _comparees_au_depart(premieres, departs)
    if len(depuis_le_depart):
        compares = pd.concat([compares, depuis_le_depart]) if len(compares) else depuis_le_depart
    grands = compares[["nombre", "nombre_avant"]].abs().max(axis=1)
    petits = compares[["nombre", "nombre_avant"]].abs().min(axis=1)
    ecarts = (compares["nombre"] - compares["nombre_avant"]).abs()
    facteurs = compares["indicateur"].map({nom: saut.facteur for nom, saut in sauts.items()})
    ecarts_admis = compares["indicateur"].map({nom: saut.ecart for nom, saut in sauts.items()})
    sautent = compares[(grands >= facteurs * petits) & (ecarts >= ecarts_admis)]
    comparables = [
        not any(int(avant) < coupure <= int(annee) for coupure in coupures.get(identifiant, ()))
        for identifiant, avant, annee in zip(
            sautent["indicateur"], sautent["annee_avant"], sautent["annee"], strict=True
        )
    ]
    return sautent[pd.Series(comparables, sautent.index, dtype=bool)]


def _comparees_au_depart(premieres: pd.DataFrame, departs: pd.DataFrame) -> pd.DataFrame:
    """Return the first rows of series that have a start before them, with it as the value before.

    A start of zero tells no order of magnitude: a service that begins has none.
    """
    connus = departs[departs["nombre"] != 0]
    sans_avant = premieres.drop(columns=["nombre_avant", "annee_avant"]).assign(
        rang=premieres.index
    )
    trouves = sans_avant.merge(connus, on=SERIE, suffixes=("", "_avant")).set_index("rang")
    anterieurs = trouves["annee_avant"].astype(int) < trouves["annee"].astype(int)
    return trouves[anterieurs].assign(du_depart=True).rename_axis(None)


def montants_invraisemblables(lignes: pd.DataFrame, regles: Vraisemblance) -> Iterator[Faute]:
    """Yield the questions that amounts in euros raise: one is about a thousand times the last known
    one, or a thousandth of it. One that has none before is compared with all the other amounts that
    are known of its poste, which it exceeds too many times, or else with those of its signatory.

    ``lignes`` are those of ``moyens.csv`` in euros, all years together.
    """
    bas, haut = regles.millier
    connues = lignes[lignes["nombre"] > 0].sort_values("annee", kind="stable")
    avant = connues.groupby(MOYEN, sort=False)[["nombre", "annee"]].shift()
    connues = connues.join(avant.add_suffix("_avant"))
    for rang, ligne in connues[~connues["confirmee"].astype(bool)].iterrows():
        cle = "millier_d_avant"
        repere = ligne["nombre_avant"]
        if pd.isna(repere):
            jusque_la = connues["poste"].eq(ligne["poste"]) & connues["annee"].le(ligne["annee"])
            du_poste = connues.loc[jusque_la, "nombre"].drop(rang)
            if len(du_poste) and ligne["nombre"] >= bas * du_poste.max():
                repere = ecrit(du_poste.max())
                yield _question(
                    connues.loc[[rang]], "millier_du_poste", fois=ecrit(bas), repere=repere
                )
                continue
            cle = "millier_des_autres"
            meme_groupe = connues["fichier"].eq(ligne["fichier"])
            for colonne in ("signataire", "nature"):
                meme_groupe &= connues[colonne].eq(ligne[colonne])
            autres = connues.loc[meme_groupe, "nombre"].drop(rang)
            if len(autres) < regles.autres_montants:
                continue
            repere = autres.median()
        rapport = max(ligne["nombre"], repere) / min(ligne["nombre"], repere)
        if bas <= rapport <= haut:
            sens = "plus" if ligne["nombre"] > repere else "moins"
            yield _question(connues.loc[[rang]], cle, sens=sens, repere=ecrit(repere))


def _question(rangees: pd.DataFrame, cle: str, **valeurs: object) -> Faute:
    """Return the question that rows raise together, about the first that may still be changed; of
    a closed year, it is only told.
    """
    return replace(_faute(rangees, cle, **valeurs), question=not rangees["clos"].all())


def _faute(rangees: pd.DataFrame, cle: str, **valeurs: object) -> Faute:
    """Return the fault that rows make together, at the first that may still be corrected.

    Its words may cite the columns of the first row, and those of the second as ``…_tout``.
    """
    colonnes: dict[str, object] = {}
    for suffixe, ligne in zip(("", "_tout"), rangees.to_dict("records"), strict=False):
        for nom, valeur in ligne.items():
            est_un_nombre = str(nom).startswith("nombre")
            colonnes[f"{nom}{suffixe}"] = ecrit(valeur) if est_un_nombre else valeur
    trouve, attendu, remede = mots(cle, cellule=colonnes["valeur"], **{**colonnes, **valeurs})
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
    """Return a number as a French person writes it: « 5400 », « 38 000 000 », « 0,5 »."""
    texte = f"{nombre:.12g}"
    if abs(nombre) < PREMIER_GROUPE or "e" in texte:
        return texte.replace(".", ",")
    return f"{Decimal(texte):,}".translate({ord(","): "\u202f", ord("."): ","})
