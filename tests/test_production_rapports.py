"""Which reports there are, where they go, and what their notebooks are told."""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import fields
from pathlib import Path

import pytest
from lecture_pdf import pages_du_pdf
from production_exemple import ANNEE, CONVENTION, demande, ecrire_carnet, octets, produire
from rapports_produits import Production

from ctglib.commandes.application import lancer
from ctglib.production.echec import phrases
from ctglib.production.manifeste import Trace, lire_manifeste, prevoir
from ctglib.production.plan import LISTE, Carnet, annees_de, carnets_ignores, rapports_connus

DIFFUSION = 'diffusion: str = "publique"  # pour qui'


@pytest.fixture
def carnets(tmp_path: Path) -> Path:
    """A notebook of each kind, and one that no group knows."""
    folder = tmp_path / "carnets"
    for nom in ("diagnostic", "evaluation_finale", "autre_chose"):
        ecrire_carnet(folder / f"{nom}.ipynb")
    for nom in ("fiche_1", "fiche_2"):
        ecrire_carnet(folder / f"{nom}.ipynb", parametres=(CONVENTION, ANNEE))
    ecrire_carnet(folder / "bilan.ipynb", parametres=(CONVENTION, ANNEE, DIFFUSION))
    (folder / LISTE).write_text(
        'diagnostic = ["diagnostic"]\nfiches = ["fiche_1", "fiche_2"]\nbilan = ["bilan"]\n'
        'evaluation = ["evaluation_finale"]\n',
        encoding="utf-8",
    )
    return folder


def chemins(carnets: Path, **autres: object) -> list[str]:
    orders = demande(carnets, Path("reports"), **autres).commandes()
    return [order.base.as_posix() for order in orders]


def test_les_rapports_connus_sont_ceux_de_la_liste_et_eux_seuls(carnets: Path) -> None:
    assert rapports_connus(carnets) == ("diagnostic", "fiches", "bilan", "evaluation")
    assert carnets_ignores(carnets) == ("autre_chose.ipynb",)


def test_un_carnet_enregistre_a_cote_n_est_ni_produit_ni_publie_et_la_commande_le_dit(
    carnets: Path, donnees: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = "lire_octets('conventions/demonstration/suivi/2023/profils.csv').decode()[-200:]"
    ecrire_carnet(carnets / "mes_essais.ipynb", f"paragraphe({cache})")
    (carnets / LISTE).write_text('diagnostic = ["diagnostic"]\n', encoding="utf-8")

    assert (
        lancer(
            [
                "produire",
                "-c",
                "harnes",
                "-f",
                "html",
                "-s",
                str(tmp_path / "sortie"),
                "--carnets",
                str(carnets),
            ]
        )
        == 0
    )

    assert not [nom for nom in octets(tmp_path / "sortie") if "essais" in nom or "autre" in nom]
    assert "mes-essais" not in (tmp_path / "sortie" / "index.html").read_text(encoding="utf-8")
    assert (
        "autre_chose.ipynb" in (dit := capsys.readouterr().out)
        and "mes_essais.ipynb" in dit
        and "analyses" in dit
    )


@pytest.mark.parametrize(
    ("liste", "dit"),
    [
        (None, "la liste des rapports ne se lit pas"),
        ("bilan = [", "la liste des rapports ne se lit pas"),
        ("bilan = 3", "la liste des rapports ne se lit pas"),
        ('bilan = ["bilna"]', "« bilna.ipynb » absent"),
    ],
)
def test_une_liste_fautive_est_dite_sans_rien_produire(
    carnets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], liste: str | None, dit: str
) -> None:
    (carnets / LISTE).unlink()
    if liste is not None:
        (carnets / LISTE).write_text(liste, encoding="utf-8")

    code = lancer(
        [
            "produire",
            "-c",
            "harnes",
            "--sortie",
            str(tmp_path / "sortie"),
            "--carnets",
            str(carnets),
        ]
    )

    assert code == 1 and dit in capsys.readouterr().err
    assert not (tmp_path / "sortie").exists()


def test_un_carnet_qui_declare_une_fiche_fait_un_rapport_pour_chacune(carnets: Path) -> None:
    ecrire_carnet(
        carnets / "fiche.ipynb", parametres=(CONVENTION, ANNEE, "fiche: int = 1  # numéro")
    )

    assert chemins(carnets, rapports=("fiche",), annees=(2024,)) == [
        f"reports/harnes/2024/fiche-{numero}" for numero in (1, 2, 3, 4)
    ]


def test_chaque_rapport_a_sa_place(carnets: Path) -> None:
    assert chemins(
        carnets, rapports=("diagnostic", "fiches", "bilan", "evaluation"), annees=(2024,)
    ) == [
        "reports/harnes/diagnostic",
        "reports/harnes/evaluation-finale",
        "reports/harnes/2024/fiche-1",
        "reports/harnes/2024/fiche-2",
        "reports/harnes/2024/bilan",
    ]


def test_les_plus_grands_carnets_partent_les_premiers_puis_la_derniere_annee(
    carnets: Path, tmp_path: Path
) -> None:
    ecrire_carnet(
        carnets / "fiche_2.ipynb", "pass  # " + "long " * 100, parametres=(CONVENTION, ANNEE)
    )
    orders = demande(
        carnets, tmp_path, rapports=("fiches", "diagnostic"), annees=(2023, 2024)
    ).commandes()

    assert [prevision.commande.cle for prevision in prevoir(orders)] == [
        "2024/fiche-2",
        "2023/fiche-2",
        "2024/fiche-1",
        "2023/fiche-1",
        "diagnostic",
    ]


def test_ce_qui_avait_donne_le_plus_de_fichiers_part_d_abord(carnets: Path, tmp_path: Path) -> None:
    orders = demande(
        carnets, tmp_path, rapports=("bilan", "diagnostic"), annees=(2024,)
    ).commandes()
    *_, last = (prevision.commande.cle for prevision in prevoir(orders))
    vides = {"str": "", "list[str]": [], "list[dict[str, str]] | None": None}
    nothing = {item.name: vides.get(str(item.type), {}) for item in fields(Trace)}
    trace = Trace(**{**nothing, "sorties": dict.fromkeys(("a.csv", "b.csv"), "")})
    (tmp_path / "harnes").mkdir()
    lire_manifeste(tmp_path / "harnes").consigner({}, last, trace=trace)

    assert next(prevoir(orders)).commande.cle == last


def test_sans_annee_demandee_toutes_celles_de_la_convention_y_sont(carnets: Path) -> None:
    assert chemins(carnets, rapports=("bilan",)) == [
        f"reports/harnes/{annee}/bilan" for annee in annees_de("harnes")
    ]
    assert annees_de("harnes") == (2023, 2024, 2025, 2026)


def test_quand_la_convention_ne_se_lit_plus_les_annees_deja_produites_sont_retentees(
    carnets: Path, donnees: Path, tmp_path: Path
) -> None:
    produire(demande(carnets, tmp_path, rapports=("bilan",), annees=(2024, 2025)))
    (donnees / "conventions" / "harnes" / "convention.yaml").write_text("id: [", encoding="utf-8")

    orders = demande(carnets, tmp_path, rapports=("bilan", "diagnostic")).commandes()

    assert [order.cle for order in orders] == ["diagnostic", "2024/bilan", "2025/bilan"]


def test_un_rapport_interne_a_un_dossier_a_part(carnets: Path) -> None:
    assert chemins(carnets, rapports=("bilan",), annees=(2023,), diffusion="interne") == [
        "reports/harnes/interne/2023/bilan"
    ]


def test_un_carnet_ne_recoit_que_les_parametres_qu_il_declare(carnets: Path) -> None:
    voulue = demande(
        carnets, Path("reports"), rapports=("diagnostic", "fiches", "bilan"), annees=(2025,)
    )

    recus = [dict(order.parametres) for order in voulue.commandes()]

    assert recus == [
        {"convention": "harnes"},
        {"convention": "harnes", "annee": 2025},
        {"convention": "harnes", "annee": 2025},
        {"convention": "harnes", "annee": 2025, "diffusion": "publique"},
    ]


def test_une_cellule_se_situe_comme_dans_le_carnet_livre(tmp_path: Path) -> None:
    carnet = Carnet(ecrire_carnet(tmp_path / "essai.ipynb", "1 + 1"))

    assert carnet.situer("1 + 1") == (4, "Partie unique")
    assert carnet.situer("introuvable") == (None, "")


def test_un_rapport_interne_n_est_ni_au_portail_ni_au_manifeste_public(
    carnets: Path, tmp_path: Path
) -> None:
    from ctglib.production.portail import ecrire_portail

    sortie = tmp_path / "sortie"
    produire(demande(carnets, sortie, rapports=("bilan",), annees=(2023,), diffusion="interne"))
    produire(demande(carnets, sortie, rapports=("diagnostic",)))

    portail = ecrire_portail(sortie).read_text(encoding="utf-8")

    assert {"harnes/interne/2023/bilan.html", "harnes/interne/manifeste.json"} <= set(
        octets(sortie)
    )
    assert "diagnostic.html" in portail and "interne" not in portail
    assert "interne" not in (sortie / "harnes" / "manifeste.json").read_text(encoding="utf-8")


MORCEAU = re.compile(r"<[^>]+>")
COMMANDE = re.compile(r"\bctg(?:\.exe)? (?:-|[a-z])[a-z-]*|-m ctglib|rapports\.cmd")


def mots(fichier: Path) -> str:
    """Return the words of a produced file, whatever its kind; "" for one without any."""
    match fichier.suffix:
        case ".docx" | ".pptx" | ".xlsx":
            with zipfile.ZipFile(fichier) as archive:
                parties = [archive.read(nom) for nom in archive.namelist() if nom[-4:] == ".xml"]
            return " ".join(MORCEAU.sub("", partie.decode("utf-8")) for partie in parties)
        case ".pdf":
            return " ".join(" ".join(pages_du_pdf(fichier)).split())
        case ".html" | ".csv":
            return html.unescape(MORCEAU.sub(" ", fichier.read_text(encoding="utf-8")))
    return ""


def test_rien_de_ce_qui_est_produit_n_imprime_une_commande(rapports_produits: Production) -> None:
    sortie = rapports_produits.sortie
    fichiers = [fichier for fichier in sorted(sortie.rglob("*")) if fichier.is_file()]

    dites = {
        fichier.relative_to(sortie).as_posix(): COMMANDE.findall(mots(fichier))
        for fichier in fichiers
    }

    formes = {fichier.suffix for fichier in fichiers if mots(fichier)}
    assert formes == {".html", ".csv", ".pdf", ".docx", ".pptx", ".xlsx"}
    assert {nom: commandes for nom, commandes in dites.items() if commandes} == {}


def test_une_page_d_echec_n_imprime_pas_de_commande() -> None:
    echecs = phrases()

    assert COMMANDE.findall(" ".join([*echecs["remedes"].values(), echecs["ailleurs"]])) == []
