"""What every report of both conventions holds, as a page: read as text, then opened in a browser."""

from __future__ import annotations

import re
from concurrent.futures import Future

import lxml.html
import pytest
from inspection_des_pages import ECRAN, TELEPHONE, Inspection, inspecter, regarder_les_contrastes
from navigateur import Navigateur
from rapports_produits import PORTRAITS, RAPPORTS, Production, Rapport, choisir

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

FICTIVES = "Données fictives"
FICTIVE = "demonstration"
MACHINE = re.compile(r"\b(?:nan|NaN|None|NaT|inf)\b|<NA>|\{[a-z_]+\}|\{\{|\}\}")
ADRESSE = re.compile(r"^(?:https?:)?//|^(?:ftp|file|javascript|blob):", re.IGNORECASE)
# Points: an A4 page between its margins, less the caption, the reading and the source of a drawing,
# which stay with it.
HAUTEUR_D_UN_DESSIN = 723 - 73
# One of each kind, of the year that has most to say.
UN_DE_CHAQUE = (
    *choisir(FICTIVE, "diagnostic"),
    *choisir(FICTIVE, "controle"),
    *choisir(FICTIVE, "en-clair"),
    *choisir(FICTIVE, "dossier"),
    *choisir("harnes", "evaluation-finale"),
    *choisir(FICTIVE, annee=2025),
    *choisir(FICTIVE, "fiche-5"),
    PORTRAITS[0],
)
TOUS = (*RAPPORTS, *PORTRAITS)
LES_AUTRES = tuple(rapport for rapport in TOUS if rapport not in UN_DE_CHAQUE)


@pytest.fixture(scope="module", params=TOUS, ids=str)
def rapport(request: pytest.FixtureRequest) -> Rapport:
    """Each report in turn: pytest runs all the tests of one before those of the next."""
    return request.param


@pytest.fixture(scope="module")
def html(rapports_produits: Production, rapport: Rapport) -> str:
    return rapports_produits.html(rapport)


@pytest.fixture(scope="module")
def arbre(html: str) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(html)


@pytest.fixture(scope="module")
def inspections(rapports_produits: Production, navigateur: Navigateur) -> dict[Rapport, Future]:
    """What a browser sees of every report, to come: it looks at the next ones while the tests read
    the first.
    """
    return {
        rapport: inspecter(navigateur, rapports_produits.chemin(rapport, "html"))
        for rapport in TOUS
    }


@pytest.fixture(scope="module")
def vu(inspections: dict[Rapport, Future], rapport: Rapport) -> tuple[Inspection, list[str]]:
    return inspections[rapport].result()


@pytest.fixture(scope="module")
def contrastes(rapports_produits: Production, navigateur: Navigateur) -> dict[Rapport, Future]:
    """What axe finds, contrasts included, in a report of each kind, to come."""
    return {
        one: regarder_les_contrastes(navigateur, rapports_produits.chemin(one, "html"))
        for one in UN_DE_CHAQUE
    }


@pytest.fixture(scope="module")
def autres_contrastes(
    rapports_produits: Production, navigateur: Navigateur
) -> dict[Rapport, Future]:
    return {
        one: regarder_les_contrastes(navigateur, rapports_produits.chemin(one, "html"))
        for one in LES_AUTRES
    }


def texte(arbre: lxml.html.HtmlElement) -> str:
    """Return the words of a page that a reader sees."""
    shown = arbre.xpath("//body//text()[not(ancestor::style)]")
    return " ".join(" ".join(shown).split())


def test_une_page_est_en_francais_avec_un_seul_titre_et_sans_programme(
    html: str, arbre: lxml.html.HtmlElement
) -> None:
    assert arbre.get("lang") == "fr"
    assert len(arbre.findall(".//h1")) == 1
    assert arbre.xpath("//script | //iframe | //object | //embed | //form | //base") == []
    assert [
        name for node in arbre.iter() for name in node.attrib if name.lower().startswith("on")
    ] == []
    assert "default-src 'none'" in html


def test_rien_de_ce_qu_une_page_montre_n_est_ailleurs(
    html: str, arbre: lxml.html.HtmlElement
) -> None:
    loaded = arbre.xpath(
        "//@src | //@srcset | //link/@href | //*[local-name()='use']/@*[local-name()='href']"
    )

    assert [address for address in loaded if not address.startswith(("data:", "#"))] == []
    assert "url(http" not in html and "@import" not in html


def test_chaque_lien_mene_quelque_part(
    rapports_produits: Production, rapport: Rapport, arbre: lxml.html.HtmlElement
) -> None:
    anchors = arbre.xpath("//@id")
    links = [link for link in arbre.xpath("//a/@href") if not ADRESSE.match(link)]
    inside = {link[1:] for link in links if link.startswith("#")}
    beside = {link for link in links if not link.startswith("#")}

    assert len(set(anchors)) == len(anchors)
    assert inside - set(anchors) == set()
    dossier = rapports_produits.chemin(rapport, "html").parent
    assert [link for link in beside if not (dossier / link.partition("#")[0]).is_file()] == []


def test_chaque_tableau_a_sa_legende_ses_entetes_et_son_csv(
    rapports_produits: Production, rapport: Rapport, arbre: lxml.html.HtmlElement
) -> None:
    tables = arbre.findall(".//table")

    for table in tables:
        name = table.findtext("caption") is not None and table.find("caption").text_content()
        assert name and name.strip()
        assert table.xpath("./thead//th[@scope='col' or @scope='colgroup']"), name
        assert table.xpath(".//th[not(@scope)]") == [], name
        assert table.xpath("./tbody/tr[not(th)]") == [], name
    names = {
        anchor.removeprefix("tableau-")
        for anchor in arbre.xpath("//@id")
        if anchor.startswith("tableau-")
    }
    assert names == set(rapports_produits.csv(rapport))
    assert len(names) == len(tables)


def test_chaque_image_et_chaque_figure_disent_ce_qu_elles_montrent(
    arbre: lxml.html.HtmlElement,
) -> None:
    for figure in arbre.findall(".//figure"):
        said = set(figure.xpath(".//*[local-name()='svg']/@aria-label"))
        assert len(said) == 1 and re.search(r"\d", said.pop())
        assert figure.find("figcaption").text_content().strip()
        assert re.search(
            r"Lecture\W.*\d", figure.find(".//p[@class='lecture']").text_content(), re.DOTALL
        )
        assert figure.xpath(".//p[@class='source']")
    drawings = arbre.xpath("//*[local-name()='svg'][not(ancestor::*[local-name()='svg'])]")
    assert [one for one in drawings if one.get("role") != "img" or not one.get("aria-label")] == []
    assert [one for one in arbre.findall(".//img") if not one.get("alt")] == []


def test_chaque_dessin_tient_sur_une_page_de_papier(arbre: lxml.html.HtmlElement) -> None:
    heights = {
        figure.get("id"): float(drawing.get("viewbox").split()[3])
        for figure in arbre.iter("figure")
        for drawing in figure.xpath(".//div[@class='dessin large']/*[local-name()='svg']")
    }

    assert {name: height for name, height in heights.items() if height > HAUTEUR_D_UN_DESSIN} == {}


def test_rien_ne_s_y_lit_comme_un_mot_de_l_ordinateur(arbre: lxml.html.HtmlElement) -> None:
    said = " ".join([texte(arbre), *arbre.xpath("//@aria-label"), *arbre.xpath("//@alt")])

    assert MACHINE.findall(said) == []


def test_la_commune_fictive_le_dit_dans_son_texte_et_elle_seule(
    rapport: Rapport, arbre: lxml.html.HtmlElement
) -> None:
    assert (FICTIVES in texte(arbre)) is (rapport.convention == FICTIVE)


@pytest.mark.navigateur
def test_axe_n_y_trouve_rien_sur_un_telephone(vu: tuple[Inspection, list[str]]) -> None:
    assert vu[0].fautes == []


@pytest.mark.navigateur
def test_aucune_demande_n_en_sort(vu: tuple[Inspection, list[str]]) -> None:
    assert vu[1] == []


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", [TELEPHONE, ECRAN])
def test_rien_n_y_deborde(vu: tuple[Inspection, list[str]], largeur: int) -> None:
    seen = vu[0].debords[largeur]

    assert vu[0].largeurs[largeur] <= largeur
    assert {place: what for place, what in seen.items() if what} == {}, (
        "un tableau ne défile jamais de côté"
    )


@pytest.mark.navigateur
def test_chaque_figure_y_montre_un_dessin_et_un_seul(vu: tuple[Inspection, list[str]]) -> None:
    shown = vu[0].dessins

    assert set(shown[TELEPHONE]) <= {"dessin etroit"}
    assert set(shown[ECRAN]) <= {"dessin large"}
    assert len(shown[TELEPHONE]) == len(shown[ECRAN])


@pytest.mark.navigateur
@pytest.mark.parametrize("modele", UN_DE_CHAQUE, ids=str)
def test_axe_n_y_trouve_rien_sur_un_grand_ecran_contrastes_compris(
    contrastes: dict[Rapport, Future], modele: Rapport
) -> None:
    assert contrastes[modele].result()[0] == []


@pytest.mark.navigateur
@pytest.mark.complet
@pytest.mark.parametrize("modele", LES_AUTRES, ids=str)
def test_axe_n_y_trouve_rien_contrastes_compris_dans_les_autres(
    autres_contrastes: dict[Rapport, Future], modele: Rapport
) -> None:
    assert autres_contrastes[modele].result()[0] == []


def test_un_de_chaque_sorte_est_vu_sur_grand_ecran() -> None:
    assert {rapport.nom for rapport in UN_DE_CHAQUE} == {rapport.nom for rapport in TOUS}
