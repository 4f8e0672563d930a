"""The convention of Harnes as data: what it writes is there, what it leaves out is said, and nobody
is named.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from donnees_suivies import DONNEES

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.rapports import ReglesBilan
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Affirmation, Convention
from ctglib.donnees.modeles.plan import Fiche, IndicateurFiche

CAS = yaml.safe_load(
    (Path(__file__).parents[1] / "cas" / "convention_harnes.yaml").read_text(encoding="utf-8")
)
CASES = ("publics", "objectifs", "modalites", "services", "partenaires", "resultats")
# What each operator needs to be judged, beside its indicators.
BESOINS = {
    "superieur": "reference",
    "inferieur": "reference",
    "similaire": "reference",
    "aucun_superieur": "reference",
    "maximum": "parmi",
    "environ": "arrondi",
    "egal": "valeur",
    "nul": "indicateurs",
    "periodicite": "periodicite",
}


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier("harnes")


@pytest.fixture(scope="module")
def convention(dossier: Dossier) -> Convention:
    return dossier.convention


def test_les_deux_parties_et_les_dates_sont_celles_de_l_acte(convention: Convention) -> None:
    signers = {partie.nom: partie.qualite_du_signataire for partie in convention.parties}

    assert signers == {
        "Ville de Harnes": "Le Maire",
        "Caisse d'allocations familiales du Pas-de-Calais": "Le Directeur",
    }
    assert (convention.debut, convention.fin) == (date(2023, 1, 1), date(2026, 12, 31))
    assert isinstance(convention.date_signature, Absence)
    assert (convention.territoire, convention.reference, convention.fictive) == (
        "62413",
        "62",
        False,
    )


def test_les_articles_qui_lient_le_classeur_sont_la_dans_l_ordre(convention: Convention) -> None:
    numbers = [article.numero for article in convention.articles]

    assert numbers == [
        "2",
        "3",
        "4",
        "5",
        "6-a",
        "6-b",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
        "14",
        "annexe 4",
    ]


def test_les_fiches_de_l_acte_sont_la(convention: Convention) -> None:
    numbers = {fiche.numero for fiche in convention.fiches}

    assert {str(fiche["numero"]) for fiche in CAS["fiches"]} <= numbers


@pytest.mark.parametrize(
    "attendu", CAS["fiches"], ids=[f"fiche-{fiche['numero']}" for fiche in CAS["fiches"]]
)
def test_une_fiche_a_toutes_les_lignes_de_ses_cases(attendu: dict, convention: Convention) -> None:
    (fiche,) = (fiche for fiche in convention.fiches if fiche.numero == str(attendu["numero"]))

    assert (fiche.numero, fiche.axe, fiche.debut, fiche.fin) == (
        str(attendu["numero"]),
        attendu["axe"],
        attendu["debut"],
        convention.fin,
    )
    assert {case: len(getattr(fiche, case)) for case in CASES} == {
        case: attendu[case] for case in CASES
    }
    assert len(_ecrits(fiche)) == attendu["indicateurs"]
    assert [fiche.age_min, fiche.age_max] == attendu["ages"]
    assert fiche.constat_initial
    assert [modalite.numero for modalite in fiche.modalites] == [
        f"{fiche.numero}.{rank}" for rank in range(1, attendu["modalites"] + 1)
    ]


def test_aucun_indicateur_ecrit_n_a_de_valeur_initiale_ni_de_cible_et_chacun_dit_pourquoi(
    convention: Convention,
) -> None:
    indicators = [item for fiche in convention.fiches for item in _ecrits(fiche)]

    assert {
        item.id for item in indicators if not isinstance(item.valeur_initiale, Absence)
    } == set()
    assert {item.id for item in indicators if not isinstance(item.cible, Absence)} == set()


@pytest.mark.parametrize(("identifiant", "mot"), CAS["lacunes"].items(), ids=CAS["lacunes"])
def test_ce_que_le_texte_laisse_ouvert_est_une_lacune_avec_sa_question(
    identifiant: str, mot: str, convention: Convention
) -> None:
    lacune = {lacune.id: lacune for lacune in convention.lacunes}[identifiant]

    said = f"{lacune.objet} {lacune.manque} {lacune.question} {lacune.reference}"

    assert mot in said
    assert lacune.question.endswith("?")


def test_axes_enjeux_fiches_themes_et_indicateurs_se_repondent(dossier: Dossier) -> None:
    convention = dossier.convention
    catalogue = dossier.catalogue
    axes = {axe.id for axe in convention.axes}
    stakes = {enjeu.id: enjeu for enjeu in convention.enjeux}
    themes = {theme.theme for theme in catalogue.themes}

    for enjeu in convention.enjeux:
        assert enjeu.axe in axes
        assert set(enjeu.themes) <= themes
    for fiche in convention.fiches:
        assert stakes[fiche.enjeu].axe == fiche.axe
        assert set(fiche.repond_a) <= set(catalogue.indicateurs)
        assert _cites(fiche) <= {item.id for item in fiche.indicateurs}
    assert {fiche.enjeu for fiche in convention.fiches} == set(stakes)


def test_les_identifiants_sont_uniques(dossier: Dossier) -> None:
    convention = dossier.convention
    groups = (
        [fiche.numero for fiche in convention.fiches],
        [item.id for fiche in convention.fiches for item in fiche.indicateurs],
        [item.id for fiche in convention.fiches for item in fiche.resultats],
        [lacune.id for lacune in convention.lacunes],
        [affirmation.id for affirmation in dossier.affirmations],
    )

    for group in groups:
        assert len(group) == len(set(group))


def test_chaque_affirmation_nomme_des_indicateurs_connus_et_ce_que_son_operateur_demande(
    dossier: Dossier,
) -> None:
    catalogue = dossier.catalogue

    for affirmation in dossier.affirmations:
        assert {*affirmation.indicateurs, *affirmation.parmi} <= set(catalogue.indicateurs), (
            affirmation.id
        )
        assert {affirmation.territoire, affirmation.reference} - {None} <= set(
            catalogue.territoires
        ), affirmation.id
        assert getattr(affirmation, BESOINS[affirmation.operateur]), affirmation.id
        assert (affirmation.valeur is None) == (affirmation.unite is None), affirmation.id
        assert (
            affirmation.operateur != "maximum" or affirmation.indicateurs[0] in affirmation.parmi
        ), affirmation.id
        assert affirmation.section in {*_sections(dossier), "présentation"}, affirmation.id


def test_toutes_les_sections_qui_affirment_ont_leurs_affirmations(dossier: Dossier) -> None:
    counts = Counter(affirmation.section for affirmation in dossier.affirmations)

    # 1.2 gives a table without a sentence.
    assert set(counts) == _sections(dossier) - {"1.2"} | {"présentation"}
    assert sum(counts.values()) >= 35


def test_les_versements_gardent_la_periodicite_du_texte(dossier: Dossier) -> None:
    paid = [affirmation for affirmation in dossier.affirmations if affirmation.unite == "euros"]

    monthly = {affirmation.valeur for affirmation in paid if affirmation.periodicite == "mensuelle"}
    yearly = {affirmation.valeur for affirmation in paid if affirmation.periodicite == "annuelle"}

    assert monthly == {1_700_000, 40_000, 240_000, 700_000, 370_000, 190_000}
    assert yearly == {300_000, 45_000, 250_000, 3_700, 3_300}
    # The text says of the 700 000 € « mensuellement », then « une fois dans l'année »: the second
    # is a sentence of its own, of which only the periodicity is judged.
    once = [item for item in dossier.affirmations if item.operateur == "periodicite"]
    assert [(item.periodicite, item.valeur) for item in once] == [("annuelle", None)]
    (said,) = [item for item in paid if item.indicateurs == once[0].indicateurs]
    assert (said.periodicite, said.valeur) == ("mensuelle", 700_000)


def test_le_resume_d_une_affirmation_ne_recopie_pas_le_texte(dossier: Dossier, depot: Path) -> None:
    texte = depot.parent / "shared" / "convention-harnes-2023-2026.txt"
    if not texte.exists():
        pytest.skip(f"le texte de la convention n'est pas là ({texte.name})")
    written = _mots(texte.read_text(encoding="utf-8"))

    copied = [item.id for item in dossier.affirmations if _plus_longue_reprise(item, written) >= 10]

    assert copied == []


@pytest.mark.parametrize(
    "ligne", CAS["offre"], ids=[" ".join(filter(None, ligne[:3])) for ligne in CAS["offre"]]
)
def test_une_caracteristique_de_l_offre_est_celle_de_l_annexe_2(
    ligne: list[str], dossier: Dossier
) -> None:
    structure, caracteristique, modalite, valeur = ligne
    offre = dossier.offre.set_index(["structure", "caracteristique", "modalite"])

    row = offre.loc[(structure, caracteristique, modalite)]

    assert row["valeur"] == valeur
    assert (row["statut"] == "L") == (valeur == "")


def test_l_offre_n_emploie_que_les_mots_du_catalogue(dossier: Dossier) -> None:
    words = dossier.catalogue.offre
    offre = dossier.offre

    assert set(offre["type"]) <= {item.id for item in words.types}
    assert {item.categorie for item in words.types} <= {*words.categories}
    assert set(offre["caracteristique"]) <= set(words.caracteristiques)
    assert set(offre["modalite"]) - {""} <= set(words.modalites)
    assert set(offre["unite"]) - {""} <= set(dossier.catalogue.unites)


@pytest.mark.parametrize("nom", CAS["personnes"])
def test_aucun_fichier_de_donnees_ne_nomme_une_personne(nom: str) -> None:
    files = [
        path for path in DONNEES.rglob("*") if path.suffix in {".yaml", ".csv", ".json", ".md"}
    ]

    named = [
        path.name
        for path in files
        if re.search(rf"\b{nom}\b", path.read_text(encoding="utf-8"), re.IGNORECASE)
    ]

    assert files
    assert named == []


def _ecrits(fiche: Fiche) -> list[IndicateurFiche]:
    """Return the indicators that the fiche itself writes: they have its words."""
    return [item for item in fiche.indicateurs if item.libelle]


def _cites(fiche: Fiche) -> set[str]:
    return {identifiant for resultat in fiche.resultats for identifiant in resultat.indicateurs}


def _sections(dossier: Dossier) -> set[str]:
    return set(dossier.annexe1["section"])


def _mots(texte: str) -> str:
    return " ".join(re.findall(r"\w+", texte.lower()))


def _plus_longue_reprise(affirmation: Affirmation, written: str) -> int:
    """Return how many words in a row the summary shares with the text."""
    words = _mots(affirmation.resume).split()
    runs = ((start, end) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
    return max(
        end - start for start, end in runs if f" {' '.join(words[start:end])} " in f" {written} "
    )


def test_les_articles_disent_ce_que_dit_le_texte(convention: Convention) -> None:
    articles = {
        article.numero: f"{article.objet} {article.consequence}" for article in convention.articles
    }
    clauses = {role: clause.dit for role, clause in convention.clauses.items()}

    assert "antenne de développement social de Carvin" in articles["2"]
    assert "condition" in articles["6-b"]
    assert convention.clauses["financement_pilotage"].article == "6-b"
    assert "pour qu'il puisse rester financé" in clauses["financement_pilotage"]
    assert "de plein droit par la Caf" in articles["12"]
    assert convention.clauses["resiliation"].article == "12"
    assert "résiliation de plein droit par la Caf" in clauses["resiliation"]
    proposees = charger_yaml("catalogue/bilan.yaml", ReglesBilan).propositions
    (pourquoi,) = (item.pourquoi for item in proposees if item.id == "postes_de_pilotage")
    posee = convention.citer_dans(pourquoi)
    assert clauses["financement_pilotage"] in posee
    assert not any("garde" in text for text in (articles["6-b"], posee))


def test_rien_ne_dit_sans_source_l_ecart_des_agreees_et_de_celles_qui_exercent(
    dossier: Dossier,
) -> None:
    catalogue = dossier.catalogue
    told = [item.pourquoi or "" for item in catalogue.relations.memes_effectifs]
    told += [item.definition for item in catalogue.mesures.values()]

    assert not [text for text in told if "tiers" in text and "agréé" in text.lower()]
