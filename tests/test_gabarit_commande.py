"""``ctg gabarit``: under its name, never over a filled file, and in French when it is not
understood.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from classeur_rempli import octets, photographie
from ligne_de_commande import ctg

from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides


def test_un_classeur_deja_la_n_est_pas_ecrase_sans_le_dire(tmp_path: Path) -> None:
    path = ecrire_gabarit("harnes", 2025, tmp_path)
    ecrire_gabarit("harnes", 2025, tmp_path)
    path.write_bytes(b"rempli par un service")

    with pytest.raises(EcritureImpossible, match="quelqu'un l'a peut-être rempli"):
        ecrire_gabarit("harnes", 2025, tmp_path)

    assert path.read_bytes() == b"rempli par un service"
    ecrire_gabarit("harnes", 2025, tmp_path, remplacer=True)
    assert path.read_bytes() == octets()


def test_la_commande_ecrit_le_classeur_sous_son_nom(tmp_path: Path) -> None:
    done = ctg(
        "gabarit", "2025", "--convention", "harnes", "--responsable", "rpe", dossier=tmp_path
    )

    assert done.returncode == 0 and "ctg-harnes-2025-rpe.xlsx" in done.stdout
    assert photographie(tmp_path) == {"ctg-harnes-2025-rpe.xlsx": octets("rpe")}


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("2025", "-c", "harnes", "-r", "enfanc"), "vouliez-vous dire « enfance » ?"),
        (("2025",), "Il manque une option : --convention NOM."),
    ],
)
def test_la_commande_mal_ecrite_recoit_une_phrase_en_francais(
    arguments: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    done = ctg("gabarit", *arguments, dossier=tmp_path)

    assert done.returncode == 1 and attendu in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("avant", "apres", "trouve", "remede"),
    [
        (
            "principal: coordination",
            "principal: coordinateur",
            "« coordinateur »",
            "écrire « coordination »",
        ),
        ("poste: pilotage", "poste: pilotages", "« pilotages »", "écrire « pilotage »"),
        ("    caj: jeunesse", "    caaj: jeunesse", "« caaj »", "écrire « caj »"),
        ("  - id: posture", "  - id: postures", "« postures »", "écrire « posture »"),
    ],
)
def test_un_nom_que_rien_ne_definit_dans_le_gabarit_est_dit(
    avant: str, apres: str, trouve: str, remede: str, donnees: Path, tmp_path: Path
) -> None:
    file = "catalogue/gabarit.yaml" if "posture" in avant else "conventions/harnes/collecte.yaml"
    path = donnees / file
    path.write_text(path.read_text(encoding="utf-8").replace(avant, apres, 1), encoding="utf-8")

    with pytest.raises(DonneesInvalides) as caught:
        ecrire_gabarit("harnes", 2025, tmp_path)

    fault = caught.value.fautes[0]
    assert (fault.fichier, fault.trouve) == (file, trouve) and remede in fault.remede
