"""The places by mode of care and the money by head: where the gap is, said from the figures alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from ctglib import ouvrir
from ctglib.blocs.offre import phrases_des_modes
from ctglib.blocs.theme import phrase_du_contrat, phrases_par_tete
from ctglib.calculs.comparaison import par_tete
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.convention import Clause, Convention
from ctglib.donnees.publiques import lire_couverture
from ctglib.rapports.diagnostic import Diagnostic


@cache
def etude() -> Diagnostic:
    return ouvrir("demonstration")


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def modes(**ecarts: float) -> pd.DataFrame:
    """Return places by mode that differ so from the reference, which has ten of each."""
    rows = [
        ("", 10.0 + sum(ecarts.values())),
        *((name, 10.0 + gap) for name, gap in ecarts.items()),
    ]
    table = pd.DataFrame(rows, columns=["modalite", "valeur"])
    return table.assign(annee=2023, valeur_reference=10.0, ecart=table["valeur"] - 10.0)


def dire(table: pd.DataFrame, *, soutenus: tuple[str, ...] = ()) -> list[str]:
    fiche = etude().convention.fiches[0].model_copy(update={"modes": list(soutenus)})
    return phrases_des_modes(table, etude().catalogue.diagnostic.modes, [fiche], etude().contexte)


def test_un_territoire_sans_taux_publie_n_en_a_aucun() -> None:
    dossier = lire_dossier("harnes")

    def ailleurs(code: str, *, fictive: bool = False) -> Dossier:
        changed = {"territoire": code, "fictive": fictive}
        return replace(dossier, convention=dossier.convention.model_copy(update=changed))

    small = ailleurs("62894")
    invented = ailleurs("00009")
    made_up = ailleurs("00001", fictive=True)
    assert lire_couverture(small).empty  # under ten thousand inhabitants
    assert lire_couverture(invented).empty
    assert lire_couverture(made_up).empty  # the folder of Harnes invents nothing


def test_une_sorte_dont_un_mode_manque_n_est_pas_comptee() -> None:
    told = dire(modes(eaje=-9.0, assistante_maternelle=2.0))

    assert told[0].startswith(
        "En 2023, pour 100 enfants de moins de 3 ans, Valfontaine offrait 3,0 places"
    )
    assert told[0].endswith("7,0 de moins que la Haute-Brume.")
    assert told[1:] == ["L'écart tenait à l'accueil collectif (9,0 de moins)."]


@pytest.mark.parametrize(
    ("ecarts", "soutenus", "attendu"),
    [
        (
            {"eaje": -9.0, "assistante_maternelle": 2.0, "garde_domicile": 0.0},
            ("garde_domicile",),
            [
                "L'écart tenait à l'accueil collectif (9,0 de moins) ; l'accueil individuel en offrait 2,0 de plus.",
                "La fiche action 1 soutient l'accueil individuel ; aucune n'a d'action sur l'accueil collectif.",
            ],
        ),
        (
            {"eaje": 1.0, "assistante_maternelle": -6.0, "garde_domicile": 0.0},
            ("assistante_maternelle",),
            [
                "L'écart tenait à l'accueil individuel (6,0 de moins) ; l'accueil collectif en offrait 1,0 de plus.",
                "La fiche action 1 soutient l'accueil individuel.",
            ],
        ),
        ({"eaje": 0.1, "assistante_maternelle": 0.1, "garde_domicile": 0.0}, ("eaje",), []),
    ],
)
def test_les_phrases_suivent_les_ecarts_et_les_fiches(
    ecarts: dict[str, float], soutenus: tuple[str, ...], attendu: list[str]
) -> None:
    assert dire(modes(**ecarts), soutenus=soutenus)[1:] == attendu


def test_un_montant_absent_ou_un_effectif_nul_ne_donne_pas_de_ligne() -> None:
    rules = etude().catalogue.diagnostic.par_tete
    frame = etude().comparaison.copy()
    frame.loc[frame["indicateur"] == "financement_petite_enfance", "valeur"] = float("nan")
    frame.loc[frame["indicateur"] == "enfants_6_17", "valeur"] = 0.0

    assert list(par_tete(frame, rules)["id"]) == ["parentalite"]


def test_l_ecart_le_plus_grand_est_dit_en_proportion_puis_en_euros_puis_ce_qui_est_au_dessus() -> (
    None
):
    par_tete_ici = {"petite_enfance": 95.0, "jeunesse": 134.0, "parentalite": 2.0}
    par_tete_la = {"petite_enfance": 698.0, "jeunesse": 113.0, "parentalite": 38.0}
    amounts = etude().moyens()["par-tete"].donnees
    amounts = amounts.assign(
        tete=amounts["id"].map(par_tete_ici).fillna(amounts["tete"]),
        tete_reference=amounts["id"].map(par_tete_la).fillna(amounts["tete_reference"]),
    )
    amounts = amounts.assign(fois=amounts["tete_reference"] / amounts["tete"])

    told = [lisible(one) for one in phrases_par_tete(amounts, etude().contexte)]
    alone = phrases_par_tete(amounts[amounts["id"].eq("petite_enfance")], etude().contexte)

    assert told == [
        "L'écart le plus grand en proportion est celui de « parentalité et vie sociale » : en 2020, par allocataire, "
        "la Caf a versé 38 € en Haute-Brume, 2 € à Valfontaine.",
        "En euros, c'est celui de « petite enfance » : 698 € par enfant de moins de 3 ans en Haute-Brume, "
        "95 € à Valfontaine.",
        "Pour « enfance et jeunesse », la Caf a versé davantage à Valfontaine : 134 € par enfant de 6 à 17 ans, contre "
        "113 € en Haute-Brume.",
    ]
    assert len(alone) == 1


def contrat(convention: Convention) -> str:
    """Return what is said of the contract before a convention."""
    words = etude().catalogue.diagnostic.contrat_precedent
    return lisible(phrase_du_contrat(etude().comparaison, words, convention, etude().contexte)[0])


def test_la_base_du_contrat_precedent_dit_ce_qui_reste_a_demander() -> None:
    moyens = Clause(article="5", texte="la Caf maintient le montant de l'année précédente")
    clauses = {**etude().convention.clauses, "moyens": moyens}
    convention = etude().convention.model_copy(update={"clauses": clauses})
    signed = convention.model_copy(update={"debut": convention.debut.replace(year=2021)})

    told = contrat(convention)
    known = contrat(signed)

    assert (
        "58 320 € pour le volet enfance et 92 410 € pour le volet jeunesse, soit 150 730 €." in told
    )
    assert told.endswith(
        " La Caf maintient le montant de l'année précédente (article 5) : "
        "le montant de 2022 est à demander à la Caf."
    )
    assert known.endswith("soit 150 730 €.")


def test_une_base_que_la_convention_n_ecrit_pas_ne_se_demande_pas() -> None:
    assert etude().convention.clauses["moyens"].texte is None
    assert contrat(etude().convention).endswith("soit 150 730 €.")


def test_sans_montant_ou_sans_clause_le_contrat_precedent_ne_se_dit_pas() -> None:
    words = etude().catalogue.diagnostic.contrat_precedent
    comparaison = etude().comparaison
    sans_montant = comparaison[~comparaison["indicateur"].isin(list(words.montants))]
    sans_clause = etude().convention.model_copy(update={"clauses": {}})

    assert phrase_du_contrat(sans_montant, words, etude().convention, etude().contexte) == []
    assert phrase_du_contrat(comparaison, words, sans_clause, etude().contexte) == []
