"""Collection rate, next year's list, means and grid."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest
from essais import exemples
from evaluation_exemple import (
    catalogue,
    convention,
    datee,
    evaluer,
    indicateur,
    observations,
    prevu,
)
from hypothesis import given
from hypothesis import strategies as st

from ctglib.calculs.collecte import A_COLLECTER, TAUX, a_collecter, taux_de_collecte
from ctglib.calculs.etats import PAR_POSTE, avec_objet, totaux
from ctglib.calculs.evaluation import ComparaisonDesGrilles, comparer_les_grilles
from ctglib.donnees.modeles.suivi import Bilan


def _collecte(responsable: str) -> dict[str, str]:
    return {
        "responsable": responsable,
        "qui": "Le relais",
        "quand": "en janvier",
        "document": "Registre",
    }


MESURES = (
    indicateur("x", collecte=_collecte("rpe")),
    indicateur("y", collecte=_collecte("coordination"), dimension="dispositif"),
    indicateur("z", collecte=_collecte("rpe")),
    indicateur("w", collecte=_collecte("rpe")),
    indicateur(
        "somme_xz", calcul="somme", entrees={"termes": ["x", "z"]}, collecte=_collecte("rpe")
    ),
)
FICHE = convention(*(prevu(item.id) for item in MESURES))
LIGNES = observations(
    {"annee": 2024, "valeur": 3, "statut": "P"},
    {"annee": 2024, "indicateur": "y", "dimension": "dispositif", "modalite": "caj", "statut": "Q"},
    {"annee": 2024, "indicateur": "z", "statut": "M"},
    {"annee": 2024, "indicateur": "w", "statut": "O"},
)


def _evaluation(rows: pd.DataFrame = LIGNES, annee: int = 2024) -> pd.DataFrame:
    return evaluer(FICHE, catalogue(*MESURES), rows, (), annee)


def _demandes(*lignes: tuple[str, str, bool]) -> pd.DataFrame:
    table = pd.DataFrame(lignes, columns=["fiche", "responsable", "manque"])
    return table.assign(nature="valeur")


def test_le_taux_de_collecte_compte_chaque_demande_par_fiche_et_par_service() -> None:
    demandes = _demandes(("1", "rpe", False), ("1", "caf", True), ("", "caf", False))

    found = taux_de_collecte(demandes).set_index(["groupe", "valeur_groupe"])

    assert tuple(found.reset_index().columns) == TAUX
    assert found.loc[("ensemble", "")].to_dict() == {
        "demandes": 3,
        "recus": 2,
        "manquent": 1,
        "taux": pytest.approx(200 / 3),
    }
    assert found.loc[("fiche", "1"), "manquent"] == 1
    assert found.loc[("fiche", ""), "taux"] == 100
    assert found.loc[("responsable", "caf"), "taux"] == 50
    assert found.loc[("nature", "valeur"), "manquent"] == 1


def test_sans_rien_le_taux_est_nul_et_sans_rien_de_demande_il_n_existe_pas() -> None:
    assert taux_de_collecte(_demandes(("1", "rpe", True))).iloc[0]["taux"] == 0
    assert taux_de_collecte(_demandes()).iloc[0].isna()["taux"]


def _manques(*lignes: tuple[str, str, int]) -> pd.DataFrame:
    table = pd.DataFrame(lignes, columns=["responsable", "element", "annee"])
    return table.assign(nature="valeur").astype({"annee": "Int64"})


@pytest.mark.parametrize(
    ("annee", "valeurs", "demande"),
    [
        (2022, {}, []),
        (2023, {}, [(2024, "annee_suivante")]),
        (2024, {}, [(2024, "a_completer")]),
        (2025, {}, [(2024, "a_completer")]),
        (2024, {2024: ("P", 1)}, [(2024, "a_confirmer")]),
        (2024, {2024: ("A", 1)}, []),
        (2025, {2024: ("A", 0)}, []),
    ],
)
def test_ce_qui_est_attendu_une_fois_n_est_demande_que_pour_son_annee(
    annee: int, valeurs: dict, demande: list[tuple[int, str]]
) -> None:
    meaning = indicateur("x", collecte=_collecte("rpe"), unique=True)
    fiche = convention(
        prevu("x", implicite={"sens": "hausse", "valeur": 1, "annee": 2024, "reference": "fiche 1"})
    )
    rows = observations(
        *(
            {"annee": year, "valeur": value, "statut": status}
            for year, (status, value) in valeurs.items()
        )
    )

    table = evaluer(fiche, catalogue(meaning), rows, (), annee)

    lacking = [("rpe", "x", 2024)] if annee >= 2024 and not valeurs else []
    found = a_collecter(table, catalogue(meaning), fiche, _manques(*lacking))
    assert list(found[["annee", "motif"]].itertuples(index=False, name=None)) == demande


def test_la_liste_demande_ce_qui_manque_ce_qui_est_provisoire_et_l_annee_suivante() -> None:
    lacking = _manques(("rpe", "w", 2024), ("rpe", "w", 2023), ("caf", "y", 2024))
    found = a_collecter(_evaluation(), catalogue(*MESURES), FICHE, lacking)

    assert tuple(found.columns) == A_COLLECTER
    asked = [tuple(row) for row in found[["indicateur", "annee", "motif"]].itertuples(index=False)]
    assert asked == [
        ("y", 2022, "valeur_initiale"),
        ("y", 2025, "annee_suivante"),
        ("x", 2022, "valeur_initiale"),
        ("x", 2024, "a_confirmer"),
        ("x", 2025, "annee_suivante"),
        ("z", 2022, "valeur_initiale"),
        ("z", 2025, "annee_suivante"),
        ("w", 2022, "valeur_initiale"),
        ("w", 2024, "a_completer"),
        ("w", 2025, "annee_suivante"),
        ("y", 2024, "a_completer"),  # of the service that owes a part of it
    ]


def test_la_derniere_annee_ne_demande_plus_la_suivante_sauf_si_un_avenant_prolonge() -> None:
    table = _evaluation(annee=2026)

    last = a_collecter(table, catalogue(*MESURES), FICHE, _manques())
    longer = a_collecter(
        table, catalogue(*MESURES), FICHE, _manques(), fin=pd.Timestamp(2027, 12, 31)
    )

    assert "annee_suivante" not in set(last["motif"])
    assert set(longer[longer["motif"] == "annee_suivante"]["annee"]) == {2027}


@pytest.mark.parametrize(
    ("mesure", "ecrit"),
    [
        (indicateur(ruptures=[{"annee": 2024, "raison": "Déclaration", "reference": "Cnaf"}]), {}),
        (indicateur(), {"implicite": {"sens": "hausse", "valeur": 1, "reference": "article 6"}}),
        (indicateur(), {"valeur_initiale": datee({2022: 40})}),
        (indicateur(table="profils"), {}),
    ],
    ids=["rupture depuis", "seuil du texte", "valeur écrite", "typologie"],
)
def test_une_valeur_initiale_qui_ne_servirait_pas_n_est_pas_demandee(
    mesure: object, ecrit: dict
) -> None:
    fiche = convention(prevu(**ecrit))

    found = a_collecter(
        evaluer(fiche, catalogue(mesure), observations(), (), 2024),
        catalogue(mesure),
        fiche,
        _manques(),
    )

    assert "valeur_initiale" not in set(found["motif"])
    assert "annee_suivante" in set(found["motif"])


def _suivi(posture: dict[str, int], dispositifs: tuple[str, ...] = ()) -> SimpleNamespace:
    profils = pd.DataFrame({"dispositif": list(dispositifs), "effectif": 12.0, "statut": "A"})
    return SimpleNamespace(bilan=Bilan(annee=2024), posture=_posture(posture), profils=profils)


def test_une_typologie_est_renseignee_par_un_profil_de_ses_dispositifs() -> None:
    mesure = indicateur(table="profils", dimension="dispositif", modalites=["caj"])

    def lire(dispositif: str) -> pd.Series:
        suivis = {2024: _suivi({}, (dispositif,))}
        return evaluer(
            convention(prevu()), catalogue(mesure), observations(), (), 2024, suivis=suivis
        ).iloc[0]

    assert lire("caj")["renseigne"]
    assert not lire("cmj")["renseigne"]
    assert lire("caj")["raison"] == "qualitatif"


def test_la_grille_vaut_le_nombre_de_lignes_qui_ont_bouge_et_rien_la_premiere_annee() -> None:
    mesure = indicateur(table="posture")
    suivis = {2023: _suivi({"a": 1, "b": 2, "c": 4}), 2024: _suivi({"a": 3, "b": 2, "c": 3})}

    rows = [
        evaluer(
            convention(prevu()), catalogue(mesure), observations(), (), 2024, suivis=known
        ).iloc[0]
        for known in (suivis, {2024: suivis[2024]})
    ]

    assert [row["valeur"] for row in rows][:1] == [2]
    assert pd.isna(rows[1]["valeur"])
    assert [row["renseigne"] for row in rows] == [True, True]


def _posture(niveaux: dict[str, int]) -> pd.DataFrame:
    rows = [("Chargé de coopération", "attendus", item, niveau) for item, niveau in niveaux.items()]
    return pd.DataFrame(rows, columns=["fonction", "domaine", "item", "niveau"]).astype(
        {"niveau": "Int64"}
    )


def test_la_grille_compte_ce_qui_a_bouge_sans_dire_quoi() -> None:
    moved = comparer_les_grilles(
        _posture({"a": 1, "b": 2, "c": 2, "e": 0}), _posture({"a": 3, "b": 2, "c": 1, "d": 4})
    )

    assert moved == ComparaisonDesGrilles(montees=1, descendues=1, inchangees=1, inconnues=2)
    assert moved.comparables == 3


@exemples(30)
@given(*[st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 4))] * 2)
def test_echanger_les_deux_grilles_echange_les_montees_et_les_descentes(
    une: dict, autre: dict
) -> None:
    there = comparer_les_grilles(_posture(une), _posture(autre))
    back = comparer_les_grilles(_posture(autre), _posture(une))

    assert (there.montees, there.inchangees, there.inconnues) == (
        back.descendues,
        back.inchangees,
        back.inconnues,
    )
    assert there.comparables + there.inconnues == len(une.keys() | autre.keys())


def _moyens(*lignes: tuple) -> pd.DataFrame:
    names = ["signataire", "fiche", "structure", "nature", "poste", "valeur", "statut"]
    return pd.DataFrame(lignes, columns=names).astype({"fiche": "str", "valeur": "float64"})


def test_les_moyens_se_totalisent_par_signataire_fiche_et_nature_sans_meler_postes_et_euros() -> (
    None
):
    rows = _moyens(
        ("ville", "4", "", "etp", "coordination", 1.0, "A"),
        ("ville", "4", "", "etp", "autres_agents", 0.5, "P"),
        ("ville", "4", "", "euros", "fonctionnement", 60000, "A"),
        ("caf", "4", "", "euros", "pilotage", None, "L"),
        ("caf", "4", "", "euros", "subvention", 2000, "A"),
        ("caf", "", "alsh", "euros", "bonus_territoire", 8000, "A"),
        ("caf", "", "alsh", "euros", "subvention", None, "M"),
    )

    found = totaux(rows, ["signataire", "fiche", "nature"]).set_index(
        ["signataire", "fiche", "nature"]
    )

    assert list(found.index) == [
        ("ville", "4", "etp"),
        ("ville", "4", "euros"),
        ("caf", "4", "euros"),
        ("caf", "", "euros"),
    ]
    assert list(found["valeur"].fillna(-1)) == [1.5, 60000, -1, 8000]
    assert list(found["valeur_connue"]) == [1.5, 60000, 2000, 8000]
    assert list(found["statut"]) == ["P", "A", "L", "A"]
    assert list(found["manquantes"]) == [0, 0, 1, 0]


def test_les_moyens_d_une_structure_se_lisent_ligne_a_ligne_du_budget() -> None:
    rows = _moyens(
        ("ville", "2", "", "euros", "fonctionnement", 1000, "A"),
        ("caf", "", "alsh", "euros", "bonus_territoire", 8000, "A"),
        ("ville", "", "alsh", "euros", "fonctionnement", 20000, "A"),
    )

    told = avec_objet(rows)
    found = totaux(told[told["structure"].ne("")], ["structure", *PAR_POSTE])

    assert list(told["objet"]) == ["2", "structure", "structure"]
    assert list(found["structure"]) == ["alsh", "alsh"]
    assert list(found["valeur"]) == [8000, 20000]


def test_sans_moyens_les_tables_sont_vides_et_gardent_leurs_colonnes() -> None:
    keys = ["signataire", "fiche", "nature"]

    assert list(totaux(_moyens(), keys).columns) == [
        *keys,
        "valeur",
        "valeur_connue",
        "lignes",
        "manquantes",
        "statut",
    ]
    assert totaux(avec_objet(_moyens()), ["structure", *PAR_POSTE]).empty
