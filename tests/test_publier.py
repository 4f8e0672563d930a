"""``ctg publier``: what was published, shown or hidden, is noted once, and every later report
reckons with it, whatever becomes of the data.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest
from classeur_rempli import enregistrer, photographie, poser, vierge
from import_exemple import PROFIL
from ligne_de_commande import ctg, reussir

from ctglib.donnees.lecture import CLE
from ctglib.donnees.publications import lire_publications
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.production.manifeste import Trace, lire_manifeste
from ctglib.secret.publication import publiable_de, publier

NOM = "demonstration"
ANNEE = 2023
CONVENTION = Path("conventions") / NOM
REGISTRE = CONVENTION / "suivi/publications.json"
ANCIEN = CONVENTION / "masque.csv"
CELLULE = "sejour,quotient_familial,1001-plus,,,{},A"  # 3 children: one of the small counts of 2023
MONTREE = "alsh_mercredi,age,6-11,,,{},A"
SEUIL = "petits_effectifs: {}"
ENTETE = "dispositif,variable,modalite,effectif,statut\n"


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
    return donnees / CONVENTION / "suivi" / str(ANNEE) / "profils.csv"


def rapporter(
    dossier: Path, annee: int = ANNEE, table: str = ENTETE, convention: str = NOM
) -> None:
    """Put in a folder a report of a year with a table, as a production leaves it."""
    rapports = dossier / "reports" / convention
    contenus = {
        f"{annee}/bilan.html": b"<p>Un bilan</p>",
        f"{annee}/bilan/profils.csv": table.encode(),
    }
    sorties = {nom: sha256(contenu).hexdigest() for nom, contenu in contenus.items()}
    trace = Trace("", {}, "", {}, {}, [], {}, {}, sorties, {})
    fichiers = {rapports / nom: contenu for nom, contenu in contenus.items()}
    lire_manifeste(rapports).consigner(fichiers, f"{annee}/bilan", trace=trace)


def noter(dossier: Path, annee: int = ANNEE) -> str:
    rapporter(dossier, annee)
    return reussir("publier", str(annee), "-c", NOM, dossier=dossier)


def test_ce_qui_est_montre_et_masque_est_note_avec_les_fichiers_et_la_cle(
    donnees: Path, tmp_path: Path
) -> None:
    effectifs = publiable_de(lire_suivi_brut(NOM, ANNEE), ANNEE).effectifs
    donnes = effectifs[effectifs["effectif"].notna()]

    dit = noter(tmp_path)
    ecrit = (donnees / REGISTRE).read_text(encoding="utf-8")
    avant = photographie(donnees)
    encore = reussir("publier", str(ANNEE), "-c", NOM, dossier=tmp_path)

    (publication,) = lire_publications(NOM).publications
    assert "publication n° 1 : 2 fichiers" in dit and "data/" + REGISTRE.as_posix() in dit
    assert len(publication.montres) == donnes["montre"].sum()
    assert len(publication.caches) == (~donnes["montre"]).sum() > 10
    assert publication.annee == ANNEE and len(publication.cle) == 16
    assert publication.fichiers["2023/bilan.html"] == sha256(b"<p>Un bilan</p>").hexdigest()
    assert json.loads(ecrit)["convention"] == NOM and ecrit.count("\n") > len(donnes)
    assert "déjà notée. Rien n'a été écrit." in encore and photographie(donnees) == avant


def test_le_registre_n_a_ni_la_cle_ni_un_effectif_masque(donnees: Path, tmp_path: Path) -> None:
    noter(tmp_path)

    ecrit = (donnees / REGISTRE).read_text(encoding="utf-8")
    (publication,) = lire_publications(NOM).publications
    caches = {cache[:4] for cache in publication.caches}
    assert (donnees / CONVENTION / CLE).read_text(encoding="utf-8").split()[-1] not in ecrit
    assert caches.isdisjoint(montre[:4] for montre in publication.montres)
    assert all(len(cache.empreinte) == 16 for cache in publication.caches)


def test_l_ancien_nom_marche_et_le_dit(donnees: Path, tmp_path: Path) -> None:
    rapporter(tmp_path)

    dit = reussir("figer", str(ANNEE), "-c", NOM, dossier=tmp_path)

    assert "s'appelle désormais « ctg publier »" in dit and (donnees / REGISTRE).is_file()


def test_noter_un_bilan_ne_change_aucun_bilan(donnees: Path, tmp_path: Path) -> None:
    avant = {annee: masquees(annee) for annee in (2023, 2024)}

    noter(tmp_path, 2024)

    assert {annee: masquees(annee) for annee in (2023, 2024)} == avant


def test_masque_csv_entre_le_premier_au_registre(donnees: Path, tmp_path: Path) -> None:
    cellule = "profils/2023/alsh_mercredi,age/6-11,"
    (donnees / ANCIEN).write_text(f"annee,table,ligne,colonne\n2023,{cellule}\n", "utf-8")
    lue = ("alsh_mercredi", "age", "6-11", "", "") in masquees()

    noter(tmp_path)

    ancienne, nouvelle = lire_publications(NOM).publications
    assert lue and not (donnees / ANCIEN).exists()
    assert [cache[:3] for cache in ancienne.caches] == [tuple(cellule.split(","))]
    assert (ancienne.numero, nouvelle.numero, nouvelle.annee) == (1, 2, ANNEE)
    assert ("alsh_mercredi", "age", "6-11", "", "") in masquees()


@pytest.mark.parametrize("note", [False, True])
def test_un_seuil_abaisse_ne_decouvre_pas_ce_qui_etait_masque(
    note: bool, donnees: Path, tmp_path: Path
) -> None:
    """Without the register the past is worked out again with the new threshold."""
    avant = masquees()
    if note:
        noter(tmp_path)

    remplacer(donnees / "catalogue" / "seuils.yaml", SEUIL.format(5), SEUIL.format(2))

    assert (avant <= masquees() and avant <= masquees(2024)) == note


@pytest.mark.parametrize("note", [False, True])
def test_un_effectif_corrige_en_un_grand_reste_masque(
    note: bool, donnees: Path, tmp_path: Path
) -> None:
    place = ("sejour", "quotient_familial", "1001-plus", "", "")
    if note:
        noter(tmp_path)

    remplacer(profils_2023(donnees), CELLULE.format(3), CELLULE.format(9))

    assert (place in masquees() and place in masquees(2024)) == note


@pytest.mark.parametrize("note", [False, True])
def test_une_autre_cle_ne_masque_plus_ce_qui_a_ete_montre(
    note: bool, donnees: Path, tmp_path: Path
) -> None:
    """The mask of the other key hides other cells; once the first is noted, none of these."""
    avant = masquees()
    if note:
        noter(tmp_path)
        registre = (donnees / REGISTRE).read_text(encoding="utf-8")
        sans_cle = registre.replace(lire_publications(NOM).publications[0].cle, "")
        (donnees / REGISTRE).write_text(sans_cle, encoding="utf-8")

    (donnees / CONVENTION / CLE).write_text("5" * 64, encoding="ascii")

    assert (masquees() == avant) == note


def test_une_autre_cle_que_celle_du_registre_arrete_tout(donnees: Path, tmp_path: Path) -> None:
    noter(tmp_path)
    (donnees / CONVENTION / CLE).write_text("5" * 64, encoding="ascii")

    dits = [
        ctg(*commande, dossier=tmp_path).stderr
        for commande in (
            ("valider", "-c", NOM),
            ("gabarit", "2026", "-c", NOM),
            ("publier", str(ANNEE), "-c", NOM),
            ("produire", "bilan", "-c", NOM, "-a", "2026", "-f", "html", "-s", "ailleurs"),
        )
    ]

    assert all("une autre clé (empreinte" in dit for dit in dits[:3])
    assert "Traceback" not in "".join(dits)
    assert not (tmp_path / "ailleurs" / NOM / "2026/bilan.html").exists()


def test_apres_une_publication_la_cle_se_ramene_et_ne_se_refait_pas(
    donnees: Path, tmp_path: Path
) -> None:
    noter(tmp_path)
    (donnees / CONVENTION / CLE).unlink()

    valide = ctg("valider", "-c", NOM, dossier=tmp_path)
    demandee = ctg("importer", "--nouvelle-cle", "-c", NOM, dossier=tmp_path)

    assert valide.returncode == demandee.returncode == 1
    assert "des rapports ont été publiés" in valide.stderr
    assert "--nouvelle-cle" not in valide.stderr and "d'une sauvegarde" in valide.stderr
    assert "une nouvelle clé demandée, alors que des rapports ont été publiés" in demandee.stderr
    assert not (donnees / CONVENTION / CLE).exists()


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        (MONTREE.format(124).replace(",,,", ","), ""),
        (MONTREE.format(125).replace(",,,", ","), "age/6-11 : 125"),  # never so much
        ("sejour,quotient_familial,1001-plus,3,A", "quotient_familial/1001-plus : 3"),  # hidden
    ],
)
def test_un_fichier_qui_montre_autre_chose_que_ce_que_le_masque_laisse_est_refuse(
    ligne: str, attendu: str, donnees: Path, tmp_path: Path
) -> None:
    rapporter(tmp_path, table=f"{ENTETE}{ligne}\n")

    fait = ctg("publier", str(ANNEE), "-c", NOM, dossier=tmp_path)

    assert (fait.returncode == 1) == bool(attendu), fait.stderr
    assert attendu in fait.stderr and (not attendu or "ctg produire" in fait.stderr)
    assert (donnees / REGISTRE).exists() == (not attendu)


def test_un_fichier_retouche_est_refuse(donnees: Path, tmp_path: Path) -> None:
    rapporter(tmp_path)
    (tmp_path / "reports" / NOM / "2023/bilan.html").write_text("Autre chose", encoding="utf-8")

    fait = ctg("publier", str(ANNEE), "-c", NOM, dossier=tmp_path)

    assert fait.returncode == 1 and "2023/bilan.html n'est pas celui" in fait.stderr
    assert not (donnees / REGISTRE).exists()


def _sans_rapport(donnees: Path, dossier: Path) -> tuple[str, ...]:
    return "2024", "-c", NOM


def _annee_hors_convention(donnees: Path, dossier: Path) -> tuple[str, ...]:
    return "2031", "-c", NOM


def _convention_inconnue(donnees: Path, dossier: Path) -> tuple[str, ...]:
    return str(ANNEE), "-c", "demonstrations"


def _effectif_negatif(donnees: Path, dossier: Path) -> tuple[str, ...]:
    remplacer(profils_2023(donnees), CELLULE.format(3), CELLULE.format(-3))
    return str(ANNEE), "-c", NOM


def _masque_abime(donnees: Path, dossier: Path) -> tuple[str, ...]:
    texte = "annee,table,ligne\n2023,profils/2023/cmj,age/m\n"
    (donnees / ANCIEN).write_text(texte, encoding="utf-8")
    return str(ANNEE), "-c", NOM


def _registre_abime(donnees: Path, dossier: Path) -> tuple[str, ...]:
    (donnees / REGISTRE).write_text('{"forme": 1, "convention": 3}', encoding="utf-8")
    return str(ANNEE), "-c", NOM


@pytest.mark.parametrize(
    ("abimer", "attendu"),
    [
        (_sans_rapport, "Aucun rapport public de 2024"),
        (_annee_hors_convention, "Possibles : 2023, 2024, 2025, 2026"),
        (_convention_inconnue, "demonstration"),
        (_effectif_negatif, "0 au moins"),
        (_masque_abime, "colonne"),
        (_registre_abime, "un registre de ce qui a été publié qui ne se lit pas (convention)"),
    ],
)
def test_une_faute_est_dite_en_francais_et_rien_n_est_ecrit(
    abimer: object, attendu: str, donnees: Path, tmp_path: Path
) -> None:
    rapporter(tmp_path)
    arguments = abimer(donnees, tmp_path)
    avant = photographie(donnees)

    fait = ctg("publier", *arguments, dossier=tmp_path)

    assert fait.returncode == 1 and attendu in fait.stderr, fait.stderr
    assert "Rien n'a été noté." in fait.stderr
    assert "Traceback" not in fait.stderr and fait.stdout == ""
    assert photographie(donnees) == avant


def test_un_disque_plein_laisse_le_registre_et_l_ancien_masque_comme_ils_etaient(
    donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plein(_: int) -> None:
        raise OSError(28, "No space left on device")

    rapporter(tmp_path)
    (donnees / ANCIEN).write_text("annee,table,ligne,colonne\n2023,profils/2023/cmj,age/m,\n")
    monkeypatch.setattr(os, "fsync", plein)

    fait = ctg("publier", str(ANNEE), "-c", NOM, dossier=tmp_path)

    assert fait.returncode == 1 and "Impossible d'écrire" in fait.stderr
    assert not (donnees / REGISTRE).exists() and (donnees / ANCIEN).exists()


def test_le_registre_venu_avec_une_copie_ne_compte_pas(donnees: Path, tmp_path: Path) -> None:
    """So the copy may be given its own key."""
    classeur = vierge()
    poser(classeur, "Profils", PROFIL, Effectif_2025=58)
    reussir("importer", str(enregistrer(classeur, tmp_path)), dossier=tmp_path)
    noter(tmp_path)
    registre = (donnees / REGISTRE).read_bytes()
    (donnees / "conventions/harnes/suivi/publications.json").write_bytes(registre)

    dit = reussir("importer", "--nouvelle-cle", "-c", "harnes", dossier=tmp_path)

    assert lire_publications("harnes").publications == ()
    assert "Clé secrète du suivi" in dit
