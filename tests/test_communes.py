"""The figures of all the communes: those of their file, strictly read, and read by the final
evaluation alone.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from donnees_suivies import DONNEES

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer, superposer
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import valider

COLONNES = yaml.safe_load(
    (Path(__file__).parent / "cas" / "sources.yaml").read_text(encoding="utf-8")
)["colonnes_cnaf"]
INVENTEES = "conventions/demonstration/comparables.csv"
LIGNE = "00001,Valfontaine (fictive),00,2022,A,3125,"


def lignes(chemin: Path, separateur: str = ",") -> list[dict[str, str]]:
    with chemin.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=separateur))


def communes(convention: str) -> pd.DataFrame | None:
    suivi = lire_suivi_brut(convention)
    return lire_communes(suivi.convention, suivi.catalogue.comparaison)


def test_les_effectifs_sont_ceux_du_fichier_de_la_cnaf(depot: Path) -> None:
    path = depot.parent / "shared" / "donnees" / "cnaf_s_ben_com_f_62.csv"
    if not path.exists():
        pytest.skip(f"le fichier d'origine n'est pas là ({path.name})")
    original = {
        (row["numcomdo"], int(row["dtreffre"][:4])): row
        for row in lignes(path, ";")
        if row["numcomdo"]
    }

    rows = communes("harnes")

    assert set(zip(rows["commune"], rows["annee"], strict=True)) == set(original)
    for row in rows.to_dict("records"):
        source = original[row["commune"], row["annee"]]
        assert row["nom"] == source["nomcom"]
        for name, column in COLONNES.items():
            assert pd.isna(row[name]) if source[column] == "" else row[name] == int(source[column])
        assert row["statut"] == ("O" if "" in source.values() else "A")


def test_un_bilan_annuel_ne_lit_pas_les_communes_et_l_evaluation_finale_les_lit() -> None:
    with enregistrer() as annual:
        suivi = lire_suivi_brut("harnes", 2024)
    with enregistrer() as final:
        found = lire_communes(suivi.convention, suivi.catalogue.comparaison)

    assert not [name for name in annual.lus if name.startswith("sources/publiques/cnaf_communes")]
    assert {"sources/publiques/origine.yaml", "catalogue/sources/cnaf_communes.yaml"} <= set(
        final.lus
    )
    parquets = [name.split("/")[2] for name in final.lus if name.endswith(".parquet")]
    assert sorted(parquets) == [
        *["cnaf_communes"] * 5,
        "cog_communes",
        "cog_mouvements",
        "insee_densite",
        *["insee_filosofi_disp"] * 3,
    ]
    assert {"conventions/harnes/comparables.csv", "sources/locales/origine.yaml"} <= final.absents
    assert set(found["departement"]) == {"62"}
    assert found.attrs["source"] == "Cnaf, s_ben_com_f, décembre 2020 à décembre 2024"


def test_une_convention_fictive_lit_ses_propres_communes_ou_n_en_a_pas(donnees: Path) -> None:
    path = donnees / INVENTEES

    found = communes("demonstration")
    path.unlink()

    assert set(found["departement"]) == {"00"}
    assert all(name.startswith("Commune fictive") or "(fictive)" in name for name in found["nom"])
    assert found.attrs["source"] is None
    assert communes("demonstration") is None


def test_les_communes_de_la_demonstration_font_les_chiffres_de_son_contexte() -> None:
    folder = DONNEES / "conventions/demonstration"
    rows = lignes(folder / "comparables.csv")
    incomplete = {row["annee"] for row in rows if row["statut"] == "O"}

    for row in lignes(folder / "contexte.csv"):
        if row["indicateur"] in COLONNES and row["annee"] not in incomplete:
            places = [
                one
                for one in rows
                if one["annee"] == row["annee"] and row["territoire"] in (one["commune"], "00")
            ]
            assert float(row["valeur"]) == sum(int(one[row["indicateur"]]) for one in places), row


def test_un_magasin_sans_les_communes_n_a_rien_a_comparer(donnees: Path) -> None:
    (donnees / "sources/publiques/origine.yaml").write_text(
        "fichiers: []\ntables: []\n", encoding="utf-8"
    )

    assert communes("harnes") is None


def changer(avant: str, apres: str) -> Callable[[str], str]:
    def fait(texte: str) -> str:
        assert texte.count(avant) == 1
        return texte.replace(avant, apres)

    return fait


FAUTES = {
    "pas un multiple": (
        changer(LIGNE, LIGNE.replace("3125", "3126")),
        "cnaf_foyers n'est pas un multiple de 5",
    ),
    "plus que le tout": (
        changer(LIGNE, LIGNE.replace("3125", "9125")),
        "cnaf_foyers dépasse cnaf_personnes",
    ),
    "négatif": (changer(LIGNE, LIGNE.replace("3125", "-5")), "« -5 »"),
    "lettres": (changer(LIGNE, LIGNE.replace("3125", "3I25")), "« 3I25 »"),
    "deux fois": (
        lambda text: text + LIGNE + "5,5,5,5,5,5,Petites villes,9,4,9\n",
        "« 00001 » une seconde fois pour 2022",
    ),
    "colonne absente": (changer("commune,nom", "code,nom"), "manque commune"),
}


@pytest.mark.parametrize(("abimer", "trouve"), FAUTES.values(), ids=FAUTES)
def test_une_faute_des_communes_inventees_est_dite(abimer: Callable, trouve: str) -> None:
    damaged = abimer((DONNEES / INVENTEES).read_text(encoding="utf-8")).encode()

    with superposer({INVENTEES: damaged}), pytest.raises(DonneesInvalides) as excinfo:
        valider("demonstration")

    assert {fault.fichier for fault in excinfo.value.fautes} == {INVENTEES}
    assert trouve in str(excinfo.value)


def test_une_convention_reelle_n_invente_pas_ses_communes(donnees: Path) -> None:
    (donnees / "conventions/harnes/comparables.csv").write_bytes((donnees / INVENTEES).read_bytes())

    with pytest.raises(DonneesInvalides, match="qui n'est pas fictive"):
        valider("harnes")


def test_une_serie_compare_ce_que_le_fichier_porte(donnees: Path) -> None:
    path = donnees / "catalogue/comparaison.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "  - cnaf_foyers_paje\n", "  - insee_naissances\n", 1
        ),
        "utf-8",
    )

    with pytest.raises(DonneesInvalides, match="« insee_naissances »"):
        valider("harnes")
