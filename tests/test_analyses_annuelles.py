"""The analyses that the fiches of Harnes declare, from the files to what a notebook shows."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from fiches_remplies import EFFECTIFS, ecrire

from ctglib import ouvrir_bilan
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.types_d_analyse import montrer
from ctglib.document.blocs import Groupe, de_json, en_json
from ctglib.donnees.lecture import VARIABLE
from ctglib.export.document import tableaux_de

SEULEMENT_INTERNE = "posture"


@dataclass(frozen=True)
class Remplie:
    """A convention with two years filled: its studies, and what the public and the internal report
    show.
    """

    etudes: dict[tuple[int, str], EtudeAnnuelle]
    public: dict[str, Groupe | None]
    interne: dict[str, Groupe | None]


@pytest.fixture(scope="module")
def remplie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remplie]:
    copie = tmp_path_factory.mktemp("donnees") / "data"
    shutil.copytree(DONNEES, copie)
    folder = ecrire(copie)
    posture = folder / "suivi" / "2025" / "posture.csv"
    posture.write_text(
        posture.read_text(encoding="utf-8") + "=Autre,attendus,conseil,2,\n", encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        etudes = {
            key: etude(*key) for key in ((2025, "publique"), (2025, "interne"), (2026, "publique"))
        }
        shown = {name: resultats(etudes[2025, name]) for name in ("publique", "interne")}
        yield Remplie(etudes, shown["publique"], shown["interne"])


def etude(annee: int = 2025, diffusion: str = "publique") -> EtudeAnnuelle:
    return ouvrir_bilan("harnes", annee, diffusion).etude


def resultats(etude: EtudeAnnuelle) -> dict[str, Groupe | None]:
    """Return all that the analyses show, by fiche and name."""
    return {
        f"{fiche.numero}/{analyse.id}": montrer(etude, analyse)
        for fiche in etude.convention.fiches
        for analyse in fiche.analyses
    }


def publie(montres: dict[str, Groupe | None]) -> dict[str, str]:
    """Return all that is published, HTML and CSV, by name."""
    return {
        name: "\n".join(
            [shown.html, *(table.csv() for table in tableaux_de([de_json(en_json(shown))]))]
        )
        for name, shown in montres.items()
        if shown is not None
    }


def test_une_annee_remplie_fait_parler_chaque_analyse(remplie: Remplie) -> None:
    assert all(remplie.public.values())
    found = noms(remplie.public["2/profils"])
    assert {"profils", "profils-croises"} <= set(found)
    assert "profils-sexe" not in found  # a single dispositif is no chart: the table has it
    assert SEULEMENT_INTERNE not in remplie.public["4/posture"]


def noms(groupe: Groupe) -> list[str]:
    return [table.nom.removeprefix("donnees-") for table in tableaux_de([de_json(en_json(groupe))])]


def test_une_annee_sans_aucun_suivi_ne_montre_rien(remplie: Remplie) -> None:
    empty = remplie.etudes[2026, "publique"]

    assert empty.annuel.vide
    assert not any(resultats(empty).values())


def test_deux_suivis_que_le_masque_rend_pareils_se_publient_a_l_octet_pres(
    remplie: Remplie, donnees: Path
) -> None:
    swapped = {("1001-plus", 2): 4, ("non_renseigne", 8): 6}
    other = tuple((*row[:5], swapped.get((row[2], row[5]), row[5])) for row in EFFECTIFS)
    posture = ecrire(donnees, other) / "suivi" / "2025" / "posture.csv"
    posture.write_text(
        posture.read_text(encoding="utf-8") + "=Autre,attendus,conseil,2,\n", encoding="utf-8"
    )

    second = publie(resultats(etude()))

    first = publie(remplie.public)
    assert other != EFFECTIFS
    assert "secret" in first["2/profils"]
    assert first == second


def test_un_effectif_masque_n_est_dans_aucune_cellule_des_profils(remplie: Remplie) -> None:
    rows = list(csv.DictReader(StringIO(remplie.public["2/profils"]["profils"].csv())))

    hidden = [row for row in rows if row["statut"] == "Q"]
    assert {row["modalite"] for row in hidden} >= {"1001-plus"}
    assert {(row["effectif"], row["part"]) for row in hidden} == {("", "")}


def test_la_grille_de_l_annexe_4_n_est_que_dans_le_rapport_interne(remplie: Remplie) -> None:
    items = [
        item.libelle
        for item in remplie.etudes[2025, "publique"].catalogue.referentiel_emploi.attendus
    ]

    public = publie(remplie.public)
    interne = publie(remplie.interne)

    assert not any(label in text for label in items for text in public.values())
    assert not any(word in text for word in ("montée", "descendue") for text in public.values())
    assert items[1] in interne["4/posture"]


def test_un_nom_de_fonction_reste_du_texte(remplie: Remplie) -> None:
    shown = remplie.interne["4/posture"][SEULEMENT_INTERNE]

    assert "<b>" not in shown.html
    assert "&lt;b&gt;" in shown.html
    assert "\n=Autre" not in shown.tableau.csv()


def test_un_tableau_d_un_groupe_se_demande_par_son_nom(remplie: Remplie) -> None:
    assert remplie.public["2/loisirs-occupation"]["loisirs-occupation"].nom == "loisirs-occupation"
    with pytest.raises(
        ValueError, match=r"« taille » n'est pas là\. Tableaux et figures : loisirs-occupation"
    ):
        remplie.public["2/loisirs-occupation"]["taille"]
