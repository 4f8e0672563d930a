"""A territory and its public figures: what they are set beside, and what is worked out from them once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.calculs.portrait import ICI, LA, TROP_PEU, Chiffres, Lieu, evolutions, mesurer, semblables
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import majuscule, remplir
from ctglib.donnees import publiques
from ctglib.donnees.magasin import charger_famille, derniere, lire_tables, serie_gardee, tables
from ctglib.donnees.modeles.catalogue import Indicateur, Statuts, Territoire, Unites
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Portrait
from ctglib.donnees.vraisemblance import lire_regles
from ctglib.donnees.yaml_strict import charger_yaml

SEMBLABLES, EPCI = "semblables", "epci"
COMPTES = "cnaf_communes"


@dataclass(frozen=True)
class EtudePortrait:
    """A territory and its public figures."""

    place: Territoire
    reference: Territoire | None  # its département, None when it is one
    epci: Territoire | None  # of a commune
    regles: Portrait  # ``catalogue/portrait.yaml``
    chiffres: Chiffres
    voisins: pd.DataFrame  # it, then those alike (of a département, its EPCI): code, nom, distance, and their counts
    lieux: Mapping[str, Lieu]  # by role
    # What chance explains of a count.
    seuils = property(lambda self: charger_yaml("catalogue/evaluation.yaml", Evaluation).seuils)
    # The measures by id, then those that have a value, or too small a denominator for one.
    definitions = property(lambda self: {one.id: one for theme in self.regles.themes.values() for one in theme.mesures})
    connues = property(lambda self: self.mesures[self.mesures["raison"].isin(["", TROP_PEU])])
    # What the territories alike are called in a sentence.
    semblables = property(lambda self: "communes semblables" if self.place.niveau == "commune" else "EPCI semblables")

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The measures of all the themes (see ``mesurer``), with theme, libelle, famille, and whether it is of IRIS."""
        themes = {one.id: name for name, theme in self.regles.themes.items() for one in theme.mesures}
        known, least = self.definitions, self.regles.minimum
        rows = mesurer(self.chiffres, self.lieux, [*known.values()], least, self.seuils.hasard_ecarts)
        years = rows["annee"].map(lambda year: f", {year:.0f}" if year else "")
        families = rows["serie"].map(self.chiffres.familles)
        return rows.assign(
            theme=rows["mesure"].map(themes),
            libelle=[known[name].libelle for name in rows["mesure"]] + years,
            indicateur=rows["mesure"],
            famille=families,
            iris=[charger_famille(name).niveaux == ("iris",) for name in families],
        )

    @cached_property
    def suivis(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The years of the series followed, and how they moved (see ``evolutions``), with their libelle."""
        known = [name for name in self.regles.evolution if name in self.chiffres.familles]
        tables = evolutions(self.chiffres, self.lieux, known, self.seuils)
        return tuple(rows.assign(libelle=rows["indicateur"].map(self.regles.evolution)) for rows in tables)

    @cached_property
    def contexte(self) -> Contexte:
        """The words of charts and tables; the source is that of each."""
        units = {item.id: item for item in charger_yaml("catalogue/unites.yaml", Unites).unites}
        statuses = {item.code: item for item in charger_yaml("catalogue/statuts.yaml", Statuts).statuts}
        known = {one.id: (one.libelle, one.unite) for one in self.definitions.values()}
        known |= {name: (label, "nombre") for name, label in self.regles.evolution.items()}
        meanings = {
            name: Indicateur(id=name, libelle=label, definition=label, unite=unit, nature="contexte", sens="neutre",
                             decimales=units[unit].decimales)
            for name, (label, unit) in known.items()
        }  # fmt: skip
        return Contexte(meanings, units, statuses, self.place, self.reference or self.place, "données publiques")

    def dire(self, phrase: str, **valeurs: object) -> str:
        """Return a sentence of ``catalogue/portrait.yaml``, filled."""
        told = {"minimum": self.regles.minimum, "fenetre": self.regles.semblables.fenetre, **self.contexte.lieux}
        return remplir(self.regles.phrases[phrase], **told, **valeurs)

    def tableau(self, cle: str, *lignes: object, mots: Mapping[str, object] | None = None, **reste: object) -> Tableau:
        """Return a table whose words are those of ``catalogue/portrait.yaml`` (see ``Contexte.presenter``)."""
        words = {"semblables": majuscule(self.semblables), **(mots or {})}
        return self.contexte.presenter(self.regles.tableaux[cle], *lignes, cle=f"portrait-{cle}", mots=words, **reste)

    def source(self, lignes: pd.DataFrame) -> str:
        """Return the producers of some measures, with the years of each."""
        years: dict[str, set[int]] = {}
        for row in lignes.itertuples():
            years.setdefault(row.famille, set()).add(int(row.annee))
            below = self.chiffres.familles.get(self.definitions[row.mesure].denominateur, row.famille)
            if below != row.famille:
                years.setdefault(below, set()).add(int(self.chiffres.tables[below]["annee"].max()))
        return " ; ".join(publiques.source(charger_famille(name), sorted(found)) for name, found in years.items())


def etudier_portrait(code: str) -> EtudePortrait:
    """Return a territory of the official code with its public figures.

    Raises:
        DonneesInvalides: There is no such territory; the close names are told. Or a file of the store is damaged.
    """
    publiques.verifier_territoires([code])
    rules = charger_yaml("catalogue/portrait.yaml", Portrait)
    place = _nommer([code], rules)[code]
    last = derniere("cog_communes")
    own = lire_tables(last, [code], None, _colonne(place.niveau))
    departement, epci = own["departement"].mode().iloc[0], str(own["epci"].iloc[0] or "") * (place.niveau == "commune")
    above = {EPCI: epci, LA: departement}
    around = [lire_tables(last, [other], None, level) for level, other in above.items() if other]
    communes = pd.concat([own, *around]).drop_duplicates("territoire").sort_values("territoire", ignore_index=True)
    named = _nommer([other for other in above.values() if other not in ("", code)], rules)
    above = {role: named[other] for role, other in above.items() if other in named}
    figures = _lire(rules, communes["territoire"].tolist(), [code, *(one.code for one in above.values())])
    alike = _semblables(figures, communes, place, rules)

    def lieu(one: Territoire) -> Lieu:
        inside = communes.loc[communes[_colonne(one.niveau)].eq(one.code), "territoire"]
        return Lieu(one.code, tuple(inside), one.niveau != "commune")

    places = {ICI: lieu(place)}
    if len(alike) and place.niveau != "departement":
        inside = communes.loc[communes[_colonne(place.niveau)].isin(alike["code"].drop(0)), "territoire"]
        places[SEMBLABLES] = Lieu("", tuple(inside), True)
    places |= {role: lieu(one) for role, one in above.items()}
    return EtudePortrait(place, above.get(LA), above.get(EPCI), rules, figures, alike, places)


def _colonne(niveau: str) -> str:
    return "territoire" if niveau == "commune" else niveau


def _nommer(codes: Iterable[str], regles: Portrait) -> dict[str, Territoire]:
    """Return how a sentence names territories, by code; a name itself is shortened, for heads."""
    found = {}
    for place in publiques.nommer(list(codes)):
        long = next((one for one in regles.abreviations if place.nom.startswith(one)), "")
        short = regles.abreviations.get(long, "") + place.nom.removeprefix(long)
        found[place.code] = place.model_copy(update={"nom": short})
    return found


def _lire(regles: Portrait, communes: list[str], codes: list[str]) -> Chiffres:
    """Return the series of a portrait at some communes, at their IRIS, and at some codes above them."""
    measures = [one for theme in regles.themes.values() for one in theme.mesures]
    wanted = {name for one in measures for name in (*one.numerateur, one.denominateur)}
    wanted |= {*regles.evolution, *(name for theme in regles.themes.values() for name in theme.parts_de)}
    kept = [item for item in tables().values() if wanted & {*item.series}]
    found, families = {}, {}
    for family in dict.fromkeys(item.famille for item in kept):
        own = [item for item in kept if item.famille == family]
        series = sorted(wanted & {name for item in own for name in item.series})
        iris = [item for item in own if item.niveau == "iris"]
        above = lire_tables([item for item in own if item not in iris], [*communes, *codes], series)
        rows = pd.concat([above, lire_tables(iris, communes, series, "left(territoire, 5)")])
        found[family] = rows.assign(commune=rows["territoire"].str[:5].where(rows["niveau"].ne("epci"), ""))
        families |= dict.fromkeys(series, family)
    return Chiffres(
        tables=found,
        familles=families,
        series={name: serie_gardee(charger_famille(family), name) for name, family in families.items()},
        sommees={name: lire_regles().communes_manquantes for name in found if charger_famille(name).somme},
    )


def _semblables(chiffres: Chiffres, communes: pd.DataFrame, place: Territoire, regles: Portrait) -> pd.DataFrame:
    """Return the communes, or EPCI, of the département most alike one: code, nom, distance, and their counts."""
    rule, rows = regles.semblables, chiffres.tables.get(COMPTES, pd.DataFrame())
    if rows.empty:
        return pd.DataFrame(columns=["code", "nom", "distance"])
    own = communes.set_index("territoire")
    last = rows[rows["annee"].eq(rows["annee"].max())].set_index("territoire").reindex(own.index)
    counts = last[[rule.taille, *rule.parts]]
    if place.niveau == "commune":
        counts = counts[counts[rule.taille].ge(regles.minimum)]
    else:
        counts = counts.groupby(own["epci"].replace("", pd.NA)).sum()
    if place.niveau == "departement":  # it is shown by its EPCI, the largest first
        found = (1 / counts[rule.taille].sort_values(ascending=False)).rename("distance")
    else:
        found = semblables(counts, place.code, rule, rule.voisins.get(place.niveau, 0))
    shown = counts.reindex([*[place.code] * (len(found) > 0 and place.code in counts.index), *found.index])
    names = {code: one.nom for code, one in _nommer([place.code, *found.index], regles).items()}
    return shown.assign(nom=shown.index.map(names), distance=found).rename_axis("code").reset_index()
