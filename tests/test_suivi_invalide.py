"""The follow-up: one fault each, its whole message and no other; then what is refused before it is
written.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from donnees_abimees import abimer, message, remplacer
from suivi_exemple import FICHIERS, HARNES, OBSERVATIONS, ecrire_suivi

from ctglib.donnees.csv_strict import colonne_personnelle, valeur_personnelle
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import enregistrer, par_parts
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import fautes_de_saisie, valider
from ctglib.donnees.yaml_strict import charger_yaml

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "suivi_invalide.yaml").read_text(encoding="utf-8")
)
ACTIONS = f"{HARNES}/suivi/2025/actions.csv"
EN_TETE_ACTIONS = FICHIERS["suivi/2024/actions.csv"].partition("\n")[0]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_faute_du_suivi_donne_son_message_entier_et_lui_seul(cas: dict, donnees: Path) -> None:
    ecrire_suivi(donnees)
    (donnees / cas["fichier"]).parent.mkdir(parents=True, exist_ok=True)
    ici = abimer(donnees / cas["fichier"], cas)

    messages = dire()

    assert messages == [attendu(cas["fichier"], faute, ici, donnees) for faute in cas["fautes"]]


@pytest.mark.parametrize(
    ("forme", "dit"),
    [
        ("forme: texte", "1, l'indicateur étant un texte"),
        ("forme: liste", "le nombre des noms de la liste"),
        ('forme: oui_non, mots: ["non", "oui"]', "1 pour oui, 0 pour non"),
    ],
)
def test_une_valeur_qui_n_est_pas_un_nombre_se_compte_comme_sa_forme_le_dit(
    donnees: Path, forme: str, dit: str
) -> None:
    unites = donnees / "catalogue/unites.yaml"
    remplacer(
        unites, "symbole: h, ecart: aucun, decimales: 0", f"ecart: aucun, decimales: 0, {forme}"
    )

    with pytest.raises(DonneesInvalides) as levee:
        valider("demonstration")

    heures = [faute for faute in levee.value.fautes if faute.colonne == "valeur"]
    assert heures
    assert all(dit in faute.attendu for faute in heures)


def test_un_suivi_juste_est_dit_juste_et_tous_ses_fichiers_sont_lus(donnees: Path) -> None:
    ecrire_suivi(donnees)

    lus = valider("harnes")

    # The key is no table: it is read for what is secret alone.
    tables = {f"{HARNES}/{name}" for name in FICHIERS if not name.endswith(".cle")}
    assert tables <= set(lus)


def test_les_fautes_de_plusieurs_annees_sortent_d_un_coup(donnees: Path) -> None:
    folder = ecrire_suivi(donnees)
    remplacer(folder / "suivi/2023/observations.csv", "PMI", "pmi@exemple.fr")
    remplacer(folder / "suivi/2024/actions.csv", "1.1", "1.9")
    remplacer(folder / "avenants.yaml", "numero: 2", "numero: 2.5")
    remplacer(folder / "convention.yaml", "fictive: false", "fictive: non")

    messages = dire()

    assert [text.partition(",")[0] for text in messages] == [
        f"{HARNES}/avenants.yaml",
        f"{HARNES}/convention.yaml",
        f"{HARNES}/suivi/2023/observations.csv",
        f"{HARNES}/suivi/2024/actions.csv",
    ]


def test_une_table_dont_il_ne_reste_que_l_en_tete_est_une_table_vide(donnees: Path) -> None:
    folder = ecrire_suivi(donnees)
    (folder / "suivi/2024/actions.csv").write_text(f"{EN_TETE_ACTIONS}\n", encoding="utf-8")

    assert dire() == []


def test_une_annee_hors_de_la_convention_se_refuse(donnees: Path) -> None:
    with pytest.raises(DonneesInvalides, match=r"suivi/2022\n.*l'année 2022\n.*de 2023 à 2026"):
        lire_suivi_brut("harnes", 2022)
    with pytest.raises(DonneesInvalides, match="l'année 2027"):
        lire_suivi_brut("harnes", 2027)


def test_seule_une_convention_fictive_invente_son_contexte(donnees: Path) -> None:
    folder = ecrire_suivi(donnees)
    rows = "62413,2023,cnaf_foyers,,,2024,1,nombre,A,Données fictives,\n75,2023,cnaf_foyers,,,2024,1,nombre,A,x,\n"
    (folder / "contexte.csv").write_text(OBSERVATIONS + rows, encoding="utf-8")
    remplacer(folder / "convention.yaml", "fictive: false", "fictive: true")

    messages = dire()

    assert [text.splitlines()[0] for text in messages] == [
        f"{HARNES}/contexte.csv, ligne 3, « territoire »"
    ]


def test_une_saisie_se_controle_sans_rien_ecrire(donnees: Path) -> None:
    ecrire_suivi(donnees)
    juste = f"{EN_TETE_ACTIONS}\n1,1.1,realisee,2024-02-01,2025-03-01,,,,\n".encode()
    fausse = juste.replace(b"2025-03-01", b"")

    justes = refus({ACTIONS: juste})
    fausses = refus({ACTIONS: fausse})

    assert justes == []
    assert [(fault.fichier, fault.ligne, fault.colonne) for fault in fausses] == [
        (ACTIONS, 2, "fin")
    ]
    assert not (donnees / ACTIONS).exists()
    assert dire() == []


def test_une_saisie_qui_contredit_une_autre_annee_se_refuse(donnees: Path) -> None:
    ecrire_suivi(donnees)
    bilan = f"{HARNES}/suivi/2023/bilan.yaml"

    fausses = refus({bilan: None})

    assert {fault.fichier for fault in fausses} == {f"{HARNES}/suivi/2024/bilan.yaml"}
    assert {fault.trouve for fault in fausses} == {"« recenser_am »", "« fixer_cibles »"}
    assert (donnees / bilan).exists()


@pytest.mark.parametrize(
    ("titre", "objet"),
    [
        ("Nom", "le nom d'une personne"),
        ("NOM de l'enfant", "le nom d'une personne"),
        ("Prénom", "le prénom d'une personne"),
        ("Né(e) le", "la naissance d'une personne"),
        ("Date de naissance", "la naissance d'une personne"),
        ("E-mail du parent", "une adresse électronique"),
        ("Tél.", "un numéro de téléphone"),
        ("N° allocataire", "un numéro d'allocataire"),
        ("Nombre", None),
        ("Naissances", None),
        ("Nom du dispositif", None),
        ("Note", None),
    ],
)
def test_une_colonne_sur_une_personne_se_reconnait_a_son_titre(
    titre: str, objet: str | None
) -> None:
    assert colonne_personnelle(titre, regles()) == objet


@pytest.mark.parametrize(
    ("texte", "objet"),
    [
        ("écrire à a.b@ville.fr", "une adresse électronique"),
        ("06 12 34 56 78", "un numéro de téléphone"),
        ("+33 3 21 00 00 00", "un numéro de téléphone"),
        ("03.21.00.00.00", "un numéro de téléphone"),
        ("1 85 05 62 413 123 45", "un numéro de sécurité sociale"),
        ("2850562413123", "un numéro de sécurité sociale"),
        ("Centre Bella Mandel", None),
        ("1 466 743 habitants en 2018", None),
        ("du 01/09/2024 au 31/12/2024", None),
        ("2023, 2024, 2025 et 2026", None),
        ("12 324,50 €", None),
        ("délibération 2024-06-117", None),
    ],
)
def test_une_valeur_sur_une_personne_se_reconnait(texte: str, objet: str | None) -> None:
    assert valeur_personnelle(texte, regles()) == objet


def test_une_table_lue_telle_que_saisie_ne_fait_pas_dire_qu_un_autre_l_a_lue_ainsi() -> None:
    with enregistrer() as entered:
        lire_suivi_brut("demonstration")
    with enregistrer() as masked, par_parts():
        lire_suivi_brut("demonstration")
    with enregistrer() as again:
        lire_suivi_brut("demonstration")

    assert entered.ouvertures and entered.ouvertures == again.ouvertures
    assert not masked.ouvertures
    assert entered.lus == masked.lus == again.lus


def regles() -> Confidentialite:
    return charger_yaml("catalogue/confidentialite.yaml", Confidentialite)


def dire() -> list[str]:
    """Return the messages of the faults of Harnes in a copy of the data."""
    try:
        valider("harnes")
    except DonneesInvalides as error:
        return [str(faute) for faute in error.fautes]
    return []


def refus(fichiers: dict[str, bytes | None]) -> list[Faute]:
    """Return the faults of files that would be entered, without what is only asked: the two years
    have a zero that nobody has confirmed.
    """
    return [faute for faute in fautes_de_saisie("harnes", fichiers) if not faute.question]


def attendu(fichier: str, faute: dict, ici: int, donnees: Path) -> str:
    """Return the whole message of a case, its marks replaced by lines."""
    fichier = faute.get("fichier", fichier)
    found = {**faute, "trouve": faute["trouve"].replace("{ici}", str(ici))}
    if "repere" in faute:
        before, mark, _ = (donnees / fichier).read_text(encoding="utf-8").partition(faute["repere"])
        assert mark
        found["ligne"] = before.count("\n") + 1
    return message(fichier, found, ici)
