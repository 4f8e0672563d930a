"""Public figures of any territory: those of the official files, recomputed without the library, and
honest sums.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from ligne_de_commande import ctg
from officiels_exemple import CNAF, cnaf, ecrire, en_python

from ctglib.donnees import magasin, publiques
from ctglib.donnees.ajout import Ajout
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import examiner_les_sources
from ctglib.donnees.vraisemblance import douter

COMMUNES = ("62413", "62427", "62041", "62001", "62396")
LENS_LIEVIN = "246200364"
IRIS = {
    "iris_allocataires": "A",
    "iris_monoparents": "AM",
    "iris_enfants_0_2": "ENF_2",
    "iris_apl": "AAPL",
    "iris_rsa_socle": "ARSAS",
}


@pytest.fixture
def original(depot: Path):
    """Return the rows of a published file; without it, skip and say so."""

    def trouver(nom: str, separateur: str = ";") -> list[dict[str, str]]:
        path = depot.parent / "shared" / "donnees" / nom
        if not path.exists():
            pytest.skip(f"le fichier officiel n'est pas là ({nom})")
        return en_python(path, separateur)

    return trouver


def chiffre(texte: str) -> float:
    return float(texte.replace("\u202f", "").replace(",", "."))


def test_les_chiffres_de_cinq_communes_sont_ceux_de_la_cnaf(original) -> None:
    rows = {
        (row["numcomdo"], row["dtreffre"][:4]): row for row in original("cnaf_s_ben_com_f_62.csv")
    }

    compared = 0
    for column, code in CNAF.items():
        for row in publiques.lire(code, COMMUNES).itertuples():
            written = rows[row.territoire, str(row.annee)][column]
            assert (
                (row.statut, row.valeur) == ("A", chiffre(written))
                if written
                else row.statut == "O"
            )
            compared += 1
    assert compared == 7 * 5 * 5


def test_les_sommes_sont_celles_que_l_on_fait_a_la_main(original) -> None:
    places = original("cog_communes_2025.csv", ",")
    members = {row["code"] for row in places if row["epci"] == LENS_LIEVIN}
    rows = original("cnaf_s_ben_com_f_62.csv")

    found = publiques.lire("cnaf_foyers_rsa", [LENS_LIEVIN, "62"]).set_index(
        ["territoire", "annee"]
    )

    for year in range(2020, 2025):
        counts = {
            row["numcomdo"]: row["indfoy_rsa"]
            for row in rows
            if row["dtreffre"] == f"{year}-12" and row["numcomdo"]
        }
        assert found.loc[(LENS_LIEVIN, year), "valeur"] == sum(
            int(counts[code]) for code in members
        )
        assert found.loc[("62", year), "valeur"] == sum(
            int(count or 0) for count in counts.values()
        )
    assert found["statut"].tolist() == ["A"] * 4 + ["E"] + ["A"] * 5
    assert found.loc[("62", 2024), "origine"] == "somme de 886 communes sur 887"
    assert found.loc[(LENS_LIEVIN, 2024), "origine"] == "somme de 36 communes"


@pytest.mark.parametrize("annee", [2016, 2019, 2020])
def test_une_commune_est_la_somme_de_ses_iris_estimee_quand_un_est_secret(
    annee: int, original
) -> None:
    rows = original(f"officiels/data_CAF_{annee}_IRIS.csv")

    for code, column in IRIS.items():
        for row in publiques.lire(code, ["62413", "62427", "62041", "62065"], [annee]).itertuples():
            cells = [one[column] for one in rows if one["CODGEO"].startswith(row.territoire)]
            known = [chiffre(cell) for cell in cells if cell]
            assert row.statut == ("A" if all(cells) else "E"), (code, row.territoire)
            assert row.valeur == sum(known)
            if all(cells):
                assert row.origine == f"somme de {len(cells)} IRIS"
            else:
                assert row.origine.startswith(f"somme de {len(known)} IRIS sur {len(cells)}, ")


def test_filosofi_donne_le_chiffre_publie_de_chaque_niveau_et_n_en_calcule_aucun(original) -> None:
    found = publiques.lire(
        "filosofi_mediane", ["62413", "62", LENS_LIEVIN, "62001"], [2019]
    ).set_index("territoire")

    for level, code in (("COM", "62413"), ("DEP", "62"), ("EPCI", LENS_LIEVIN), ("COM", "62001")):
        (row,) = [
            one for one in original(f"officiels/FILO2019_DISP_{level}.csv") if one["CODGEO"] == code
        ]
        assert found.loc[code, "valeur"] == chiffre(row["Q219"])
    assert set(found["origine"]) == {"publiée"}
    assert publiques.lire("filosofi_mediane", ["62"], [2018])["statut"].tolist() == ["O"]


def test_un_taux_ne_se_somme_pas_et_une_somme_trop_incomplete_ne_se_donne_pas() -> None:
    rate = publiques.lire("cnaf_couverture", ["62413", "62", LENS_LIEVIN], [2023])
    deaths = publiques.lire("insee_deces", ["62", "62413"], [2024])

    assert rate["valeur"].fillna(0).tolist() == [50.4, 57.7, 0] and rate["statut"].tolist() == [
        "A",
        "A",
        "O",
    ]
    assert deaths["statut"].tolist() == ["A", "O"]
    assert deaths["origine"].tolist() == ["publiée", "somme de 1 commune sur 887"]


def test_une_serie_dit_sa_source_son_arrondi_et_ses_ruptures() -> None:
    told = publiques.lire("cnaf_foyers_logement", "62413").attrs
    (known,) = publiques.series().query("code == 'cnaf_foyers_logement'").to_dict("records")

    assert told["source"] == "Cnaf, s_ben_com_f, décembre 2020 à décembre 2024"
    assert (told["arrondi"], told["unite"]) == (5, "nombre")
    assert [year for year, _ in told["ruptures"]] == [2021]
    assert known["annees"] == (2020, 2021, 2022, 2023, 2024)
    assert known["niveaux"] == {"commune": 887, "epci": 0, "departement": 0}


def test_le_catalogue_des_series_et_le_contexte_des_bilans_disent_la_meme_chose() -> None:
    from ctglib.donnees.dossier import lire_dossier

    context = lire_dossier("harnes").catalogue.indicateurs_contexte
    known = publiques.series().set_index("code")

    for code in [code for code in context if code in known.index]:
        assert known.loc[code, "unite"] == context[code].unite
        assert known.loc[code, "libelle"] == context[code].libelle
        rounded = publiques.lire(code, "62413").attrs
        assert (rounded["arrondi"] or 0) == (context[code].arrondi_source or 0)
        assert [year for year, _ in rounded["ruptures"]] == [
            one.annee for one in context[code].ruptures
        ]


def test_les_territoires_ont_leur_nom_avec_l_article_et_leurs_contours(original) -> None:
    places = publiques.territoires().set_index("code")

    assert places["niveau"].value_counts().to_dict() == {
        "commune": 34875,
        "epci": 1253,
        "departement": 101,
    }
    assert places.loc["62667", "nom"] == "Le Portel" and places.loc["62413", "epci"] == LENS_LIEVIN
    assert (places["epci"] == LENS_LIEVIN).sum() == 36
    shapes = publiques.contours(["62413"])
    assert shapes["nom"].tolist() == ["Harnes"] and all(
        2.8 < x < 3 for x, _ in shapes["contour"][0][0]
    )


@pytest.mark.parametrize(
    ("code", "territoires", "annees", "dit"),
    [
        ("cnaf_foyer_rsa", "62413", None, "cnaf_foyers_rsa"),
        ("cnaf_foyers_rsa", "Harnes", None, "Harnes (62413)"),
        ("cnaf_foyers_rsa", ["62413", "xx"], None, "le territoire « xx »"),
        ("cnaf_foyers_rsa", "62413", [1999], "1999 pour « cnaf_foyers_rsa »"),
    ],
)
def test_une_demande_qui_ne_peut_pas_etre_servie_le_dit_en_francais(
    code, territoires, annees, dit: str
) -> None:
    with pytest.raises(DonneesInvalides, match=dit.replace("(", r"\(").replace(")", r"\)")):
        publiques.lire(code, territoires, annees)


def test_une_table_changee_apres_son_ajout_ne_se_lit_pas(donnees: Path) -> None:
    (path,) = (donnees / "sources/publiques/cnaf_communes").glob("2024-*")
    path.write_bytes(path.read_bytes() + b"\0")

    with pytest.raises(DonneesInvalides, match="une table changée depuis son ajout"):
        publiques.lire("cnaf_foyers", "62413")


@pytest.mark.complet
def test_rien_de_ce_qui_est_livre_ne_parait_faux() -> None:
    gardees = magasin.tables()

    def chiffres(cle: magasin.Cle) -> pd.DataFrame:
        return magasin.lire_tables([gardees[cle]]).set_index("territoire")

    doutes = douter(gardees, gardees, chiffres, magasin.charger_familles())

    assert not [doute.phrase for doute in doutes if doute.faux]


def test_les_naissances_de_toute_commune_sont_la_et_le_departement_est_celui_du_fichier() -> None:
    naissances = publiques.lire("insee_naissances", ["62413", "62", "FR", "80001"], [2023, 2024])

    par_lieu = naissances[naissances["annee"].eq(2024)].set_index("territoire")
    assert par_lieu["valeur"].to_dict() == {
        "62413": 155,
        "62": 13_903,
        "FR": 659_731,
        "80001": 216,
    }
    assert set(par_lieu["origine"]) == {"publiée"}
    fichiers = magasin.lire_registre(magasin.PUBLIQUES).fichiers
    copies = [fichier.fichier for fichier in fichiers if fichier.copie]
    assert "NAIS_DOM_ANNUELLES.xlsx" in copies


def test_une_annee_ajoutee_arrive_dans_le_bilan_et_les_annees_connues_n_y_sont_qu_une_fois(
    donnees: Path, tmp_path: Path
) -> None:
    Ajout([ecrire(tmp_path, "x.csv", cnaf())]).enregistrer()

    found = lire_suivi_brut("harnes", 2025).contexte

    own = found[found["indicateur"].eq("cnaf_foyers_rsa") & found["territoire"].eq("62413")]
    assert own["annee"].tolist() == [2020, 2021, 2022, 2023, 2024, 2025]
    assert own["source"].iloc[-1].startswith("Cnaf, s_ben_com_f")
    assert lire_suivi_brut("harnes", 2024).contexte["annee"].max() == 2024


def test_valider_refuse_un_departement_divise_par_dix(donnees: Path) -> None:
    path = donnees / "sources/cnaf_allocataires/observations.csv"
    path.write_text(path.read_text("utf-8").replace(",55605,", ",5560,"), "utf-8")

    done = ctg("valider", "-c", "harnes", dossier=donnees)

    assert done.returncode == 1
    assert "trouvé : « 5560 »\n    attendu : 55605, d'après Cnaf, s_ben_com_f" in done.stderr


def test_valider_refuse_56_000_foyers_au_rsa_a_harnes(donnees: Path, tmp_path: Path) -> None:
    text = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa\n2024-12;62413;Harnes;2920;6800;56000\n"
    Ajout([ecrire(tmp_path, "x.csv", text)]).enregistrer()

    (fault,) = [one for one in examiner_les_sources()[0] if "dépasse" in one.trouve]

    assert "cnaf_foyers_rsa dépasse cnaf_foyers : 62413 (56000 pour 2920)" in fault.trouve


def test_valider_refuse_un_diagnostic_loin_de_la_serie_publique_de_meme_champ(
    donnees: Path,
) -> None:
    path = donnees / "conventions/harnes/annexe1.csv"
    text = path.read_text("utf-8").replace(",rsa,62413,2020,668,", ",rsa,62413,2020,56000,")
    path.write_text(text.replace(",rsa,62,2020,55682,", ",rsa,62,2020,5568,"), "utf-8")

    done = ctg("valider", "-c", "harnes", dossier=donnees)

    assert done.returncode == 1
    assert "« rsa », 62413, 2020 : 56000\n    attendu : près de 670, d'après Cnaf" in done.stderr
    assert "« rsa », 62, 2020 : 5568\n    attendu : près de 55605, d'après Cnaf" in done.stderr


def test_valider_refuse_un_extrait_qui_se_contredit_pour_une_annee_que_le_magasin_n_a_pas(
    donnees: Path,
) -> None:
    path = donnees / "sources/cnaf_allocataires/observations.csv"
    rows = [
        f'62413,2025,{code},,,2026,{value},nombre,A,"Cnaf, 2025",'
        for code, value in {"cnaf_foyers": 2950, "cnaf_foyers_rsa": 56000}.items()
    ]
    path.write_text(path.read_text("utf-8") + "\n".join([*rows, ""]), "utf-8")

    faults, _ = examiner_les_sources()

    assert [one.trouve for one in faults] == [
        "cnaf_communes, commune, 2025 : cnaf_foyers_rsa dépasse cnaf_foyers : 62413 (56000 pour 2950)"
    ]


def test_valider_dit_une_valeur_illisible_d_un_extrait_sans_s_arreter(donnees: Path) -> None:
    path = donnees / "sources/cnaf_allocataires/observations.csv"
    path.write_text(path.read_text("utf-8").replace(",2950,", ",2 950,", 1), "utf-8")

    done = ctg("valider", "-c", "harnes", dossier=donnees)

    assert done.returncode == 1
    assert "trouvé : « 2 950 »" in done.stderr and "Traceback" not in done.stderr


def test_valider_refuse_un_repere_de_l_atelier_qui_n_est_aucune_serie(donnees: Path) -> None:
    path = donnees / "catalogue/atelier.yaml"
    path.write_text(
        path.read_text("utf-8").replace("foyers: cnaf_foyers\n", "foyers: cnaf_foyer\n"), "utf-8"
    )

    (fault,), _ = examiner_les_sources()

    assert (fault.fichier, fault.trouve) == ("catalogue/atelier.yaml", "« cnaf_foyer »")


def test_valider_montre_ce_qui_etonne_dans_ce_que_l_utilisateur_a_ajoute(
    donnees: Path, tmp_path: Path
) -> None:
    text = re.sub(
        r"(2025-12;62427;[^;]*;)([0-9]+);",
        lambda found: f"{found[1]}{int(found[2]) // 20 * 10};",
        cnaf(),
    )
    Ajout([ecrire(tmp_path, "x.csv", text)]).enregistrer()

    faults, odd = examiner_les_sources()

    assert any("cnaf_foyers change de plus de 30 % : 62427" in said for said in odd)
    assert all(said.startswith("sources/locales/") for said in odd)
    assert all("dépasse" in fault.trouve for fault in faults)


FAMILLE_D_ESSAI = """
id: essai
titre: Écoles par commune
producteur: Essai
jeu: ecoles
adresse: exemple.fr
licence: Licence Ouverte 2.0
signature: [codgeo, ecoles]
cle: codgeo
niveaux: [commune]
vide: O
somme: []
series:
  - {code: essai_ecoles, colonne: ecoles, libelle: Écoles, unite: nombre}
"""


def test_une_famille_partie_du_catalogue_dont_les_chiffres_restent_se_dit(
    donnees: Path, tmp_path: Path
) -> None:
    family = donnees / "catalogue/sources/essai.yaml"
    family.write_text(FAMILLE_D_ESSAI, "utf-8")
    Ajout([ecrire(tmp_path, "ecoles_2024.csv", "codgeo;ecoles\n62413;7\n")]).enregistrer()
    family.unlink()

    (fault,), _ = examiner_les_sources()
    with pytest.raises(DonneesInvalides) as of_all_series:
        publiques.series()
    with pytest.raises(DonneesInvalides) as of_this_series:
        publiques.lire("essai_ecoles")

    assert fault.fichier == "sources/locales/origine.yaml"
    assert fault.trouve == "des chiffres de la famille « essai », que le catalogue n'a pas"
    assert fault.remede.startswith("remettre catalogue/sources/essai.yaml, ou retirer de ce ")
    assert of_all_series.value.fautes == (fault,)
    assert "catalogue/sources/essai.yaml" in str(of_this_series.value)


def test_une_serie_partie_de_sa_famille_dont_les_chiffres_restent_se_dit(
    donnees: Path, tmp_path: Path
) -> None:
    family = donnees / "catalogue/sources/essai.yaml"
    family.write_text(FAMILLE_D_ESSAI, "utf-8")
    Ajout([ecrire(tmp_path, "ecoles_2024.csv", "codgeo;ecoles\n62413;7\n")]).enregistrer()
    family.write_text(FAMILLE_D_ESSAI.replace("essai_ecoles", "essai_classes"), "utf-8")

    with pytest.raises(DonneesInvalides) as excinfo:
        publiques.series()

    (fault,) = excinfo.value.fautes
    assert fault.fichier == "catalogue/sources/essai.yaml"
    assert fault.trouve == "aucune série « essai_ecoles », dont des chiffres sont là"


def test_les_chiffres_livres_n_ont_aucune_faute() -> None:
    assert examiner_les_sources() == ([], [])
