"""What is said of the years to come: births, hence children under three, beside today's places.

Nothing is said that the trial did not test (``docs/prolongement.md``): where it refuses, the
sentence says why, with its figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import pandas as pd

from ctglib.calculs.ecriture import enumerer, nombre
from ctglib.calculs.prolongement import (
    DEJA_CONNUES,
    classe_de,
    essais_passes,
    pente_par_an,
    places_pour_100,
    prolonger,
)
from ctglib.document.blocs import Bloc, Groupe, liste, paragraphe, sous_titre
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Ecriture, Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.magasin import FORMES, departement_de, tables
from ctglib.donnees.modeles.prolongement import (
    Cible,
    Cote,
    DepasseesDeLEpreuve,
    EnsembleDeLEpreuve,
    Epreuve,
    LigneDeLEpreuve,
    ReglesProlongement,
    SaisieProlongement,
    Scenario,
)
from ctglib.donnees.passage import lire_chiffres
from ctglib.donnees.publiques import communes_de
from ctglib.donnees.separations import dates_de_separation
from ctglib.donnees.yaml_strict import charger_yaml

ENFANTS: Cible = "moins_de_3_ans"
NAISSANCES: Cible = "naissances"
POUR = 100
# The sides of a range, and what the trial says of the origin that left the most communes there.
COTES: dict[Cote, str] = {"dessous": "dessous_plus", "dessus": "dessus_plus"}


@dataclass(frozen=True)
class Avenir:
    """The births of a territory, those of its département, and what the trial lets us say."""

    regles: ReglesProlongement
    epreuve: Epreuve
    # by year, without a gap, the origin last; empty when ``motif`` says why
    naissances: pd.Series
    cours: pd.Series
    # those of the territory after the origin, which its département does not have
    suivantes: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    # why nothing is said of this territory: « niveau », « hors_essai », « separee »,
    # « incomplet », « trop_grande »
    motif: str = ""
    inventees: bool = False  # those of a fictional convention
    connues_depuis: int = 0  # the first year of births of a territory that is out of the trial
    separee_le: str = ""  # the day on which the commune parted from another (« 2024-01-01 »)

    @property
    def jour_de_la_separation(self) -> str:
        """The day on which the commune parted from another, in words; "" when it did not."""
        return date_longue(date.fromisoformat(self.separee_le)) if self.separee_le else ""

    @property
    def origine(self) -> int:
        """The last year of births."""
        return self.epreuve.origine

    @property
    def classe(self) -> int:
        """The rank of the class of size of the territory."""
        return int(classe_de(self.naissances.to_numpy(float)[None, :], self.regles)[0])

    @property
    def derniere_annee(self) -> int:
        """The last year that the trial looked at."""
        return self.origine + max(ligne.horizon for ligne in self.epreuve.lignes)

    def prolonger(self, cible: Cible, jusqu_a: int | None = None) -> pd.DataFrame:
        """Return the years to come (see ``calculs.prolongement.prolonger``), by default as far as
        the trial looked.
        """
        return prolonger(
            self.naissances,
            self.cours,
            cible,
            self.regles,
            self.epreuve.lignes,
            jusqu_a or self.derniere_annee,
        )

    def ligne(self, cible: Cible, horizon: int) -> LigneDeLEpreuve:
        """Return what the trial found for the class of this territory."""
        for ligne in self.epreuve.lignes:
            if (ligne.cible, ligne.classe, ligne.horizon) == (cible, self.classe, horizon):
                return ligne
        raise KeyError((cible, self.classe, horizon))

    @property
    def depuis_la_pente(self) -> int:
        """The first year of the slope that is carried on."""
        return self.origine - self.regles.annees_de_la_pente + 1

    @property
    def pente(self) -> float:
        """How fast the births of the département go, in per cent a year."""
        return pente_par_an(self.cours, self.regles)

    def pentes_jugees(self, ligne: LigneDeLEpreuve) -> pd.Series:
        """Return the same, rounded, at the origins that judge a line of the trial, by origin."""
        origines = [] if ligne.de is None or ligne.a is None else range(ligne.de, ligne.a + 1)
        pentes = {
            origine: pente_par_an(self.cours.loc[:origine], self.regles) for origine in origines
        }
        return pd.Series(pentes, dtype=float)

    @property
    def enfants(self) -> int:
        """The children born in the last three years."""
        return int(self.naissances.iloc[-self.regles.cibles[ENFANTS].annees :].sum())

    def enfants_constates(self, annee: int) -> float:
        """Return the children under three at the end of a year after the origin, from births that
        are known since; missing while some are not.
        """
        annees = self.regles.cibles[ENFANTS].annees
        toutes = pd.concat([self.naissances, self.suivantes])
        return float(toutes.reindex(range(annee - annees + 1, annee + 1)).sum(skipna=False))

    def passes(self, horizons: Iterable[int]) -> pd.DataFrame:
        """Return how the ranges of children under three that past origins would have given this
        territory held: horizon, origines, dedans, dessous, dessus; none for a fictional one.
        """
        lignes = []
        a_essayer = [] if self.inventees else list(horizons)
        for horizon in a_essayer:
            essais = essais_passes(
                self.naissances, self.cours, ENFANTS, self.regles, self.epreuve.essais, horizon
            )
            dedans = int(essais["constate"].between(essais["bas"], essais["haut"]).sum())
            dessous = int(essais["constate"].lt(essais["bas"]).sum())
            dessus = int(essais["constate"].gt(essais["haut"]).sum())
            lignes.append((horizon, len(essais), dedans, dessous, dessus))
        return pd.DataFrame(lignes, columns=["horizon", "origines", "dedans", "dessous", "dessus"])

    def autre_classe(self) -> str:
        """Return the class of size that the territory had at most of its past origins, when it is
        not the one of today; else "".
        """
        rangs = [
            int(classe_de(self.naissances.loc[:origine].to_numpy(float)[None, :], self.regles)[0])
            for origine in {essai.origine for essai in self.epreuve.essais}
        ]
        (rang, fois), *_ = Counter(rangs).most_common(1)
        if rang == self.classe or 2 * fois <= len(rangs):
            return ""
        return self.regles.classes[rang]

    def _deja_du_meme_cote(self, passes: pd.DataFrame) -> set[tuple[int, str]]:
        """Return the horizons and the sides where this territory was at least half of the time."""
        return {
            (int(passe["horizon"]), cote)
            for passe in passes.to_dict("records")
            for cote in COTES
            if passe["origines"] >= DEJA_CONNUES and 2 * passe[cote] >= passe["origines"]
        }

    def non_mesures(self, passes: pd.DataFrame, cote: str) -> list[int]:
        """Return the horizons where this territory was at least half of the time on a side of its
        range, and of which the trial has no other commune that was.
        """
        mesures = {
            (cas.horizon, cas.cote) for cas in self.epreuve.depassees if cas.classe == self.classe
        }
        deja = self._deja_du_meme_cote(passes)
        return sorted(horizon for horizon, du_cote in deja - mesures if du_cote == cote)

    def depassees(self, passes: pd.DataFrame) -> list[DepasseesDeLEpreuve]:
        """Return what the trial found of the communes of this class that, as this one, were at
        least half of the time on the same side of their range, where it held less than promised.

        Args:
            passes: See ``passes``.
        """
        promise = POUR * self.regles.refus.couverture
        deja = self._deja_du_meme_cote(passes)
        return [
            cas
            for cas in self.epreuve.depassees
            if cas.classe == self.classe
            and (cas.horizon, cas.cote) in deja
            and cas.couverture < promise
        ]


def lire_l_avenir(code: str) -> Avenir:
    """Return the births of a territory and of its département, up to the origin of the trial.

    Args:
        code: Of a commune; another level, or a commune that the trial did not have, is refused by
            ``motif``.
    """
    regles, epreuve = _regles_et_epreuve()
    aucune = pd.Series(dtype=float)
    if not FORMES["commune"].fullmatch(code):
        return Avenir(regles, epreuve, aucune, aucune, motif="niveau")
    for departement_hors_essai, annee in regles.departements_hors_essai.items():
        if code.startswith(departement_hors_essai):
            return Avenir(regles, epreuve, aucune, aucune, motif="hors_essai", connues_depuis=annee)
    separee_le = dates_de_separation().get(code, "")
    if separee_le > f"{epreuve.premiere}-01-01":  # its births were those of several until then
        return Avenir(regles, epreuve, aucune, aucune, motif="separee", separee_le=separee_le)
    departement = departement_de(pd.Series([code]))[0]
    communes = communes_de(departement)
    gardees = [
        table
        for table in tables().values()
        if table.niveau == "commune"
        and regles.serie in table.series
        and epreuve.premiere <= table.annee
    ]
    lignes = lire_chiffres(gardees, communes, [regles.serie])
    par_commune = pd.DataFrame()
    suivantes = pd.Series(dtype=float)
    if regles.serie in lignes:
        connues = lignes.dropna(subset=[regles.serie])
        d_ici = connues[connues["territoire"].eq(code)].set_index("annee")[regles.serie]
        suivantes = d_ici[d_ici.index > epreuve.origine].astype(float)
        connues = connues[connues["annee"].le(epreuve.origine)]
        par_commune = connues.pivot(index="territoire", columns="annee", values=regles.serie)
        par_commune = par_commune.dropna()
    annees_attendues = epreuve.origine - epreuve.premiere + 1
    complet = par_commune.shape[1] == annees_attendues and code in par_commune.index
    if not complet or len(par_commune) < regles.communes_connues_au_moins * len(communes):
        return Avenir(regles, epreuve, aucune, aucune, motif="incomplet")
    naissances = par_commune.T[code].astype(float)
    if naissances.iloc[-regles.annees_de_la_classe :].mean() > regles.naissances_au_plus:
        return Avenir(regles, epreuve, aucune, aucune, motif="trop_grande")
    return Avenir(regles, epreuve, naissances, par_commune.sum(), suivantes)


def avenir_invente(series: pd.DataFrame, territoire: str, reference: str) -> Avenir:
    """Return the same of a fictional convention, from its own series: no store has its territories.

    Args:
        series: territoire, annee, indicateur, valeur.
        territoire: The code of the commune.
        reference: That of its département.
    """
    regles, epreuve = _regles_et_epreuve()
    naissances = series[series["indicateur"].eq(regles.serie)]
    lignes = naissances[naissances["annee"].le(epreuve.origine)]
    d_ici = naissances[naissances["territoire"].eq(territoire)].set_index("annee")["valeur"]
    suivantes = d_ici[d_ici.index > epreuve.origine].dropna().astype(float)
    par_annee = lignes.pivot_table(index="annee", columns="territoire", values="valeur")
    par_annee = par_annee.reindex(columns=[territoire, reference]).dropna()
    if par_annee.empty or int(par_annee.index[-1]) != epreuve.origine:
        aucune = pd.Series(dtype=float)
        return Avenir(regles, epreuve, aucune, aucune, motif="incomplet")
    par_annee = par_annee.astype(float)
    return Avenir(
        regles, epreuve, par_annee[territoire], par_annee[reference], suivantes, inventees=True
    )


def _regles_et_epreuve() -> tuple[ReglesProlongement, Epreuve]:
    return (
        charger_yaml("catalogue/prolongement.yaml", ReglesProlongement),
        charger_yaml("catalogue/prolongement_epreuve.yaml", Epreuve),
    )


@dataclass(frozen=True)
class Places:
    """Today's places for children under three, as annexe 2 writes them."""

    nombre: int
    structures: list[str]
    # structures of these kinds whose places it leaves empty
    vides: list[str] = field(default_factory=list)
    # of the structures counted, how many take children who are over three, and up to what age
    plus_ages: int = 0
    age: int = 0


def places_d_aujourd_hui(offre: pd.DataFrame, regles: ReglesProlongement) -> Places | None:
    """Return the places of the structures whose kind is in the catalogue; None when the offer
    writes none.
    """
    de_places = offre["caracteristique"].eq("places") & offre["type"].isin(regles.types_de_places)
    ecrites = offre[de_places & offre["valeur"].ne("")]
    if ecrites.empty:
        return None
    vides = offre[de_places & ~offre["structure"].isin(ecrites["structure"])]
    ages = offre[
        offre["structure"].isin(ecrites["structure"])
        & offre["caracteristique"].eq("age_max")
        & offre["unite"].eq("ans")
    ]
    ages_ecrits = pd.to_numeric(ages["valeur"], errors="coerce").dropna()
    plus_ages = ages_ecrits[ages_ecrits.gt(regles.cibles[ENFANTS].annees)]
    return Places(
        int(pd.to_numeric(ecrites["valeur"]).sum()),
        ecrites["nom"].unique().tolist(),
        vides=vides["nom"].unique().tolist(),
        plus_ages=len(plus_ages),
        age=int(plus_ages.max()) if len(plus_ages) else 0,
    )


def avenir_d_un_portrait(code: str, contexte: Contexte) -> Bloc | None:
    """Return what is said of the years to come of a territory, or why nothing is, under its title;
    None where the births of the whole département are not in the store.
    """
    avenir = lire_l_avenir(code)
    if avenir.motif == "incomplet":
        return None
    prolongement = Prolongement(avenir, contexte)
    phrases = prolongement.phrases()
    titre = sous_titre(contexte.texte("prolongement.titre"))
    if len(phrases) == 1:
        return titre + paragraphe(phrases[0])
    return titre + paragraphe(phrases[0]) + liste(phrases[1:])


def _au_plus(communes: float | None) -> int:
    """Return communes per 100, as « up to so many »: rounded up."""
    return math.ceil(communes or 0)


@dataclass(frozen=True)
class Prolongement:
    """The sentences and the tables about the years to come."""

    avenir: Avenir
    contexte: Contexte
    places: Places | None = None
    saisie: SaisieProlongement = field(default_factory=SaisieProlongement)
    services: Mapping[str, str] = field(default_factory=dict)  # their names

    def bloc(self) -> Bloc:
        """Return the whole section: what is to come, the « et si », what is not said."""
        phrases = self.phrases()
        if not self.est_dit:
            return paragraphe(" ".join(phrases))
        bloc = Groupe((paragraphe(phrases[0]),)) + self.tableau()
        bloc += liste(phrases[1:])
        if self.saisie.et_si:
            bloc += self.et_si()
        return bloc

    def essentiel(self) -> Bloc:
        """Return the same in a paragraph, the « et si » too, and the tables for the screen alone:
        the pages of the evaluation are counted.
        """
        if not self.est_dit:
            return Groupe((paragraphe(" ".join(self.phrases())),))
        # An invented commune's births after the origin are no news: the table alone has them.
        reserves = self._reserves(() if self.avenir.inventees else self.deja_connues())
        phrases = [*self._dites(), " ".join(reserves)]
        if self.saisie.et_si:
            scenarios = [self._dire_le_scenario(scenario) for scenario in self.saisie.et_si]
            phrases.append(
                self._dire(
                    "scenarios",
                    scenarios=scenarios,
                    annee=int(self.dits["annee"].iloc[-1]),
                )
            )
        bloc = Groupe((paragraphe(phrases[0]), liste(phrases[1:])))
        tableau = self.tableau()
        if self.avenir.inventees:
            tableau = replace(tableau, notes=(*tableau.notes, *self.deja_connues()))
        bloc += replace(tableau, ecran=True)
        if self.saisie.et_si:
            bloc += replace(self.et_si(), ecran=True)
        return bloc

    @cached_property
    def enfants(self) -> pd.DataFrame:
        """The children under three in the years that the trial looked at."""
        return self.avenir.prolonger(ENFANTS)

    @property
    def dits(self) -> pd.DataFrame:
        """The years that have a range."""
        return self.enfants[self.enfants["motif"].eq("")]

    @property
    def est_dit(self) -> bool:
        """Whether one year at least has a range."""
        return not self.avenir.motif and not self.dits.empty

    def phrases(self) -> list[str]:
        """Return what is said, the main sentence first; of a territory that the trial refuses, the
        reasons alone.
        """
        avenir = self.avenir
        if avenir.motif:
            return [
                self._dire(
                    "refus_du_territoire",
                    motif=avenir.motif,
                    origine=avenir.origine,
                    naissances_au_plus=nombre(avenir.regles.naissances_au_plus),
                    connues_depuis=avenir.connues_depuis,
                    separee_le=avenir.jour_de_la_separation,
                )
            ]
        if self.dits.empty:
            return [self._dire_le_refus(int(self.enfants["horizon"].iloc[0]))]
        return [*self._dites(), *self._reserves(self.deja_connues())]

    def _dites(self) -> list[str]:
        """Return what is said, then how often the trial and this territory held it."""
        avenir = self.avenir
        dernier = self.dits.iloc[-1]
        ligne = avenir.ligne(ENFANTS, int(dernier["horizon"]))
        depuis = avenir.origine - avenir.regles.cibles[ENFANTS].annees + 1
        faits = {
            "depuis": depuis,
            "origine": avenir.origine,
            "enfants": nombre(avenir.enfants),
            "annee": int(dernier["annee"]),
            "de_l_annee": int(dernier["annee"]) - avenir.regles.cibles[ENFANTS].annees + 1,
            "bas": nombre(dernier["bas"]),
            "haut": nombre(dernier["haut"]),
            "depuis_la_pente": avenir.depuis_la_pente,
            "prouvee": ligne.prouvee,
            "inventees": avenir.inventees,
        }
        phrases = [self._dire("a_venir", **faits)]
        if self.places:
            pour = places_pour_100(self.places.nombre, self.dits).iloc[-1]
            connu = POUR * self.places.nombre / avenir.enfants
            phrases[0] += " " + self._dire(
                "a_offre_constante",
                places=self.places.nombre,
                structures=enumerer(self.places.structures),
                vides=enumerer([f"« {nom} »" for nom in self.places.vides]),
                plus_ages=self.places.plus_ages,
                age=self.places.age,
                connu=nombre(connu, 1),
                dedans=bool(pour["bas"] <= connu <= pour["haut"]),
                bas=nombre(pour["bas"], 1),
                central=nombre(pour["central"], 1),
                haut=nombre(pour["haut"], 1),
                annee=faits["annee"],
                depuis=depuis,
                origine=avenir.origine,
            )
        phrases.append(
            self._dire(
                "a_tenu",
                couverture=nombre(ligne.couverture),
                prouvee=ligne.prouvee,
                pire=nombre(ligne.pire),
                meilleure=nombre(ligne.meilleure),
                dessous=self._de_a(ligne.dessous_moins, ligne.dessous_plus),
                dessus=self._de_a(ligne.dessus_moins, ligne.dessus_plus),
                autre_annee=self._pire_que(ligne),
                communes=nombre(avenir.epreuve.communes),
                premiere=avenir.epreuve.premiere,
                origines=ligne.origines,
                fenetres=ligne.fenetres,
                horizon=ligne.horizon,
                classe=avenir.regles.classes[ligne.classe],
                origine=avenir.origine,
            )
        )
        phrases += self._ici_meme()
        return phrases + self._la_pente(ligne)

    def _reserves(self, deja_connues: Iterable[str]) -> list[str]:
        """Return what is to be known beside: the ranges held together, the years that are refused,
        the births that are known since, what was not tried.
        """
        avenir = self.avenir
        phrases = self._tenues_ensemble()
        refusees = self.enfants[self.enfants["motif"].ne("")]
        if len(refusees):
            phrases.append(self._dire_le_refus(int(refusees["horizon"].iloc[0])))
        phrases += deja_connues
        phrases.append(
            self._dire(
                "non_dit",
                hausses=enumerer([str(annee) for annee in avenir.epreuve.hausses]),
                plus_forte_baisse=avenir.epreuve.plus_forte_baisse,
                premiere_jugee=avenir.epreuve.premiere_jugee,
                origine=avenir.origine,
            )
        )
        return phrases

    def _la_pente(self, ligne: LigneDeLEpreuve) -> list[str]:
        """Return what is known of the slope that is carried on: the trial never judges the last
        one. A fictional département was not in the trial.
        """
        avenir = self.avenir
        jugees = avenir.pentes_jugees(ligne)
        if avenir.inventees or jugees.empty:
            return []
        pente = avenir.pente
        place = ""
        if pente < jugees.min():
            place = "basse"
        elif pente > jugees.max():
            place = "haute"
        return [
            self._dire(
                "la_pente",
                depuis_la_pente=avenir.depuis_la_pente,
                origine=avenir.origine,
                pente=nombre(pente, 1, signe=True),
                moins=nombre(jugees.min(), 1, signe=True),
                plus=nombre(jugees.max(), 1, signe=True),
                place=place,
                baisse=pente < 0 or (pente == 0 and place == "haute"),
            )
        ]

    def _pire_que(self, dernier: LigneDeLEpreuve) -> str:
        """Return the nearer horizon that left the most communes below their range, or above it,
        when it is more than the last one did; "" when none did.
        """
        horizons = [int(horizon) for horizon in self.dits["horizon"]]
        lignes = [self.avenir.ligne(ENFANTS, horizon) for horizon in horizons]
        bouts = []
        for cote, attribut in COTES.items():
            pire = max(lignes, key=lambda ligne: getattr(ligne, attribut) or 0)
            au_plus = _au_plus(getattr(pire, attribut))
            if pire is not dernier and au_plus != _au_plus(getattr(dernier, attribut)):
                bouts.append(
                    self._dire(
                        "autre_annee", horizon=pire.horizon, cote=cote, communes=nombre(au_plus)
                    )
                )
        return enumerer(bouts) if bouts else ""

    def _de_a(self, moins: float | None, plus: float | None) -> str:
        return self._dire("de_a", moins=nombre(moins), plus=nombre(plus))

    @cached_property
    def essais_d_ici(self) -> pd.DataFrame:
        """How the ranges of past origins would have held here: a row a horizon told."""
        return self.avenir.passes(int(horizon) for horizon in self.dits["horizon"])

    def _ici_meme(self) -> list[str]:
        essais = self.essais_d_ici
        if essais.empty:
            return []
        tenues = [
            self._dire(
                "tenue_ici",
                dedans=essai["dedans"],
                origines=essai["origines"],
                horizon=essai["horizon"],
            )
            for _, essai in essais.iterrows()
        ]
        phrases = [
            self._dire(
                "ici_meme",
                tenues=enumerer(tenues),
                dessous=int(essais["dessous"].sum()),
                dessus=int(essais["dessus"].sum()),
                dehors=int(essais["dessous"].sum()) + int(essais["dessus"].sum()),
                autre_classe=self.avenir.autre_classe(),
            )
        ]
        return phrases + self._deja_dehors()

    def _deja_dehors(self) -> list[str]:
        """Return how ranges held in communes of this size that, as this one, were already on the
        same side of theirs.
        """
        essais = self.essais_d_ici
        depassees = self.avenir.depassees(essais)
        phrases = []
        for cote in COTES:
            tenues = [
                self._dire(
                    "tenue_deja",
                    couverture=nombre(cas.couverture),
                    encore=nombre(cas.encore),
                    horizon=cas.horizon,
                    cas=nombre(cas.cas),
                    communes=nombre(cas.communes),
                    origines=cas.origines,
                    cote=cote,
                )
                for cas in depassees
                if cas.cote == cote
            ]
            if tenues:
                ailleurs = self.avenir.non_mesures(essais, cote)
                phrases.append(
                    self._dire(
                        "deja_dehors",
                        cote=cote,
                        tenues=enumerer(tenues),
                        non_mesures=enumerer([str(horizon) for horizon in ailleurs]),
                    )
                )
        return phrases

    def mises_en_garde(self) -> list[str]:
        """Return what the atelier says beside its own table: the ranges held together, how they
        held where a commune was already on the same side, the slope of the département.
        """
        if not self.est_dit:
            return []
        ligne = self.avenir.ligne(ENFANTS, int(self.dits["horizon"].iloc[-1]))
        return [*self._tenues_ensemble(), *self._deja_dehors(), *self._la_pente(ligne)]

    def deja_connues(self) -> list[str]:
        """Return the births that are known after the origin: they were not used."""
        avenir = self.avenir
        if avenir.motif:
            return []
        annees = avenir.suivantes.index.astype(int)
        return [
            self._dire(
                "deja_connue",
                annee=annee,
                naissances=nombre(naissances),
                enfants=nombre(avenir.enfants_constates(annee)),
                depuis=annee - avenir.regles.cibles[ENFANTS].annees + 1,
                inventees=avenir.inventees,
            )
            for annee, naissances in zip(annees, avenir.suivantes, strict=True)
        ]

    def _dire(self, partie: str, **faits: object) -> str:
        return self.contexte.texte(f"prolongement.{partie}", **faits)

    def _dire_le_refus(self, horizon: int) -> str:
        """Return why a horizon has no range, with the figures of the trial."""
        ligne = self.avenir.ligne(ENFANTS, horizon)
        seuils = self.avenir.regles.refus
        return self._dire(
            "refus",
            motif=ligne.motif,
            annee=self.avenir.origine + horizon,
            derniere=self.avenir.origine + horizon - 1,
            classe=self.avenir.regles.classes[ligne.classe],
            bas=nombre(POUR * (1 + ligne.bas)),
            haut=nombre(POUR * (1 + ligne.haut)),
            couverture=nombre(ligne.couverture),
            pire_des_dernieres=nombre(ligne.pire_des_dernieres),
            dernieres=seuils.dernieres_origines,
            seuil=nombre(POUR * seuils.couverture),
            seuil_des_dernieres=nombre(POUR * seuils.couverture_des_dernieres),
            origines=ligne.origines,
            origines_au_moins=seuils.origines_au_moins,
        )

    def _lignes(self) -> pd.DataFrame:
        """Return what the table of the years to come shows, and what its sentences rest on."""
        naissances = self.avenir.prolonger(NAISSANCES).set_index("annee")
        enfants = self.dits.set_index("annee")
        lignes = pd.DataFrame({"annee": enfants.index}).set_index("annee", drop=False)
        for prefixe, table in (("naissances", naissances), ("enfants", enfants)):
            for borne in ("bas", "central", "haut"):
                lignes[f"{prefixe}_{borne}"] = table[borne].reindex(lignes.index)
        places = places_pour_100(self.places.nombre if self.places else 0, enfants)
        for borne in ("bas", "central", "haut"):
            lignes[f"places_{borne}"] = places[borne]
        self._ajouter_l_essai(lignes, [int(horizon) for horizon in enfants["horizon"]])
        self._ajouter_ce_qui_est_d_ici(lignes)
        lignes["naissances_constatees"] = lignes["annee"].map(self.avenir.suivantes)
        lignes["enfants_constates"] = lignes["annee"].map(self.avenir.enfants_constates)
        lignes["enfants_connus"] = self.avenir.enfants
        if self.places:
            lignes["places_d_aujourd_hui"] = self.places.nombre
            lignes["places_connues"] = POUR * self.places.nombre / self.avenir.enfants
        return lignes.reset_index(drop=True)

    def _ajouter_l_essai(self, lignes: pd.DataFrame, horizons: Sequence[int]) -> None:
        """Add to the years to come, each at its horizon, what the trial found of this class."""
        essais = [self.avenir.ligne(ENFANTS, horizon) for horizon in horizons]
        lignes["tenue"] = [essai.couverture for essai in essais]
        lignes["tenue_des_naissances"] = [
            self.avenir.ligne(NAISSANCES, horizon).couverture for horizon in horizons
        ]
        lignes["pire_tenue"] = [essai.pire for essai in essais]
        lignes["meilleure_tenue"] = [essai.meilleure for essai in essais]
        lignes["horizon"] = [essai.horizon for essai in essais]
        lignes["origines"] = [essai.origines for essai in essais]
        lignes["origines_sans_recouvrement"] = [essai.fenetres for essai in essais]
        lignes["promesse_prouvee"] = [essai.prouvee for essai in essais]
        lignes["promesse_prouvee_des_naissances"] = [
            self.avenir.ligne(NAISSANCES, horizon).prouvee for horizon in horizons
        ]
        for colonne in ("dessous_moins", "dessous_plus", "dessus_moins", "dessus_plus"):
            lignes[colonne] = [getattr(essai, colonne) for essai in essais]
        for colonne in COTES.values():
            lignes[f"{colonne}_entier"] = [_au_plus(getattr(essai, colonne)) for essai in essais]
        for ensemble in self._ensembles:
            lignes["tenues_ensemble"] = ensemble.couverture
            lignes["tenues_avec_les_naissances"] = ensemble.avec_les_naissances

    def _ajouter_ce_qui_est_d_ici(self, lignes: pd.DataFrame) -> None:
        """Add how ranges would have held here, in the communes that were beside theirs as this one,
        and the slopes of the département.
        """
        ici = self.essais_d_ici.set_index("horizon")
        if len(ici):
            for colonne in ici.columns:
                lignes[f"ici_{colonne}"] = ici[colonne].reindex(lignes["horizon"]).to_numpy()
        for cas in self.avenir.depassees(self.essais_d_ici):
            ici_aussi = lignes["horizon"].eq(cas.horizon)
            lignes.loc[ici_aussi, f"deja_{cas.cote}_cas"] = cas.cas
            lignes.loc[ici_aussi, f"deja_{cas.cote}_communes"] = cas.communes
            lignes.loc[ici_aussi, f"deja_{cas.cote}_origines"] = cas.origines
            lignes.loc[ici_aussi, f"deja_{cas.cote}_tenue"] = cas.couverture
            lignes.loc[ici_aussi, f"deja_{cas.cote}_encore"] = cas.encore
        essais = [self.avenir.ligne(ENFANTS, horizon) for horizon in lignes["horizon"]]
        for colonne, pentes in self._pentes(essais).items():
            lignes[colonne] = pentes

    def tableau(self) -> Tableau:
        """Return the years to come: births, children under three, places for 100 of them, and how
        often such a range held.
        """

        def entre(prefixe: str, decimales: int) -> Ecriture:
            def ecrire(ligne: pd.Series) -> str:
                if pd.isna(ligne[f"{prefixe}_bas"]):
                    return RIEN
                return self._dire(
                    "entre",
                    bas=nombre(ligne[f"{prefixe}_bas"], decimales),
                    haut=nombre(ligne[f"{prefixe}_haut"], decimales),
                    central=nombre(ligne[f"{prefixe}_central"], decimales),
                )

            return ecrire

        ecritures = {
            "annee": str,
            "naissances": entre("naissances", 0),
            "enfants": entre("enfants", 0),
            "places": entre("places", 1) if self.places else None,
            "tenue": lambda tenue: nombre(tenue),
            "tenue_des_naissances": lambda tenue: nombre(tenue),
        }
        return self.contexte.presenter(
            self.avenir.regles.tableaux["a_venir"],
            self._lignes(),
            ecritures,
            cle="prolongement",
            mots={"naissances": self._source},
            notes=[self._places_comptees(), self._non_prouvees()],
        )

    def _places_comptees(self) -> str:
        """Return what the places of the table leave out; "" for nothing."""
        if self.places is None or not self.places.vides:
            return ""
        return self._dire("places_comptees", places=self.places.nombre)

    def _non_prouvees(self) -> str:
        """Return the years of the table of which the trial proves a range too little: children
        under three, or births; "" for none.
        """
        annees = []
        for annee, horizon in zip(self.dits["annee"], self.dits["horizon"], strict=True):
            lignes = [self.avenir.ligne(cible, int(horizon)) for cible in (ENFANTS, NAISSANCES)]
            if any(not ligne.prouvee and not ligne.motif for ligne in lignes):
                annees.append(str(int(annee)))
        return self._dire("non_prouvees", annees=enumerer(annees)) if annees else ""

    def _pentes(self, essais: Iterable[LigneDeLEpreuve]) -> dict[str, list[float]]:
        """Return the columns of the slopes of the département: today's, those that were judged."""
        if self.avenir.inventees:
            return {}
        jugees = [self.avenir.pentes_jugees(essai) for essai in essais]
        return {
            "pente_du_departement": [self.avenir.pente for _ in jugees],
            "pente_jugee_moins": [pentes.min() for pentes in jugees],
            "pente_jugee_plus": [pentes.max() for pentes in jugees],
        }

    @property
    def _ensembles(self) -> list[EnsembleDeLEpreuve]:
        return [
            ensemble
            for ensemble in self.avenir.epreuve.ensembles
            if ensemble.classe == self.avenir.classe and ensemble.horizons > 1
        ]

    def _tenues_ensemble(self) -> list[str]:
        """Return how often the ranges of all the years held together: they are read as a whole."""
        return [
            self._dire(
                "ensemble",
                horizons=ensemble.horizons,
                couverture=nombre(ensemble.couverture),
                tout_le_tableau=(
                    ""
                    if ensemble.avec_les_naissances is None
                    else nombre(ensemble.avec_les_naissances)
                ),
            )
            for ensemble in self._ensembles
        ]

    @property
    def _source(self) -> str:
        """The source of births."""
        avenir = self.avenir
        return self._dire(
            "source",
            inventees=avenir.inventees,
            origine=avenir.origine,
            communes_de=avenir.regles.communes_de,
        )

    def et_si(self) -> Tableau:
        """Return what somebody declared that could change, with the places for 100 children that it
        would make.
        """
        lignes = pd.DataFrame([self._scenario(scenario) for scenario in self.saisie.et_si])
        return self.contexte.presenter(
            self.avenir.regles.tableaux["et_si"],
            lignes,
            {"annee": str, "places": lambda places: nombre(places, signe=True)},
            cle="prolongement-et-si",
            mots={"naissances": self._source},
        )

    def _couverture(self, scenario: Scenario) -> str:
        """Return the places for 100 children with a scenario, in the last year that the trial gives
        a range of, and what it adds.
        """
        faits = self._de_plus(scenario)
        if faits["refuse"]:
            return self._dire("scenario_refuse", annee=scenario.annee, derniere=faits["annee"])
        pour = self._avec(scenario)
        return self._dire(
            "scenario_couverture",
            annee=faits["annee"],
            bas=nombre(pour["bas"], 1),
            haut=nombre(pour["haut"], 1),
            sens=faits["sens"],
            ecart_bas=faits["bas"],
            ecart_haut=faits["haut"],
        )

    def _de_plus(self, scenario: Scenario) -> dict[str, object]:
        """Return what a scenario adds to the places for 100 children, or takes away."""
        annee = int(self.dits["annee"].iloc[-1])
        de_plus = places_pour_100(abs(scenario.places), self.dits).iloc[-1]
        return {
            "refuse": scenario.annee > annee,
            "annee": annee,
            "bas": nombre(de_plus["bas"], 1),
            "haut": nombre(de_plus["haut"], 1),
            "sens": "plus" if scenario.places > 0 else "moins",
        }

    def _avec(self, scenario: Scenario) -> pd.Series:
        """Return the places for 100 children with a scenario, in the last year that has a range."""
        places = self.places.nombre if self.places else 0
        return places_pour_100(places + scenario.places, self.dits).iloc[-1]

    def _dire_le_scenario(self, scenario: Scenario) -> str:
        """Return a scenario in a sentence, for paper."""
        avec = self._avec(scenario)
        return self._dire(
            "scenario",
            quoi=scenario.quoi,
            fin=scenario.annee,
            jour=date_longue(scenario.date),
            places=nombre(scenario.places, signe=True),
            refuse=scenario.annee > int(self.dits["annee"].iloc[-1]),
            bas=nombre(avec["bas"], 1),
            haut=nombre(avec["haut"], 1),
        )

    def _cout(self, scenario: Scenario) -> str:
        """Return what a scenario costs by the scale that it declares; "" without one."""
        if scenario.bareme is None:
            return ""
        return self._dire(
            "scenario_cout",
            euros=nombre(scenario.places * scenario.bareme.euros_par_place),
            source=scenario.bareme.source,
            annee=scenario.bareme.annee,
        )

    def _declare_par(self, scenario: Scenario) -> str:
        return self._dire(
            "scenario_source",
            service=self.services.get(scenario.service, scenario.service),
            jour=date_longue(scenario.date),
            source=scenario.source,
        )

    def _scenario(self, scenario: Scenario) -> dict[str, object]:
        """Return the row of a scenario."""
        # As many more places, for 100 of the same children: nothing past the last range.
        de_plus = places_pour_100(scenario.places, self.dits).iloc[-1]
        avec = self._avec(scenario)
        dit = scenario.annee <= self.dits["annee"].iloc[-1]
        return {
            "quoi": scenario.quoi,
            "places": scenario.places,
            "annee": scenario.annee,
            "couverture": self._couverture(scenario),
            "pour_100_bas": avec["bas"] if dit else None,
            "pour_100_haut": avec["haut"] if dit else None,
            "de_plus_bas": round(de_plus["bas"], 1) if dit else None,
            "de_plus_haut": round(de_plus["haut"], 1) if dit else None,
            "cout": self._cout(scenario) or RIEN,
            "qui": self._declare_par(scenario),
        }
