"""How to read the report, its limits, its sources and its comments: sentences drawn from the data."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from types import SimpleNamespace

import pandas as pd
from analyse_exemple import LA, SEUILS, UNITES, contexte, indicateur, lignes, rupture

from ctglib.blocs.mots import sources
from ctglib.blocs.theme import commentaires, commentaires_attendus
from ctglib.calculs.comparaison import comparer, constats
from ctglib.document.blocs import Bloc
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.modeles.catalogue import Indicateur, Theme
from ctglib.donnees.modeles.convention import Commentaire
from ctglib.donnees.modeles.rapports import RoleDeFichier
from ctglib.rapports.diagnostic import Diagnostic

ENGAGEMENTS = ["Article 8 : Le classeur ne reçoit que des agrégats."]
AUTRE = RoleDeFichier(motif="*", groupe="Autres fichiers", role="Inconnu", partie="–")
ROLES = [
    RoleDeFichier(
        motif="conventions/*/annexe1.csv",
        groupe="La convention",
        role="Chiffres",
        partie="Annexe 1",
    ),
    RoleDeFichier(motif="catalogue/*.yaml", groupe="Le catalogue", role="Mots", partie="Ajout"),
    AUTRE,
]


def _constats(rows: list[tuple], indicateurs: dict[str, Indicateur]) -> pd.DataFrame:
    table = comparer(lignes(*rows), indicateurs, UNITES, "01001", "01")
    return constats(table, indicateurs, theme_de=dict.fromkeys(indicateurs, "t"), seuils=SEUILS)


def _etude(found: pd.DataFrame, items: dict[str, Indicateur], **autres: object) -> SimpleNamespace:
    """Return a study of these findings, whose offer is described, with no theme to comment on."""
    words = SimpleNamespace(seuils=SEUILS, synthese=SimpleNamespace(annees={}), themes=[])
    dossier = SimpleNamespace(offre=pd.DataFrame({"structure": ["a"]}), commentaires=())
    told = {
        "catalogue": words,
        "dossier": dossier,
        "convention": SimpleNamespace(limites=()),
        "doutes": frozenset(),
    }
    told |= {"modes": pd.DataFrame(), "_a_des_quartiers": False, "carte_lue": None, **autres}
    return SimpleNamespace(comparaison=found, contexte=contexte(items), **told)


def _phrases(bloc: Bloc) -> list[str]:
    text = unescape(bloc.html).replace("\u202f", " ").replace("\u00a0", " ")
    return re.findall("<li>(.*?)</li>", text)


def _exemple() -> tuple[pd.DataFrame, dict[str, Indicateur]]:
    items = {
        "part": indicateur("part", libelle="Part", sens="baisse"),
        "creches": indicateur("creches", "nombre", libelle="Crèches"),
        "potentiel": indicateur("potentiel", "euros_par_habitant", libelle="Potentiel"),
        "rsa": indicateur(
            "rsa", "nombre", libelle="RSA", ruptures=[rupture(2016, "Le champ change.")]
        ),
        "foyers": indicateur("foyers", "nombre", libelle="Foyers", arrondi_source=5),
    }
    rows = [
        ("part", "01001", 2018, 15.9, None, "pourcent", "P"),
        ("part", "01", 2018, 15.1, None, "pourcent", "P"),
        ("creches", "01001", 2020, None, None, "nombre", "L"),
        ("creches", "01", 2020, None, None, "nombre", "L"),
        ("potentiel", "01001", 2020, 9.0, None, "euros_par_habitant", "A"),
        ("potentiel", "01", 2020, None, None, "euros_par_habitant", "O"),
        ("rsa", "01001", 2020, 668.0, -27.2, "nombre", "A"),
        ("rsa", "01", 2020, 9.0, -21.4, "nombre", "A"),
        ("foyers", "01001", 2020, 25.0, None, "nombre", "A"),
        ("foyers", "01", 2020, 900.0, None, "nombre", "A"),
    ]
    return _constats(rows, items), items


def test_le_mode_de_lecture_donne_les_annees_les_seuils_et_les_mots_rencontres() -> None:
    found, items = _exemple()
    words = SimpleNamespace(
        seuils=SEUILS, synthese=SimpleNamespace(annees={2020: "Une année à part."})
    )
    modes = pd.DataFrame({"valeur": [1.0]})
    modes.attrs["source"] = "X"

    written = _phrases(
        Diagnostic.mode_de_lecture(_etude(found, items, catalogue=words, modes=modes))
    )

    assert written == [
        "Les chiffres sont ceux de la convention, sauf les places par mode d'accueil (X), à côté de ceux de l'Ain. "
        "Un écart décrit une situation ; il ne mesure l'effet d'aucune action.",
        "L'année des données est 2020 pour 3 indicateurs ; les autres sont de 2018 (1 indicateur). Une année à part.",
        "Deux effectifs ne se comparent que par leur variation, deux montants par tête par leur rapport, deux taux en "
        "points : à moins de 0,5 point, ils sont dits similaires.",
        "« non transmis » : non transmise ; « non disponible » : non disponible ; « (p) » : valeur provisoire ; "
        "« – » : sans objet, ou que la convention ne donne pas. Zéro est une mesure.",
    ]


def test_les_autres_references_ne_jugent_rien() -> None:
    found, items = _exemple()
    france = LA.model_copy(update={"code": "FR", "nom": "France", "de": "de la France"})
    etude = _etude(found, items)
    etude.contexte = replace(etude.contexte, autres=(france,))

    lecture = _phrases(Diagnostic.mode_de_lecture(etude))
    limites = _phrases(Diagnostic.limites(etude))

    assert lecture[1] == (
        "Ceux de la France sont donnés à côté, et ne jugent rien : écarts et besoins se lisent à côté de l'Ain."
    )
    assert limites[0] == (
        "Les écarts et les besoins ne se lisent qu'à côté de l'Ain ; les chiffres de la France sont donnés pour mémoire."
    )


def test_un_seuil_change_dans_le_catalogue_change_la_phrase() -> None:
    found, items = _exemple()
    seuils = SEUILS.model_copy(
        update={"ecart_similaire_points": 2.0, "ecart_similaire_pourcent": 7.5}
    )
    words = SimpleNamespace(seuils=seuils, synthese=SimpleNamespace(annees={}))

    written = _phrases(Diagnostic.mode_de_lecture(_etude(found, items, catalogue=words)))

    assert written[2].endswith(
        "deux taux en points : à moins de 2 points, ils sont dits similaires."
    )


def test_les_limites_sont_tirees_des_donnees() -> None:
    found, items = _exemple()

    dossier = SimpleNamespace(offre=pd.DataFrame(), commentaires=())
    told = {
        "convention": SimpleNamespace(limites=ENGAGEMENTS),
        "dossier": dossier,
        "doutes": frozenset(["part"]),
    }

    written = _phrases(Diagnostic.limites(_etude(found, items, **told)))

    assert written[1:] == [
        "L'offre existante n'est pas décrite : aucune structure, place, âge ou horaire n'est lu.",
        "Les valeurs marquées (?) sont à vérifier ; aucune n'est corrigée. Le contrôle de la convention dit pourquoi.",
        "1 indicateur « non transmis » à Exemple et dans l'Ain : Crèches.",
        "1 indicateur « non disponible » dans l'Ain : Potentiel.",
        "Arrondis à 5 par leur source, une différence de 5 ou moins n'y est pas lue : Foyers.",
        "Article 8 : Le classeur ne reçoit que des agrégats.",
    ]


def test_des_donnees_sans_reserve_ne_laissent_que_les_limites_generales() -> None:
    items = {"part": indicateur("part")}
    rows = [("part", code, 2020, 15.0, None, "pourcent", "A") for code in ("01001", "01")]

    assert len(_phrases(Diagnostic.limites(_etude(_constats(rows, items), items)))) == 1


def test_les_sources_suivent_l_ordre_des_roles_et_portent_l_empreinte() -> None:
    read = {
        "catalogue/radar.yaml": "b" * 64,
        "autre/x.csv": "c" * 64,
        "conventions/harnes/annexe1.csv": "a" * 64,
    }

    table = sources(read, ROLES, contexte({}))

    assert list(table.donnees["fichier"]) == [
        "conventions/harnes/annexe1.csv",
        "catalogue/radar.yaml",
        "autre/x.csv",
    ]
    assert list(table.donnees["sha256"]) == ["a" * 64, "b" * 64, "c" * 64]
    assert list(table.cellules["fichier"]) == ["harnes/annexe1.csv", "radar.yaml", "x.csv"]
    assert list(table.cellules["empreinte"]) == ["a" * 12, "b" * 12, "c" * 12]
    assert list(table.cellules["role"]) == ["Chiffres", "Mots", AUTRE.role]
    assert table.groupes == (
        "La convention (conventions)",
        "Le catalogue (catalogue)",
        "Autres fichiers (autre)",
    )


def test_chaque_fichier_que_lit_la_convention_de_harnes_a_un_role() -> None:
    with enregistrer() as journal:
        dossier = lire_dossier("harnes")

    roles = dossier.catalogue.synthese.fichiers
    read = sources(journal.lus, roles, contexte({})).donnees

    assert roles[-1].motif == "*"
    assert read.loc[read["role"].eq(roles[-1].role), "fichier"].tolist() == []


def _theme(identifiant: str, titre: str) -> Theme:
    return Theme(theme=identifiant, ordre=1, titre=titre, indicateurs=[])


def _commentaire(theme: str, jour: date, texte: str = "Un avis.") -> Commentaire:
    return Commentaire(theme=theme, auteur="Ville d'Exemple", date=jour, texte=texte)


def test_les_commentaires_d_un_theme_portent_auteur_et_date_dans_l_ordre_des_dates() -> None:
    entered = [
        _commentaire("cadrage", date(2024, 3, 15), "Le second."),
        _commentaire("logement", date(2024, 1, 2), "Ailleurs."),
        _commentaire("cadrage", date(2024, 3, 1), "Le <b>premier</b>.\nSa suite."),
    ]

    html = unescape(commentaires(["cadrage"], entered).html).replace("\u00a0", " ")

    assert re.findall("<p[^>]*>(.*?)</p>", html)[1:] == [
        "Le <b>premier</b>.",
        "Sa suite.",
        "Ville d'Exemple, le 1er mars 2024",
        "Le second.",
        "Ville d'Exemple, le 15 mars 2024",
    ]
    assert "Ailleurs" not in html


def test_le_texte_d_un_commentaire_n_est_jamais_du_code() -> None:
    block = commentaires(
        ["cadrage"], [_commentaire("cadrage", date(2024, 3, 1), "<script>x</script>")]
    )

    assert "<script" not in block.html


def test_un_theme_sans_commentaire_ne_montre_rien() -> None:
    assert commentaires(["cadrage"], []).html == ""


def test_les_themes_qui_attendent_un_commentaire_sont_nommes() -> None:
    themes = [_theme("cadrage", "Cadrage"), _theme("logement", "Logement")]
    entered = [_commentaire("cadrage", date(2024, 3, 1))]

    some = commentaires_attendus(themes, entered, contexte({}))

    assert some == "Les parties n'ont pas encore commenté « Logement »."
    assert (
        commentaires_attendus(themes, [], contexte({}))
        == "Les parties n'ont encore commenté aucun thème."
    )
    assert (
        commentaires_attendus(
            themes, [*entered, _commentaire("logement", date(2024, 3, 1))], contexte({})
        )
        == ""
    )
