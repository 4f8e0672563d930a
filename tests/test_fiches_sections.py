"""What a fiche answers, section by section: it says what is known, what is not, and to whom to ask."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from donnees_abimees import remplacer
from donnees_suivies import DONNEES
from suivi_exemple import ecrire_suivi

from ctglib.document.tableau import Tableau
from ctglib.donnees.lecture import VARIABLE
from ctglib.rapports.bilan import Bilan, ouvrir_bilan
from ctglib.rapports.fiche import Fiche

OBSERVATIONS = "suivi/2024/observations.csv"


@pytest.fixture
def convention(donnees: Path) -> Path:
    """The folder of Harnes with two invented years of follow-up."""
    return ecrire_suivi(donnees)


@pytest.fixture(scope="module")
def bilans(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Bilan]:
    """The same, read once: for what only looks."""
    copie = tmp_path_factory.mktemp("fiches") / "donnees"
    shutil.copytree(DONNEES, copie)
    ecrire_suivi(copie)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(VARIABLE, str(copie))
        return {annee: ouvrir_bilan("harnes", annee) for annee in (2024, 2025)}


def fiche(numero: int, annee: int = 2024) -> Fiche:
    return ouvrir_bilan("harnes", annee).fiche(numero)


def ligne(tableau: Tableau, texte: str) -> dict[str, str]:
    """Return the cells of the only row whose first cell contains a text."""
    head = tableau.colonnes[0].cle
    rows = tableau.cellules[tableau.cellules[head].str.contains(texte, regex=False)]
    assert len(rows) == 1
    return rows.iloc[0].to_dict()


def manques(asked: Fiche) -> set[tuple[str, str, str]]:
    rows = csv.DictReader(io.StringIO(asked.manques().csv()))
    return {(row["responsable"], row["nature"], row["element"]) for row in rows}


def ajouter(convention: Path, *rows: str) -> None:
    with (convention / OBSERVATIONS).open("a", encoding="utf-8") as file:
        file.writelines(f"{row}\n" for row in rows)


def test_une_section_sans_rien_a_montrer_disparait(bilans: dict[int, Bilan]) -> None:
    un = bilans[2024].fiche(1)
    trois = bilans[2024].fiche(3)
    quatre = bilans[2024].fiche(4)

    assert (trois.appreciation(), trois.profils()) == (None, None)
    assert fiche(2, 2023).moyens() is None
    # Others gave their means: those that were asked for this fiche are said not to have come.
    assert set(un.moyens().donnees["statut"]) == {"L"}
    assert quatre.moyens() is not None
    assert un.appreciation() is not None
    assert "visee" in {
        colonne.cle for colonne in bilans[2024].fiche(2).indicateurs()["indicateurs"].colonnes
    }


def test_une_annee_vide_apres_une_annee_suivie_n_est_pas_reduite_a_une_page(
    bilans: dict[int, Bilan],
) -> None:
    assert not bilans[2025].fiche(2).sans_suivi
    assert (
        ligne(bilans[2025].fiche(2).indicateurs()["indicateurs"], "fréquentation")["dite"]
        == "non transmis"
    )


def test_les_valeurs_portent_leur_annee_et_leur_marque(bilans: dict[int, Bilan]) -> None:
    cellules = ligne(bilans[2024].fiche(2).indicateurs()["indicateurs"], "fréquentation")

    assert cellules["depart"] == "380 (e, 2022)"
    assert (cellules["avant"], cellules["dite"]) == ("405", "0 (p)")
    assert cellules["jugee"] == "année en cours"


def test_la_cible_nomme_son_avenant_et_le_verdict_a_son_signe(bilans: dict[int, Bilan]) -> None:
    cellules = ligne(bilans[2024].fiche(2).indicateurs()["indicateurs"], "fréquentation")

    assert cellules["visee"] == "450 en 2026 (avenant 1) ▼\u00a0en recul depuis 2022, il manque 450"


def test_une_valeur_revisee_est_dite_avec_sa_raison(bilans: dict[int, Bilan]) -> None:
    rows = bilans[2024].fiche(2).revisions().cellules.to_dict("records")

    assert [(row["annee"], row["ancien"], row["nouveau"], row["raison"]) for row in rows] == [
        ("2023", "400", "405", "Doubles retirés")
    ]


def test_sans_valeur_revisee_la_fiche_n_a_pas_de_tableau_des_revisions(
    bilans: dict[int, Bilan],
) -> None:
    assert bilans[2024].fiche(1).revisions() is None


def test_ce_qu_un_avenant_change_a_la_fiche_est_dit_quand_il_est_en_vigueur(
    bilans: dict[int, Bilan],
) -> None:
    assert "Les enfants de 2 ans comptent" not in bilans[2024].fiche(2).contrat().html
    assert "Les enfants de 2 ans comptent" in bilans[2025].fiche(2).contrat().html


def test_un_petit_effectif_n_est_montre_nulle_part(convention: Path) -> None:
    # Children with an AEEH are part of those received: there have to be some.
    remplacer(convention / OBSERVATIONS, ",2024,0,nombre,P,", ",2024,410,nombre,P,")
    ajouter(convention, "62413,2024,enfants_aeeh_accueillis,,,2024,3,nombre,A,Service enfance,")
    deux = fiche(2)

    assert ligne(deux.indicateurs()["indicateurs"], "AEEH accueillis")["dite"] == "secret"
    rows = csv.DictReader(io.StringIO(deux.indicateurs()["indicateurs"].csv()))
    assert {row["valeur"] for row in rows if row["indicateur"] == "enfants_aeeh_accueillis"} == {""}
    assert "Ici, 1\u00a0ligne" in deux.limites().html


def test_un_tableau_retire_en_entier_est_dit_dans_la_fiche_qu_il_concerne(
    bilans: dict[int, Bilan],
) -> None:
    tables = pd.DataFrame(
        {
            "table": ["profils/2024/caj", "profils/2024/cmj"],
            "raison": ["sans_protection", "trop_long"],
        }
    )
    bilan = Bilan(replace(bilans[2024].annee, retraits=tables))

    html = bilan.fiche(2).limites().html

    assert "aucun masque partiel ne protège ses petits effectifs (profils/2024/caj)" in html
    assert "profils/2024/cmj" not in html


def test_l_etat_dit_ce_qui_est_passe_et_cite_la_trace(bilans: dict[int, Bilan]) -> None:
    cellules = ligne(bilans[2024].fiche(1).actions(), "1.2")

    assert cellules["mot"] == "réalisée"
    assert "Trace : Page de la ville." in cellules["precision"]


def test_les_manques_vont_au_service_qui_les_detient(bilans: dict[int, Bilan]) -> None:
    found = manques(bilans[2024].fiche(1))

    assert ("caf", "etat", "1.3") in found
    assert ("pmi", "valeur", "am_agreees") in found
    assert ("caf", "moyen", "caf/subvention") in found
    assert ("caf", "appreciation", "") in found  # only one of its three cells is given
    assert ("caf", "appreciation", "") in manques(bilans[2025].fiche(1))
    assert not {element for _, nature, element in found if nature == "etat"} & {"1.1", "1.2"}


def test_ce_qui_est_donne_ne_manque_plus(convention: Path) -> None:
    avant = manques(fiche(2))
    ajouter(convention, "62413,2024,sejour_places,,,2024,36,nombre,A,Service enfance,")

    assert avant - manques(fiche(2)) == {("enfance", "valeur", "sejour_places")}


def test_le_trajet_part_de_la_valeur_initiale_et_se_tait_sur_l_avant(convention: Path) -> None:
    ajouter(
        convention,
        "62413,2024,sejour_places,,,2024,36,nombre,A,Service enfance,",
        "62413,2024,sejour_participants,,,2024,30,nombre,A,Service enfance,",
    )
    drawn = fiche(2).indicateurs()["trajectoires"].tableau.donnees

    places = drawn[drawn["indicateur"] == "sejour_places"]
    assert list(places["annee"]) == [
        2023,
        2024,
    ]  # the initial value that the convention dates, then the year's
    assert list(drawn.loc[drawn["indicateur"] == "frequentation_jeunes", "annee"]) == [
        2022,
        2023,
        2024,
    ]
    assert "sejour_participants" not in set(drawn["indicateur"])  # a single value draws no way


def test_la_grille_ne_dit_dans_la_fiche_que_combien_de_lignes_ont_bouge(convention: Path) -> None:
    (convention / "suivi/2023/posture.csv").write_text(
        "fonction,domaine,item,niveau,diffusion\nChargé de coopération,attendus,diagnostics,0,\n"
        "Chargé de coopération,activites,reseau,1,\n",
        encoding="utf-8",
    )

    assert ligne(fiche(4).indicateurs()["indicateurs"], "posture")["dite"] == "1\u00a0ligne a bougé"


def test_une_fiche_se_demande_par_un_nombre_ou_par_un_texte(bilans: dict[int, Bilan]) -> None:
    assert bilans[2024].fiche("2").fiche == bilans[2024].fiche(2).fiche


def test_une_fiche_inconnue_est_refusee_en_francais(bilans: dict[int, Bilan]) -> None:
    with pytest.raises(
        ValueError, match=r"La fiche action 9 n'existe pas. Fiches possibles : 1, 2, 3, 4."
    ):
        bilans[2024].fiche(9)


def test_ce_qui_n_a_pas_d_echeance_ecrite_donne_sa_periode(convention: Path) -> None:
    remplacer(
        convention / "convention.yaml",
        'numero: "2.1"\n',
        'numero: "2.1"\n        echeance: 2025-06-30\n',
    )
    rows = [row for row in fiche(2).contrat().cellules["rubrique"] if row.startswith("Modalité")]

    assert rows[0] == "Modalité 2.1, pour le 30\u00a0juin 2025"
    assert rows[1].startswith("Modalité 2.2, de 2023 à 202")


@pytest.mark.parametrize("nom", ["harnes", "demonstration"])
@pytest.mark.parametrize("numero", [1, 2, 3, 4])
def test_tout_le_contrat_est_imprime_dans_l_ordre_ou_il_est_ecrit(nom: str, numero: int) -> None:
    asked = ouvrir_bilan(nom, 2025).fiche(numero)
    written = asked.fiche
    rows = asked.contrat().cellules.set_index("rubrique")["texte"]
    told = " ".join(rows)
    parts = [
        *written.constat_initial,
        *written.publics,
        *written.objectifs,
        *(item.texte for item in written.modalites),
        *written.services,
        *written.partenaires,
        *(item.libelle for item in written.resultats),
        *(item.libelle for item in written.indicateurs if item.libelle),
    ]

    services = rows["Services mobilisés et responsables de l'action"]
    assert [part for part in parts if part not in told] == []
    assert services == " ; ".join(written.services) + "."


def test_une_serie_plus_recente_que_le_bilan_n_y_est_pas() -> None:
    years = ouvrir_bilan("demonstration", 2023).fiche(1).chiffres_publics().donnees["annee"]

    assert years.max() <= 2023


def test_ce_qui_est_facultatif_ne_manque_a_personne(bilans: dict[int, Bilan]) -> None:
    asked = {element for _, nature, element in manques(bilans[2024].fiche(2)) if nature == "valeur"}

    assert "heures_offertes" not in asked  # optional
    assert {
        "reunions_partenariales",
        "capacite_declaree",
    } <= asked  # written by the fiche; asked of all
