"""The indicators of the four fiches: complete, none passed off as agreed, no number that the text
does not give.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from coherence_exemple import FICHE, avec, convention

from ctglib.calculs.coherence import controler
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.formules import FORMULES
from ctglib.donnees.modeles.plan import Absence, ValeurDatee

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.plan import IndicateurFiche

CAS = yaml.safe_load(
    (Path(__file__).parents[1] / "cas" / "indicateurs_fiches.yaml").read_text(encoding="utf-8")
)
ABSENTE = {"absent": "Non donnée"}


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier("harnes")


@pytest.fixture(scope="module")
def prevus(dossier: Dossier) -> dict[str, IndicateurFiche]:
    return {item.id: item for fiche in dossier.convention.fiches for item in fiche.indicateurs}


@pytest.fixture(scope="module")
def texte(depot: Path) -> str:
    path = depot.parent / "shared" / "convention-harnes-2023-2026.txt"
    if not path.exists():
        pytest.skip(f"le texte de la convention n'est pas là ({path.name})")
    return _uni(path.read_text(encoding="utf-8"))


def test_aucun_indicateur_n_a_le_nom_d_un_autre(dossier: Dossier) -> None:
    catalogue = dossier.catalogue
    groups = [catalogue.indicateurs, catalogue.indicateurs_contexte, catalogue.indicateurs_fiches]

    assert len(catalogue.mesures) == sum(len(group) for group in groups)


def test_chacun_dit_tout_ce_qu_il_faut_pour_le_collecter_et_le_lire(dossier: Dossier) -> None:
    catalogue = dossier.catalogue

    for group in catalogue.fiches_indicateurs.values():
        for item in group:
            assert item.nature != "contexte", item.id
            assert item.references, item.id
            assert item.collecte.responsable in catalogue.responsables, item.id
            assert item.unite in catalogue.unites, item.id
            assert item.bornes[0] == 0, item.id


def test_une_dimension_et_ses_modalites_existent(dossier: Dossier) -> None:
    catalogue = dossier.catalogue
    broken_down = [item for item in catalogue.mesures.values() if item.dimension or item.modalites]

    for item in broken_down:
        assert set(item.modalites) <= {
            one.id for one in catalogue.dimensions[item.dimension].modalites
        }, item.id
    assert broken_down


def test_un_calcul_a_sa_formule_et_ses_entrees(dossier: Dossier) -> None:
    catalogue = dossier.catalogue
    computed = [item for item in catalogue.indicateurs_fiches.values() if item.calcul]

    for item in computed:
        assert item.calcul in FORMULES, item.id
        assert set(item.entrees.values()) <= set(catalogue.indicateurs_fiches), item.id
    assert {"am_par_etp_rpe", "taux_occupation"} <= {item.id for item in computed}


def test_les_indicateurs_ecrits_sont_ceux_de_la_convention_et_les_autres_sont_proposes(
    dossier: Dossier,
) -> None:
    agreed = {
        number: {item.id for item in group if item.origine == "convention"}
        for number, group in dossier.catalogue.fiches_indicateurs.items()
    }

    of_the_act = {
        "1": set(),
        **{str(number): set(written) for number, written in CAS["ecrits"].items()},
    }
    assert {number: agreed[number] for number in of_the_act} == of_the_act


@pytest.mark.parametrize(
    "passage", [text for written in CAS["ecrits"].values() for text in written.values()]
)
def test_un_indicateur_ecrit_se_lit_dans_le_texte(passage: str, texte: str) -> None:
    assert _uni(passage) in texte


def test_un_indicateur_ecrit_garde_ses_mots_et_un_propose_n_en_a_pas_dans_la_convention(
    dossier: Dossier, prevus: dict[str, IndicateurFiche]
) -> None:
    meanings = dossier.catalogue.indicateurs_fiches

    assert {name for name, item in prevus.items() if item.libelle} == {
        name for name, item in meanings.items() if item.origine == "convention"
    }


def test_la_convention_prevoit_tous_les_indicateurs_du_catalogue_dans_leur_fiche(
    dossier: Dossier,
) -> None:
    planned = {
        fiche.numero: [item.id for item in fiche.indicateurs] for fiche in dossier.convention.fiches
    }

    assert planned == {
        number: [item.id for item in group]
        for number, group in dossier.catalogue.fiches_indicateurs.items()
    }


def test_les_valeurs_du_texte_sont_des_valeurs_initiales(
    prevus: dict[str, IndicateurFiche], dossier: Dossier
) -> None:
    given = {name: prevus[name].valeur_initiale for name in CAS["valeurs_initiales"]}

    assert all(isinstance(value, ValeurDatee) for value in given.values())
    assert {name: value.valeur for name, value in given.items()} == {
        name: cas["valeur"] for name, cas in CAS["valeurs_initiales"].items()
    }
    assert {value.annee for value in given.values()} == {dossier.convention.debut.year}
    assert all("sans date" in value.reference for value in given.values())


@pytest.mark.parametrize("nom", CAS["valeurs_initiales"])
def test_une_valeur_initiale_se_lit_dans_le_texte(nom: str, texte: str) -> None:
    assert _uni(CAS["valeurs_initiales"][nom]["texte"]) in texte


def test_soixante_dix_ou_cinquante_six_ne_tranche_rien(prevus: dict[str, IndicateurFiche]) -> None:
    for name in ("am_agreees", "am_en_activite", "am_par_etp_rpe"):
        assert "70" in prevus[name].valeur_initiale.absent
        assert "56" in prevus[name].valeur_initiale.absent


def test_une_cible_absente_a_sa_raison(prevus: dict[str, IndicateurFiche]) -> None:
    absences = {
        name: item.cible for name, item in prevus.items() if isinstance(item.cible, Absence)
    }

    assert {name for name, absence in absences.items() if len(absence.absent) <= 20} == set()


def test_les_sens_et_les_seuils_que_le_texte_laisse_entendre_ont_leur_reference(
    prevus: dict[str, IndicateurFiche],
) -> None:
    implied = {name: prevus[name].implicite for name in CAS["implicites"]}

    assert {name: [item.sens, item.valeur, item.annee] for name, item in implied.items()} == CAS[
        "implicites"
    ]
    assert all(
        re.match(r"annexe 3, fiche action \d|article 6", item.reference)
        for item in implied.values()
    )


def test_un_sens_laisse_entendre_est_celui_du_catalogue(
    dossier: Dossier, prevus: dict[str, IndicateurFiche]
) -> None:
    meanings = dossier.catalogue.indicateurs_fiches

    for name, item in prevus.items():
        assert item.implicite is None or item.implicite.sens == meanings[name].sens, name


def test_un_resultat_attendu_a_ses_indicateurs_ou_dit_pourquoi_il_n_en_a_pas(
    dossier: Dossier,
) -> None:
    results = [result for fiche in dossier.convention.fiches for result in fiche.resultats]

    alone = [result for result in results if not result.indicateurs]

    assert set(CAS["sans_indicateur"]) <= {result.id for result in alone}
    assert all(result.note for result in alone)


def test_ce_qui_compte_des_personnes_est_sensible(dossier: Dossier) -> None:
    marked = [name for name, item in dossier.catalogue.indicateurs_fiches.items() if item.sensible]

    assert set(CAS["sensibles"]) <= set(marked)


def test_les_familles_d_activites_sont_celles_du_referentiel(dossier: Dossier) -> None:
    families = dossier.catalogue.dimensions["famille_activites"].modalites

    assert [(item.id, item.libelle) for item in families] == [
        (item.id, item.libelle) for item in dossier.catalogue.referentiel_emploi.activites
    ]


def test_les_enfants_de_l_aeeh_ne_se_comparent_pas_avant_2024(dossier: Dossier) -> None:
    meanings = dossier.catalogue.indicateurs_fiches

    for name in ("enfants_aeeh_accueillis", "heures_aeeh"):
        assert [rupture.annee for rupture in meanings[name].ruptures] == [2024]


def test_le_controle_ne_reproche_pas_au_texte_ce_que_le_classeur_propose() -> None:
    proposed = {"id": "visites", "valeur_initiale": ABSENTE, "cible": ABSENTE}
    fiche = {"indicateurs": [*FICHE["indicateurs"], proposed]}
    only_proposed = {
        "indicateurs": [proposed],
        "resultats": [{"id": "resultat", "libelle": "Plus d'accueil", "indicateurs": ["visites"]}],
    }

    sound = controler(avec(convention=convention(fiche)))
    empty = controler(avec(convention=convention(only_proposed)))

    assert sound.empty
    assert set(empty["regle"]) == {"fiche_sans_indicateur", "resultat_sans_indicateur"}


def _uni(texte: str) -> str:
    """Return a text on one line, with straight apostrophes."""
    return " ".join(texte.replace("’", "'").split())
