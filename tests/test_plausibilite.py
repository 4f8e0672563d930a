"""What a value may be: refused when it cannot be, asked when it is unlikely; in a closed year, told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.donnees.csv_strict import TableLue, charger_schema
from ctglib.donnees.fautes import Faute
from ctglib.donnees.modeles.suivi import Bilan, Participation
from ctglib.donnees.pieces import Pieces, lire_pieces
from ctglib.donnees.regles import a_voir, verifier
from ctglib.donnees.yaml_strict import Document

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "plausibilite.yaml").read_text(encoding="utf-8")
)
TERRITOIRE = "62413"


@cache
def harnes() -> Pieces:
    """Return the pieces of Harnes without any follow-up: read once for all cases."""
    return replace(lire_pieces("harnes"), annees=(2023, 2024, 2025))


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_valeur_est_refusee_demandee_ou_admise(cas: dict) -> None:
    pieces = avec_les_saisies(cas)

    refusees = [dite(faute) for faute in verifier(pieces)]
    vues = a_voir(pieces)
    demandees = [dite(faute) for faute in vues if faute.question]
    dites = [dite(faute) for faute in vues if not faute.question]

    assert (refusees, demandees, dites) == (
        cas.get("refusees", []),
        cas.get("demandees", []),
        cas.get("dites", []),
    )


def dite(faute: Faute) -> str:
    """Return a fault as a case writes it: where, then its words."""
    fichier = faute.fichier.removeprefix("conventions/harnes/suivi/")
    lieu = f"{fichier}, ligne {faute.ligne}" if fichier.endswith(".csv") else fichier
    return f"{lieu} | {faute.trouve} | {faute.attendu} | {faute.remede}"


def avec_les_saisies(cas: dict) -> Pieces:
    """Return the pieces of Harnes with the rows of a case, of each year of its follow-up.

    A row of ``observations`` is « indicateur[.modalité] valeur [année] »; of another table, its
    columns by name.
    """
    pieces = harnes()
    indicateurs = {
        indicateur.id: indicateur
        for sorte in ("indicateurs", "convention/indicateurs")
        for fichier in pieces.objets(sorte)
        for indicateur in fichier.indicateurs
    }
    tables: dict[str, list[TableLue]] = {}
    for annee, saisies in cas["suivi"].items():
        for nom, lignes in saisies.items():
            if nom in ("participation", "bilan"):
                continue
            if nom == "observations":
                lignes = [observation(texte, annee, indicateurs) for texte in lignes]
            colonnes = list(charger_schema(nom).colonnes)
            table = pd.DataFrame(
                [{colonne: ligne.get(colonne, "") for colonne in colonnes} for ligne in lignes]
            )
            table.index = pd.RangeIndex(2, len(table) + 2)
            fichier = f"conventions/harnes/suivi/{annee}/{nom}.csv"
            tables.setdefault(nom, []).append(TableLue(fichier, table.astype(str)))
    documents = {"suivi/bilan": [], "suivi/participation": []}
    for annee, saisies in cas["suivi"].items():
        dossier = f"conventions/harnes/suivi/{annee}"
        statut = "definitif" if annee in cas.get("closes", []) else "provisoire"
        bilan = Document(f"{dossier}/bilan.yaml", Bilan, objet=Bilan(annee=annee, statut=statut))
        documents["suivi/bilan"].append(bilan)
        if "participation" in saisies:
            participation = Participation.model_validate(saisies["participation"])
            documents["suivi/participation"].append(
                Document(f"{dossier}/participation.yaml", Participation, objet=participation)
            )
    return replace(pieces, tables=pieces.tables | tables, documents=pieces.documents | documents)


def observation(texte: str, millesime: int, indicateurs: dict) -> dict[str, str]:
    """Return a row of ``observations.csv``."""
    nom, valeur, *annees = texte.split()
    identifiant, _, modalite = nom.partition(".")
    indicateur = indicateurs[identifiant]
    return {
        "territoire": TERRITOIRE,
        "annee": annees[0] if annees else str(millesime),
        "indicateur": identifiant,
        "dimension": indicateur.dimension if modalite else "",
        "modalite": modalite,
        "millesime": str(millesime),
        "valeur": valeur.replace(",", "."),
        "unite": indicateur.unite,
        "statut": "A",
        "source": "Registre",
        "note": "",
    }
