"""The indices of the radar."""

from __future__ import annotations

from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from analyse_exemple import contexte, indicateur, lignes, radar
from coherence_exemple import convention
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st

from ctglib import ouvrir
from ctglib.blocs.theme import vulnerabilite
from ctglib.calculs.comparaison import INDICES, incertains, indices, ranger
from ctglib.donnees.modeles.catalogue import AxeRadar, Radar
from ctglib.rapports.controle import ouvrir_controle

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "radar.yaml").read_text(encoding="utf-8"))
TRANSFORMATIONS = st.sampled_from(["", "inverse", "complement"])
LACUNE = {
    "id": "radar",
    "objet": "Radar",
    "manque": "Les axes",
    "reference": "annexe 1",
    "question": "Quels axes ?",
}
VALIDE = "radar: {valide: {par: Caf du Pas-de-Calais, date: 2026-03-02}}\n"
TAUX = st.floats(0.1, 99.9)


def _radar(transformation: str) -> Radar:
    axe = {"indicateur": "x", "libelle": "Un axe", "renverse": bool(transformation)}
    autres = [AxeRadar(indicateur=nom, libelle=nom) for nom in ("y", "z")]
    return radar(AxeRadar(**axe), *autres)


def _indices(
    ici: float | None,
    la: float | None,
    transformation: str,
    annee_la: int = 2020,
    *,
    statut: str = "A",
    doute: str = "",
) -> pd.DataFrame:
    rows = lignes(
        ("x", "01001", 2020, ici, None, "pourcent", statut),
        ("x", "01", annee_la, la, None, "pourcent", "A"),
    )
    rules = {"x": transformation}
    return indices(
        rows, _radar(transformation), ("01001", "01"), renversements=rules, doutes=[doute]
    )


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_axe_donne_l_indice_ecrit(cas: dict) -> None:
    found = _indices(
        cas["valeur_ici"], cas["valeur_la"], cas["transformation"], cas.get("annee_la", 2020)
    ).iloc[0]

    written = None if pd.isna(found["indice"]) else round(found["indice"], 1)
    assert (written, found["niveau"]) == (cas["indice"], cas["niveau"])


@exemples(25)
@given(TAUX, TRANSFORMATIONS)
def test_deux_valeurs_egales_font_toujours_cent(taux: float, transformation: str) -> None:
    assert _indices(taux, taux, transformation)["indice"][0] == pytest.approx(100)


@exemples(25)
@given(TAUX, TAUX, st.floats(0.01, 100), st.sampled_from(["", "inverse"]))
def test_changer_d_echelle_des_deux_cotes_ne_change_rien(
    ici: float, la: float, echelle: float, transformation: str
) -> None:
    once = _indices(ici, la, transformation)["indice"][0]
    scaled = _indices(ici * echelle, la * echelle, transformation)["indice"][0]

    assert scaled == pytest.approx(once)


@exemples(25)
@given(st.one_of(st.none(), TAUX), TRANSFORMATIONS)
def test_un_cote_absent_rend_l_indice_absent(taux: float | None, transformation: str) -> None:
    assert _indices(taux, None, transformation)["niveau"][0] == "absent"
    assert _indices(None, taux, transformation)["niveau"][0] == "absent"


@exemples(25)
@given(TAUX, TAUX)
def test_une_lecture_inversee_change_de_cote(ici: float, la: float) -> None:
    direct = _indices(ici, la, "")["indice"][0]
    inverse = _indices(ici, la, "inverse")["indice"][0]

    assert direct * inverse == pytest.approx(100 * 100)


def test_les_axes_gardent_l_ordre_du_fichier_et_un_axe_sans_ligne_est_absent() -> None:
    table = _indices(10.0, 10.0, "")

    assert tuple(table.columns) == INDICES
    assert list(table["indicateur"]) == ["x", "y", "z"]
    assert list(table["niveau"]) == ["proche", "absent", "absent"]


def test_le_complement_montre_les_valeurs_transformees() -> None:
    row = _indices(36.8, 47.8, "complement").iloc[0]

    assert (round(row["valeur"], 1), round(row["valeur_reference"], 1)) == (63.2, 52.2)


def _mots(ici: float, la: float, transformation: str) -> str:
    """Return how the indices are read, spaces made plain."""
    words = contexte(
        {
            "x": indicateur("x", {"inverse": "pour_100"}.get(transformation, "pourcent")),
            "y": indicateur("y"),
            "z": indicateur("z"),
        }
    )
    rules = _radar(transformation).model_copy(update={"lacune": LACUNE["id"]})
    signed = convention(lacunes=[LACUNE])
    catalogue = SimpleNamespace(radar=rules)
    found = _indices(ici, la, transformation)
    etude = SimpleNamespace(indices=found, catalogue=catalogue, contexte=words, convention=signed)
    block = vulnerabilite(etude)
    return unescape(block.html).replace("\u202f", " ").replace("\u00a0", " ")


def test_le_mode_d_emploi_met_l_hypothese_a_part_et_imprime_formule_reference_et_seuils() -> None:
    written = _mots(34.1, 51.5, "inverse")

    assert '<div class="avertissement"><p>Hypothèse de travail. Les axes.</p></div>' in written
    assert "<p>indice = 100 × valeur / référence</p>" in written
    assert "Groupe de référence : L'Ain." in written
    assert (
        "Un indice de 120 ou plus est dit fortement supérieur, de 80 ou moins fortement inférieur"
        in written
    )
    assert "« Rapport inverse » : référence / territoire." in written
    assert "Complément" not in written
    assert "Question ouverte (annexe 1) : Quels axes ?" in written


@pytest.mark.parametrize(
    ("ici", "arrondi", "attendus"), [(4.8, 0.1, ["117 à 123"]), (4.8, 0.0, []), (4.6, 0.1, [])]
)
def test_un_axe_que_l_arrondi_seul_classe_est_dit_incertain(
    ici: float, arrondi: float, attendus: list[str]
) -> None:
    table = _indices(ici, 4.0, "")

    found = incertains(table, _radar(""), {"x": arrondi})

    spans = [f"{row.minimum:.0f} à {row.maximum:.0f}" for row in found.itertuples()]
    assert spans == attendus


def test_un_indice_provisoire_ou_a_verifier_ne_passe_pas_devant_les_autres() -> None:
    rows = [
        (name, code, 2020, value, None, "pourcent", statut)
        for name, ici, statut in (("x", 10.0, "P"), ("y", 26.0, "A"), ("z", 28.0, "A"))
        for code, value in (("01001", ici), ("01", 20.0))
    ]
    table = indices(
        lignes(*rows),
        _radar("inverse"),
        ("01001", "01"),
        renversements={"x": "inverse"},
        doutes=["z"],
    )

    ranked = ranger(table)

    assert table["indice"].round().to_list() == [200, 130, 140]
    assert ranked["libelle"].to_list() == [
        "y",
        "Un axe (rapport inverse, provisoire)",
        "z (à vérifier)",
    ]


def test_une_part_prend_toujours_son_complement_et_un_rapport_son_inverse() -> None:
    etude = ouvrir("demonstration")

    rules = etude.indices.set_index("indicateur")["renversement"]

    assert rules[rules != ""].to_dict() == {
        "part_moins_3_parents_actifs": "complement",
        "capacite_accueil": "inverse",
    }
    assert {
        name: unit.renversement
        for name, unit in etude.catalogue.unites.items()
        if unit.renversement
    } == {
        "pourcent": "complement",
        "pour_100": "inverse",
    }


def test_le_radar_reste_au_controle_tant_que_la_convention_ne_le_dit_pas_valide() -> None:
    assert ouvrir("demonstration").vulnerabilite() is None
    assert "Hypothèse de travail" in ouvrir_controle("demonstration").vulnerabilite().html


def test_un_radar_valide_revient_au_diagnostic_et_quitte_le_controle(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/convention.yaml"
    path.write_text(path.read_text(encoding="utf-8") + VALIDE, encoding="utf-8")

    shown = ouvrir("demonstration").vulnerabilite()

    written = unescape(shown.html).replace("\u00a0", " ")
    assert "Indices validés par Caf du Pas-de-Calais le 2 mars 2026." in written
    assert "indices" in shown
    assert "Hypothèse" not in written and "Question ouverte" not in written
    assert ouvrir_controle("demonstration").vulnerabilite() is None
