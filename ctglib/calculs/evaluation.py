"""The scoring of a year: one row an indicator of the fiches, and one for each of its modalités that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.jugement import (
    Cas,
    Cible,
    Depart,
    Jugement,
    Passage,
    avec_depart,
    cible,
    depart,
    depart_observe,
    evolution,
    juger,
    sens_voulu,
)
from ctglib.calculs.suivi import (
    ENSEMBLE,
    Mesure,
    Serie,
    Series,
    attendue_une_fois,
    changements_en_vigueur,
    coupures,
    derniere_mesure,
    mesure,
    series,
)
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles import Date
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention, Fiche, IndicateurFiche
    from ctglib.donnees.modeles.suivi import Avenant, Changement
    from ctglib.donnees.suivi.objets import Suivi

COLONNES = (
    "fiche", "indicateur", "libelle", "unite", "sens", "nature", "origine", "dimension", "modalite", "libelle_modalite",
    "valeur_initiale", "annee_initiale", "origine_initiale", "valeur_precedente", "annee_precedente",
    "statut_precedent", "valeur", "annee", "statut", "renseigne", "cible", "annee_cible", "origine_cible", "realise",
    "attendu", "rythme", "rythme_compose", "verdict", "raison", "raisons", "evolution", "raison_evolution",
    "a_maintenir", "responsable", "calcule", "facultatif",
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
        ``calcule``: the workbook works it out from others, nobody enters it. ``facultatif``: nobody has to give it.
    """
    known = suivis or {}
    today = (known[annee].bilan if annee in known else Bilan(annee=annee)).date_arretee
    year = Annee(convention, catalogue, annee, today, changements_en_vigueur(avenants, today), known)
    meanings = catalogue.indicateurs_fiches.values()
    measured = series(observations, meanings, territoire=convention.territoire, annee=annee)
    rows = [_evaluer_ligne(ligne, year) for ligne in lignes(year, measured)]
    table = pd.DataFrame(rows, columns=list(COLONNES))
    kinds = {"Int64": ENTIERS, "float64": REELS, "bool": ("renseigne", "calcule", "facultatif")}
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
        "facultatif": indicateur.facultatif,
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
    kept = derniere_mesure(ligne.serie, year.annee) if indicateur.unique and now.statut == Statut.SANS_OBJET else now
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
    changement = Passage(
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


@dataclass(frozen=True)
class Annee:
    """What every row of a year reads."""

    convention: Convention
    catalogue: Catalogue
    annee: int
    date_arretee: Date
    changements: tuple[Changement, ...]
    suivis: Mapping[int, Suivi]


@dataclass(frozen=True)
class Ligne:
    """An indicator of a fiche, one of its modalités or the whole, and its series."""

    fiche: Fiche
    prevu: IndicateurFiche
    indicateur: Indicateur
    cle: tuple[str, str]
    serie: Serie

    @property
    def est_ensemble(self) -> bool:
        """Whether it is the whole: the convention's initial value and target are its own, not its modalités'."""
        return self.cle == ENSEMBLE


def lignes(year: Annee, mesures: Series) -> Iterator[Ligne]:
    """Yield the whole of each indicator, then its modalités that have a row, in the catalogue's order."""
    meanings = year.catalogue.indicateurs_fiches
    for fiche in year.convention.fiches:
        for prevu in fiche.indicateurs:
            indicateur = meanings[prevu.id]
            found = mesures.get(prevu.id, {})
            whole = grille(year.suivis, year.annee) if indicateur.table == "posture" else found.get(ENSEMBLE, {})
            yield Ligne(fiche, prevu, indicateur, ENSEMBLE, whole)
            for modalite in modalites(indicateur, year.catalogue):
                key = (indicateur.dimension, modalite)
                if key in found:
                    yield Ligne(fiche, prevu, indicateur, key, found[key])


def modalites(indicateur: Indicateur, catalogue: Catalogue) -> dict[str, str]:
    """Return the labels of the modalités that concern an indicator, by code; none when it has no dimension."""
    if indicateur.dimension is None:
        return {}
    known = {item.id: item.libelle for item in catalogue.dimensions[indicateur.dimension].modalites}
    return {code: known[code] for code in known if not indicateur.modalites or code in indicateur.modalites}


def est_renseigne(mesure: Mesure, indicateur: Indicateur, suivi: Suivi | None) -> bool:
    """Return whether the year's value was given, were it suppressed afterwards.

    A typology is informed by a row of profiles of one of its dispositifs, a grid by a row of the grid.
    """
    if indicateur.table == "posture":
        return suivi is not None and not suivi.posture.empty
    if indicateur.table == "profils":
        return suivi is not None and bool(_concernes(suivi.profils, indicateur).any())
    return mesure.valeur is not None or mesure.statut == Statut.SECRET  # suppressed: collected all the same


def grille(suivis: Mapping[int, Suivi], annee: int) -> Serie:
    """Return how many lines of the grid moved in each year up to ``annee``: all that may be published of it.

    A year has nothing unless it and the one before have levels of the same lines.
    """
    compared = {
        year: posture_bougee(suivis[year].posture, suivis[year - 1].posture)
        for year in suivis
        if year <= annee and year - 1 in suivis
    }
    return {
        year: Mesure(year, float(moved.bougees), Statut.NORMAL) for year, moved in compared.items() if moved.comparables
    }


def _concernes(profils: pd.DataFrame, indicateur: Indicateur) -> pd.Series:
    told = profils["effectif"].notna() | profils["statut"].eq(Statut.SECRET)
    return told & profils["dispositif"].isin(indicateur.modalites) if indicateur.modalites else told


CLE = ["fonction", "domaine", "item"]


@dataclass(frozen=True)
class PostureBougee:
    """How many lines of the grid rose, fell, stayed, or can't be told: scored in one of the two years only."""

    montees: int
    descendues: int
    inchangees: int
    inconnues: int

    @property
    def bougees(self) -> int:
        """Return how many lines moved, up or down."""
        return self.montees + self.descendues

    @property
    def comparables(self) -> int:
        """Return how many lines have a level in both years."""
        return self.montees + self.descendues + self.inchangees


def posture_bougee(posture: pd.DataFrame, precedente: pd.DataFrame) -> PostureBougee:
    """Return how many lines moved between two grids: the only thing that a public report may say of them.

    Args:
        posture: Grid of the year: fonction, domaine, item, niveau.
        precedente: Grid of the year before; empty when there is none.
    """
    now, before = _niveaux(posture), _niveaux(precedente)
    gaps = [now[line] - before[line] for line in now.keys() & before.keys()]
    known = [gap for gap in gaps if pd.notna(gap)]
    return PostureBougee(
        montees=sum(gap > 0 for gap in known),
        descendues=sum(gap < 0 for gap in known),
        inchangees=sum(gap == 0 for gap in known),
        inconnues=len(now.keys() | before.keys()) - len(known),
    )


def _niveaux(posture: pd.DataFrame) -> dict[tuple[str, ...], object]:
    """Return the level of each line of a grid."""
    return dict(zip(zip(*(posture[name] for name in CLE), strict=True), posture["niveau"], strict=True))
