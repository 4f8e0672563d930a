"""The year on one page, for the élus, and each fiche in three sentences: done, moved, unknown, to be decided.

Short lines: the page holds on one sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.gouvernance import etat_du_comite, propositions_courtes
from ctglib.blocs.territoire import chiffre_du_territoire
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
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.blocs import (
    Bloc,
    ChiffreCle,
    Groupe,
    Lien,
    chiffres_cles,
    colonnes,
    liste,
    paragraphe,
    sous_titre,
)
from ctglib.document.mesures import BANDE, bande, visee
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import abreger, accorder, compter, enumerer, majuscule, nombre, pourcent
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.grille import grille

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.calculs.bilan import Proposition, Situation
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
    """What the first pages of a bilan say of the year.

    Args:
        situation: What the year's data say.
        contexte: The words.
    """

    situation: Situation
    contexte: Contexte

    def une_page(self, propositions: tuple[Proposition, ...], territoire: pd.DataFrame) -> Bloc:
        """Return the whole page.

        Args:
            propositions: What the data call the comité to decide.
            territoire: The public series (``contexte_du_territoire``).
        """
        rules, annee = self.situation.catalogue.bilan, self.situation.bilan.annee
        done = sous_titre("Ce qui est fait") + liste(sentence.replace("….", "…") for sentence in self._fait())
        moved = sous_titre("Ce qui a bougé") + liste(self._bouge())
        unknown = sous_titre("Ce qui n'est pas connu") + liste(self._inconnu())
        decide = sous_titre("Décisions à prendre") + paragraphe(rules.mots["propositions"])
        decide += liste(propositions_courtes(propositions, rules, annee))
        # No indicator of the year is informed: the territory takes the place that nothing else fills.
        silent = not self.ensembles["renseigne"].any()
        place = self._territoire(territoire, muette=silent)
        left, right = (done + moved + place, unknown + decide) if silent else (done + moved, unknown + decide + place)
        figures = [self._actions(), self._evolutions(), self._cibles(), self._collecte()]
        return chiffres_cles(figures) + colonnes(left, right)

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

    def _actions(self) -> ChiffreCle:
        rows, words = self.situation.etats, self.situation.catalogue.evaluation.etats
        due = rows[~self._a_venir]
        done, late = int(due["statut"].eq(REALISEE).sum()), int(rows["en_retard"].sum())
        others = [*comptes(due["statut"], words, sauf=(REALISEE,)), *([f"dont {nombre(late)} en retard"] * bool(late))]
        landmark = ", ".join([*others, *qui_commencent(rows[self._a_venir])])
        known = due["statut"].ne(NON_RENSEIGNEE).any()
        value = f"{nombre(done)} sur {nombre(len(rows))}" if known else INCONNU
        return ChiffreCle(value, "modalités réalisées", landmark)

    def _evolutions(self) -> ChiffreCle:
        rows, words = self.ensembles, self.situation.catalogue.evaluation.evolutions
        counts = {code: int(rows["evolution"].eq(code).sum()) for code in words}
        read = sum(counts.values())
        value = " et ".join(nombre(counts[code]) for code in EVOLUTIONS) if read else "aucune"
        label = "évolutions favorables et défavorables" if read else "évolution lisible"
        others = comptes(rows["evolution"], words, sauf=EVOLUTIONS)
        return ChiffreCle(value, label, ", ".join([*others, f"{nombre(len(rows) - read)} qui ne se lisent pas"]))

    def _cibles(self) -> ChiffreCle:
        rows, words = self.ensembles, self.situation.catalogue.evaluation.verdicts
        judged, implied = rows[rows["verdict"].ne(NON_EVALUABLE)], int(deduits(rows).sum())
        targets = compter(int(vises(rows).sum()), "cible") + (f" et {compter(implied, 'référence')}" if implied else "")
        targets += f" pour {compter(len(rows), 'indicateur')}"
        if judged.empty:
            return ChiffreCle("aucune", "cible qui se juge" if vises(rows).any() else "cible écrite", targets)
        kept = f"{nombre(int(judged['verdict'].isin(TENUES).sum()))} sur {nombre(len(judged))}"
        rest = comptes(judged["verdict"], words, sauf=TENUES)
        return ChiffreCle(kept, "cibles ou références atteintes ou en bonne voie", ", ".join([*rest, targets]))

    def _collecte(self) -> ChiffreCle:
        whole = self.situation.collecte.iloc[0]
        rate = "sans objet" if pd.isna(whole["taux"]) else pourcent(whole["taux"], 0)
        landmark = f"{nombre(int(whole['renseignes']))} sur {compter(int(whole['attendus']), 'attendu')}"
        if whole["provisoires"]:
            landmark += f", dont {compter(int(whole['provisoires']), 'provisoire')}"
        return ChiffreCle(rate, "des indicateurs sont renseignés", landmark)

    def _fait(self) -> Iterator[str]:
        """Yield the comité, then the modalités done, running, stopped and late."""
        rows, catalogue, bilan = self.situation.etats, self.situation.catalogue, self.situation.bilan
        yield etat_du_comite(bilan, catalogue.bilan, catalogue.bilan.page.signes)
        due = rows[~self._a_venir]
        if due["statut"].eq(NON_RENSEIGNEE).all():
            running = compter(len(due), "modalité")
            yield f"L'état d'aucune des {running} à mener en {bilan.annee} n'a été transmis."
            yield from self._calendrier()
            return
        for code in (REALISEE, EN_COURS):
            if len(named := rows[rows["statut"].eq(code)]):
                word = accorder(catalogue.evaluation.etats[code].mot, len(named))
                told = enumerer(list(named["modalite"])) if code == EN_COURS else self._nommer(named)
                yield f"{majuscule(word)} : {told}."
        if len(named := rows[rows["statut"].isin(A_SUIVRE)]):
            yield f"À suivre : {self._nommer(named, etat=True)}."

    def _calendrier(self) -> Iterator[str]:
        """Yield what the convention wants begun or done in the year: all that is known of it without a follow-up."""
        rows, year, catalogue = self.situation.etats, self.situation.bilan.annee, self.situation.catalogue
        words = catalogue.bilan.mots
        begun = [f"fiche {fiche.numero}" for fiche in self.situation.convention.fiches if fiche.debut.year == year]
        if begun:
            yield words["debut_de_fiche"].format(annee=year, objets=enumerer(begun))
        due = rows[rows["echeance_ecrite"] & rows["echeance"].dt.year.eq(year)]
        aimed = self.ensembles[self.ensembles["annee_cible"].eq(year)]
        unique = [catalogue.indicateurs_fiches[name].unique for name in aimed["indicateur"]]
        named = [*([self._nommer(due)] if len(due) else []), *aimed.loc[unique, "libelle"]]
        if named:
            yield words["echeance_de_l_annee"].format(annee=year, objets=" ; ".join(named))

    def _nommer(self, rows: pd.DataFrame, *, etat: bool = False) -> str:
        """Return the first modalités with their labels, and their state where they do not share one; then how many."""
        page, states = self.situation.catalogue.bilan.page, self.situation.catalogue.evaluation.etats
        shown = [
            f"{row.modalite} {abreger(row.libelle, page.signes)}" + (f" ({states[row.statut].mot})" if etat else "")
            for row in rows.head(page.actions).itertuples()
        ]
        more = len(rows) - len(shown)
        return " ; ".join([*shown, *([f"et {compter(more, 'autre')}"] if more > 0 else [])])

    def _bouge(self) -> Iterator[str]:
        """Yield the verdicts to be known first, then the evolutions each way, with their figures."""
        page, rows, told = self.situation.catalogue.bilan.page, self.ensembles, []
        for codes in (MANQUEES, TENUES):
            for row in verdicts(rows, codes).head(page.verdicts).itertuples():
                told.append(row.indicateur)
                yield self._verdict(row)
        for code in EVOLUTIONS:
            found = evolutions_marquantes(rows, code)
            yield from map(self._evolution, found[~found["indicateur"].isin(told)].head(page.evolutions).itertuples())
        if rows["evolution"].ne("").any():
            return
        yield "Aucun indicateur n'a deux valeurs qui se comparent."
        starts = [
            f"{abreger(row.libelle, page.signes)} "
            f"({self.contexte.valeur(row.indicateur, row.valeur_initiale)}, pour {row.annee_initiale})"
            for row in rows[rows["valeur_initiale"].notna()].itertuples()
        ]
        if starts:  # what later years will be read against
            yield f"Valeurs de départ connues, par le texte ou un relevé : {' ; '.join(starts)}."

    def _territoire(self, territoire: pd.DataFrame, *, muette: bool) -> Bloc:
        rules = self.situation.catalogue.bilan
        wanted = list(rules.page.chiffres_du_territoire)
        rows = territoire[territoire["indicateur"].isin(wanted) & territoire["dimension"].eq("")]
        ordered = rows.sort_values("indicateur", key=lambda column: column.map(wanted.index), kind="stable")
        shown = ordered if muette else ordered.head(rules.page.contexte)
        if shown.empty:
            return Groupe()
        title = sous_titre(f"Le contexte {self.contexte.territoire.a}")
        return title + liste(chiffre_du_territoire(row, rules, self.contexte) for row in shown.itertuples())

    def _inconnu(self) -> Iterator[str]:
        """Yield what is missing and from whom, one line a kind."""
        whole, rows = self.situation.collecte.iloc[0], self.ensembles
        lacking = int(whole["attendus"] - whole["renseignes"])
        if lacking:
            yield f"{compter(lacking, 'indicateur')} sur {whole['attendus']} : {self._services()}."
        silent = self.situation.etats[self.situation.etats["statut"].eq(NON_RENSEIGNEE) & ~self._a_venir]
        if len(silent):
            fiches = list(map(str, silent["fiche"].unique()))
            noun = "fiche" if len(fiches) == 1 else "fiches"
            yield f"L'état de {compter(len(silent), 'modalité')} ({noun} {enumerer(fiches)})."
        given = set(self.situation.moyens.loc[self.situation.moyens["valeur"].notna(), "signataire"])
        absent = [partie.nom_court for partie in self.situation.convention.parties if partie.id not in given]
        if absent:
            yield f"Les moyens engagés : {enumerer(absent)}."
        implied = int(deduits(rows).sum())
        yield (
            f"Sans valeur de départ : {compter(int(rows['valeur_initiale'].isna().sum()), 'indicateur')} sur "
            f"{len(rows)}. Sans cible : {nombre(int((~vises(rows)).sum()))}"
            + (f", dont {nombre(implied)} avec une référence déduite du texte" if implied else "")
            + "."
        )

    def _services(self) -> str:
        rows, plus = self.situation.collecte, self.situation.catalogue.bilan.page.services
        rows = rows[rows["groupe"].eq("responsable")]
        rows = rows.assign(manque=rows["attendus"] - rows["renseignes"])
        rows = rows[rows["manque"].gt(0)].sort_values("manque", ascending=False, kind="stable")
        named = [
            f"{abreger(service(self.situation, row.valeur_groupe), NOM_DE_SERVICE)} ({row.manque})"
            for row in rows.head(plus).itertuples()
        ]
        left = int(rows["manque"].iloc[plus:].sum())
        return ", ".join([*named, *([f"autres ({left})"] if left else [])])

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
        return abreger(catalogue.mesures[row.indicateur].libelle, catalogue.bilan.page.signes)


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
