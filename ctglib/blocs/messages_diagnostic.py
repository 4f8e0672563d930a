"""What the first page of the diagnostic says: what families live on, what is not there, what the Caf spends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs.page_une import Message
from ctglib.calculs.comparaison import services_absents
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.document.typographie import avec_unite, en_lettres, enumerer, majuscule, minuscule, part_en_mots, sont

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import pandas as pd

    from ctglib.calculs.comparaison import Constat, Position
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.modeles.convention import Convention, Lacune
    from ctglib.donnees.modeles.rapports import GroupeDeParts, ParTete

OUVERT, CONTREDITE, INVERIFIABLE = "ouvert", "contredite", "inverifiable"
PLACES_ET_ECART = 2  # what is said first of the modes of care; the rest is said beside their chart
LACUNES, CONTROLE = ("tableau-questions", "tableau-lacunes"), ("controle.html", "contrôle de la convention")


@dataclass(frozen=True)
class MessagesDuDiagnostic:
    """The messages of a diagnostic.

    Args:
        convention: Its open points.
        catalogue: The sentences, and what calls for them.
        contexte: The words and the two territories.
        comparaison: The territory beside its reference.
        constats: A finding for every indicator.
        doutes: The doubtful indicators.
        controle: Findings of the consistency check.
        accueil: What is said of the places for under-threes, by mode of care.
        jugements: The verdict on each sentence of the text, for the report of the check.
        hors_enjeux: The needs that no enjeu takes.
    """

    convention: Convention
    catalogue: Catalogue
    contexte: Contexte
    comparaison: pd.DataFrame
    constats: tuple[Constat, ...]
    doutes: Collection[str]
    controle: pd.DataFrame
    hors_enjeux: pd.DataFrame
    accueil: Sequence[str] = ()
    jugements: pd.DataFrame | None = None

    def messages(self) -> list[Message]:
        """Return what the diagnostic says first: what families live on, what is not there, what the Caf spends."""
        regles = self.catalogue.messages
        found = {constat.indicateur: constat for constat in self.constats}
        sure = {
            name: item
            for name, item in found.items()
            if not item.provisoire and name not in self.doutes and item.ecart_relatif is not None
        }
        above, below = (
            [message for groupe in regles.parts if (message := self._parts(groupe, sure, side))]
            for side in ("superieur", "inferieur")
        )
        heads = map(self._par_tete, regles.par_tete)
        told = [*above[:1], self._modes(), *heads, self._services(), *above[1:], *below]
        return [message for message in told if message] or [self._sans_chiffre()]

    def _parts(self, groupe: GroupeDeParts, sure: dict[str, Constat], cote: Position) -> Message | None:
        """Return a message of the first share of a group on one side of the reference, and the widest of the others."""
        there = [sure[name] for name in groupe.indicateurs if name in sure and sure[name].position == cote]
        there = [item for item in there if item.annee == there[0].annee]
        if not there:
            return None
        shown = [there[0], *sorted(there[1:], key=lambda item: -abs(item.ecart_relatif))[:1]]
        told, values = [], []
        for item in shown:
            words = groupe.indicateurs[item.indicateur]
            share, alone = part_en_mots(item.niveau, words.nom, court=bool(told))
            told.append(f"{share} {words.un if alone else words.plusieurs} ({self._valeur(item, item.niveau)})")
            values.append(self._valeur(item, item.reference))
        place = self.contexte
        when = f"en {there[0].annee}, " if there[0].annee else ""
        where = majuscule(when + place.territoire.a)
        text = f"{where}, {enumerer(told)}, contre {enumerer(values)} {place.reference.a}."
        return Message(text, groupe.preuves)

    def _modes(self) -> Message | None:
        """Return how many places there are for under-threes, and which kind of care makes the gap to the reference."""
        if len(self.accueil) < PLACES_ET_ECART:
            return None
        return Message(" ".join(self.accueil[:PLACES_ET_ECART]), ("figure-modes",))

    def _services(self) -> Message | None:
        """Return what the territory has none of while its reference has some; what is doubtful is left out."""
        rules, place = self.catalogue.messages.services, self.contexte
        absent = services_absents(self.constats, self.catalogue.synthese.services)
        names = [rules.noms[item.indicateur] for item in absent if item.indicateur not in self.doutes]
        if not names:
            return None
        listed = f"pas de {names[0]}" if len(names) == 1 else ", ".join(f"ni {name}" for name in names)
        text = rules.phrase.format(
            Territoire=majuscule(place.territoire.le), services=listed, reference=place.reference.le
        )
        return Message(text, rules.preuves)

    def _par_tete(self, regle: ParTete) -> Message | None:
        """Return an amount by head in both territories; nothing when a figure lacks or is not sure."""
        rows = self.comparaison.set_index("indicateur")
        names = [*regle.numerateur, regle.denominateur]
        if not set(names) <= set(rows.index) or set(names) & set(self.doutes):
            return None
        both = rows.loc[names, ["valeur", "valeur_reference"]]
        here, there = (both.iloc[:-1].sum(skipna=False) / both.iloc[-1]).tolist()
        gap = 100 * abs(here - there) / there if there else float("nan")
        if not gap >= self.catalogue.seuils.ecart_notable_pourcent:
            return None
        values = {"ici": avec_unite(here, "€", 0), "la": avec_unite(there, "€", 0)}
        values["annee"] = f"{rows.at[names[0], 'annee']:.0f}"
        places = {"a_territoire": self.contexte.territoire.a, "a_reference": self.contexte.reference.a}
        return Message(regle.phrase.format(**values, **places), regle.preuves)

    def _sans_chiffre(self) -> Message:
        place = self.contexte
        return Message(
            f"La convention ne donne aucun chiffre qui compare {place.territoire.le} et {place.reference.le}."
        )

    def _valeur(self, constat: Constat, valeur: float) -> str:
        return self.contexte.valeur(constat.indicateur, valeur)

    def incertitudes(self) -> Iterator[Message]:
        """Yield what the check of the figures and of the text leaves in doubt, one sentence a rule."""
        regles, place = self.catalogue.messages, self.contexte
        open_ = self.controle[self.controle["statut"].eq(OUVERT)]
        at = {item.nom: item.a for item in (place.territoire, place.reference)}
        told, years = 0, self.comparaison.set_index("indicateur")["annee"].dropna()
        for code, words in regles.incertitudes.items():
            rows = open_[open_["regle"].eq(code)]
            rows = rows[rows["territoire"].isin(at)] if "{A_territoire}" in words else rows
            if len(rows) == 0:
                continue
            row = rows.iloc[0]
            where = at.get(row["territoire"], "")
            name = row["indicateurs"].partition(SEPARATEUR)[0]
            filled = words.format(
                objet=row["objet"],
                ecrit=minuscule(row["ecrit"]),
                tableau=f"tableau de {years[name]:.0f}" if name in years else "tableau",
                precision=f", {regles.precisions[name]}" if name in regles.precisions else "",
                calcule=row["calcule"].partition(" ;")[0],
                Objet=majuscule(row["objet"]),
                A_territoire=majuscule(where),
            )
            told += 1
            yield Message(filled, ("tableau-coherence",), CONTROLE)
        if not told:
            yield Message(regles.sans_incertitude)

    def decisions(self) -> Iterator[Message]:
        """Yield the needs that no fiche answers, then the questions that the convention leaves open."""
        regles, needs = self.catalogue.messages, self.hors_enjeux
        needs = needs[needs["fiches"].eq("")]
        if len(needs):
            titles = {theme.theme: minuscule(theme.titre) for theme in self.catalogue.themes}
            named = [titles[name] for name in needs["theme"].unique()]
            themes = " ; ".join(named) if any(" et " in name for name in named) else enumerer(named)
            yield Message(regles.a_decider["sans_fiche"].format(themes=themes), ("tableau-besoins",))
        for lacune in self._lacunes():
            yield Message(lacune.question, LACUNES, CONTROLE)
        if needs.empty and not self.convention.lacunes:
            yield Message(regles.sans_point_ouvert)

    def _lacunes(self) -> list[Lacune]:
        """Return the open points, those that the convention puts first before the others."""
        open_ = {lacune.id: lacune for lacune in self.convention.lacunes}
        first = [open_.pop(name) for name in self.convention.lacunes_d_abord if name in open_]
        return [*first, *open_.values()]


@dataclass(frozen=True)
class MessagesDuControle(MessagesDuDiagnostic):
    """The messages of the check of a convention: what it found, in numbers of points."""

    def messages(self) -> Iterator[Message]:
        """Yield what is to be corrected, what the sentences are worth, what is left open."""
        words, open_ = self.catalogue.messages.controle, self.controle[self.controle["statut"].eq(OUVERT)]
        grave = open_[open_["gravite"].eq(next(iter(self.catalogue.coherence.regles.gravites)))]
        if len(grave):
            yield Message(
                _compter(words["a_corriger"], len(grave), premier=grave.iloc[0]["objet"]), ("tableau-coherence",)
            )
        counts, total = self.jugements["verdict"].value_counts(), len(self.jugements)
        if total:
            wrong, unknown = (int(counts.get(code, 0)) for code in (CONTREDITE, INVERIFIABLE))
            told = words["phrases"][0].format(
                total=en_lettres(total),
                contredites=sont(wrong, "contredite", "contredites"),
                inverifiables=sont(unknown, "invérifiable", "invérifiables"),
            )
            yield Message(told, ("tableau-affirmations",))
        if lacunes := self._lacunes():
            first = minuscule(lacunes[0].objet)
            yield Message(_compter(words["lacunes"], len(lacunes), premier=first), LACUNES)
        if not (len(grave) or total or self.convention.lacunes):
            yield Message(self.catalogue.messages.sans_incertitude)

    def decisions(self) -> Iterator[Message]:
        """Yield what to ask of whom, the gravest finding of each party first."""
        open_ = self.controle[self.controle["statut"].eq(OUVERT)].drop_duplicates("regle")
        for _, row in open_.iterrows():
            yield Message(row["question"], ("tableau-coherence",))
        if open_.empty:
            yield Message(self.catalogue.messages.sans_point_ouvert)


def _compter(formes: tuple[str, ...], nombre: int, *, premier: str) -> str:
    """Return a sentence about one thing, or about several."""
    return formes[nombre > 1].format(nombre=majuscule(en_lettres(nombre)), premier=premier)
