"""The quarters of the commune: how many households the Caf helps in each, and who they are.

A quarter is an IRIS of the Insee: the only division of a commune of which the Caf publishes
figures. A count that its producer withholds is shown as such, and never guessed from the others.
"""

from __future__ import annotations

from functools import partial

import pandas as pd

from ctglib.blocs.mots import presenter
from ctglib.calculs.ecriture import majuscule, nombre, pourcent
from ctglib.document.blocs import Bloc, liste, suite
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Ecriture, Tableau
from ctglib.donnees import publiques
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.magasin import lire_tables, tables
from ctglib.donnees.modeles.rapports import PartDesQuartiers, Quartiers

CHIFFRES_DU_QUARTIER = 4  # of a code of IRIS, after the five of its commune
QUARTIERS = ["territoire", "nom", "annee"]


def lire_quartiers(dossier: Dossier) -> pd.DataFrame:
    """Return the counts of the quarters of the commune, in the last year published.

    Returns:
        One row a quarter: ``QUARTIERS``, then for each series of the catalogue its count (NaN when
        there is none) and, in ``statut_<series>``, why there is none. ``attrs["source"]`` names the
        producer. No row for a fictional commune, for one without quarters, nor for another
        territory than a commune.
    """
    regles = dossier.catalogue.diagnostic.quartiers
    convention = dossier.convention
    rien = pd.DataFrame(columns=QUARTIERS)
    niveau = dossier.catalogue.territoires[convention.territoire].niveau
    connues = publiques.series().set_index("code")["annees"]
    if convention.fictive or niveau != "commune" or regles.foyers not in connues.index:
        return rien
    annee = max(connues[regles.foyers])
    tables_des_foyers = [
        table
        for table in tables().values()
        if (table.niveau, table.annee) == ("iris", annee) and regles.foyers in table.series
    ]
    de_la_commune = lire_tables(
        tables_des_foyers, [convention.territoire], [], "left(territoire, 5)"
    )
    quartiers = pd.DataFrame()
    source = ""
    for code in regles.series:
        if annee not in connues.get(code, ()):
            return rien
        chiffres = publiques.lire(code, de_la_commune["territoire"], [annee])
        chiffres = chiffres.set_index("territoire")
        quartiers["nom"] = chiffres["libelle"]
        quartiers[code] = chiffres["valeur"]
        quartiers[f"statut_{code}"] = chiffres["statut"]
        source = chiffres.attrs["source"]
    quartiers = quartiers.sort_index().rename_axis("territoire").reset_index()
    quartiers.insert(2, "annee", annee)
    quartiers.attrs["source"] = source
    return quartiers


def quartiers(lus: pd.DataFrame, regles: Quartiers, contexte: Contexte) -> Bloc | None:
    """Return how the shares differ between quarters, then their table; None for one quarter.

    ``lus`` is what ``lire_quartiers`` returns.
    """
    if len(lus) < 2:
        return None
    annee = int(lus["annee"].iloc[0])
    phrases = [contexte.texte("diagnostic.quartiers", nombre=len(lus), annee=annee)]
    for part in regles.parts:
        phrases += _extremes(part, lus, regles, contexte)
    return suite([liste(phrases), _tableau(lus, regles, contexte)])


def _extremes(
    part: PartDesQuartiers, lus: pd.DataFrame, regles: Quartiers, contexte: Contexte
) -> list[str]:
    """Return between which quarters a share goes from its lowest to its highest.

    Nothing is said when the share of a quarter is not known, or rests on too few households for a
    quarter to be called the first.
    """
    effectifs = lus[part.serie]
    if not effectifs.ge(regles.minimum).all() or lus[regles.foyers].isna().any():
        return []
    taux = 100 * effectifs / lus[regles.foyers]
    noms = lus["nom"].map(majuscule)
    phrase = contexte.texte(
        "diagnostic.part_des_quartiers",
        part=part.libelle,
        bas=pourcent(taux.min()),
        quartiers_bas=noms[taux.eq(taux.min())].tolist(),
        haut=pourcent(taux.max()),
        quartiers_hauts=noms[taux.eq(taux.max())].tolist(),
    )
    return [phrase]


def _tableau(lus: pd.DataFrame, regles: Quartiers, contexte: Contexte) -> Tableau:
    """Return one row a quarter: its households, then each count and its share of them."""
    ecritures: dict[str, Ecriture] = {
        "quartier": _nom_et_code,
        "foyers": partial(_effectif, regles.foyers, contexte),
    }
    for code in regles.series:
        ecritures[f"nombre_{code}"] = partial(_effectif, code, contexte)
        ecritures[f"part_{code}"] = partial(_part, code, regles.foyers, contexte)
    mots = {"annee": lus["annee"].iloc[0], "source": lus.attrs["source"]}
    return presenter(contexte, "quartiers", lus, ecritures, mots=mots)


def _nom_et_code(quartier: pd.Series) -> str:
    """Return « Harnes 5 (0105) »: the end of the code is what the maps of the Insee write."""
    return f"{majuscule(quartier['nom'])} ({quartier['territoire'][-CHIFFRES_DU_QUARTIER:]})"


def _effectif(serie: str, contexte: Contexte, quartier: pd.Series) -> str:
    if pd.isna(quartier[serie]):
        return contexte.absence(quartier[f"statut_{serie}"])
    return nombre(quartier[serie])


def _part(serie: str, foyers: str, contexte: Contexte, quartier: pd.Series) -> str:
    """Return a share of the households, or the word of the absence of either count."""
    for code in (serie, foyers):
        if pd.isna(quartier[code]):
            return contexte.absence(quartier[f"statut_{code}"])
    if quartier[foyers] == 0:
        return RIEN
    return pourcent(100 * quartier[serie] / quartier[foyers])
