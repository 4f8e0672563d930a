"""What the first page of a bilan, of a fiche or of the evaluation says: what families got, what is
done, is unknown.

All read the same frames, those of a fiche being its own rows. The sentences are those of
``messages.yaml``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.page_une import Message
from ctglib.blocs.propositions import ensembles, proposer, service, vises
from ctglib.calculs.collecte import demandes
from ctglib.calculs.ecriture import avec_unite, enumerer, majuscule, minuscule, nombre
from ctglib.calculs.etats import inconnues, pas_commencees, totaux
from ctglib.calculs.parcours import MANQUES
from ctglib.document.typographie import (
    abreger,
    accorder,
    date_longue,
    en_lettres,
    nombrer,
    remplir,
    sont,
    tous,
)
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.statuts import PROVISOIRES, Statut

EUROS = "euros"
INVESTISSEMENT = "investissement"
ETATS_DITS = ("realisee", "partielle", "en_cours", "reportee", "abandonnee", "prevue")
DEPUIS_LE_DEPART = {  # the columns of a year, in the way of an indicator
    "valeur": "derniere",
    "statut": "statut_derniere",
    "valeur_precedente": "valeur_initiale",
    "annee_precedente": "annee_initiale",
}
FOIS = "{valeur} fois"
VOYELLES = "aàâeéèêiîoôuhy"
CITES = 3  # beyond, those who have given nothing are counted
INFINITIF = re.compile(r"\w+(er|ir|re)\b")


@dataclass(frozen=True)
class MessagesDuSuivi:
    """The messages of a year, whole or of one fiche, of which the study is then the part."""

    etude: EtudeAnnuelle
    fiche: Fiche | None = None

    regles = property(lambda self: self.etude.catalogue.messages)

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The indicators as wholes, those that families see first."""
        return self._ordonner(ensembles(self.etude.evaluation))

    def _ordonner(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return indicators in the order in which families see them, means last."""
        order = {name: rank for rank, name in enumerate(self.regles.familles)}
        ranks = rows["indicateur"].map(order).fillna(len(order)) + rows["nature"].eq("moyen")
        return rows.loc[ranks.sort_values(kind="stable").index]

    @property
    def muette(self) -> bool:
        """Whether nothing was handed in for the year."""
        silent = self.etude.etats["statut"].isin(("non_renseignee", "prevue")).all()
        return bool(
            silent and self.etude.annuel.moyens.empty and not self.lignes["renseigne"].any()
        )

    def messages(self) -> Iterator[Message]:
        """Yield what families got, what is done, what was spent; when nothing is known, what is
        public and promised.
        """
        if self.muette:
            public = [] if self.fiche else [*self._publics()]
            yield from public or self._objectifs()
            yield from self._promesses()
            yield from self._attendus()
            return
        yield from self._familles()
        yield from self._actions()
        yield from self._depenses()

    def incertitudes(self) -> Iterator[Message]:
        """Yield what is not known or not sure, what weighs most first."""
        rows = self.lignes
        states = self.etude.etats
        contexte = self.etude.contexte
        annee = self.etude.annee
        if self.fiche is None and self.etude.bilan.comite is None:
            yield self._dire("comite", "decisions")
        if unknown := int(inconnues(states, self.etude.arrete).sum()):
            yield self._dire(
                "inconnues",
                "etats",
                unknown,
                lesquelles=_parmi(unknown, len(states), "action", True),
            )
        if not self.muette:
            silent = self._non_transmis()
            if len(silent):
                by = service(self.etude, silent["responsable"].mode().iloc[0])
                first = self._premier(silent)
                first = f"« {minuscule(abreger(first, self.regles.signes))} » ({by})"
                yield self._dire("non_transmis", "manques", len(silent), premier=first)
            unsure = rows[rows["statut"].isin(PROVISOIRES) & rows["valeur"].notna()]
            if len(unsure):
                yield self._dire(
                    "provisoires", "mesures", len(unsure), premier=self._premier(unsure)
                )
            chance = rows[
                rows["evolution"].eq("trop_peu")
            ]  # the first figure whose change chance alone explains
            if len(chance):
                name, *values = chance[["indicateur", "valeur_precedente", "valeur"]].iloc[0]
                before, now = (contexte.valeur(name, value) for value in values)
                yield self._dire(
                    "hasard", "mesures", premier=self._premier(chance), avant=before, apres=now
                )
        means = self._de_la_fiche(self.etude.annuel.moyens)
        given = set(means.loc[means["valeur"].notna(), "signataire"])
        parties = self.etude.convention.parties
        absent = [
            self.regles.avec_article(item.nom_court) for item in parties if item.id not in given
        ]
        lacking = means["valeur"].isna() & means["statut"].isin(
            (Statut.NON_TRANSMIS, Statut.NON_DISPONIBLE)
        )
        if absent:
            who = tous(len(absent), "signataire") if len(absent) > CITES else enumerer(absent)
            subject = "cette fiche" if self.fiche else annee
            yield self._dire("moyens_inconnus", "moyens", len(absent), qui=who, quoi=subject)
        elif count := int(lacking.sum()):
            yield self._dire("moyens_en_partie", "moyens", count, total=nombre(len(means)))
        followed = rows[rows["renseigne"] | ~rows["facultatif"]]
        without = int(followed["cible"].isna().sum())
        total = len(followed)
        if without == total > 1:
            yield self._dire("aucune_cible", "mesures", total)
        elif without > 1:
            bare = vises(followed).eq(followed["cible"].notna()).all()
            lack = "pas de cible" if bare else "ni cible ni référence"
            yield self._dire("sans_cible", "mesures", without, total=en_lettres(total), quoi=lack)

    def decisions(self) -> Iterator[Message]:
        """Yield what the data call the comité to decide, a sentence a proposal, what presses first."""
        found = proposer(self.etude)
        texts = (
            found["page"] if self.fiche is None else found.loc[found["fiche"].astype(bool), "page"]
        )
        for text in texts:
            yield self._message(text, "decisions")
        if texts.empty:
            yield Message(self.regles.sans_decision)

    # What is known.

    def _familles(self) -> Iterator[Message]:
        """Yield the first figures of what families got, each beside the year before."""
        rows = self.lignes[self.lignes["valeur"].gt(0)]
        told = [self._fait(row) for _, row in rows.head(self.regles.nombre).iterrows()]
        if told:
            told[0] = f"en {self.etude.annee}, {told[0]}"
            yield self._message(f"{'. '.join(map(majuscule, told))}.", "mesures")

    def _fait(self, row: pd.Series) -> str:
        """Return a figure in a sentence, then, in brackets, whether it is provisional and what it
        was before.
        """
        words = self.regles.familles.get(row["indicateur"], "")
        name = row["indicateur"]
        contexte = self.etude.contexte
        item = contexte.indicateurs[name]
        value = row["valeur"]
        earlier = row["valeur_precedente"]
        # A sentence of the catalogue is plural.
        bare = bool(words) and (FOIS in words or item.decimales > 0 or value >= 2)

        def number(valeur: float) -> str:
            if not bare:
                return contexte.valeur(name, valeur)
            return (
                contexte.valeur_nue(name, valeur)
                if item.decimales
                else en_lettres(round(valeur), feminin=True)
            )

        notes = ["chiffre provisoire"] if row["statut"] in PROVISOIRES else []
        if row["raison_evolution"] in self.regles.non_comparables:
            notes.append(self.regles.non_comparables[row["raison_evolution"]])
        elif pd.notna(earlier):
            before = {value: "comme", 0: "jamais" if FOIS in words else number(0)}.get(
                earlier
            ) or number(earlier)
            notes.append(f"{before} en {row['annee_precedente']}")
        label = abreger(item.libelle, self.regles.signes)
        told = remplir(words if bare else self.regles.reste, valeur=number(value), libelle=label)
        return told + (f" ({' ; '.join(notes)})" if notes else "")

    def _actions(self) -> Iterator[Message]:
        """Yield how many actions are done, running, stopped, then what is past its échéance."""
        rows = self.etude.etats
        words = self.etude.catalogue.evaluation.etats
        waiting = pas_commencees(rows, self.etude.arrete)
        counts = rows.loc[~waiting, "statut"].value_counts()
        total = len(rows)
        later = int(waiting.sum())
        named = {code: words[code] for code in ETATS_DITS if code in counts}
        told = [sont(int(counts[code]), word, accorder(word, 2)) for code, word in named.items()]
        if later:
            told.append(
                f"{en_lettres(later, feminin=True)} {'commence' if later < 2 else 'commencent'} plus tard"
            )
        if not told:
            return
        if unknown := total - later - sum(counts[code] for code in named):
            told.append(sont(int(unknown), "sans nouvelles", "sans nouvelles"))
        text = f"Sur {nombrer(total, 'action', feminin=True)}, {enumerer(told)}"
        if len(told) == 1:
            text = f"{majuscule(tous(total, 'action'))} {told[0].partition(' ')[2]}"
        late = rows.loc[rows["en_retard"], "libelle"]
        if len(late):
            label = f"« {abreger(late.iloc[0], self.regles.signes)} »"
            which = "elle est" if total == 1 else "l'une d'elles est"
            if len(late) > 1:
                which = f"{en_lettres(len(late))} d'entre elles sont"
                label = f"dont {label}"
            text += f" ; {which} en retard, {label}"
        yield self._message(f"{text}.", "etats")

    def _depenses(self) -> Iterator[Message]:
        """Yield what each signatory spent to run the services, beside the year before, and, apart,
        the investments.
        """
        means = self._de_la_fiche(self.etude.annuel.moyens)
        earlier = self.etude.precedent
        annee = self.etude.annee
        now = _par_signataire(means)
        if now.empty:
            return
        what, link = (
            ("cette fiche a reçu", "de")
            if self.fiche
            else ("faire fonctionner les services a coûté", "à")
        )
        parties = {
            item.id: self.regles.avec_article(item.nom_court)
            for item in self.etude.convention.parties
        }
        to = {
            who: f"{link} {name}".replace("de le ", "du ").replace("à le ", "au ")
            for who, name in parties.items()
        }
        told = [
            f"{'au moins ' if lacks else ''}{_euros(total)} {to[who]}"
            for who, total, lacks in now.itertuples()
        ]
        text = f"En {annee}, {what} {enumerer(told)}"
        before = (
            now.iloc[:0] if earlier is None else _par_signataire(self._de_la_fiche(earlier.moyens))
        )
        if set(before.index) == set(now.index) and not before["manquantes"].any():
            text += f" ({enumerer([_euros(before.at[who, 'valeur_connue']) for who in now.index])} en {annee - 1})"
        spent = means.loc[means["nature"].eq(INVESTISSEMENT), "valeur"].sum()
        if spent > 0:
            text += f" ; {_euros(spent)} d'investissement sont comptés à part"
        yield self._message(f"{text}.", "moyens")

    # What nobody handed in.

    def _publics(self) -> Iterator[Message]:
        """Yield what the public series say of the territory, two figures in a message."""
        place = self.etude.contexte.territoire
        contexte = self.etude.contexte
        rows = self.etude.series
        rows = rows[
            rows["dimension"].eq("") & rows["valeur"].notna() & rows["territoire"].eq(place.code)
        ]
        last = (
            rows.sort_values("annee")
            .drop_duplicates("indicateur", keep="last")
            .set_index("indicateur")
        )
        told = []
        for name in [name for name in self.regles.territoire if name in last.index][:2]:
            value = contexte.valeur(name, *last.loc[name, ["valeur", "statut"]])
            words = {"valeur": value, "annee": last.at[name, "annee"], **contexte.lieux}
            told.append(remplir(self.regles.territoire[name], **words))
        if told:
            yield self._message(" ".join(told), "territoire")

    def _objectifs(self) -> Iterator[Message]:
        """Yield what is aimed at: the first aims as a sentence when they are verbs, the first one
        quoted if not.
        """
        stakes = [item.titre for item in self.etude.convention.enjeux]
        aims = [
            minuscule(text.rstrip(" ."))
            for text in (self.fiche.objectifs if self.fiche else stakes)
        ]
        if aims and all(INFINITIF.match(text) for text in aims):
            told = [f"d'{text}" if text[0] in VOYELLES else f"de {text}" for text in aims[:2]]
            yield self._dire("buts", "promesses", buts=enumerer(told))
        elif aims:
            yield self._dire(
                "objectifs", "promesses", combien=nombrer(len(aims), "objectif"), premier=aims[0]
            )

    def _promesses(self) -> Iterator[Message]:
        """Yield what the convention wanted begun or done by then."""
        rows = self.etude.etats
        total = len(self.etude.etats)
        due = rows[~pas_commencees(rows, self.etude.arrete) | inconnues(rows, self.etude.arrete)]
        dated = rows.loc[
            rows["echeance_ecrite"] & rows["echeance"].dt.year.eq(self.etude.annee), "libelle"
        ]
        what, who = (
            ("de cette fiche", "Cette fiche")
            if self.fiche
            else ("de la convention", "La convention")
        )
        if total and due.empty:
            yield self._dire("rien_avant", "etats", qui=who, debut=int(rows["debut"].min().year))
        elif total:
            some = f"{en_lettres(len(due), feminin=True)} des {nombrer(total, 'action')}"
            which = tous(total, "action") if len(due) == total else some
            done = [
                f", et « {abreger(text, self.regles.signes)} » devait avoir abouti"
                for text in dated[:1]
            ]
            yield self._dire(
                "promesses", "etats", len(due), lesquelles=which, de_quoi=what, abouti="".join(done)
            )

    def _attendus(self) -> Iterator[Message]:
        rows = self._non_transmis()
        if rows.empty:
            return
        counts = rows["responsable"].map(lambda name: service(self.etude, name)).value_counts()
        values = f"{nombrer(len(rows), 'valeur', feminin=True)} de {self.etude.annee}"
        lack = f"{majuscule(values)} {'manquent' if len(rows) > 1 else 'manque'}"
        words = {
            "valeurs": values,
            "manquent": lack,
            "qui": counts.index[0],
            "surtout": surtout(counts),
        }
        yield self._dire("attendus", "manques", len(counts), **words)

    def _non_transmis(self) -> pd.DataFrame:
        """Return the indicators that somebody has to give for the year and did not."""
        rows = self._ordonner(ensembles(self.etude.evaluation))
        return demandes(rows[~rows["renseigne"] & rows["statut"].eq(Statut.NON_TRANSMIS)])

    def _premier(self, rows: pd.DataFrame) -> str:
        return self.etude.contexte.indicateurs[rows["indicateur"].iloc[0]].libelle

    def _de_la_fiche(self, moyens: pd.DataFrame) -> pd.DataFrame:
        return moyens if self.fiche is None else moyens[moyens["fiche"].eq(self.fiche.numero)]

    def _message(self, texte: str, preuves: str) -> Message:
        return Message(texte, self.regles.preuves[preuves])

    def _dire(self, cle: str, preuves: str, n: int = 1, **mots: object) -> Message:
        """Return a sentence of the catalogue about ``n`` things."""
        count = en_lettres(n)
        words = {"nombre": count, "Nombre": majuscule(count), "annee": self.etude.annee, **mots}
        return self._message(remplir(self.regles.suivi[cle], n=n, **words), preuves)


@dataclass(frozen=True)
class MessagesDeLaFin(MessagesDuSuivi):
    """The messages of the evaluation: those of the last year, its indicators read from their start."""

    etude: EtudeFinale

    @cached_property
    def lignes(self) -> pd.DataFrame:
        """The indicators as wholes, from their initial value to their last measure, those that
        families see first.
        """
        ways = self.etude.parcours
        since = {name: ways[column] for name, column in DEPUIS_LE_DEPART.items()}
        return self._ordonner(ways.assign(**since, renseigne=ways["derniere"].notna()))

    def messages(self) -> Iterator[Message]:
        """Yield what families got since the start, what is done, what is reached."""
        if self.etude.parcours["annees_connues"].eq(0).all():
            yield from super().messages()
            return
        yield from self._familles()
        yield from self._actions()
        yield from self._cibles()

    def incertitudes(self) -> Iterator[Message]:
        """Yield that no effect is shown, then what is unknown or not sure."""
        years = self.etude.annees
        beyond = self.etude.comparables.depassent
        unusual = 0 if beyond is None or beyond.empty else int(beyond["inhabituel"].sum())
        key = "effet_ecarts" if unusual else "effet_sans_ecart"
        if self.etude.preuves["resultats_compares"].completude == "absente":
            key = "effet_sans_comparaison"
        yield self._dire(key, "comparaison", unusual)
        asked = demandes(self.etude.parcours)
        if silent := int(asked["annees_connues"].eq(0).sum()):
            which = _parmi(silent, len(asked), "indicateur demandé")
            yield self._dire(
                "jamais_transmis", "cibles", debut=years[0], fin=years[-1], lesquels=which
            )
        yield from super().incertitudes()

    def decisions(self) -> Iterator[Message]:
        """Yield the reconduction, the objectives to take up again, then what the last year calls
        for.
        """
        proposed = self.etude.recommandations
        if self.etude.convention.citer("reconduction"):
            yield self._dire("reconduction", "articles", jour=date_longue(self.etude.suivi.fin))
        for code in ("adapter", "rendre_mesurable", "arreter"):
            labels = proposed.loc[proposed["decision"].eq(code), "libelle"]
            if len(labels):
                first = f"« {abreger(minuscule(labels.iloc[0]), self.regles.signes)} »"
                yield self._dire(code, "recommandations", len(labels), premier=first)
        yield from super().decisions()

    def _cibles(self) -> Iterator[Message]:
        """Yield how many of the targets that are judged are reached, then the first that is missed."""
        ways = self.etude.parcours
        contexte = self.etude.contexte
        reached = self.etude.preuves["cibles_atteintes"]
        if not reached.total:
            return
        judged = nombrer(
            int(reached.total), "cible ou référence", "cibles ou références", feminin=True
        )
        good = sont(int(reached.valeur), "atteinte ou en bonne voie", "atteintes ou en bonne voie")
        text = f"Sur {judged} que l'on peut juger, {good}"
        for row in ways[ways["verdict"].isin(MANQUES)][:1].itertuples():
            now, aim = (
                contexte.valeur(row.indicateur, value) for value in (row.derniere, row.cible)
            )
            others = int(reached.total - reached.valeur)
            many = (
                "une ne l'est pas," if others == 1 else f"{en_lettres(others)} ne le sont pas, dont"
            )
            text += f" ; {many} « {contexte.indicateurs[row.indicateur].libelle} » ({now} au lieu de {aim})"
        yield self._message(f"{text}.", "cibles")


def surtout(demandes: pd.Series, verbe: str = "à commencer par") -> str:
    """Return whom most is asked of, with how much: « , à commencer par « A » et « B » (sept
    chacun) »; "" when all are.

    ``demandes`` is how much is asked of each service, by its name, the most first.
    """
    most = demandes[demandes.eq(demandes.max())]
    if len(most) in (len(demandes), *range(CITES + 1, len(demandes))):
        return ""
    names = enumerer([f"{'à ' * (verbe == 'surtout')}« {name} »" for name in most.index])
    return f", {verbe} {names} ({en_lettres(int(most.iloc[0]), feminin=True)}{' chacun' * (len(most) > 1)})"


def _parmi(effectif: int, total: int, nom: str, feminin: bool = False) -> str:
    """Return « trois actions sur dix », « les dix actions » when they are all."""
    if effectif == total:
        return tous(total, nom)
    return f"{nombrer(effectif, nom, feminin=feminin)} sur {en_lettres(total)}"


def _par_signataire(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the operating euros that are known of each signatory, and how many of its lines lack."""
    rows = totaux(moyens[moyens["nature"].eq(EUROS)], ["signataire"]).set_index("signataire")
    return rows.loc[rows["valeur_connue"].gt(0), ["valeur_connue", "manquantes"]]


def _euros(valeur: float) -> str:
    return avec_unite(valeur, "€", 0)
