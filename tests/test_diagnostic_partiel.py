"""A diagnostic of what the convention gives: what is missing is left out and said, never shown as
zero.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from ctglib import ouvrir
from ctglib.document.blocs import Groupe
from ctglib.rapports.controle import Controle
from ctglib.rapports.diagnostic import Diagnostic

LOGEMENT = "1.4.2"


def garder(donnees: Path, fichier: str, voulue: Callable[[dict[str, str]], bool]) -> None:
    """Keep the rows of a table of the demonstration that are wanted."""
    path = donnees / "conventions/demonstration" / fichier
    with path.open(encoding="utf-8", newline="") as source:
        header, *rows = csv.reader(source)
    with path.open("w", encoding="utf-8", newline="") as target:
        kept = [row for row in rows if voulue(dict(zip(header, row, strict=True)))]
        csv.writer(target, lineterminator="\n").writerows([header, *kept])


def controle_de(ctg: Diagnostic) -> Controle:
    return Controle(ctg.dossier, ctg.controle, ctg.empreintes, ctg.modes)


def tout(ctg: Diagnostic) -> str:
    """Return the text of all the sections, with plain spaces."""
    controle = controle_de(ctg)
    shown = [
        ctg.synthese(),
        ctg.mode_de_lecture(),
        *map(ctg.section, ctg.catalogue.diagnostic.sections),
        ctg.moyens(),
        ctg.besoins(),
        ctg.questions(),
        ctg.limites(),
        ctg.annexe(),
        ctg.sources(),
        controle.coherence(),
        controle.affirmations(),
        controle.non_dits(),
        controle.vulnerabilite(),
    ]
    return re.sub(r"\s+", " ", " ".join(mots(shown)))


def noms(sections: Iterable[Groupe | None]) -> list[str]:
    """Return the names of the tables and of the figures of some sections."""
    return [
        piece.nom
        for section in sections
        if section
        for piece in section.pieces
        if hasattr(piece, "nom")
    ]


def mots(objet: object) -> Iterator[str]:
    """Yield every text of what a section shows."""
    if isinstance(objet, str):
        yield objet
    elif isinstance(objet, pd.DataFrame):
        yield from mots(objet.to_numpy().tolist())
    elif isinstance(objet, list | tuple):
        for item in objet:
            yield from mots(item)
    elif is_dataclass(objet):
        for field in fields(objet):
            yield from mots(getattr(objet, field.name))


def test_un_theme_sans_ligne_n_a_ni_chiffre_ni_doute_et_les_limites_le_disent(
    donnees: Path,
) -> None:
    garder(donnees, "annexe1.csv", lambda row: row["section"] != LOGEMENT)
    ctg = ouvrir("demonstration")

    assert "parc privé" not in " ".join(mots(ctg.section("precarite").pieces))
    assert (
        "Thèmes sans chapitre, le diagnostic n'en donnant aucun chiffre : « Logement et habitat »"
        in tout(ctg)
    )
    logement = {
        item.id
        for theme in ctg.catalogue.themes
        if theme.theme == "logement"
        for item in theme.indicateurs
    }
    assert logement and logement.isdisjoint(ctg.doutes)


def test_sans_un_mode_d_accueil_publie_la_petite_enfance_garde_le_reste(donnees: Path) -> None:
    ctg = replace(ouvrir("demonstration"), modes=pd.DataFrame())

    shown = ctg.section("petite_enfance")
    assert "modes" not in shown
    assert {"petite-enfance", "offre-petite-enfance"} <= {
        piece.nom for piece in shown.pieces if hasattr(piece, "nom")
    }
    assert "collectif" not in " ".join(mots(shown.pieces))


def test_une_section_sans_chiffre_ni_offre_est_laissee(donnees: Path) -> None:
    garder(
        donnees,
        "annexe1.csv",
        lambda row: not row["section"].startswith("1.5") and row["section"] != LOGEMENT,
    )
    garder(donnees, "offre.csv", lambda row: row["type"] != "dispositif_urbain")

    assert ouvrir("demonstration").section("precarite") is None


def test_un_seul_taux_n_a_pas_de_graphique_et_se_lit_dans_le_tableau(donnees: Path) -> None:
    garder(
        donnees,
        "annexe1.csv",
        lambda row: row["section"] != "1.1" or row["indicateur"] == "part_isoles",
    )

    section = ouvrir("demonstration").section("territoire")

    assert "ecarts-territoire" not in section
    assert list(section["territoire"].donnees["indicateur"]) == ["part_isoles"]


def test_sans_la_clause_des_moyens_le_contrat_precedent_n_est_pas_dit(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/convention.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index('  moyens: {article: "5"')
    path.write_text(text[:start] + text[text.index("\n", start) + 1 :], encoding="utf-8")

    assert "Contrat enfance jeunesse versait" not in tout(ouvrir("demonstration"))


def test_un_indicateur_que_l_annexe_ne_donne_pas_est_nomme_et_ne_devient_pas_zero(
    donnees: Path,
) -> None:
    wanted = {"enfants_moins_3", "part_rsa"}
    garder(donnees, "annexe1.csv", lambda row: row["indicateur"] not in wanted)
    ctg = ouvrir("demonstration")

    found = re.search(r"Sans ligne dans le diagnostic, donc inconnus : ([^.]*)\.", tout(ctg))
    assert found
    assert all(ctg.catalogue.indicateurs[name].libelle in found[1] for name in wanted)
    assert "par enfant de moins de 3 ans" not in tout(ctg)
    with pytest.raises(ValueError, match="ne donne pas : part_rsa"):
        ctg.comparer("part_rsa")


def test_sans_les_lignes_de_la_reference_aucune_phrase_ne_reste_en_suspens(donnees: Path) -> None:
    garder(donnees, "annexe1.csv", lambda row: row["territoire"] == "00001")
    text = tout(ouvrir("demonstration"))

    assert "Aucun indicateur n'a de valeur en Haute-Brume." in text
    assert "«  »" not in text


def test_sans_les_lignes_du_territoire_la_reference_seule_est_lue(donnees: Path) -> None:
    garder(donnees, "annexe1.csv", lambda row: row["territoire"] == "00")
    ctg = ouvrir("demonstration")
    section = ctg.section("territoire")
    shown = re.sub(r"\s+", " ", " ".join(mots(section["territoire"])))

    assert "Aucun indicateur n'a de valeur à Valfontaine." in tout(ctg)
    assert "ecarts-territoire" not in section
    assert "Taux de couverture par la Caf 2020 non disponible 53,3 %" in shown


def test_une_offre_vide_laisse_ses_sections_et_ne_contredit_rien(donnees: Path) -> None:
    garder(donnees, "offre.csv", lambda row: False)
    ctg = ouvrir("demonstration")

    assert not any(
        name.startswith("offre-")
        for name in noms(map(ctg.section, ctg.catalogue.diagnostic.sections))
    )
    assert "ages" not in ctg.section("enfance_jeunesse")
    assert controle_de(ctg).non_dits() is None
    assert "L'offre existante n'est pas décrite" in tout(ctg)
    assert "meme_effectif" not in set(ctg.controle["regle"])


def test_un_genre_de_structure_que_l_offre_ne_cite_pas_n_est_pas_compte_zero(donnees: Path) -> None:
    garder(donnees, "offre.csv", lambda row: row["type"] != "periscolaire")
    rows = ouvrir("demonstration").controle.set_index("cle")

    assert rows.loc["meme_effectif:periscolaires", "ecrit"] == "2 (diagnostic) ; non donné (offre)"


def test_sans_un_indicateur_du_radar_la_section_est_laissee(donnees: Path) -> None:
    axes = {axe.indicateur for axe in ouvrir("demonstration").catalogue.radar.axes}
    garder(donnees, "annexe1.csv", lambda row: row["indicateur"] not in axes)
    ctg = ouvrir("demonstration")

    assert controle_de(ctg).vulnerabilite() is None
