"""What a convention adds to the diagnostic, for itself alone: themes, indicators, units, sentences."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from donnees_abimees import remplacer
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT

from ctglib.document.blocs import Titre, feuilles
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.pieces import CATALOGUE, ENSEMBLES
from ctglib.donnees.validation import valider
from ctglib.rapports.diagnostic import ouvrir

FICTIVES = DEPOT / "tests/fixtures/conventions"
RIVES = "conventions/rives_de_laune"
THEME = f"{RIVES}/themes/mobilite.yaml"


@pytest.fixture
def ailleurs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that has the catalogue and two conventions, of which one has a theme."""
    for dossier in ("catalogue", "schemas", "sources"):
        shutil.copytree(DONNEES / dossier, tmp_path / dossier)
    for nom in ("rives_de_laune", "monteclair"):
        shutil.copytree(FICTIVES / nom, tmp_path / "conventions" / nom)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    return tmp_path


def test_un_dossier_porte_ailleurs_y_est_juste_avec_son_theme(ailleurs: Path) -> None:
    lus = valider("rives_de_laune")

    assert THEME in lus


def test_un_enjeu_peut_reprendre_le_theme_de_sa_convention(ailleurs: Path) -> None:
    texte = ailleurs / RIVES / "convention.yaml"
    remplacer(texte, "titre: Décider ensemble, themes: []", "titre: Décider, themes: [mobilite]")

    assert THEME in valider("rives_de_laune")
    besoins = ouvrir("rives_de_laune").besoins_lus.set_index("indicateur")
    assert besoins.loc["part_sans_voiture", "enjeu"] == "enjeu_pilotage"


def test_le_diagnostic_montre_le_theme_et_le_dit_par_ses_phrases(ailleurs: Path) -> None:
    etude = ouvrir("rives_de_laune")

    section = etude.themes_propres()
    tableau = etude.tableau("mobilite")

    assert section is not None
    titres = [bloc.texte for bloc in feuilles([section]) if isinstance(bloc, Titre)]
    assert titres == ["Se déplacer"]
    assert etude.phrases("mobilite") == [
        "Dans les Rives de l'Aune, les ménages sont plus souvent sans voiture qu'en Haute-Brume : "
        "11,8\u202f%, contre 8,3\u202f%."
    ]
    assert tableau.cellules["territoire"].tolist() == ["11,8\u202f%", "40\xa0minutes de car"]
    assert "part_sans_voiture" in set(etude.besoins_lus["indicateur"])


def test_une_autre_convention_ne_voit_ni_le_theme_ni_l_indicateur_ni_l_unite(
    ailleurs: Path,
) -> None:
    autre = lire_dossier("monteclair").catalogue

    assert autre.themes_propres == ()
    assert "mobilite" not in autre.diagnostic.sections
    assert "part_sans_voiture" not in autre.mesures
    assert "minutes_de_car" not in autre.unites
    assert ouvrir("monteclair").themes_propres() is None


def test_une_faute_du_theme_est_dite_dans_son_fichier(ailleurs: Path) -> None:
    remplacer(ailleurs / THEME, "unite: minutes_de_car", "unite: minute_de_car")
    remplacer(ailleurs / THEME, "contre {la[part_sans_voiture]}", "contre {la[part_rsa]}")

    with pytest.raises(DonneesInvalides) as refus:
        valider("rives_de_laune")

    fautes = [faute for faute in refus.value.fautes if faute.fichier == THEME]
    assert {faute.colonne for faute in fautes} == {"indicateurs[2].unite", "phrases[1]"}
    unite = next(faute for faute in fautes if faute.colonne == "indicateurs[2].unite")
    assert "indicateurs.yaml de la convention" in unite.attendu
    assert unite.remede.startswith("écrire « minutes_de_car »")


@pytest.mark.parametrize(
    ("ecrit", "remplace", "place"),
    [
        ("theme: mobilite", "theme: petite_enfance", "theme"),
        ("theme: mobilite", "theme: territoire", "theme"),
        ("id: part_sans_voiture", "id: part_rsa", "indicateurs[1].id"),
    ],
)
def test_un_theme_ne_reprend_pas_un_nom_du_catalogue(
    ailleurs: Path, ecrit: str, remplace: str, place: str
) -> None:
    remplacer(ailleurs / THEME, ecrit, remplace)

    with pytest.raises(DonneesInvalides) as refus:
        valider("rives_de_laune")

    assert place in {faute.colonne for faute in refus.value.fautes if faute.fichier == THEME}


def test_un_graphique_ne_mele_pas_des_unites_sans_echelle_commune(ailleurs: Path) -> None:
    remplacer(
        ailleurs / THEME,
        "definitions:",
        "graphique: [part_sans_voiture, trajet_vers_les_droits]\ndefinitions:",
    )

    with pytest.raises(DonneesInvalides) as refus:
        valider("rives_de_laune")

    assert [faute.colonne for faute in refus.value.fautes] == ["graphique"]


def test_un_theme_d_une_autre_fin_que_yaml_n_est_pas_laisse_de_cote(ailleurs: Path) -> None:
    (ailleurs / THEME).rename((ailleurs / THEME).with_suffix(".yml"))

    with pytest.raises(DonneesInvalides) as refus:
        valider("rives_de_laune")

    assert f"{RIVES}/themes/mobilite.yml" in {faute.fichier for faute in refus.value.fautes}


def test_le_theme_n_ajoute_rien_au_catalogue() -> None:
    """What a convention adds is none of the files that all of them read."""
    fichiers = {*CATALOGUE, *ENSEMBLES}

    assert not any(nom.startswith("convention/") for nom in fichiers)
