"""What a convention declares for itself, its indicators, breakdowns and services; and that no other
reads it.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.suivi import lire_suivi_brut

PROPRE = """
indicateurs:
  - id: jardins_partages
    libelle: Jardins partagés
    definition: Jardins ouverts à tous, au 31 décembre.
    unite: nombre
    nature: realisation
    sens: hausse
    dimension: dispositif
    modalites: [jardin]
    decimales: 0
    collecte: {responsable: nature, qui: Service espaces verts, quand: en janvier, document: Relevé}
dimensions:
  - id: dispositif
    libelle: Dispositif
    modalites:
      - {id: jardin, libelle: Jardin}
"""
SUIVI = """      - id: jardins_partages
        libelle: Nombre de jardins
        valeur_initiale: {absent: Non relevée}
        cible: {absent: Non fixée}
"""


@pytest.fixture
def avec_jardins(donnees: Path) -> Path:
    """Harnes, whose fiche 1 alone is kept, with an indicator, a breakdown and a service of its own."""
    folder = donnees / "conventions/harnes"
    folder.joinpath("indicateurs.yaml").write_text(PROPRE, encoding="utf-8")
    path = folder / "convention.yaml"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split('\n  - numero: "2"\n    axe:', 1)
    before = before.replace("    contexte:", f"{SUIVI}    contexte:", 1)
    after = re.sub(r"\nlivrables: .*", "", rest[rest.index("\nschemas:") :])
    services = "responsables:\n  - {id: nature, libelle: Espaces verts}\n  - {id: rpe, libelle: Le relais}\n"
    path.write_text(f"{before}\n{services}{after}", encoding="utf-8")
    return donnees


def test_une_convention_ajoute_ses_indicateurs_ses_details_et_ses_services(
    avec_jardins: Path,
) -> None:
    catalogue = lire_dossier("harnes").catalogue

    assert catalogue.indicateurs_fiches["jardins_partages"].origine == "convention"
    assert [item.id for item in catalogue.dimensions["dispositif"].modalites] == ["jardin"]
    assert catalogue.responsables["rpe"].libelle == "Le relais"
    assert set(catalogue.fiches_indicateurs) == {"1"}


def test_ce_qu_une_convention_ajoute_n_est_pas_aux_autres(avec_jardins: Path) -> None:
    catalogue = lire_dossier("demonstration").catalogue

    assert "jardins_partages" not in catalogue.mesures
    assert len(catalogue.dimensions["dispositif"].modalites) > 1


def test_un_indicateur_calcule_sans_ce_dont_il_se_calcule_est_une_faute(donnees: Path) -> None:
    path = donnees / "conventions/harnes/convention.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("      - id: heures_offertes\n")
    path.write_text(
        text[:start] + text[text.index("      - id: taux_occupation\n") :], encoding="utf-8"
    )

    with pytest.raises(DonneesInvalides) as refus:
        lire_dossier("harnes")

    assert (
        "« taux_occupation », calculé d'après « heures_offertes », qu'aucune fiche ne suit"
        in str(refus.value)
    )


def test_une_convention_de_plus_ne_change_rien_a_ce_qu_une_autre_a_lu(donnees: Path) -> None:
    with enregistrer() as journal:
        lire_suivi_brut("harnes")
    shutil.copytree(donnees / "conventions/demonstration", donnees / "conventions/autre")
    with enregistrer() as encore:
        lire_suivi_brut("harnes")

    read = {*journal.lus, *journal.absents, *journal.listes}
    assert not [name for name in read if name.startswith("conventions") and "harnes" not in name]
    assert (journal.lus, journal.absents, journal.listes) == (
        encore.lus,
        encore.absents,
        encore.listes,
    )
