"""The state of the actions of a fiche at the date of the bilan."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from essais import exemples
from evaluation_exemple import avenants, catalogue, convention
from hypothesis import given
from hypothesis import strategies as st

from ctglib.calculs.etats import COLONNES, etats
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import ModaliteAction

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "evaluation_etats.yaml").read_text(encoding="utf-8")
)
TEXTES = ("debut", "fin", "responsable", "commentaire", "motif", "preuve")
STATUTS = [
    "prevue",
    "en_cours",
    "realisee",
    "partielle",
    "reportee",
    "abandonnee",
    "non_renseignee",
]


def _actions(*lignes: dict) -> pd.DataFrame:
    rows = [
        {"fiche": "1", "modalite": "1.1", **dict.fromkeys(TEXTES, ""), **ligne} for ligne in lignes
    ]
    table = pd.DataFrame(rows, columns=["fiche", "modalite", "statut", *TEXTES])
    return table.astype({"fiche": "str"})


def _lire(
    convention: Convention, actions: pd.DataFrame, arretee: date, avenants: tuple = ()
) -> pd.DataFrame:
    """Return the states of a year, of which nothing else is known."""
    year = SimpleNamespace(actions=actions, bilan=SimpleNamespace(date_arretee=arretee))
    given = {
        "plan": lambda _: convention,
        "catalogue": catalogue(),
        "avenants": avenants,
    }
    return etats(SimpleNamespace(**given, suivis={arretee.year: year}), arretee.year)


def _etat(cas: dict) -> pd.Series:
    modalite = ModaliteAction(numero="1.1", libelle="Réunir", **cas.get("modalite", {}))
    table = _lire(
        convention(modalites=(modalite,), debut=date(2023, 1, 1), fin=date(2026, 12, 31)),
        _actions(*([cas["action"]] if "action" in cas else [])),
        cas.get("date_arretee", date(cas["annee"], 12, 31)),
        avenants(*cas.get("avenants", [])),
    )
    assert tuple(table.columns) == COLONNES
    return table.iloc[0]


def _lisible(valeur: object) -> object:
    return valeur.date() if isinstance(valeur, datetime) else valeur


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_modalite_se_dit_comme_l_exemple_le_dit(cas: dict) -> None:
    found = _etat(cas)

    assert {nom: _lisible(found[nom]) for nom in cas["attendu"]} == cas["attendu"]


@exemples(30)
@given(
    st.sampled_from(STATUTS),
    st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    st.integers(2023, 2026),
)
def test_rien_de_ce_qui_n_est_pas_commence_ou_pas_connu_n_est_en_retard(
    statut: str, debut: date, annee: int
) -> None:
    found = _etat(
        {
            "modalite": {"debut": debut, "echeance": debut},
            "action": {"statut": statut},
            "annee": annee,
        }
    )

    if found["en_retard"]:
        assert debut.year <= annee
        assert statut in ("prevue", "en_cours", "partielle", "reportee")
    if debut > date(annee, 12, 31):
        assert "échéance" not in found["mot"]


def test_les_modalites_gardent_l_ordre_de_la_convention() -> None:
    several = tuple(
        ModaliteAction(numero=numero, libelle=numero) for numero in ("1.1", "1.2", "1.3")
    )

    table = _lire(
        convention(modalites=several),
        _actions(
            {"modalite": "1.3", "statut": "realisee", "fin": "2024-05-01"},
            {"modalite": "1.2", "statut": "prevue"},
        ),
        date(2024, 12, 31),
    )

    assert list(table["modalite"]) == ["1.1", "1.2", "1.3"]
    assert list(table["statut"]) == ["non_renseignee", "prevue", "realisee"]


def test_harnes_en_2023_ne_reproche_rien_a_la_fiche_1_qui_commence_en_2024() -> None:
    dossier = lire_dossier("harnes")

    table = _lire(dossier.convention, _actions(), date(2023, 12, 31))

    assert set(table[table["fiche"] == "1"]["mot"]) == {"non commencée – prévue en 2024"}
    assert not table["en_retard"].any()
