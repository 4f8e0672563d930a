"""What the yearly reports and the evaluation at the end say, where they said more than the data do."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from html import unescape

import pandas as pd
import pytest
from donnees_suivies import DONNEES

from ctglib import ouvrir_bilan, ouvrir_evaluation
from ctglib.blocs.page_une import donnees_lues, jour_des_donnees
from ctglib.document.contexte import verdict_dit
from ctglib.document.tableau import RIEN
from ctglib.document.typographie import en_lettres
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.plan import ValeurDatee
from ctglib.donnees.modeles.suivi import Bilan as BilanDeLAnnee
from ctglib.rapports.bilan import Bilan

ANNEES = (2023, 2024, 2025, 2026)


@pytest.fixture(scope="module", autouse=True)
def sans_suivi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The convention as it was signed, whatever has been followed up since."""
    if not (DONNEES / "conventions/harnes/suivi").exists():
        yield
        return
    copie = tmp_path_factory.mktemp("sans-suivi") / "donnees"
    shutil.copytree(DONNEES, copie)
    shutil.rmtree(copie / "conventions/harnes/suivi")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        yield


def actions(debut: date) -> int:
    """Return how many actions of the convention have begun by a date."""
    return sum(
        (modalite.debut or fiche.debut) <= debut
        for fiche in lire_dossier("harnes").convention.fiches
        for modalite in fiche.modalites
    )


@cache
def bilan(annee: int, convention: str = "harnes") -> Bilan:
    return ouvrir_bilan(convention, annee)


def texte(bloc: object) -> str:
    """Return the words of a block."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", bloc.html)))


def contrat(numero: int) -> pd.Series:
    """Return what the bilan of 2024 says that the convention writes of a fiche, by heading."""
    return bilan(2024).fiche(numero).contrat().cellules.set_index("rubrique")["texte"]


def ensemble(annee: int, indicateur: str) -> pd.Series:
    """Return the scoring of an indicator of the demonstration, as a whole."""
    rows = bilan(annee, "demonstration").etude.evaluation
    return rows[rows["indicateur"].eq(indicateur) & rows["dimension"].eq("")].iloc[0]


def test_le_hasard_est_celui_des_evenements_et_ce_qu_un_registre_compte_n_en_a_pas() -> None:
    catalogue = lire_dossier("harnes").catalogue

    suivis = catalogue.indicateurs_fiches.values()
    assert catalogue.mesures["insee_naissances"].hasard
    assert not [item.id for item in suivis if item.hasard]


def test_de_sept_gardes_a_domicile_a_six_il_y_en_a_une_de_moins() -> None:
    row = ensemble(2025, "gardes_domicile")

    assert (row["valeur_precedente"], row["valeur"]) == (7, 6)
    assert row["evolution"] in ("favorable", "defavorable", "")
    assert row["raison_evolution"] != "hasard"


def test_l_annee_qui_n_est_pas_finie_ne_se_juge_pas_et_dit_ce_qui_manque() -> None:
    rows = (
        bilan(2026, "demonstration")
        .fiche(1)
        .indicateurs()["indicateurs"]
        .cellules.set_index("libelle")
    )

    told = rows.loc["Assistantes maternelles agréées", "visee"].replace("\u00a0", " ")
    assert told == "62 en 2026 ○ année en cours, il manque 2"


def test_une_cible_manquee_l_est_de_tant() -> None:
    etude = bilan(2024, "demonstration").etude
    mots = etude.catalogue.evaluation
    comites = ensemble(2024, "comites_pilotage")
    places = ensemble(2024, "places_agreees")
    places["cible"] = 186.0
    places["verdict"] = "manque"

    assert verdict_dit(comites, comites["valeur"], etude.contexte, mots) == "×\u00a0manquée de 1"
    assert verdict_dit(places, 180.0, etude.contexte, mots).startswith("×\u00a0manquée de 6")


@pytest.mark.parametrize("annee", ANNEES)
def test_sans_suivi_les_modalites_realisees_sont_inconnues_et_non_zero(annee: int) -> None:
    told = texte(bilan(annee).une_page())

    assert "On ne sait pas où en sont" in told
    assert "réalisée" not in told


def test_une_fiche_qui_commence_en_2024_n_est_pas_non_renseignee_en_2023() -> None:
    page_2023, page_2024 = (texte(bilan(annee).une_page()) for annee in (2023, 2024))

    begun, all_of_them = (en_lettres(actions(date(year, 12, 31)), True) for year in (2023, 2026))
    in_2024 = en_lettres(actions(date(2024, 12, 31)), True)
    told = f"les {in_2024} actions" if in_2024 == all_of_them else f"{in_2024} actions sur"
    assert begun != all_of_them
    assert f"où en sont {begun} actions sur {all_of_them}" in page_2023
    assert (
        f"Fin 2023, {begun} des {all_of_them} actions de la convention devaient être" in page_2023
    )
    assert f"où en sont {told}" in page_2024


@pytest.mark.parametrize(("annee", "dit"), [(2023, False), (2024, True), (2025, True)])
def test_la_rencontre_de_2024_dont_rien_n_est_dit_est_a_demander(annee: int, dit: bool) -> None:
    asked = " ".join(bilan(annee).propositions().cellules["proposition"])

    echeance = "à échéance dans l'année ou avant : Rencontre du premier semestre 2024"
    assert (echeance in asked) is dit


@pytest.mark.parametrize("annee", ANNEES)
def test_un_rapport_ne_se_dit_pas_arrete_a_une_date_que_personne_n_a_donnee(annee: int) -> None:
    cover = bilan(annee).etude.couverture("", "")

    mentions = dict(cover.mentions)
    assert (
        mentions["Dernières données lues"]
        == f"aucun suivi transmis ; séries publiques de {min(annee, 2025)}"
    )
    assert mentions["Statut"].endswith(f"le bilan de {annee} n'est pas clos")
    assert cover.date == f"{min(annee, 2025)}-12-31"


def test_un_bilan_clos_dit_quand_il_est_arrete() -> None:
    words = bilan(2025).etude.catalogue.evaluation
    closed = BilanDeLAnnee(annee=2025, statut="definitif")

    (_, data), (_, status) = donnees_lues(closed, words, (2025, 2024), "harnes")

    assert data == "suivi de 2025 ; séries publiques de 2024"
    assert status == "définitif, données arrêtées au 31\u00a0décembre 2025"
    assert jour_des_donnees(closed, (2025, 2024)) == date(2025, 12, 31)


def cibles(annee: int, convention: str = "harnes") -> tuple[int, int]:
    """Return how many targets the bilan shows, and how many references that it says drawn from the
    text.
    """
    shown = bilan(annee, convention).indicateurs().cellules["visee"]
    drawn = shown.str.contains("(d)", regex=False)
    return int((shown.ne(RIEN) & ~drawn).sum()), int(drawn.sum())


@pytest.mark.parametrize("annee", ANNEES)
def test_ce_que_decrit_l_annexe_2_n_est_pas_une_cible(annee: int) -> None:
    planned = [
        item for fiche in lire_dossier("harnes").convention.fiches for item in fiche.indicateurs
    ]

    agreed = sum(isinstance(item.cible, ValeurDatee) for item in planned)
    drawn = sum(
        item.implicite is not None and item.implicite.valeur is not None for item in planned
    )
    assert drawn >= 5
    assert cibles(annee) == (agreed, drawn)


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_le_bilan_et_l_evaluation_comptent_les_memes_cibles(convention: str) -> None:
    table = ouvrir_evaluation(convention).etude.evaluabilite

    whole = table[table["groupe"].eq("propositions") & table["fiche"].eq("")].iloc[0]
    assert cibles(2026, convention)[0] == whole["cibles"]


def test_la_fiche_4_de_harnes_a_une_modalite_et_ses_quatre_parties() -> None:
    [fiche] = [one for one in lire_dossier("harnes").convention.fiches if one.numero == "4"]

    [only] = fiche.modalites
    assert len(only.parties) == 4
    [shown] = [text for heading, text in contrat(4).items() if heading.startswith("Modalité ")]
    assert all(part in shown for part in only.parties)


def test_une_fiche_imprime_les_indicateurs_qu_elle_ecrit() -> None:
    written = {number: contrat(number)["Indicateurs d'évaluation"] for number in (1, 2, 3, 4)}

    assert written.pop(1).startswith("La fiche n'en écrit aucun.")
    assert {number: len(told.split(" ; ")) for number, told in written.items()} == {
        2: 4,
        3: 3,
        4: 1,
    }
    assert "Nombre de réunions partenariales" in written[2]


def test_un_objectif_sans_modalite_est_un_point_ouvert() -> None:
    convention = lire_dossier("harnes").convention

    ids = {lacune.id for lacune in convention.lacunes}
    assert {"fiche_2_passerelles", "fiche_2_centre_sportif", "fiche_3_formation"} <= ids


def test_une_fiche_imprime_qui_la_porte_meme_sans_suivi_et_le_gabarit_le_suit() -> None:
    second, third = (texte(bilan(2024).fiche(number).contrat()) for number in (2, 3))
    missing = bilan(2024).fiche(2).manques()
    asked = dict(zip(missing.cellules.iloc[:, 0], missing.groupes, strict=False))

    assert (
        "responsables de l'action Service action sociale de la Caf ; Services municipaux" in second
    )
    assert "Association Gamins Exceptionnels" in second
    assert (
        "responsables de l'action Direction du service petite enfance, parentalité, actions éducatives"
        in third
    )
    assert "Service de prévention Avenir des cités" in third
    assert asked["État en 2024"].startswith("Service action sociale de la Caf : ")
    assert "Service jeunesse" not in texte(bilan(2024).une_page())


def test_de_petits_effectifs_publies_disent_pourquoi_la_ou_ils_sont() -> None:
    fiche = bilan(2025, "demonstration").fiche(1)

    for told in (" ".join(fiche.indicateurs()["indicateurs"].notes), texte(fiche.detail())):
        assert "Donnés même sous 5, seuil du secret" in told and "liste publique" in told
