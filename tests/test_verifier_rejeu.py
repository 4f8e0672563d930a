"""``ctg verifier`` makes the reports again, and says what that changes in the published figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from production_exemple import demande, ecrire_carnet, octets, produire
from verification_exemple import ANNEXE1, Lieu, copier, corriger, preparer

from ctglib.commandes import ecarts
from ctglib.commandes.application import lancer
from ctglib.donnees.ecriture import VERROU
from ctglib.production import manifeste
from ctglib.production.pool import ouvrir_executeur
from ctglib.production.produire import TRAVAIL, verrouiller
from ctglib.production.site import ecrire_le_site
from ctglib.production.verifier import Changement, comparer

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return preparer(tmp_path_factory.mktemp("modele"))


@pytest.fixture
def lieu(modele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lieu:
    return copier(modele, tmp_path / "lieu", monkeypatch)


def test_tout_concorde_apres_une_production_et_rien_n_est_ecrit(
    lieu: Lieu, capsys: pytest.CaptureFixture[str]
) -> None:
    avant = octets(lieu.sortie), _dates(lieu.sortie)

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 0, dit
    (paquets,) = (line for line in dit.splitlines() if line.startswith("✓ Paquets : "))
    assert re.search(r" \d{4,} fichiers, tels qu'installés$", paquets), "ceux de cet environnement"
    assert [line for line in dit.splitlines()[1:] if line != paquets] == [
        "✓ Fichiers : 4 fichiers, tous tels que le manifeste les dit",
        "✓ Données lues, carnets, code et versions : ceux du manifeste",
        "✓ Rejeu : 2 rapports, les octets du manifeste",
        "Tout concorde.",
    ]
    assert avant == (octets(lieu.sortie), _dates(lieu.sortie))


def _dates(sortie: Path) -> list[tuple[str, int]]:
    """Return when each file of a folder was written; the lock, empty, is held and released."""
    return sorted(
        (str(path), path.stat().st_mtime_ns) for path in sortie.rglob("*") if path.name != VERROU
    )


def test_le_rejeu_a_ses_fichiers_provisoires_avec_les_rapports_et_retire_ceux_d_un_mort(
    lieu: Lieu, monkeypatch: pytest.MonkeyPatch
) -> None:
    dit = lieu.donnees.parent / "ou"
    noter = f"import tempfile\nfrom pathlib import Path\nPath({str(dit)!r}).write_text(tempfile.mkdtemp())"
    ecrire_carnet(lieu.carnets / "sobre.ipynb", f'{noter}\nparagraphe("rien")')
    produire(demande(lieu.carnets, lieu.sortie, rapports=("sobre",)))
    ecrire_le_site(lieu.sortie)
    (lieu.sortie / TRAVAIL).mkdir()
    (lieu.sortie / TRAVAIL / "reste").write_bytes(b"d'un mort")

    monkeypatch.setattr("ctglib.production.pool.ouvrir_executeur", ouvrir_executeur)
    assert lieu.verifier() == 0

    assert Path(dit.read_text()).parent == lieu.sortie / TRAVAIL
    assert not (lieu.sortie / TRAVAIL).exists()


def test_le_rejeu_attend_qu_une_production_ait_fini(
    lieu: Lieu, capsys: pytest.CaptureFixture[str]
) -> None:
    with verrouiller(lieu.sortie):
        assert lieu.verifier() == 1

    assert "travaille déjà" in capsys.readouterr().err


def test_une_version_qui_change_est_dite_et_ce_qu_elle_ne_change_pas(
    lieu: Lieu, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    actuelles = manifeste.versions()
    monkeypatch.setattr(manifeste, "versions", lambda: {**actuelles, "pandas": "99"})

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 1
    assert (
        f"  - pandas est passé de {actuelles['pandas']} à 99 : harnes, chiffres ; harnes, sobre"
        in dit
    )
    assert (
        "2 rapports, les octets du manifeste" in dit and "ne change aucun octet des rapports" in dit
    )


def test_une_donnee_changee_dit_l_ancienne_et_la_nouvelle_valeur(
    lieu: Lieu, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    corriger(
        lieu.donnees / ANNEXE1,
        b"1.1,population,62413,2018,12324,",
        b"1.1,population,62413,2018,12424,",
    )

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 1
    assert f"  - harnes, chiffres : {ANNEXE1} a changé" in dit
    assert "✗ Rejeu : 1 rapport sur 2 diffère une fois refait" in dit
    assert "  - harnes, chiffres : chiffres.html, chiffres/chiffres.csv" in dit
    assert "tableaux publiés (CSV) : 1 valeur" in dit
    lines = dit.splitlines()
    (place,) = [rank for rank, line in enumerate(lines) if "12424" in line]
    assert lines[place].split() == ["population,", "62413", "valeur", "12324", "12424"]
    assert lines[place - 2] == "  harnes/chiffres/chiffres.csv", (
        "le fichier, l'en-tête, puis ses valeurs"
    )


@pytest.mark.parametrize(
    ("avant", "apres", "dits"),
    [
        ("-16.417910447761194", "-17.164179104477611", ("-16,4179", "-17,1642")),
        ("1.00000001", "1.00000002", ("1,00000001", "1,00000002")),
        ("560.0", "555.0", ("560", "555")),
        ("62413", "62414", ("62413", "62414")),
        ("présent", "absent", ("présent", "absent")),
        ("1.0000000000000001", "1.0000000000000002", ("1.0000000000000001", "1.0000000000000002")),
    ],
)
def test_une_valeur_changee_n_a_pas_plus_de_chiffres_qu_il_n_en_faut(
    avant: str, apres: str, dits: tuple[str, str]
) -> None:
    assert ecarts.valeurs_courtes(avant, apres) == dits


def test_une_valeur_falsifiee_dans_un_csv_est_rendue_par_le_rejeu(
    lieu: Lieu, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    corriger(lieu.sortie / "harnes/chiffres/chiffres.csv", b"12324", b"99999")

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 1
    assert "les octets du manifeste" in dit and "Ce qui a été changé après coup" in dit
    assert any(line.split()[-2:] == ["99999", "12324"] for line in dit.splitlines())


def test_trop_de_valeurs_changees_sont_comptees(
    lieu: Lieu, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ecarts, "VALEURS_MONTREES", 2)
    path = lieu.sortie / "harnes/chiffres/chiffres.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join([lines[0], *(f"{line}9" for line in lines[1:6]), *lines[6:]]) + "\n",
        encoding="utf-8",
    )

    assert lieu.verifier() == 1

    assert "… et 3 autres, 5 en tout." in capsys.readouterr().out


def test_des_donnees_fausses_sont_dites_et_ne_sont_pas_rejouees(
    lieu: Lieu, capsys: pytest.CaptureFixture[str]
) -> None:
    corriger(lieu.donnees / ANNEXE1, b",12324,", b",douze mille,")

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 1
    assert "✗ Données : harnes, 1 faute dans les données" in dit and "douze mille" in dit
    assert "2 rapports à ne pas refaire tant que les données ont une faute" in dit


def test_un_carnet_qui_echoue_est_dit(lieu: Lieu, capsys: pytest.CaptureFixture[str]) -> None:
    ecrire_carnet(lieu.carnets / "sobre.ipynb", "inconnu()")

    code = lieu.verifier()

    dit = capsys.readouterr().out
    assert code == 1
    assert "harnes, sobre : Le carnet sobre.ipynb s'est arrêté à la cellule 4" in dit


def test_le_portail_touche_est_dit(lieu: Lieu, capsys: pytest.CaptureFixture[str]) -> None:
    corriger(lieu.sortie / "index.html", b"Harnes", b"Hernes")

    code = lieu.verifier("--sans-rejouer")

    dit = capsys.readouterr().out
    assert code == 1
    assert "portail : index.html n'est pas celui qui avait été produit" in dit
    assert "– Rejeu : non demandé (--sans-rejouer)" in dit


@pytest.mark.parametrize(
    ("dossier", "convention", "attendu"),
    [("vide", "harnes", "Aucun rapport dans"), ("sortie", "harne", "vouliez-vous dire « harnes »")],
)
def test_sans_rien_a_verifier_la_commande_le_dit(
    lieu: Lieu, dossier: str, convention: str, attendu: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = lancer(["verifier", "-c", convention, "--sortie", str(lieu.sortie.parent / dossier)])

    assert code == 1 and attendu in capsys.readouterr().err


AVANT = b"nom,annee,valeur\na,2023,1\nb,2023,2\nb,2024,3\n"


@pytest.mark.parametrize(
    ("apres", "attendus"),
    [
        (AVANT, []),
        (AVANT.replace(b"2024,3", b"2024,4"), [("b, 2024", "valeur", "3", "4")]),
        (
            AVANT.replace(b"a,2023,1\n", b"a,2023,1\na,2024,9\n"),
            [("a, 2024", "(ligne)", "absent", "présent")],
        ),
        (AVANT.replace(b"a,2023,1\n", b""), [("a, 2023", "(ligne)", "présent", "absent")]),
        (AVANT.replace(b"a,2023", b"c,2023"), [("ligne 2", "nom", "a", "c")]),
        (b"nom,annee\na,2023\nb,2023\nb,2024\n", [("valeur", "(colonne)", "présent", "absent")]),
        (None, [("", "(fichier)", "présent", "absent")]),
    ],
)
def test_les_tableaux_se_comparent_valeur_par_valeur(
    apres: bytes | None, attendus: list[tuple[str, ...]]
) -> None:
    assert comparer("t.csv", AVANT, apres) == tuple(
        Changement("t.csv", *attendu) for attendu in attendus
    )
