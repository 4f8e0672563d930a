"""Les lieux : communes, EPCI, départements et IRIS, par leur nom ou leur code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import pandas as pd

from ctglib.atelier.carnet import DemandeImpossible, inconnu, sans_accents
from ctglib.donnees import publiques

Lieux = str | pd.DataFrame | Iterable[str | pd.DataFrame]
Annees = int | Iterable[int] | None
IRIS = re.compile(r"\d[\dAB]\d{7}")
NIVEAUX = ("commune", "departement", "epci", "iris")


def lieux(
    *noms: str | pd.DataFrame, niveau: str | None = None, departement: str | None = None, epci: str | None = None,
    iris: str | None = None, foyers_min: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Renvoie des lieux, un par ligne, à donner à ``donnees``, ``comparer`` et ``rang``.

    Args:
        noms: Noms ou codes : ``"Harnes"``, ``"62413"``, ``"Pas-de-Calais"``, ``"62"``, ``"CA de Lens-Liévin"``.
        niveau: « commune », « departement », « epci » ou « iris » seulement.
        departement: Toutes les communes de ce département (nom ou code) ; ses EPCI, avec ``niveau="epci"``.
        epci: Toutes les communes de cet EPCI (nom, partie du nom ou SIREN).
        iris: Tous les IRIS de cette commune.
        foyers_min: Seulement les communes d'au moins ce nombre de foyers allocataires, la dernière année connue.

    Returns:
        code, nom, niveau, departement, epci (codes en texte).

    Examples:
        >>> from ctglib import atelier as a
        >>> a.lieux("Harnes")["code"].tolist()
        ['62413']
        >>> len(a.lieux(epci="Lens-Liévin")), len(a.lieux(departement="62", niveau="epci"))
        (36, 20)
    """
    known = connus()
    if niveau is not None and niveau not in NIVEAUX:
        raise inconnu("Le niveau", niveau, NIVEAUX)
    communes = known[known["niveau"] == "commune"]
    chosen = [_trouver(name) for name in noms]
    if departement is not None:
        inside = communes[communes["departement"] == _code(departement, "departement")]
        epcis = known[known["niveau"].eq("epci") & known["code"].isin(inside["epci"])]
        chosen.append(epcis if niveau == "epci" else inside)
    if epci is not None:
        chosen.append(communes[communes["epci"] == _code(epci, "epci")])
    if iris is not None:
        town, rows = _code(iris, "commune"), publiques.lire(publiques.reperes().iris)
        own = rows[rows["territoire"].str.startswith(town) & rows["niveau"].eq("iris")]
        if own.empty:
            raise DemandeImpossible(f"La commune {town} n'a pas d'IRIS dans les fichiers présents.")
        last = own.drop_duplicates("territoire", keep="last").rename(columns={"territoire": "code", "libelle": "nom"})
        chosen.append(last[["code", "nom", "niveau"]].assign(departement=town[:2], epci=""))
    found = pd.concat(chosen) if chosen else known
    if niveau:
        found = found[found["niveau"] == niveau]
    if foyers_min is not None:
        counts = publiques.lire(publiques.reperes().foyers, found["code"])
        latest = counts[counts["annee"] == counts["annee"].max()]
        found = found[found["code"].isin(latest.loc[latest["valeur"] >= foyers_min, "territoire"])]
    return found.drop_duplicates("code").drop(columns="plat", errors="ignore").reset_index(drop=True)


@lru_cache(maxsize=1)
def connus() -> pd.DataFrame:
    """Return the territories of the official code, read once; ``plat``: their names as one looks them up."""
    found = publiques.territoires()
    return found.assign(plat=found["nom"].map(sans_accents))


def epci(nom: str) -> pd.DataFrame:
    """Renvoie un EPCI, par son nom, une partie de son nom ou son SIREN.

    Examples:
        >>> from ctglib import atelier as a
        >>> a.epci("Lens-Liévin")["code"].tolist()
        ['246200364']
    """
    return _trouver(nom, "epci")


def codes(demandes: Lieux) -> list[str]:
    """Return the codes of places given by name, by code, or as a table of places, in their order."""
    known, found = set(connus()["code"]), []
    for item in [demandes] if isinstance(demandes, str | pd.DataFrame) else demandes:
        if isinstance(item, pd.DataFrame):
            column = next((name for name in ("code", "territoire") if name in item), None)
            if column is None:
                raise DemandeImpossible("Une table de lieux a une colonne « code » : celle que donne a.lieux(…).")
            found += item[column].tolist()
        elif isinstance(item, str) and (item in known or IRIS.fullmatch(item)):
            found.append(item)
        else:
            found += _trouver(item)["code"].tolist()
    return list(dict.fromkeys(found))


def _code(nom: str, niveau: str) -> str:
    return _trouver(nom, niveau)["code"].iloc[0]


def _trouver(nom: object, niveau: str = "") -> pd.DataFrame:
    """Return the one place of that name or code; a part of a name is enough when it tells one EPCI."""
    if not isinstance(nom, str) or not nom.strip():
        raise DemandeImpossible(f"Un lieu se donne par son nom ou son code entre guillemets, non {nom!r}.")
    known, plain = connus(), sans_accents(nom)
    known = known[known["niveau"].eq(niveau)] if niveau else known
    part = known["niveau"].eq("epci") & known["plat"].str.contains(plain, regex=False)
    looked = (known["code"].eq(nom), known["plat"].eq(plain), part)
    exact = next((known[one] for one in looked if one.any()), None)
    if exact is None:
        raise inconnu("Le lieu", nom, known["nom"], "Donner un nom ou un code Insee ; a.lieux() les donne tous.")
    if len(exact) > 1:
        listed = ", ".join(f"{row.nom} ({row.niveau}, {row.code})" for row in exact.head(3).itertuples())
        raise DemandeImpossible(f"{len(exact)} lieux s'appellent « {nom} » : {listed}… Donner le code.")
    return exact.drop(columns="plat").reset_index(drop=True)
