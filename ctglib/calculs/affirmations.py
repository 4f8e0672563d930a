"""The verdict on each sentence of the text that compares, ranks or totals values of annexe 1.

Each operator of a sentence (see ``modeles.convention.Affirmation``) has a function that judges it,
in ``OPERATEURS``. It returns the verdict and the computation that leads to it, in French: « 59,4 %
à Harnes, 42,1 % dans le Pas-de-Calais ».
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from ctglib.calculs.comparaison import comparer, position
from ctglib.calculs.ecriture import (
    SEPARATEUR,
    avec_unite,
    ecrire,
    enumerer,
    majuscule,
    minuscule,
    nombre,
)
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.coherence import Verdict
from ctglib.donnees.modeles.convention import Affirmation

COLONNES = ("id", "section", "resume", "verdict", "calcul", "note", "indicateurs")
# binary fractions only: 99.9 is not exactly 99.9; it never decides between two printed values
EPSILON = 1e-9
VARIATION = "variation_5_ans"


@dataclass(frozen=True)
class LigneAnnexe1:
    """A row of annexe 1; ``valeur`` and ``variation_5_ans`` are NaN when it does not give them."""

    indicateur: str
    territoire: str
    section: str
    annee: int
    valeur: float
    variation_5_ans: float


class Lecture:
    """Annexe 1 as a sentence reads it: the row of the latest year of each indicator and territory.

    And how values, labels and places in the convention are written in French.
    """

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.catalogue = dossier.catalogue
        annexe1_par_annee = dossier.annexe1.sort_values("annee", kind="stable")
        self.lignes = {
            (ligne.indicateur, ligne.territoire): ligne
            for ligne in lignes(annexe1_par_annee, LigneAnnexe1)
        }
        self.territoires: tuple[str, ...] = tuple(dossier.annexe1["territoire"].unique())

    def valeur(self, indicateur: str, territoire: str, champ: str = "valeur") -> float | None:
        """Return the value as printed, or another column of its row; None when absent."""
        ligne = self.lignes.get((indicateur, territoire))
        if ligne is None:
            return None
        valeur = getattr(ligne, champ)
        return None if pd.isna(valeur) else float(valeur)

    def valeurs(
        self, indicateurs: Iterable[str], territoire: str, champ: str = "valeur"
    ) -> list[float] | None:
        """Return the values of all the indicators, None if one of them is absent."""
        valeurs: list[float] = []
        for indicateur in indicateurs:
            valeur = self.valeur(indicateur, territoire, champ)
            if valeur is None:
                return None
            valeurs.append(valeur)
        return valeurs

    def annees(self, indicateurs: Iterable[str], territoire: str) -> list[int]:
        """Return the year of each indicator; all must have a row."""
        return [int(self.lignes[indicateur, territoire].annee) for indicateur in indicateurs]

    def demi_pas(self, *indicateurs: str) -> float:
        """Return how far the exact sum of indicators may be from that of their printed values.

        It is the sum of half of the rounding of each.
        """
        arrondis = [self.catalogue.indicateurs[nom].arrondi_source or 0.0 for nom in indicateurs]
        return sum(arrondis) / 2

    def libelle(self, indicateur: str) -> str:
        """Return the label of an indicator, in French quotes."""
        return f"« {self.catalogue.indicateurs[indicateur].libelle} »"

    def ecrire(self, valeur: float, indicateur: str) -> str:
        """Return a value of an indicator as the text prints it, with its unit."""
        return ecrire(valeur, self.catalogue.indicateurs[indicateur], self.catalogue.unites)

    def ecrire_ecart(self, ecart: float, indicateur: str) -> str:
        """Return by how much two values of an indicator differ, in points between two per cents."""
        unite = self.catalogue.unites[self.catalogue.indicateurs[indicateur].unite]
        if unite.symbole != "%":
            return self.ecrire(ecart, indicateur)
        decimales = self.catalogue.indicateurs[indicateur].decimales
        return avec_unite(ecart, "point" if ecart < 2 else "points", decimales)

    def section(self, *numeros: str) -> str:
        """Return where some sections stand in the convention: « Annexe 1, 2.1 et 2.3 »."""
        diagnostic = majuscule(self.dossier.convention.piece("diagnostic"))
        numeros_sans_doublon = list(dict.fromkeys(numeros))
        return f"{diagnostic}, {enumerer(numeros_sans_doublon)}"

    def lieu(self, indicateurs: Iterable[str], territoire: str) -> str:
        """Return where the rows of some indicators of a territory stand: « Annexe 1, 2.1, Harnes ».

        The indicators that have no row there are left out.
        """
        sections = [
            self.lignes[indicateur, territoire].section
            for indicateur in indicateurs
            if (indicateur, territoire) in self.lignes
        ]
        return f"{self.section(*sections)}, {self.catalogue.territoires[territoire].nom}"


Jugement = tuple[Verdict, str]  # the verdict, and the computation that leads to it, in French
# A sentence on several indicators is as false as the worst of them.
GRAVITE: tuple[Verdict, ...] = ("verifiee", "inverifiable", "contredite")


def juger(dossier: Dossier) -> pd.DataFrame:
    """Return the verdict of each sentence, in the order of the file.

    A sentence is « vérifiée » when the printed values say so, « contredite » when they say
    otherwise, « invérifiable » when a value is absent, or when the rounding of the two values hides
    which is greater; when no value of annexe 1 is concerned, or theirs is another unit. What is
    said of how often a benefit is paid is judged on what the catalogue knows of it.

    Returns:
        The columns ``COLONNES``: ``verdict`` is verifiee, contredite or inverifiable, ``calcul`` a
        French text, ``note`` "" when none, ``indicateurs`` the indicators concerned, joined by
        « ; ».
    """
    lecture = Lecture(dossier)
    unites = lecture.catalogue.unites
    phrases_jugees = []
    for phrase in dossier.affirmations:
        payees = {
            relation.periodicite: relation.pourquoi or ""
            for relation in lecture.catalogue.relations.periodicites
            if relation.indicateur in phrase.indicateurs and phrase.periodicite is not None
        }
        contredites = [payees[vraie] for vraie in payees if vraie != phrase.periodicite]
        unites_du_tableau = {lecture.catalogue.indicateurs[nom].unite for nom in phrase.indicateurs}
        if not phrase.indicateurs:
            verdict = "inverifiable"
            calcul = "aucune valeur des tableaux ne correspond"
        elif contredites or (phrase.operateur == "periodicite" and payees):
            verdict = "contredite" if contredites else "verifiee"
            calcul = minuscule(" ; ".join(contredites or payees.values()).rstrip("."))
        elif phrase.unite is not None and unites_du_tableau != {phrase.unite}:
            verdict = "inverifiable"
            de_la_phrase = unites[phrase.unite].libelle.lower()
            du_tableau = [unites[unite].libelle.lower() for unite in sorted(unites_du_tableau)]
            calcul = f"unité de la phrase : {de_la_phrase} ; unité du tableau : "
            calcul += enumerer(du_tableau)
        else:
            verdict, calcul = OPERATEURS[phrase.operateur](phrase, lecture)
        indicateurs = SEPARATEUR.join(phrase.indicateurs)
        note = phrase.note or ""
        phrases_jugees.append(
            (phrase.id, phrase.section, phrase.resume, verdict, calcul, note, indicateurs)
        )
    return pd.DataFrame(phrases_jugees, columns=list(COLONNES))


def _comparer(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Judge the comparison of the territory with its reference, for all indicators of a sentence.

    The verdict is the worst of theirs, by ``GRAVITE``: one that is contradicted makes the sentence
    false. The computations follow each other: « « Part A » : 3 % ici, 2 % là ; « Part B » : … ».
    """
    jugements = [
        _comparer_un_indicateur(indicateur, phrase, lecture) for indicateur in phrase.indicateurs
    ]
    verdicts: list[Verdict] = [verdict for verdict, _ in jugements]
    calculs = [calcul for _, calcul in jugements]
    pire_verdict = max(verdicts, key=lambda verdict: GRAVITE.index(verdict))
    return pire_verdict, " ; ".join(calculs)


def _comparer_un_indicateur(indicateur: str, phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Judge « superieur », « inferieur », « aucun_superieur » or « similaire » of one indicator.

    Values absent, of two years, or equal where the rounding may hide which is the greater: it
    cannot be verified. « aucun_superieur » holds when they are equal.
    """
    territoire = phrase.territoire
    reference = phrase.reference or ""
    valeur = lecture.valeur(indicateur, territoire)
    valeur_de_reference = lecture.valeur(indicateur, reference)
    if valeur is None:
        return _valeurs_absentes([indicateur], territoire, lecture)
    if valeur_de_reference is None:
        return _valeurs_absentes([indicateur], reference, lecture)

    territoires = lecture.catalogue.territoires
    ici = f"{lecture.ecrire(valeur, indicateur)} {territoires[territoire].a}"
    ailleurs = f"{lecture.ecrire(valeur_de_reference, indicateur)} {territoires[reference].a}"
    calcul = f"{ici}, {ailleurs}"
    annees = {lecture.lignes[indicateur, code].annee for code in (territoire, reference)}
    if len(annees) > 1:
        return "inverifiable", f"{calcul}, de deux années différentes"
    if len(phrase.indicateurs) > 1:
        calcul = f"{lecture.libelle(indicateur)} : {calcul}"

    if phrase.operateur == "similaire":
        return _juger_similaire(indicateur, (territoire, reference), calcul, lecture)
    ecart = valeur - valeur_de_reference
    # How far the gap goes the way that the sentence says.
    avance = ecart if phrase.operateur == "superieur" else -ecart
    valeurs_egales = abs(ecart) <= EPSILON
    if avance > EPSILON or (phrase.operateur == "aucun_superieur" and valeurs_egales):
        return "verifiee", calcul
    if valeurs_egales and lecture.demi_pas(indicateur) > 0:
        return "inverifiable", f"{calcul}, valeurs égales à l'arrondi près"
    return "contredite", calcul


def _juger_similaire(
    indicateur: str, lieux: tuple[str, str], calcul: str, lecture: Lecture
) -> Jugement:
    """Judge « similaire » with the thresholds that the diagnostic itself uses.

    ``lieux`` are the codes of the territory and of its reference; ``calcul`` is given back, with a
    reason when the two do not compare.
    """
    catalogue = lecture.catalogue
    comparaison = comparer(
        lecture.dossier.annexe1,
        {indicateur: catalogue.indicateurs[indicateur]},
        catalogue.unites,
        *lieux,
    )
    ecart = comparaison["ecart"].iloc[0]
    ecart_type = comparaison["ecart_type"].iloc[0]
    position_du_territoire = position(ecart, ecart_type, catalogue.seuils)
    if position_du_territoire == "incomparable":
        return "inverifiable", f"{calcul}, valeurs qui ne se comparent pas"
    return "verifiee" if position_du_territoire == "similaire" else "contredite", calcul


def _maximum(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Judge whether the first indicator is greater than all others of ``parmi`` in the territory.

    Equal to the greatest of them, it cannot be verified: the rounding may hide which is greater.
    """
    indicateurs = list(dict.fromkeys((phrase.indicateurs[0], *phrase.parmi)))
    valeurs = lecture.valeurs(indicateurs, phrase.territoire)
    if valeurs is None:
        return _valeurs_absentes(indicateurs, phrase.territoire, lecture)
    calcul = enumerer(
        [
            f"{lecture.libelle(indicateur)} {lecture.ecrire(valeur, indicateur)}"
            for indicateur, valeur in zip(indicateurs, valeurs, strict=True)
        ]
    )
    avance = valeurs[0] - max(valeurs[1:], default=float("-inf"))
    if avance > EPSILON:
        return "verifiee", calcul
    if abs(avance) <= EPSILON:
        return "inverifiable", calcul
    return "contredite", calcul


def _somme(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Judge whether the sum of the indicators is the one that the sentence writes.

    « environ » allows half of the rounding that it implies, « egal » and « nul » nothing. The
    computation reads « 120 + 45 = 165 places, soit 5 places de moins que 170 places (arrondi
    admis : 5 places) ».
    """
    valeurs = lecture.valeurs(phrase.indicateurs, phrase.territoire)
    if valeurs is None:
        return _valeurs_absentes(phrase.indicateurs, phrase.territoire, lecture)
    valeur_ecrite = phrase.valeur or 0
    tolerance = (phrase.arrondi or 0) / 2 if phrase.operateur == "environ" else 0
    indicateur = lecture.catalogue.indicateurs[phrase.indicateurs[0]]
    somme = sum(valeurs)
    ecart = somme - valeur_ecrite

    calcul = lecture.ecrire(somme, indicateur.id)
    if len(valeurs) > 1:
        termes = " + ".join(nombre(valeur, indicateur.decimales) for valeur in valeurs)
        calcul = f"{termes} = {calcul}"
    if tolerance and ecart:
        valeur_de_la_phrase = lecture.ecrire(valeur_ecrite, indicateur.id)
        if not any(valeurs):  # of nothing, a gap would say the same amount twice
            calcul += f" au lieu de {valeur_de_la_phrase}"
        else:
            sens = "plus" if ecart > 0 else "moins"
            ecart_ecrit = lecture.ecrire_ecart(abs(ecart), indicateur.id)
            arrondi = lecture.ecrire_ecart(tolerance, indicateur.id)
            calcul += f", soit {ecart_ecrit} de {sens} que {valeur_de_la_phrase}"
            calcul += f" (arrondi admis : {arrondi})"
    return "verifiee" if abs(ecart) <= tolerance + EPSILON else "contredite", calcul


def _valeurs_absentes(indicateurs: Iterable[str], territoire: str, lecture: Lecture) -> Jugement:
    """Return that a sentence cannot be verified: « non donné à Harnes : « Part A » »."""
    absents = [
        lecture.libelle(indicateur)
        for indicateur in indicateurs
        if lecture.valeur(indicateur, territoire) is None
    ]
    au_territoire = lecture.catalogue.territoires[territoire].a
    return "inverifiable", f"non donné {au_territoire} : {enumerer(absents)}"


def _sans_periodicite_connue(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Judge « periodicite » of a benefit of which the catalogue does not say how often it is
    paid.
    """
    return "inverifiable", "le classeur ne connaît pas la périodicité de cette prestation"


OPERATEURS: dict[str, Callable[[Affirmation, Lecture], Jugement]] = {
    "superieur": _comparer,
    "inferieur": _comparer,
    "aucun_superieur": _comparer,
    "similaire": _comparer,
    "maximum": _maximum,
    "environ": _somme,
    "egal": _somme,
    "nul": _somme,
    "periodicite": _sans_periodicite_connue,
}
