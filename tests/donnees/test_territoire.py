"""What the reports of Harnes say of its territory, from annexe 1 and from the public series."""

from __future__ import annotations

from functools import cache

import pandas as pd

from ctglib import ouvrir, ouvrir_bilan
from ctglib.blocs.territoire import en_moyennes, notes_des_moyennes
from ctglib.blocs.theme import phrase_du_contrat, phrases_par_tete, tableau_par_tete
from ctglib.document.tableau import Tableau
from ctglib.rapports.diagnostic import Diagnostic


@cache
def etude() -> Diagnostic:
    return ouvrir("harnes")


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def ligne(tableau: Tableau, texte: str) -> dict[str, str]:
    """Return the cells of the only row whose first cell contains a text."""
    head = tableau.colonnes[0].cle
    rows = tableau.cellules[tableau.cellules[head].str.contains(texte, regex=False)]
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


def test_les_places_sont_celles_que_la_cnaf_publie() -> None:
    table = etude().modes.set_index("modalite")

    assert table["valeur"].to_dict() == {
        "": 50.4,
        "eaje": 5.5,
        "assistante_maternelle": 34.3,
        "prescolarisation": 10.1,
        "garde_domicile": 0.5,
    }
    assert table["valeur_reference"].to_dict() == {
        "": 57.7,
        "eaje": 14.5,
        "assistante_maternelle": 32.2,
        "prescolarisation": 10.1,
        "garde_domicile": 0.8,
    }
    assert etude().modes.attrs["source"].startswith("Cnaf, txcouv_pe_com")


def test_les_montants_par_tete_sont_des_quotients_de_sommes() -> None:
    table = tableau_par_tete(etude().moyens()["par-tete"].donnees, etude().contexte, etude().doutes)

    told = table.cellules.map(lisible).set_index("objet")
    assert told.loc["Action sociale de la Caf, en tout, par allocataire"].to_list() == [
        "297 561 €",
        "100 €",
        "209 €",
    ]
    assert told.loc["Petite enfance, par enfant de moins de 3 ans (?)"].to_list() == [
        "44 877 €",
        "95 €",
        "698 €",
    ]


def test_la_parentalite_et_la_petite_enfance_sont_les_plus_loin_du_departement() -> None:
    amounts = etude().moyens()["par-tete"].donnees

    told = [lisible(one) for one in phrases_par_tete(amounts, etude().contexte)]

    assert told == [
        "L'écart le plus grand en proportion est celui de « parentalité et vie sociale » : en 2020, par allocataire, "
        "la Caf a versé 38 € dans le Pas-de-Calais, 2 € à Harnes.",
        "En euros, c'est celui de « petite enfance » : 698 € par enfant de moins de 3 ans dans le Pas-de-Calais, "
        "95 € à Harnes.",
        "Pour « enfance et jeunesse », la Caf a versé davantage à Harnes : 134 € par enfant de 6 à 17 ans, contre "
        "113 € dans le Pas-de-Calais.",
    ]


def test_le_contrat_precedent_se_lit_a_l_article_5() -> None:
    words = etude().catalogue.diagnostic.contrat_precedent

    told = lisible(
        phrase_du_contrat(etude().comparaison, words, etude().convention, etude().contexte)[0]
    )

    assert (
        "15 759 € pour le volet enfance et 84 369 € pour le volet jeunesse, soit 100 128 €." in told
    )
    assert told.endswith("(article 5) : le montant de 2022 est à demander à la Caf.")


def test_la_variation_des_naissances_est_imprimee_comme_dans_la_convention_et_lue_nulle_part() -> (
    None
):
    etude = ouvrir("harnes")
    rows = etude.comparaison.set_index("indicateur")

    row = rows.loc["naissances"]
    tableau = etude.tableau("petite_enfance")
    imprimee = next(ligne for ligne in tableau.lignes() if str(ligne[0]).startswith("Naissances"))

    assert [str(cellule).replace("\u202f", " ") for cellule in imprimee[-2:]] == [
        "+6,0 %",
        "\u221213,9 %",
    ]
    assert str(imprimee[0]).endswith("(h)")
    assert (row["valeur"], row["variation"], row["variation_reference"]) == (177, 6.0, -13.9)
    assert "n'excède pas ce que le hasard donne à de tels nombres" in row["note"]
    assert pd.isna(etude.constats_surs.loc["naissances", "variation"])
    assert rows.loc["enfants_aeeh", "variation"] == 119.7


def test_le_bilan_dit_les_moyennes_le_hasard_et_les_annees_deduites() -> None:
    bilan = ouvrir_bilan("harnes", 2025)
    rows = bilan.territoire.rangees
    contexte = bilan.etude.contexte

    row = next(row for row in rows.itertuples() if row.indicateur == "insee_naissances")
    said = en_moyennes(row, contexte).replace("\u202f", " ")
    note = notes_des_moyennes(rows, contexte)[0].replace("\u202f", " ")

    assert said.startswith("150 par an en moyenne de 2021 à 2025, 160 de 2015 à 2020 (\u22126 %), ")
    assert said.endswith(", ce qui n'excède pas ce que le hasard donne à de tels nombres")
    assert pd.isna(row.variation_depart)
    assert "le hasard seul fait bouger un tel nombre de moins de 35" in note
    assert note.endswith("Année déduite de l'ordre des valeurs : 2025.")


def test_la_fiche_1_dit_quelles_annees_de_naissances_sont_deduites() -> None:
    table = ouvrir_bilan("harnes", 2025).fiche(1).chiffres_publics()

    assert any("Année déduite de l'ordre des valeurs : " in note for note in table.notes)


def test_la_convention_nomme_ses_services_et_ses_partenaires() -> None:
    bilan = ouvrir_bilan("harnes", 2025)
    deux, trois = (
        bilan.fiche(numero).contrat().cellules.set_index("rubrique")["texte"] for numero in (2, 3)
    )

    assert deux["Services mobilisés et responsables de l'action"].startswith(
        "Service action sociale de la Caf ; "
    )
    assert "Gamins Exceptionnels" in deux["Partenaires sollicités"]
    assert "Service d'aide à domicile" in deux["Partenaires sollicités"]
    assert (
        "petite enfance, parentalité, actions éducatives"
        in trois["Services mobilisés et responsables de l'action"]
    )
    assert "Avenir des cités" in trois["Partenaires sollicités"]


def test_la_fiche_montre_ce_que_disent_les_series_publiques() -> None:
    bilan = ouvrir_bilan("harnes", 2025)
    un = bilan.fiche(1).chiffres_publics()
    trois = bilan.fiche(3).chiffres_publics()

    assert ligne(un, "Établissement d'accueil")["niveau"] == "5,5"
    assert ligne(un, "Établissement d'accueil")["niveau_reference"] == "14,5"
    assert (ligne(trois, "18 à 24 ans")["niveau"], ligne(trois, "18 à 24 ans")["annee"]) == (
        "284",
        "2020",
    )
    assert bilan.fiche(4).chiffres_publics() is None
