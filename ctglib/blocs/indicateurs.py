"""The indicators of a fiche in a year: values, evolutions and verdicts, in words and tables, and
how they are read.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import minuscule, nombre
from ctglib.calculs.evaluation import ANNEE_EN_COURS, IMPLICITE, SERVICE_NOUVEAU
from ctglib.document.contexte import Contexte, avec_marque, legende, marquer, verdict_dit
from ctglib.document.tableau import RIEN, Ecriture
from ctglib.document.typographie import date_longue
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.plan import Fiche
from ctglib.donnees.statuts import Statut

PROFILS = "profils"
POSTURE = "posture"
CONFIRMEE = "(c)"  # after a value that a service has confirmed
# What a service confirmed of a year, by indicator and value.
Confirmations = dict[tuple[str, float], dict[Hashable, str]]
# Reasons why there is no evolution that the cell of the value says already.
REPRISES = (
    "qualitatif",
    "non_transmis",
    "annee_manquante",
    "non_disponible",
    "sans_objet",
    "secret",
)


@dataclass(frozen=True)
class _Mesure:
    """A row of the scoring of a year, as the sentence of a stock reads it."""

    indicateur: str
    libelle: str
    annee: int
    valeur: float
    annee_precedente: int
    valeur_precedente: float


def flux_des_stocks(etude: EtudeAnnuelle, fiche: Fiche) -> list[str]:
    """Return what the entries and the departures of the year explain of each stock of a fiche.

    « Assistantes maternelles agréées : 58 → 57 de 2024 à 2025, quatre entrées et cinq départs. »
    Nothing is said of a stock when one of the four counts is not known; when they do not agree, the
    sentence says so.
    """
    ensembles = etude.evaluation[etude.evaluation["dimension"].eq("")]
    mesures = {mesure.indicateur: mesure for mesure in lignes(ensembles, _Mesure)}
    phrases = []
    for cite in fiche.indicateurs:
        flux = etude.contexte.indicateurs[cite.id].flux
        stock = mesures.get(cite.id)
        if flux is None or stock is None or stock.annee_precedente != stock.annee - 1:
            continue
        entrees = mesures.get(flux.entrees)
        sorties = mesures.get(flux.sorties)
        if entrees is None or sorties is None:
            continue
        comptes = [stock.valeur_precedente, stock.valeur, entrees.valeur, sorties.valeur]
        if any(pd.isna(compte) for compte in comptes):
            continue
        attendu = stock.valeur_precedente + entrees.valeur - sorties.valeur
        phrases.append(
            etude.texte(
                "suivi.stock_explique" if attendu == stock.valeur else "suivi.stock_inexplique",
                libelle=stock.libelle,
                avant=nombre(stock.valeur_precedente),
                apres=nombre(stock.valeur),
                annee_avant=stock.annee_precedente,
                annee=stock.annee,
                entrees=dire_le_mouvement(etude, "entrees", entrees.valeur),
                sorties=dire_le_mouvement(etude, "sorties", sorties.valeur),
                attendu=nombre(attendu),
            )
        )
    return phrases


def dire_le_mouvement(etude: EtudeAnnuelle, sens: str, compte: float) -> str:
    """Return « quatre entrées », « aucun départ »."""
    return etude.texte("suivi.mouvement", sens=sens, n=int(compte))


def ecrire_l_annee(etude: EtudeAnnuelle) -> dict[str, Ecriture]:
    """Return what writes a row of the scoring of the year: the value before (``avant``), that of
    the year (``dite``), the evolution (``jugee``), the target (``visee``).
    """
    confirmations = _confirmations(etude)
    return {
        "avant": lambda ligne: _valeur_precedente(ligne, etude.contexte),
        "dite": lambda ligne: _valeur_de_l_annee(ligne, etude, confirmations),
        "jugee": lambda ligne: _evolution(ligne, etude),
        "visee": lambda ligne: _cible(ligne, etude),
    }


def _valeur_precedente(ligne: pd.Series, contexte: Contexte) -> str:
    """Return the value before, with its year when it is older than the year before; a dash when it
    was never transmitted.
    """
    if pd.notna(ligne.valeur_precedente):
        texte = valeur_marquee(
            ligne.indicateur, ligne.valeur_precedente, ligne.statut_precedent, contexte
        )
        if ligne.annee_precedente < ligne.annee - 1:
            texte += f" ({ligne.annee_precedente})"
        return texte
    if ligne.statut_precedent in ("", Statut.NON_TRANSMIS):
        return RIEN
    return contexte.absence(ligne.statut_precedent)


def _valeur_de_l_annee(ligne: pd.Series, etude: EtudeAnnuelle, confirmations: Confirmations) -> str:
    """Return the value of the year, or the word of its absence: « non transmis ».

    An indicator that is a set of profiles has no single value: it refers to their table.
    """
    contexte = etude.contexte
    if pd.notna(ligne.valeur):
        texte = valeur_marquee(ligne.indicateur, ligne.valeur, ligne.statut, contexte)
        return f"{texte} {CONFIRMEE}" if _est_confirmee(ligne, confirmations) else texte
    if ligne.renseigne and contexte.indicateurs[ligne.indicateur].table == PROFILS:
        return etude.mot("voir_les_profils")
    absence = contexte.absence(ligne.statut)
    if ligne.facultatif and ligne.statut == Statut.NON_TRANSMIS:
        return etude.mot("facultatif_absent", absence=absence)
    return absence


def _evolution(ligne: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return « +44, favorable », or why there is no evolution.

    « – » when the cell of the value already says why.
    """
    mots = etude.catalogue.evaluation
    if ligne.evolution:
        mot = mots.evolutions[ligne.evolution]
        ecart = ligne.valeur - ligne.valeur_precedente
        return etude.contexte.evolution(ligne.indicateur, ecart, mot)
    if ligne.raison_evolution in REPRISES:
        return RIEN
    return mots.raisons[ligne.raison_evolution]


def _cible(ligne: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return « 1 080 en 2026, ● atteint »; a reference that the text implies bears its mark."""
    if pd.isna(ligne.cible):
        return RIEN
    texte = etude.contexte.valeur(ligne.indicateur, ligne.cible)
    texte += " (d)" if ligne.origine_cible == IMPLICITE else f" en {ligne.annee_cible}"
    if ligne.verdict != "non_evaluable" or ligne.raison == ANNEE_EN_COURS:
        dit = verdict_dit(ligne, ligne.valeur, etude.contexte, etude.catalogue.evaluation)
        texte += f", {dit}"
    return texte


def depart(ligne: pd.Series, contexte: Contexte) -> str:
    """Return the initial value and its year: « 380 (2022) », « 6 (e, 2023) », « 0 (2026, service
    nouveau) ».
    """
    if pd.isna(ligne.valeur_initiale):
        return RIEN
    quand = str(ligne.annee_initiale)
    if ligne.origine_initiale == SERVICE_NOUVEAU:
        quand += ", service nouveau"
    valeur = contexte.valeur(ligne.indicateur, ligne.valeur_initiale)
    return avec_marque(valeur, ligne.statut_initial, quand)


def valeur_marquee(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is not missing, with its mark: « 380 (p) ».

    That of the grid of annexe 4 is how many of its lines moved: « 3 lignes ont bougé ».
    """
    if contexte.indicateurs[indicateur].table == POSTURE:
        return contexte.texte("suivi.lignes_bougees", nombre=int(valeur))
    return marquer(contexte.valeur(indicateur, valeur), statut)


def marques(lignes: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean: « (p) provisoire. », for those that it shows.

    ``lignes`` are the rows of the scoring that the table shows.
    """
    statuts_de_l_annee = lignes.loc[lignes["valeur"].notna(), "statut"]
    statuts = [statuts_de_l_annee, lignes["statut_precedent"], lignes["statut_initial"]]
    return legende(pd.concat(statuts), contexte)


def notes_des_textes(etude: EtudeAnnuelle, lignes: pd.DataFrame) -> list[str]:
    """Return the names of the lists of the year, and the texts, a note each.

    « Communes desservies : A ; B. » ``lignes`` are the rows of the scoring that a table shows. What
    is suppressed has no value, and is not named.
    """
    observations = etude.suivi.observations
    dites = observations[
        observations["annee"].eq(etude.annee)
        & observations["valeur"].notna()
        & observations["texte"].ne("")
    ]
    dites = dites.sort_values("millesime").drop_duplicates("indicateur", keep="last")
    textes = dites.set_index("indicateur")["texte"]
    return [
        f"{libelle} : {textes[nom].rstrip('.')}."
        for nom, libelle in zip(lignes["indicateur"], lignes["libelle"], strict=True)
        if nom in textes
    ]


def notes_des_totaux(etude: EtudeAnnuelle, lignes: pd.DataFrame) -> list[str]:
    """Return what some totals add that is not of one moment, a note each.

    ``lignes`` are the rows of the scoring, or of a parcours, that a table shows.
    """
    connues = lignes[lignes["valeur"].notna()]
    definitions = [etude.contexte.indicateurs[nom] for nom in connues["indicateur"].unique()]
    return [
        etude.texte("suivi.total", libelle=definition.libelle, total=definition.total)
        for definition in definitions
        if definition.total
    ]


def notes_des_confirmations(etude: EtudeAnnuelle, lignes: pd.DataFrame) -> list[str]:
    """Return who confirmed the values of the year that a table marks, when and why.

    ``lignes`` are the rows of the scoring that the table shows.
    """
    confirmations = _confirmations(etude)
    return [
        etude.texte(
            "suivi.valeur_confirmee",
            quoi=f"{CONFIRMEE} {etude.contexte.indicateurs[ligne['indicateur']].libelle}",
            **qui_confirme(etude, confirmations[ligne["indicateur"], ligne["valeur"]]),
        )
        for ligne in lignes.to_dict("records")
        if _est_confirmee(pd.Series(ligne), confirmations)
    ]


def _est_confirmee(ligne: pd.Series, confirmations: Confirmations) -> bool:
    """Tell whether a service has confirmed the value of the year of a whole."""
    return not ligne.dimension and (ligne.indicateur, ligne.valeur) in confirmations


def _confirmations(etude: EtudeAnnuelle) -> Confirmations:
    """Return what was confirmed of the year, by indicator and value, whatever year entered it."""
    confirmations = {}
    for suivi in etude.suivi.suivis.values():
        table = suivi.confirmations
        de_l_annee = table["annee"].eq(etude.annee) & table["dimension"].eq("")
        for ligne in table[de_l_annee].to_dict("records"):
            confirmations[ligne["indicateur"], ligne["valeur"]] = ligne
    return confirmations


def qui_confirme(etude: EtudeAnnuelle, confirmation: Mapping[Hashable, str]) -> dict[str, str]:
    """Return what a sentence says of a row of confirmations.csv: the service, the day, why."""
    return {
        "service": etude.catalogue.responsables[confirmation["service"]].libelle,
        "date": date_longue(date.fromisoformat(confirmation["date"])),
        "raison": minuscule(confirmation["raison"].rstrip(".")),
    }


def mode_de_lecture(etude: EtudeAnnuelle, de_a: str) -> list[str]:
    """Return how evolutions and targets are read, with the thresholds, and that what is proposed
    binds nobody.

    ``de_a`` is the key in the catalogue of the two years that an evolution is read between.
    """
    regles = etude.catalogue.evaluation
    evaluation = etude.evaluation
    phrases = [etude.texte("suivi.lecture_des_evolutions", de_a=etude.mot(de_a), regles=regles)]
    if evaluation["cible"].notna().any():
        lecture_des_cibles = etude.texte(
            "suivi.lecture_des_cibles",
            regles=regles,
            bonne_voie=nombre(regles.seuils.en_bonne_voie, 2),
            surveiller=nombre(regles.seuils.a_surveiller, 2),
        )
        phrases.append(lecture_des_cibles)
    if evaluation["origine"].eq("propose").any():
        phrases.append(etude.texte("suivi.proposition"))
    return phrases
