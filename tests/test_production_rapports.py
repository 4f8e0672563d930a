"""Which reports there are, where they go, and what their notebooks are told."""

from __future__ import annotations

from pathlib import Path

import pytest
from production_exemple import ANNEE, CONVENTION, demande, ecrire_carnet, octets, produire

from ctglib.production.plan import annees_de, commandes, prevoir
from ctglib.production.rapports import Carnet, rapports_connus

DIFFUSION = 'diffusion: str = "publique"  # pour qui'


@pytest.fixture
def carnets(tmp_path: Path) -> Path:
    """A notebook of each kind, and one that no group knows."""
    folder = tmp_path / "carnets"
    for nom in ("diagnostic", "evaluation_finale", "autre_chose"):
        ecrire_carnet(folder / f"{nom}.ipynb")
    for nom in ("fiche_1", "fiche_2"):
        ecrire_carnet(folder / f"{nom}.ipynb", parametres=(CONVENTION, ANNEE))
    ecrire_carnet(folder / "bilan.ipynb", parametres=(CONVENTION, ANNEE, DIFFUSION))
    return folder


def chemins(carnets: Path, **autres: object) -> list[str]:
    orders = commandes(demande(carnets, Path("reports"), **autres))
    return [order.base.as_posix() for order in orders]


def test_les_rapports_connus_sont_ceux_des_carnets(carnets: Path) -> None:
    assert rapports_connus(carnets) == ("diagnostic", "fiches", "bilan", "evaluation", "autre_chose")


def test_un_rapport_sans_carnet_n_est_pas_connu(carnets: Path) -> None:
    for path in carnets.glob("fiche_*"):
        path.unlink()

    assert "fiches" not in rapports_connus(carnets)


def test_chaque_rapport_a_sa_place(carnets: Path) -> None:
    assert chemins(carnets, rapports=("diagnostic", "fiches", "bilan", "evaluation"), annees=(2024,)) == [
        "reports/harnes/diagnostic",
        "reports/harnes/evaluation-finale",
        "reports/harnes/2024/fiche-1",
        "reports/harnes/2024/fiche-2",
        "reports/harnes/2024/bilan",
    ]


def test_les_rapports_de_toute_la_convention_partent_les_premiers_puis_les_plus_grands_carnets(carnets: Path) -> None:
    ecrire_carnet(carnets / "fiche_2.ipynb", "pass  # " + "long " * 100, parametres=(CONVENTION, ANNEE))
    orders = commandes(demande(carnets, Path("reports"), rapports=("fiches", "diagnostic"), annees=(2023, 2024)))

    assert [prevision.commande.cle for prevision in prevoir(orders)] == [
        "diagnostic", "2023/fiche-2", "2024/fiche-2", "2023/fiche-1", "2024/fiche-1",
    ]  # fmt: skip


def test_sans_annee_demandee_toutes_celles_de_la_convention_y_sont(carnets: Path) -> None:
    assert chemins(carnets, rapports=("bilan",)) == [f"reports/harnes/{annee}/bilan" for annee in annees_de("harnes")]
    assert annees_de("harnes") == (2023, 2024, 2025, 2026)


def test_quand_la_convention_ne_se_lit_plus_les_annees_deja_produites_sont_retentees(
    carnets: Path, donnees: Path, tmp_path: Path
) -> None:
    produire(demande(carnets, tmp_path, rapports=("bilan",), annees=(2024, 2025)))
    (donnees / "conventions" / "harnes" / "convention.yaml").write_text("id: [", encoding="utf-8")

    orders = commandes(demande(carnets, tmp_path, rapports=("bilan", "diagnostic")))

    assert [order.cle for order in orders] == ["diagnostic", "2024/bilan", "2025/bilan"]


def test_un_rapport_interne_a_un_dossier_a_part(carnets: Path) -> None:
    assert chemins(carnets, rapports=("bilan",), annees=(2023,), diffusion="interne") == [
        "reports/harnes/interne/2023/bilan"
    ]


def test_un_carnet_ne_recoit_que_les_parametres_qu_il_declare(carnets: Path) -> None:
    voulue = demande(carnets, Path("reports"), rapports=("diagnostic", "fiche_1", "bilan"), annees=(2025,))

    recus = [dict(order.parametres) for order in commandes(voulue)]

    assert recus == [
        {"convention": "harnes"},
        {"convention": "harnes", "annee": 2025},
        {"convention": "harnes", "annee": 2025, "diffusion": "publique"},
    ]


def test_une_cellule_se_situe_comme_dans_le_carnet_livre(tmp_path: Path) -> None:
    carnet = Carnet(ecrire_carnet(tmp_path / "essai.ipynb", "1 + 1"))

    assert carnet.situer("1 + 1") == (4, "Partie unique")
    assert carnet.situer("introuvable") == (None, "")


def test_un_rapport_interne_n_est_ni_au_portail_ni_au_manifeste_public(carnets: Path, tmp_path: Path) -> None:
    from ctglib.production.portail import ecrire_portail

    sortie = tmp_path / "sortie"
    produire(demande(carnets, sortie, rapports=("bilan",), annees=(2023,), diffusion="interne"))
    produire(demande(carnets, sortie, rapports=("diagnostic",)))

    portail = ecrire_portail(sortie).read_text(encoding="utf-8")

    assert {"harnes/interne/2023/bilan.html", "harnes/interne/manifeste.json"} <= set(octets(sortie))
    assert "diagnostic.html" in portail and "interne" not in portail
    assert "interne" not in (sortie / "harnes" / "manifeste.json").read_text(encoding="utf-8")
