"""The reference pages say every key, command and option there is, and their examples are accepted."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from fichiers_suivis import DEPOT
from pydantic import TypeAdapter, ValidationError

REFAIRE = "lancer : make reference"


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return runpy.run_path(str(DEPOT / "docs" / "reference.py"))


@pytest.fixture(scope="module")
def textes(reference: dict[str, Any]) -> dict[str, Any]:
    return reference["textes"]()


def test_chaque_cle_est_documentee_et_aucune_autre(
    reference: dict[str, Any], textes: dict[str, Any]
) -> None:
    cles = {modele.__name__: list(modele.model_fields) for modele in reference["modeles"]()}

    documentees = {nom: list(dits["cles"]) for nom, dits in textes["modeles"].items()}

    assert {nom: sorted(liste) for nom, liste in documentees.items()} == {
        nom: sorted(liste) for nom, liste in cles.items()
    }
    assert set(textes["fichiers"]) == set(reference["fichiers"]())


def test_chaque_exemple_donne_est_accepte_par_le_modele(
    reference: dict[str, Any], textes: dict[str, Any]
) -> None:
    refuses = []
    for modele in reference["modeles"]():
        for cle, dit in textes["modeles"][modele.__name__]["cles"].items():
            if isinstance(dit, dict) and "exemple" in dit:
                champ = modele.model_fields[cle]
                annotation = champ.annotation
                for metadonnee in champ.metadata:
                    annotation = reference["Annotated"][annotation, metadonnee]
                try:
                    TypeAdapter(annotation).validate_python(dit["exemple"])
                except ValidationError as erreur:
                    refuses.append(f"{modele.__name__}.{cle} : {erreur}")

    assert refuses == []


def test_un_exemple_faux_serait_refuse(reference: dict[str, Any]) -> None:
    financement = next(
        modele for modele in reference["modeles"]() if modele.__name__ == "Financement"
    )

    with pytest.raises(ValidationError):
        TypeAdapter(financement.model_fields["unite"].annotation).validate_python("dollars")


def test_la_reference_des_cles_est_a_jour(reference: dict[str, Any]) -> None:
    ecrite = (DEPOT / "docs" / "reference-convention.md").read_text(encoding="utf-8")

    assert reference["reference"]() == ecrite, REFAIRE


def test_la_reference_des_commandes_est_a_jour_et_aucune_option_n_est_sans_aide(
    reference: dict[str, Any],
) -> None:
    ecrite = (DEPOT / "docs" / "commandes.md").read_text(encoding="utf-8")

    page = reference["page_des_commandes"]()

    assert page == ecrite, REFAIRE
    assert "| None |" not in page
    assert "## ctg source ajouter" in page
