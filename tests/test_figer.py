"""``ctg figer``: what a published bilan hides is written once, and stays hidden whatever becomes of
the data.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from classeur_rempli import photographie
from ligne_de_commande import ctg

from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.secret.publication import figer, publier

NOM = "demonstration"
ANNEE = 2023
MASQUE = Path("conventions") / NOM / "masque.csv"
CELLULE = "sejour,quotient_familial,1001-plus,,,{},A"  # 3 children: one of the small counts of 2023
SEUIL = "petits_effectifs: {}"


def remplacer(path: Path, avant: str, apres: str) -> None:
    """Replace a text that is there once in a file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(avant) == 1, f"{avant} dans {path.name}"
    path.write_text(text.replace(avant, apres), encoding="utf-8")


def masquees(annee: int = ANNEE) -> set[tuple[str, ...]]:
    """Return the cells of the profiles of 2023 that the bilan of a year hides."""
    rows = publier(lire_suivi_brut(NOM, annee), annee)[0].suivis[ANNEE].profils
    places = ["dispositif", "variable", "modalite", "variable_2", "modalite_2"]
    return set(rows.loc[rows["statut"] == "Q", places].itertuples(index=False, name=None))


def profils_2023(donnees: Path) -> Path:
    return donnees / "conventions" / NOM / "suivi" / str(ANNEE) / "profils.csv"


def test_un_bilan_qui_ne_masque_rien_n_ecrit_rien(donnees: Path, tmp_path: Path) -> None:
    before = photographie(donnees)

    done = ctg("figer", str(ANNEE), "-c", "harnes", dossier=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == "harnes, bilan 2023 : aucune cellule n'est masquée, rien à noter."
    assert photographie(donnees) == before


def test_les_cellules_masquees_sont_notees_et_une_seconde_fois_rien_n_est_ecrit(
    donnees: Path, tmp_path: Path
) -> None:
    hidden = masquees()
    first = ctg("figer", str(ANNEE), "-c", NOM, dossier=tmp_path)
    written = (donnees / MASQUE).read_text(encoding="utf-8").splitlines()
    before = photographie(donnees)

    again = ctg("figer", str(ANNEE), "-c", NOM, dossier=tmp_path)

    assert first.returncode == 0 and f"{len(hidden)} cellules masquées" in first.stdout
    assert f"Notées dans {MASQUE.as_posix()}" in first.stdout
    assert written[0] == "annee,table,ligne,colonne" and len(written) == len(hidden) + 1
    assert (
        written[1:] == sorted(written[1:])
        and "2023,profils/2023/sejour,quotient_familial/1001-plus," in written
    )
    assert again.returncode == 0 and "déjà notées. Rien n'a été écrit." in again.stdout
    assert photographie(donnees) == before


def test_noter_un_bilan_ne_change_aucun_bilan(donnees: Path) -> None:
    before = {annee: masquees(annee) for annee in (2023, 2024)}

    figer(NOM, 2024)

    assert {annee: masquees(annee) for annee in (2023, 2024)} == before


def test_le_bilan_suivant_ajoute_ses_cellules_a_celles_des_precedents(donnees: Path) -> None:
    figer(NOM, 2023)
    first = (donnees / MASQUE).read_text(encoding="utf-8").splitlines()

    figer(NOM, 2024)

    both = (donnees / MASQUE).read_text(encoding="utf-8").splitlines()
    assert both[: len(first)] == first
    assert {line.split(",")[0] for line in both[len(first) :]} == {"2024"}


def test_noter_un_ancien_bilan_garde_ce_que_les_suivants_ont_note(donnees: Path) -> None:
    figer(NOM, 2024)
    kept = (donnees / MASQUE).read_bytes()

    _, _, new = figer(NOM, 2023)

    assert new == 0 and (donnees / MASQUE).read_bytes() == kept


@pytest.mark.parametrize("fige", [False, True])
def test_un_seuil_abaisse_ne_decouvre_pas_ce_qui_etait_masque(fige: bool, donnees: Path) -> None:
    """Without the file the past is worked out again with the new threshold: it is what the file is
    for.
    """
    hidden = masquees()
    if fige:
        figer(NOM, ANNEE)

    remplacer(donnees / "catalogue" / "seuils.yaml", SEUIL.format(5), SEUIL.format(2))

    assert (hidden <= masquees() and hidden <= masquees(2024)) == fige


@pytest.mark.parametrize("fige", [False, True])
def test_un_effectif_corrige_en_un_grand_reste_masque(fige: bool, donnees: Path) -> None:
    place = ("sejour", "quotient_familial", "1001-plus", "", "")
    if fige:
        figer(NOM, ANNEE)

    remplacer(profils_2023(donnees), CELLULE.format(3), CELLULE.format(9))

    assert (place in masquees() and place in masquees(2024)) == fige


def _annee_hors_convention(donnees: Path) -> tuple[str, ...]:
    return "2031", "-c", NOM


def _convention_inconnue(donnees: Path) -> tuple[str, ...]:
    return str(ANNEE), "-c", "demonstrations"


def _effectif_negatif(donnees: Path) -> tuple[str, ...]:
    remplacer(profils_2023(donnees), CELLULE.format(3), CELLULE.format(-3))
    return str(ANNEE), "-c", NOM


def _masque_abime(donnees: Path) -> tuple[str, ...]:
    (donnees / MASQUE).write_text(
        "annee,table,ligne\n2023,profils/2023/cmj,age/m\n", encoding="utf-8"
    )
    return str(ANNEE), "-c", NOM


@pytest.mark.parametrize(
    ("abimer", "attendu"),
    [
        (_annee_hors_convention, "Possibles : 2023, 2024, 2025, 2026"),
        (_convention_inconnue, "demonstration"),
        (_effectif_negatif, "0 au moins"),
        (_masque_abime, "colonne"),
    ],
)
def test_une_faute_est_dite_en_francais_et_rien_n_est_ecrit(
    abimer: object, attendu: str, donnees: Path, tmp_path: Path
) -> None:
    arguments = abimer(donnees)
    before = photographie(donnees)

    done = ctg("figer", *arguments, dossier=tmp_path)

    assert done.returncode == 1 and attendu in done.stderr, done.stderr
    assert (
        "Rien n'a été enregistré." in done.stderr
        and "Traceback" not in done.stderr
        and done.stdout == ""
    )
    assert photographie(donnees) == before


def test_un_disque_plein_laisse_le_masque_comme_il_etait(
    donnees: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plein(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", plein)
    with pytest.raises(EcritureImpossible, match="Impossible d'écrire"):
        figer(NOM, ANNEE)

    assert not (donnees / MASQUE).exists()


def test_une_annee_refusee_l_est_avant_toute_ecriture(donnees: Path) -> None:
    with pytest.raises(DonneesInvalides, match="de 2023 à 2026"):
        figer(NOM, 2022)
