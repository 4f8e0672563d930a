"""What the law asks since a convention was signed: whom it binds, where it answers, how sure it is."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from ctglib import ouvrir_evaluation
from ctglib.blocs.conformite import Conformite
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modeles.convention import Validation
from ctglib.donnees.modeles.evaluation import Lectures
from ctglib.donnees.validation import valider


@cache
def demonstration() -> Conformite:
    return ouvrir_evaluation("demonstration").conformite


def texte(bloc: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bloc.html)).replace("&#x27;", "'")


def avec(population: float | None) -> Conformite:
    """The demonstration, its diagnostic counting so many inhabitants."""
    etude = demonstration().etude
    dossier = etude.suivi.dossier
    here = dossier.annexe1["indicateur"].eq("population")
    here &= dossier.annexe1["territoire"].eq("00001")
    annexe1 = dossier.annexe1.assign(valeur=dossier.annexe1["valeur"].mask(here, population))
    suivi = replace(etude.suivi, dossier=replace(dossier, annexe1=annexe1))
    return replace(demonstration(), etude=replace(etude, suivi=suivi))


def avec_finale(**autres: object) -> Conformite:
    """The demonstration, other rules or readings being those of its evaluation."""
    etude = demonstration().etude
    return replace(demonstration(), etude=replace(etude, finale=replace(etude.finale, **autres)))


@pytest.mark.parametrize(
    ("population", "dit"),
    [
        (12324.0, "est dispensée du schéma"),
        (10000.0, "pas obligatoire en deçà de 10 000 habitants"),
        (
            3500.0,
            "devrait recenser les besoins des enfants de moins de trois ans et informer les familles. C'est",
        ),
        (None, "ne donne pas la population"),
    ],
)
def test_les_seuils_de_population_disent_qui_est_oblige(population: float | None, dit: str) -> None:
    assert dit in texte(avec(population).regle()).replace("\u202f", " ")


def test_la_regle_est_a_verifier_tant_que_personne_ne_l_a_confirmee() -> None:
    told = Validation(par="Service juridique", date="2026-12-15")
    finale = demonstration().etude.finale
    sure = avec_finale(conformite=finale.conformite.model_copy(update={"confirme": told}))

    assert "À vérifier" in texte(demonstration().regle()) and "À vérifier" not in texte(
        sure.regle()
    )
    assert "confirmée par Service juridique, le 15 décembre 2026" in texte(sure.regle())


def test_chaque_element_dit_ou_la_convention_repond_ce_qui_est_connu_et_qui_a_le_reste() -> None:
    rows = demonstration().tableau().cellules.set_index("titre")

    assert list(rows.index) == [
        item.titre for item in demonstration().etude.finale.conformite.elements
    ]
    assert rows.loc[
        "Besoins des enfants de moins de trois ans et de leurs familles", "reponse"
    ] == ("Annexe 1, petite enfance ; fiche\u00a01")
    assert "naissances domiciliées (Insee) (2025)" in rows["su"].str.cat(sep=" ")
    assert rows["reste"].str.contains("à demander : ").all()


def test_ce_qui_est_connu_ne_compte_ni_ligne_vide_ni_ligne_de_personnes() -> None:
    etude = demonstration().etude
    dossier = etude.suivi.dossier
    offre = dossier.offre
    une_vide = offre["structure"].eq("libellules")
    autre_compte = offre["modalite"].eq("liste_offre")
    valeurs = offre["valeur"].mask(une_vide, "").mask(autre_compte, "56")
    dossier = replace(dossier, offre=offre.assign(valeur=valeurs))
    told = replace(
        demonstration(), etude=replace(etude, suivi=replace(etude.suivi, dossier=dossier))
    )

    known = told.tableau().cellules["su"].iloc[0]

    assert known.endswith(
        "(MAM) (1) ; assistantes maternelles (56 ou 62) ; relais petite enfance (RPE) (1)"
    )
    assert "micro-crèche (1)" in known and "multi-accueil" not in known


def test_une_convention_dont_l_offre_est_vide_n_en_sait_rien() -> None:
    etude = demonstration().etude
    empty = replace(etude.suivi.dossier, offre=etude.suivi.dossier.offre.iloc[:0])
    silent = replace(
        demonstration(), etude=replace(etude, suivi=replace(etude.suivi, dossier=empty))
    )

    known = silent.tableau().cellules["su"].iloc[0]
    assert "relais petite enfance" not in known and "; assistantes maternelles (" not in known


def test_une_convention_qui_ne_declare_rien_a_le_tableau_avec_non_declare() -> None:
    silent = avec_finale(lectures=Lectures())

    assert set(silent.tableau().cellules["reponse"]) == {"Non déclaré"}


def lue_avec(**changements: object) -> str:
    """Return what is said of the demonstration, without the fiche that its avenant adds, once its
    text has these changes.
    """
    etude = demonstration().etude
    dossier = etude.suivi.dossier
    fiches = [fiche for fiche in dossier.convention.fiches if fiche.numero != "5"]
    convention = dossier.convention.model_copy(update={"fiches": fiches, **changements})
    suivi = replace(etude.suivi, dossier=replace(dossier, convention=convention))
    return texte(replace(demonstration(), etude=replace(etude, suivi=suivi)).regle())


def test_un_theme_minimum_sans_fiche_est_une_question() -> None:
    told = lue_avec().replace("\u00a0", " ").replace("\u202f", " ")

    assert re.search(r"de la convention ne porte sur le thème « parentalité ».*\?", told)
    assert "« jeunesse »" not in told


def test_un_theme_minimum_se_lit_de_ce_qui_est_declare_et_non_des_mots_d_un_titre() -> None:
    convention = demonstration().etude.convention
    axes = [
        axe.model_copy(update={"titre": f"{axe.titre}, parentalité"}) for axe in convention.axes
    ]
    declares = [
        enjeu.model_copy(update={"themes": [*enjeu.themes, "parentalite"]})
        for enjeu in convention.enjeux
    ]

    assert "parentalité »" in lue_avec(axes=axes)
    assert "parentalité »" not in lue_avec(enjeux=declares)
    # Its fiche 5 answers an indicator of the theme.
    assert "parentalité »" not in texte(demonstration().regle())


def test_le_csv_n_a_que_des_textes_et_des_nombres() -> None:
    data = demonstration().tableau().donnees

    assert all(isinstance(value, str | int) or pd.isna(value) for value in data.to_numpy().ravel())


def test_un_element_ou_une_fiche_inconnus_sont_dits_avec_leur_place(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/lectures.yaml"
    path.write_text(
        "schema_petite_enfance:\n  - {element: creches, ou: annexe 2, fiches: [9]}\n",
        encoding="utf-8",
    )

    with pytest.raises(DonneesInvalides) as refus:
        valider("demonstration")

    assert [(fault.ligne, fault.trouve) for fault in refus.value.fautes] == [
        (2, "« creches »"),
        (2, "« 9 »"),
    ]


def test_un_axe_inconnu_dans_la_participation_est_dit_avec_sa_place(donnees: Path) -> None:
    folder = donnees / "conventions/demonstration/suivi/2024"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "participation.yaml"
    path.write_text(
        "exemples:\n  - {axe: jeunesse, date: 2024-05-02, texte: Un vote}\n", encoding="utf-8"
    )

    with pytest.raises(DonneesInvalides) as refus:
        valider("demonstration")

    assert [(fault.ligne, fault.trouve) for fault in refus.value.fautes] == [(2, "« jeunesse »")]
