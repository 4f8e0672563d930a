"""Other references of a convention: shown beside the first one, and judging nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from donnees_abimees import remplacer

from ctglib.calculs.comparaison import valeurs_a_cote
from ctglib.document.blocs import en_json
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.publiques import lire
from ctglib.donnees.validation import valider
from ctglib.rapports.diagnostic import ouvrir

CONVENTION = "conventions/harnes/convention.yaml"
LIEUX = """
  - {code: "59", nom: Nord, niveau: departement, a: dans le Nord, de: du Nord, le: le Nord}
  - {code: "246200364", nom: CA de Lens-Liévin, niveau: epci, a: dans la CA, de: de la CA, le: la CA}
"""


def avec_references(donnees: Path, codes: str) -> None:
    """Give other references to the copy of Harnes, the Nord and an EPCI being named."""
    harnes = donnees / "conventions/harnes"
    remplacer(
        harnes / "convention.yaml", 'reference: "62"\n', f'reference: "62"\nreferences: {codes}\n'
    )
    with (harnes / "territoires.yaml").open("a", encoding="utf-8") as fichier:
        fichier.write(LIEUX)


def test_une_autre_reference_est_lue_dans_l_annee_du_territoire() -> None:
    comparaison = pd.DataFrame({"indicateur": ["rsa", "aah"], "annee": [2020, 2020]})
    observations = pd.DataFrame(
        {
            "indicateur": ["rsa", "rsa", "rsa", "aah"],
            "annee": [2019, 2020, 2020, 2019],
            "territoire": ["FR", "FR", "FR", "FR"],
            "valeur": [1.0, 2.0, 3.0, 4.0],
            "statut": "A",
            "source": ["", "", "Insee", ""],
        }
    )

    a_cote = valeurs_a_cote(comparaison, observations, ["FR"])

    assert a_cote["valeur_FR"].loc["rsa"] == 2
    assert pd.isna(a_cote["valeur_FR"].loc["aah"])
    assert a_cote["statut_FR"].tolist() == ["A", ""]


def test_le_diagnostic_la_montre_dans_ses_tableaux_ses_phrases_et_sa_premiere_page() -> None:
    etude = ouvrir("demonstration")

    tableau = etude.tableau("petite_enfance")
    phrases = etude.phrases("petite_enfance")

    assert [colonne.libelle for colonne in tableau.colonnes][-1] == "Val-de-Brume"
    valeurs = tableau.donnees.set_index("indicateur")["valeur_R00"]
    assert valeurs.at["part_moins_3"] == 13.8
    assert phrases[-1].startswith("Dans le Val-de-Brume : « Part des moins de 3 ans")
    assert "dans le Val-de-Brume)" in str(en_json(etude.synthese()))


def test_la_premiere_seule_juge(donnees: Path) -> None:
    avant = ouvrir("demonstration")
    remplacer(
        donnees / "conventions/demonstration/convention.yaml",
        'references: ["R00"]',
        "references: []",
    )
    annexe1 = donnees / "conventions/demonstration/annexe1.csv"
    lignes = annexe1.read_text(encoding="utf-8").splitlines(keepends=True)
    annexe1.write_text("".join(ligne for ligne in lignes if ",R00," not in ligne), encoding="utf-8")

    sans = ouvrir("demonstration")

    pd.testing.assert_frame_equal(avant.comparaison, sans.comparaison)
    pd.testing.assert_frame_equal(avant.besoins_lus, sans.besoins_lus)
    pd.testing.assert_frame_equal(avant.controle, sans.controle)
    assert "Val-de-Brume" not in str(en_json(sans.synthese()))


def test_ce_que_le_diagnostic_n_en_donne_pas_vient_des_series_publiques(donnees: Path) -> None:
    avec_references(donnees, '["59", "246200364"]')

    tableau = ouvrir("harnes").tableau("precarite")

    rsa = tableau.donnees.set_index("indicateur")["valeur_246200364"].loc[["rsa"]]
    assert rsa.tolist() == lire("cnaf_foyers_rsa", "246200364", [2020])["valeur"].tolist()
    assert [colonne.libelle for colonne in tableau.colonnes][-1] == "CA de Lens-Liévin"
    assert any(
        note.startswith("CA de Lens-Liévin : donnée publique : Cnaf") for note in tableau.notes
    )


@pytest.mark.parametrize(
    ("codes", "trouve"),
    [
        ('["75"]', "« 75 »"),
        ('["59", "59"]', "59"),
        ('["62"]', "le territoire « 62 », déjà dans « reference »"),
        ('["62413"]', "le territoire « 62413 », déjà dans « territoire »"),
    ],
)
def test_une_reference_inconnue_repetee_ou_deja_la_est_refusee(
    donnees: Path, codes: str, trouve: str
) -> None:
    avec_references(donnees, codes)

    with pytest.raises(DonneesInvalides) as refus:
        valider("harnes")

    (faute,) = refus.value.fautes
    assert faute.fichier == CONVENTION
    assert faute.colonne is not None and faute.colonne.startswith("references")
    assert trouve in faute.trouve
