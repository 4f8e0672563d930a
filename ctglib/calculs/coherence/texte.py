"""The rules on the text: the convention as an act, its fiches, its offer, its sentences, its damaged places."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.coherence.affirmations import juger
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule, minuscule
from ctglib.calculs.offre import ages, annees_couvertes, manques
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import AgesOfferts, Correction
    from ctglib.donnees.modeles.convention import Fiche, IndicateurFiche


def signature(contexte: Contexte) -> Iterator[Constat]:
    """Yield the absence of a date of signature."""
    signed = contexte.convention.date_signature
    if isinstance(signed, Absence):
        yield contexte.constat(
            "signature_sans_date",
            lieu="Page de signature",
            objet="la date de signature",
            ecrit=signed.absent,
            calcule="date inconnue",
        )


def annexes_vides(contexte: Contexte) -> Iterator[Constat]:
    """Yield the annexes that are announced and hold nothing."""
    for rank, annexe in enumerate(contexte.convention.annexes_vides, start=1):
        yield contexte.constat(
            "annexe_vide",
            str(rank),
            lieu="Sommaire et annexes",
            objet=minuscule(annexe),
            ecrit="annoncée au sommaire",
            calcule="aucun contenu",
        )


def schemas_echus(contexte: Contexte) -> Iterator[Constat]:
    """Yield the plans that end before the convention does."""
    convention = contexte.convention
    for rank, schema in enumerate(convention.schemas, start=1):
        if schema.fin < convention.fin.year:
            before = " avant le début de la convention" if schema.fin < convention.debut.year else ""
            yield contexte.constat(
                "schema_echu",
                str(rank),
                lieu=majuscule(schema.reference),
                objet=f"« {schema.nom} »",
                ecrit=f"{schema.debut}-{schema.fin}",
                calcule=f"échu{before}, qui court de {convention.debut.year} à {convention.fin.year}"
                if before
                else f"échu en {schema.fin}, avant la fin de la convention en {convention.fin.year}",
            )


def lacunes(contexte: Contexte) -> Iterator[Constat]:
    """Yield the gaps that the entry of the convention declared in its diagnostic, with their own question."""
    roles = contexte.regle("lacune_du_diagnostic").mots["clauses"]
    places = tuple(contexte.convention.citer(role) for role in roles if contexte.convention.clause(role))
    for lacune in contexte.convention.lacunes:
        if not lacune.reference.startswith(places):
            continue
        yield contexte.constat(
            "lacune_du_diagnostic",
            lacune.id,
            lieu=majuscule(lacune.reference),
            objet=lacune.objet,
            ecrit=lacune.manque,
            calcule="relevé à la saisie",
            question=lacune.question,
        )


Dit = tuple[str, str] | None  # what the text says and what is worked out, None when there is nothing to find


def des_fiches(contexte: Contexte) -> Iterator[Constat]:
    """Yield what each rule on one fiche finds, rule by rule."""
    for rule, lire in DES_FICHES.items():
        for fiche in contexte.convention.fiches:
            if found := lire(fiche, contexte):
                yield contexte.constat(
                    rule,
                    f"fiche_{fiche.numero}",
                    lieu=majuscule(fiche.reference),
                    objet=f"la fiche action {fiche.numero}",
                    ecrit=found[0],
                    calcule=found[1],
                )


def _sans_indicateur(fiche: Fiche, contexte: Contexte) -> Dit:
    return None if _ecrits(fiche, contexte) else ("case vide", "aucun indicateur")


def _sans_partenaire(fiche: Fiche, contexte: Contexte) -> Dit:
    return None if fiche.partenaires else ("case vide", "aucun partenaire")


def _differee(fiche: Fiche, contexte: Contexte) -> Dit:
    """The fiche begins after the convention does."""
    start = contexte.convention.debut
    return (f"début en {fiche.debut.year}", f"convention depuis {start.year}") if fiche.debut > start else None


def _absents(nom: str, fiche: Fiche, contexte: Contexte) -> Dit:
    """Some of its indicators have no value to start from, or no target."""
    written = _ecrits(fiche, contexte)
    found, total = [item for item in written if isinstance(getattr(item, nom), Absence)], len(written)
    named = "" if len(found) == total else f" : {_libelles(found)}"
    said = f"{total} {'indicateur' if total == 1 else 'indicateurs'}"
    return (said, f"{len(found)} sur {total} sans cette valeur{named}") if found else None


def _qualitatif(fiche: Fiche, contexte: Contexte) -> Dit:
    """An indicator whose initial value is absent because nothing is measured on a scale."""
    words = contexte.regle("indicateur_qualitatif").mots["absence"]
    absent = [item for item in _ecrits(fiche, contexte) if isinstance(item.valeur_initiale, Absence)]
    found = [item for item in absent if contient(item.valeur_initiale.absent, words)]
    reasons = dict.fromkeys(item.valeur_initiale.absent for item in found)
    return (_libelles(found), " ; ".join(reasons)) if found else None


def _resultat_sans_indicateur(fiche: Fiche, contexte: Contexte) -> Dit:
    """Expected results that no indicator it writes shows."""
    written, total = {item.id for item in _ecrits(fiche, contexte)}, len(fiche.resultats)
    found = [result.libelle for result in fiche.resultats if not written.intersection(result.indicateurs)]
    told = f"{len(found)} sur {total} {'résultat' if total == 1 else 'résultats'} sans indicateur"
    return (" ; ".join(found), told) if found else None


def _resultat_etranger(fiche: Fiche, contexte: Contexte) -> Dit:
    """Expected results that the entry of the convention noted as another fiche's."""
    words = contexte.regle("resultat_etranger").mots["note"]
    found = [result for result in fiche.resultats if result.note and contient(result.note, words)]
    notes = dict.fromkeys(result.note for result in found)
    return (" ; ".join(result.libelle for result in found), " ; ".join(notes)) if found else None


def _perimetre(fiche: Fiche, contexte: Contexte) -> Dit:
    """Texts that name a territory of another level than the convention's; of a note, the sentence that matters."""
    territoire = contexte.entrees.catalogue.territoires[contexte.convention.territoire]
    levels = contexte.regle("perimetre_different").mots
    words = [word for level, words in levels.items() if level != territoire.niveau for word in words]
    texts = [fiche.titre, *fiche.constat_initial, *fiche.objectifs, *(item.texte for item in fiche.modalites)]
    texts += [result.libelle for result in fiche.resultats]
    texts += [sentence for result in fiche.resultats for sentence in (result.note or "").split(". ") if sentence]
    found = [text for text in texts if contient(text, words)]
    told = f"la convention porte sur {territoire.le} ({territoire.niveau})"
    return (" ; ".join(found), told) if found else None


DES_FICHES: dict[str, Callable[[Fiche, Contexte], Dit]] = {
    "fiche_sans_indicateur": _sans_indicateur,
    "fiche_sans_partenaire": _sans_partenaire,
    "fiche_differee": _differee,
    "valeur_initiale_absente": partial(_absents, "valeur_initiale"),
    "cible_absente": partial(_absents, "cible"),
    "indicateur_qualitatif": _qualitatif,
    "resultat_sans_indicateur": _resultat_sans_indicateur,
    "resultat_etranger": _resultat_etranger,
    "perimetre_different": _perimetre,
}


def contient(text: str, words: tuple[str, ...] | list[str]) -> bool:
    """Return whether a text holds one of the words, at the beginning of a word, whatever the case.

    Examples:
        >>> contient("Un projet intercommunal", ["communal"]), contient("Un projet communal", ["communal"])
        (False, True)
    """
    return any(re.search(rf"(?<!\w){re.escape(word)}", text, re.IGNORECASE) for word in words)


def _ecrits(fiche: Fiche, contexte: Contexte) -> list[IndicateurFiche]:
    """Return the indicators that the fiche itself writes: the text is not to answer for those we propose."""
    meanings = contexte.entrees.catalogue.indicateurs_fiches
    return [item for item in fiche.indicateurs if meanings[item.id].origine == "convention"]


def _libelles(items: list[IndicateurFiche]) -> str:
    return enumerer([f"« {item.libelle} »" for item in items])


OUI = "oui"


def ages_offerts(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches whose ages are not those that the structures of their theme take together."""
    known = ages(contexte.entrees.offre, contexte.entrees.catalogue.offre)
    for relation in contexte.relations.ages_offerts:
        taken = known[known["type"].isin(relation.types)]
        for fiche in fiches_du_theme(contexte, relation.theme):
            meant = frozenset(range(fiche.age_min, fiche.age_max + 1))
            if not taken.empty and annees_couvertes(taken) != meant:
                yield _autres_ages(relation, fiche, taken, contexte)


def fiches_du_theme(contexte: Contexte, theme: str) -> list[Fiche]:
    """Return the fiches of the stakes that gather a theme, when they say for which ages they are meant."""
    stakes = {enjeu.id for enjeu in contexte.convention.enjeux if theme in enjeu.themes}
    return [
        fiche
        for fiche in contexte.convention.fiches
        if fiche.enjeu in stakes and fiche.age_min is not None and fiche.age_max is not None
    ]


def non_dits(contexte: Contexte) -> Iterator[Constat]:
    """Yield what the structures should say and do not: those never described one by one, the others kind by kind."""
    missing = _manquants(contexte)
    unknown = _inconnues(missing, contexte)
    for structure in unknown:
        rows = missing[missing["structure"] == structure]
        yield contexte.constat(
            "structure_non_decrite",
            structure,
            lieu=majuscule(rows["reference"].iloc[0]),
            objet=f"« {rows['nom'].iloc[0]} », {minuscule(rows['libelle_type'].iloc[0])}",
            ecrit="le nom seul",
            calcule=f"attendu : {_attendu(rows)}",
        )
    for kind, rows in missing[~missing["structure"].isin(unknown)].groupby("type", sort=False):
        told: dict[str, list[str]] = {}  # structures that lack the same are told together
        for name, lines in rows.groupby("nom", sort=False):
            told.setdefault(_attendu(lines), []).append(f"« {name} »")
        yield contexte.constat(
            "caracteristique_absente",
            str(kind),
            lieu=majuscule(rows["reference"].iloc[0]),
            objet=f"« {rows['libelle_type'].iloc[0]} »",
            ecrit="non donné",
            calcule=" ; ".join(f"{enumerer(names)} : {text}" for text, names in told.items()),
        )


def _autres_ages(relation: AgesOfferts, fiche: Fiche, taken: pd.DataFrame, contexte: Contexte) -> Constat:
    offered = annees_couvertes(taken)
    meant = frozenset(range(fiche.age_min, fiche.age_max + 1))
    outside = [f"hors de la fiche : {_plages(offered - meant)}"] if offered - meant else []
    without = [f"sans accueil : {_plages(meant - offered)}"] if meant - offered else []
    structures = [f"{row.nom} : {row.texte}" for row in taken.itertuples()]
    return contexte.constat_de(
        "ages_offerts",
        relation,
        f"fiche_{fiche.numero}",
        lieu=f"{majuscule(contexte.convention.piece('offre'))} et {fiche.reference}",
        ecrit=f"fiche {fiche.numero} : {fiche.age_min} à {fiche.age_max} ans",
        calcule=" ; ".join([*structures, *outside, *without]),
        indicateurs=(),
    )


def _plages(years: frozenset[int]) -> str:
    """Return ages in completed years as spans: « 2 ans », « 18 à 25 ans »."""
    starts = sorted(age for age in years if age - 1 not in years)
    ends = sorted(age for age in years if age + 1 not in years)
    spans = [str(low) if low == high else f"{low} à {high}" for low, high in zip(starts, ends, strict=True)]
    return f"{enumerer(spans)} ans"


def _manquants(contexte: Contexte) -> pd.DataFrame:
    """Return what the catalogue expects of each kind of structure and the text does not give (see ``manques``)."""
    expected = contexte.relations.attendus_offre
    gaps = manques(contexte.entrees.offre, expected, contexte.entrees.catalogue.offre)
    wanted = {(item.type, name) for item in expected for name in item.caracteristiques}
    kept = [pair in wanted for pair in zip(gaps["type"], gaps["caracteristique"], strict=True)]
    return gaps.loc[pd.Series(kept, index=gaps.index, dtype=bool)]


def _inconnues(missing: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return the structures said to exist that lack everything expected of their kind."""
    offre = contexte.entrees.offre
    expected = {item.type: set(item.caracteristiques) for item in contexte.relations.attendus_offre}
    exist = set(offre.loc[offre["valeur"] == OUI, "structure"])
    given = offre[offre["valeur"] != ""]
    described = {row.structure for row in given.itertuples() if row.caracteristique in expected.get(row.type, set())}
    return [name for name in dict.fromkeys(missing["structure"]) if name in exist and name not in described]


def _attendu(rows: pd.DataFrame) -> str:
    return enumerer([minuscule(label) for label in dict.fromkeys(rows["libelle"])])


REGLES = {"contredite": "affirmation_contredite", "inverifiable": "affirmation_inverifiable"}


def affirmations(contexte: Contexte) -> Iterator[Constat]:
    """Yield a finding for each sentence that is contradicted, and one for each that cannot be verified.

    A contradicted comparison makes the compared values doubtful; a contradicted total does not: the words are in doubt.
    """
    compared = {item.id for item in contexte.entrees.affirmations if item.reference is not None}
    catalogue = contexte.entrees.catalogue
    judged = juger(
        contexte.entrees.affirmations,
        contexte.entrees.annexe1,
        catalogue.indicateurs,
        catalogue.seuils,
        unites=catalogue.unites,
        territoires=catalogue.territoires,
    )
    for row in judged[judged["verdict"].isin(REGLES)].itertuples(index=False):
        named = [name for name in row.indicateurs.split(SEPARATEUR) if name]
        objet = " et ".join(contexte.libelle(name) for name in named[:2]) or f"« {row.resume} »"
        yield contexte.constat(
            REGLES[row.verdict],
            row.id,
            lieu=contexte.section(row.section),
            objet=objet,
            ecrit=row.resume,
            calcule=row.calcul,
            pourquoi=row.note,
            indicateurs=named if row.verdict == "contredite" and row.id in compared else (),
        )


def periodicites(contexte: Contexte) -> Iterator[Constat]:
    """Yield the sentences that say a benefit is paid more or less often than it is."""
    for relation in contexte.relations.periodicites:
        for item in contexte.entrees.affirmations:
            named = relation.indicateur in (*item.indicateurs, *item.parmi)
            if named and item.periodicite not in (None, relation.periodicite):
                yield contexte.constat_de(
                    "periodicite",
                    relation,
                    item.id,
                    lieu=contexte.section(item.section),
                    ecrit=f"{item.resume} ({item.periodicite})",
                    calcule=f"prestation {relation.periodicite}",
                    indicateurs=(),
                )


def corrections(contexte: Contexte) -> Iterator[Constat]:
    """Yield each declared correction with the number of rows that carry it; one that no row carries is obsolete."""
    for correction in contexte.entrees.corrections:
        rows = portees(correction, _table(correction.fichier, contexte))
        if rows == 0:
            yield contexte.constat(
                "correction_obsolete",
                correction.id,
                lieu=f"Données, {correction.fichier}",
                objet=correction.objet,
                ecrit=f"mention « {correction.mention} »",
                calcule="aucune ligne ne la porte",
            )
            continue
        found = contexte.constat(
            "correction",
            correction.id,
            lieu=majuscule(correction.reference),
            objet=correction.objet,
            ecrit=correction.ecrit,
            calcule=f"lu : {correction.lu} ({rows} {'ligne' if rows == 1 else 'lignes'})",
        )
        yield replace(found, statut="corrige", motif=correction.raison)


def portees(correction: Correction, table: pd.DataFrame) -> int:
    """Return how many rows carry the mention of a correction, in any of their texts."""
    texts = table.select_dtypes(exclude="number")
    return int(texts.apply(lambda cell: cell.str.contains(correction.mention, regex=False)).any(axis=1).sum())


def lectures_non_declarees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the notes of the data that tell a reading which no correction declares."""
    words = contexte.regle("lecture_non_declaree").mots["note"]
    for name in ("annexe1.csv", "offre.csv"):
        declared = [item.mention for item in contexte.entrees.corrections if item.fichier == name]
        for note in dict.fromkeys(_table(name, contexte)["note"]):
            if any(word in note.lower() for word in words) and not any(mention in note for mention in declared):
                yield contexte.constat(
                    "lecture_non_declaree",
                    note,
                    lieu=f"Données, {name}",
                    objet=f"la note « {note} »",
                    ecrit=note,
                    calcule="aucune correction déclarée",
                )


def _table(name: str, contexte: Contexte) -> pd.DataFrame:
    return {"annexe1.csv": contexte.entrees.annexe1, "offre.csv": contexte.entrees.offre}[name]
