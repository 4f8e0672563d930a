"""The families of official files that the catalogue describes, and which one a file is of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, refus
from ctglib.donnees.lecture import lister, proches
from ctglib.donnees.modeles.sources import Arrondissements, Famille, SerieOfficielle
from ctglib.donnees.yaml_strict import charger_yaml_une_fois

if TYPE_CHECKING:
    import pandas as pd

DOSSIER = "catalogue/sources"
ARRONDISSEMENTS = "catalogue/arrondissements.yaml"
_PRESQUE = 0.88  # difflib's: one letter wrong in seven or more; a shorter name is too easily another column
_MOT = r"[a-z0-9_]{6,}"


@dataclass(frozen=True)
class Reconnaissance:
    """The columns of a file, by place."""

    famille: Famille
    cle: int  # the territory's code
    annee: int | None
    libelle: int | None
    filtre: int | None  # what selects rows
    series: dict[int, tuple[SerieOfficielle, int | None]]  # and the year of the header, when it carries one
    textes: dict[int, str]
    approchees: tuple[tuple[str, str], ...]  # headers taken for another one, with what they were taken for
    ignorees: tuple[str, ...]


def charger_familles() -> dict[str, Famille]:
    """Return the families of the catalogue by id.

    Raises:
        DonneesInvalides: All the faults of their files.
    """
    found, faults = {}, []
    for name in [name.removesuffix(".yaml") for name in lister(DOSSIER) if name.endswith(".yaml")]:
        try:
            found[name] = charger_famille(name)
        except DonneesInvalides as error:
            faults += error.fautes
    if faults:
        raise DonneesInvalides(faults)
    return found


def charger_famille(nom: str) -> Famille:
    """Return one family, by the name of its file."""
    return charger_yaml_une_fois(f"{DOSSIER}/{nom}.yaml", Famille)


def commune_de(codes: pd.Index | pd.Series) -> pd.Index | pd.Series:
    """Return the commune of codes of communes: an arrondissement of Paris, Lyon or Marseille is a part of one."""
    for commune, pattern in charger_yaml_une_fois(ARRONDISSEMENTS, Arrondissements).communes.items():
        codes = codes.where(~codes.str.fullmatch(pattern), commune)
    return codes


def departement_de(communes: pd.Index | pd.Series) -> pd.Index | pd.Series:
    """Return the département of codes of communes, by their first characters."""
    short = communes.str[:2]
    return short.where(short != "97", communes.str[:3])


def normaliser(entete: list[str]) -> list[str]:
    """Return headers without marks of order, quotes, accents, case, or spaces around."""
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in entete)
    return [name.strip(" \t'\"").lower() for name in plain]


def reconnaitre(fichier: str, entete: list[str], familles: dict[str, Famille]) -> Reconnaissance:
    """Return the family of a file and its columns: of those whose signature is there, the one that takes most columns.

    Raises:
        DonneesInvalides: None is; the fault says what each looked for, the nearest three first, and what was found.
    """
    names = normaliser(entete)
    found = [read for family in familles.values() if (read := _colonnes(family, names))]
    if found:
        return max(found, key=lambda item: (len(item.series) + len(item.textes), -len(item.approchees)))
    tried = []
    for family in familles.values():
        absent = [pattern for pattern in family.signature if not any(re.fullmatch(pattern, name) for name in names)]
        tried.append((len(absent) / len(family.signature), family.jeu, absent, family.titre))
    told = [f"{game} ({title}) : manque {', '.join(absent)}" for _, game, absent, title in sorted(tried)[:3]]
    shown = [name for name in names if name][:12]
    one_of = ", ".join(dict.fromkeys(family.jeu for family in familles.values()))
    raise refus(
        fichier,
        f"{len(names)} colonne(s), d'aucun fichier connu : {', '.join(shown)[:300]}",
        f"l'un de {one_of}. Les plus proches : {' ; '.join(told)}",
        "donner le fichier tel que téléchargé, ou décrire sa famille dans data/catalogue/sources",
        1,
    )


def _colonnes(famille: Famille, noms: list[str]) -> Reconnaissance | None:
    """Return the columns of a file as those of a family, None when its signature is not all there.

    A misspelt header is near to one that is not there, and to only one. A plain word stands for itself; a pattern with
    years or choices has no spelling to be near to.
    """
    read = list(noms)
    for pattern in famille.signature:
        if not any(re.fullmatch(pattern, name) for name in noms):
            near = proches(pattern, noms, _PRESQUE) if re.fullmatch(_MOT, pattern) else []
            if len(near) != 1:
                return None
            read[noms.index(near[0])] = pattern
    known = [series.colonne for series in famille.series if re.fullmatch(_MOT, series.colonne)]
    for at, name in enumerate(read):
        if len(name) >= 6 and not _serie(famille, name) and name not in (famille.cle, famille.libelle, famille.annee):
            near = proches(name, [column for column in known if column not in read], _PRESQUE)
            if len(near) == 1:
                read[at] = near[0]

    def place(pattern: str | None) -> int | None:
        return next((at for at, name in enumerate(read) if pattern and re.fullmatch(pattern, name)), None)

    texts = {place(pattern): name for name, pattern in famille.textes.items()}
    fixed = {name: place(getattr(famille, name)) for name in ("cle", "annee", "libelle")}
    fixed["filtre"] = place(famille.filtre.colonne if famille.filtre else None)
    used = {*texts, *fixed.values()}
    series = {at: found for at, name in enumerate(read) if at not in used and (found := _serie(famille, name))}
    return Reconnaissance(
        famille,
        **fixed,
        series=series,
        textes={at: name for at, name in texts.items() if at is not None},
        approchees=tuple((noms[at], name) for at, name in enumerate(read) if noms[at] != name),
        ignorees=tuple(name for at, name in enumerate(read) if name and at not in used and at not in series),
    )


def _serie(famille: Famille, nom: str) -> tuple[SerieOfficielle, int | None] | None:
    for item in famille.series:
        if match := re.fullmatch(item.colonne, nom):
            year = match.groupdict().get("an")
            return item, 2000 + int(year) if year else None
    other = next((item for item in famille.autres if re.fullmatch(item.colonne, nom)), None)
    return (serie_gardee(famille, f"{other.code}_{nom}"), None) if other else None


def serie_gardee(famille: Famille, code: str) -> SerieOfficielle | None:
    """Return the series of a code, be it that of a column kept under its own name; None when the family has none."""
    for item in famille.series:
        if item.code == code:
            return item
    for item in famille.autres:
        name = code.removeprefix(f"{item.code}_")
        if name != code and re.fullmatch(item.colonne, name):
            return item.model_copy(update={"code": code, "libelle": f"{item.libelle} « {name} »", "colonne": name})
    return None
