"""The charts, tables and sentences of the comparison: whole, legible, true to its figures, and
never a cause.
"""

from __future__ import annotations

import re

import pytest
from comparables_exemple import NOMS, PANEL, contexte, indicateurs, regle, resultat
from dessin_svg import mots, racine
from essais import exemples
from graphiques_exemple import LIBELLES, LONG, TAILLES, dessins, verifier
from hypothesis import Phase, given
from test_comparables import EXEMPLE

from ctglib.blocs.comparables import Comparables, etudier_comparables
from ctglib.calculs.comparables import Resultat
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.donnees.modeles.catalogue import Reglage
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.graphiques.points import points_comparables

METHODES = (
    "regle",
    "communes_retenues",
    "essentiel",
    "points",
    "ecarts",
    "departement",
    "sensibilite",
    "lecture_sensibilite",
    "limites",
)
SANS_REDUIRE = (
    Phase.explicit,
    Phase.reuse,
    Phase.generate,
)  # a panel is drawn four times: shrinking takes minutes
ESPACES = str.maketrans({"\u202f": " ", "\u00a0": " "})


def libelles(texte: str) -> Contexte:
    return contexte(
        {
            name: item.model_copy(update={"libelle": f"{rank} {texte}"})
            for rank, (name, item) in enumerate(indicateurs().items())
        }
    )


def figure(found: Resultat, words: Contexte) -> Figure:
    relabelled = found.ecarts.assign(
        libelle=[words.indicateurs[name].libelle for name in found.ecarts["indicateur"]]
    )
    found = found._replace(ecarts=relabelled)
    return points_comparables(found, regle(), words, nom="points", titre="Un titre")


@pytest.fixture(scope="module")
def harnes() -> Comparables:
    suivi = lire_suivi_brut("harnes")
    return etudier_comparables(suivi, lire_communes(suivi.convention, suivi.catalogue.comparaison))


@pytest.mark.parametrize("texte", LIBELLES.values(), ids=LIBELLES)
def test_les_dessins_tiennent_quels_que_soient_les_libelles(texte: str) -> None:
    drawn = figure(resultat(EXEMPLE), libelles(texte))

    verifier(drawn)
    assert "<script" not in drawn.html


@given(PANEL)
@exemples(10, phases=SANS_REDUIRE)
def test_les_dessins_d_un_panel_quelconque_tiennent_dans_leur_cadre(communes: list) -> None:
    verifier(figure(resultat(communes), libelles(LONG)))


def test_les_dessins_de_harnes_tiennent_dans_leur_cadre(harnes: Comparables) -> None:
    verifier(harnes.points())


@pytest.mark.parametrize("taille", TAILLES)
def test_chaque_rangee_a_ses_communes_la_notre_et_son_ecart(
    harnes: Comparables, taille: str
) -> None:
    svg = dessins(harnes.points())[taille]
    rows = harnes.resultat.ecarts

    said = mots(svg)

    marks = list(racine(svg).iter("{http://www.w3.org/2000/svg}use"))
    # the others, their mean, the commune; these two in the key
    assert len(marks) == len(rows) * (harnes.resultat.nombre + 2) + 2
    assert said.count("dans le bruit") == int(rows["bruit"].sum()) + 1
    assert "+0,9" in said
    assert "−4,6" in said
    assert "Moyenne des 20\u00a0communes" in said


def test_sans_aucun_ecart_il_n_y_a_pas_de_points() -> None:
    found = resultat(EXEMPLE)
    empty = found._replace(ecarts=found.ecarts.assign(ecart=float("nan")))

    assert points_comparables(empty, regle(), contexte(), nom="points", titre="Un titre") is None
    assert Comparables(empty, regle(), contexte()).phrases() == ()


def test_la_lecture_dit_les_chiffres_du_plus_grand_ecart(harnes: Comparables) -> None:
    assert harnes.points().lecture.translate(ESPACES) == (
        "de 2022 à 2024, « foyers au RSA » : −6,7 % à Harnes, −2,1 % en moyenne dans 20 communes comparables ; "
        "l'écart est de −4,6 points (de −6,4 à −2,7 points selon l'arrondi)."
    )


def test_les_communes_sont_nommees_avec_leur_code_de_la_plus_proche_a_la_plus_lointaine(
    harnes: Comparables,
) -> None:
    table = harnes.communes_retenues()

    assert list(table.cellules["place"])[:2] == ["Harnes", "1. Bully-les-Mines"]
    assert list(table.cellules["commune"])[:2] == ["62413", "62186"]
    assert list(table.cellules["degre"])[:2] == ["Centres urbains intermédiaires"] * 2
    assert "grille_densite" in table.source and "s_ben_com_f" not in table.source
    assert len(table.cellules) == 21
    assert table.donnees["distance"].iloc[1:].is_monotonic_increasing


def test_une_commune_ecartee_est_nommee_avec_ce_qui_lui_manque() -> None:
    table = Comparables(
        resultat([*EXEMPLE, [100, 0, 30, 100, 50, 30]]), regle(), contexte()
    ).communes_retenues()

    assert "Commune 7 (01007 : foyers rsa, effectif nul en 2022)." in table.notes[-1]


def test_la_table_des_ecarts_dit_le_bruit_le_rang_et_la_rupture(harnes: Comparables) -> None:
    cells = harnes.ecarts().cellules.set_index("libelle")
    broken = (
        Comparables(resultat(EXEMPLE, rompu="rsa"), regle(), contexte())
        .ecarts()
        .cellules.set_index("libelle")
    )

    assert cells.loc["Foyers à la prime d'activité", "lecture"] == "dans le bruit"
    assert cells.loc["Foyers au RSA", ["intervalle", "place", "part"]].tolist() == [
        "de −6,4 à −2,7",
        "14 (12 à 18) sur 21",
        "11 sur 20",
    ]
    assert broken.loc["Foyers rsa", ["ecart", "lecture", "place"]].tolist() == [
        "–",
        "rupture de série",
        "–",
    ]


def test_la_sensibilite_a_une_colonne_par_regle_et_le_sens_de_l_ecart(harnes: Comparables) -> None:
    table = harnes.sensibilite()

    heads = [column.libelle.translate(ESPACES) for column in table.colonnes]
    assert heads[:4] == ["Série", "Règle retenue", "10 communes", "30 communes"]
    assert {"Depuis 2021", "Depuis 2020", "Taille de 1/2 à 2 fois"} <= set(heads)
    assert (
        table.cellules.set_index("libelle").loc["Foyers avec une aide au logement"].tolist()[-2]
        == "rupture de série"
    )
    assert "change de sens" in harnes.lecture_sensibilite().texte


def test_un_ecart_rare_est_dit_inhabituel_et_un_ecart_courant_non(harnes: Comparables) -> None:
    far = [
        [200, 100, 100, 400, 100, 100],
        *[[200 + 5 * rank, 100, 100, 200 + 5 * rank, 100, 100] for rank in range(5)],
    ]

    said = " ".join(
        Comparables(resultat(far, voisins=5), regle(voisins=5), contexte()).phrases()
    ).translate(ESPACES)

    assert (
        "L'écart est inhabituel pour 1 série : foyers foyers (0 sur 5 au moins aussi éloignées)."
        in said
    )
    assert "Aucun de ces écarts n'est inhabituel" in " ".join(harnes.phrases())


def test_une_variante_impossible_est_dite_non_calculable() -> None:
    found = resultat(
        EXEMPLE, variantes=(Reglage(titre="Depuis 2021", annees_avant=2, voisins=3, fenetre=3),)
    )

    assert set(found.variantes.query("variante == 1")["indicateur"]) == set(NOMS)
    assert Comparables(found, regle(), contexte()).lecture_sensibilite()


def test_la_comparaison_n_est_jamais_dite_un_effet(harnes: Comparables) -> None:
    shown = [getattr(harnes, name)() for name in METHODES]
    texte = " ".join(re.sub(r"<[^>]+>", " ", item.html) for item in shown)

    assert re.findall(r"\b(?:impact|grâce|causé|résultat de|dû à)\w*", texte) == []
    assert [
        texte[found.start() - 7 : found.end()] for found in re.finditer(r"\beffets?\b", texte)
    ] == ["pas un effet"]


def test_sans_communes_rien_n_est_montre() -> None:
    found = etudier_comparables(lire_suivi_brut("harnes"), None)

    assert [getattr(found, name)() for name in METHODES] == [None] * len(METHODES)
    assert found.phrases() == ()
