"""The attacker on the demonstration: who reads all that is published, all years side by side, finds
no hidden count.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from attaque_secret import Nom, intervalles, rejouer
from demonstration_exemple import ANNEES, ICI, NOM, suivi
from donnees_suivies import DONNEES
from lecture_publiee import FREQUENTATIONS, INCLUSION, Lu, lire
from production_exemple import Demande, produire
from rapports_produits import TOUS, Production, choisir
from secret_exemple import Choisi

from ctglib.donnees.lecture import VARIABLE, cle_de
from ctglib.donnees.modeles.publications import Publication, RegistrePublie
from ctglib.donnees.publications import chemin_du_registre, octets_du_registre
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.production.plan import rapports_connus
from ctglib.production.pool import Ouvriers
from ctglib.secret import connu, publication
from ctglib.secret.masque import CLE, Masque, masquer
from ctglib.secret.modele import Cellule, Cle, Lien, Tirage, deduire_les_inconnues
from ctglib.secret.publication import publiable_de, publier

AUTRE = yaml.safe_load(
    (Path(__file__).parent / "cas" / "secret_autre.yaml").read_text(encoding="utf-8")
)
DERNIERE = ANNEES[-1]
SEUIL = 5
FORMES = {".csv", ".html", ".pdf", ".docx", ".pptx", ".xlsx"}
SUIVI = Path("conventions") / NOM / "suivi"
CASE = ("dispositif", "variable", "modalite", "variable_2", "modalite_2")


@pytest.fixture(scope="module")
def lu(rapports_produits: Production) -> Lu:
    """What a reader of all the tables of the demonstration knows."""
    sensibles = {name for name, item in suivi().catalogue.mesures.items() if item.sensible}
    reports = choisir(NOM)
    return lire(
        [(report.annee or DERNIERE, rapports_produits.csv(report).values()) for report in reports],
        sensibles | {"cmj_membres"},
    )


def _vrais() -> dict[Nom, int]:
    """Return the counts as they were entered, by the names of the reader."""
    found: dict[Nom, int] = {}
    for annee, year in suivi().suivis.items():
        for row in year.profils.itertuples():
            pairs = sorted([(row.variable, row.modalite), (row.variable_2, row.modalite_2)])
            name = (
                ("croise", annee, row.dispositif, *pairs)
                if row.variable_2
                else ("profil", annee, *row[1:4])
            )
            found[name] = int(row.effectif)
    rows = suivi().observations
    for row in rows[rows["valeur"].notna() & (rows["territoire"] == ICI)].itertuples():
        found.setdefault((row.indicateur, row.annee, row.modalite), round(row.valeur))
    return found


def test_les_tableaux_publies_disent_les_effectifs_et_ce_qui_en_est_masque(lu: Lu) -> None:
    """The attack below proves something only if the reader found the counts, the hidden ones and
    the sums.
    """
    kinds = {name[0] for name in lu.caches}

    assert {name[1] for name in lu.caches if name[0] == "profil"} == set(ANNEES)
    assert {"profil", "croise", "enfants_aeeh_accueillis", "candidats_agrees"} <= kinds
    assert len(lu.caches) > 90 and len(lu.sommes()) > 100
    assert all(lu.publies[name] == vrai for name, vrai in _vrais().items() if name in lu.publies)
    assert not [
        name
        for name in lu.publies
        if name[0] in ("profil", "croise") and 0 < lu.publies[name] < SEUIL
    ]


def test_aucun_rapport_ne_montre_ce_qu_un_autre_masque(lu: Lu) -> None:
    assert lu.secrets & set(lu.vus) == set()


def test_qui_lit_tout_ce_qui_est_publie_ne_resserre_aucun_effectif_masque_sous_le_seuil(
    lu: Lu,
) -> None:
    """A count that no sum ties to others is known to be small by the rule itself, and by nothing
    else.
    """
    sommes = lu.sommes()
    vrais = _vrais()
    tied = {name for total, parts in sommes for name in (total, *parts)}

    found = intervalles(lu.publies, lu.caches, sommes, seuil=SEUIL)

    assert set(found) == lu.caches
    narrow = {name: ends for name, ends in found.items() if ends[1] - ends[0] < SEUIL}
    assert {name for name in narrow if name in tied} == set()
    assert set(narrow.values()) <= {(1, SEUIL - 1)}
    assert all(low <= vrais[name] <= high for name, (low, high) in found.items() if name in vrais)


def test_qui_sait_qu_une_partie_n_excede_pas_son_tout_n_en_sait_pas_davantage(lu: Lu) -> None:
    """Of the 24 counts of children with an AEEH that the whole of a year bounds, none falls to four
    values.
    """
    sommes = [*lu.sommes(), *lu.inclusions()]
    tied = {name for total, parts in sommes for name in (total, *parts)}

    found = intervalles(lu.publies, lu.caches, sommes, seuil=SEUIL)

    bounded = {name for name in lu.caches if name[0] == INCLUSION}
    assert len(bounded) > 8 and bounded <= tied
    assert {
        name: ends for name, ends in found.items() if name in tied and ends[1] - ends[0] < SEUIL
    } == {}


@pytest.mark.parametrize("protege", [True, False])
def test_ce_qu_un_profil_cache_ne_se_relit_dans_l_indicateur_que_si_rien_ne_les_lie(
    protege: bool,
) -> None:
    """The attack is one: of the same children counted twice, it finds the hidden ones once nothing
    ties the two counts.

    It reads the profiles and the indicators of a real year, side by side, as ``masquer`` leaves
    them.
    """
    read = suivi()
    vrais = _vrais()
    known = Lu()
    own = (
        read.catalogue.secret
        if protege
        else read.catalogue.secret.model_copy(update={"effectifs_identiques": ()})
    )
    shown, _ = publier(
        replace(read, dossier=replace(read.dossier, catalogue=replace(read.catalogue, secret=own))),
        DERNIERE,
    )
    for annee, year in shown.suivis.items():
        for row in year.profils[year.profils["variable_2"] == ""].itertuples():
            name = ("profil", annee, row.dispositif, row.variable, row.modalite)
            known.noter(name, "" if pd.isna(row.effectif) else row.effectif, row.statut, annee)
            known.modalites[annee, row.dispositif, row.variable].add(name)
    for row in shown.observations.itertuples():
        if row.territoire == ICI and row.indicateur in (INCLUSION, *FREQUENTATIONS):
            value = "" if pd.isna(row.valeur) else row.valeur
            known.noter((row.indicateur, row.annee, row.modalite), value, row.statut, row.millesime)

    found = intervalles(known.publies, known.caches, known.sommes(), seuil=SEUIL)

    small = {
        name
        for name, (low, high) in found.items()
        if low == high and name in vrais and 0 < vrais[name] < SEUIL
    }
    assert len(known.caches) > 20
    assert all(found[name] == (vrais[name], vrais[name]) for name in small)
    assert any(name[3:] == ("sante", "aeeh") for name in small) is not protege


def _bilan(annee: int, monkeypatch: pytest.MonkeyPatch) -> tuple[pd.DataFrame, list[Lien], Masque]:
    """Return the counts of a year as its bilan masks them, the sums that hold between them, and
    their mask.
    """
    asked: list[tuple[pd.DataFrame, list[Lien], Tirage]] = []

    def noter(effectifs: pd.DataFrame, liens: list[Lien], **reste: Any) -> Masque:
        asked.append((effectifs, liens, reste["tirage"]))
        return masquer(effectifs, liens, **reste)

    monkeypatch.setattr(publication, "masquer", noter)
    publier(lire_suivi_brut(NOM, annee), annee)
    counts, sums, draw = asked[-1]
    own = counts[counts["table"].str.split("/").str[1].eq(str(annee)) & ~counts["publiee"]]
    sums = [lien for lien in sums if lien.total.table.split("/")[1] == str(annee)]
    return own, sums, masquer(own, sums, seuil=SEUIL, tirage=draw)


@pytest.mark.parametrize(
    "annee", [ANNEES[0], *(pytest.param(year, marks=pytest.mark.complet) for year in ANNEES[1:])]
)
def test_rejouer_l_algorithme_sans_la_cle_ne_resserre_rien_de_la_demonstration(
    annee: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The attacker has the code, hence every sum it knows of, those never shown too."""
    counts, liens, masque = _bilan(annee, monkeypatch)
    names = [Cle(*name) for name in counts[list(CLE)].itertuples(index=False)]
    true = {
        name: int(count)
        for name, count in zip(names, counts["effectif"], strict=True)
        if pd.notna(count)
    }
    places = set(masque.cellules.itertuples(index=False, name=None))
    caches = {name for name in true if name.lieu in places}
    cellules = [Cellule(name, value) for name, value in true.items()]
    sommes = [(lien.total, lien.parties) for lien in deduire_les_inconnues(cellules, liens)[1]]

    def retrouve(valeurs: dict[Nom, int]) -> bool:
        tried = {**true, **valeurs}
        large = frozenset(name for name in caches if not 0 < tried[name] < SEUIL)
        table = counts.assign(effectif=[float(tried.get(name, np.nan)) for name in names])
        return masquer(table, liens, seuil=SEUIL, tirage=Choisi(large)).cellules.equals(
            masque.cellules
        )

    found = rejouer(
        {name: true[name] for name in set(true) - caches},
        caches,
        sommes,
        seuil=SEUIL,
        retrouve=retrouve,
    )

    tied = {name for total, parts in sommes for name in (total, *parts)}
    assert len(caches) > 15
    assert {
        name: ends for name, ends in found.items() if name in tied and ends[1] - ends[0] < SEUIL
    } == {}


def _ecrire_autre(donnees: Path) -> int:
    """Change the hidden counts and the internal grid of a copy of the data, and return how many
    cells changed.
    """
    changed = 0
    for annee, profils in AUTRE["profils"].items():
        deltas = {
            (place, *key.replace(" ", "/").split("/"), *([] if " " in key else ["", ""])): delta
            for place, cells in profils.items()
            for key, delta in cells.items()
        }
        changed += _ajouter(donnees / SUIVI / str(annee) / "profils.csv", CASE, "effectif", deltas)
    for annee, cells in AUTRE["observations"].items():
        deltas = {
            (str(annee), *(key.split("/") if "/" in key else (key, ""))): delta
            for key, delta in cells.items()
        }
        path = donnees / SUIVI / str(annee) / "observations.csv"
        changed += _ajouter(path, ("annee", "indicateur", "modalite"), "valeur", deltas)
    un, autre = AUTRE["grille"]
    for annee in ANNEES:
        path = donnees / SUIVI / str(annee) / "posture.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        here, there = (
            next(i for i, line in enumerate(lines) if f",{name}," in line) for name in (un, autre)
        )
        cells = [line.split(",") for line in (lines[here], lines[there])]
        assert cells[0][3] != cells[1][3], f"{path} : échanger {un} et {autre} n'y change rien"
        cells[0][3], cells[1][3] = cells[1][3], cells[0][3]
        lines[here], lines[there] = map(",".join, cells)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    _clore_autrement(donnees)
    return changed


def _clore_autrement(donnees: Path) -> None:
    """Give the closed years of a copy the fingerprints of its files: it was closed with them."""
    for plan in (donnees / SUIVI).glob("*/plan.yaml"):
        texte = plan.read_text(encoding="utf-8")
        for chemin, empreinte in yaml.load(texte, yaml.CSafeLoader)["saisies"].items():
            autre = hashlib.sha256((donnees / chemin).read_bytes()).hexdigest()
            texte = texte.replace(empreinte, autre)
        plan.write_text(texte, encoding="utf-8")


def _ajouter(path: Path, cle: tuple[str, ...], colonne: str, deltas: dict[tuple, int]) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        (row, deltas[key]) for row in rows if (key := tuple(row[name] for name in cle)) in deltas
    ]
    assert len(found) == len(deltas), (
        f"{path} : des cellules de secret_autre.yaml ne s'y trouvent pas"
    )
    for row, delta in found:
        row[colonne] = str(int(row[colonne]) + delta)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(found)


@pytest.fixture(scope="module")
def autre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder, and in it data whose hidden counts are others, which the library reads."""
    dossier = tmp_path_factory.mktemp("autre")
    donnees = shutil.copytree(DONNEES, dossier / "donnees")
    assert _ecrire_autre(donnees) > 100
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(donnees))
        yield dossier


def _montre(read: DossierSuivi) -> list[pd.DataFrame]:
    shown, _ = publier(read, DERNIERE)
    return [shown.observations, *(year.profils for year in shown.suivis.values())]


def test_d_autres_effectifs_masques_donnent_ce_qui_est_publie(autre: Path) -> None:
    """So what is published does not say which of the two is true; and the grid is only read in
    internal reports.
    """
    assert all(
        one.equals(two)
        for one, two in zip(_montre(suivi()), _montre(lire_suivi_brut(NOM, DERNIERE)), strict=True)
    )


def _publier_corriger_publier(donnees: Path, monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """Return what two publications of some data show: as they are, noted in the register, then with
    one shown count corrected.
    """
    monkeypatch.setenv(VARIABLE, str(donnees))
    avant = lire_suivi_brut(NOM, DERNIERE)
    premiere = _montre(avant)
    effectifs = publiable_de(avant, DERNIERE).effectifs
    montres, caches = connu.noter(effectifs, 1, cle_de(NOM))
    publication = Publication(numero=1, annee=DERNIERE, montres=montres, caches=caches)
    registre = RegistrePublie(convention=NOM, publications=(publication,))
    (donnees / chemin_du_registre(NOM)).write_bytes(octets_du_registre(registre))

    profils = premiere[-1]
    grands = profils[(profils["effectif"] > 20) & profils["variable_2"].eq("")]
    corrige = tuple(grands.iloc[0][list(CASE)])
    _ajouter(donnees / SUIVI / str(DERNIERE) / "profils.csv", CASE, "effectif", {corrige: 2})
    seconde = _montre(lire_suivi_brut(NOM, DERNIERE))
    return [*premiere, *seconde]


@pytest.mark.complet
def test_d_autres_effectifs_masques_donnent_les_memes_publications_avant_et_apres_une_correction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every format is made of these tables, to the byte (below): the pages, PDF, slides and CSV of
    two publications, side by side, do not say which of the two is true.
    """
    vraies = shutil.copytree(DONNEES, tmp_path / "vraies")
    autres = shutil.copytree(DONNEES, tmp_path / "autres")
    _ecrire_autre(autres)

    vus = _publier_corriger_publier(vraies, monkeypatch)
    autrement = _publier_corriger_publier(autres, monkeypatch)

    moitie = len(vus) // 2
    assert not all(un.equals(deux) for un, deux in zip(vus[:moitie], vus[moitie:], strict=True))
    assert all(un.equals(deux) for un, deux in zip(vus, autrement, strict=True))


def test_aucun_octet_publie_ne_depend_d_un_effectif_masque_ni_de_la_grille_interne(
    rapports_produits: Production, autre: Path
) -> None:
    """Pages, sentences, charts, alternative texts, order of rows, PDF, slides, minutes, letters:
    all is there.

    One process that lasts makes them, the last first: the bytes are those of many all the same.
    """
    made = Production(autre / "un dossier, ailleurs {1}")
    kinds = tuple(reversed(rapports_connus()))
    asked = Demande(kinds, (NOM,), made.sortie, annees=(DERNIERE,), formats=("html", "pdf"))
    done = produire(asked, Ouvriers(1, methode="spawn"))
    reports = [one for one in TOUS if one.convention == NOM and one.annee in (None, DERNIERE)]

    found = {
        report.nom: (made.octets(report), rapports_produits.octets(report)) for report in reports
    }

    assert [str(one.echec) for one in done.values() if one.echec] == []
    assert set(found) == {report.nom for report in TOUS}
    assert {Path(name).suffix for here, _ in found.values() for name in here} == {*FORMES, ".json"}
    for here, there in found.values():
        assert here.keys() == there.keys()
        assert [name for name, content in here.items() if content != there[name]] == []


def _lisibles(content: bytes) -> Iterator[bytes]:
    """Yield a file, and what is in it when it is an archive, as Word and Excel files are."""
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _lisibles(archive.read(name))


def test_l_empreinte_d_un_fichier_saisi_n_est_publiee_nulle_part(
    rapports_produits: Production,
) -> None:
    """Ten levels from 0 to 4 are found from the fingerprint of their file in seconds, by trying
    them all.
    """
    entered = {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (DONNEES / SUIVI).rglob("[!.]*.*")
    }
    folder = rapports_produits.dossier(NOM)

    files = [
        path
        for path in folder.rglob("*")
        if path.is_file() and "interne" not in path.relative_to(folder).parts
    ]

    grilles = {path.parent.name for path in entered if path.name == "posture.csv"}
    assert grilles == {str(annee) for annee in ANNEES} and len(files) > 200
    assert {path.suffix for path in files} == {*FORMES, ".json"}
    for path in files:
        contents = list(_lisibles(path.read_bytes()))
        told = [
            name
            for name, digest in entered.items()
            if any(digest[:12].encode() in one for one in contents)
        ]
        assert told == [], path
