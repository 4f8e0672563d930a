"""Communes that keep their code and are no longer the same: their figures are carried over to what
they have become, or broken with the reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from officiels_exemple import ecrire

from ctglib.donnees import magasin, publiques
from ctglib.donnees.ajout import Ajout
from ctglib.donnees.passage import communes_changees, lire_iris

ROMPUE = "série rompue : le territoire de la commune a changé le "


def ajouter_les_populations(dossier: Path, lignes: dict[str, int]) -> None:
    """Add legal populations of 2019, a year that is not shipped, whose communes are those of 2021."""
    textes = ["REG;DEP;CODCOM;COM;PMUN;PCAP;PTOT"]
    for code, habitants in lignes.items():
        textes.append(f"84;{code[:2]};{code[2:]};;{habitants};0;{habitants}")
    chemin = ecrire(dossier, "donnees_communes_2019.csv", "\n".join([*textes, ""]))
    Ajout([chemin]).enregistrer()


def test_une_commune_qui_en_a_absorbe_d_autres_a_leurs_menages_et_plus_leur_mediane() -> None:
    tables = [
        table
        for table in magasin.tables("insee_filosofi_disp").values()
        if (table.annee, table.niveau) == (2019, "commune")
    ]
    avant = ["62447", "62461", "62549", "62743"]  # Hesdin-la-Forêt, since 2025
    publies = magasin.lire_tables(tables, avant, ["filosofi_menages"])["filosofi_menages"]

    menages = publiques.lire("filosofi_menages", "62447", [2019]).iloc[0]
    mediane = publiques.lire("filosofi_mediane", "62447", [2019]).iloc[0]

    assert len(publies) == 4
    assert (menages["valeur"], menages["statut"]) == (publies.sum(), "A")
    assert menages["origine"] == "somme de 4 communes, réunies depuis"
    assert mediane["statut"] == "O"
    assert mediane["origine"].startswith(f"{ROMPUE}01/01/2025")


def test_une_commune_retablie_ne_montre_pas_la_mediane_de_celle_dont_elle_sort(
    donnees: Path, tmp_path: Path
) -> None:
    entete = "CODGEO;LIBGEO;NBMEN18;NBPERS18;Q218"
    lignes = [entete, "60054;Les Hauts-Talican;357;906;24590", ""]
    Ajout([ecrire(tmp_path, "FILO2018_DISP_COM.csv", "\n".join(lignes))]).enregistrer()

    for code in ("60054", "60694"):  # Beaumont-les-Nonains, Les Hauts-Talican, since 2024
        for serie in ("filosofi_mediane", "filosofi_menages"):
            ligne = publiques.lire(serie, code, [2018]).iloc[0]
            assert (ligne["statut"], ligne["valeur"] == ligne["valeur"]) == ("O", False)
            assert ligne["origine"].startswith(f"{ROMPUE}01/01/2024")


def test_une_hausse_n_est_jamais_celle_d_une_fusion(donnees: Path, tmp_path: Path) -> None:
    # Haut Valromey absorbed Ruffieu in 2025: 650 and 200 were not 650.
    ajouter_les_populations(tmp_path, {"01187": 650, "01330": 200, "01004": 14000})

    lues = publiques.lire("insee_population_municipale", ["01187", "01004"], [2019])

    assert lues.set_index("territoire")["valeur"].to_dict() == {"01187": 850, "01004": 14000}


def test_une_commune_dont_une_part_manque_n_a_pas_de_chiffre(donnees: Path, tmp_path: Path) -> None:
    ajouter_les_populations(tmp_path, {"01187": 650, "01004": 14000})

    ligne = publiques.lire("insee_population_municipale", "01187", [2019]).iloc[0]

    assert ligne["statut"] == "O"
    assert ligne["origine"].startswith(ROMPUE)


def test_les_iris_d_une_part_ne_sont_pas_ceux_de_la_commune(donnees: Path, tmp_path: Path) -> None:
    entete = "CODGEO;NOTE;A;PERCOU;AI;AM;ACSSENF;ACAVENF;AC3ENF;ENF;ENF_2;ENF_3_5"
    chiffres = ";0;470;1140;185;91;29;161;43;482;81;70"
    # Cherbourg-en-Cotentin was made of five communes in 2016.
    communes = ["50129", "50173", "50203", "50416", "50602"]
    entiere = [entete, *[f"{code}0101{chiffres}" for code in communes], ""]
    une_part = [entete, *[f"{code}0101{chiffres}" for code in communes[:3]], ""]
    for nom, lignes in (("data_CAF_2014_IRIS", entiere), ("data_CAF_2015_IRIS", une_part)):
        chemin = ecrire(tmp_path, f"{nom}.csv", "\n".join(lignes))
        Ajout([chemin], niveau="iris").enregistrer()

    lues = publiques.lire("iris_allocataires", "50129", [2014, 2015]).set_index("annee")

    assert (lues.loc[2014, "valeur"], lues.loc[2014, "origine"]) == (2350, "somme de 5 IRIS")
    assert lues.loc[2015, "statut"] == "O"
    assert str(lues.loc[2015, "origine"]).startswith(f"{ROMPUE}01/01/2016")
    tables = list(magasin.tables("insee_caf_iris").values())
    assert set(lire_iris(tables, ["50129"], [])["commune"]) == {"50129"}


def test_une_table_d_un_code_officiel_de_plus_se_lit_vers_le_passe(
    donnees: Path, tmp_path: Path
) -> None:
    mouvements = [
        "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TYPECOM_AP,COM_AP",
        "32,2031-01-01,COM,62413,COM,62413",
        "32,2031-01-01,COM,62498,COM,62413",
        "32,2031-01-01,COM,62498,COMD,62498",
        "",
    ]
    Ajout([ecrire(tmp_path, "v_mvtcommune_2031.csv", "\n".join(mouvements))]).enregistrer()

    changees = communes_changees(2031)

    assert set(changees) == {"62413", "62498"}
    assert all(origine.partagee for origine in changees.values())
    assert communes_changees(2030) == {}


@pytest.mark.parametrize("geographie", [None, 2025])
def test_rien_n_est_ramene_de_la_geographie_du_code_officiel(geographie: int | None) -> None:
    assert communes_changees(geographie) == {}
