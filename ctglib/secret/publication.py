"""The only door of statistical secrecy: what a bilan may show, masked before anything is computed
or drawn from it.

What a published bilan hides is kept in ``masque.csv``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd

from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.lecture import cle_de, racine
from ctglib.donnees.modeles.catalogue import Indicateur, ValeurLiee
from ctglib.donnees.partage import nom_par_contenu, partager
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.secret.masque import CLE, LIEU, RETRAITS, couvrir, masquer
from ctglib.secret.modele import Cle, Lien, Tirage

COLONNES = ["annee", *LIEU]
PROFILS = "profils"
OBSERVATIONS = "observations"
SOMME = "somme"
# the place of a whole: all the persons of a dispositif, all the modalités of an indicator
ENSEMBLE = "ensemble"
SERIE = ["territoire", "annee", "indicateur", "dimension", "modalite"]
CASE = [
    "territoire",
    "annee",
    "dimension",
    "modalite",
]  # what the terms of a calculation share with its result


class Publiable(NamedTuple):
    """What a bilan may show; of what is hidden, in this bilan or before, only the place."""

    profils: pd.DataFrame  # the rows known to the bilan, hidden ones without value and of status Q
    observations: pd.DataFrame  # likewise, every millésime; the note of a hidden one is dropped
    masque: (
        pd.DataFrame
    )  # annee, table, ligne, colonne: every hidden cell, and by which bilan first
    retraits: pd.DataFrame  # table, raison: tables withheld whole


def appliquer(
    profils: pd.DataFrame,
    observations: pd.DataFrame,
    catalogue: Catalogue,
    *,
    annee: int,
    seuil: int,
    masque: pd.DataFrame,
    tirage: Tirage,
) -> Publiable:
    """Return the profiles and the observations that the bilan of a year may show.

    The bilans before it are made again, one after the other: what they hid stays hidden, and what
    they showed can no longer hide anything else. So two bilans laid side by side give no more away
    than each of them.

    ``profils`` has annee (of the follow-up) and the columns of profils.csv, ``observations`` every
    millésime. What ``masque`` lists was published as suppressed, and stays so whatever is worked
    out here. The draws of the secret key of the convention say which of the masks that would do is
    taken.
    """
    profils = profils[profils["annee"] <= annee].reset_index(drop=True)
    known = (observations["millesime"] <= annee) & (observations["annee"] <= annee)
    observations = observations[known].reset_index(drop=True)
    counted = _comptes(observations, catalogue.mesures)
    names = [_cle_profil(year, place, *pairs) for year, place, pairs in _lignes_de_profils(profils)]
    sensitive = [variable.id for variable in catalogue.profils.variables if variable.sensible]
    told = profils["variable"].eq("") | profils[["variable", "variable_2"]].isin(sensitive).any(
        axis=1
    )
    of_profiles = pd.DataFrame(names, columns=CLE).join(profils[["effectif", "statut"]])
    of_profiles = of_profiles.assign(
        sensible=told, visible=profils["annee"]
    )  # a whole dispositif is sensitive
    of_rows = counted.assign(visible=counted[["saisie", "annee"]].max(axis=1)).drop_duplicates(CLE)
    # One row a count, with the first bilan that can show it.
    table = pd.concat([of_profiles, of_rows[of_profiles.columns]], ignore_index=True)
    table = table.astype({"visible": "int64", "sensible": bool}).assign(publiee=False)
    hidden = masque.loc[masque["annee"] <= annee, COLONNES]  # already published as suppressed
    withheld = pd.DataFrame(columns=RETRAITS)
    ties = [*_liens_profils(profils), *_liens_observations(counted, catalogue.mesures)]
    for bilan in sorted({*table["visible"], annee}):
        own = profils[profils["annee"] <= bilan]
        entered = counted[counted["saisie"] <= bilan]
        liens = [
            *(lien for since, lien in ties if since <= bilan),
            *_liens_identiques(entered, own, catalogue),
        ]
        deja = sorted(
            set(hidden.loc[hidden["annee"] <= bilan, LIEU].itertuples(index=False, name=None))
        )
        mask = partial(
            masquer, table[table["visible"] <= bilan], liens, seuil=seuil, tirage=tirage, deja=deja
        )
        found = partager(
            nom_par_contenu("masque", mask), mask
        )  # once: the bilans that come after make it again
        hidden = pd.concat([hidden, found.cellules.assign(annee=bilan)], ignore_index=True)
        withheld = pd.concat([withheld, found.retraits]).drop_duplicates("table", ignore_index=True)
        shown = found.effectifs["effectif"].notna()
        table.loc[shown.index, "publiee"] |= shown
    secret = table["effectif"].notna() & ~shown  # the last bilan shows every count
    counts = pd.MultiIndex.from_frame(counted[CLE]).isin(
        pd.MultiIndex.from_frame(table.loc[secret, CLE])
    )
    concerned = observations.index.isin(counted.index[counts])
    concerned = _liees(observations, concerned, catalogue.secret.valeurs_liees)
    concerned = _calcules(observations, concerned, catalogue.mesures)
    masked = couvrir(observations, concerned, "valeur")
    return Publiable(
        couvrir(
            profils, secret.to_numpy()[: len(profils)], "effectif"
        ),  # the first rows of the table
        masked.assign(note=masked["note"].mask(concerned, "")),
        hidden.drop_duplicates(LIEU)
        .sort_values(COLONNES, ignore_index=True)
        .astype({"annee": "Int64"}),
        withheld,
    )


def publier(suivi: DossierSuivi, annee: int) -> tuple[DossierSuivi, pd.DataFrame]:
    """Return the follow-up that the reports of a year read, and the tables withheld whole (table,
    raison).

    No count that the reports hide is left anywhere in it.
    """
    tables = [
        one.profils.assign(annee=year).astype({"annee": "Int64"})
        for year, one in suivi.suivis.items()
    ]
    shown = appliquer(
        pd.concat(tables, ignore_index=True),
        suivi.observations,
        suivi.catalogue,
        annee=annee,
        seuil=suivi.catalogue.seuils.petits_effectifs,
        masque=suivi.masque,
        tirage=Tirage(cle_de(suivi.convention.id)),
    )
    profiles = shown.profils
    rows = shown.observations
    years = {
        year: replace(
            one,
            profils=profiles[profiles["annee"] == year]
            .drop(columns="annee")
            .reset_index(drop=True),
            observations=rows[rows["millesime"] == year].reset_index(drop=True),
        )
        for year, one in suivi.suivis.items()
    }
    return replace(suivi, suivis=years, observations=rows, masque=shown.masque), shown.retraits


def figer(convention: str, annee: int) -> tuple[str, int, int]:
    """Keep the mask of a convention once the bilan of a year is published: write what is new of it
    in ``masque.csv``.

    Without it, the bilans of the past are worked out again from today's data and threshold: a count
    mended since, or a lower threshold, would uncover what was published as secret.

    Returns:
        The file, relative to the data folder, how many cells the bilan hides, how many were not in
        the file.
    """
    # of later bilans too
    path = f"conventions/{convention}/masque.csv"
    kept = lire_suivi_brut(convention).masque
    hidden = publier(lire_suivi_brut(convention, annee), annee)[0].masque
    cells = pd.concat([kept, hidden])[COLONNES].astype({"annee": "Int64"}).sort_values(COLONNES)
    cells = cells.drop_duplicates(LIEU)
    if len(cells) > len(kept):
        ecrire({racine() / path: cells.to_csv(index=False, lineterminator="\n").encode("utf-8")})
    return path, len(hidden), len(cells) - len(kept)


def _cles(table: pd.DataFrame) -> list[Cle]:
    return [Cle(*name) for name in zip(*(table[column].tolist() for column in CLE), strict=True)]


def _cle_profil(annee: int, dispositif: str, *modalites: tuple[str, str]) -> Cle:
    """Return the name of a count, whichever pair (variable, modalité) comes first; without pair, of
    all.
    """
    return Cle(
        f"{PROFILS}/{annee}/{dispositif}",
        *(["/".join(pair) for pair in sorted(modalites)] or [ENSEMBLE]),
    )


def _lignes_de_profils(profils: pd.DataFrame) -> Iterator[tuple[int, str, list[tuple[str, str]]]]:
    """Yield the year, the dispositif and the pairs (variable, modalité) of each row."""
    for row in profils.itertuples(index=False):
        pairs = ((row.variable, row.modalite), (row.variable_2, row.modalite_2))
        yield int(row.annee), row.dispositif, [pair for pair in pairs if pair[0]]


def _liens_profils(profils: pd.DataFrame) -> Iterator[tuple[int, Lien]]:
    """Yield, each with its year: the modalités of a variable make the whole, a row of a crossed
    table its modalité.
    """
    parts: dict[tuple, set[tuple[str, str]]] = defaultdict(set)
    for annee, dispositif, pairs in _lignes_de_profils(profils):
        for pair in pairs:
            parts[annee, dispositif, (), pair[0]].add(pair)
        for own, other in permutations(pairs, 2):
            parts[annee, dispositif, (own,), other[0]].add(other)
    for (annee, dispositif, whole, _), pairs in sorted(parts.items()):
        cles = (_cle_profil(annee, dispositif, *whole, pair) for pair in sorted(pairs))
        yield annee, Lien(_cle_profil(annee, dispositif, *whole), tuple(cles))


def _comptes(observations: pd.DataFrame, indicateurs: Mapping[str, Indicateur]) -> pd.DataFrame:
    """Return the rows that count persons, or are added up with some, with the name of their count,
    on their index.

    Rows of one place that follow each other with the same value are one count: a reader who saw the
    first knows the others. Its ``millesime`` is then that of the first; ``saisie`` is the row's
    own.
    """
    wanted = {name for name, item in indicateurs.items() if item.sensible}
    for name, item in indicateurs.items():
        if item.calcul == SOMME and not wanted.isdisjoint((name, *item.termes)):
            wanted |= {name, *item.termes}
    rows = observations[observations["indicateur"].isin(wanted)].sort_values(
        [*SERIE, "millesime"], kind="stable"
    )
    same = rows["valeur"].eq(rows["valeur"].shift()) | (
        rows["valeur"].isna() & rows["valeur"].shift().isna()
    )
    follows = same & rows[SERIE].eq(rows[SERIE].shift()).all(axis=1)
    return rows.assign(
        table=OBSERVATIONS
        + "/"
        + rows["annee"].astype(str)
        + "/"
        + rows["territoire"]
        + "/"
        + rows["indicateur"],
        ligne=(rows["dimension"] + "/" + rows["modalite"]).where(rows["dimension"] != "", ENSEMBLE),
        colonne="",
        millesime=rows["millesime"].mask(follows).ffill().astype("int64"),
        effectif=rows["valeur"],
        sensible=rows["indicateur"].map(lambda name: indicateurs[name].sensible).astype(bool),
        saisie=rows["millesime"],
    )[[*CLE, "effectif", "statut", "sensible", *SERIE, "saisie"]]


def _liens_observations(
    table: pd.DataFrame, indicateurs: Mapping[str, Indicateur]
) -> Iterator[tuple[int, Lien]]:
    """Yield, each with the bilan that shows it: modalités make the whole, terms the sum of the
    catalogue.
    """
    rows = table.assign(cle=_cles(table)).sort_values([*SERIE, "saisie"])
    sums = {
        name: {name, *item.termes} for name, item in indicateurs.items() if item.calcul == SOMME
    }
    for bilan, entered in rows.groupby("saisie"):
        latest = rows[rows["saisie"] <= bilan].drop_duplicates(SERIE, keep="last")
        totals = latest[latest["dimension"].eq("")].set_index("table")["cle"]
        parts = latest[latest["dimension"].ne("") & latest["table"].isin(entered["table"])]
        for (name, _), cles in parts.groupby(["table", "dimension"])["cle"]:
            yield bilan, Lien(totals.get(name, Cle(name, ENSEMBLE, "", bilan)), tuple(cles))
        cases = latest.set_index("indicateur").groupby(CASE)["cle"]
        for total, names in sums.items():
            for _, known in cases if not names.isdisjoint(entered["indicateur"]) else ():
                if names <= set(known.index):
                    yield (
                        bilan,
                        Lien(known[total], tuple(known[sorted(names - {total})]), exacte=True),
                    )


def _liens_identiques(
    table: pd.DataFrame, profils: pd.DataFrame, catalogue: Catalogue
) -> Iterator[Lien]:
    """Yield: an indicator and a profile count the same persons, where the catalogue says so, if
    their values agree.
    """
    known = set(zip(profils["annee"].tolist(), profils["dispositif"].tolist(), strict=True))
    rows = table.assign(cle=_cles(table)).drop_duplicates("cle")
    for same in catalogue.secret.effectifs_identiques:
        dimension = "" if same.dispositif else catalogue.profils.dimension
        own = rows["indicateur"].eq(same.indicateur) & rows["dimension"].eq(dimension)
        for row in rows[own].itertuples(index=False):
            dispositif = same.dispositif or row.modalite
            place = _cle_profil(
                row.annee, dispositif, *([(same.variable, same.modalite)] if same.variable else [])
            )
            if (
                row.annee,
                dispositif,
            ) not in known:  # never shown: indicators that count the same persons meet there
                place = place._replace(millesime=row.cle.millesime)
            yield Lien(row.cle, (place,), exacte=True)


def _liees(
    observations: pd.DataFrame, caches: np.ndarray, liees: Iterable[ValeurLiee]
) -> np.ndarray:
    """Return the hidden rows, and those that give a hidden count away: of a year all, or the whole
    tells one.
    """
    places = pd.MultiIndex.from_frame(observations[["territoire", "annee"]])
    detail = observations["dimension"].ne("").to_numpy()
    found = caches.copy()
    for liee in liees:
        counts = caches & observations["indicateur"].eq(liee.effectif).to_numpy()
        told = places.isin(places[counts & ~detail]) | (
            places.isin(places[counts & detail]) & detail
        )
        found |= (
            told
            & observations["indicateur"].eq(liee.indicateur).to_numpy()
            & observations["valeur"].notna().to_numpy()
        )
    return found


def _calcules(
    observations: pd.DataFrame, caches: np.ndarray, indicateurs: Mapping[str, Indicateur]
) -> np.ndarray:
    """Return the hidden rows, and what is computed from them: a rate gives its count away."""
    terms = {
        name: item.termes
        for name, item in indicateurs.items()
        if item.calcul and item.calcul != SOMME
    }
    rows = observations[observations["indicateur"].isin(terms) & observations["valeur"].notna()]
    rows = rows.assign(terme=rows["indicateur"].map(terms)).explode("terme")
    cells = pd.MultiIndex.from_frame(observations[["indicateur", *CASE]])
    needed = pd.MultiIndex.from_frame(rows[["terme", *CASE]])
    while True:
        told = observations.index.isin(rows.index[needed.isin(cells[caches])])
        if caches[told].all():
            return caches
        caches = caches | told
