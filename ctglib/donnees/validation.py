"""What ``ctg valider`` checks: a convention, the catalogue, all its years, its evaluation, the
public figures.
"""

from collections.abc import Iterator, Mapping
from functools import cache

import pandas as pd

from ctglib.donnees.csv_strict import TableLue, examiner_csv
from ctglib.donnees.dossier import COLLECTE, charger_gabarit, lire_dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir
from ctglib.donnees.lecture import (
    CONVENTIONS,
    conventions,
    enregistrer,
    existe,
    lire_octets,
    lister,
    superposer,
)
from ctglib.donnees.magasin import (
    FORMES,
    LOCALES,
    PUBLIQUES,
    Cle,
    charger_familles,
    lire_tables,
    tables,
)
from ctglib.donnees.pieces import avec_la_fin, avec_le_suivi, fautes_de_nom, lire_pieces
from ctglib.donnees.publiques import REPERES, lire, lire_communes, reperes
from ctglib.donnees.publiques import series as publiees
from ctglib.donnees.references import nom_inconnu, noms_connus, places
from ctglib.donnees.regles import verifier
from ctglib.donnees.vraisemblance import douter, lire_regles

A_COMPLETER = "À compléter"


def valider(convention: str) -> tuple[str, ...]:
    """Return the names of the files read to check a convention and the catalogue, or raise all
    their faults.
    """
    with enregistrer() as journal:
        faults = [*fautes_de_convention(convention)]
        faults = faults or [*_series_inconnues(convention), *_loin_des_series(convention)]
    if faults:
        raise DonneesInvalides(faults)
    return tuple(sorted(journal.lus))


def fautes_de_convention(convention: str) -> tuple[Faute, ...]:
    """Return every fault of a convention, of the catalogue, of all its years and of its end, sorted
    by file and line.

    The communes of its département are looked at once all that they are checked against holds.
    """
    try:
        pieces = avec_la_fin(avec_le_suivi(lire_pieces(convention), None))
        faults = [*verifier(pieces), *fautes_de_nom(convention)]
        if not faults:
            lire_communes(pieces.convention, pieces.objets("comparaison")[0])
        return DonneesInvalides(faults).fautes
    except DonneesInvalides as error:
        return error.fautes


def fautes_de_saisie(convention: str, fichiers: Mapping[str, bytes | None]) -> tuple[Faute, ...]:
    """Return every fault there would be with these files in place of those of the disk; none: they
    hold.

    The importer asks before anything is written. The bytes are by path in the data folder
    (« conventions/harnes/suivi/ 2025/actions.csv »), None for a file that would go.
    """
    with superposer(fichiers):
        return fautes_de_convention(convention)


def avertissements(convention: str) -> list[str]:
    """Return what is no fault and has to be seen: what is left to fill, and the files of another
    convention.
    """
    folder = f"{CONVENTIONS}/{convention}"
    lines = lire_octets(f"{folder}/convention.yaml").decode("utf-8").splitlines()
    left = [
        str(rank) for rank, line in enumerate(lines, 1) if A_COMPLETER in line.partition("#")[0]
    ]
    told = (
        [f"{folder}/convention.yaml, {len(left)} « {A_COMPLETER} » (lignes {', '.join(left[:8])})"]
        if left
        else []
    )
    for name in ("annexe1.csv", "offre.csv"):
        content = lire_octets(f"{folder}/{name}")
        if content.count(b"\n") < 2:
            told.append(f"{folder}/{name}, aucune ligne : le diagnostic n'en dira rien")
            continue
        twins = [
            one
            for one in conventions()
            if one != convention
            and existe(path := f"{CONVENTIONS}/{one}/{name}")
            and lire_octets(path) == content
        ]
        told += [f"{folder}/{name}, le même fichier que celui de « {twin} »" for twin in twins]
    pieces = avec_la_fin(lire_pieces(convention))
    parts = charger_gabarit(convention).parts
    linked = [
        {one.fiche for one in item.objectifs} for item in pieces.objets("convention/lectures")
    ]
    for fiche in pieces.convention.fiches:
        if linked and fiche.numero not in linked[0]:
            why = "l'évaluation finale n'en lira pas les objectifs"
            told.append(f"{folder}/lectures.yaml, rien sur la fiche {fiche.numero} : {why}")
        if (
            existe(f"{folder}/{COLLECTE}")
            and not fiche.responsable
            and fiche.numero not in parts.fiches
        ):
            told.append(
                f"{folder}/{COLLECTE}, personne pour la fiche {fiche.numero} : ce sera « {parts.principal} »"
            )
    return told


def _series_inconnues(convention: str) -> Iterator[Faute]:
    """Yield a fault for each public series that a fiche shows, and that neither the catalogue nor
    the store has.
    """
    pieces = lire_pieces(convention)
    known = [*noms_connus(pieces)["serie"][""], *publiees()["code"]]
    for code, found in places(pieces, "convention/convention fiches.*.series_publiques.*").items():
        for tree, path in found if code not in known else ():
            yield tree.faute(path, *nom_inconnu(code, known, "serie"))


def _loin_des_series(convention: str) -> Iterator[Faute]:
    """Yield the figures that are far from the public series of the same field: a rounding is never
    by a third.
    """
    dossier = lire_dossier(convention)
    rules = lire_regles()
    if dossier.convention.fictive:
        return
    counts = [
        item
        for item in dossier.catalogue.donnees_publiques.lignes
        if len(item.series) == 1 and not item.sur
    ]
    published = set(publiees()["code"])
    series = {item.indicateur: item.series[0] for item in counts if item.series[0] in published}
    rows = dossier.annexe1[
        dossier.annexe1["indicateur"].isin(series) & dossier.annexe1["valeur"].notna()
    ]
    for row in rows.itertuples():
        known = lire(series[row.indicateur], row.territoire)
        value = known.loc[known["annee"].eq(row.annee), "valeur"].sum()
        if value >= rules.effectif_du_saut and abs(row.valeur / value - 1) > rules.saut:
            words = mots(
                "loin_des_series", **row._asdict(), publique=value, source=known.attrs["source"]
            )
            yield Faute(f"{CONVENTIONS}/{convention}/annexe1.csv", *words)


def examiner_les_sources() -> tuple[list[Faute], list[str]]:
    """Return what is wrong in the public figures, and what looks odd, and may be true, in those
    that the user added.
    """
    faults: list[Faute] = []
    odd: list[str] = []
    with recueillir(faults):
        families = charger_familles()
        kept = tables()

        @cache
        def table(cle: Cle) -> pd.DataFrame:
            return lire_tables([kept[cle]]).set_index("territoire")

        for doubt in douter(kept, kept, table, families):
            path = kept[doubt.cle].table
            if doubt.faux:
                faults.append(Faute(path, *mots("chiffre_ajoute", dit=doubt.dit)))
            elif path.startswith(LOCALES):
                odd.append(f"{path}, {doubt.dit}")
        codes = sorted({code for item in kept.values() for code in item.series})
        named = reperes()
        shares = [code for one in named.profils.values() for code in (one.denominateur, *one.parts)]
        unknown = dict.fromkeys(
            code for code in (named.foyers, named.iris, *shares) if codes and code not in codes
        )
        faults += [Faute(REPERES, *nom_inconnu(code, codes, "serie_publique")) for code in unknown]
        whose = {item.code: family.id for family in families.values() for item in family.series}
        for folder in [f"sources/{name[:-1]}" for name in lister("sources") if name.endswith("/")]:
            path = f"{folder}/observations.csv"
            if folder in (PUBLIQUES, LOCALES) or not existe(path):
                continue
            rows = _chiffres(examiner_csv(path, "observations"))
            faults += _du_magasin(path, rows[rows["indicateur"].isin(codes)])
            groups = rows.groupby(
                [rows["indicateur"].map(whose), rows["annee"].astype(int), rows["niveau"]]
            )
            found = {
                key: group.pivot_table("nombre", "territoire", "indicateur", "last")
                for key, group in groups
            }
            doubts = douter(found, found, found.__getitem__, families)
            faults += [
                Faute(path, *mots("chiffre_extrait", dit=one.dit)) for one in doubts if one.faux
            ]
    return faults, odd


def _chiffres(lue: TableLue) -> pd.DataFrame:
    """Return the rows of an extract that are the number of a territory: the checks of its file tell
    of the others.
    """
    rows = lue.lignes.reindex(columns=["territoire", "annee", "indicateur", "dimension", "valeur"])
    rows = rows.assign(nombre=pd.to_numeric(rows["valeur"], errors="coerce"))[
        rows["dimension"].eq("")
    ]
    level = [
        next((name for name, form in FORMES.items() if form.fullmatch(code)), None)
        for code in rows["territoire"]
    ]
    return rows.assign(niveau=level).dropna(subset=["niveau", "nombre"])


def _du_magasin(path: str, rows: pd.DataFrame) -> Iterator[Faute]:
    """Yield the rows of an extract that the official file, in the store, does not say."""
    latest = rows.drop_duplicates(["indicateur", "territoire", "annee"], keep="last")
    for code, group in latest.groupby("indicateur", sort=False):
        found = lire(code, dict.fromkeys(group["territoire"]))
        official = found.dropna(subset="valeur").set_index(["territoire", "annee"])["valeur"]
        for number, row in group.iterrows():
            value = official.get((row["territoire"], int(row["annee"])))
            if value is not None and row["nombre"] != value:
                words = mots(
                    "chiffre_publie",
                    cellule=row["valeur"],
                    publie=value,
                    source=found.attrs["source"],
                )
                yield Faute(path, *words, number, "valeur")
