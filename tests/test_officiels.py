"""Official files: recognised by what they hold, added whole or not at all, refused with what is
wrong.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import openpyxl
import pytest
import yaml
from ligne_de_commande import ctg
from officiels_exemple import FILOSOFI, cnaf, ecrire, iris

from ctglib.donnees import publiques
from ctglib.donnees.ajout import Ajout
from ctglib.donnees.ecriture import VERROU
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer as noter_les_lectures
from ctglib.donnees.lecture import lister
from ctglib.donnees.magasin import SECRET, charger_familles, lire_registre, lire_tables, tables
from ctglib.donnees.officiels import Officiel, lire_officiel

NAISSANCES_DE_L_EXTRAIT = {
    "arrondissement": 45,
    "commune": 8,
    "departement": 3,
    "epci": 1,
    "france": 3,
    "region": 2,
}
REELS = {
    "cnaf_s_ben_com_f_62.csv": (
        "cnaf_communes",
        {(year, "commune"): 887 for year in range(2020, 2025)},
    ),
    "cnaf_txcouv_pe_com_2023_62.csv": (
        "cnaf_couverture",
        {(2023, "commune"): 24, (2023, "departement"): 1},
    ),
    "cog_communes_2025.csv": ("cog_communes", {(2025, "commune"): 34875}),
    "cog_epci_2025.csv": ("cog_epci", {(2025, "epci"): 1253}),
    "cog_departements_2025.csv": ("cog_departements", {(2025, "departement"): 101}),
    "insee_etat_civil_harnes.csv": (
        "insee_etat_civil",
        {(year, "commune"): 1 for year in range(2008, 2026)},
    ),
    "insee_filosofi2_2023.csv": ("insee_filosofi_2", {(2023, "commune"): 4}),
    "insee_base_cc_comparateur_extrait.csv": (
        "insee_comparateur",
        {(2016, "commune"): 2, (2021, "commune"): 2, (2022, "commune"): 2},
    ),
    "officiels/data_CAF_2016_IRIS.csv": ("insee_caf_iris", {(2016, "iris"): 13148}),
    "officiels/data_CAF_2019_IRIS.csv": ("insee_caf_iris", {(2019, "iris"): 13424}),
    "officiels/data_CAF_2020_IRIS.csv": ("insee_caf_iris", {(2020, "iris"): 13444}),
    "officiels/FILO2018_DISP_COM.csv": (
        "insee_filosofi_disp",
        {(2018, "arrondissement"): 45, (2018, "commune"): 31285},
    ),
    "officiels/FILO2019_DISP_COM.csv": (
        "insee_filosofi_disp",
        {(2019, "arrondissement"): 45, (2019, "commune"): 31316},
    ),
    "officiels/FILO2019_DISP_DEP.csv": ("insee_filosofi_disp", {(2019, "departement"): 98}),
    "officiels/FILO2019_DISP_EPCI.csv": ("insee_filosofi_disp", {(2019, "epci"): 1240}),
    "officiels/cc_filosofi_2021_COM.csv": (
        "insee_filosofi_disp",
        {(2021, "arrondissement"): 45, (2021, "commune"): 34864},
    ),
    "officiels/donnees_communes_2023.csv": (
        "insee_populations",
        {(2023, "arrondissement"): 45, (2023, "commune"): 34858},
    ),
    "officiels/txcouv_pe_dep.csv": (
        "cnaf_couverture",
        {(2022, "departement"): 102, (2023, "departement"): 102},
    ),
    "officiels/v_departement_2024.csv": ("cog_departements", {(2024, "departement"): 101}),
    "officiels/v_region_2024.csv": ("cog_regions", {(2024, "region"): 18}),
    "officiels/fr-en-ips-ecoles-ap2022.csv": (
        "depp_ips_ecoles",
        {(2022, "arrondissement"): 45, (2022, "commune"): 16174},
    ),
    "officiels/insee_naissances_sample.zip": (
        "insee_etat_civil",
        {
            (year, level): size
            for year in range(2008, 2026)
            for level, size in NAISSANCES_DE_L_EXTRAIT.items()
        },
    ),
}


def lire(dossier: Path, nom: str, texte: str | bytes, annee: int | None = None) -> Officiel:
    return lire_officiel(ecrire(dossier, nom, texte), charger_familles(), annee)


@pytest.mark.parametrize("nom", REELS)
def test_un_fichier_tel_que_publie_est_reconnu_par_son_contenu(
    nom: str, depot: Path, tmp_path: Path
) -> None:
    path = depot.parent / "shared" / "donnees" / nom
    if not path.exists():
        pytest.skip(f"le fichier officiel n'est pas là ({nom})")
    year = re.search(r"20[0-9]{2}", nom)
    renamed = ecrire(
        tmp_path,
        f"telechargement {year.group() if year else ''}{path.suffix}",
        path.read_bytes(),
    )

    found = lire_officiel(renamed, charger_familles())

    family, sizes = REELS[nom]
    assert found.famille.id == family
    assert {key: len(table) for key, table in found.tables.items()} == sizes
    coupure = "le fichier ne finit pas par un saut de ligne"
    assert all(alerte.startswith(coupure) for alerte in found.alertes)
    assert len(found.alertes) <= 1
    assert found.coupures == [] or family == "insee_caf_iris"


def test_un_export_de_la_cnaf_garde_ses_zeros_ses_vides_et_laisse_le_non_localise(
    tmp_path: Path,
) -> None:
    text = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa;indmtt_rsa;;\r\n"
    text += "2025-12;1001;L'Abergement;260;760;0;1200;;\r\n2025-12;2A004;Ajaccio;;;s;ND;;\r\n2025-12;;;5;5;5;100;;\r\n"

    found = lire(tmp_path, "x.csv", text)

    table = found.tables[2025, "commune"]
    assert list(table.index) == ["01001", "2A004"]
    assert table.loc["01001"].to_dict() == {
        "libelle": "L'Abergement",
        "cnaf_foyers": 260,
        "cnaf_personnes": 760,
        "cnaf_foyers_rsa": 0,
        "cnaf_indmtt_rsa": 1200,
    }
    assert table["cnaf_foyers"].isna()["2A004"] and table.loc["2A004", "cnaf_foyers_rsa"] == SECRET
    assert "lignes sans commune (« non localisé »), laissées de côté : 1" in found.phrases


@pytest.mark.parametrize(
    "deguiser",
    [
        lambda text: text.encode("cp1252"),
        lambda text: ("\ufeff" + text).encode(),
        lambda text: text.replace(";", ",").encode(),
        lambda text: text.replace(";", "\t").upper().encode(),
        lambda text: text.replace("numcomdo", '"NumComDo "').encode(),
        lambda text: text.replace("2025-12;", "2025-12-01;").encode(),
        lambda text: text.replace(";62", ";62.0".replace("62.0", " 62")).encode(),
        lambda text: text.replace("\r\n", ";;;\r\n").encode(),
        lambda text: (text + text.splitlines()[0] + "\r\n").encode(),
    ],
    ids=[
        "Windows-1252",
        "BOM",
        "virgule",
        "majuscules",
        "guillemets",
        "jour",
        "espace",
        "vides",
        "en-tête",
    ],
)
def test_la_presentation_ne_change_pas_ce_qui_est_lu(
    deguiser: Callable[[str], bytes], tmp_path: Path
) -> None:
    plain = lire(tmp_path, "a.csv", cnaf())

    other = lire(tmp_path, "b.csv", deguiser(cnaf()))

    kept = [name for name in plain.tables[2025, "commune"] if name != "libelle"]
    assert other.tables[2025, "commune"][kept].equals(plain.tables[2025, "commune"][kept])


def test_une_coquille_dans_un_en_tete_se_corrige_et_se_dit(tmp_path: Path) -> None:
    found = lire(
        tmp_path,
        "iris_2021.csv",
        iris().replace("ENF;AC3ENF", "ENNF;AC3ENFF").replace("PERCOU", "PERÇOUS"),
    )

    assert found.tables[2021, "iris"].equals(
        lire(tmp_path, "iris_2021.csv", iris()).tables[2021, "iris"]
    )
    assert found.alertes == [
        "la colonne « percous » est lue comme « percou »",
        "la colonne « acavennf » est lue comme « acavenf »",
        "la colonne « ac3enff » est lue comme « ac3enf »",
    ]


def test_une_annee_et_un_prefixe_jamais_vus_se_lisent_sans_changer_le_code(tmp_path: Path) -> None:
    filosofi = lire(tmp_path, "x.csv", FILOSOFI.replace("21;", "33;"))
    comparateur = "CODGEO;C31_POP;C31_MEN;C31_LOG;MED31\r\n62413;12000;5200,5;5700;19000\r\n6\u00a02427;25000;s;;20000\r\n"

    base = lire(tmp_path, "y.csv", comparateur)

    assert filosofi.tables[2033, "commune"].loc["62413", "filosofi_part_impots"] == -11.5
    assert filosofi.tables[2033, "commune"].loc["62001", "filosofi_quartile_1"] == SECRET
    assert base.tables[2031, "commune"].loc["62413", "rp_menages"] == 5200.5
    assert base.tables[2031, "commune"].loc["62427", "rp_menages"] == SECRET


def test_une_ville_est_la_somme_de_tous_ses_arrondissements_ou_n_en_a_pas(
    donnees: Path, tmp_path: Path
) -> None:
    paris = [
        f"751{number:02};Paris {number}e;100;250;{20 if number > 1 else ''}"
        for number in range(1, 21)
    ]
    rows = [*paris, "69381;Lyon 1er;50;90;5", "69389;Lyon 9e;60;80;10"]
    head = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa"
    text = "\n".join(
        [head, *(f"2024-12;{row}" for row in rows), "2024-12;13055;Marseille;900;2000;300", ""]
    )
    blocks = [f"751{number:02}0101;0;10;30;1;1;1;1;1;2;1;1" for number in range(1, 21)]
    header = iris().split("\r\n")[0]

    found = lire(tmp_path, "villes.csv", text)
    added = Ajout(
        [
            ecrire(tmp_path, "villes.csv", text),
            ecrire(tmp_path, "iris_2021.csv", "\r\n".join([header, *blocks, ""])),
            ecrire(tmp_path, "iris_2022.csv", "\r\n".join([header, *blocks[:-1], ""])),
        ]
    )
    added.enregistrer()

    communes = found.tables[2024, "commune"]
    assert communes["cnaf_foyers"].to_dict() == {"13055": 900, "75056": 2000}
    assert communes["cnaf_foyers_rsa"].isna()["75056"]
    assert len(found.tables[2024, "arrondissement"]) == 22
    assert "sommes de leurs arrondissements, absentes du fichier : 75056" in found.phrases
    assert "2024 : pas de somme, des arrondissements manquent à 69123 (2 sur 9)" in found.phrases
    assert not any("absentes du code officiel" in said for said in added.alertes)
    assert publiques.lire("cnaf_foyers", "75101", [2024])["valeur"].tolist() == [100]
    summed = publiques.lire("iris_allocataires", "75056", [2021, 2022])
    assert summed["statut"].tolist() == ["A", "O"]
    assert summed["valeur"].tolist()[0] == 200
    assert summed["origine"].tolist() == ["somme de 20 IRIS", ""]


def test_un_arrondissement_ne_compte_pas_deux_fois_dans_son_departement(
    donnees: Path, tmp_path: Path
) -> None:
    rows = "75056;Paris;1000;2000;1500;;;;;\n75101;Paris 1er;900;1800;1400;;;;;\n"
    communes = FILOSOFI.splitlines()[0].rstrip(";") + "\n" + rows.replace(";;;;;", ";;;;")
    departement = communes.splitlines()[0] + "\n75;Paris;1000;2000;1500;;;;\n"

    addition = Ajout(
        [ecrire(tmp_path, "com.csv", communes), ecrire(tmp_path, "dep.csv", departement)]
    )

    assert not any("dépasse le département" in said for said in addition.alertes)


def test_un_parquet_se_lit_comme_le_csv(tmp_path: Path) -> None:
    source = ecrire(tmp_path, "x.csv", cnaf())
    duckdb.execute(
        f"copy (from read_csv('{source}', all_varchar=false)) to '{tmp_path / 'x.parquet'}'"
    )

    found = lire_officiel(tmp_path / "x.parquet", charger_familles())

    assert found.tables[2025, "commune"].equals(
        lire(tmp_path, "x.csv", cnaf()).tables[2025, "commune"]
    )


def empreintes(dossier: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in dossier.rglob("*")
        if path.is_file() and path.name != VERROU
    }


def ajouter(dossier: Path, nom: str, texte: str | bytes, **demande: object) -> Ajout:
    addition = Ajout([ecrire(dossier, nom, texte)], **demande)
    addition.enregistrer()
    return addition


def test_un_ajout_dit_ce_qu_il_est_et_tout_lecteur_le_voit(donnees: Path, tmp_path: Path) -> None:
    with noter_les_lectures() as before:
        publiques.lire("cnaf_foyers_rsa", "62413")

    addition = ajouter(tmp_path, "s_ben.csv", cnaf())

    with noter_les_lectures() as after:
        found = publiques.lire("cnaf_foyers_rsa", "62413")
    assert "s_ben_com_f) – commune 2025 (887 territoires)" in addition.phrases[0]
    assert (addition.revisions, addition.alertes) == ([], [])
    assert found.set_index("annee")["valeur"][2025] == found.set_index("annee")["valeur"][2024]
    assert (
        "sources/locales/origine.yaml" in before.absents
        and "sources/locales/origine.yaml" in after.lus
    )
    (entry,) = lire_registre("sources/locales").fichiers
    assert (entry.fichier, entry.producteur, entry.jeu) == ("s_ben.csv", "Cnaf", "s_ben_com_f")
    assert entry.sha256 == hashlib.sha256(cnaf().encode()).hexdigest()
    assert entry.licence.startswith("Licence Ouverte")


def test_la_date_est_celle_du_fichier_ou_celle_que_l_on_donne_jamais_celle_du_jour(
    donnees: Path, tmp_path: Path
) -> None:
    path = ecrire(tmp_path, "x.csv", cnaf())
    os.utime(path, (1_700_000_000, 1_700_000_000))

    date = Ajout([path]).registre.fichiers[0].date

    assert date.isoformat() == "2023-11-14"


def test_deux_fois_le_meme_fichier_ne_change_rien(donnees: Path, tmp_path: Path) -> None:
    ajouter(tmp_path, "s_ben.csv", cnaf())
    before = empreintes(donnees)

    addition = ajouter(tmp_path, "autre nom.csv", cnaf())

    assert addition.phrases == ["autre nom.csv : déjà ajouté, rien à changer"]
    assert empreintes(donnees) == before
    assert ctg(
        "source", "ajouter", "--oui", str(tmp_path / "s_ben.csv"), dossier=donnees
    ).stdout.endswith("changé.\n")


def test_ce_qui_est_livre_n_est_pas_a_ajouter_et_ne_recoit_rien_de_l_utilisateur(
    donnees: Path, tmp_path: Path
) -> None:
    ajouter(
        tmp_path,
        "local.csv",
        cnaf().replace("2025-12", "2024-12").replace(";62413;Harnes;2", ";62413;Harnes;1"),
    )
    text = "dtreffre;numcomdo;nomcom;indfoy_ndur\n2024-12;62414;Haucourt;125\n"

    addition = ajouter(tmp_path, "commun.csv", text, commun=True)
    again = ajouter(tmp_path, "commun.csv", text)

    shipped = tables(dossiers=["sources/publiques"])["cnaf_communes", 2024, "commune"]
    assert addition.dossier == "sources/publiques"
    assert lire_tables([shipped], ["62413"])["cnaf_foyers"].tolist() == [2950]
    assert again.phrases == ["commun.csv : déjà ajouté, rien à changer"]


DISPONIBLE = "CODGEO;LIBGEO;NBMEN19;NBPERS19;NBUC19;Q119;Q219;Q319"
# The files of other levels, as the Insee writes them: the same columns, and codes that are also
# those of départements.
REGIONS = {
    "84": "Auvergne-Rhône-Alpes",
    "02": "Martinique",
    "04": "La Réunion",
    "11": "Île-de-France",
    "32": "Hauts-de-France",
    "75": "Nouvelle-Aquitaine",
    "76": "Occitanie",
    "93": "Provence-Alpes-Côte d'Azur",
    "94": "Corse",
}


def disponible(lieux: dict[str, str], avec_les_noms: bool = True) -> str:
    """Return a file of Filosofi in the Insee's columns, with the same figures for each place."""
    entete = DISPONIBLE if avec_les_noms else DISPONIBLE.replace("LIBGEO;", "")
    lignes = []
    for code, nom in lieux.items():
        debut = f"{code};{nom}" if avec_les_noms else code
        lignes.append(f"{debut};1000;2500;1500,5;14000;20000;28000")
    return "\r\n".join([f"\ufeff{entete}", *lignes, ""])


def test_une_region_n_est_pas_le_departement_de_meme_code(donnees: Path, tmp_path: Path) -> None:
    found = lire(tmp_path, "telechargement.csv", disponible(REGIONS))

    (cle,) = found.tables
    assert cle == (2019, "region")
    assert found.tables[cle].loc["R02", "libelle"] == "Martinique"
    assert "02" not in found.tables[cle].index


@pytest.mark.parametrize("code", ["1", "99", "FM"])
def test_la_france_metropolitaine_n_est_pas_le_premier_departement(
    code: str, donnees: Path, tmp_path: Path
) -> None:
    text = disponible({code: "France métropolitaine"}).replace(";1000;", ";27937964;")

    found = lire(tmp_path, "FILO2019_DISP_METROPOLE.csv", text)

    assert {key: list(table.index) for key, table in found.tables.items()} == {
        (2019, "france"): ["FM"]
    }


def test_des_departements_restent_des_departements_sans_leur_zero_ni_leur_nom(
    donnees: Path, tmp_path: Path
) -> None:
    named = {"1": "Ain", "2": "AISNE", "62": "Pas de Calais", "2A": "Corse-du-Sud"}
    all_of_them = dict.fromkeys([f"{number:02}" for number in range(21, 96)], "")

    by_name = lire(tmp_path, "x.csv", disponible(named))
    by_codes = lire(tmp_path, "x.csv", disponible(all_of_them, avec_les_noms=False))

    assert list(by_name.tables[2019, "departement"].index) == ["01", "02", "2A", "62"]
    assert list(by_codes.tables) == [(2019, "departement")]


def test_un_niveau_que_rien_ne_dit_se_demande(donnees: Path, tmp_path: Path) -> None:
    path = ecrire(tmp_path, "x.csv", disponible(REGIONS, avec_les_noms=False))
    before = empreintes(donnees)

    refused = ctg("source", "ajouter", "--oui", str(path), dossier=tmp_path)
    added = ctg("source", "ajouter", "--oui", "--niveau", "region", str(path), dossier=tmp_path)
    named = lire(tmp_path, "FILO2019_DISP_REG.csv", disponible(REGIONS, avec_les_noms=False))

    assert refused.returncode == 1 and "9 code(s) dont rien ne dit le niveau" in refused.stderr
    assert "département : « 84 » Vaucluse, « 02 » Aisne" in refused.stderr
    assert "région : « 84 » Auvergne-Rhône-Alpes, « 02 » Martinique" in refused.stderr
    assert "--niveau" in refused.stderr and "Traceback" not in refused.stderr
    assert "region 2019 (9 territoires)" in added.stdout
    assert empreintes(donnees) != before
    assert list(named.tables) == [(2019, "region")]


def test_un_niveau_que_les_noms_dementent_est_refuse(donnees: Path, tmp_path: Path) -> None:
    path = ecrire(tmp_path, "x.csv", disponible(REGIONS))
    other = ecrire(tmp_path, "y.csv", disponible({"01": "Zone A", "02": "Zone B"}))

    forced = ctg(
        "source", "ajouter", "--oui", "--niveau", "departement", str(path), dossier=tmp_path
    )
    unknown = ctg("source", "ajouter", "--oui", str(other), dossier=tmp_path)
    wrong = ctg("source", "ajouter", "--oui", "--niveau", "canton", str(path), dossier=tmp_path)

    assert forced.returncode == 1 and "et que leurs noms démentent" in forced.stderr
    assert "(« 84 » Auvergne-Rhône-Alpes, « 02 » Martinique)" in forced.stderr
    assert "département : « 84 » Vaucluse, « 02 » Aisne" in forced.stderr
    assert unknown.returncode == 1 and "(« 01 » Zone A, « 02 » Zone B)" in unknown.stderr
    assert wrong.returncode == 1 and "le niveau « canton »" in wrong.stderr


@pytest.mark.parametrize("nom", ["FILO2019_DISP_BV2022.csv", "x.csv"])
def test_des_bassins_de_vie_ne_sont_pas_des_communes(
    nom: str, donnees: Path, tmp_path: Path
) -> None:
    communes = publiques.territoires(niveaux=("commune",))
    first = communes.groupby("departement").head(3).set_index("code")["nom"].to_dict()
    small = disponible(first).replace(";1000;2500;", ";10;25;")  # less than their département
    path = ecrire(tmp_path, nom, small)

    refused = ctg("source", "ajouter", "--oui", str(path), dossier=tmp_path)
    level = ctg("source", "ajouter", "--oui", "--niveau", "commune", str(path), dossier=tmp_path)

    assert refused.returncode == 1
    assert ("bassins de vie" in refused.stderr) == nom.startswith("FILO")
    assert "--niveau" in refused.stderr
    assert level.returncode == 0, level.stderr


MELODI = (
    '"FREQ";"GEO";"GEO_OBJECT";"EC_MEASURE";"OBS_STATUS";"TIME_PERIOD";"OBS_VALUE"\r\n'
    '"A";"62413";"COM";"LVB";"A";2025;141.0\r\n"A";"62427";"COM";"LVB";"M";2025;\r\n'
    '"A";"62";"DEP";"LVB";"A";2025;13050.0\r\n"A";"32";"REG";"LVB";"A";2025;60000.0\r\n'
    '"A";"FM";"FRANCE";"LVB";"A";2025;620000.0\r\n"A";"8401";"ZE2020";"LVB";"A";2025;3220.0\r\n'
    '"A";"62413";"COM";"DTH";"A";2025;120.0\r\n"A";"62413";"COM";"MAR";"A";2025;40.0\r\n'
    '"A";"693XX";"ARM";"LVB";"A";2025;0.0\r\n'
)


def zippe(nom: str, contenu: bytes) -> bytes:
    """Return an archive of one file, and of a notice that is to be left aside."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(nom, contenu)
        archive.writestr("lisez-moi.pdf", b"%PDF-1.7")
    return tampon.getvalue()


def classeur_des_naissances() -> bytes:
    """Return births in the sheets of the Insee: a title, two blank rows, no header for the code."""
    classeur = openpyxl.Workbook()
    classeur.active.title = "Métadonnées"
    classeur.active.append(["Nom du fichier xlsx", "NAIS_DOM_ANNUELLES"])
    lieux = {
        "COM": [["62413", "Harnes", 150.0, 141.0], ["01001", "L'Abergement-Clémenciat", 0.0, 8.0]],
        "ARM": [["13201", "Marseille 1er Arrondissement", 400.0, 372.0]],
        "BV2022": [["01004", "Ambérieu-en-Bugey", 630.0, 473.0]],
        "DEP": [["02", "Aisne", 5000.0, 4696.0]],
        "REG": [["02", "Martinique", 3000.0, 2900.0]],
        "France": [["F", "France", "so", 659731.0], ["FM", "France métropolitaine", 1.0, 625650.0]],
    }
    for onglet, lignes in lieux.items():
        feuille = classeur.create_sheet(onglet)
        feuille.append([f"Nombre de naissances annuelles domiciliées ({onglet})"])
        feuille.append([])
        feuille.append([None, None, "2023", "2024"])
        for ligne in lignes:
            feuille.append(ligne)
        feuille.append([])
        feuille.append(["Source : Insee, état civil"])
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [
        ("naissances.csv", MELODI.encode()),
        ("naissances.csv.gz", gzip.compress(MELODI.encode())),
        ("naissances.zip", zippe("DS_ETAT_CIVIL_NAIS_2025_data.csv", MELODI.encode())),
    ],
)
def test_un_fichier_long_se_lit_tel_que_telecharge(
    nom: str, contenu: bytes, donnees: Path, tmp_path: Path
) -> None:
    found = lire(tmp_path, nom, contenu)

    assert {key: list(table.index) for key, table in found.tables.items()} == {
        (2025, "commune"): ["62413", "62427"],
        (2025, "departement"): ["62"],
        (2025, "france"): ["FM"],
        (2025, "region"): ["R32"],
    }
    communes = found.tables[2025, "commune"]
    assert communes.loc["62413"].to_dict() == {"insee_naissances": 141, "insee_deces": 120}
    assert communes["insee_naissances"].isna()["62427"]
    assert "lignes d'autres niveaux : ZE2020" in found.phrases
    assert "mesures non reprises : MAR" in found.phrases


def test_un_classeur_se_lit_onglet_par_onglet_chacun_a_son_niveau(
    donnees: Path, tmp_path: Path
) -> None:
    found = lire(tmp_path, "NAIS_DOM_ANNUELLES.xlsx", classeur_des_naissances())

    births = {
        (level, code): value
        for (year, level), table in found.tables.items()
        for code, value in table["insee_naissances"].items()
        if year == 2024
    }
    assert births == {
        ("commune", "62413"): 141,
        ("commune", "01001"): 8,
        ("arrondissement", "13201"): 372,
        ("departement", "02"): 4696,
        ("region", "R02"): 2900,
        ("france", "FR"): 659731,
        ("france", "FM"): 625650,
    }
    assert found.tables[2023, "france"]["insee_naissances"].isna()["FR"]
    assert "laissés de côté : Métadonnées, BV2022 (bassins de vie)" in found.phrases
    assert "cellules sans nombre : « so » 1" in found.phrases


def test_les_deux_en_tetes_d_un_producteur_donnent_les_memes_chiffres(
    donnees: Path, tmp_path: Path
) -> None:
    technical = (
        "annee;numdep;nomdep;txcouv_dep;txcouv_eaje_dep;txcouv_am_ind_dep\n"
        "2023;62;PAS DE CALAIS;57.7;18;30.1\n2023;59;NORD;55;20;25\n"
    )
    labels = (
        "\ufeffDate référence;Numéro Département;Nom Département;Taux de couv global;"
        "Taux de couv EAJE - ensemble;Taux de couv assistante maternelle\n"
        "2023;62;PAS DE CALAIS;57.7;18;30.1\n2023;59;NORD;55;20;25\n"
    )

    one = lire(tmp_path, "a.csv", technical)
    other = lire(tmp_path, "b.csv", labels)

    assert list(one.tables) == [(2023, "departement")]
    assert one.tables[2023, "departement"].equals(other.tables[2023, "departement"])


def test_le_quotient_familial_n_est_pas_pris_pour_les_prestations(
    donnees: Path, tmp_path: Path
) -> None:
    text = (
        "dtreffre;numcomdo;nomcom;qf_400;indfoy_ndur;indnbp_ndur\n"
        "2024-12;62413;Harnes;Moins de 400 euros;700;2000\n"
        "2024-12;62413;Harnes;Entre 400 et 799 euros;900;2500\n"
        "2024-12;62427;Hénin-Beaumont;Moins de 400 euros;1500;4000\n"
    )

    found = lire(tmp_path, "x.csv", text)

    assert found.famille.id == "cnaf_quotient_familial"
    table = found.tables[2024, "commune"]
    assert table.loc["62413", ["cnaf_qf_moins_400", "cnaf_qf_400_799"]].tolist() == [700, 900]
    assert table["cnaf_qf_400_799"].isna()["62427"]


def test_des_lignes_qu_une_colonne_non_lue_distingue_sont_un_autre_jeu(
    donnees: Path, tmp_path: Path
) -> None:
    rows = [f"2024-12;62413;Harnes;tranche {rank};5;5" for rank in range(8)]
    text = "\n".join(["dtreffre;numcomdo;nomcom;age;indfoy_ndur;indnbp_ndur", *rows, ""])

    with pytest.raises(DonneesInvalides) as excinfo:
        lire(tmp_path, "x.csv", text)

    assert "colonnes non lues : age" in str(excinfo.value)
    assert "c'est un autre jeu de données" in str(excinfo.value)


def test_les_ecoles_d_une_commune_s_additionnent_et_un_code_postal_est_refuse(
    donnees: Path, tmp_path: Path
) -> None:
    schools = (
        "rentree_scolaire;uai;code_insee_de_la_commune;nom_de_la_commune;effectifs;ips\n"
        "2022-2023;0620001A;62413;HARNES;120.0;85.2\n2022-2023;0620002B;62413;HARNES;80.0;90\n"
        "2022-2023;0620003C;62427;HENIN BEAUMONT;;\n"
    )
    postal = (
        "Rentrée scolaire;Numéro de l'école;Nombre total d'élèves;Code Postal\n2022;1;2;35690\n"
    )

    found = lire(tmp_path, "ecoles.csv", schools).tables[2022, "commune"]
    with pytest.raises(DonneesInvalides) as excinfo:
        lire(tmp_path, "effectifs.csv", postal)

    assert found.loc["62413", ["depp_eleves", "depp_ecoles"]].tolist() == [200, 2]
    assert found["depp_eleves"].isna()["62427"] and found.loc["62427", "depp_ecoles"] == 1
    assert "code postal, qui n'est pas un code Insee" in str(excinfo.value)


def test_une_archive_qui_gonfle_ou_un_classeur_abime_est_refuse(
    donnees: Path, tmp_path: Path
) -> None:
    swollen = gzip.compress(b"a;b\n" * 30_000_000)
    broken = classeur_des_naissances()[:-3000]

    for nom, contenu, dit in (
        ("x.gz", swollen, "une archive qui gonfle au-delà de 100 Mo"),
        ("x.xlsx", broken, "abîmé ou protégé"),
    ):
        with pytest.raises(DonneesInvalides) as excinfo:
            lire(tmp_path, nom, contenu)
        assert dit in str(excinfo.value)


def test_une_revision_est_dite_et_l_ancienne_table_disparait(donnees: Path, tmp_path: Path) -> None:
    ajouter(tmp_path, "un.csv", cnaf())
    text = re.sub(r"(;62413;Harnes;[0-9]+;[0-9]+;)560;", r"\g<1>565;", cnaf())

    addition = ajouter(tmp_path, "deux.csv", text)

    assert addition.revisions == [
        "cnaf_communes, commune, 2025 : cnaf_foyers_rsa révisé pour 62413 560 → 565"
    ]
    assert publiques.lire("cnaf_foyers_rsa", "62413", [2025])["valeur"].tolist() == [565]
    assert len(list((donnees / "sources/locales").rglob("*.parquet"))) == 1
    assert len(tables("cnaf_communes")["cnaf_communes", 2025, "commune"].sources) == 2


def test_un_texte_que_la_table_n_avait_pas_s_y_ajoute(donnees: Path, tmp_path: Path) -> None:
    plain = iris().replace("NOTE;", "").replace("0;470", "470").replace(";0;490", ";490")
    plain = plain.replace("624130103;2;", "624130103;")
    ajouter(tmp_path, "iris_2021.csv", plain)

    addition = ajouter(tmp_path, "iris 2021.csv", iris().replace("624130103", "624130104"))

    (table,) = addition.nouvelles.values()
    assert table["note"].fillna("").to_dict() == {
        "624130101": "0",
        "624130102": "0",
        "624130103": "",
        "624130104": "2",
    }
    assert table.loc["624130101", "iris_allocataires"] == 470


def test_ce_qui_est_ajoute_se_range_a_cote_de_ce_qui_est_livre(
    donnees: Path, tmp_path: Path
) -> None:
    shipped = empreintes(donnees / "sources/publiques")
    text = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa\n2024-12;59350;Lille;45000;90000;9000\n"

    ajouter(tmp_path, "nord.csv", text)

    assert empreintes(donnees / "sources/publiques") == shipped
    assert publiques.lire("cnaf_foyers_rsa", ["59350", "62413"], [2024])["valeur"].tolist() == [
        9000,
        560,
    ]
    assert [name for name in lister("sources/locales") if name.endswith(".yaml")] == [
        "origine.yaml"
    ]


def test_l_ajout_demande_avant_d_ecrire(donnees: Path, tmp_path: Path) -> None:
    path = ecrire(tmp_path, "x.csv", cnaf())
    before = empreintes(donnees)

    done = ctg("source", "ajouter", str(path), dossier=tmp_path)

    assert done.returncode == 1
    assert "Continuer ? [o/N]" in done.stdout and "Rien n'a été changé." in done.stdout
    assert empreintes(donnees) == before


def remplacer(avant: str, apres: str, fois: int = 1) -> Callable[[str], str]:
    def fait(texte: str) -> str:
        assert avant in texte, avant
        return texte.replace(avant, apres, fois)

    return fait


def colonne(rang: int, faire: Callable[[str], str]) -> Callable[[str], str]:
    """Change a column of every row but the header."""

    def fait(texte: str) -> str:
        head, *rows = texte.split("\r\n")
        cells = [row.split(";") for row in rows]
        return "\r\n".join(
            [
                head,
                *(
                    ";".join([*row[:rang], faire(row[rang]), *row[rang + 1 :]])
                    if len(row) > rang
                    else ""
                    for row in cells
                ),
            ]
        )

    return fait


def dixieme(cellule: str) -> str:
    return str(5 * (int(cellule or 0) // 50))


HARNES = "2025-12;62413;Harnes;"
# What is done to a good file, and words of the message: a fault refuses the file, a doubt asks
# before going on.
FAUTES: dict[str, tuple[str, Callable[[str], str | bytes], str]] = {
    "vide": ("cnaf", lambda _: "", "un fichier vide"),
    "blancs": ("cnaf", lambda _: " \r\n \r\n", "un fichier vide"),
    "PDF": ("cnaf", lambda _: b"%PDF-1.7 abc", "un PDF"),
    "Excel": ("cnaf", lambda _: b"PK\x03\x04abcdef", "un classeur Excel ou une archive ZIP"),
    "gzip": ("cnaf", lambda _: b"\x1f\x8b\x08abc", "une archive ZIP, abîmé"),
    "octets nuls": ("cnaf", lambda text: text.encode("utf-16"), "n'est pas du texte"),
    "Parquet abîmé": ("cnaf", lambda _: b"PAR1abcdefPAR1", "un fichier Parquet abîmé"),
    "JSON abîmé": ("cnaf", lambda _: '{"type": "FeatureColl', "un fichier JSON abîmé"),
    "page web": ("cnaf", lambda _: "<!DOCTYPE html>\n<html>\n", "une seule colonne"),
    "séparateur inconnu": ("cnaf", lambda text: text.replace(";", "~"), "une seule colonne"),
    "colonnes d'un autre": ("cnaf", lambda _: "a;b;c\n1;2;3\n", "d'aucun fichier connu : a, b, c"),
    "clé absente": ("cnaf", remplacer("numcomdo", "commune"), "manque numcomdo"),
    "date absente": ("cnaf", remplacer("dtreffre", "periode"), "manque dtreffre"),
    "en-tête absent": ("cnaf", lambda text: text.split("\r\n", 1)[1], "d'aucun fichier connu"),
    "en-tête seul": (
        "cnaf",
        lambda text: text.split("\r\n")[0] + "\r\n",
        "aucune ligne de chiffres",
    ),
    "colonne en double": ("cnaf", remplacer("indfoy_ppa", "indfoy_rsa"), "une colonne en double"),
    "clé en double": ("cnaf", remplacer("nomcom", "numcomdo"), "une colonne en double"),
    "coupé dans une ligne": (
        "cnaf",
        lambda text: text[: text.index(HARNES) + 30],
        "colonnes, comme à la ligne 1",
    ),
    "séparateur en trop": ("cnaf", remplacer(HARNES, HARNES + "1;"), "11 colonnes"),
    "séparateur de moins": ("cnaf", remplacer(HARNES, "2025-12;62413Harnes;"), "9 colonnes"),
    "guillemet ouvert": (
        "cnaf",
        remplacer(HARNES, '2025-12;62413;"Harnes;'),
        "colonnes, comme à la ligne 1",
    ),
    "lettres": ("cnaf", remplacer(HARNES, HARNES + "O"), "un nombre, « s », ou rien"),
    "négatif": ("cnaf", remplacer(HARNES, HARNES + "-"), "zéro ou plus"),
    "décimales": ("cnaf", remplacer("62413;Harnes;2", "62413;Harnes;2,5"), "un nombre entier"),
    "deux nombres": ("cnaf", remplacer(HARNES, HARNES + "12/"), "un nombre, « s », ou rien"),
    "code de cinq lettres": ("cnaf", remplacer(";62413;", ";HARNE;"), "« HARNE »"),
    "code trop court": ("cnaf", remplacer(";62413;", ";62;"), "le code d'un territoire (commune)"),
    "code arrondi": ("cnaf", remplacer(";62413;", ";6,24E+04;"), "« 6,24E+04 »"),
    "commune en double": (
        "cnaf",
        remplacer(";62412;", ";62413;"),
        "« 62413 » une seconde fois pour 2025",
    ),
    "année illisible": ("cnaf", remplacer(HARNES, "décembre;62413;Harnes;"), "« décembre »"),
    "autre mois": ("cnaf", remplacer(HARNES, "2025-06;62413;Harnes;"), "une année, ou son mois 12"),
    "année absente du nom": (
        "iris",
        lambda text: text,
        "aucune année, ni dans les colonnes ni dans le nom",
    ),
    "code d'IRIS abîmé": ("iris_2021", remplacer("624130101", "62413010A"), "(iris)"),
    "IRIS d'une commune": ("iris_2021", remplacer("624130101", "62413"), "« 62413 »"),
    "IRIS coupé": ("iris_2021", lambda text: text[:-20], "colonnes, comme à la ligne 1"),
    "Filosofi, part": (
        "filosofi",
        lambda text: text.replace("PIMPOT", "TP60").replace("-11", "115"),
        "100 au plus",
    ),
    "Filosofi, lettres": ("filosofi", remplacer("17900", "17 9OO"), "« 17 9OO »"),
    "erreur de tableur": ("cnaf", remplacer(HARNES, HARNES + "#N/A"), "« #N/A2950 »"),
    "date de tableur": ("cnaf", remplacer(HARNES, "45992;62413;Harnes;"), "« 45992 »"),
    "lettre O pour zéro": ("cnaf", remplacer(";62001;", ";62OO1;"), "« 62OO1 »"),
    "réponse d'erreur": (
        "cnaf",
        lambda _: '{"error_code": "NotFound"}',
        "un fichier JSON abîmé, ou qui n'est pas",
    ),
    "carte vide": (
        "cnaf",
        lambda _: '{"type": "FeatureCollection", "features": []}',
        "un fichier JSON abîmé",
    ),
    "Parquet coupé": ("cnaf", lambda _: b"PAR1" + b"\x15\x04" * 200, "un fichier Parquet abîmé"),
    "Filosofi, deux années": ("filosofi", remplacer("Q121", "Q221"), "une colonne en double"),
}
DOUTES: dict[str, tuple[Callable[[str], str], str]] = {
    "plus de foyers que de personnes": (
        remplacer(HARNES, HARNES + "9"),
        "cnaf_foyers dépasse cnaf_personnes",
    ),
    "56 000 foyers au RSA": (
        colonne(5, lambda cell: "56000" if cell == "560" else cell),
        "cnaf_foyers_rsa dépasse",
    ),
    "pas arrondi": (
        colonne(5, lambda cell: str(int(cell or 0) + 1)),
        "cnaf_foyers_rsa n'est pas un multiple de 5",
    ),
    "divisé par dix": (colonne(8, dixieme), "l'ensemble de cnaf_foyers_af passe de"),
    "colonnes échangées": (
        remplacer("indfoy_rsa;indfoy_ppa", "indfoy_ppa;indfoy_rsa"),
        "de cnaf_foyers_rsa passe",
    ),
    "moitié perdue": (
        lambda text: "\r\n".join([*text.split("\r\n")[:450], ""]),
        "territoires sur 887 n'y sont plus",
    ),
    "autre département": (
        colonne(1, lambda cell: cell and "59" + cell[2:]),
        "noms qui ne sont pas ceux de leur code",
    ),
    "codes inconnus": (
        colonne(1, lambda cell: "62999" if cell == "62001" else cell),
        "absentes du code",
    ),
    "coquille": (remplacer("indfoy_ndurpaje", "indfoy_ndurpage"), "cnaf_foyers_paje n'y est plus"),
}
BONS = {"cnaf": cnaf, "iris": iris, "iris_2021": iris, "filosofi": lambda: FILOSOFI}


@pytest.mark.parametrize(("bon", "abimer", "dit"), FAUTES.values(), ids=FAUTES)
def test_un_fichier_abime_est_refuse_avec_ce_qui_ne_va_pas(
    bon: str, abimer: Callable[[str], str | bytes], dit: str, donnees: Path, tmp_path: Path
) -> None:
    before = empreintes(donnees)
    good = ecrire(tmp_path, "bon_2027.csv", cnaf(2027))
    bad = ecrire(tmp_path, f"{bon}.csv", abimer(BONS[bon]()))

    with pytest.raises(DonneesInvalides) as excinfo:
        Ajout([good, bad])

    assert dit in str(excinfo.value)
    assert {fault.fichier for fault in excinfo.value.fautes} == {bad.name}
    assert all(fault.attendu and fault.remede for fault in excinfo.value.fautes)
    assert empreintes(donnees) == before


@pytest.mark.parametrize(("abimer", "dit"), DOUTES.values(), ids=DOUTES)
def test_un_fichier_douteux_se_dit_avant_d_etre_ajoute(
    abimer: Callable[[str], str], dit: str, donnees: Path, tmp_path: Path
) -> None:
    before = empreintes(donnees)

    addition = Ajout([ecrire(tmp_path, "x.csv", abimer(cnaf()))])

    assert any(dit in said for said in addition.alertes), addition.alertes
    assert empreintes(donnees) == before


def test_des_communes_qui_depassent_leur_departement_se_disent(
    donnees: Path, tmp_path: Path
) -> None:
    departement = FILOSOFI.replace("62413;Harnes;5030;", "62;Pas-de-Calais;9000;").splitlines(
        keepends=True
    )[:2]

    addition = Ajout(
        [ecrire(tmp_path, "com.csv", FILOSOFI), ecrire(tmp_path, "dep.csv", "".join(departement))]
    )

    assert any(
        "la somme de filosofi_menages des communes dépasse le département" in said
        for said in addition.alertes
    )


def test_un_fichier_inconnu_dit_ce_qui_etait_cherche_et_ce_qui_est_trouve(
    donnees: Path, tmp_path: Path
) -> None:
    path = ecrire(tmp_path, "x.csv", "codgeo;percou;acssenf\n1;2;3\n")

    done = ctg("source", "ajouter", "--oui", str(path), dossier=tmp_path)

    assert done.returncode == 1
    assert "d'aucun fichier connu : codgeo, percou, acssenf" in done.stderr
    assert "data_CAF_IRIS (Allocataires des Caf à l'IRIS) : manque acavenf, enf" in done.stderr
    assert "Traceback" not in done.stderr


def test_la_liste_dit_les_chiffres_et_les_fichiers(donnees: Path, tmp_path: Path) -> None:
    ajouter(tmp_path, "s_ben.csv", cnaf())

    told = ctg("source", "liste", dossier=tmp_path).stdout

    assert "cnaf_communes, commune : 2020, 2021, 2022, 2023, 2024 (887 territoires au plus)" in told
    assert "data/sources/locales :\n  cnaf_communes, commune : 2025 (887" in told
    assert "d'après s_ben.csv (Cnaf, s_ben_com_f, Licence Ouverte 2.0, fichier du" in told


@pytest.mark.parametrize(
    "couper",
    [
        lambda texte: texte.rstrip()[:-1],
        lambda texte: "\r\n".join([*texte.split("\r\n")[:450], ""]),
    ],
    ids=["dans une cellule", "au bout d'une ligne"],
)
def test_un_fichier_coupe_ne_s_ajoute_pas_sans_que_personne_l_ait_vu(
    couper: Callable[[str], str], donnees: Path, tmp_path: Path
) -> None:
    before = empreintes(donnees)
    chemin = ecrire(tmp_path, "s_ben_com_f.csv", couper(cnaf()))

    done = ctg("source", "ajouter", "--oui", str(chemin), dossier=tmp_path)

    assert done.returncode == 1 and "pour un fichier qui paraît faux" in done.stderr, done.stdout
    assert "sans « --oui »" in done.stderr and empreintes(donnees) == before


def test_oui_n_accepte_jamais_ce_qui_parait_faux(donnees: Path, tmp_path: Path) -> None:
    before = empreintes(donnees)
    path = ecrire(tmp_path, "x.csv", cnaf().replace(HARNES, HARNES + "9"))

    done = ctg("source", "ajouter", "--oui", str(path), dossier=tmp_path)

    assert done.returncode == 1 and "cnaf_foyers dépasse cnaf_personnes" in done.stderr
    assert "Cela paraît faux :" in done.stdout and empreintes(donnees) == before


@pytest.mark.parametrize(
    "texte",
    [
        cnaf(2026),  # another year, after one that nobody has
        colonne(1, lambda code: code and "59" + code[2:])(
            colonne(2, lambda nom: "" if nom else nom)(cnaf())
        ),
        "\r\n".join(
            [line for line in cnaf().split("\r\n") if ";6244" in line or "nomcom" in line] + [""]
        ),
        cnaf().split("\r\n")[0]
        + "\r\n2025-12;33063;Bordeaux;45000;90000;9000;5000;5000;5000;5000\r\n",
    ],
    ids=["autre année", "autre département", "quelques communes", "une commune d'ailleurs"],
)
def test_une_autre_annee_un_autre_territoire_une_partie_ne_sont_pas_faux(
    texte: str, donnees: Path, tmp_path: Path
) -> None:
    path = ecrire(tmp_path, "x.csv", texte)

    done = ctg("source", "ajouter", "--oui", str(path), dossier=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "paraît faux" not in done.stdout


def test_cinq_alertes_au_plus_les_fausses_d_abord_et_toutes_dans_un_fichier(
    donnees: Path, tmp_path: Path
) -> None:
    text = colonne(5, lambda cell: str(int(cell or 0) + 1))(cnaf())
    for column in (6, 7, 8, 9):
        text = colonne(column, lambda cell: str(2 * int(cell or 0)))(text)
    text = text.replace("indfoy_ndurpaje", "indfoy_ndurpage")
    path = ecrire(tmp_path, "x.csv", text)

    done = ctg("source", "ajouter", str(path), dossier=tmp_path)

    shown = done.stdout.split("Cela paraît faux :\n")[1].split("\n  et ")[0].splitlines()
    (all_of_them,) = tmp_path.glob("x-alertes-*.txt")
    assert len(shown) == 5
    assert "cnaf_foyers_rsa n'est pas un multiple de 5" in done.stdout
    assert str(all_of_them) in done.stdout
    lines = all_of_them.read_text(encoding="utf-8").splitlines()
    assert [line.strip() for line in shown] == lines[:5]
    assert any("cnaf_foyers_paje n'y est plus" in line for line in lines[5:])


def test_ce_qui_a_ete_ajoute_se_retire_et_ce_qui_est_livre_reste(
    donnees: Path, tmp_path: Path
) -> None:
    before = empreintes(donnees / "sources/publiques")
    ajouter(tmp_path, "un.csv", cnaf())
    ajouter(tmp_path, "autre.csv", iris().replace("A;", "A;"), annee=2021)

    unknown = ctg("source", "retirer", "--oui", "deux.csv", dossier=tmp_path)
    asked = ctg("source", "retirer", "un.csv", dossier=tmp_path)
    removed = ctg("source", "retirer", "--oui", "un.csv", dossier=tmp_path)

    assert unknown.returncode == 1 and "deux.csv" in unknown.stderr
    assert asked.returncode == 1 and "Continuer ?" in asked.stdout
    assert "cnaf_communes, commune, 2025 : 887 territoires" in removed.stdout
    assert [file.fichier for file in lire_registre("sources/locales").fichiers] == ["autre.csv"]
    assert 2025 not in publiques.lire("cnaf_foyers", "62413")["annee"].tolist()
    assert empreintes(donnees / "sources/publiques") == before


def test_un_fichier_retire_emporte_ceux_qui_sont_dans_les_memes_tables(
    donnees: Path, tmp_path: Path
) -> None:
    ajouter(tmp_path, "un.csv", cnaf())
    ajouter(tmp_path, "revision.csv", cnaf().replace(HARNES + "2950", HARNES + "2955"))

    done = ctg("source", "retirer", "--oui", "revision.csv", dossier=tmp_path)

    assert "un.csv : retiré aussi" in done.stdout and "à ajouter de nouveau" in done.stdout
    assert lire_registre("sources/locales").fichiers == ()
    assert not any("déjà ajouté" in said for said in ajouter(tmp_path, "un.csv", cnaf()).phrases)


def test_la_liste_dit_ce_qui_se_remplit_ce_qui_a_vieilli_et_ce_qui_n_est_pas_la(
    donnees: Path,
) -> None:
    told = ctg("source", "liste", dossier=donnees).stdout

    assert "data_CAF_IRIS, jusqu'à 2020 : 20 indicateurs du diagnostic, 23 séries" in told
    assert "s_ben_com_f, jusqu'à 2024 : 4 indicateurs du diagnostic, 15 séries ; 20" in told
    assert "devrait être paru, voir https://data.caf.fr/explore/dataset/s_ben_com_f/" in told
    assert "Ce que le classeur sait lire et qui n'y est pas :" in told
    assert "ndur_s_qf_400_com_f (Foyers allocataires selon le quotient familial" in told


def test_ce_qui_manque_a_une_convention_dit_le_fichier_sa_page_et_son_gain(
    donnees: Path, tmp_path: Path
) -> None:
    chemin = donnees / "sources/publiques/origine.yaml"
    registre = yaml.safe_load(chemin.read_text(encoding="utf-8"))
    registre["tables"] = [
        table for table in registre["tables"] if table["famille"] != "insee_etat_civil"
    ]
    chemin.write_text(yaml.safe_dump(registre, allow_unicode=True), encoding="utf-8")
    before = ctg("source", "manque", "--convention", "harnes", dossier=donnees).stdout
    births = MELODI.replace("2025", "2024")
    ajouter(tmp_path, "naissances.csv", births)

    after = ctg("source", "manque", "--convention", "harnes", dossier=donnees).stdout
    unknown = ctg("source", "manque", "--convention", "lens", dossier=donnees)

    assert "Harnes (62413) : 25 indicateurs du diagnostic sur 26" in before
    assert "Pas-de-Calais (62) : 5 indicateurs du diagnostic sur 26" in before
    assert "etat_civil (État civil : naissances et décès domiciliés, Insee) : 1 pour" in before
    assert "https://www.insee.fr/fr/statistiques/1893255" in before
    assert "data_CAF_IRIS" not in before.split("Pour les portraits")[0]
    assert "Pas-de-Calais (62) : 6 indicateurs du diagnostic sur 26" in after
    assert unknown.returncode == 1
