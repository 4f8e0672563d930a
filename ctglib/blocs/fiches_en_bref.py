"""Each fiche of a year in three sentences, with the chart of its states and the table of its indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan import (
    MANQUEES,
    NON_EVALUABLE,
    deduits,
    ensembles,
    evolutions_marquantes,
    service,
    verdicts,
    vises,
)
from ctglib.calculs.essentiel import pas_commencees
from ctglib.document.blocs import (
    Bloc,
    Groupe,
    Lien,
    liste,
    paragraphe,
    sous_titre,
)
from ctglib.document.mesures import BANDE, bande, visee
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import abreger, accorder, compter, enumerer, majuscule, nombre
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.grille import grille

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.calculs.bilan import Situation
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.convention import Fiche

TENUES, EVOLUTIONS = ("atteint", "en_bonne_voie"), ("favorable", "defavorable")
REALISEE, EN_COURS, A_SUIVRE = "realisee", "en_cours", ("partielle", "reportee", "abandonnee")
INCONNU, NOM_DE_SERVICE = "inconnu", 30
INDICATEURS, CIBLES = "Indicateurs", "Cibles ou références qui se jugent"
RIEN_TRANSMIS = f"« {RIEN} » : inconnu, rien n'a été transmis."
UN_PAR_UN = "Un par un, avec leurs valeurs, dans le fichier CSV de ce tableau."


@dataclass(frozen=True)
class EnBref:
    """What a bilan says of the fiches.

    Args:
        situation: What the year's data say.
        contexte: The words.
    """

    situation: Situation
    contexte: Contexte

    def fiches_en_bref(self) -> Bloc:
        """Return each fiche under its title in three sentences, with the way to its report."""
        told = Groupe()
        for fiche in self.situation.convention.fiches:
            rows = self.ensembles[self.ensembles["fiche"].eq(fiche.numero)]
            sentences = self._actions_de(fiche), self._indicateurs_de(rows), self._marquants(rows)
            link = Lien(f"Le rapport de la fiche {fiche.numero}", f"fiche-{fiche.numero}.html")
            told += sous_titre(f"Fiche {fiche.numero}. {fiche.titre}") + liste(sentences) + paragraphe((link,))
        return told

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités: a row a fiche, a column a state that is met."""
        rows, known = self.situation.etats, self.situation.catalogue.evaluation
        words = known.etats | {"": known.etats["prevue"].model_copy(update={"mot": known.mots["a_commencer"]})}
        states = rows.assign(statut=rows["statut"].mask(self._a_venir, ""))
        met = [code for code in words if code in set(states["statut"])]
        counts, late = (
            pd.crosstab(table["fiche"], table["statut"]).reindex(columns=met, fill_value=0)
            for table in (states, states[states["en_retard"]])
        )
        cells = counts.rename_axis(index="fiche", columns="statut").stack().rename("valeur").reset_index()
        pairs = zip(cells["fiche"], cells["statut"], strict=True)
        place, year = self.contexte.territoire.nom, self.situation.bilan.annee
        return grille(
            pd.DataFrame(
                {
                    "ligne": [f"Fiche {fiche}" for fiche in cells["fiche"]],
                    "colonne": [words[code].mot for code in cells["statut"]],
                    "valeur": cells["valeur"].astype(float),
                    "texte": cells["valeur"].map(nombre),
                    "en_retard": [int(late[code].get(fiche, 0)) for fiche, code in pairs],
                }
            ),
            self.contexte,
            nom="etats-des-fiches",
            titre=f"Où en sont les modalités de chaque fiche, {place}, {year} ?",
        )

    def indicateurs(self) -> Tableau:
        """Return how many indicators moved, which way, and how many hold their target, fiche by fiche, then in all.

        The data have one row an indicator. Where nothing was handed in, how they moved and where they stand is unknown.
        """
        rows, words = self.ensembles, self.situation.catalogue.evaluation
        flags = pd.DataFrame(
            {
                "nombre": True,
                "depart": rows["valeur_initiale"].notna(),
                "cible": vises(rows),
                "deduite": deduits(rows),
                **{code: rows["evolution"].eq(code) for code in words.evolutions},
                "jugees": rows["verdict"].ne(NON_EVALUABLE),
                "tenues": rows["verdict"].isin(TENUES),
            },
            index=rows.index,
        )
        fiches = [fiche.numero for fiche in self.situation.convention.fiches]
        by, whole = flags.groupby(rows["fiche"]), rows["renseigne"]
        told = by.sum().reindex(fiches, fill_value=0).assign(connu=whole.groupby(rows["fiche"]).any().reindex(fiches))
        told = told.assign(fiche=[f"Fiche {numero}" for numero in fiches], connu=told["connu"].eq(True))
        total = {**flags.sum(), "connu": whole.any(), "fiche": "Ensemble"}
        bare = {"nombre": "en tout", "depart": "avec un départ", "cible": "avec une cible"}
        bare |= {"deduite": "avec une référence déduite du texte"}
        ways = {code: word.mot for code, word in words.evolutions.items()}
        heads = {INDICATEURS: bare, "Évolutions": ways, CIBLES: {"jugees": "en tout", "tenues": "tenues"}}
        counts = pd.concat([told, pd.DataFrame([total])], ignore_index=True)
        texts = counts[list(flags)].map(nombre)
        texts.loc[~counts["connu"].astype(bool), [code for code in flags if code not in bare]] = RIEN
        held = " ou ".join(words.verdicts[code].mot for code in TENUES)
        return Tableau.de(
            texts.assign(fiche=counts["fiche"]),
            [
                Colonne("fiche", "Fiche"),
                *(Colonne(code, head, True, group) for group, own in heads.items() for code, head in own.items()),
            ],
            nom="indicateurs",
            titre="Indicateurs, évolutions et cibles, par fiche action, "
            f"{self.contexte.territoire.nom}, {self.situation.bilan.annee}",
            donnees=rows,
            source=self.contexte.source,
            notes=(f"Tenues : {held}.", *([] if told["connu"].all() else [RIEN_TRANSMIS]), UN_PAR_UN),
        )

    @property
    def ensembles(self) -> pd.DataFrame:
        """The indicators as wholes."""
        return ensembles(self.situation.evaluation)

    @property
    def _a_venir(self) -> pd.Series:
        return pas_commencees(self.situation.etats, pd.Timestamp(self.situation.bilan.date_arretee))

    def _actions_de(self, fiche: Fiche) -> str:
        """Return how many modalités of a fiche stand where; what has not begun says when it does."""
        own = self.situation.etats["fiche"].eq(fiche.numero)
        rows, waiting = self.situation.etats[own], self._a_venir[own]
        counts = comptes(rows.loc[~waiting, "statut"], self.situation.catalogue.evaluation.etats)
        late = int(rows["en_retard"].sum())
        told = enumerer([*counts, *qui_commencent(rows[waiting])])
        return f"Actions : {compter(len(rows), 'modalité')}, {told}{f', dont {late} en retard' if late else ''}."

    def _indicateurs_de(self, rows: pd.DataFrame) -> str:
        """Return how many indicators are informed, then how they moved, then where they stand to their targets."""
        words, entered = self.situation.catalogue.evaluation, rows[~rows["calcule"]]
        informed, known = int(entered["renseigne"].sum()), int(rows["valeur_initiale"].notna().sum())
        parts = [f"{compter(informed, 'indicateur renseigné')} sur {len(entered)}"]
        if not informed:
            starts = compter(known, "valeur de départ connue", "valeurs de départ connues")
            parts.append(starts if known else "aucune valeur de départ connue")
        if moved := comptes(rows["evolution"], words.evolutions):
            parts.append(f"évolutions : {enumerer(moved)}")
        if judged := comptes(rows["verdict"], words.verdicts, sauf=(NON_EVALUABLE,)):
            parts.append(f"cibles ou références : {enumerer(judged)}")
        return f"Indicateurs : {' ; '.join(parts)}."

    def _marquants(self, rows: pd.DataFrame) -> str:
        """Return what goes best and what goes worst, with figures; from whom to ask when nothing can be read."""
        told = []
        for codes, way in ((TENUES, "favorable"), (MANQUEES, "defavorable")):
            named = [*map(self._verdict, verdicts(rows, codes).itertuples())]
            told += (named or [*map(self._evolution, evolutions_marquantes(rows, way).itertuples())])[:1]
        if told:
            return f"À retenir : {' ; '.join(told)}."
        lacking = rows.loc[~rows["renseigne"] & ~rows["calcule"], "responsable"].value_counts()
        if lacking.empty:
            return "À retenir : aucune évolution ne se lit encore."
        asked = [f"{service(self.situation, name)} ({count})" for name, count in lacking.items()]
        return f"À demander : {', '.join(asked)}."

    def _evolution(self, row: object) -> str:
        """Return « ▲ favorable : Réunions partenariales, 4 en 2023, 6 en 2024 »."""
        word = self.situation.catalogue.evaluation.evolutions[row.evolution]
        mark = " (p)" if row.statut == Statut.PROVISOIRE else ""
        earlier, now = (self.contexte.valeur(row.indicateur, value) for value in (row.valeur_precedente, row.valeur))
        told = f"{earlier} en {row.annee_precedente}, {now} en {row.annee}{mark}"
        return f"{majuscule(word.mot)} : {self._libelle(row)}, {told}"

    def _verdict(self, row: object) -> str:
        """Return « ◆ insuffisant : Réunions partenariales, 6 (cible : 10 en 2026) »."""
        words, contexte = self.situation.catalogue.evaluation, self.contexte
        word, mark = words.verdicts[row.verdict], " (p)" if row.statut == Statut.PROVISOIRE else ""
        kept = f" ; {bande(row, row.valeur, row.cible, contexte, words)}" if row.raison == BANDE else ""
        now, aim = contexte.valeur(row.indicateur, row.valeur), visee(row, contexte, words)
        return f"{word.dit} : {self._libelle(row)}, {now}{mark} ({aim}{kept})"

    def _libelle(self, row: object) -> str:
        """Return the short name of an indicator: the convention's own words are in the table of its fiche."""
        catalogue = self.situation.catalogue
        return abreger(catalogue.mesures[row.indicateur].libelle, catalogue.messages.signes)


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
