"""The own analysis of each fiche action: what its readings find, and what its sentences say of it."""

from __future__ import annotations

import ast
import inspect
import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyses_exemple import analyse, catalogue, lire, mesures, table

from ctglib import ouvrir_bilan
from ctglib.blocs import analyses, coordination
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.types_d_analyse import FONCTIONS
from ctglib.calculs.evaluation import ComparaisonDesGrilles
from ctglib.calculs.suivi import annees, est_muet
from ctglib.donnees.modeles.plan import TYPES

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "analyses_fiches.yaml").read_text(encoding="utf-8")
)


def etude(annee: int = 2024, diffusion: str = "publique") -> EtudeAnnuelle:
    """Return the study of Harnes, which has no follow-up: the words of the catalogue."""
    return ouvrir_bilan("harnes", annee, diffusion).etude


def lisible(html: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return re.sub(r"\s+", " ", text.replace("\u2212", "-")).strip()


def valeur(trouvee: object) -> object:
    if pd.isna(trouvee):
        return "rien"
    if isinstance(trouvee, pd.Timestamp):
        return trouvee.date()
    return round(float(trouvee), 6) if isinstance(trouvee, int | float) else trouvee


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_l_analyse_d_une_fiche_lit_comme_dans_l_exemple(cas: dict) -> None:
    attendu = cas["attendu"] if isinstance(cas["attendu"], list) else None

    read = lire(cas)

    rows = attendu or [cas["attendu"]] * len(read)
    assert [
        {name: valeur(row[name]) for name in wanted}
        for wanted, (_, row) in zip(rows, read.iterrows(), strict=True)
    ] == rows


def test_une_annee_sans_ligne_est_dite_non_transmise() -> None:
    read = table({"am_agreees": {2023: 60, 2025: 58}}, [2023, 2025])

    assert list(read["statut"]) == ["A", "L", "A"]
    assert list(read["annee"]) == [2023, 2024, 2025]


def test_rien_n_est_connu_quand_tout_manque_mais_un_secret_est_connu() -> None:
    absent = table({"gardes_domicile": {2023: "L"}}, [2023, 2023])
    secret = table({"gardes_domicile": {2023: "Q"}}, [2023, 2023])

    assert est_muet(absent)
    assert not est_muet(secret)


def test_les_modalites_d_un_indicateur_suivent_l_ordre_du_catalogue() -> None:
    known = mesures(
        {"frequentation_jeunes/caj": {2023: 8}, "frequentation_jeunes/periscolaire": {2023: 9}},
        2023,
    )

    read = annees(known, catalogue(), ["frequentation_jeunes"], annees=(2023, 2023))

    assert list(read["modalite"]) == ["periscolaire", "caj"]


@pytest.mark.parametrize(
    ("entrees", "sorties", "dit"),
    [
        ({2024: 3}, {2024: 5}, "En 2024 : 3 entrées et 5 départs, soit un solde de -2."),
        ({2024: 0}, {2024: 1}, "En 2024 : aucune entrée et 1 départ, soit un solde de -1."),
        (
            {2024: 3},
            {},
            "En 2024 : 3 entrées ; les départs ne sont pas connus, le solde ne se calcule pas.",
        ),
        ({}, {}, "En 2024, ni les entrées ni les départs ne sont connus."),
    ],
)
def test_les_mouvements_se_disent_meme_incomplets(entrees: dict, sorties: dict, dit: str) -> None:
    read = table({"am_entrees": entrees, "am_sorties": sorties}, [2024, 2024], "am_agreees")

    told = analyses.phrases_du_flux(
        etude(), analyses.calculer_flux(read, analyse("flux")), "Effectif"
    )

    assert [lisible(item) for item in told] == [dit]


def test_le_cout_de_reference_ne_se_confond_pas_avec_les_euros_inscrits() -> None:
    moyens = pd.DataFrame(
        {
            "signataire": ["ville", "ville", "caf", "caf"],
            "fiche": ["4", "1", "", "4"],
            "nature": ["euros", "euros", "euros", "etp"],
            "poste": ["fonctionnement", "fonctionnement", "pilotage", "coordination"],
            "valeur": [1000.0, 500.0, 300.0, 2.0],
            "statut": ["A"] * 4,
        }
    )
    postes = pd.DataFrame({"valeur": [2.0], "statut": ["A"]}, index=[2024])

    read = coordination.couts(
        postes,
        moyens.assign(annee=2024),
        catalogue().referentiel_emploi,
        fiche="4",
        financement="pilotage",
    )

    told = dict(
        zip(zip(read["objet"], read["signataire"], strict=True), read["valeur"], strict=True)
    )
    assert told == {
        ("reference", ""): 2 * catalogue().referentiel_emploi.cout_etp,
        ("fiche", "ville"): 1000.0,
        ("financement", "caf"): 300.0,
    }


def test_la_grille_dit_ce_qui_monte_d_une_annee_a_l_autre() -> None:
    def notee(niveau: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "fonction": ["F"],
                "domaine": ["attendus"],
                "item": ["conseil"],
                "niveau": pd.array([niveau], dtype="Int64"),
            }
        )

    read = coordination.niveaux({2023: notee(1), 2024: notee(3)}, catalogue().referentiel_emploi)

    concerned = read[read["item"].eq("conseil")]
    assert list(concerned["niveau"]) == [1, 3]
    assert list(concerned["mouvement"]) == ["", "hausse"]
    assert read[read["item"].ne("conseil")]["niveau"].isna().all()


def test_deux_lignes_de_la_grille_n_ont_jamais_le_meme_libelle() -> None:
    rows = pd.DataFrame(
        {"fonction": ["F"], "domaine": ["attendus"], "item": ["conseil"], "niveau": [1]}
    )

    read = coordination.niveaux({2024: rows}, catalogue().referentiel_emploi)

    referentiel = catalogue().referentiel_emploi
    assert read["libelle"].nunique() == len(referentiel.attendus) + len(referentiel.activites)


def test_le_rapport_public_dit_combien_de_lignes_ont_bouge_et_rien_d_autre() -> None:
    bougee = ComparaisonDesGrilles(montees=3, descendues=1, inchangees=6, inconnues=2)

    public = lisible(coordination.phrase_de_la_grille(etude(2025), bougee).html)
    interne = lisible(coordination.phrase_de_la_grille(etude(2025, "interne"), bougee).html)

    assert public.startswith(
        "Sur 10 lignes comparables de la grille du référentiel d'emploi, 4 ont bougé, en plus ou en moins, entre 2024 et 2025."
    )
    assert not re.search("montée|descendue|inchangée", public)
    assert "3 montées, 1 descendue et 6 inchangées" in interne


def test_une_premiere_notation_ne_se_compare_a_rien() -> None:
    told = coordination.phrase_de_la_grille(etude(2023), ComparaisonDesGrilles(0, 0, 0, 10))

    assert "rien ne se compare à 2022" in lisible(told.html)


def test_une_grille_que_personne_n_a_notee_ne_dit_rien() -> None:
    assert etude().annuel.posture["niveau"].isna().all()
    assert list(coordination.grille(etude(), analyse("grille"))) == []


def lu_par(nom: str, path: Path) -> str:
    """Return the source of a function, and of all that it names in its file."""
    source = path.read_text(encoding="utf-8")
    written = {
        getattr(node, "name", None) or ast.unparse(node.targets[0]): ast.get_source_segment(
            source, node
        )
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.Assign)
    }
    read = {}
    left = [nom]
    while left:
        name = left.pop()
        text = read[name] = written[name]
        left += [
            other for other in set(re.findall(r"\w+", text)) & written.keys() if other not in read
        ]
    return "\n".join(read.values())


@pytest.mark.parametrize("type_", TYPES)
def test_chaque_type_d_analyse_a_sa_fonction_et_ses_roles_sont_lus(type_: str) -> None:
    path = inspect.getsourcefile(FONCTIONS[type_])
    assert path is not None
    source = lu_par(type_, Path(path))
    needed, possible, keys, other_keys = (set(names.split()) for names in TYPES[type_])

    assert f"def {type_}(etude: EtudeAnnuelle, analyse: Analyse)" in source
    assert {role for role in needed | possible if f'"{role}"' not in source} == set()
    assert {key for key in keys | other_keys if f"analyse.{key}" not in source} == set()
