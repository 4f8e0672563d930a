"""What a convention's clauses let a report say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
import yaml
from donnees_suivies import DONNEES
from pydantic import ValidationError

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.convention import Clause, ComiteDePilotage, Convention, RoleDeClause

CATALOGUE = sorted((DONNEES / "catalogue").glob("*.yaml"))
# How a sentence would say what a convention settles: how often, who decides, what ends it.
DECIDE = re.compile(
    r"plein droit|mise en demeure|expresse|reconductible|préavis|"
    r"(?:un comité|une réunion) par an|comité seul|seules? décid|la Caf décide|"
    r"[Ll]a convention (?:en |le |la |les )?(?:veut(?! \{)|exige|impose|oblige|interdit)|"
    r"instance de validation"
)


def _avec(**clauses: str) -> Convention:
    read = lire_dossier("harnes").convention
    return read.model_copy(
        update={"clauses": {role: Clause(article=article) for role, article in clauses.items()}}
    )


def test_une_clause_se_cite_par_son_role():
    convention = _avec(evaluation="4", avenant="9", diagnostic="annexe A", comite_annuel="4")

    assert convention.citer("avenant") == "article 9"
    assert convention.citer("evaluation", "avenant") == "articles 4 et 9"
    assert convention.citer("evaluation", "comite_annuel") == "article 4"
    assert convention.citer("evaluation", "diagnostic") == "article 4 et annexe A"
    assert _avec(offre="annexe 2", fiches="annexe 3").citer("offre", "fiches") == "annexes 2 et 3"
    assert convention.clauses["avenant"].article == "9"
    assert "logos" not in convention.clauses
    assert convention.citer("logos") == ""


def test_une_phrase_sans_sa_clause_ne_s_ecrit_pas():
    convention = _avec(avenant="9")

    assert (
        convention.citer_dans("Un acte ({clause.avenant}) le {date}.")
        == "Un acte (article 9) le {date}."
    )
    assert convention.citer_dans("Les deux logos ({clause.logos}).") == ""
    assert (
        convention.citer_dans("Aucun avenant[ ({clause.avenant})].") == "Aucun avenant (article 9)."
    )
    assert convention.citer_dans("Les logos[ ({clause.logos})] manquent.") == "Les logos manquent."


def test_ce_qui_limite_les_chiffres_vient_des_clauses_sur_les_donnees():
    convention = _avec(source="8", avenant="11")

    assert convention.limites == [f"Article 8 : {convention.articles[7].consequence}"]
    assert _avec(source="99", avenant="11").limites == _avec(avenant="11").limites == []


def test_un_role_inconnu_est_refuse():
    with pytest.raises(ValidationError, match="comite_annuel"):
        Convention.model_validate(
            {
                **lire_dossier("harnes").convention.model_dump(),
                "clauses": {"autre": {"article": "1"}},
            }
        )


@cache
def _contenu(fichier: Path) -> dict:
    return yaml.load(fichier.read_text("utf-8"), yaml.CSafeLoader)


def _textes(contenu: object) -> Iterator[str]:
    if isinstance(contenu, str):
        yield contenu
    elif isinstance(contenu, dict):
        for valeur in contenu.values():
            yield from _textes(valeur)
    elif isinstance(contenu, list):
        for valeur in contenu:
            yield from _textes(valeur)


@pytest.mark.parametrize("fichier", CATALOGUE, ids=lambda fichier: fichier.name)
def test_aucune_phrase_du_catalogue_ne_dit_ce_qu_une_convention_decide(fichier: Path) -> None:
    textes = list(_textes(_contenu(fichier)))

    assert [texte for texte in textes if DECIDE.search(texte)] == []


def test_ce_que_dit_une_clause_vient_du_dossier_de_la_convention() -> None:
    clause = Clause(article="9", texte="tout changement se signe.")
    comite = ComiteDePilotage(membres=["les élus", "la Caf"], frequence="deux fois par an")
    lue = lire_dossier("harnes").convention
    convention = lue.model_copy(update={"clauses": {"avenant": clause}, "comite": comite})

    assert (
        convention.citer_dans("Selon elle ({clause.avenant}) : {clause.avenant.texte}.")
        == "Selon elle (article 9) : tout changement se signe."
    )
    assert (
        convention.citer_dans("Une réunion {comite.frequence}[, avec {comite.membres}].")
        == "Une réunion deux fois par an, avec les élus et la Caf."
    )
    assert convention.citer_dans("Une réunion[, validée par {comite.valide}].") == "Une réunion."
    assert convention.citer_dans("Elle dit {clause.logos.texte}.") == ""
    assert lue.model_copy(update={"comite": None}).citer_dans("Elle est {comite.par_an}.") == ""


def test_d_une_liste_ce_que_la_convention_ne_regle_pas_est_ote_et_rien_d_autre() -> None:
    convention = _avec(avenant="9")

    assert convention.avec_ses_clauses(
        ["Un acte ({clause.avenant}).", "Les logos ({clause.logos}).", "", "Rien."]
    ) == ["Un acte (article 9).", "", "Rien."]
    assert convention.avec_ses_clauses({"a": ("Les logos ({clause.logos}).",)}) == {"a": ()}


@pytest.mark.parametrize("role", get_args(RoleDeClause))
def test_une_clause_retiree_emporte_sa_phrase(role: RoleDeClause) -> None:
    """What each file of the catalogue says, with a clause and without it."""
    lue = lire_dossier("harnes").convention
    dite = Clause(article="77", texte="les parties plantent un arbre")
    autres = {autre: clause for autre, clause in lue.clauses.items() if autre != role}
    avec = lue.model_copy(update={"clauses": {**autres, role: dite}})
    sans = lue.model_copy(update={"clauses": autres})
    fichiers = [_contenu(fichier) for fichier in CATALOGUE]

    dits = [texte for fichier in fichiers for texte in _textes(avec.avec_ses_clauses(fichier))]
    restes = [texte for fichier in fichiers for texte in _textes(sans.avec_ses_clauses(fichier))]

    sont_dites = {texte for texte in dits if re.search(r"\b77\b|plantent un arbre", texte)}
    citent = [
        texte
        for fichier in fichiers
        for texte in _textes(fichier)
        if re.search(rf"\{{clause\.(?:\w+\+)*{role}\b", texte)
    ]
    assert bool(sont_dites) == bool(citent)
    assert sont_dites.isdisjoint(restes)
    assert not any("{clause." in texte for texte in restes)
