"""What a YAML file may hold is read somewhere: a key that nothing reads is a promise that nobody
keeps.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml
from donnees_suivies import DONNEES
from pydantic_core.core_schema import ErrorType

import ctglib.commandes.brouillon
import ctglib.production.verifier  # every model is then known
from ctglib.donnees.fautes import phrases
from ctglib.donnees.modeles import Modele

PAQUET = Path(ctglib.__file__).parent
ESSAIS = PAQUET.parent / "benchmarks"  # the trial of what the reports prolong
# A standard's own keys, which we check and do not use.
SANS_LECTEUR = {("SchemaTable", "vides")}

CATALOGUES = (
    "bilan",
    "charte",
    "comparaison",
    "conformite",
    "diagnostic",
    "donnees_publiques",
    "evaluation",
    "evaluation_finale",
    "portrait",
    "releve",
)


def _catalogue(fichier: str) -> dict:
    return yaml.safe_load((DONNEES / "catalogue" / f"{fichier}.yaml").read_text("utf-8"))


def _modeles(base: type[Modele] = Modele) -> set[type[Modele]]:
    found = set(base.__subclasses__())
    return found.union(*map(_modeles, found))


def test_chaque_cle_d_un_fichier_de_donnees_est_lue_quelque_part() -> None:
    code = "".join(
        path.read_text("utf-8")
        for folder in (PAQUET, ESSAIS)
        for motif in ("*.py", "*.j2")
        for path in sorted(folder.rglob(motif))
    )
    lus = {*re.findall(r"\.(\w+)", code), *re.findall(r"[\"'](\w+)[\"']", code)}

    known = {(model.__name__, name) for model in _modeles() for name in model.model_fields}

    assert len(known) > 300, "les modèles ne sont pas tous chargés"
    assert {pair for pair in known if pair[1] not in lus} - SANS_LECTEUR == set()


def test_les_mots_de_chaque_faute_sont_dits_quelque_part() -> None:
    code = "".join(path.read_text("utf-8") for path in sorted(PAQUET.rglob("*.py")))
    dits = {*re.findall(r"\"(\w+)\"", code), *get_args(ErrorType)}

    assert phrases().keys() - dits == set()
    assert all(len(words) == 3 for words in phrases().values())


def test_les_mots_d_une_faute_ne_remplacent_pas_ceux_d_une_autre() -> None:
    names = re.findall(
        r"^(\w+):", (PAQUET / "donnees" / "fautes.yaml").read_text("utf-8"), re.MULTILINE
    )

    assert {name for name in names if names.count(name) > 1} == set()
    assert set(names) == phrases().keys()


@pytest.mark.parametrize(
    "fichier",
    CATALOGUES,
)
def test_chaque_mot_et_chaque_tableau_du_catalogue_est_dit_quelque_part(fichier: str) -> None:
    code = "".join(path.read_text("utf-8") for path in sorted(PAQUET.rglob("*.py")))
    catalogue = _catalogue(fichier)
    lus = {*re.findall(r"\w+", code)}

    ecrits = {
        *catalogue.get("mots", {}),
        *catalogue.get("phrases", {}),
        *catalogue.get("tableaux", {}),
    }

    assert ecrits
    assert {
        name for name in ecrits - lus if f"{name.split('_')[0]}_{{" not in code
    } == set()  # « manque_{motif} »
