"""The figures of all the communes: those of their file, strictly read, and read by the final evaluation alone."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ctglib.donnees.communes import lire_communes
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer, superposer
from ctglib.donnees.validation import valider

COLONNES = yaml.safe_load((Path(__file__).parent / "cas" / "sources.yaml").read_text(encoding="utf-8"))["colonnes_cnaf"]
FICHIER = "sources/cnaf_communes/effectifs.csv"
LIGNE = "62413,Harnes,62,2022,A,2930,"


def lignes(chemin: Path, separateur: str = ",") -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separateur))


def origine(depot: Path, serie: str) -> dict:
    return yaml.safe_load((depot / "data/sources" / serie / "origine.yaml").read_text(encoding="utf-8"))


def test_les_effectifs_sont_ceux_du_fichier_de_la_cnaf(depot: Path) -> None:
    told = origine(depot, "cnaf_communes")
    path = depot.parent / "shared" / "donnees" / told["fichier"]
    if not path.exists():
        pytest.skip(f"le fichier d'origine n'est pas là ({path.name})")

    original = {(row["numcomdo"], row["dtreffre"][:4]): row for row in lignes(path, ";") if row["numcomdo"]}
    rows = lignes(depot / "data" / FICHIER)

    assert hashlib.sha256(path.read_bytes()).hexdigest() == told["sha256"]
    assert {(row["commune"], row["annee"]) for row in rows} == set(original)
    for row in rows:
        source = original[row["commune"], row["annee"]]
        assert row["nom"] == source["nomcom"]
        assert {name: row[name] for name in COLONNES} == {name: source[column] for name, column in COLONNES.items()}


def test_la_somme_des_communes_est_la_ligne_du_departement_des_bilans(depot: Path) -> None:
    rows = lignes(depot / "data" / FICHIER)
    yearly = lignes(depot / "data/sources/cnaf_allocataires/observations.csv")

    for row in yearly:
        places = [
            item for item in rows if item["annee"] == row["annee"] and row["territoire"] in (item["commune"], "62")
        ]
        assert int(row["valeur"]) == sum(int(item[row["indicateur"]] or 0) for item in places), row


def test_les_deux_series_disent_la_meme_origine(depot: Path) -> None:
    apart, yearly = (origine(depot, name) for name in ("cnaf_communes", "cnaf_allocataires"))

    same = ("producteur", "titre", "jeu", "periode", "publie", "licence", "fichier", "sha256", "ruptures")
    assert {name: apart[name] for name in same} == {name: yearly[name] for name in same}
    assert "62396" in " ".join(apart["remarques"])


def test_un_bilan_annuel_ne_lit_pas_les_communes_et_l_evaluation_finale_les_lit() -> None:
    with enregistrer() as annual:
        suivi = lire_suivi_brut("harnes", 2024)
    with enregistrer() as final:
        found = lire_communes(suivi)

    assert not [name for name in annual.lus if "cnaf_communes" in name]
    assert {FICHIER, "sources/cnaf_communes/origine.yaml", "schemas/communes.schema.json"} <= set(final.lus)
    assert "conventions/harnes/comparables.csv" in final.absents
    assert set(found.effectifs["departement"]) == {"62"}
    assert FICHIER in valider("harnes")


def test_une_convention_fictive_lit_ses_propres_communes_ou_n_en_a_pas(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/comparables.csv"

    found = lire_communes(lire_suivi_brut("demonstration"))
    path.unlink()

    assert set(found.effectifs["departement"]) == {"00"}
    assert all(name.startswith("Commune fictive") or "(fictive)" in name for name in found.effectifs["nom"])
    assert found.origine is None
    assert lire_communes(lire_suivi_brut("demonstration")) is None


def test_les_communes_de_la_demonstration_font_les_chiffres_de_son_contexte(depot: Path) -> None:
    folder = depot / "data/conventions/demonstration"
    rows = lignes(folder / "comparables.csv")
    incomplete = {row["annee"] for row in rows if row["statut"] == "O"}

    for row in lignes(folder / "contexte.csv"):
        if row["indicateur"] in COLONNES and row["annee"] not in incomplete:
            places = [
                one for one in rows if one["annee"] == row["annee"] and row["territoire"] in (one["commune"], "00")
            ]
            assert float(row["valeur"]) == sum(int(one[row["indicateur"]]) for one in places), row


def test_un_departement_sans_commune_dans_le_fichier_n_a_rien_a_comparer(donnees: Path) -> None:
    (donnees / FICHIER).write_text(
        "commune,nom,departement,annee,statut," + ",".join(COLONNES) + "\n01001,Ain,01,2022,A,5,5,5,5,5,5,5\n",
        encoding="utf-8",
    )

    assert lire_communes(lire_suivi_brut("harnes")) is None


def changer(avant: str, apres: str) -> Callable[[str], str]:
    def fait(texte: str) -> str:
        assert texte.count(avant) == 1
        return texte.replace(avant, apres)

    return fait


def sans_la_ligne(texte: str) -> str:
    return "".join(line for line in texte.splitlines(keepends=True) if not line.startswith(LIGNE))


FAUTES = {
    "pas un multiple": (changer(LIGNE, "62413,Harnes,62,2022,A,2931,"), "cnaf_foyers", "« 2931 »"),
    "vide et A": (changer(LIGNE, "62413,Harnes,62,2022,A,,"), "statut", "« A », et une cellule vide (cnaf_foyers)"),
    "plein et O": (changer(LIGNE, "62413,Harnes,62,2022,O,2930,"), "statut", "« O », et aucune cellule vide"),
    "deux noms": (changer(LIGNE, "62413,Hames,62,2022,A,2930,"), "nom", "« Hames »"),
    "deux départements": (changer(LIGNE, "62413,Harnes,59,2022,A,2930,"), "departement", "« 59 »"),
    "année absente": (sans_la_ligne, "annee", "aucune ligne de 62413 en 2022"),
    "négatif": (changer(LIGNE, "62413,Harnes,62,2022,A,-5,"), "cnaf_foyers", "« -5 »"),
    "deux fois": (lambda texte: texte + "62413,Harnes,62,2022,A,5,5,5,5,5,5,5\n", "commune, annee", "« 62413, 2022 »"),
    "même nom": (lambda texte: texte.replace(",Annay,", ",Harnes,"), "nom", "le nom de plusieurs communes"),
}


@pytest.mark.parametrize(("abimer", "colonne", "trouve"), FAUTES.values(), ids=FAUTES)
def test_une_faute_des_communes_est_dite_a_sa_place(abimer: Callable, colonne: str, trouve: str, depot: Path) -> None:
    damaged = abimer((depot / "data" / FICHIER).read_text(encoding="utf-8")).encode()

    with superposer({FICHIER: damaged}), pytest.raises(DonneesInvalides) as excinfo:
        valider("harnes")

    told = excinfo.value.fautes
    assert {fault.fichier for fault in told} == {FICHIER}
    assert any(fault.colonne == colonne and trouve in fault.trouve for fault in told)


def test_des_communes_fautives_ne_se_lisent_pas() -> None:
    suivi = lire_suivi_brut("harnes")

    with (
        superposer({FICHIER: b"commune,nom\n62413,Harnes\n"}),
        pytest.raises(DonneesInvalides, match="colonne absente"),
    ):
        lire_communes(suivi)


def test_une_convention_reelle_n_invente_pas_ses_communes(donnees: Path) -> None:
    (donnees / "conventions/harnes/comparables.csv").write_bytes((donnees / FICHIER).read_bytes())

    with pytest.raises(DonneesInvalides, match="qui n'est pas fictive"):
        valider("harnes")


def test_une_serie_compare_ce_que_le_fichier_porte(donnees: Path) -> None:
    path = donnees / "catalogue/comparaison.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("  - cnaf_foyers_paje\n", "  - insee_naissances\n", 1), "utf-8"
    )

    with pytest.raises(DonneesInvalides, match="« insee_naissances »"):
        valider("harnes")
