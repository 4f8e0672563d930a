"""The portrait of a territory: its figures worked out again from the official files, and what it
never says.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import lxml.html
import pytest
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg
from officiels_exemple import cnaf, ecrire, en_python
from rapports_produits import PORTRAITS, Production
from verification_exemple import corriger

from ctglib.blocs.comparables import etudier_comparables
from ctglib.commandes.application import lancer
from ctglib.document.tableau import Tableau
from ctglib.donnees import publiques
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.publiques import lire_communes
from ctglib.production.plan import CARNETS
from ctglib.production.portail import ecrire_portail
from ctglib.production.verifier import conventions_et_portraits, grouper, relever
from ctglib.rapports.bilan import ouvrir_bilan
from ctglib.rapports.portrait import etudier_portrait, ouvrir_portrait

COMMUNES = ("62001", "62041", "62413", "62498", "62826")
PARTS = {
    "part_rsa": "indfoy_rsa",
    "part_ppa": "indfoy_ppa",
    "part_logement": "indfoy_ndural",
    "part_af": "indfoy_af",
}
VILLE, VILLAGE, DEPARTEMENT = PORTRAITS
# Towns of the Nord of a like density, of 8,000 to 16,000 inhabitants.
NORD = (
    "59008",
    "59011",
    "59033",
    "59043",
    "59112",
    "59139",
    "59143",
    "59152",
    "59153",
    "59179",
    "59249",
    "59291",
)


def original(nom: str) -> list[dict[str, str]]:
    """Return the rows of a published file; without it, skip and say so."""
    folders = [parent / "shared" / "donnees" for parent in DEPOT.parents]
    path = next((folder / nom for folder in folders if (folder / nom).exists()), None)
    if path is None:
        pytest.skip(f"le fichier officiel n'est pas là ({nom})")
    return en_python(path, "," if nom.startswith("cog") else ";")


@pytest.mark.parametrize("commune", COMMUNES)
def test_les_chiffres_d_une_commune_sont_ceux_qu_on_refait_a_la_main(commune: str) -> None:
    rows = {
        (row["numcomdo"], row["dtreffre"][:4]): row for row in original("cnaf_s_ben_com_f_62.csv")
    }
    people = {
        row["COM"]: int(row["PMUN"]) for row in original("officiels/donnees_communes_2023.csv")
    }
    iris = [
        row
        for row in original("officiels/data_CAF_2020_IRIS.csv")
        if row["CODGEO"].startswith(commune)
    ]
    own = rows[commune, "2024"]
    whole = [row for (code, year), row in rows.items() if code and year == "2024"]

    study = etudier_portrait(commune)

    found = study.mesures.set_index("mesure")
    households = int(own["indfoy_ndur"])
    for name, column in PARTS.items():
        share = 100 * int(own[column]) / households
        there = (
            100
            * sum(int(row[column] or 0) for row in whole)
            / sum(int(row["indfoy_ndur"] or 0) for row in whole)
        )
        assert found.at[name, "valeur"] == pytest.approx(share)
        assert found.at[name, "valeur_departement"] == pytest.approx(there)
        assert found.at[name, "ecart"] == pytest.approx(share - there)
        assert found.at[name, "minimum"] == pytest.approx(
            100 * (int(own[column]) - 2) / (households + 2)
        )
        assert found.at[name, "maximum"] == pytest.approx(
            100 * (int(own[column]) + 2) / (households - 2)
        )
    assert found.at["part_couverte", "valeur"] == pytest.approx(
        100 * int(own["indnbp_ndur"]) / people[commune]
    )
    assert found.at["personnes_par_foyer", "valeur"] == pytest.approx(
        int(own["indnbp_ndur"]) / households
    )
    if iris and all(row["AM"] and row["A"] for row in iris):
        alone = 100 * sum(int(row["AM"]) for row in iris) / sum(int(row["A"]) for row in iris)
        assert found.at["part_monoparents", "valeur"] == pytest.approx(alone)
    before = int(rows[commune, "2020"]["indfoy_rsa"])
    moved = study.suivis[1].set_index("indicateur")
    assert moved.at["cnaf_foyers_rsa", "variation"] == pytest.approx(
        100 * (int(own["indfoy_rsa"]) / before - 1)
    )


def test_une_rupture_de_serie_n_est_jamais_traversee() -> None:
    years, moved = etudier_portrait("62413").suivis

    assert moved.set_index("indicateur").at["cnaf_foyers_logement", "depart"] == 2021
    assert years.loc[years["rupture"], ["indicateur", "annee"]].to_numpy().tolist() == [
        ["cnaf_foyers_logement", 2021]
    ]


def test_un_groupe_de_communes_a_le_taux_de_ses_sommes_sans_la_commune_elle_meme() -> None:
    study = etudier_portrait("62413")

    alike = [code for code in study.voisins["code"] if code != "62413"]
    counts = {
        name: publiques.lire(name, alike, [2024])["valeur"].sum()
        for name in ("cnaf_foyers_rsa", "cnaf_foyers")
    }
    found = study.mesures.set_index("mesure").at["part_rsa", "valeur_semblables"]
    assert len(alike) == study.regles.semblables.voisins["commune"]
    assert found == pytest.approx(100 * counts["cnaf_foyers_rsa"] / counts["cnaf_foyers"])


@pytest.mark.parametrize("code", ["62413", "62015", "246200364", "62", "59350", "62396"])
def test_aucun_taux_n_est_donne_sur_une_poignee_ni_sur_un_secret(code: str) -> None:
    rows = etudier_portrait(code).mesures

    few = rows["denominateur"] < 100
    assert rows.loc[few, "valeur"].isna().all()
    assert rows.loc[rows["raison"].ne(""), "valeur"].isna().all()
    assert rows["raison"].isin(["", "secret", "absent", "trop_peu"]).all()


@pytest.mark.parametrize("code", ["22016", "75", "97608", "2A", "200054781"])
def test_un_territoire_dont_on_ne_sait_presque_rien_le_dit(code: str) -> None:
    portrait = ouvrir_portrait(code)

    shown = [
        portrait.couverture(),
        portrait.une_page(),
        portrait.manques(),
        portrait.methode(),
        portrait.sources(),
    ]
    shown += [
        portrait.evolution(),
        portrait.semblables(),
        *map(portrait.theme, portrait.etude.regles.themes),
    ]
    text = _texte(" ".join(one.html for one in shown if one))
    assert "le fichier national l'a" in text
    assert "ctg" not in text and not re.search(r"\bnan\b", text)


def test_une_evolution_qui_part_de_2020_dit_que_c_etait_l_annee_du_covid() -> None:
    pieces = ouvrir_portrait("62413").evolution().pieces

    (table,) = (piece for piece in pieces if isinstance(piece, Tableau))
    assert any("Covid" in note for note in table.notes)


def test_les_naissances_d_une_commune_ne_sont_pas_celles_de_son_epci() -> None:
    effectifs = {}
    for code in ("62413", "246200364"):
        rows = etudier_portrait(code).mesures.set_index("mesure")
        effectifs[code] = rows.at["naissances", "valeur"]

    assert effectifs["246200364"] > 10 * effectifs["62413"] > 0


def test_les_naissances_de_deux_communes_ne_sont_pas_celles_de_l_une() -> None:
    # Les Hauts-Talican left Beaumont-les-Nonains on 1 January 2024: all births were the latter's.
    for code in ("60054", "60694"):
        rows = publiques.lire("insee_naissances", code, [2023, 2024]).set_index("annee")

        assert rows.at[2023, "statut"] == "O" and "avant le 01/01/2024" in rows.at[2023, "origine"]
        assert rows.at[2024, "statut"] == "A"


def test_un_village_dit_que_ses_chiffres_sont_trop_petits(rapports_produits: Production) -> None:
    text = _texte(rapports_produits.html(VILLAGE))

    assert "a moins de 100 foyers allocataires" in text
    assert (
        "trop peu" in text
        and "« Trop peu » : moins de 100 au dénominateur, aucun taux n'est donné" in text
    )
    # Those like it are added up: together, they are enough for a rate.
    portrait = etudier_portrait("62015")
    rows = portrait.mesures.set_index("mesure")
    rates = rows[rows["raison"].eq("trop_peu")]
    assert {"part_rsa", "part_ppa", "part_af"} <= set(rates.index)
    assert rates["valeur"].isna().all() and rates["ecart"].isna().all()
    assert rates["valeur_semblables"].notna().all()
    together = rates.loc[rates["unite"].eq("pourcent"), "denominateur_semblables"]
    assert together.ge(portrait.regles.minimum).all()


def test_un_portrait_n_est_jamais_dit_une_convention(rapports_produits: Production) -> None:
    for rapport in PORTRAITS:
        text = _texte(rapports_produits.html(rapport))

        assert "portrait, sans convention" in text
        assert (
            re.findall(
                r"\b(?:article|annexe|avenant|fiche action|signataire)\b(?! :)", text, re.IGNORECASE
            )
            == []
        )


def test_la_premiere_page_est_faite_de_phrases_qui_ont_un_verbe(
    rapports_produits: Production,
) -> None:
    for rapport in PORTRAITS:
        page = rapports_produits.pages(rapport)[0]
        assert "À retenir" in page and "À demander à la Caf" in page
        html = lxml.html.fromstring(rapports_produits.html(rapport))
        (heading,) = html.xpath("//h3[normalize-space() = 'À retenir']")
        said = [item.text_content() for item in heading.xpath("following::ul[1]/li")]
        assert len(said) >= 2
        assert [
            one
            for one in said
            if not re.search(r"\b(compte|ont|offrent|disposent|a|vivent|reçoivent|dépasse)\b", one)
        ] == []


def test_un_portrait_tient_en_six_pages(rapports_produits: Production) -> None:
    assert {
        rapport: len(rapports_produits.pages(rapport)) <= 6 for rapport in PORTRAITS
    } == dict.fromkeys(PORTRAITS, True)


def test_le_portail_range_les_portraits_par_niveau(rapports_produits: Production) -> None:
    page = ecrire_portail(rapports_produits.sortie).read_text(encoding="utf-8")

    places = [
        page.index(piece)
        for piece in ('id="portraits"', "Départements", "Communes, département 62")
    ]
    assert places == sorted(places)
    assert 'href="portraits/62413/portrait.pdf"' in page and "Harnes (62413)" in page


def test_verifier_connait_les_portraits_et_dit_celui_qui_a_change(
    rapports_produits: Production, tmp_path: Path
) -> None:
    shutil.copytree(rapports_produits.sortie / "portraits", tmp_path / "portraits")
    ecrire_portail(tmp_path)
    (tmp_path / "portraits" / "lens").mkdir()
    corriger(tmp_path / "portraits" / "62413" / "portrait.html", b"Harnes", b"Hornes")

    found = relever(tmp_path, conventions_et_portraits(tmp_path)[1], CARNETS)

    assert {item.commande.parametres for item in found.refaisables} == {
        (("territoire", code),) for code in ("62", "62015", "62413")
    }
    assert not found.causes and grouper(found.sorties) == [
        "rapports : portraits/lens n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer",
        "portraits/62413, portrait : portrait.html n'est pas celui qui avait été produit (travail interrompu, ou "
        "fichier modifié)",
    ]


def test_un_code_inconnu_est_refuse_avec_les_noms_proches_et_rien_n_est_ecrit(
    tmp_path: Path,
) -> None:
    done = ctg("portrait", "62413", "Lenss", "6249", "--sortie", "sortie", dossier=tmp_path)

    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "2 fautes" in done.stderr and "Lens (62498)" in done.stderr and "(62490)" in done.stderr
    assert not (tmp_path / "sortie").exists()


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        ((), "Donnez un code au moins"),
        (("62413", "--formats", "rtf"), "Le format « rtf » n'existe pas"),
        (("--departement", "999"), "le territoire « 999 »"),
        (("97502",), "les collectivités d'outre-mer (Saint-Pierre-et-Miquelon)"),
        (("--departement", "62413"), "« 62413 » pour un département"),
    ],
)
def test_une_demande_incomprise_est_refusee_en_francais(
    arguments: tuple[str, ...], dit: str, tmp_path: Path
) -> None:
    done = ctg("portrait", *arguments, dossier=tmp_path)

    assert done.returncode == 1 and "Traceback" not in done.stderr and dit in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def ailleurs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the data folder where the Cnaf and the Insee have communes of the Nord too:
    conventions for Lens and one of them.
    """
    folder = tmp_path_factory.mktemp("ailleurs")
    shutil.copytree(DONNEES, folder / "data")
    rows = [
        line.split(";")
        for line in cnaf(2022).splitlines()[1:400]
        if line.split(";")[1].startswith("62")
    ]
    large = sorted((row for row in rows if all(row[3:])), key=lambda row: -int(row[3]))[
        5 : 5 + len(NORD)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(folder / "data"))
        head = cnaf(2022).splitlines()[0]
        lines = [
            ";".join([f"{year}-12", code, *row[2:]])
            for year in (2022, 2024)
            for code, row in zip(NORD, large, strict=True)
        ]
        path = ecrire(folder, "s_ben_com_f.csv", "\r\n".join([head, *lines, ""]))
        assert lancer(["source", "ajouter", str(path), "--oui"]) == 0
        # Without its households, nobody is like a commune; those of the Pas-de-Calais are in an
        # older file than these.
        lines = ["CODGEO;NBMEN21;NBPERS21;NBUC21;Q121;Q221;Q321"]
        for rank, code in enumerate(NORD):
            lines.append(f"{code};{3000 + 40 * rank};{7000 + 50 * rank};4500,5;14000;20000;28000")
        path = ecrire(folder, "FILO2021_DISP_COM.csv", "\r\n".join([*lines, ""]))
        assert lancer(["source", "ajouter", str(path), "--oui"]) == 0
        for name, code in (("lens", "62498"), ("nord", NORD[0])):
            given = (
                "--territoire",
                code,
                "--debut",
                "2023-01-01",
                "--fin",
                "2026-12-31",
                "--fiches",
                "1",
            )
            assert lancer(["nouvelle-convention", name, *given, "--parties", "Ville ; Caf"]) == 0
        yield folder / "data"


@pytest.mark.parametrize(("nom", "departement"), [("lens", "62"), ("nord", "59")])
def test_toute_commune_dont_les_chiffres_sont_la_se_compare_aux_autres(
    ailleurs: Path, nom: str, departement: str
) -> None:
    dossier = lire_dossier(nom)
    communes = lire_communes(dossier.convention, dossier.catalogue.comparaison)

    compared = etudier_comparables(dossier, communes)

    assert set(communes["departement"]) == {departement}
    assert compared.resultat.retenues["commune"].iloc[0] == dossier.convention.territoire
    assert compared.resultat.nombre >= 5
    assert compared.ecarts().cellules["variation_moyenne"].ne("–").all()


def test_une_commune_dont_les_menages_sont_inconnus_n_est_comparee_a_personne(
    ailleurs: Path,
) -> None:
    dossier = lire_dossier("nord")
    communes = lire_communes(dossier.convention, dossier.catalogue.comparaison)
    assert communes is not None
    communes["menages"] = float("nan")

    compared = etudier_comparables(dossier, communes)

    assert compared.resultat is None
    assert compared.phrases() == () and compared.ecarts() is None


@pytest.mark.parametrize("nom", ["lens", "nord"])
def test_le_territoire_d_un_bilan_lit_le_magasin_pour_toute_commune(
    ailleurs: Path, nom: str
) -> None:
    rows = ouvrir_bilan(nom, 2024).territoire.rangees.set_index("indicateur")

    place = lire_dossier(nom).convention.territoire
    kept = publiques.lire("cnaf_foyers_rsa", place, [2024])["valeur"].iloc[0]
    assert rows.at["cnaf_foyers_rsa", "valeur"] == kept


def test_les_chiffres_de_la_carte_ont_leur_csv(rapports_produits: Production) -> None:
    with rapports_produits.csv(DEPARTEMENT)["donnees-portrait-carte"].open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 887
    with rapports_produits.csv(VILLE)["donnees-portrait-carte"].open(
        encoding="utf-8", newline=""
    ) as file:
        assert "62413" in {row["code"] for row in csv.DictReader(file)}


def _texte(html: str) -> str:
    shown = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown)))


def test_un_territoire_a_les_quartiers_prioritaires_de_ses_communes_chacun_une_fois() -> None:
    ville = etudier_portrait("62413").quartiers
    agglomeration = etudier_portrait("246200364").quartiers

    assert ville[["code", "nom", "communes"]].values.tolist() == [
        ["QN06223M", "Cité Bellevue", "Harnes"]
    ]
    assert agglomeration["code"].is_unique
    a_cheval = agglomeration.set_index("code")["communes"]["QN06220M"]
    assert a_cheval == "Bully-les-Mines, Mazingarbe"
    assert etudier_portrait("62001").quartiers.empty


def test_les_communes_semblables_sont_du_departement_que_la_phrase_dit() -> None:
    # « Parmi les communes du Val-de-Marne » : Viry-Châtillon and Villemomble, of the same métropole.
    portrait = ouvrir_portrait("94038")  # L'Haÿ-les-Roses

    alike = portrait.etude.voisins["code"]
    assert "Parmi les communes du Val-de-Marne" in _texte(portrait.semblables().html)
    assert len(alike) > 3 and alike.str.startswith("94").all()


def test_un_epci_semblable_a_tous_ses_habitants() -> None:
    study = etudier_portrait("200059228")  # Grand Paris Sud, over the Essonne and Seine-et-Marne
    communes = publiques.territoires(niveaux=("commune",))

    whole = communes[communes["epci"].isin(study.voisins["code"].iloc[1:])]
    assert set(whole["code"]) == set(study.lieux["semblables"].membres)
    assert set(whole["departement"]) <= {"77", "91"}
    assert study.de_departements == "de l'Essonne et de Seine-et-Marne"
    assert "des Bouches-du-Rhône, du Vaucluse et du Var" in _texte(
        ouvrir_portrait("200054807").couverture().html
    )


def test_un_epci_est_compare_a_chacun_de_ses_departements() -> None:
    # Redon Agglomération was judged by its gap to Ille-et-Vilaine alone, of three.
    portrait = ouvrir_portrait("243500741")

    rows = portrait.etude.mesures.set_index("mesure")
    page = _texte(portrait.une_page().html)
    table = _texte(portrait.theme("precarite").html)
    gap = (
        rows.at["revenus_activite", "valeur"]
        - rows.at["revenus_activite", "valeur_autre_departement_3"]
    )
    assert rows.at["revenus_activite", "ecart_autre_departement_3"] == pytest.approx(gap)
    assert "en Ille-et-Vilaine, 22 910 € dans la Loire-Atlantique et 21 830 €" in page
    assert "64,1 % (+1,9 point)" in table and "l'écart de CA Redon Agglomération" in table
    # Its wages are lower than in two of them, higher than in the third: nothing is said of them.
    assert "revenus d'activité" not in page.partition("Ce qui est incertain")[0]


def test_une_metropole_n_a_pas_les_chiffres_d_un_departement_qu_elle_contient() -> None:
    # Paris is wholly in the métropole, which had its places for young children.
    rows = etudier_portrait("200054781").mesures.set_index("mesure")

    assert rows.at["couverture", "raison"] == "absent"
    assert etudier_portrait("75056").mesures.set_index("mesure").at["couverture", "valeur"] > 0


def test_les_sources_d_un_portrait_sont_celles_de_ce_qu_il_montre() -> None:
    lens = ouvrir_portrait("62498")
    dombes = ouvrir_portrait("200069193").sources()
    arras = _texte(ouvrir_portrait("62041").theme("precarite").html)

    files = set(lens.sources().donnees["fichier"])
    assert {"data_CAF_2020_IRIS.csv", "cog_epci_2025.csv", "FILO2019_DISP_DEP.csv"} <= files
    assert files.isdisjoint({"data_CAF_2016_IRIS.csv", "donnees_communes_2020.csv"})
    # Only the départements' places are shown of an EPCI.
    assert "Cnaf, txcouv_pe_dep" in list(dombes.cellules["nom"])
    assert "txcouv_pe_com_EAJE_assmat.csv" not in set(dombes.donnees["fichier"])
    # A mean is of five years; 2020 is in no table of incomes.
    assert "etat_civil, 2020 à 2024" in _texte(lens.theme("habitants").html)
    assert "FILO_DISP, 2019 et 2021" in arras


def test_une_commune_ou_personne_n_habite_n_a_ni_taux_ni_demande() -> None:
    # « compte 0 habitants ; il y naît 0 enfants par an » : Beaumont-en-Verdunois, died for France.
    portrait = ouvrir_portrait("55039")

    page = _texte(portrait.une_page().html)
    assert "Beaumont-en-Verdunois n'a aucun habitant (recensement de 2023)" in page
    assert "Demander" not in page and "0 habitants" not in page
    assert portrait.manques() is None and portrait.semblables() is None
    assert portrait.evolution() is None
    assert [nom for nom in portrait.etude.regles.themes if portrait.theme(nom)] == ["habitants"]


def test_un_portrait_ne_repete_pas_les_notes_sur_les_iris() -> None:
    # Lens had seven pages, three tables with the same four notes.
    lens = ouvrir_portrait("62498")

    note = "Un IRIS entier sur 17 est tu"
    assert note in _texte(lens.theme("familles").html)
    assert note not in _texte(lens.theme("precarite").html)
    assert "voir aussi les notes du tableau « Familles allocataires »" in _texte(
        lens.theme("precarite").html
    )


def test_les_nombreux_quartiers_d_une_metropole_ne_sont_pas_sur_le_papier() -> None:
    assert ouvrir_portrait("200054781").quartiers().ecran  # 175 of them
    assert not ouvrir_portrait("246200364").quartiers().ecran
