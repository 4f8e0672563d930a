"""A convention and its diagnostic: what is worked out once from its data, and what its first pages
say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pandas as pd

from ctglib.blocs.mots import sources
from ctglib.blocs.offre import phrases_des_modes
from ctglib.blocs.page_une import Message, couvrir, page_une
from ctglib.calculs import comparaison as calculs
from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler, doutes
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, enumerer, majuscule, minuscule
from ctglib.document.blocs import Bloc, Couverture
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import en_lettres, part_en_mots, remplir, sont
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.lecture import enregistrer
from ctglib.donnees.modeles.rapports import GroupeDeParts, MontantsParTete
from ctglib.donnees.partage import partager
from ctglib.donnees.publiques import lire_couverture

OUVERT = "ouvert"
CONTREDITE = "contredite"
INVERIFIABLE = "inverifiable"
PLACES_ET_ECART = 2  # what is said first of the modes of care; the rest is said beside their chart
LACUNES = ("tableau-questions", "tableau-lacunes")
CONTROLE = ("controle.html", "contrôle de la convention")


@dataclass(frozen=True)
class EtudeDiagnostic:
    """A convention and what its data say before any year; each result is computed when first asked
    for, then kept.
    """

    dossier: Dossier
    controle: (
        pd.DataFrame
    )  # the findings of the consistency check (see ``ctglib.calculs.coherence``)
    empreintes: Mapping[str, str] = field(
        default_factory=dict
    )  # the sha256 of every data file read, by path
    modes: pd.DataFrame = field(
        default_factory=pd.DataFrame
    )  # places for under-threes (see ``lire_couverture``)

    @classmethod
    def ouvrir(cls, convention: str) -> Self:
        """Rend ce que l'on peut demander d'une convention, ses données lues et contrôlées.

        Args:
            convention: Nom d'un dossier de ``data/conventions``.

        Raises:
            DonneesInvalides: Toutes les fautes des données.
        """

        def lire() -> tuple:
            with enregistrer() as journal:
                dossier = lire_dossier(convention)
                modes = lire_couverture(dossier)
            return dossier, controler(dossier), dict(journal.lus), modes

        return cls(*partager(f"diagnostic/{convention}", lire))

    catalogue = property(lambda self: self.dossier.catalogue, doc="What the words mean.")
    convention = property(lambda self: self.dossier.convention, doc="The convention.")
    doutes = cached_property(
        lambda self: doutes(self.controle)
    )  # the indicators that the check makes doubtful
    jugements = cached_property(
        lambda self: juger(self.dossier)
    )  # the verdict on each sentence of the text
    # The needs under each enjeu, then those of no enjeu.
    besoins_lus = cached_property(
        lambda self: calculs.besoins(
            self.convention, self.comparaison, self.catalogue.synthese.services
        )
    )

    @cached_property
    def contexte(self) -> Contexte:
        """The words of the catalogue, the territory, its reference, and the source of the figures
        of annexe 1.
        """
        return Contexte.de(
            self.dossier, self.catalogue.indicateurs, self.convention.source_diagnostic
        )

    @cached_property
    def comparaison(self) -> pd.DataFrame:
        """The territory beside its reference, one row an indicator (see
        ``ctglib.calculs.comparaison``).
        """
        words = self.catalogue
        places = (self.convention.territoire, self.convention.reference)
        table = calculs.comparer(self.dossier.annexe1, words.indicateurs, words.unites, *places)
        table = calculs.sans_le_hasard(table, words.indicateurs, words.evaluation)
        themes = {item.id: theme.theme for theme in words.themes for item in theme.indicateurs}
        return calculs.constats(table, words.indicateurs, theme_de=themes, seuils=words.seuils)

    @cached_property
    def constats_surs(self) -> pd.DataFrame:
        """Its rows that are neither provisional nor doubtful, by indicator."""
        rows = self.comparaison
        return rows[~rows["provisoire"] & ~rows["indicateur"].isin(list(self.doutes))].set_index(
            "indicateur"
        )

    @cached_property
    def indices(self) -> pd.DataFrame:
        """The indices of the radar (see ``ctglib.calculs.comparaison``)."""
        words = self.catalogue
        places = (self.convention.territoire, self.convention.reference)
        turned = {
            name: words.unites[item.unite].renversement for name, item in words.indicateurs.items()
        }
        return calculs.indices(
            self.dossier.annexe1, words.radar, places, renversements=turned, doutes=self.doutes
        )

    @cached_property
    def accueil(self) -> list[str]:
        """What is said of the places for under-threes, nothing where none is published."""
        rules = self.catalogue.diagnostic.modes
        fiches = self.convention.fiches
        return (
            phrases_des_modes(self.modes, rules, fiches, self.contexte) if len(self.modes) else []
        )

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, date of the data; « provisoire » while something is to
        be corrected.
        """
        rules = self.catalogue.regles
        convention = self.convention
        left = self.controle["gravite"].eq(next(iter(rules.gravites))) & self.controle["statut"].eq(
            OUVERT
        )
        still = "provisoire, le contrôle de la convention ayant des points à corriger"
        return couvrir(
            convention,
            self.dossier.logos,
            (
                ("Date des données", convention.date_des_donnees),
                ("Statut", still if left.any() else "définitif"),
            ),
            periode="Période",
            sujet=f"Convention territoriale globale {convention.debut.year}-{convention.fin.year}",
            territoire=self.contexte.territoire.nom,
            source=f"Source : {convention.source_texte}",
            date=convention.debut.isoformat(),
            sigles=tuple(self.catalogue.synthese.sigles.items()),
        )

    def page_une(self, rapport: str, genre: type[MessagesDuDiagnostic]) -> Bloc:
        """Return the first page of a report, in the order of its kind, with what the parties wrote
        for it.
        """
        rules = self.catalogue.messages
        written = [item for item in self.dossier.messages if item.rapport == rapport]
        none = {kind: remplir(text, **self.contexte.lieux) for kind, text in rules.rien.items()}
        return page_une(rules, genre(self), written, none)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.empreintes, self.catalogue.synthese.fichiers, self.contexte)


@dataclass(frozen=True)
class MessagesDuDiagnostic:
    """What the first page of a diagnostic says: what families live on, what is not there, what the
    Caf spends.
    """

    etude: EtudeDiagnostic
    _ouverts = property(lambda self: self.etude.controle[self.etude.controle["statut"].eq(OUVERT)])
    _lacunes = property(lambda self: self.etude.convention.lacunes_en_ordre)

    def messages(self) -> Iterator[Message]:
        """Return what the diagnostic says first: the shares above the reference, the places,
        amounts, services.
        """
        rules = self.etude.catalogue.messages
        etude = self.etude
        above, below = (
            [message for groupe in rules.parts if (message := self._parts(groupe, side))]
            for side in ("superieur", "inferieur")
        )
        places = etude.accueil[:PLACES_ET_ECART]
        modes = len(places) == PLACES_ET_ECART and Message(" ".join(places), ("figure-modes",))
        amounts = [self._par_tete(rule) for rule in etude.catalogue.diagnostic.par_tete]
        return filter(None, [*above[:1], modes, *amounts, self._services(), *above[1:], *below])

    def _parts(self, groupe: GroupeDeParts, cote: str) -> Message | None:
        """Return a message of the first share of a group on one side of the reference, and the
        widest of the others.
        """
        sure = self.etude.constats_surs
        place = self.etude.contexte
        there = sure.loc[[name for name in groupe.indicateurs if name in sure.index]]
        there = there[there["ecart_relatif"].notna() & there["position"].eq(cote)]
        if there.empty:
            return None
        year = there["annee"].iloc[0]
        others = there.iloc[1:]
        others = others[others["annee"].eq(year)]
        others = others.sort_values("ecart_relatif", key=lambda gap: -gap.abs(), kind="stable")
        told = []
        values = []
        for row in pd.concat([there.head(1), others.head(1)]).itertuples():
            words = groupe.indicateurs[row.Index]
            share, alone = part_en_mots(row.valeur, words.nom, court=bool(told))
            here, value = (
                place.valeur(row.Index, level) for level in (row.valeur, row.valeur_reference)
            )
            told.append(f"{share} {words.un if alone else words.plusieurs} ({here})")
            values.append(value)
        told = enumerer(told)
        values = enumerer(values)
        return Message(
            f"En {year}, {place.territoire.a}, {told}, contre {values} {place.reference.a}.",
            groupe.preuves,
        )

    def _services(self) -> Message | None:
        """Return what the territory has none of while its reference has some; what is doubtful is
        left out.
        """
        place = self.etude.contexte
        rules = self.etude.catalogue.messages.services
        etude = self.etude
        absent = calculs.services_absents(etude.comparaison, etude.catalogue.synthese.services)[
            "indicateur"
        ]
        names = [rules.noms[name] for name in absent if name not in etude.doutes]
        if not names:
            return None
        listed = (
            f"pas de {names[0]}" if len(names) == 1 else ", ".join(f"ni {name}" for name in names)
        )
        return Message(remplir(rules.phrase, services=listed, **place.lieux), rules.preuves)

    def _par_tete(self, regle: MontantsParTete) -> Message | None:
        """Return an amount by head in both territories; nothing when a figure lacks or is not sure."""
        found = calculs.par_tete(self.etude.comparaison, [regle])
        etude = self.etude
        if not regle.phrase or found.empty or {*regle.montants, regle.par} & etude.doutes:
            return None
        row = found.iloc[0]
        here = row["tete"]
        there = row["tete_reference"]
        if (
            not there
            or not 100 * abs(here - there) / there >= etude.catalogue.seuils.ecart_notable_pourcent
        ):
            return None
        euros = {"ici": avec_unite(here, "€", 0), "la": avec_unite(there, "€", 0)}
        told = remplir(regle.phrase, annee=f"{row['annee']:.0f}", **euros, **etude.contexte.lieux)
        return Message(told, regle.preuves)

    def incertitudes(self) -> Iterator[Message]:
        """Yield what the check of the figures and of the text leaves in doubt, one sentence a rule."""
        regles = self.etude.catalogue.messages
        place = self.etude.contexte
        at = {item.nom: item.a for item in (place.territoire, place.reference)}
        years = self.etude.comparaison.set_index("indicateur")["annee"].dropna()
        for code, words in regles.incertitudes.items():
            rows = self._ouverts[self._ouverts["regle"].eq(code)]
            rows = rows[rows["territoire"].isin(at)] if "{A_territoire}" in words else rows
            if rows.empty:
                continue
            row = rows.iloc[0]
            name = row["indicateurs"].partition(SEPARATEUR)[0]
            filled = remplir(
                words,
                objet=row["objet"],
                ecrit=minuscule(row["ecrit"]),
                tableau=f"tableau de {years[name]:.0f}" if name in years else "tableau",
                precision=f", {regles.precisions[name]}" if name in regles.precisions else "",
                calcule=row["calcule"].partition(" ;")[0],
                Objet=majuscule(row["objet"]),
                A_territoire=majuscule(at.get(row["territoire"], "")),
            )
            yield Message(filled, ("tableau-coherence",), CONTROLE)

    def decisions(self) -> Iterator[Message]:
        """Yield the needs that no fiche answers, then the questions that the convention leaves
        open.
        """
        regles = self.etude.catalogue.messages
        needs = self.etude.besoins_lus
        needs = needs[needs["enjeu"].eq("") & needs["fiches"].eq("")]
        if len(needs):
            titles = {theme.theme: minuscule(theme.titre) for theme in self.etude.catalogue.themes}
            named = [titles[name] for name in needs["theme"].unique()]
            themes = " ; ".join(named) if any(" et " in name for name in named) else enumerer(named)
            yield Message(remplir(regles.sans_fiche, themes=themes), ("tableau-besoins",))
        for lacune in self._lacunes:
            yield Message(lacune.question, LACUNES, CONTROLE)


class MessagesDuControle(MessagesDuDiagnostic):
    """The messages of the check of a convention: what it found, in numbers of points."""

    def messages(self) -> Iterator[Message]:
        """Yield what is to be corrected, what the sentences are worth, what is left open."""
        words = self.etude.catalogue.messages.controle
        open_ = self._ouverts
        lacunes = self._lacunes
        grave = open_[open_["gravite"].eq(next(iter(self.etude.catalogue.regles.gravites)))]

        def compter(phrase: str, nombre: int, premier: str) -> str:
            return remplir(
                words[phrase], nombre=nombre, Nombre=majuscule(en_lettres(nombre)), premier=premier
            )

        if len(grave):
            yield Message(
                compter("a_corriger", len(grave), grave.iloc[0]["objet"]), ("tableau-coherence",)
            )
        counts = self.etude.jugements["verdict"].value_counts()
        total = len(self.etude.jugements)
        if total:
            verdicts = self.etude.catalogue.regles.verdicts
            told = {
                f"{code}s": sont(int(counts.get(code, 0)), verdicts[code], f"{verdicts[code]}s")
                for code in (CONTREDITE, INVERIFIABLE)
            }
            yield Message(
                remplir(words["phrases"], total=en_lettres(total), **told),
                ("tableau-affirmations",),
            )
        if lacunes:
            yield Message(compter("lacunes", len(lacunes), minuscule(lacunes[0].objet)), LACUNES)
        if not (len(grave) or total or lacunes):
            yield Message(self.etude.catalogue.messages.rien["incertitudes"])

    def decisions(self) -> Iterator[Message]:
        """Yield what to ask of whom, the gravest finding of each party first."""
        for question in self._ouverts.drop_duplicates("regle")["question"]:
            yield Message(question, ("tableau-coherence",))
