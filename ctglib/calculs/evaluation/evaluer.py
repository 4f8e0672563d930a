"""The scoring of a year: one row an indicator of the fiches, and one for each of its modalités that was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.cible import Cible, Depart, avec_depart, cible, depart, depart_observe, sens_voulu
from ctglib.calculs.evaluation.evolution import Changement, evolution
from ctglib.calculs.evaluation.jugement import Cas, Jugement, juger
from ctglib.calculs.evaluation.lignes import Annee, Ligne, lignes, modalites
from ctglib.calculs.evaluation.qualitatif import est_renseigne
from ctglib.calculs.evaluation.serie import (
    SANS_OBJET,
    attendue_une_fois,
    changements_en_vigueur,
    coupures,
    derniere_mesure,
    mesure,
    series,
)
from ctglib.donnees.modeles.suivi import Bilan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.avenants import Avenant
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.suivi.objets import Suivi

COLONNES = (
    "fiche", "indicateur", "libelle", "unite", "sens", "nature", "origine", "dimension", "modalite", "libelle_modalite",
    "valeur_initiale", "annee_initiale", "origine_initiale", "valeur_precedente", "annee_precedente",
    "statut_precedent", "valeur", "annee", "statut", "renseigne", "cible", "annee_cible", "origine_cible", "realise",
    "attendu", "rythme", "rythme_compose", "verdict", "raison", "raisons", "evolution", "raison_evolution",
    "a_maintenir", "responsable", "calcule",
)  # fmt: skip
ENTIERS = ("fiche", "annee_initiale", "annee_precedente", "annee", "annee_cible")
REELS = (
    "valeur_initiale", "valeur_precedente", "valeur", "cible", "realise", "attendu", "rythme", "rythme_compose",
    "a_maintenir",
)  # fmt: skip
SEPARATEUR = ";"


def evaluer(
    convention: Convention,
    catalogue: Catalogue,
    observations: pd.DataFrame,
    avenants: Iterable[Avenant],
    annee: int,
    *,
    suivis: Mapping[int, Suivi] | None = None,
) -> pd.DataFrame:
    """Return the scoring of ``annee``: state of what is known, way to the target, verdict, evolution, each apart.

    Suppressed values must be suppressed in ``observations`` beforehand: nothing here undoes a mask.

    Args:
        convention: Its fiches, their indicators, initial values and targets.
        catalogue: ``indicateurs_fiches``, ``dimensions`` and ``evaluation`` are read.
        observations: Every millésime; a later one than the year's is not read.
        avenants: Those signed by the date of the bilan count, from when they take effect.
        annee: Year of the bilan.
        suivis: By year. That of the bilan gives its date (the year's last day without it), and with the year before's
            the indicators that are a typology or a grid.

    Returns:
        The columns ``COLONNES``, in the order of the convention; absent numbers missing, absent texts empty.
        ``raison`` is the first of ``raisons`` (joined by « ; »): of « non évaluable », or what to know of a verdict.
        ``calcule``: the workbook works it out from others, nobody enters it.
    """
    known = suivis or {}
    today = (known[annee].bilan if annee in known else Bilan(annee=annee)).date_arretee
    year = Annee(convention, catalogue, annee, today, changements_en_vigueur(avenants, today), known)
    meanings = catalogue.indicateurs_fiches.values()
    measured = series(observations, meanings, territoire=convention.territoire, annee=annee)
    rows = [_evaluer_ligne(ligne, year) for ligne in lignes(year, measured)]
    table = pd.DataFrame(rows, columns=list(COLONNES))
    kinds = {"Int64": ENTIERS, "float64": REELS, "bool": ("renseigne", "calcule")}
    return table.astype({name: kind for kind, names in kinds.items() for name in names})


def _evaluer_ligne(ligne: Ligne, year: Annee) -> dict[str, object]:
    debut = year.convention.debut.year
    initial = depart(ligne.prevu, ligne.serie, debut) if ligne.est_ensemble else depart_observe(ligne.serie, debut)
    target = cible(ligne.prevu, ligne.indicateur, year.changements, year.annee) if ligne.est_ensemble else None
    if target and ligne.indicateur.unique:
        ligne = replace(ligne, serie=attendue_une_fois(ligne.serie, year.annee, target.annee))
    found = _juger(ligne, year, initial, target)
    return {
        **_identite(ligne, year),
        **_valeurs(ligne, year, initial),
        "cible": target.valeur if target else None,
        "annee_cible": target.annee if target else None,
        "origine_cible": target.origine if target else "",
        "realise": found.progression.realise if found.progression else None,
        "attendu": found.progression.attendu if found.progression else None,
        "rythme": found.progression.rythme if found.progression else None,
        "rythme_compose": found.progression.rythme_compose if found.progression else None,
        "verdict": found.verdict,
        "raison": next(iter(found.raisons), ""),
        "raisons": SEPARATEUR.join(found.raisons),
        **_evolution(ligne, year, initial, target),
    }


def _identite(ligne: Ligne, year: Annee) -> dict[str, object]:
    indicateur, (dimension, modalite) = ligne.indicateur, ligne.cle
    return {
        "fiche": ligne.fiche.numero,
        "indicateur": indicateur.id,
        "libelle": ligne.prevu.libelle or indicateur.libelle,
        "unite": indicateur.unite,
        "sens": sens_voulu(ligne.prevu, indicateur),
        "nature": indicateur.nature,
        "origine": indicateur.origine,
        "dimension": dimension,
        "modalite": modalite,
        "libelle_modalite": modalites(indicateur, year.catalogue).get(modalite, ""),
        "calcule": indicateur.calcul is not None,
        "responsable": (indicateur.collecte.responsable or "") if indicateur.collecte else "",
    }


def _valeurs(ligne: Ligne, year: Annee, initial: Depart | None) -> dict[str, object]:
    now = mesure(ligne.serie, year.annee)
    before = derniere_mesure(avec_depart(ligne.serie, initial), year.annee)
    return {
        "valeur_initiale": initial.valeur if initial else None,
        "annee_initiale": initial.annee if initial else None,
        "origine_initiale": initial.origine if initial else "",
        "valeur_precedente": before.valeur,
        "annee_precedente": before.annee,
        "statut_precedent": before.statut,
        "valeur": now.valeur,
        "annee": year.annee,
        "statut": now.statut,
        "renseigne": est_renseigne(now, ligne.indicateur, year.suivis.get(year.annee)),
    }


def _juger(ligne: Ligne, year: Annee, initial: Depart | None, target: Cible | None) -> Jugement:
    """Return the verdict; before its fiche has begun, an indicator without value waits, and lacks nothing yet.

    What is awaited once keeps the verdict of its year in those that follow it.
    """
    indicateur, now = ligne.indicateur, mesure(ligne.serie, year.annee)
    if indicateur.table != "observations":
        return Jugement("non_evaluable", ("qualitatif",))
    if now.valeur is None and ligne.fiche.debut > year.date_arretee:
        return Jugement("non_evaluable", ("non_commencee",))
    kept = derniere_mesure(ligne.serie, year.annee) if indicateur.unique and now.statut == SANS_OBJET else now
    cas = Cas(
        sens=sens_voulu(ligne.prevu, indicateur),
        depart=initial,
        mesure=now if kept.valeur is None else kept,
        cible=target,
        arrondi=indicateur.arrondi_source or 0,
        coupures=coupures(indicateur, year.changements),
        debut=year.convention.debut.year,
        hasard=indicateur.hasard,
    )
    found = juger(cas, year.catalogue.evaluation.seuils)
    return found if cas.mesure is now else replace(found, raisons=(*found.raisons, "unique"))


def _evolution(ligne: Ligne, year: Annee, initial: Depart | None, target: Cible | None) -> dict[str, object]:
    """Return the evolution, why there is none, and the value that a maintien keeps: the target, or the start."""
    indicateur, sens = ligne.indicateur, sens_voulu(ligne.prevu, ligne.indicateur)
    if indicateur.table != "observations":
        return {"evolution": "", "raison_evolution": "qualitatif", "a_maintenir": None}
    before = derniere_mesure(avec_depart(ligne.serie, initial), year.annee)
    kept = target.valeur if target else initial.valeur if initial else before.valeur
    changement = Changement(
        precedente=before,
        mesure=mesure(ligne.serie, year.annee),
        sens=sens,
        maintenir=kept,
        arrondi=indicateur.arrondi_source or 0,
        coupures=coupures(indicateur, year.changements),
        hasard=indicateur.hasard,
    )
    evolved, reason = evolution(changement, year.catalogue.evaluation.seuils)
    return {"evolution": evolved, "raison_evolution": reason, "a_maintenir": kept if sens == "maintien" else None}
