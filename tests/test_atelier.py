"""The atelier: a question on a territory in at most five lines, an answer with its source, French
when it cannot be.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import openpyxl
import pandas as pd
import pytest
from docx import Document
from fichiers_suivis import DEPOT
from import_exemple import avec_libreoffice, libreoffice
from matplotlib.axis import Axis
from matplotlib.colors import to_hex

from ctglib import atelier as a
from ctglib import lire_suivi, ouvrir, ouvrir_bilan, ouvrir_evaluation
from ctglib.atelier.dessins import legende_de
from ctglib.atelier.phrases import DemandeImpossible
from ctglib.atelier.series import dossier, etude, noms_des_modalites, oublier
from ctglib.atelier.tables import attributs
from ctglib.donnees.nombres import SommeRefusee, nombres
from ctglib.donnees.suivi import lire_suivi_brut

EPCI = "Lens-Liévin"


@pytest.fixture(scope="module")
def rsa() -> pd.DataFrame:
    return a.comparer(
        "cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais", a.epci(EPCI)], pour="cnaf_foyers"
    )


def test_les_foyers_au_rsa_se_comparent_au_departement_et_a_l_agglomeration(
    rsa: pd.DataFrame, tmp_path: Path
) -> None:
    ax = a.courbes(rsa)
    files = [a.enregistrer(rsa, tmp_path / "rsa.xlsx"), a.enregistrer(ax, tmp_path / "rsa.png")]

    assert list(rsa.groupby("libelle").size()) == [5, 5, 5]
    assert rsa.set_index(["territoire", "annee"]).loc[("62413", 2020), "numerateur"] == 670
    assert all(path.stat().st_size > 5000 for path in files)
    assert "Cnaf" in attributs(rsa)["source"] and "2024" in attributs(rsa)["source"]


def test_l_agglomeration_est_la_somme_de_ses_communes_et_non_une_moyenne(rsa: pd.DataFrame) -> None:
    members = a.donnees("cnaf_foyers_rsa", a.lieux(epci=EPCI), 2024)

    row = rsa[rsa["territoire"].eq("246200364") & rsa["annee"].eq(2024)].iloc[0]

    assert len(members) == 36
    assert row["numerateur"] == members["valeur"].sum()
    assert row["valeur"] == pytest.approx(100 * row["numerateur"] / row["denominateur"])


def test_les_communes_qui_ressemblent_le_plus_sont_rangees_par_distance() -> None:
    found = a.semblables("Harnes", "structure_familiale", n=5)

    assert found["territoire"].iloc[0] == "62413" and found["distance"].iloc[0] == 0
    assert found["distance"].is_monotonic_increasing and len(found) == 6
    parts = found.filter(like="iris_")
    nearest = ((parts.iloc[1] - parts.iloc[0]) ** 2).sum() ** 0.5
    assert found["distance"].iloc[1] == pytest.approx(nearest, abs=0.01)


def test_un_rang_dit_entre_quelles_places_l_arrondi_le_laisse() -> None:
    large = a.lieux(departement="62", foyers_min=500)

    found = a.rang("Harnes", a.ratio("cnaf_foyers_paje", "cnaf_foyers", large))

    mine = found[found["choisi"]].iloc[0]
    assert mine["rang_min"] < mine["rang"] < mine["rang_max"]
    assert any("arrondi" in remark for remark in found.attrs["remarques"])
    assert any("arrondit à 5" in remark for remark in attributs(found)["remarques"])
    assert found["valeur"].is_monotonic_decreasing


def test_la_part_des_familles_monoparentales_se_lit_par_iris() -> None:
    found = a.ratio("iris_monoparents", "iris_allocataires", a.lieux(iris="Harnes"), 2020)

    assert found["libelle"].tolist() == [f"Harnes {rank}" for rank in range(1, 8)]
    assert found["numerateur"].sum() == 475 and found["valeur"].between(10, 25).all()


def test_ce_qu_une_fiche_a_promis_pour_l_annee_dit_par_qui() -> None:
    found = a.promesses("demonstration", fiche="2", annee=2026)
    written = a.promesses("demonstration", fiche="2", annee=2024)

    assert found["modalite"].to_list() == ["2.1", "2.2", "2.5", "2.6"]
    assert found["services"].str.startswith("Service enfance").all()
    assert not found["echeance_ecrite"].any()
    assert written["echeance_ecrite"].to_list() == [True]


def test_les_cibles_en_retard_sont_celles_qui_n_y_sont_pas() -> None:
    every = a.cibles("demonstration", 2025)
    late = a.cibles("demonstration", 2025, en_retard=True)

    assert set(late["atteinte"]) <= {"manquée", "à surveiller", "insuffisant", "en recul"}
    assert 0 < len(late) < len(every)


def test_la_frequentation_garde_ses_secrets_et_ne_les_somme_pas() -> None:
    found = a.frequentation(2024, 2025, convention="demonstration", selon="quartier")

    hidden = found[found["statut"] == "secret"]
    assert set(found["annee"]) == {2024, 2025} and len(hidden)
    assert hidden["valeur"].isna().all()
    assert found["valeur"].sum() is pd.NA
    assert found.groupby("annee")["valeur"].sum().isna().all()
    assert found.dropna(subset="valeur")["valeur"].sum() > 0


@pytest.mark.parametrize(
    "croiser",
    [
        lambda table: table.pivot_table("n", "lieu", "sexe", aggfunc="sum", margins=True),
        lambda table: pd.pivot_table(table, "n", "lieu", "sexe", aggfunc="mean", margins=True),
        lambda table: pd.crosstab(
            table["lieu"], table["sexe"], values=table["n"], aggfunc="sum", margins=True
        ),
    ],
    ids=["pivot_table", "pd.pivot_table", "crosstab"],
)
def test_les_marges_d_un_tableau_croise_ne_passent_pas_sur_une_valeur_masquee(
    croiser: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    table = pd.DataFrame(
        {
            "lieu": ["a", "a", "b", "b"],
            "sexe": ["f", "g", "f", "g"],
            "n": nombres([10, float("nan"), 7, 8]),
        }
    )

    croise = croiser(table)

    assert croise.loc[["a", "All"], "All"].isna().all()
    assert croise.loc["All", "g"] is pd.NA
    assert croise.loc["b", "All"] in (15.0, 7.5)
    assert table["n"].cumsum().isna().tolist() == [False, True, True, True]


CUMULS_MASQUES: dict[str, tuple[Callable[[pd.DataFrame], pd.Series], list[float | None]]] = {
    "expanding": (lambda t: t["n"].expanding().sum(), [1, None, None, None]),
    "expanding, par agg": (lambda t: t["n"].expanding().agg(["sum"])["sum"], [1, None, None, None]),
    "table": (lambda t: t[["n", "libre"]].expanding().mean()["n"], [1, None, None, None]),
    "une colonne": (lambda t: t[["n", "libre"]].expanding()["n"].sum(), [1, None, None, None]),
    "rolling": (lambda t: t["n"].rolling(2, min_periods=1).sum(), [1, None, None, 7]),
    "groupby": (lambda t: t.groupby("lieu")["n"].expanding().sum(), [1, None, 3, 7]),
    "groupby rolling": (
        lambda t: t.groupby("lieu")["n"].rolling(2, min_periods=1).mean(),
        [1, None, 3, 3.5],
    ),
    "ewm": (lambda t: t["n"].ewm(1).mean(), [None, None, None, None]),
    "une colonne sans trou": (lambda t: t.expanding()["libre"].sum(), [1, 3, 6, 10]),
}


@pytest.mark.parametrize(("cumuler", "attendu"), CUMULS_MASQUES.values(), ids=CUMULS_MASQUES)
def test_un_cumul_ne_passe_pas_sur_une_valeur_masquee(
    cumuler: Callable[[pd.DataFrame], pd.Series], attendu: list[float | None]
) -> None:
    table = pd.DataFrame(
        {
            "lieu": ["a", "a", "b", "b"],
            "n": nombres([1, float("nan"), 3, 4]),
            "libre": nombres([1, 2, 3, 4]),
        }
    )

    cumul = cumuler(table)

    assert [None if pd.isna(valeur) else valeur for valeur in cumul] == attendu
    assert (cumul.sum() is pd.NA) == (None in attendu), "ni la somme de ces cumuls"


def test_un_taux_dit_ses_deux_definitions_et_leurs_dates() -> None:
    found = a.ratio("cnaf_foyers_paje", "insee_naissances", "Harnes", 2024)

    told = a.definitions(found)
    assert len(told) == 2 and told["annees"].str.len().gt(0).all() and told["source"].nunique() == 2
    assert any("n'ont pas la même source" in remark for remark in found.attrs["remarques"])


def test_une_note_d_une_page_porte_textes_tableau_et_graphique(
    rsa: pd.DataFrame, tmp_path: Path
) -> None:
    made = a.note(
        "Le RSA à Harnes",
        ["Le nombre de foyers baisse.", a.courbes(rsa), rsa, "Comme dans le département."],
    )

    paths = [made.enregistrer(tmp_path / f"note.{form}") for form in ("docx", "odt", "pdf", "html")]

    word = Document(paths[0])
    said = " ".join(paragraph.text for paragraph in word.paragraphs)
    assert "Analyse ponctuelle" in said and "Source\xa0: Cnaf" in said
    assert len(word.tables) == 1 and len(word.inline_shapes) == 1
    assert paths[1].read_bytes().startswith(b"PK")
    assert paths[2].read_bytes().startswith(b"%PDF")
    assert "Figure" in paths[3].read_text(encoding="utf-8")


def test_un_classeur_excel_a_ses_donnees_leurs_definitions_et_leur_source(
    rsa: pd.DataFrame, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(a.enregistrer(rsa, tmp_path / "rsa.xlsx"))

    assert book.sheetnames == ["Données", "Définitions", "Source"]
    assert (
        str(book["Données"]["A1"].value).startswith(rsa.attrs["sujet"])
        and "Source : Cnaf" in book["Données"]["A2"].value
    )
    assert book["Données"].max_row == 4 + len(rsa)
    assert (
        "Unité : pour 100" in book["Données"]["A2"].value and book["Données"]["B4"].value == "Lieu"
    )
    assert "foyers" in str([cell.value for row in book["Définitions"] for cell in row]).lower()


@avec_libreoffice
def test_libreoffice_ouvre_ce_qui_est_enregistre(rsa: pd.DataFrame, tmp_path: Path) -> None:
    folders = [tmp_path / "excel", tmp_path / "word"]
    for folder in folders:
        folder.mkdir()
    made = [
        a.enregistrer(rsa, folders[0] / "rsa.xlsx"),
        a.enregistrer(rsa, folders[1] / "table.docx"),
    ]

    for path in made:
        libreoffice(path, tmp_path / "lus", "pdf")

    assert sorted(path.name for path in (tmp_path / "lus").glob("*.pdf")) == [
        "rsa.pdf",
        "table.pdf",
    ]


def test_une_carte_et_sa_table_disent_la_meme_chose() -> None:
    table = a.ratio("cnaf_foyers_rsa", "cnaf_foyers", a.lieux(epci=EPCI), 2024)

    ax = a.carte(table)

    assert sum(len(item.get_paths()) for item in ax.collections) >= 36
    assert "IGN" in ax.figure.get_supxlabel() and "Cnaf" in ax.figure.get_supxlabel()


def test_une_petite_commune_n_a_pas_de_taux() -> None:
    found = a.ratio("cnaf_foyers_rsa", "cnaf_foyers", a.lieux(departement="62"), 2024)

    few = found[found["denominateur"].lt(30).fillna(False)]
    assert len(few) > 20 and few["valeur"].isna().all()
    assert set(few["statut"]) == {"trop peu pour un taux"}


def test_un_graphique_ordinaire_de_matplotlib_entre_dans_une_note(tmp_path: Path) -> None:
    _, ax = plt.subplots()
    ax.bar(["2023", "2024"], [12, 15])

    shown = a.figure(
        ax, titre="Deux années", alt="12 en 2023, 15 en 2024.", source="Ville, registre 2024"
    )

    assert a.note("Une note", [shown]).enregistrer(tmp_path / "n.pdf").stat().st_size > 5000
    assert a.enregistrer(shown, tmp_path / "n.png").stat().st_size > 2000


def _graduations(axe: Axis) -> list[str]:
    """Return what is written along an axis, its factor last."""
    dites = [texte.get_text() for texte in axe.get_ticklabels()]
    return [*dites, axe.get_offset_text().get_text()]


def test_un_axe_ordinaire_a_la_virgule_et_garde_ce_que_l_analyste_a_choisi() -> None:
    dessin, (a_virgule, choisi, grand) = plt.subplots(3)
    a_virgule.plot([2020.5, 2021.5], [3.5, 4.5])
    a_virgule.set_yticks([3.5, 4.0, 4.5])
    choisi.bar(["v. 1.0", "v. 2.0"], [1.0, 2.0])
    choisi.yaxis.set_major_formatter("{x:.1f} pt")
    grand.plot([0, 1], [0, 2_500_000])
    grand.set_yticks([0, 500_000, 1_500_000])
    grand.ticklabel_format(axis="y", style="sci", scilimits=(0, 0))
    avant = grand.yaxis.get_major_formatter()

    habille = a.figure(dessin, titre="Des places", alt="De 3,5 à 4,5.", source="Ville")
    large = habille.dessiner("large")
    large.draw_without_rendering()

    du_premier = [*_graduations(large.axes[0].xaxis), *_graduations(large.axes[0].yaxis)]
    assert {"3,5", "4,0", "4,5"} <= set(du_premier)
    assert not [dite for dite in du_premier if "." in dite]
    assert _graduations(large.axes[1].xaxis)[:2] == ["v. 1.0", "v. 2.0"]
    assert "1.0 pt" in _graduations(large.axes[1].yaxis)
    assert "1e6" in _graduations(large.axes[2].yaxis)
    assert "0,5" in _graduations(large.axes[2].yaxis)
    assert grand.yaxis.get_major_formatter() is avant  # the analyst's own chart stays


def test_un_graphique_ordinaire_prend_la_charte_et_garde_les_couleurs_choisies() -> None:
    _, axes = plt.subplots()
    axes.bar(["a"], [3])
    axes.bar(["b"], [4], color="gold", alpha=0.5)
    axes.plot([0, 1], [1, 2])
    axes.scatter([0, 1], [2, 3], color="C0")
    axes.set_title("Des places")

    habille = a.figure(axes, titre="Des places", alt="De 3 à 4.", source="Ville").dessiner("large")

    barres = [to_hex(barre.get_facecolor()) for barre in habille.axes[0].patches]
    assert barres == ["#00558c", to_hex("gold")]
    assert habille.axes[0].patches[1].get_alpha() == 0.5
    assert to_hex(habille.axes[0].lines[0].get_color()) == "#00558c"
    assert to_hex(habille.axes[0].collections[0].get_facecolor()[0]) == "#00558c"
    assert habille.axes[0].title.get_fontfamily() == ["Source Sans Pro", "DejaVu Sans"]
    assert not habille.axes[0].spines["top"].get_visible()
    assert to_hex(axes.patches[0].get_facecolor()) == "#1f77b4", "le sien n'a pas changé"


def test_aucun_effectif_masque_n_est_accessible_par_l_atelier() -> None:
    raw = lire_suivi_brut("demonstration", 2025).suivis[2025].profils
    small = raw[
        raw["effectif"].between(1, 4) & raw["variable"].eq("quartier") & raw["variable_2"].eq("")
    ]

    shown = a.frequentation(2025, convention="demonstration", selon="quartier")

    assert len(small)
    assert not shown["valeur"].dropna().between(1, 4).any()


def test_aucune_serie_du_suivi_ne_rend_une_valeur_que_le_secret_retient() -> None:
    raw = lire_suivi_brut("demonstration", 2026).observations
    hidden = etude("demonstration").suivi.observations.query("statut == 'Q'")
    key = ["territoire", "annee", "indicateur", "dimension", "modalite"]
    known = raw.merge(hidden[key].drop_duplicates(), on=key)
    assert known["valeur"].notna().any()

    for code, rows in hidden.groupby("indicateur"):
        found = (
            a.donnees(code, convention="demonstration")
            .reindex(columns=[*key, "valeur", "statut"])
            .astype(object)
        )
        named = rows.assign(modalite=noms_des_modalites(dossier("demonstration").catalogue, rows))
        both = found.fillna({"dimension": "", "modalite": ""}).merge(
            named[key].drop_duplicates(), on=key
        )
        assert len(both) and both["valeur"].isna().all() and set(both["statut"]) == {"secret"}, code


def test_rien_de_public_dans_l_atelier_ne_lit_des_effectifs_bruts() -> None:
    asked = [
        inspect.signature(one).parameters for one in map(a.__dict__.get, a.__all__) if callable(one)
    ]
    source = "".join(path.read_text("utf-8") for path in Path(a.__file__).parent.glob("*.py"))

    assert all("brut" not in names for names in asked)
    assert "lire_suivi_brut" not in source and "brut=" not in source


def test_les_fichiers_de_l_atelier_ne_s_importent_pas_en_rond() -> None:
    importes: dict[str, set[str]] = {}
    for path in Path(a.__file__).parent.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text("utf-8")))
        modules = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
        importes[path.stem] = {
            module.removeprefix("ctglib.atelier.")
            for module in modules
            if module.startswith("ctglib.atelier")
        }

    assert importes["carnet"] >= {"phrases", "series", "sorties"}
    TopologicalSorter(importes).prepare()  # raises CycleError


SERIE = "cnaf_foyers_rsa"
ERREURS: dict[str, Callable[[], object]] = {
    "série mal écrite": lambda: a.donnees("cnaf_foyer_rsa"),
    "série inconnue": lambda: a.donnees("xyz"),
    "série vide": lambda: a.donnees(""),
    "série sans guillemets": lambda: a.donnees(12),
    "série nulle": lambda: a.donnees(None),
    "mot introuvable": lambda: a.chercher("zzzz"),
    "lieu mal écrit": lambda: a.donnees(SERIE, "Harne"),
    "lieu inconnu": lambda: a.donnees(SERIE, "Atlantide"),
    "lieu en nombre": lambda: a.donnees(SERIE, [62413]),
    "lieu vide": lambda: a.donnees(SERIE, ""),
    "lieu ambigu": lambda: a.lieux("Saint-Martin"),
    "niveau inconnu": lambda: a.lieux(niveau="canton"),
    "EPCI inconnu": lambda: a.epci("Nulle-Part"),
    "EPCI ambigu": lambda: a.epci("Communauté"),
    "département inconnu": lambda: a.lieux(departement="999"),
    "IRIS d'un lieu inconnu": lambda: a.lieux(iris="Harne"),
    "IRIS d'une commune sans IRIS": lambda: a.lieux(iris="Ablain-Saint-Nazaire"),
    "année absente": lambda: a.donnees(SERIE, "Harnes", 1999),
    "année en mots": lambda: a.donnees(SERIE, "Harnes", "l'an passé"),
    "années dans un seul texte": lambda: a.donnees(SERIE, "Harnes", "2020-2024"),
    "lieux sans colonne code": lambda: a.donnees(SERIE, pd.DataFrame({"nom": ["Harnes"]})),
    "années hors de la série": lambda: a.donnees("cnaf_couverture", "Harnes", [2014, 2015]),
    "convention inconnue": lambda: a.promesses("harne"),
    "fiche inconnue": lambda: a.promesses("demonstration", fiche=9),
    "fiche en mot": lambda: a.promesses("demonstration", fiche="deux"),
    "année hors convention": lambda: a.promesses("demonstration", annee=2031),
    "rien de dû": lambda: a.promesses("demonstration", annee=2023),
    "cibles hors convention": lambda: a.cibles("demonstration", 2040),
    "fréquentation sans année": lambda: a.frequentation(convention="demonstration"),
    "fréquentation hors convention": lambda: a.frequentation(2040, convention="demonstration"),
    "variable inconnue": lambda: a.frequentation(2025, convention="demonstration", selon="quartie"),
    "dispositif inconnu": lambda: a.frequentation(
        2025, convention="demonstration", dispositif="cantine"
    ),
    "série d'une autre convention": lambda: a.donnees("part_rsa", convention="rien"),
    "rapport sans lieu commun": lambda: a.ratio(
        "cnaf_foyers_rsa", "iris_allocataires", "Harnes", 2024
    ),
    "rapport à une série inconnue": lambda: a.ratio(SERIE, "cnaf_foyer"),
    "comparaison sans lieu connu": lambda: a.comparer(SERIE, ["Harnes", "Lennse"]),
    "comparaison d'une série inconnue": lambda: a.comparer("rsa_foyers", ["Harnes"]),
    "rang d'un absent": lambda: a.rang("Lens", a.donnees(SERIE, "Harnes")),
    "rang d'une table ordinaire": lambda: a.rang("Harnes", pd.DataFrame({"valeur": [1]})),
    "rang de plusieurs séries": lambda: a.rang(
        "Harnes", pd.concat([a.donnees(SERIE, "Harnes"), a.donnees("cnaf_foyers", "Harnes")])
    ),
    "rang sans table": lambda: a.rang("Harnes", 12),
    "profil inconnu": lambda: a.semblables("Harnes", "famille"),
    "semblables d'un lieu inconnu": lambda: a.semblables("Harne"),
    "semblables sans profil": lambda: a.semblables("Ablain-Saint-Nazaire"),
    "courbes d'autre chose": lambda: a.courbes([1, 2]),
    "courbes d'une table ordinaire": lambda: a.courbes(
        pd.DataFrame({"annee": [2020], "valeur": [1]})
    ),
    "courbes d'une colonne inconnue": lambda: a.courbes(a.donnees(SERIE, "Harnes"), y="taux"),
    "barres d'une colonne inconnue": lambda: a.barres(a.donnees(SERIE, "Harnes"), par="nom"),
    "barres sur de faux axes": lambda: a.barres(a.donnees(SERIE, "Harnes"), ax="ax"),
    "carte d'un département": lambda: a.carte(a.donnees(SERIE, "Pas-de-Calais", 2024)),
    "figure sans alternative": lambda: a.figure(a.courbes(a.donnees(SERIE, "Harnes"))),
    "figure sans rien": lambda: a.figure(plt.subplots()[1]),
    "figure d'autre chose": lambda: a.figure("graphique", titre="t", alt="a", source="s"),
    "tableau sans titre": lambda: a.tableau(pd.DataFrame({"a": [1]})),
    "tableau vide": lambda: a.tableau(pd.DataFrame(), "Titre", source="Caf"),
    "enregistrer sous une extension inconnue": lambda: a.enregistrer(
        a.donnees(SERIE, "Harnes"), "x.zip"
    ),
    "enregistrer une table en image": lambda: a.enregistrer(a.donnees(SERIE, "Harnes"), "x.png"),
    "enregistrer un graphique en Excel": lambda: a.enregistrer(
        a.courbes(a.donnees(SERIE, "Harnes")), "x.xlsx"
    ),
    "enregistrer sans extension": lambda: a.enregistrer(a.donnees(SERIE, "Harnes"), "x"),
    "enregistrer autre chose": lambda: a.enregistrer(12, "x.png"),
    "évolution d'une seule année": lambda: a.evolution(SERIE, "Harnes", 2024, 2024),
    "évolution depuis une année absente": lambda: a.evolution(SERIE, "Harnes", 1999),
    "fichier absent": lambda: a.importer("rien.csv"),
    "fichier d'un tableur": lambda: a.importer("places.xlsx"),
    "provisoires sans suivi": lambda: a.provisoires("demonstration", 2022),
    "note sans liste": lambda: a.note("Titre", "texte"),
    "note sans titre": lambda: a.note("", ["texte"]),
    "note d'autre chose": lambda: a.note("Titre", [12]),
    "note dans un format inconnu": lambda: a.note("Titre", ["texte"]).enregistrer("x.rtf"),
}


@pytest.mark.parametrize("appel", ERREURS.values(), ids=ERREURS)
def test_un_appel_faux_recoit_une_phrase_en_francais(appel: Callable[[], object]) -> None:
    with pytest.raises(DemandeImpossible) as caught:
        appel()

    said = str(caught.value)
    assert "\n" not in said and 20 < len(said) < 500
    assert said.endswith((".", "choisir.")) and " " in said


@pytest.mark.parametrize(
    ("appel", "proche"),
    [
        ("série mal écrite", "cnaf_foyers_rsa"),
        ("lieu mal écrit", "Harnes"),
        ("convention inconnue", "harnes"),
        ("variable inconnue", "quartier"),
    ],
)
def test_un_nom_mal_ecrit_recoit_les_noms_proches(appel: str, proche: str) -> None:
    with pytest.raises(DemandeImpossible, match=f"Noms proches : .*{proche}"):
        ERREURS[appel]()


@pytest.fixture
def rien_de_lu(avant_le_suivi: None) -> Iterator[None]:
    """Nothing followed up, and nothing kept of what was read before, or read here."""
    oublier()
    yield
    oublier()


@pytest.mark.parametrize(
    ("demande", "raison"),
    [
        (
            lambda: a.donnees("am_agreees", convention="demonstration"),
            "rien n'a été transmis (demonstration)",
        ),
        (
            lambda: a.frequentation(2024, convention="demonstration"),
            "rien n'a été transmis pour 2024",
        ),
        (
            lambda: a.cibles("demonstration", 2024, en_retard=True),
            "25 suivies : non évaluable 25",
        ),
    ],
)
def test_quand_rien_n_a_ete_transmis_c_est_ce_qui_est_dit(
    rien_de_lu: None, demande: Callable[[], object], raison: str
) -> None:
    with pytest.raises(DemandeImpossible) as caught:
        demande()

    assert raison in str(caught.value)


@pytest.mark.parametrize(
    ("demande", "raison"),
    [
        (
            lambda: a.donnees("am_agreees", annees=2019, convention="demonstration"),
            "rien n'a été transmis pour 2019",
        ),
        (
            lambda: a.donnees(SERIE, "Harnes", 1999),
            "la série n'a pas 1999 ; années connues : 2020 à 2024",
        ),
        (lambda: a.donnees(SERIE, "Lille"), "les fichiers présents ne disent rien de Lille"),
        (
            lambda: a.donnees("cnaf_couverture", a.epci(EPCI)),
            "niveaux publiés, arrondissement, commune, departement",
        ),
        (lambda: a.donnees("part_rsa", "Lens"), "ne porte que sur Harnes et Pas-de-Calais"),
        (
            lambda: a.rang("Guinecourt", a.donnees(SERIE, a.lieux(departement="62"))),
            "absente (non disponible)",
        ),
        (lambda: a.carte(a.donnees(SERIE, "Guinecourt", 2024)), "1 « non disponible »"),
        (lambda: a.barres(a.donnees(SERIE, "Guinecourt", 2024)), "1 « non disponible »"),
        (
            lambda: a.promesses("demonstration", 3, 2024),
            "Rien de ce que promet la fiche 3 n'est dû en 2024",
        ),
    ],
)
def test_quand_il_n_y_a_rien_la_vraie_raison_est_dite(
    demande: Callable[[], object], raison: str
) -> None:
    with pytest.raises(DemandeImpossible) as caught:
        demande()

    assert raison in str(caught.value)


def test_une_serie_dit_combien_de_territoires_elle_couvre_et_ne_promet_pas_la_somme_d_une_commune() -> (
    None
):
    levels = a.chercher().set_index("code")["niveaux"]

    assert levels["insee_deces"] == "commune (1)"
    assert levels[SERIE] == "commune (887), epci, departement"
    assert levels["am_agreees"].tolist() == ["commune (1)", "commune (1)"]


def test_une_somme_incomplete_dit_combien_de_communes_manquent() -> None:
    found = a.donnees(SERIE, a.lieux(departement="62", niveau="epci"), 2024)

    assert len(found) == 20
    assert found.loc[found["valeur"].isna(), "statut"].tolist() == [
        "incomplet : somme de 101 communes sur 103",
        "incomplet : somme de 4 communes sur 8",
    ]


def test_une_serie_publique_dit_ses_ruptures_et_ses_precautions() -> None:
    found = a.donnees("cnaf_foyers_logement", "Harnes")

    told = a.definitions(found).iloc[0]
    assert told["ruptures"].startswith("2021 : ") and "MSA" in told["precautions"]
    assert any("rupture de série" in remark for remark in attributs(found)["remarques"])


def test_un_rang_montre_le_lieu_demande_meme_loin_derriere() -> None:
    found = a.rang(
        "Guînes",
        a.ratio(SERIE, "cnaf_foyers", a.lieux(departement="62", foyers_min=500)),
        decroissant=True,
    )

    assert found.index[found["choisi"]][0] > 40
    assert "Guînes" in a.tableau(found).csv()


@pytest.mark.parametrize("nom", ["bilan", "evaluation", "diagnostic", "suivi"])
def test_un_objet_des_rapports_se_presente_en_deux_lignes_et_dit_quoi_demander(nom: str) -> None:
    opened = {
        "bilan": lambda: ouvrir_bilan("demonstration", 2025),
        "evaluation": lambda: ouvrir_evaluation("demonstration"),
        "diagnostic": lambda: ouvrir("demonstration"),
        "suivi": lambda: lire_suivi("demonstration", 2025),
    }[nom]()
    held = [getattr(opened, name) for name in dir(opened) if not name.startswith("_")]
    ours = [
        one
        for one in (opened, *held)
        if type(one).__module__.startswith("ctglib.") and not callable(one)
    ]

    shown = [repr(one) for one in ours]

    assert len(shown) >= 3
    assert [
        said
        for said in shown
        if len(said) > 250 or said.count("\n") > 1 or "Ensuite : " not in said
    ] == []


def test_un_objet_se_presente_en_une_ligne_et_dit_quoi_demander(
    rsa: pd.DataFrame, tmp_path: Path
) -> None:
    shown = [
        a.tableau(rsa),
        a.figure(a.courbes(rsa), alt="Trois courbes."),
        a.note("Une note", ["Une phrase."]),
    ]
    shown.append(a.enregistrer(rsa, tmp_path / "rsa.csv"))

    for one in shown:
        assert len(repr(one)) < 200 and "Ensuite : " in repr(one) and "\n" not in repr(one)


def test_une_table_de_statuts_sans_valeurs_se_montre_avec_eux() -> None:
    table = pd.DataFrame({"fiche": ["1", "2"], "statut": ["A", "L"]})

    montree = a.tableau(table, "Fiches", source="Caf")

    assert list(montree.donnees.columns) == ["fiche", "statut"]


RSA = "cnaf_foyers_rsa"


def test_une_comparaison_rend_les_lieux_demandes_et_dit_ceux_dont_elle_ne_sait_rien() -> None:
    lieux = ["Harnes", "Lens", a.epci(EPCI), "Pas-de-Calais"]

    trouve = a.comparer("part_rsa", lieux)

    sans_valeur = trouve[trouve["valeur"].isna()]
    assert trouve["territoire"].unique().tolist() == ["62413", "62498", "246200364", "62"]
    assert sans_valeur["territoire"].unique().tolist() == ["62498", "246200364"]
    assert set(sans_valeur["statut"]) == {"absent des fichiers présents"}
    assert any("ne porte que sur Harnes et Pas-de-Calais" in r for r in trouve.attrs["remarques"])


def test_une_annee_ecrite_entre_guillemets_est_cette_annee() -> None:
    assert a.donnees(RSA, "Harnes", "2024")["annee"].tolist() == [2024]
    assert a.donnees(RSA, "Harnes", ["2023", 2024])["annee"].tolist() == [2023, 2024]


def test_une_annee_que_la_serie_n_a_pas_est_dite() -> None:
    trouve = a.donnees(RSA, "Harnes", [2024, 2030])

    assert trouve["annee"].tolist() == [2024]
    assert any("la série n'a pas 2030" in remarque for remarque in trouve.attrs["remarques"])


def test_un_total_et_ses_parties_sont_des_lignes_de_deux_genres_et_ne_s_ajoutent_pas() -> None:
    heures = a.donnees("heures_realisees", convention="demonstration", annees=2024)

    totaux = heures[heures["ligne"] == "total"]["valeur"]
    with pytest.raises(SommeRefusee, match="un total"):
        heures["valeur"].sum()
    assert set(heures["ligne"]) == {"total", "partie"}
    assert totaux.sum() == totaux.iloc[0]


def test_une_commune_ne_s_ajoute_pas_a_son_departement() -> None:
    with pytest.raises(SommeRefusee, match=r"communes.*départements"):
        a.donnees(RSA, ["Harnes", "Pas-de-Calais"], 2024)["valeur"].sum()


def test_un_rang_de_valeurs_tapees_n_est_ni_arrondi_ni_de_la_cnaf() -> None:
    table = a.donnees(RSA, ["Harnes", "Lens", "Carvin"], 2024)
    table["valeur"] = [3, 2, 1]

    rangs = a.rang("Harnes", table)

    assert rangs["rang_min"].tolist() == rangs["rang_max"].tolist() == rangs["rang"].tolist()
    dites = attributs(rangs)
    assert "Cnaf" not in dites["source"] and "saisie" in dites["source"]
    assert not any("arrondi" in remarque for remarque in dites["remarques"])


def test_un_rang_dit_combien_de_lieux_il_ne_classe_pas() -> None:
    rangs = a.rang("Harnes", a.ratio(RSA, "cnaf_foyers", a.lieux(departement="62"), 2024))

    assert any("sans valeur en 2024 ne sont pas classés" in r for r in rangs.attrs["remarques"])


def test_aucun_indice_ne_passe_une_rupture() -> None:
    trouve = a.comparer("cnaf_foyers_logement", "Harnes").set_index("annee")

    assert trouve.loc[2020, "indice"] is pd.NA and trouve.loc[2021, "indice"] == 100
    dites = a.tableau(trouve.reset_index()).cellules["indice"]
    assert dites.iloc[0] == "avant la rupture de série"


@pytest.mark.parametrize(
    ("mots", "premier"),
    [
        ("RSA", "cnaf_foyers_rsa"),
        ("foyers rsa", "cnaf_foyers_rsa"),
        ("CMG", "enfants_cmg"),
        ("places crèche", "places_eaje"),
        ("nounou", "drees_agrements"),
        ("familles monoparentales", "iris_monoparents"),
        ("assistante maternelle agréée", "am_agreees"),
    ],
)
def test_la_recherche_met_d_abord_ce_qui_a_les_mots_entiers(mots: str, premier: str) -> None:
    assert a.chercher(mots)["code"].iloc[0] == premier


def test_la_recherche_ne_trouve_pas_un_mot_au_milieu_d_un_autre() -> None:
    trouvees = a.chercher("RSA")["code"]

    assert "cnaf_foyers_paje" not in set(trouvees)  # « un droit versable »
    assert set(trouvees) == {"cnaf_foyers_rsa", "iris_rsa_socle", "rsa", "part_rsa"}


def test_la_recherche_dit_ce_qui_s_ajouterait_et_par_quel_fichier() -> None:
    trouvees = a.chercher("CMG")

    a_ajouter = trouvees[trouvees["origine"] == "à ajouter"]
    assert a_ajouter["code"].tolist() == ["cnaf_foyers_cmg"]
    assert a_ajouter["source"].iloc[0].startswith("Cnaf, s_ben_com_f")
    assert trouvees.index[-1] == a_ajouter.index[-1]
    assert any("loyers" in remarque for remarque in a.chercher("loyer").attrs["remarques"])


def test_une_table_garde_son_statut_meme_quand_rien_ne_manque() -> None:
    provisoire = a.tableau(a.donnees("am_agreees", convention="demonstration"))
    normale = a.tableau(a.donnees(RSA, "Harnes"))

    assert provisoire.cellules["valeur"].iloc[-1] == "60 (p)"
    assert "(p) : valeur provisoire." in provisoire.notes
    assert set(normale.cellules["statut"]) == {"valeur normale"}


def test_une_table_que_pandas_a_tournee_garde_sa_source_et_ses_statuts() -> None:
    heures = a.donnees("am_agreees", convention="demonstration")

    tournee = heures.pivot(index="libelle", columns="annee", values="valeur")
    tournee["écart"] = tournee[2026] - tournee[2023]

    montree = a.tableau(tournee)
    assert montree.titre == "Assistantes maternelles agréées, Valfontaine (fictive), 2023 à 2026"
    assert montree.source == attributs(heures)["source"]
    assert montree.cellules["2026"].tolist() == ["60 (p)"]
    assert montree.cellules["écart"].tolist() == ["−1 (p)"]


def test_un_ecart_de_part_et_d_autre_d_une_rupture_le_dit() -> None:
    logement = a.donnees("cnaf_foyers_logement", "Harnes")

    large = logement.pivot(index="libelle", columns="annee", values="valeur")
    montree = a.tableau(large.assign(perte=large[2024] - large[2020]))

    assert montree.cellules["perte"].iloc[0].endswith("(r)")
    assert any("rupture de série, 2021 : Depuis" in note for note in montree.notes)
    assert any(note.startswith("(r) : ") for note in montree.notes)


def test_une_colonne_tapee_n_est_jamais_de_la_cnaf() -> None:
    rsa = a.donnees(RSA, ["Harnes", "Lens"], 2024)
    places = pd.DataFrame({"libelle": ["Harnes", "Lens"], "places": [22, 105]})

    jointe = rsa.merge(places, on="libelle")

    assert a.tableau(jointe).source.endswith("saisie ou calcul (ce carnet) : « places »")
    assert a.tableau(places, "Places").source == "saisie ou calcul (ce carnet)"
    assert a.tableau(places, "Places", source="Ville").source == "Ville"


def test_une_evolution_dit_son_ecart_et_ce_qui_empeche_de_le_dire() -> None:
    rsa = a.evolution(RSA, ["Harnes", "Bénifontaine", "Acheville"], 2020, 2024)
    logement = a.evolution("cnaf_foyers_logement", "Harnes")
    rompue = a.evolution("cnaf_foyers_logement", "Harnes", 2020)
    taux = a.evolution(RSA, "Harnes", pour="cnaf_foyers")

    assert rsa["ecart"].tolist() == [-110, -5, 0]
    assert rsa["sens"].tolist() == ["baisse", "dans l'arrondi", "stable"]
    assert rsa["evolution"].iloc[0] == pytest.approx(100 * -110 / 670)
    assert logement["annee_depart"].tolist() == [2021] and logement["sens"].tolist() == ["baisse"]
    assert any("Depuis 2021" in remarque for remarque in logement.attrs["remarques"])
    assert rompue["sens"].tolist() == ["rompu"]
    assert a.tableau(rompue).cellules["ecart"].tolist() == ["−220 (r)"]
    assert "evolution" not in taux  # points


def test_les_valeurs_provisoires_disent_qui_les_confirme() -> None:
    provisoires = a.provisoires("demonstration", 2025)

    heures = provisoires[provisoires["indicateur"] == "heures_realisees"]
    assert heures["qui"].eq("Service enfance, service jeunesse pour ses accueils").all()
    assert heures["quand"].str.contains("après la clôture du 31 mars").all()
    assert all(
        texte.endswith(("(p)", "(e)")) for texte in a.tableau(provisoires).cellules["valeur"]
    )
    assert "heures_realisees" not in set(
        a.provisoires("demonstration", 2026).query("annee == 2025")["indicateur"]
    )


def test_les_revisions_disent_l_ancienne_valeur_la_nouvelle_et_la_raison() -> None:
    revisions = a.revisions("demonstration", 2025)

    premiere = revisions.iloc[0]
    assert (premiere["valeur_ancienne"], premiere["valeur"], premiere["ecart"]) == (948, 941, -7)
    assert premiere["note"] == "Sept enfants inscrits deux fois l'été retirés"


FRANCAIS = (
    "Commune;Code Insee;Places;Taux;Filles\n"
    "Harnes;62413;1 022;3,5;s\n"
    "Bourg;1053;7;;12\n"
    "Total;;1029;;\n"
)


def test_la_galerie_a_une_cellule_pour_chaque_verbe() -> None:
    galerie = nbformat.read(DEPOT / "analyses/galerie.ipynb", as_version=4)

    montres = {
        cellule.id.removeprefix("verbe-"): cellule.source
        for cellule in galerie.cells
        if cellule.id.startswith("verbe-")
    }

    assert set(montres) == set(a.__all__) - {"PONCTUELLE", "oublier"}
    for verbe, source in montres.items():
        assert f"a.{verbe}(" in source


COMMUNES = ["Harnes", "Lens"]
DITS = {"titre": "Notre titre", "source": "Ville, registre 2024", "unite": "avis"}
DEMO = "demonstration"
TABLES: dict[str, Callable[..., pd.DataFrame]] = {
    "donnees": lambda **dits: a.donnees(SERIE, COMMUNES, **dits),
    "ratio": lambda **dits: a.ratio(SERIE, "cnaf_foyers", COMMUNES, **dits),
    "comparer": lambda **dits: a.comparer(SERIE, COMMUNES, **dits),
    "rang": lambda **dits: a.rang("Harnes", a.donnees(SERIE, COMMUNES), **dits),
    "semblables": lambda **dits: a.semblables("Harnes", n=2, **dits),
    "comparables": lambda **dits: a.comparables(SERIE, "Harnes", n=2, **dits),
    "evolution": lambda **dits: a.evolution(SERIE, COMMUNES, **dits),
    "provisoires": lambda **dits: a.provisoires(DEMO, 2025, **dits),
    "revisions": lambda **dits: a.revisions(DEMO, 2025, **dits),
    "cibles": lambda **dits: a.cibles(DEMO, 2025, **dits),
    "frequentation": lambda **dits: a.frequentation(2025, convention=DEMO, **dits),
    "prolonger": lambda **dits: a.prolonger("moins_de_3_ans", "Harnes", 2028, **dits),
}
LISTES: dict[str, Callable[..., pd.DataFrame]] = {
    "chercher": lambda **dits: a.chercher("RSA", **dits),
    "lieux": lambda **dits: a.lieux("Harnes", **dits),
    "epci": lambda **dits: a.epci(EPCI, **dits),
    "definitions": lambda **dits: a.definitions(a.donnees(SERIE, "Harnes"), **dits),
    "promesses": lambda **dits: a.promesses(DEMO, **dits),
}


@pytest.mark.parametrize("demander", TABLES.values(), ids=TABLES)
def test_une_table_dit_le_titre_la_source_et_l_unite_qu_on_lui_donne(
    demander: Callable[..., pd.DataFrame],
) -> None:
    table = demander(**DITS)

    autres = attributs(demander())
    montree = a.tableau(table)
    # A filter, then a concatenation with another table: values keep them, a title does not.
    reunie = pd.concat([table.head(1), a.donnees("cnaf_couverture", "Harnes", 2023)])

    assert (montree.titre, montree.source) == (DITS["titre"], DITS["source"])
    assert any("avis" in colonne.libelle.lower() for colonne in montree.colonnes)
    assert autres["titre"] != DITS["titre"] and autres["source"] != DITS["source"]
    assert attributs(reunie, titre="Les deux")["source"].startswith(f"{DITS['source']} ; Cnaf")


@pytest.mark.parametrize("demander", LISTES.values(), ids=LISTES)
def test_une_liste_dit_le_titre_et_la_source_qu_on_lui_donne(
    demander: Callable[..., pd.DataFrame],
) -> None:
    montree = a.tableau(demander(titre=DITS["titre"], source=DITS["source"]))

    assert (montree.titre, montree.source) == (DITS["titre"], DITS["source"])


def test_un_ecart_a_l_unite_donnee_aux_valeurs_et_une_evolution_garde_la_sienne() -> None:
    entetes = [
        colonne.libelle
        for colonne in a.tableau(a.evolution(SERIE, "Harnes", unite="foyers")).colonnes
    ]

    assert [entete for entete in entetes if "(foyers)" in entete] == [
        "En 2020 (foyers), arrondi à 5",
        "En 2024 (foyers), arrondi à 5",
        "Écart (foyers)",
    ]
    assert "Évolution (%)" in entetes


def test_chaque_verbe_prend_un_titre_et_une_source_et_l_unite_s_il_a_des_nombres() -> None:
    rendus = ("DataFrame", "Axes", "Figure", "Tableau")
    for nom in a.__all__:
        verbe = getattr(a, nom)
        if not callable(verbe):
            continue
        signature = inspect.signature(verbe)
        if any(str(signature.return_annotation).strip("'").endswith(rendu) for rendu in rendus):
            attendus = {"titre", "source"} if nom in LISTES else {"titre", "source", "unite"}
            assert attendus <= set(signature.parameters), nom


def test_une_carte_et_un_eventail_disent_la_source_et_l_unite_donnees() -> None:
    carte = a.carte(a.ratio(SERIE, "cnaf_foyers", a.lieux(epci=EPCI), 2024), **DITS)
    eventail = a.eventail(a.prolonger("moins_de_3_ans", "Harnes"), **DITS)

    assert carte.get_title(loc="left") == "Notre titre, 2024"
    assert carte.get_legend().get_title().get_text() == "avis"
    assert legende_de(carte.figure)["source"].startswith("Ville, registre 2024 ; contours")
    assert eventail.get_title(loc="left") == "Notre titre, Harnes"
    assert eventail.get_ylabel() == "avis"
    assert legende_de(eventail.figure)["source"] == "Ville, registre 2024"


def test_l_unite_d_un_graphique_ordinaire_suit_son_titre() -> None:
    _, axes = plt.subplots()
    axes.plot([1, 2], [3, 4])

    assert a.figure(axes, alt="De 3 à 4.", **DITS).titre == "Notre titre, avis"


def test_les_annees_a_venir_et_les_distances_ne_sont_pas_dites_saisies() -> None:
    naissances = a.prolonger("moins_de_3_ans", "Harnes", 2028)
    semblables = a.semblables("Harnes", n=2)

    for table in (naissances, semblables):
        assert "Insee" in a.tableau(table).source
        assert "saisie" not in a.tableau(table).source
    assert "saisie" in a.tableau(naissances.assign(haut=1.0)).source


def test_enregistrer_un_graphique_refuse_un_titre_qu_il_ne_dirait_pas(tmp_path: Path) -> None:
    with pytest.raises(DemandeImpossible, match="au verbe qui le fait"):
        a.enregistrer(a.courbes(a.donnees(SERIE, "Harnes")), tmp_path / "rsa.png", titre="Le RSA")


def test_la_recherche_dit_ou_sont_les_indices_du_radar() -> None:
    with pytest.raises(DemandeImpossible, match="ouvrir_controle"):
        a.chercher("radar")


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separateur", [";", "\t"])
def test_un_csv_francais_s_importe_et_dit_ce_qui_en_est_compris(
    tmp_path: Path, encodage: str, separateur: str
) -> None:
    fichier = tmp_path / "places.csv"
    fichier.write_text(FRANCAIS.replace(";", separateur), encoding=encodage)

    table = a.importer(fichier)

    assert table.columns.tolist() == ["Commune", "Code Insee", "Places", "Taux", "Filles", "ligne"]
    assert table["Code Insee"].tolist() == ["62413", "01053", ""]
    assert table["Places"].tolist() == [1022, 7, 1029] and table["Taux"].iloc[0] == 3.5
    assert table["ligne"].tolist() == ["partie", "partie", "total"]
    with pytest.raises(SommeRefusee, match="un total"):
        table["Places"].sum()
    assert table[table["ligne"] == "partie"]["Places"].sum() == 1029
    montree = a.tableau(table)
    assert montree.source == "saisie : places.csv"
    assert montree.cellules["Filles"].tolist()[:2] == ["secret", "12"]
    dites = " ".join(montree.notes)
    assert "virgule décimale" in dites and "zéro de tête" in dites and "ligne de total" in dites


def test_un_fichier_importe_se_joint_aux_series_et_les_deux_sources_sont_dites(
    tmp_path: Path,
) -> None:
    fichier = tmp_path / "places.csv"
    fichier.write_text("code,places\n62413,22\n62498,105\n", encoding="utf-8")

    jointe = a.donnees("cnaf_foyers_paje", ["Harnes", "Lens"], 2024).merge(
        a.importer(fichier, source="Ville, registre 2024"), left_on="territoire", right_on="code"
    )

    assert len(jointe) == 2
    assert a.tableau(jointe).source.split(" ; ")[-1] == "Ville, registre 2024"
    taux = (jointe["places"] / jointe["valeur"]).rename("taux").to_frame()
    assert a.tableau(taux).source.startswith("Ville, registre 2024 ; Cnaf")


def test_le_texte_d_un_graphique_dit_les_statuts_les_absences_et_les_ruptures() -> None:
    agreees = a.donnees("am_agreees", convention="demonstration")
    cachees = a.donnees("gardes_domicile", convention="demonstration")

    dits = [
        legende_de(a.courbes(agreees).figure)["alt"],
        legende_de(a.barres(cachees).figure)["alt"],
        legende_de(a.courbes(a.donnees("cnaf_foyers_logement", "Harnes")).figure)["alt"],
    ]

    assert "60 (p) en 2026" in dits[0]
    assert ": secret" in dits[1]
    assert "rupture de série en 2021, Depuis le 1er janvier 2021" in dits[2]


def test_une_base_cent_est_dite_a_l_annee_ou_elle_vaut_cent() -> None:
    ax = a.courbes(a.comparer("cnaf_foyers_logement", "Harnes"), y="indice")

    assert "indice, 100 en 2021" in ax.get_title(loc="left")


def test_deux_barres_n_ont_pas_le_meme_nom() -> None:
    heures = a.donnees("heures_realisees", convention="demonstration", annees=[2024, 2025])

    noms = [texte.get_text() for texte in a.barres(heures).get_yticklabels()]

    assert len(set(noms)) == len(noms) == len(heures)


def test_plusieurs_series_d_une_table_portent_leur_nom_et_leur_arrondi_est_dit_une_fois() -> None:
    deux = pd.concat([a.donnees(RSA, "Harnes"), a.donnees("cnaf_foyers_paje", "Harnes")])

    par_ligne = a.tableau(deux)
    par_colonne = a.tableau(deux.pivot(index="annee", columns="indicateur", values="valeur"))
    sommes = a.tableau(deux.groupby("indicateur")["valeur"].max().to_frame())

    assert set(par_ligne.cellules["indicateur"]) == {
        "Foyers au RSA",
        "Foyers à la Paje",
    }
    assert par_colonne.colonnes[1].libelle == "Foyers à la Paje, arrondi à 5"
    assert len(sommes.colonnes) == 2
    assert sum("arrondit à 5" in note for note in par_ligne.notes) == 1
