"""The blocks of a year's bilan as their readers get them, on the demonstration."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from ctglib import ouvrir_bilan
from ctglib.blocs import analyses
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.collecte import tableau_collecte, tableau_revisions
from ctglib.document.tableau import Tableau
from ctglib.donnees.modeles.plan import Analyse


@cache
def etude() -> EtudeAnnuelle:
    return ouvrir_bilan("demonstration", 2025).etude


def declaree(type_: str) -> Analyse:
    fiches = etude().convention.fiches
    return next(item for fiche in fiches for item in fiche.analyses if item.type == type_)


def tableau(blocs: list[object]) -> Tableau:
    return next(bloc for bloc in blocs if isinstance(bloc, Tableau))


def test_un_flux_dont_l_effectif_n_est_pas_suivi_dit_les_entrees_et_les_departs() -> None:
    flux = declaree("flux")
    sans_effectif = {role: quoi for role, quoi in flux.roles.items() if role != "effectif"}

    phrases, *_ = analyses.flux(etude(), flux.model_copy(update={"roles": sans_effectif}))

    assert str(phrases.items[0]).replace("\xa0", " ") == (
        "En 2025 : 4 entrées et 5 départs, soit un solde de \u22121."
    )


def test_un_seul_enfant_suffit_a_dire_un_dispositif_parmi_les_presents() -> None:
    inclusion = declaree("inclusion")
    mesures = etude().mesures.copy()
    au_caj = (
        mesures["indicateur"].eq(inclusion.indicateur_du_role("effectif"))
        & mesures["annee"].eq(2025)
        & mesures["modalite"].eq("caj")
    )
    mesures.loc[au_caj, ["valeur", "statut"]] = [1.0, "A"]

    phrases, *_ = analyses.inclusion(replace(etude(), mesures=mesures), inclusion)

    presents = next(str(dite) for dite in phrases.items if str(dite).startswith("Présents : "))
    assert "centre d'animation jeunesse (CAJ)" in presents


def test_le_tableau_de_l_inclusion_nomme_chaque_dispositif_puis_l_ensemble() -> None:
    libelles = tableau([*analyses.inclusion(etude(), declaree("inclusion"))]).cellules["libelle"]

    assert libelles.to_list()[0] == "Accueil périscolaire"
    assert libelles.to_list()[-1] == "Ensemble"
    assert libelles.is_unique


def test_ce_que_suit_un_poste_s_ecrit_avec_une_decimale() -> None:
    cellules = tableau([*analyses.norme(etude(), declaree("norme"))]).cellules

    assert cellules["a_defaut_par_poste"].to_list() == ["61,0", "96,7", "57,0"]


def test_le_tableau_de_la_collecte_nomme_les_services_puis_l_ensemble() -> None:
    noms = tableau_collecte(etude()).cellules["valeur_groupe"].to_list()

    services = {service.libelle for service in etude().catalogue.responsables.values()}
    assert noms[-1] == "Ensemble"
    assert set(noms[:-1]) <= services


def test_une_valeur_revisee_a_la_hausse_le_dit_par_un_signe() -> None:
    revision = (
        etude()
        .revisions.iloc[:1]
        .assign(
            indicateur="am_agreees",
            dimension="",
            modalite="",
            valeur=[12.0],
            valeur_ancienne=[9.0],
            statut="A",
            statut_ancien="A",
        )
    )

    assert tableau_revisions(etude(), revision).cellules["ecart"].to_list() == ["+3"]


def test_une_lecture_brute_n_est_jamais_rendue_a_qui_demande_la_lecture_masquee() -> None:
    with pytest.warns(UserWarning, match="Effectifs bruts"):
        brute = ouvrir_bilan("demonstration", 2025, brut=True).etude
    masquee = ouvrir_bilan("demonstration", 2025).etude

    secrets_de_la_brute = brute.mesures["statut"].eq("Q").sum()
    assert secrets_de_la_brute < masquee.mesures["statut"].eq("Q").sum()
