"""The evaluation on one page: promised, done, reached; what cannot be said; what to decide. It holds on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.calculs.finale.lecture import ATTEINTS, bons, juges, mauvais
from ctglib.calculs.finale.objectifs import FAITES
from ctglib.document.blocs import Bloc, ChiffreCle, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.mesures import BANDE, bande, legende, marquer
from ctglib.document.typographie import INSECABLE, abreger, accorder, compter, date_longue, enumerer, majuscule, nombre
from ctglib.rapport.phrases.finale.cadre import rapport_de, signer, sur
from ctglib.rapport.tableaux.finale.trajectoires import derniere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.finale.preuves import Preuve
    from ctglib.rapport.phrases.finale.cadre import Cadre
    from ctglib.rapport.phrases.finale.fin import Fin


def page(fin: Fin, cadre: Cadre) -> Bloc:
    """Return the whole page."""
    left = _partie("Promis et fait", _fait(fin, cadre)) + _partie("Atteint, ou non", _atteint(fin, cadre))
    left = sum((paragraphe(note, classe="note") for note in _legende(fin, cadre)), left)
    right = _partie("Ce qui ne peut pas être dit", _inconnu(fin, cadre)) + _partie("À décider", _decisions(fin, cadre))
    return chiffres(fin) + colonnes(left, right)


def _partie(titre: str, phrases: Iterator[str]) -> Bloc:
    return sous_titre(titre) + liste(phrases)


def chiffres(fin: Fin) -> Bloc:
    """Return the eight key figures, each with how much is known."""
    preuves, ecrits, ways = fin.preuves, fin.ecrits, fin.parcours
    measured = int((ways["annees_connues"] > 0).sum())
    written = int(ecrits["indicateurs"])
    states = preuves["modalites_realisees"]
    known = "états connus", "indicateurs jugés", "indicateurs lisibles", "résultats lisibles"
    figures = [
        (
            "modalites_realisees",
            "modalités réalisées, même en partie",
            f"{known[0]} : {sur(states.connus, states.attendus)}",
        ),
        (
            "cibles_atteintes",
            "cibles ou références atteintes ou en bonne voie",
            _sur(preuves["cibles_atteintes"], known[1]),
        ),
        (
            "evolutions_favorables",
            "indicateurs dans le sens voulu ou stables",
            _sur(preuves["evolutions_favorables"], known[2]),
        ),
        (
            "resultats_favorables",
            "résultats dont un indicateur au moins va dans le sens voulu ou reste stable",
            _sur(preuves["resultats_favorables"], known[3]),
        ),
    ]
    own = [
        ChiffreCle(sur(measured, len(ways)), "indicateurs avec une donnée", "écrits ou proposés"),
        ChiffreCle(sur(ecrits["departs"], written), "avec une valeur de départ", "indicateurs écrits"),
        ChiffreCle(sur(ecrits["cibles"], written), "avec une cible", "indicateurs écrits, avenants compris"),
        _postes(preuves["postes_convertis"]),
    ]
    return chiffres_cles([*(ChiffreCle(_valeur(preuves[code]), *words) for code, *words in figures), *own])


def _valeur(preuve: Preuve) -> str:
    return "inconnu" if preuve.completude == "absente" else rapport_de(preuve)


def _sur(preuve: Preuve, quoi: str) -> str:
    return f"{quoi} : {sur(preuve.connus, preuve.attendus)}"


def _postes(preuve: Preuve) -> ChiffreCle:
    label, landmark = "ETP devenus chargé de coopération", "article 6-b"
    return ChiffreCle(_valeur(preuve), label, landmark)


def _fait(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield what was promised in one line, then what is done, fiche by fiche."""
    convention = cadre.convention
    goals = sum(len(fiche.objectifs) for fiche in convention.fiches)
    results = sum(len(fiche.resultats) for fiche in convention.fiches)
    yield (
        f"Promis : {compter(len(convention.fiches), 'fiche')}, {compter(goals, 'objectif')}, "
        f"{compter(len(fin.etats), 'modalité')}, {compter(results, 'résultat attendu', 'résultats attendus')}, "
        f"{compter(int(fin.ecrits['indicateurs']), 'indicateur écrit', 'indicateurs écrits')}."
    )
    if fin.etats["statut"].eq(NON_RENSEIGNEE).all():
        yield f"Fait : l'état d'aucune modalité n'a été transmis, de {fin.annees[0]} à {fin.annees[-1]}."
        return
    for fiche in convention.fiches:
        states = fin.etats.loc[fin.etats["fiche"] == fiche.numero, "statut"]
        counts = states.value_counts()
        told = [
            f"{counts[code]} {accorder(word.mot, counts[code])}"
            for code, word in cadre.evaluation.etats.items()
            if counts.get(code) and code not in FAITES
        ]
        done = f"{sur(int(states.isin(FAITES).sum()), len(states))} {accorder('faite', len(states))}"
        yield f"Fiche{INSECABLE}{fiche.numero} : {', '.join([done, *told])}."


def _atteint(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield the indicators that are attained, those that are not, and the comparison."""
    ways, limit = _par_interet(fin.parcours), cadre.regles.page.lignes
    judged = ways[juges(ways)]
    reached, missed = judged[judged["verdict"].isin(ATTEINTS)], ways[mauvais(ways)]
    good = ways[bons(ways) & ~ways["indicateur"].isin(reached["indicateur"])]
    if not (len(reached) or len(missed) or len(good)):
        yield "Aucun indicateur n'a de quoi se lire : ni cible jugée, ni évolution depuis un départ."
    for rows in (pd.concat([reached, good]), missed):
        for row in rows.head(limit).itertuples():
            label = abreger(row.libelle, cadre.regles.page.signes)
            yield f"{_mot(row, cadre)} : {label}, {_derniere(row, fin, cadre)}{_bande(row, cadre)}."


def _legende(fin: Fin, cadre: Cadre) -> tuple[str, ...]:
    """Return what the marks of the measures mean, when some bear one."""
    told = fin.parcours[fin.parcours["derniere"].notna() & (juges(fin.parcours) | fin.parcours["evolution"].ne(""))]
    return legende(told["statut_derniere"], cadre.contexte)


def _derniere(row: object, fin: Fin, cadre: Cadre) -> str:
    """Return the last measure, its year only when it is not that of the evaluation."""
    if pd.isna(row.derniere) or row.annee_derniere != fin.annees[-1]:
        return derniere(row, cadre.contexte)
    return marquer(cadre.contexte.valeur(row.indicateur, row.derniere), row.statut_derniere)


def _comparaison(fin: Fin) -> str:
    """Return how the territory moved beside comparable communes; or that nothing measures it."""
    compared = fin.preuves["resultats_compares"]
    opening = "Écart à la tendance des communes comparables"
    if compared.completude == "absente":
        return f"{opening} : pas de série pour le mesurer."
    if fin.depassent.empty:
        return f"{opening} : jamais plus que l'arrondi, sur {compter(int(compared.total), 'série')}."
    unusual = int(fin.depassent["inhabituel"].sum())
    return (
        f"{opening} : plus que l'arrondi pour {compter(int(compared.valeur), 'série')} sur {nombre(compared.total)}, "
        f"inhabituel pour {nombre(unusual) if unusual else 'aucune'}."
    )


def _par_interet(parcours: pd.DataFrame) -> pd.DataFrame:
    """Return the results first, and among them what the convention writes: a page has few lines."""
    rank = 2 * parcours["nature"].ne("resultat") + parcours["origine"].ne("convention")
    return parcours.loc[rank.sort_values(kind="stable").index]


def _mot(row: object, cadre: Cadre) -> str:
    words = cadre.evaluation
    judged = row.verdict != "non_evaluable"
    return majuscule(signer(words.verdicts[row.verdict] if judged else words.evolutions[row.evolution]))


def _bande(row: object, cadre: Cadre) -> str:
    return f", {bande(row, row.derniere, row.cible, cadre.contexte, cadre.evaluation)}" if row.raison == BANDE else ""


def _inconnu(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield what is not known, one line a kind."""
    ways = fin.parcours
    silent = int((ways["annees_connues"] == 0).sum())
    if silent:
        yield f"Indicateurs sans aucune donnée de {fin.annees[0]} à {fin.annees[-1]} : {sur(silent, len(ways))}."
    yield f"Sans valeur de départ : {compter(int(ways['valeur_initiale'].isna().sum()), 'indicateur')}."
    unjudged = int((~juges(ways)).sum())
    yield f"Sans cible qui se juge : {compter(unjudged, 'indicateur')}."
    means = fin.preuves["moyens_connus"]
    if means.completude != "complete":
        yield f"Moyens, par fiche et par an : {sur(means.connus, means.attendus)} transmis."
    if len(fin.manques):
        yield f"À demander : {_services(fin, cadre)}."
    yield _comparaison(fin)
    yield "Aucun effet n'est démontré : ni une évolution ni un écart n'est un effet."


def _services(fin: Fin, cadre: Cadre) -> str:
    """Return the services that have the most to give, with how many things, then the others together."""
    counts = fin.manques["responsable"].value_counts(sort=True)
    shown, limit = counts.head(cadre.regles.page.lignes), cadre.regles.page.signes // 2
    named = [
        f"{abreger(fin.services[name].libelle if name in fin.services else name, limit)} ({count})"
        for name, count in shown.items()
    ]
    rest = int(counts.iloc[len(shown) :].sum())
    return enumerer([*named, *([f"d'autres ({rest})"] if rest else [])])


def _decisions(fin: Fin, cadre: Cadre) -> Iterator[str]:
    """Yield the proposals by kind, the appreciations to enter, then what the convention itself decides."""
    counts = fin.recommandations["decision"].value_counts()
    told = [
        f"{signer(word)} {compter(int(counts[code]), 'objectif')}"
        for code, word in cadre.regles.decisions.items()
        if counts.get(code)
    ]
    yield f"Proposé : {enumerer(told)}."
    decided = len(fin.saisie.decisions)
    yield f"Décisions prises par les parties : {sur(decided, len(fin.recommandations))}."
    answered = len(fin.saisie.criteres)
    yield f"Critères appréciés par les évaluateurs : {sur(answered, len(cadre.regles.criteres))}."
    yield f"Reconduction expresse, ou fin, le {date_longue(cadre.convention.fin)} (article 10)."
    posts = fin.preuves["postes_convertis"]
    if posts.completude == "complete" and posts.valeur >= posts.total:
        yield f"Postes de coordination : {rapport_de(posts)} ETP convertis ; la Caf décide du financement du pilotage."
    else:
        yield (
            "Postes à faire évoluer avant cette date : condition d'un financement du pilotage, que la Caf décide "
            "(article 6-b)."
        )
    for schema in cadre.convention.schemas:
        if schema.fin < cadre.convention.debut.year:
            yield f"Schéma départemental de référence : celui que cite le texte s'achève en {schema.fin}."
