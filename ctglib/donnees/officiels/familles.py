"""The families of official files that the catalogue describes, and which one a file is of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import lister, proches
from ctglib.donnees.modeles.sources import Arrondissements, Famille, SerieOfficielle
from ctglib.donnees.yaml_strict import charger_yaml_une_fois

if TYPE_CHECKING:
    import pandas as pd

DOSSIER = "catalogue/sources"
ARRONDISSEMENTS = "catalogue/arrondissements.yaml"
_PRESQUE = 0.88  # difflib's: one letter wrong in seven or more; a shorter name is too easily another column


@dataclass(frozen=True)
class Reconnaissance:
    """The columns of a file, by place.

    Attributes:
        famille: The family whose columns they are.
        cle: Place of the territory's code.
        annee, libelle, filtre: Places of the year, of the name and of what selects rows, None when there is none.
        series: Series and year of the header (None when it carries none) by place; a file may give a series many years.
        textes: Name of each column of text, by place.
        approchees: Headers taken for another one, with what they were taken for.
        ignorees: Headers that are nobody's.
    """

    famille: Famille
    cle: int
    annee: int | None
    libelle: int | None
    filtre: int | None
    series: dict[int, tuple[SerieOfficielle, int | None]]
    textes: dict[int, str]
    approchees: tuple[tuple[str, str], ...]
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


def normaliser(entete: list[str]) -> list[str]:
    """Return headers without marks of order, quotes, accents, case, or spaces around."""
    plain = (unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() for name in entete)
    return [name.strip(" \t'\"").lower() for name in plain]


def reconnaitre(fichier: str, entete: list[str], familles: dict[str, Famille]) -> Reconnaissance:
    """Return the family of a file and its columns: of those whose signature is there, the one that takes most columns.

    Raises:
        DonneesInvalides: None is; the fault says what each looked for, and what was found.
    """
    names = normaliser(entete)
    found = [
        _colonnes(family, names, corrected)
        for family in familles.values()
        if (corrected := _corriger(family, names)) is not None
    ]
    if found:
        return max(found, key=lambda item: (len(item.series) + len(item.textes), -len(item.approchees)))
    raise DonneesInvalides([_inconnu(fichier, names, familles)])


def _corriger(famille: Famille, noms: list[str]) -> dict[int, str] | None:
    """Return the misspelt headers of the signature as they should be, by place; None when it is not all there."""
    corrected: dict[int, str] = {}
    for pattern in famille.signature:
        if any(re.fullmatch(pattern, name) for name in noms):
            continue
        # A plain word stands for itself; a pattern with years or choices has no spelling to be near to.
        near = [] if len(pattern) < 6 or re.search(r"[^a-z0-9_]", pattern) else proches(pattern, noms, _PRESQUE)
        if len(near) != 1:
            return None
        corrected[noms.index(near[0])] = pattern
    return corrected


def _colonnes(famille: Famille, noms: list[str], corrigees: dict[int, str]) -> Reconnaissance:
    read = [corrigees.get(place, name) for place, name in enumerate(noms)]
    known = [series.colonne for series in famille.series if re.fullmatch(r"[a-z0-9_]{6,}", series.colonne)]
    for place, name in enumerate(read):  # a misspelt column of figures: near to one, and only one, that is not there
        if len(name) >= 6 and not _serie(famille, name) and name not in (famille.cle, famille.libelle, famille.annee):
            near = proches(name, [column for column in known if column not in read], _PRESQUE)
            if len(near) == 1:
                read[place] = near[0]
    series, texts, used = {}, {}, set()

    def place(pattern: str | None) -> int | None:
        at = next((at for at, name in enumerate(read) if pattern and re.fullmatch(pattern, name)), None)
        used.add(at)
        return at

    for name, pattern in famille.textes.items():
        if (at := place(pattern)) is not None:
            texts[at] = name
    fixed = {
        "cle": place(famille.cle),
        "annee": place(famille.annee),
        "libelle": place(famille.libelle),
        "filtre": place(famille.filtre.colonne if famille.filtre else None),
    }
    for at, name in enumerate(read):
        if at not in used and (matched := _serie(famille, name)):
            series[at] = matched
    return Reconnaissance(
        famille,
        **fixed,
        series=series,
        textes=texts,
        approchees=tuple((noms[at], name) for at, name in enumerate(read) if noms[at] != name),
        ignorees=tuple(name for at, name in enumerate(read) if name and at not in used and at not in series),
    )


def _serie(famille: Famille, nom: str) -> tuple[SerieOfficielle, int | None] | None:
    for item in (*famille.series, *famille.autres):
        if match := re.fullmatch(item.colonne, nom):
            year = match.groupdict().get("an")
            if item in famille.autres:
                return serie_gardee(famille, f"{item.code}_{nom}"), None
            return item, 2000 + int(year) if year else None
    return None


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


def _inconnu(fichier: str, noms: list[str], familles: dict[str, Famille]) -> Faute:
    """Return the fault of a file of no family: what each looked for and did not find, the nearest three first."""
    tried = []
    for family in familles.values():
        absent = [pattern for pattern in family.signature if not any(re.fullmatch(pattern, name) for name in noms)]
        tried.append((len(absent) / len(family.signature), family.jeu, absent, family.titre))
    told = [f"{game} ({title}) : manque {', '.join(absent)}" for _, game, absent, title in sorted(tried)[:3]]
    shown = [name or "(vide)" for name in noms if name][:12]
    return Faute(
        fichier,
        f"{len(noms)} colonne(s), d'aucun fichier connu : {', '.join(shown)[:300]}",
        f"l'un de {', '.join(dict.fromkeys(family.jeu for family in familles.values()))}. Les plus proches : "
        + " ; ".join(told),
        "donner le fichier tel que téléchargé, ou décrire sa famille dans data/catalogue/sources",
        1,
    )
