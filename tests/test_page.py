"""The HTML page of a report."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import nbformat
import pandas as pd
import pytest
from carnet_exemple import PIEGES, carnet, figure, montrer, tableau

from ctglib.document.blocs import (
    Bloc,
    Couverture,
    Gras,
    Groupe,
    Lien,
    Liste,
    Paragraphe,
    Renvoi,
    Titre,
    liste,
    paragraphe,
    suite,
)
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.tableau import tableau as tableau_d_analyste
from ctglib.export import ExporteurHTML
from ctglib.export.document import CarnetImpubliable, assembler
from ctglib.export.html import composer


@pytest.fixture(scope="module")
def html() -> str:
    return ExporteurHTML().from_notebook_node(carnet())[0]


def test_la_page_a_un_seul_h1_et_se_dit_en_francais(html: str) -> None:
    assert len(re.findall(r"<h1\b", html)) == 1
    assert '<html lang="fr">' in html


def test_la_page_ne_demande_rien_au_dehors(html: str) -> None:
    sans_espaces_de_noms = html.replace('xmlns="http://www.w3.org/2000/svg"', "")

    assert "http" not in re.sub(r"http-equiv", "", sans_espaces_de_noms)
    assert "<script" not in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize("piege", PIEGES[:-1])
def test_un_texte_de_la_donnee_reste_du_texte(html: str, piege: str) -> None:
    cells = [unescape(cell) for cell in re.findall(r'<th scope="row">(.*?)</th>', html, re.DOTALL)]

    assert piege in cells


def test_les_legendes_sont_numerotees_dans_l_ordre_de_lecture() -> None:
    table = Tableau.de(
        pd.DataFrame({"a": ["x"]}), [Colonne("a", "A")], nom="autre", titre="B", source="Caf"
    )
    renvoi = paragraphe(
        ("Voir la ", Renvoi("figure-points"), " et le ", Renvoi("tableau-autre"), ".")
    )

    html = composer(assembler(_carnet_de(renvoi, tableau(), figure(), table)))

    said = [
        unescape(found).replace("\u00a0", " ")
        for found in re.findall(r'<span class="numero">(.*?)</span>', html)
    ]
    assert said == ["Tableau 1.", "Figure 1.", "Données de la figure 1.", "Tableau 2."]
    assert (
        'Voir la <a href="#figure-points">figure\u00a01</a> et le <a href="#tableau-autre">tableau\u00a02</a>.'
        in html
    )


def test_le_sommaire_mene_a_chaque_titre(html: str) -> None:
    liens = re.findall(r'<li><a href="#([\w-]+)">', html)

    assert liens == ["synthese", "cadrage", "sources"] * 2, (
        "à sa place, et replié sous la première page d'un téléphone"
    )
    assert all(f'id="{lien}"' in html for lien in liens)


def test_chaque_cellule_porte_l_entete_de_sa_colonne_que_sa_carte_montre_sur_un_telephone() -> None:
    columns = [
        Colonne("a", "Lieu"),
        Colonne("b", "Part (%)", groupe="Harnes"),
        Colonne("c", "Écart"),
    ]
    table = Tableau.de(
        pd.DataFrame({"a": ["x"], "b": [1], "c": [2]}), columns, nom="t", titre="T", source="Caf"
    )

    html = composer(assembler(_carnet_de(table)))

    assert re.findall(r'data-colonne="(.*?)">(\d)', html) == [
        ("Harnes, Part (%)", "1"),
        ("Écart", "2"),
    ]


def test_aucune_ancre_n_est_donnee_deux_fois(html: str) -> None:
    ancres = re.findall(r' id="([^"]+)"', html)

    assert len(ancres) == len(set(ancres))


def test_chaque_tableau_a_son_csv_et_aucune_cellule_n_y_est_une_formule() -> None:
    csv = assembler(carnet()).tableaux["essai"]

    assert csv.splitlines()[0] == "a,b,c,d"
    assert not re.search(r"^[=+@]", csv, re.MULTILINE)
    assert "'=1+1" in csv and "'+4,9" in csv


def test_un_nombre_negatif_reste_un_nombre_dans_le_csv() -> None:
    cells = tableau().cellules.head(1)
    numbers = cells.assign(b=-3.5)

    csv = tableau().__class__(**{**tableau().__dict__, "cellules": cells, "donnees": numbers}).csv()

    assert ",-3.5," in csv


def test_le_meme_carnet_donne_la_meme_page(html: str) -> None:
    assert ExporteurHTML().from_notebook_node(carnet())[0] == html


def test_la_police_est_dans_la_page(html: str) -> None:
    assert html.count("@font-face") >= 2
    assert "src:url(data:font/woff;base64," in html


def _carnet_de(*objets: Bloc) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Titre"), *map(montrer, objets)]
    )


def _titres(notebook: nbformat.NotebookNode) -> list[str]:
    return [bloc.texte for bloc in assembler(notebook).corps if isinstance(bloc, Titre)]


def test_une_section_dont_les_cellules_ne_montrent_rien_disparait() -> None:
    notebook = carnet()
    question = nbformat.v4.new_markdown_cell("## Sans réponse\n\nQuelle question ?")
    muette = nbformat.v4.new_markdown_cell("## Muette")
    prose = nbformat.v4.new_markdown_cell("## Prose seule\n\nUn texte.")
    notebook.cells += [
        question,
        nbformat.v4.new_code_cell("rien()"),
        muette,
        montrer(Groupe()),
        prose,
    ]

    assert {"Sans réponse", "Muette"} & set(_titres(notebook)) == set()
    assert "Prose seule" in _titres(notebook)
    assert Paragraphe("Quelle question ?") not in assembler(notebook).corps


def test_un_chapitre_dont_toutes_les_parties_sont_vides_disparait_avec_elles() -> None:
    notebook = carnet()
    cells = [
        ("## Vide\n\nPourquoi ?", None),
        ("### Une partie", "rien()"),
        ("### Une autre", "rien()"),
        ("## Suite", None),
    ]
    for text, code in cells:
        notebook.cells.append(nbformat.v4.new_markdown_cell(text))
        notebook.cells += [nbformat.v4.new_code_cell(code)] if code else []

    assert _titres(notebook)[-2:] == ["Sources", "Suite"]
    assert Paragraphe("Pourquoi ?") not in assembler(notebook).corps


@pytest.mark.parametrize(
    ("proses", "place"),
    [
        (["## A\n\nLe RSA et la RSAE"], -1),
        (["## A", "## B", "## C\n\nRSA", "## D", "## E"], -2),
        (["## A\n\nLa RSAE"], None),
    ],
    ids=["à la fin d'une page", "avant les sources", "aucun"],
)
def test_un_rapport_ne_donne_que_les_sigles_qu_il_emploie(
    proses: list[str], place: int | None
) -> None:
    sigles = (("AAH", "allocation"), ("RSA", "revenu <de> solidarité"))
    couverture = Couverture("", "", (), (), "", "2023-01-01", sigles=sigles)
    notebook = _carnet_de(couverture)
    notebook.cells += map(nbformat.v4.new_markdown_cell, proses)

    document = assembler(notebook)

    notes = {
        rank - len(document.corps): bloc.texte
        for rank, bloc in enumerate(document.corps)
        if isinstance(bloc, Paragraphe) and str(bloc.texte).startswith("Sigles")
    }
    assert notes == ({place: "Sigles : RSA, revenu <de> solidarité."} if place else {})


def test_un_second_titre_ouvre_un_chapitre() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Un\n\n# Deux")])

    assert assembler(notebook).titre == "Un"
    assert [titre.texte for titre in assembler(notebook).chapitres] == ["Deux"]


def test_la_prose_d_un_carnet_devient_les_memes_objets_que_ses_cellules() -> None:
    prose = "Un **mot** et [un lien](https://x.fr).\n\n- un\n- *deux*\n  - trois\n\n1. a $x$"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(prose)])

    assert assembler(notebook).corps == (
        Paragraphe(("Un ", Gras("mot"), " et ", Lien("un lien", "https://x.fr"), ".")),
        Liste(("un", "deux", "trois")),
        Liste(("a $x$",), ordonnee=True),
    )


SORTIES = {
    "une image": (
        {"image/png": "iVBOR", "text/plain": "<Figure>"},
        "figure_de(ax, nom=…, titre=…, alt=…, source=…)",
    ),
    "un tableau nu": (
        {"text/html": "<table></table>", "text/plain": "a"},
        "tableau(df, nom=…, titre=…, source=…)",
    ),
    "des axes": (
        {"text/plain": "[<matplotlib.lines.Line2D at 0x7f>]"},
        "figure_de(ax, nom=…, titre=…",
    ),
    "une valeur": ({"text/plain": "12"}, "paragraphe(…)"),
}


@pytest.mark.parametrize(("donnees", "remede"), SORTIES.values(), ids=SORTIES)
def test_ce_qu_un_rapport_ne_peut_pas_montrer_est_une_faute_qui_nomme_la_cellule(
    donnees: dict, remede: str
) -> None:
    notebook = _carnet_de(liste(["un"]))
    parametres = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["injected-parameters"]})
    fautive = nbformat.v4.new_code_cell("df.plot()\nplt.show()")
    fautive.outputs = [nbformat.v4.new_output("display_data", data=donnees)]
    notebook.cells += [parametres, fautive]

    with pytest.raises(CarnetImpubliable) as raised:
        assembler(notebook)

    assert "cellule 3, « df.plot() »" in str(raised.value)
    assert remede in str(raised.value)


def test_un_texte_imprime_et_une_prose_en_html_sont_des_fautes_dites_ensemble() -> None:
    bavarde = nbformat.v4.new_code_cell("print('coucou')")
    bavarde.outputs = [nbformat.v4.new_output("stream", name="stdout", text="coucou\n")]
    avertie = nbformat.v4.new_code_cell("import x")
    avertie.outputs = [nbformat.v4.new_output("stream", name="stderr", text="DeprecationWarning\n")]
    prose = [
        nbformat.v4.new_markdown_cell(text)
        for text in ("Du <b>gras</b>", "![x](y.png)", "[a](javascript:x)")
    ]

    with pytest.raises(CarnetImpubliable) as raised:
        assembler(nbformat.v4.new_notebook(cells=[bavarde, *prose, avertie]))

    first, *faults = str(raised.value).splitlines()
    assert first.startswith("Le carnet montre")
    assert [fault[:11] for fault in faults] == [
        "- cellule 1",
        "- cellule 2",
        "- cellule 3",
        "- cellule 4",
    ]
    assert "écrit « coucou » hors du rapport" in faults[0]


def test_un_tableau_sans_ligne_n_est_pas_montre_et_sa_partie_disparait_avec_lui() -> None:
    vide = replace(
        tableau(), cellules=tableau().cellules[:0], donnees=tableau().donnees[:0], groupes=None
    )
    notebook = _carnet_de(paragraphe("Une phrase."))
    notebook.cells += [nbformat.v4.new_markdown_cell("## Ce qui manque\n\nQuoi ?"), montrer(vide)]

    assert suite([vide]) is None
    assert assembler(notebook).corps[-1] == Paragraphe("Une phrase.")


def test_un_analyste_qui_montre_un_tableau_sans_ligne_le_sait() -> None:
    with pytest.raises(
        ValueError, match="Tableau « foyers » : aucune ligne ; dire plutôt, en une phrase"
    ):
        tableau_d_analyste(pd.DataFrame({"foyers": []}), "foyers", "Foyers", "Caf")


def test_deux_tableaux_de_meme_nom_sont_une_faute() -> None:
    with pytest.raises(CarnetImpubliable, match="deux tableaux portent le nom « essai »"):
        assembler(_carnet_de(tableau(), tableau()))


PIEGES = {
    "script": '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "évènement": '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "page": '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
    "image d'ailleurs": '<svg xmlns="http://www.w3.org/2000/svg"><image href="//x.fr/i.png"/></svg>',
    "coupé": "<svg></svg><script>alert(1)</script>",
    "html": "<img src=x onerror=alert(1)>",
}


@pytest.mark.parametrize("svg", PIEGES.values(), ids=PIEGES)
def test_un_dessin_forge_dans_un_carnet_n_atteint_pas_la_page(svg: str) -> None:
    dessin = {"genre": "Dessin", "nom": "a", "titre": "A", "alt": "a", "lecture": "", "source": "S"}
    dessin |= {"svg_large": svg, "svg_etroit": svg, "tableau": None, "numero": ""}
    forgees = [dessin, {"genre": "Groupe", "pieces": [dessin]}]

    for forgee in forgees:
        with pytest.raises(CarnetImpubliable, match="que le classeur n'a pas écrit"):
            assembler(_carnet_aux_sorties(forgee))


@pytest.mark.parametrize(
    "ecrit",
    [
        {"genre": "Inconnu"},
        {"sans": "genre"},
        {
            "genre": "Paragraphe",
            "texte": {"genre": "Lien", "texte": "a", "adresse": "javascript:a"},
        },
        {"genre": "Paragraphe", "inconnu": 1},
    ],
)
def test_un_objet_forge_dans_un_carnet_est_une_faute(ecrit: dict) -> None:
    with pytest.raises(CarnetImpubliable, match="effacez les sorties du carnet"):
        assembler(_carnet_aux_sorties(ecrit))


def _carnet_aux_sorties(ecrit: dict) -> nbformat.NotebookNode:
    cellule = nbformat.v4.new_code_cell("montrer()")
    donnees = {"application/vnd.ctg.document+json": ecrit}
    cellule.outputs = [nbformat.v4.new_output("display_data", data=donnees)]
    return nbformat.v4.new_notebook(cells=[cellule])
