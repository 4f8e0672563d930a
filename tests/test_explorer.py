"""What an analyst types of a year: follow, then export."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctglib import ouvrir, ouvrir_bilan
from ctglib.document.figure import Figure


@pytest.fixture(scope="module")
def figure() -> Figure:
    return ouvrir_bilan("demonstration", 2025).suivre("cnaf_foyers_rsa", "am_agreees")


def test_une_serie_publique_et_un_indicateur_de_fiche_se_suivent_ensemble(figure: Figure) -> None:
    known = set(figure.tableau.donnees["indicateur"])

    assert known == {"cnaf_foyers_rsa", "am_agreees"}
    assert figure.tableau.donnees["annee"].max() == 2025
    assert figure.svg_large.startswith("<svg")


def test_ce_que_le_bilan_ne_connait_pas_encore_n_y_est_pas() -> None:
    figure = ouvrir_bilan("demonstration", 2023).suivre("am_agreees", "cnaf_foyers_rsa")

    assert figure.tableau.donnees["annee"].max() == 2023


def test_un_indicateur_sans_valeur_ne_donne_pas_de_graphique(avant_le_suivi: None) -> None:
    assert ouvrir_bilan("demonstration", 2024).suivre("am_agreees") is None


@pytest.mark.parametrize(
    ("noms", "dit"),
    [
        (("cnaf_foyers_rsaa",), "Noms proches : cnaf_foyers_rsa"),
        (("zzz",), "Les noms sont dans docs/dictionnaire.md."),
        ((), "Indiquer au moins un indicateur"),
    ],
)
def test_un_nom_qui_n_existe_pas_est_refuse_avec_ce_qui_lui_ressemble(
    noms: tuple[str, ...], dit: str
) -> None:
    with pytest.raises(ValueError, match=dit):
        ouvrir_bilan("demonstration", 2024).suivre(*noms)


def test_une_figure_s_exporte_en_dessin_ou_en_chiffres(figure: Figure, tmp_path: Path) -> None:
    dessin = figure.enregistrer(tmp_path / "x.svg")
    chiffres = figure.enregistrer(str(tmp_path / "x.csv"))

    assert "Comment évoluent-ils" in dessin.read_text(encoding="utf-8")
    assert chiffres.read_text(encoding="utf-8") == figure.tableau.csv()


def test_un_tableau_s_exporte_en_csv(tmp_path: Path) -> None:
    tableau = ouvrir("demonstration").tableau("logement")

    assert tableau.exporter(tmp_path / "logement.csv").read_text(encoding="utf-8") == tableau.csv()
