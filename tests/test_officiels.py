"""Official files: recognised by what they hold, added whole or not at all, refused with what is
wrong.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from ligne_de_commande import ctg
from officiels_exemple import FILOSOFI, cnaf, ecrire, iris

from ctglib.donnees import publiques
from ctglib.donnees.ecriture import VERROU
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer as noter_les_lectures
from ctglib.donnees.lecture import lister
from ctglib.donnees.magasin import SECRET, charger_familles, lire_registre, lire_tables, tables
from ctglib.donnees.officiels import Ajout, Officiel, lire_officiel

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
    "officiels/FILO2018_DISP_COM.csv": ("insee_filosofi_disp", {(2018, "commune"): 31330}),
    "officiels/FILO2019_DISP_COM.csv": ("insee_filosofi_disp", {(2019, "commune"): 31361}),
    "officiels/FILO2019_DISP_DEP.csv": ("insee_filosofi_disp", {(2019, "departement"): 98}),
    "officiels/FILO2019_DISP_EPCI.csv": ("insee_filosofi_disp", {(2019, "epci"): 1240}),
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
        tmp_path, f"telechargement {year.group() if year else ''}.csv", path.read_bytes()
    )

    found = lire_officiel(renamed, charger_familles())

    family, sizes = REELS[nom]
    assert found.famille.id == family
    assert {key: len(table) for key, table in found.tables.items()} == sizes
    assert found.alertes == []


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


def test_paris_lyon_et_marseille_sont_la_somme_de_leurs_arrondissements_et_c_est_dit(
    donnees: Path, tmp_path: Path
) -> None:
    rows = [
        "75101;Paris 1er;100;250;20",
        "75102;Paris 2e;200;400;",
        "69381;Lyon 1er;50;90;5",
        "69389;Lyon 9e;60;80;10",
    ]
    head = "dtreffre;numcomdo;nomcom;indfoy_ndur;indnbp_ndur;indfoy_rsa"
    text = "\n".join(
        [head, *(f"2024-12;{row}" for row in rows), "2024-12;13055;Marseille;900;2000;300", ""]
    )
    blocks = (
        iris()
        .replace("624130101", "751010101")
        .replace("624130102", "751200102")
        .replace("624130103", "751010103")
    )

    found = lire(tmp_path, "villes.csv", text)
    added = Ajout([ecrire(tmp_path, "villes.csv", text), ecrire(tmp_path, "iris_2021.csv", blocks)])
    added.enregistrer()

    table = found.tables[2024, "commune"]
    assert table.loc[["75056", "69123", "13055"], "cnaf_foyers"].tolist() == [300, 110, 900]
    assert table["cnaf_foyers_rsa"].isna()["75056"] and table.loc["69123", "cnaf_foyers_rsa"] == 15
    assert "sommes de leurs arrondissements, absentes du fichier : 69123, 75056" in found.phrases
    assert not any("absentes du code officiel" in said for said in added.alertes)
    assert publiques.lire("iris_enfants_0_2", "75056", [2021])["statut"].tolist() == ["Q"]
    assert publiques.lire("iris_enfants_0_2", "75056", [2021])["origine"].tolist() == [
        "somme de 3 IRIS"
    ]


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
    "gzip": ("cnaf", lambda _: b"\x1f\x8b\x08abc", "un fichier compressé"),
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

    assert done.returncode == 1 and "dont la fin semble manquer" in done.stderr, done.stdout
    assert "sans « --oui »" in done.stderr and empreintes(donnees) == before
