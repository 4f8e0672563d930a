"""annexe1.csv is the tables of the convention: nothing added, nothing left out, nothing corrected."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from annexe1_imprimee import TEXTE, LigneImprimee, lignes_du_texte, lignes_imprimees, nombre_imprime

from ctglib.calculs.comparaison import lignes_les_plus_recentes
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.formules import appliquer

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.catalogue import Indicateur

TERRITOIRES = ("62413", "62")
IMPRIMEES = lignes_imprimees()
LIGNES = [(ligne, territoire) for ligne in IMPRIMEES for territoire in TERRITOIRES]
# Shares that the study gives and that its own counts give back.
RECALCULEES = {
    "taux_couverture_caf": 59.4,
    "part_rsa": 22.4,
    "part_ppa": 38.8,
    "part_aah": 8.7,
    "part_aides_logement": 53.4,
    "part_allocations_familiales": 31.8,
    "part_rentree_scolaire": 28.2,
    "part_aeeh": 4.8,
    "part_cmg": 25.4,
    "part_6_17": 60.1,
    "part_6_11": 32.2,
    "part_12_17": 27.9,
}
POIDS_DE_L_ARRONDI = 1e-9


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier("harnes")


@pytest.fixture(scope="module")
def annexe1(dossier: Dossier) -> pd.DataFrame:
    return dossier.annexe1.set_index(["indicateur", "territoire"], drop=False)


def test_chaque_cellule_est_celle_de_la_convention(annexe1: pd.DataFrame) -> None:
    printed = {
        (ligne.indicateur, territoire): (ligne.section, *map(nombre_imprime, ligne.de(territoire)))
        for ligne, territoire in LIGNES
    }

    entered = {
        key: (row["section"], _nombre(row["valeur"]), _nombre(row["variation_5_ans"]))
        for key, row in annexe1.iterrows()
    }

    assert entered == printed


def test_aucune_ligne_n_est_ajoutee_ni_oubliee_et_l_ordre_est_celui_du_texte(
    annexe1: pd.DataFrame,
) -> None:
    expected = [(ligne.indicateur, territoire) for ligne, territoire in LIGNES]

    assert list(annexe1.index) == expected
    assert Counter(annexe1["territoire"]) == dict.fromkeys(TERRITOIRES, len(IMPRIMEES))


@pytest.mark.skipif(
    not TEXTE.exists(), reason=f"le texte de la convention n'est pas là ({TEXTE.name})"
)
def test_les_lignes_des_tableaux_du_texte_sont_celles_du_fichier_de_reference() -> None:
    printed = [(ligne.section, ligne.cellules) for ligne in IMPRIMEES]

    read = lignes_du_texte(TEXTE.read_text(encoding="utf-8"))

    for section, rows in groupby(read, key=lambda row: row[0]):
        assert list(rows) == [row for row in printed if row[0] == section]
    assert read == printed


def test_une_annee_laissee_en_blanc_est_reprise_du_groupe_et_la_note_le_dit(
    annexe1: pd.DataFrame,
) -> None:
    for imprimee, territoire in LIGNES:
        group = [
            ligne
            for ligne in IMPRIMEES
            if ligne.section == imprimee.section and not _evolution(ligne)
        ]
        before = (
            [ligne.annee for ligne in group[: group.index(imprimee)] if ligne.annee]
            if not imprimee.annee
            else []
        )

        row = annexe1.loc[(imprimee.indicateur, territoire)]

        assert row["annee"] == int(imprimee.annee or before[-1]), row.name
        assert ("Année vide" in row["note"]) == (not imprimee.annee), row.name


def test_le_statut_dit_ce_que_la_cellule_montre(annexe1: pd.DataFrame) -> None:
    for imprimee, territoire in LIGNES:
        cell = imprimee.de(territoire)[0]
        provisional = _evolution(imprimee) or imprimee.indicateur == "capacite_accueil"
        expected = {"": "L", "N.C.": "O"}.get(cell, "P" if provisional else "A")

        row = annexe1.loc[(imprimee.indicateur, territoire)]

        assert row["statut"] == expected, row.name
        assert row["note"] or expected not in "LO", row.name
        assert ("Tiret" in row["note"]) == (cell == "- €"), row.name


def test_une_valeur_est_vide_si_et_seulement_si_son_statut_est_une_absence(
    annexe1: pd.DataFrame, dossier: Dossier
) -> None:
    absent = annexe1["statut"].map(lambda code: bool(dossier.catalogue.statuts[code].mot))

    assert (annexe1["valeur"].isna() == absent).all()


def test_chaque_indicateur_des_themes_a_ses_lignes_et_son_unite(
    annexe1: pd.DataFrame, dossier: Dossier
) -> None:
    for theme in dossier.catalogue.themes:
        for item in theme.indicateurs:
            rows = annexe1.loc[item.id]
            assert tuple(rows["territoire"]) == TERRITOIRES
            assert set(rows["unite"]) == {item.unite}
    assert list(dict.fromkeys(annexe1["indicateur"])) == list(dossier.catalogue.indicateurs)


def test_chaque_valeur_tient_dans_les_bornes_et_les_decimales_de_son_indicateur(
    annexe1: pd.DataFrame, dossier: Dossier
) -> None:
    for row in annexe1.dropna(subset=["valeur"]).itertuples():
        item = dossier.catalogue.indicateurs[row.indicateur]
        low, high = item.bornes
        assert (low is None or row.valeur >= low) and (high is None or row.valeur <= high), (
            row.indicateur
        )
        assert round(row.valeur, item.decimales) == row.valeur, row.indicateur


def test_chaque_part_que_le_catalogue_sait_recalculer_revient_a_son_arrondi(
    dossier: Dossier,
) -> None:
    valeurs = lignes_les_plus_recentes(dossier.annexe1).pivot(
        index="territoire", columns="indicateur", values="valeur"
    )
    known = [item for item in dossier.catalogue.indicateurs.values() if item.calcul]

    for item in known:
        computed = appliquer(item.calcul, item.entrees, valeurs)
        for territoire in TERRITOIRES:
            gap = abs(computed[territoire] - valeurs.loc[territoire, item.id])
            assert gap <= _tolerance(item, dossier) + POIDS_DE_L_ARRONDI, (
                f"{item.id} {territoire} : {computed[territoire]}"
            )


@pytest.mark.parametrize(("indicateur", "part"), RECALCULEES.items(), ids=RECALCULEES)
def test_le_catalogue_retrouve_les_parts_de_l_etude(
    indicateur: str, part: float, dossier: Dossier
) -> None:
    item = dossier.catalogue.indicateurs[indicateur]
    valeurs = lignes_les_plus_recentes(dossier.annexe1).pivot(
        index="territoire", columns="indicateur", values="valeur"
    )

    computed = appliquer(item.calcul, item.entrees, valeurs)

    assert round(computed["62413"], 1) == part


def _nombre(valeur: float) -> float | None:
    return None if pd.isna(valeur) else float(valeur)


def _evolution(ligne: LigneImprimee) -> bool:
    """Whether a row is a yearly change of equipment, « provisoire » in the study: its cells carry a
    sign and no %.
    """
    return ligne.indicateur.startswith("evolution_") and "%" not in ligne.harnes


def _tolerance(indicateur: Indicateur, dossier: Dossier) -> float:
    """Return half the rounding of the printed value, plus half that of each input that a sum or a
    complement adds.
    """
    entries = [
        entry if isinstance(entry, list) else [entry] for entry in indicateur.entrees.values()
    ]
    inputs = [dossier.catalogue.indicateurs[name] for names in entries for name in names]
    return sum((item.arrondi_source or 0) / 2 for item in (indicateur, *inputs))
