"""What the first page of a bilan or of a fiche says: what families got, what is done, what was spent, what is unknown.

Both read the same frames, those of a fiche being its own rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.page_une import Message
from ctglib.calculs.bilan import Situation, ensembles, proposer, service, vises
from ctglib.calculs.collecte import demandes
from ctglib.calculs.etats import inconnues, pas_commencees
from ctglib.document.typographie import (
    NOMBRES,
    abreger,
    accorder,
    avec_unite,
    date_longue,
    en_lettres,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    nombrer,
    tous,
)
from ctglib.donnees.statuts import PROVISOIRES, Statut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.calculs.bilan import Proposition
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.rapports import ReglesMessages

EUROS, INVESTISSEMENT = "euros", "investissement"
ETATS_DITS = ("realisee", "partielle", "en_cours", "reportee", "abandonnee", "prevue")
NON_COMPARABLES = {
    "rupture": "série rompue, non comparable",
    "changement_definition": "nouvelle définition, non comparable",
}
HASARD = "trop_peu"
FOIS, VOYELLES = "{valeur} fois", "aàâeéèêiîoôuhy"
CITES = 3  # beyond, those who have given nothing are counted
INFINITIF = re.compile(r"\w+(er|ir|re)\b")
SANS_CIBLE = "rien ne dit s'ils sont au niveau voulu"
PROMESSES = ("tableau-contrat", "tableau-promesses")
MANQUES = ("tableau-manques", "tableau-a-collecter", "tableau-collecte", "tableau-contrat")
ETATS = ("figure-etats-des-fiches", "figure-etats", "tableau-actions", "tableau-contrat", *MANQUES)
MESURES = ("tableau-familles", "tableau-indicateurs", "tableau-trajectoires", "tableau-contrat", "tableau-promesses")
MOYENS = ("tableau-moyens-signataires", "tableau-moyens", *MANQUES)
DECISIONS = ("tableau-propositions", "tableau-recommandations", *MANQUES)


@dataclass(frozen=True)
class MessagesDuSuivi:
    """The messages of a year, whole or of one fiche.

    Args:
        etude: What was handed in, and what is worked out from it.
        fiche: The one fiche of the report, None for all of them.
    """

    etude: EtudeAnnuelle
    fiche: Fiche | None = None

    @cached_property
    def situation(self) -> Situation:
        """What the rules of the proposals look at, the fiche's own when there is one."""
        etude = self.etude
        return Situation(
            convention=etude.convention,
            catalogue=etude.catalogue,
            bilan=etude.bilan,
            precedent=etude.precedent.bilan if etude.precedent else None,
            fin=etude.suivi.fin,
            etats=self._de_la_fiche(etude.etats),
            evaluation=self._de_la_fiche(etude.evaluation),
            collecte=etude.collecte,
            a_collecter=self._de_la_fiche(etude.a_collecter),
            moyens=etude.annuel.moyens,
        )

    @property
    def contexte(self) -> Contexte:
        """The words."""
        return self.etude.contexte

    @property
    def regles(self) -> ReglesMessages:
        """The sentences."""
        return self.etude.catalogue.messages

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The indicators as wholes, those that families see first."""
        return self.ordonner(ensembles(self.situation.evaluation))

    def ordonner(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return indicators in the order in which families see them, means last."""
        order = {name: rank for rank, name in enumerate(self.regles.familles)}
        ranks = rows["indicateur"].map(order).fillna(len(order)) + rows["nature"].eq("moyen")
        return rows.loc[ranks.sort_values(kind="stable").index]

    @cached_property
    def etats(self) -> pd.DataFrame:
        """The states of the modalités."""
        return self.situation.etats

    @property
    def muette(self) -> bool:
        """Whether nothing was handed in for the year."""
        silent = self.etats["statut"].isin(("non_renseignee", "prevue")).all() and self.situation.moyens.empty
        return bool(silent and not self.lignes["renseigne"].any())

    def messages(self) -> Iterator[Message]:
        """Yield what families got, what is done, what was spent; when nothing is known, what is public and promised."""
        if self.muette:
            public = [] if self.fiche else [*self._publics()]
            yield from public or self._objectifs()
            yield from self._promesses()
            yield from self._attendus()
            return
        yield from self.familles()
        yield from self.actions()
        yield from self._depenses()

    def incertitudes(self) -> Iterator[Message]:
        """Yield what is not known or not sure, what weighs most first."""
        rows, bilan, total = self.lignes, self.situation.bilan, len(self.etats)
        if self.fiche is None and bilan.comite is None:
            yield Message(f"Rien ne dit si le comité de pilotage de {bilan.annee} s'est réuni.", DECISIONS)
        if unknown := int(inconnues(self.etats, self._arrete).sum()):
            some = f"{nombrer(unknown, 'action', feminin=True)} sur {en_lettres(total)}"
            which = tous(total, "action") if unknown == total else some
            yield Message(f"On ne sait pas où en {'sont' if unknown > 1 else 'est'} {which}.", ETATS)
        if not self.muette:
            yield from self._non_transmis()
            yield from self._provisoires()
            yield from self._hasard()
        yield from self._argent_inconnu()
        followed = rows[rows["renseigne"] | ~rows["facultatif"]]
        without, total = int(followed["cible"].isna().sum()), len(followed)
        if without == total > 1:
            asked = nombrer(total, "indicateur demandé")
            yield Message(f"Aucun des {asked} n'a de cible, et {SANS_CIBLE}.", MESURES)
        elif without > 1:
            aims = "pas de cible" if vises(followed).eq(followed["cible"].notna()).all() else "ni cible ni référence"
            many = f"{majuscule(nombrer(without, 'indicateur'))} sur {en_lettres(total)}"
            yield Message(f"{many} n'ont {aims}, et {SANS_CIBLE}.", MESURES)

    def decisions(self) -> Iterator[Message]:
        """Yield what the data call the comité to decide, a sentence a proposal, what presses first."""
        rules, told = {rule.id: rule for rule in self.situation.catalogue.bilan.propositions}, 0
        for found in proposer(self.situation):
            rule = rules[found.regle]
            if self.fiche is None or rule.fiche:
                told += 1
                yield Message(self._decision(found, (found.finale and rule.page_finale) or rule.page), DECISIONS)
        if not told:
            yield Message(self.regles.sans_decision)

    def _decision(self, found: Proposition, phrase: str) -> str:
        names = [self._citer(item) if isinstance(item, str) else date_longue(item) for item in found.objets]
        parties = [self.regles.avec_article(item) for item in found.objets if isinstance(item, str)]
        return phrase.format(
            premier=names[0],
            tous=enumerer(parties),
            indicateurs=nombrer(found.nombre, "indicateur"),
            annee=self.situation.bilan.annee,
        )

    def _citer(self, objet: str) -> str:
        """Return what a proposal names between quotation marks: no number of modalité, no count of values."""
        label, precision = re.fullmatch(r"(?:\d\S* )?(.*?)( \([^()]* pour [^()]*\))?(?: \(\d+\))?[ .]*", objet).groups()
        return f"« {abreger(label, self.regles.signes)} »{precision or ''}"

    # What is known.

    def familles(self) -> Iterator[Message]:
        """Yield the first figures of what families got, each beside the year before."""
        rows = self.lignes[self.lignes["valeur"].gt(0)]
        told = [self._fait(row) for _, row in rows.head(self.regles.nombre).iterrows()]
        if told:
            told[0] = f"en {self.situation.bilan.annee}, {told[0]}"
            yield Message(f"{'. '.join(map(majuscule, told))}.", MESURES)

    def _fait(self, row: pd.Series) -> str:
        """Return a figure in a sentence, then, in brackets, whether it is provisional and what it was before."""
        words, name = self.regles.familles.get(row["indicateur"], ""), row["indicateur"]
        item, value, earlier = self.contexte.indicateurs[name], row["valeur"], row["valeur_precedente"]
        # A sentence of the catalogue is plural.
        bare = bool(words) and (FOIS in words or item.decimales > 0 or value >= 2)

        def number(valeur: float) -> str:
            if bare and not item.decimales and valeur < len(NOMBRES):
                return en_lettres(int(valeur), feminin=True)
            return (self.contexte.valeur_nue if bare else self.contexte.valeur)(name, valeur)

        notes = ["chiffre provisoire"] if row["statut"] in PROVISOIRES else []
        if row["raison_evolution"] in NON_COMPARABLES:
            notes.append(NON_COMPARABLES[row["raison_evolution"]])
        elif pd.notna(earlier):
            before = {value: "comme", 0: "jamais" if FOIS in words else number(0)}.get(earlier) or number(earlier)
            notes.append(f"{before} en {row['annee_precedente']}")
        label = abreger(item.libelle, self.regles.signes)
        told = (words if bare else self.regles.reste).format(valeur=number(value), libelle=label)
        return told + (f" ({' ; '.join(notes)})" if notes else "")

    def actions(self) -> Iterator[Message]:
        """Yield how many actions are done, running, stopped, then what is past its échéance."""
        rows, words = self.etats, self.situation.catalogue.evaluation.etats
        waiting = pas_commencees(rows, self._arrete)
        counts, total = rows.loc[~waiting, "statut"].value_counts(), len(rows)
        told = [
            (int(counts[code]), "est", "sont", accorder(words[code].feminin or words[code].mot, counts[code]))
            for code in ETATS_DITS
            if code in counts
        ]
        if later := int(waiting.sum()):
            told.append((later, "commence", "commencent", "plus tard"))
        if not told:
            return
        if unknown := total - sum(count for count, *_ in told):
            told.append((unknown, "est", "sont", "sans nouvelles"))
        does = [(count, f"{one if count < 2 else many} {what}") for count, one, many, what in told]
        text = f"{majuscule(tous(total, 'action'))} {does[0][1]}"
        if len(does) > 1:
            parts = enumerer([f"{en_lettres(count, feminin=True)} {what}" for count, what in does])
            text = f"Sur {nombrer(total, 'action', feminin=True)}, {parts}"
        late = rows[rows["en_retard"]]
        if len(late):
            label = f"« {abreger(late.iloc[0]['libelle'], self.regles.signes)} »"
            which = "elle est" if total == 1 else "l'une d'elles est"
            if len(late) > 1:
                which, label = f"{en_lettres(len(late))} d'entre elles sont", f"dont {label}"
            text += f" ; {which} en retard, {label}"
        yield Message(f"{text}.", ETATS)

    def _depenses(self) -> Iterator[Message]:
        """Yield what each signatory spent to run the services, beside the year before, and, apart, the investments."""
        means, earlier = self._de_la_fiche(self.situation.moyens), self.etude.precedent
        now = self._par_signataire(means)
        before = self._par_signataire(self._de_la_fiche(earlier.moyens)) if earlier else {}
        if not now:
            return
        contracted, whole = ("du ", "de ") if self.fiche else ("au ", "à ")
        parties = {item.id: self.regles.avec_article(item.nom_court) for item in self.situation.convention.parties}
        names = {
            who: contracted + name.removeprefix("le ") if name.startswith("le ") else whole + name
            for who, name in parties.items()
        }
        told = [f"{'' if exact else 'au moins '}{_euros(total)} {names[who]}" for who, (total, exact) in now.items()]
        what = "cette fiche a reçu" if self.fiche else "faire fonctionner les services a coûté"
        text = f"En {self.situation.bilan.annee}, {what} {enumerer(told)}"
        if set(before) == set(now) and all(exact for _, exact in before.values()):
            text += f" ({enumerer([_euros(before[who][0]) for who in now])} en {self.situation.bilan.annee - 1})"
        spent = means.loc[means["nature"].eq(INVESTISSEMENT), "valeur"].sum()
        if spent > 0:
            text += f" ; {_euros(spent)} d'investissement sont comptés à part"
        yield Message(f"{text}.", MOYENS)

    def _par_signataire(self, moyens: pd.DataFrame) -> dict[str, tuple[float, bool]]:
        """Return the operating euros of each signatory, and whether none of its lines lacks."""
        rows = moyens[moyens["nature"].eq(EUROS)]
        return {
            who: (
                float(own["valeur"].sum()),
                bool(own.loc[own["statut"].ne(Statut.SANS_OBJET), "valeur"].notna().all()),
            )
            for who, own in rows.groupby("signataire", sort=False)
            if own["valeur"].gt(0).any()
        }

    # What nobody handed in.

    def _publics(self) -> Iterator[Message]:
        """Yield what the public series say of the territory, two figures in a message."""
        rows = self.etude.series
        rows = rows[rows["dimension"].eq("") & rows["valeur"].notna()]
        place, told = self.contexte.territoire, []
        for name, words in self.regles.territoire.items():
            own = rows[rows["indicateur"].eq(name) & rows["territoire"].eq(place.code)]
            if own.empty:
                continue
            last = own.loc[own["annee"].idxmax()]
            value = self.contexte.valeur(name, last["valeur"], last["statut"])
            text = words.format(valeur=value, annee=last["annee"], territoire=place.nom, a=place.a)
            told.append(f"{text}.")
        if told:
            yield Message(" ".join(told[:2]), ("tableau-territoire", "tableau-diagnostic-revisite"))

    def _objectifs(self) -> Iterator[Message]:
        """Yield what is aimed at: the first aims as a sentence when they are verbs, the first one quoted if not."""
        stakes = [item.titre for item in self.situation.convention.enjeux]
        aims = [minuscule(text.rstrip(" .")) for text in (self.fiche.objectifs if self.fiche else stakes)]
        if aims and all(INFINITIF.match(text) for text in aims):
            told = [f"d'{text}" if text[0] in VOYELLES else f"de {text}" for text in aims[:2]]
            yield Message(f"La convention prévoit {enumerer(told)}.", PROMESSES)
        elif aims:
            many = nombrer(len(aims), "objectif")
            yield Message(f"La convention se donne ici {many}, d'abord « {aims[0]} ».", PROMESSES)

    def _promesses(self) -> Iterator[Message]:
        """Yield what the convention wanted begun or done by then."""
        rows, year = self.etats, self.situation.bilan.annee
        due = rows[~pas_commencees(rows, self._arrete) | inconnues(rows, self._arrete)]
        dated = rows[rows["echeance_ecrite"] & rows["echeance"].dt.year.eq(year)]
        if rows.empty:
            return
        if due.empty:
            start = int(rows["debut"].min().year)
            who = "Cette fiche" if self.fiche else "La convention"
            yield Message(f"{who} ne commence rien avant {start}, et rien n'était encore à faire en {year}.", ETATS)
            return
        some = f"{en_lettres(len(due), feminin=True)} des {nombrer(len(rows), 'action')}"
        which = tous(len(rows), "action") if len(due) == len(rows) else some
        what = "de cette fiche" if self.fiche else "de la convention"
        had = "devait être en cours ou terminée" if len(due) == 1 else "devaient être en cours ou terminées"
        text = f"Fin {year}, {which} {what} {had}"
        if len(dated):
            text += f", et « {abreger(dated.iloc[0]['libelle'], self.regles.signes)} » devait avoir abouti"
        yield Message(f"{text} ; aucun suivi n'a été transmis.", ETATS)

    def _attendus(self) -> Iterator[Message]:
        """Yield who owes the values of the year."""
        rows = self._muettes()
        if rows.empty:
            return
        counts = rows["responsable"].map(lambda name: service(self.situation, name)).value_counts()
        values = f"{nombrer(len(rows), 'valeur', feminin=True)} de {self.situation.bilan.annee}"
        text = f"{majuscule(nombrer(len(counts), 'service'))} doivent encore transmettre {values}{surtout(counts)}."
        if len(counts) == 1:
            lack = "manquent" if len(rows) > 1 else "manque"
            text = f"{majuscule(values)} {lack} encore, à demander à « {counts.index[0]} »."
        yield Message(text, MANQUES)

    def _muettes(self) -> pd.DataFrame:
        """Return the indicators that somebody has to give for the year and did not."""
        rows = self.ordonner(ensembles(self.situation.evaluation))
        return demandes(rows[~rows["renseigne"] & rows["statut"].eq(Statut.NON_TRANSMIS)])

    # What is not sure.

    def _non_transmis(self) -> Iterator[Message]:
        rows, annee = self._muettes(), self.situation.bilan.annee
        if rows.empty:
            return
        by = service(self.situation, rows["responsable"].mode().iloc[0])
        first = f"« {minuscule(abreger(self._premier(rows), self.regles.signes))} » ({by})"
        text = f"Une valeur de {annee} n'a pas été transmise, {first}."
        if len(rows) > 1:
            many = majuscule(nombrer(len(rows), "valeur"))
            text = f"{many} de {annee} n'ont pas été transmises, dont {first}."
        yield Message(text, MANQUES)

    def _provisoires(self) -> Iterator[Message]:
        rows = self.lignes[self.lignes["statut"].isin(PROVISOIRES) & self.lignes["valeur"].notna()]
        if rows.empty:
            return
        first = f"« {self._premier(rows)} »"
        text = f"Le chiffre {first} est provisoire et peut encore changer."
        if len(rows) > 1:
            many = majuscule(nombrer(len(rows), "chiffre"))
            text = f"{many} sont provisoires et peuvent encore changer, dont {first}."
        yield Message(text, MESURES)

    def _hasard(self) -> Iterator[Message]:
        """Yield the first figure whose change chance alone explains."""
        rows = self.lignes[self.lignes["evolution"].eq(HASARD)]
        if len(rows):
            name, *values = rows[["indicateur", "valeur_precedente", "valeur"]].iloc[0]
            before, now = (self.contexte.valeur(name, value) for value in values)
            what = f"« {self._premier(rows)} » passe de {before} à {now}"
            yield Message(f"{what}, un écart que le hasard suffit à expliquer.", MESURES)

    def _argent_inconnu(self) -> Iterator[Message]:
        """Yield the signatories whose means are not known, or are known in part."""
        means = self._de_la_fiche(self.situation.moyens)
        given = set(means.loc[means["valeur"].notna(), "signataire"])
        parties = self.situation.convention.parties
        absent = [self.regles.avec_article(item.nom_court) for item in parties if item.id not in given]
        lacking = means[means["valeur"].isna() & means["statut"].isin((Statut.NON_TRANSMIS, Statut.NON_DISPONIBLE))]
        subject = "cette fiche" if self.fiche else f"{self.situation.bilan.annee}"
        if absent:
            who = tous(len(absent), "signataire") if len(absent) > CITES else enumerer(absent)
            have = "ont" if len(absent) > 1 else "a"
            yield Message(f"On ne sait pas ce que {who} {have} engagé pour {subject}.", MOYENS)
        elif len(lacking):
            lines = majuscule(nombrer(len(lacking), "ligne de dépenses", "lignes de dépenses", feminin=True))
            known = "n'est pas connue, et son total est un minimum"
            if len(lacking) > 1:
                known = "ne sont pas connues, et leurs totaux sont des minimums"
            yield Message(f"{lines} sur {nombre(len(means))} {known}.", MOYENS)

    @property
    def _arrete(self) -> pd.Timestamp:
        return pd.Timestamp(self.situation.bilan.date_arretee)

    def _premier(self, rows: pd.DataFrame) -> str:
        return self.contexte.indicateurs[rows["indicateur"].iloc[0]].libelle

    def _de_la_fiche(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows if self.fiche is None else rows[rows["fiche"].eq(self.fiche.numero)]


def surtout(demandes: pd.Series, verbe: str = "à commencer par") -> str:
    """Return whom most is asked of, with how much: « , à commencer par « A » et « B » (sept chacun) »; "" when all are.

    Args:
        demandes: How much is asked of each service, by its name, the most first.
        verbe: What comes before the names.
    """
    most = demandes[demandes.eq(demandes.max())]
    if len(most) in (len(demandes), *range(CITES + 1, len(demandes))):
        return ""
    names = enumerer([f"{'à ' * (verbe == 'surtout')}« {name} »" for name in most.index])
    return f", {verbe} {names} ({en_lettres(int(most.iloc[0]), feminin=True)}{' chacun' * (len(most) > 1)})"


def _euros(valeur: float) -> str:
    return avec_unite(valeur, "€", 0)
