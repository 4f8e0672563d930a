"""The year on one page, for the élus, and each fiche in three sentences: done, moved, unknown, to be decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.gouvernance import etat_du_comite, propositions_courtes
from ctglib.blocs.territoire import chiffre_du_territoire
from ctglib.calculs.bilan import NON_EVALUABLE, deduits, ensembles, evolutions_marquantes, service, verdicts, vises
from ctglib.calculs.essentiel import pas_commencees
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.blocs import Bloc, ChiffreCle, Groupe, Lien, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.mesures import BANDE, bande, visee
from ctglib.document.typographie import abreger, accorder, compter, enumerer, majuscule, nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.calculs.bilan import Proposition, Situation
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.convention import Fiche


EVOLUTIONS = ("favorable", "defavorable")


INCONNU = "inconnu"


REALISEE, EN_COURS = "realisee", "en_cours"


NOM_DE_SERVICE = 30


A_SUIVRE = ("partielle", "reportee", "abandonnee")


def une_page(
    situation: Situation, propositions: tuple[Proposition, ...], territoire: pd.DataFrame, contexte: Contexte
) -> Bloc:
    """Return the whole page.

    Args:
        situation: What the year's data say.
        propositions: What they call the comité to decide.
        territoire: The public series (``contexte_du_territoire``).
        contexte: The words.
    """
    rules = situation.catalogue.bilan
    done = sous_titre("Ce qui est fait") + liste(phrase.replace("….", "…") for phrase in _fait(situation))
    moved = sous_titre("Ce qui a bougé") + liste(_bouge(situation, contexte))
    place = _territoire(situation, territoire, contexte)
    unknown = sous_titre("Ce qui n'est pas connu") + liste(_inconnu(situation))
    decide = sous_titre("Décisions à prendre") + paragraphe(rules.mots["propositions"])
    decide += liste(propositions_courtes(propositions, rules, situation.bilan.annee))
    left, right = (
        (done + moved + place, unknown + decide) if _muette(situation) else (done + moved, unknown + decide + place)
    )
    return chiffres(situation) + colonnes(left, right)


def _muette(situation: Situation) -> bool:
    """Tell whether no indicator of the year is informed: the territory then takes the place that nothing else fills."""
    return not ensembles(situation.evaluation)["renseigne"].any()


def chiffres(situation: Situation) -> Bloc:
    """Return the four counts: modalités, evolutions, targets, collection."""
    return chiffres_cles([_actions(situation), _evolutions(situation), _cibles(situation), _collecte(situation)])


def _actions(situation: Situation) -> ChiffreCle:
    rows, words = situation.etats, situation.catalogue.evaluation.etats
    due = rows[~_a_venir(situation)]
    done, late = int(due["statut"].eq(REALISEE).sum()), int(rows["en_retard"].sum())
    others = [*comptes(due["statut"], words, sauf=(REALISEE,)), *([f"dont {nombre(late)} en retard"] if late else [])]
    landmark = ", ".join([*others, *qui_commencent(rows[_a_venir(situation)])])
    known = due["statut"].ne(NON_RENSEIGNEE).any()
    return ChiffreCle(f"{nombre(done)} sur {nombre(len(rows))}" if known else INCONNU, "modalités réalisées", landmark)


def _a_venir(situation: Situation) -> pd.Series:
    return pas_commencees(situation.etats, pd.Timestamp(situation.bilan.date_arretee))


def _evolutions(situation: Situation) -> ChiffreCle:
    rows, words = ensembles(situation.evaluation), situation.catalogue.evaluation.evolutions
    counts = {code: int(rows["evolution"].eq(code).sum()) for code in words}
    read = sum(counts.values())
    value = " ".join(f"{nombre(counts[code])} {words[code].signe}" for code in EVOLUTIONS) if read else "aucune"
    label = "évolutions favorables et défavorables" if read else "évolution lisible"
    others = comptes(rows["evolution"], words, sauf=EVOLUTIONS)
    return ChiffreCle(value, label, ", ".join([*others, f"{nombre(len(rows) - read)} qui ne se lisent pas"]))


def _cibles(situation: Situation) -> ChiffreCle:
    rows, words = ensembles(situation.evaluation), situation.catalogue.evaluation.verdicts
    judged = rows[rows["verdict"].ne(NON_EVALUABLE)]
    kept = int(judged["verdict"].isin(TENUES).sum())
    targets = f"{buts(rows)} pour {compter(len(rows), 'indicateur')}"
    if judged.empty:
        return ChiffreCle("aucune", "cible qui se juge" if vises(rows).any() else "cible écrite", targets)
    rest = comptes(judged["verdict"], words, sauf=TENUES)
    return ChiffreCle(
        f"{nombre(kept)} sur {nombre(len(judged))}",
        "cibles ou références atteintes ou en bonne voie",
        ", ".join([*rest, targets]),
    )


def _collecte(situation: Situation) -> ChiffreCle:
    whole = situation.collecte.iloc[0]
    rate = "sans objet" if pd.isna(whole["taux"]) else pourcent(whole["taux"], 0)
    landmark = f"{nombre(int(whole['renseignes']))} sur {compter(int(whole['attendus']), 'attendu')}"
    if whole["provisoires"]:
        landmark += f", dont {compter(int(whole['provisoires']), 'provisoire')}"
    return ChiffreCle(rate, "des indicateurs sont renseignés", landmark)


def _fait(situation: Situation) -> Iterator[str]:
    """Yield the comité, then the modalités done, running, stopped and late."""
    rows, evaluation = situation.etats, situation.catalogue.evaluation
    yield etat_du_comite(situation.bilan, situation.catalogue.bilan, situation.catalogue.bilan.page.signes)
    due = rows[~_a_venir(situation)]
    if due["statut"].eq(NON_RENSEIGNEE).all():
        running = compter(len(due), "modalité")
        yield f"L'état d'aucune des {running} à mener en {situation.bilan.annee} n'a été transmis."
        yield from _calendrier(situation)
        return
    for code in (REALISEE, EN_COURS):
        named = rows[rows["statut"].eq(code)]
        if len(named):
            word = accorder(evaluation.etats[code].mot, len(named))
            yield f"{majuscule(word)} : {_nommer(named, situation, court=code == EN_COURS)}."
    named = rows[rows["statut"].isin(A_SUIVRE)]
    if len(named):
        yield f"À suivre : {_nommer(named, situation, court=False, etat=True)}."


def _calendrier(situation: Situation) -> Iterator[str]:
    """Yield what the convention wants begun or done in the year: all that is known of it without a follow-up."""
    rows, year = situation.etats, situation.bilan.annee
    words = situation.catalogue.bilan.mots
    begun = [f"fiche {fiche.numero}" for fiche in situation.convention.fiches if fiche.debut.year == year]
    if begun:
        yield words["debut_de_fiche"].format(annee=year, objets=enumerer(begun))
    due = rows[rows["echeance_ecrite"] & rows["echeance"].dt.year.eq(year)]
    named = [_nommer(due, situation, court=False)] if len(due) else []
    whole, meanings = ensembles(situation.evaluation), situation.catalogue.indicateurs_fiches
    once = [row.libelle for row in whole.itertuples() if meanings[row.indicateur].unique and row.annee_cible == year]
    if named or once:
        yield words["echeance_de_l_annee"].format(annee=year, objets=" ; ".join([*named, *once]))


def _nommer(rows: pd.DataFrame, situation: Situation, *, court: bool, etat: bool = False) -> str:
    """Return the modalités, the first with their labels, then how many others; numbers alone when ``court``.

    With their state when ``etat``, where they do not share one.
    """
    page, states = situation.catalogue.bilan.page, situation.catalogue.evaluation.etats
    if court:
        return enumerer(list(rows["modalite"]))
    shown = [
        f"{row.modalite} {abreger(row.libelle, page.signes)}" + (f" ({states[row.statut].mot})" if etat else "")
        for row in rows.head(page.actions).itertuples()
    ]
    more = len(rows) - len(shown)
    return " ; ".join([*shown, *([f"et {compter(more, 'autre')}"] if more > 0 else [])])


def _bouge(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the verdicts to be known first, then the evolutions each way, with their figures."""
    rules = situation.catalogue.bilan.page
    told = []
    for codes in (MANQUEES, TENUES):
        for row in verdicts(situation.evaluation, codes).head(rules.verdicts).itertuples():
            told.append(row.indicateur)
            yield verdict_nomme(row, situation, contexte)
    for code in EVOLUTIONS:
        rows = evolutions_marquantes(situation.evaluation, code)
        for row in rows[~rows["indicateur"].isin(told)].head(rules.evolutions).itertuples():
            yield evolution_nommee(row, situation, contexte)
    if not ensembles(situation.evaluation)["evolution"].ne("").any():
        yield "Aucun indicateur n'a deux valeurs qui se comparent."
        yield from _departs(situation, contexte)


def _departs(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the initial values that are known: what later years will be read against."""
    rows = ensembles(situation.evaluation)
    known = rows[rows["valeur_initiale"].notna()]
    told = [
        f"{abreger(row.libelle, situation.catalogue.bilan.page.signes)} "
        f"({contexte.valeur(row.indicateur, row.valeur_initiale)}, pour {row.annee_initiale})"
        for row in known.itertuples()
    ]
    if told:
        yield f"Valeurs de départ connues, par le texte ou un relevé : {' ; '.join(told)}."


def _territoire(situation: Situation, territoire: pd.DataFrame, contexte: Contexte) -> Bloc:
    rules = situation.catalogue.bilan
    wanted = list(rules.page.chiffres_du_territoire)
    rows = territoire[territoire["indicateur"].isin(wanted) & territoire["dimension"].eq("")]
    ordered = rows.sort_values("indicateur", key=lambda column: column.map(wanted.index), kind="stable")
    shown = ordered if _muette(situation) else ordered.head(rules.page.contexte)
    if shown.empty:
        return Groupe()
    title = sous_titre(f"Le contexte {contexte.territoire.a}")
    return title + liste(chiffre_du_territoire(row, rules, contexte) for row in shown.itertuples())


def _inconnu(situation: Situation) -> Iterator[str]:
    """Yield what is missing and from whom, one line a kind."""
    page, whole = situation.catalogue.bilan.page, situation.collecte.iloc[0]
    lacking = int(whole["attendus"] - whole["renseignes"])
    if lacking:
        yield f"{compter(lacking, 'indicateur')} sur {whole['attendus']} : {_services(situation, page.services)}."
    silent = situation.etats[situation.etats["statut"].eq(NON_RENSEIGNEE) & ~_a_venir(situation)]
    if len(silent):
        fiches = [str(numero) for numero in dict.fromkeys(silent["fiche"])]
        noun = "fiche" if len(fiches) == 1 else "fiches"
        yield f"L'état de {compter(len(silent), 'modalité')} ({noun} {enumerer(fiches)})."
    given = set(situation.moyens.loc[situation.moyens["valeur"].notna(), "signataire"])
    absent = [partie.nom_court for partie in situation.convention.parties if partie.id not in given]
    if absent:
        yield f"Les moyens engagés : {enumerer(absent)}."
    rows = ensembles(situation.evaluation)
    yield (
        f"Sans valeur de départ : {compter(int(rows['valeur_initiale'].isna().sum()), 'indicateur')} sur {len(rows)}. "
        f"Sans cible : {nombre(int((~vises(rows)).sum()))}{_dont_deduites(rows)}."
    )


def _dont_deduites(rows: pd.DataFrame) -> str:
    implied = int(deduits(rows).sum())
    return f", dont {nombre(implied)} avec une référence déduite du texte" if implied else ""


def _services(situation: Situation, plus: int) -> str:
    rows = situation.collecte[situation.collecte["groupe"].eq("responsable")]
    rows = rows.assign(manque=rows["attendus"] - rows["renseignes"])
    rows = rows[rows["manque"].gt(0)].sort_values("manque", ascending=False, kind="stable")
    named = [
        f"{abreger(service(situation, row.valeur_groupe), NOM_DE_SERVICE)} ({row.manque})"
        for row in rows.head(plus).itertuples()
    ]
    left = int(rows["manque"].iloc[plus:].sum())
    return ", ".join([*named, *([f"autres ({left})"] if left else [])])


def fiches_en_bref(situation: Situation, contexte: Contexte, adresses: dict[int, str]) -> Bloc:
    """Return the four fiches, each under its title.

    Args:
        situation: What the year's data say.
        contexte: The words.
        adresses: Address of the report of each fiche, from this one.
    """
    told = Groupe()
    for fiche in situation.convention.fiches:
        told += sous_titre(f"Fiche {fiche.numero}. {fiche.titre}") + liste(_phrases(fiche, situation, contexte))
        told += _lien(fiche, adresses[fiche.numero])
    return told


def cellules_des_etats(
    comptes_par_fiche: pd.DataFrame, mots: Mapping[str, MotDeVerdict], en_retard: pd.DataFrame
) -> pd.DataFrame:
    """Return the cells of the grid of states: a row a fiche, a column a state, none of which is a zero worth a colour.

    Args:
        comptes_par_fiche: One row a fiche, one column a state (``compter_par_fiche``).
        mots: The words and signs of the states.
        en_retard: The same of those that are late, for the data.
    """
    cells = [
        {
            "ligne": f"Fiche {numero}",
            "colonne": f"{mots[code].signe} {mots[code].mot}",
            "valeur": float(count),
            "texte": nombre(count),
            "en_retard": int(en_retard[code].get(numero, 0)),
        }
        for numero, row in comptes_par_fiche.iterrows()
        for code, count in row.items()
    ]
    return pd.DataFrame(cells)


def _phrases(fiche: Fiche, situation: Situation, contexte: Contexte) -> Iterator[str]:
    rows = ensembles(situation.evaluation)
    rows = rows[rows["fiche"].eq(fiche.numero)]
    yield _actions_fiches_en_bref(fiche, situation)
    yield _indicateurs(rows, situation)
    yield _marquants(rows, situation, contexte)


def _actions_fiches_en_bref(fiche: Fiche, situation: Situation) -> str:
    """Return how many modalités stand where; a fiche that has not begun says when it does."""
    rows = situation.etats[situation.etats["fiche"].eq(fiche.numero)]
    waiting = pas_commencees(rows, pd.Timestamp(situation.bilan.date_arretee))
    counts = comptes(rows.loc[~waiting, "statut"], situation.catalogue.evaluation.etats)
    late = int(rows["en_retard"].sum())
    end = f", dont {late} en retard" if late else ""
    told = enumerer([*counts, *qui_commencent(rows[waiting])])
    return f"Actions : {compter(len(rows), 'modalité')}, {told}{end}."


def _indicateurs(rows: pd.DataFrame, situation: Situation) -> str:
    """Return how many indicators are informed, then how they moved, then where they stand to their targets."""
    words, entered = situation.catalogue.evaluation, rows[~rows["calcule"]]
    informed = int(entered["renseigne"].sum())
    parts = [f"{compter(informed, 'indicateur renseigné')} sur {len(entered)}"]
    if not informed:
        known = int(rows["valeur_initiale"].notna().sum())
        starts = compter(known, "valeur de départ connue", "valeurs de départ connues")
        parts.append(starts if known else "aucune valeur de départ connue")
    if moved := comptes(rows["evolution"], words.evolutions):
        parts.append(f"évolutions : {enumerer(moved)}")
    if judged := comptes(rows["verdict"], words.verdicts, sauf=(NON_EVALUABLE,)):
        parts.append(f"cibles ou références : {enumerer(judged)}")
    return f"Indicateurs : {' ; '.join(parts)}."


def _marquants(rows: pd.DataFrame, situation: Situation, contexte: Contexte) -> str:
    """Return what goes worst and what goes best, with figures; from whom to ask when nothing can be read."""
    worst = [verdict_nomme(row, situation, contexte) for row in verdicts(rows, MANQUEES).itertuples()]
    best = [verdict_nomme(row, situation, contexte) for row in verdicts(rows, TENUES).itertuples()]
    down, up = (
        [evolution_nommee(row, situation, contexte) for row in evolutions_marquantes(rows, code).itertuples()]
        for code in ("defavorable", "favorable")
    )
    told = [*(best or up)[:1], *(worst or down)[:1]]
    if told:
        return f"À retenir : {' ; '.join(told)}."
    lacking = rows.loc[~rows["renseigne"] & ~rows["calcule"], "responsable"].value_counts()
    if lacking.empty:
        return "À retenir : aucune évolution ne se lit encore."
    asked = [f"{service(situation, name)} ({count})" for name, count in lacking.items()]
    return f"À demander : {', '.join(asked)}."


def _lien(fiche: Fiche, adresse: str) -> Bloc:
    return paragraphe((Lien(f"Le rapport de la fiche {fiche.numero}", adresse),))


TENUES = ("atteint", "en_bonne_voie")


MANQUEES = ("en_recul", "insuffisant")


PROVISOIRE = "P"


def comptes(codes: pd.Series, mots: Mapping[str, MotDeVerdict], sauf: tuple[str, ...] = ()) -> list[str]:
    """Return « 3 réalisées », « 1 en cours »… in the order of the words, those that are counted."""
    found = codes.value_counts()
    return [
        f"{nombre(int(found[code]))} {accorder(word.feminin or word.mot, found[code])}"
        for code, word in mots.items()
        if code in found and code not in sauf
    ]


def qui_commencent(etats: pd.DataFrame) -> list[str]:
    """Return « 3 qui commencent en 2024 », one item a year: what has not begun lacks nothing yet."""
    years = etats["debut"].dt.year.value_counts().sort_index()
    return [f"{nombre(count)} qui commence{'nt' if count > 1 else ''} en {year}" for year, count in years.items()]


def buts(evaluation: pd.DataFrame) -> str:
    """Return « 23 cibles et 5 références »: what the text implies is no target."""
    implied = int(deduits(evaluation).sum())
    return compter(int(vises(evaluation).sum()), "cible") + (f" et {compter(implied, 'référence')}" if implied else "")


def evolution_nommee(row: object, situation: Situation, contexte: Contexte) -> str:
    """Return « ▲ favorable : Réunions partenariales, 4 en 2023, 6 en 2024 »."""
    word = situation.catalogue.evaluation.evolutions[row.evolution]
    mark = " (p)" if row.statut == PROVISOIRE else ""
    earlier, now = (contexte.valeur(row.indicateur, value) for value in (row.valeur_precedente, row.valeur))
    told = f"{earlier} en {row.annee_precedente}, {now} en {row.annee}{mark}"
    return f"{word.signe} {word.mot} : {_libelle(row, situation)}, {told}"


def verdict_nomme(row: object, situation: Situation, contexte: Contexte) -> str:
    """Return « ◆ insuffisant : Réunions partenariales, 6 (cible : 10 en 2026) »."""
    word = situation.catalogue.evaluation.verdicts[row.verdict]
    mark = " (p)" if row.statut == PROVISOIRE else ""
    now = contexte.valeur(row.indicateur, row.valeur)
    kept = (
        f" ; {bande(row, row.valeur, row.cible, contexte, situation.catalogue.evaluation)}"
        if row.raison == BANDE
        else ""
    )
    aim = f"({visee(row, contexte, situation.catalogue.evaluation)}{kept})"
    return f"{word.signe} {word.mot} : {_libelle(row, situation)}, {now}{mark} {aim}"


def _libelle(row: object, situation: Situation) -> str:
    """Return the short name of an indicator: the convention's own words are in the table of its fiche."""
    return abreger(situation.catalogue.mesures[row.indicateur].libelle, situation.catalogue.bilan.page.signes)
