"""What a portrait shows of a territory: shares beside those of others, counts over the years, a map, those alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.portrait import (
    ICI,
    LA,
    SECRET,
    TROP_PEU,
    Chiffres,
    Lieu,
    Vue,
    evolutions,
    mesurer,
    par_commune,
    semblables,
)
from ctglib.document.blocs import paragraphe, suite
from ctglib.document.contexte import Contexte
from ctglib.document.figure import figure_de
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule, nombre, pourcent
from ctglib.donnees import publiques
from ctglib.donnees.magasin import lire_tables, tables
from ctglib.donnees.modeles.catalogue import Indicateur, Statuts, Unites
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Portrait, Synthese
from ctglib.donnees.officiels.familles import charger_famille, serie_gardee
from ctglib.donnees.officiels.vraisemblance import lire_regles
from ctglib.donnees.yaml_strict import charger_yaml_une_fois
from ctglib.graphiques.carte import CONTOURS, tracer_carte
from ctglib.graphiques.haltere import haltere
from ctglib.graphiques.parts import parts
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from ctglib.document.blocs import Bloc
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Territoire
    from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
    from ctglib.donnees.modeles.rapports import Mesure

SEMBLABLES, EPCI = "semblables", "epci"
AILLEURS = (SEMBLABLES, EPCI, LA)
ABSENCES = {SECRET: "secret", TROP_PEU: "trop peu", "absent": "non publié", "": RIEN}
BRUIT = "dans le bruit"
LECTURES = {"hausse": "hausse", "baisse": "baisse", "stable": "stable", "trop_peu": "trop peu pour conclure"}
LIGNES = 24  # of the numbers of a map: the CSV has them all
COMPTES = "cnaf_communes"
PART = 100


@dataclass(frozen=True)
class EtudePortrait:
    """A territory and its public figures.

    Attributes:
        place: The territory.
        reference: Its département, None when it is one.
        epci: The EPCI of a commune.
        communes: Those of its département or of its EPCI: territoire, libelle, departement, epci.
        regles: ``catalogue/portrait.yaml``.
        seuils: What chance explains of a count.
        chiffres: The figures.
        voisins: The territory, then those alike (of a département, its EPCI): code, nom, distance, and their counts.
        lieux: The places by role.
        mots: The units and the statuses.
        annees: What to know of peculiar years.
    """

    place: Territoire
    reference: Territoire | None
    epci: Territoire | None
    communes: pd.DataFrame
    regles: Portrait
    seuils: SeuilsEvaluation
    chiffres: Chiffres
    voisins: pd.DataFrame
    lieux: Mapping[str, Lieu]
    mots: tuple[Unites, Statuts]
    annees: Mapping[int, str]

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The measures of all the themes (see ``mesurer``), with theme and libelle."""
        known = {one.id: (name, one) for name, theme in self.regles.themes.items() for one in theme.mesures}
        rows = mesurer(self.chiffres, self.lieux, [one for _, one in known.values()], self.regles.minimum,
                       self.seuils.hasard_ecarts)  # fmt: skip
        years = rows["annee"].map(lambda year: f", {year:.0f}" if year else "")
        return rows.assign(
            theme=[known[name][0] for name in rows["mesure"]],
            libelle=[known[name][1].libelle for name in rows["mesure"]] + years,
            indicateur=rows["mesure"],
        )

    @cached_property
    def suivis(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The years of the series followed, and how they moved (see ``evolutions``)."""
        known = [name for name in self.regles.evolution if name in self.chiffres.familles]
        return evolutions(self.chiffres, self.lieux, known, self.seuils)

    @property
    def definitions(self) -> dict[str, Mesure]:
        """The measures by id."""
        return {one.id: one for theme in self.regles.themes.values() for one in theme.mesures}

    @cached_property
    def contexte(self) -> Contexte:
        """The words of charts and tables; the source is that of each."""
        units = {item.id: item for item in self.mots[0].unites}
        labels = dict(zip(self.regles.evolution, self.regles.evolution_libelles, strict=True))
        known = {one.id: (one.libelle, one.unite) for one in self.definitions.values()}
        known |= {name: (label, "nombre") for name, label in labels.items()}
        meanings = {
            name: Indicateur(
                id=name, libelle=label, definition=label, unite=unit, nature="contexte", sens="neutre",
                decimales=units[unit].decimales,
            )
            for name, (label, unit) in known.items()
        }  # fmt: skip
        statuses = {item.code: item for item in self.mots[1].statuts}
        return Contexte(meanings, units, statuses, self.place, self.reference or self.place, "données publiques")

    @property
    def titres(self) -> dict[str, str]:
        """The heads of the columns of the other places, those that there are."""
        alike = "Communes semblables" if self.place.niveau == "commune" else "EPCI semblables"
        heads = {SEMBLABLES: alike, EPCI: "Intercommunalité", LA: self.contexte.reference.nom}
        return {role: head for role, head in heads.items() if role in self.lieux}

    def source(self, lignes: pd.DataFrame) -> str:
        """Return the producers of some measures, with the years of each."""
        years: dict[str, set[int]] = {}
        for row in lignes.itertuples():
            family = self.chiffres.familles[row.serie]
            years.setdefault(family, set()).add(int(row.annee))
            below = self.definitions[row.mesure].denominateur
            other = self.chiffres.familles.get(below, family)
            if other != family:
                years.setdefault(other, set()).add(int(self.chiffres.tables[other]["annee"].max()))
        return " ; ".join(publiques.source(charger_famille(name), sorted(found)) for name, found in years.items())


def etudier_portrait(code: str) -> EtudePortrait:
    """Return a territory of the official code with its public figures.

    Raises:
        DonneesInvalides: There is no such territory; the close names are told. Or a file of the store is damaged.
    """
    publiques.verifier_territoires([code])
    rules = charger_yaml_une_fois("catalogue/portrait.yaml", Portrait)
    place = _nommer([code], rules)[code]
    communes, epci, reference = _communes(place, rules)
    codes = communes["territoire"].tolist()
    figures = _lire(rules, codes, [place.code, *(item.code for item in (epci, reference) if item)])
    members = _membres(communes, place)
    places = {ICI: Lieu(place.code, tuple(members), place.niveau != "commune")}
    alike = _semblables(figures, communes, place, rules)
    if len(alike) and place.niveau != "departement":
        column = "territoire" if place.niveau == "commune" else "epci"
        inside = communes.loc[communes[column].isin(alike["code"].drop(0)), "territoire"]
        places[SEMBLABLES] = Lieu("", tuple(inside), True)
    for role, other in ((EPCI, epci), (LA, reference)):
        if other:
            places[role] = Lieu(other.code, tuple(_membres(communes, other)), True)
    words = (
        charger_yaml_une_fois("catalogue/unites.yaml", Unites),
        charger_yaml_une_fois("catalogue/statuts.yaml", Statuts),
    )
    limits = charger_yaml_une_fois("catalogue/evaluation.yaml", Evaluation).seuils
    peculiar = charger_yaml_une_fois("catalogue/synthese.yaml", Synthese).annees
    return EtudePortrait(place, reference, epci, communes, rules, limits, figures, alike, places, words, peculiar)


def _nommer(codes: Iterable[str], regles: Portrait) -> dict[str, Territoire]:
    """Return how a sentence names territories, by code; a name itself is shortened, for heads."""
    found = {}
    for place in publiques.nommer(list(codes)):
        long = next((one for one in regles.abreviations if place.nom.startswith(one)), "")
        short = regles.abreviations.get(long, "") + place.nom.removeprefix(long)
        found[place.code] = place.model_copy(update={"nom": short})
    return found


def _communes(place: Territoire, regles: Portrait) -> tuple[pd.DataFrame, Territoire | None, Territoire | None]:
    """Return the communes of the département and of the EPCI of a territory, its EPCI, and its département."""
    last = list(tables("cog_communes").values())[-1:]
    own = lire_tables(last, [place.code], None, {"commune": "territoire"}.get(place.niveau, place.niveau))
    departement = own["departement"].mode().iloc[0]
    around = [own, lire_tables(last, [departement], None, "departement")]
    epci = str(own["epci"].iloc[0] or "") if place.niveau == "commune" else ""
    if epci:
        around.append(lire_tables(last, [epci], None, "epci"))
    communes = pd.concat(around).drop_duplicates("territoire").sort_values("territoire", ignore_index=True)
    above = _nommer([one for one in (epci, departement) if one and one != place.code], regles)
    return communes, above.get(epci), above.get(departement)


def _membres(communes: pd.DataFrame, lieu: Territoire) -> list[str]:
    column = "territoire" if lieu.niveau == "commune" else lieu.niveau
    return communes.loc[communes[column].eq(lieu.code), "territoire"].tolist()


def _lire(regles: Portrait, communes: list[str], codes: list[str]) -> Chiffres:
    """Return the series of a portrait at some communes, at their IRIS, and at some codes above them."""
    measures = [one for theme in regles.themes.values() for one in theme.mesures]
    wanted = {name for one in measures for name in (*one.numerateur, one.denominateur)} - {None}
    wanted |= {*regles.evolution, *(name for theme in regles.themes.values() for name in theme.parts_de)}
    found, families = {}, {}
    kept = [item for item in tables().values() if wanted & {*item.table.series}]
    for family in dict.fromkeys(item.table.famille for item in kept):
        own = [item for item in kept if item.table.famille == family]
        series = sorted(wanted & {name for item in own for name in item.table.series})
        iris = [item for item in own if item.table.niveau == "iris"]
        above = [item for item in own if item.table.niveau != "iris"]
        rows = pd.concat(
            [
                lire_tables(above, [*communes, *codes], series),
                lire_tables(iris, communes, series, "left(territoire, 5)"),
            ]
        )
        found[family] = rows.assign(commune=rows["territoire"].str[:5].where(rows["niveau"].ne("epci"), ""))
        families |= dict.fromkeys(series, family)
    meanings = {name: serie_gardee(charger_famille(family), name) for name, family in families.items()}
    return Chiffres(
        tables=found,
        familles=families,
        sommees={name: lire_regles().communes_manquantes for name in found if charger_famille(name).somme},
        arrondis={name: item.arrondi or 0 for name, item in meanings.items()},
        ruptures={name: tuple(one.annee for one in item.ruptures) for name, item in meanings.items()},
    )


def _semblables(chiffres: Chiffres, communes: pd.DataFrame, place: Territoire, regles: Portrait) -> pd.DataFrame:
    """Return the communes, or EPCI, of the département most alike one: code, nom, distance, and their counts."""
    rule, count = regles.semblables, regles.semblables.voisins.get(place.niveau, 0)
    names = [rule.taille, *rule.parts]
    rows = chiffres.tables.get(COMPTES, pd.DataFrame({"annee": [], "territoire": []}))
    last = rows[rows["annee"].eq(rows["annee"].max())].set_index("territoire").reindex(communes["territoire"])
    if rows.empty:
        return pd.DataFrame(columns=["code", "nom", "distance"])
    own = communes.set_index("territoire")
    if place.niveau != "commune":
        counts = last[names].groupby(own["epci"].replace("", pd.NA)).sum()
    else:
        counts = last.loc[last[rule.taille].ge(regles.minimum), names]
    if place.niveau == "departement":  # it is shown by its EPCI, the largest first
        found = (1 / counts[rule.taille].sort_values(ascending=False)).rename("distance")
    else:
        found = semblables(counts, place.code, rule, count)
    names = _nommer([place.code, *found.index], regles)
    shown = counts.reindex([*([place.code] if len(found) and place.code in counts.index else []), *found.index])
    labels = shown.index.map({code: one.nom for code, one in names.items()})
    return shown.assign(nom=labels, distance=found).rename_axis("code").reset_index()


def theme(etude: EtudePortrait, nom: str) -> Bloc | None:
    """Return what is known of a theme: dumbbells of the shares, a bar of the parts, and a table of the rest."""
    rules, rows = etude.regles.themes[nom], etude.mesures[etude.mesures["theme"].eq(nom)]
    kept = [name for name, one in etude.definitions.items() if one.garder]
    others = [name for name in rows if name.startswith("valeur_")]
    told = rows["raison"].isin(["", TROP_PEU, SECRET]) | (rows["mesure"].isin(kept) & rows[others].notna().any(axis=1))
    rows = rows[told]
    asked = rules.figure_de or tuple(one.id for one in rules.mesures)
    drawn = rows[rows["mesure"].isin(asked) & rows["ecart"].notna() & rows["unite"].isin(("pourcent", "pour_100"))]
    drawn = drawn if rules.figure and len(drawn) > 1 else drawn[:0]  # dumbbells show two shares at least
    rest = rows[~rows["mesure"].isin(drawn["mesure"])]
    anchor = nom.replace("_", "-")
    title = f"{rules.tableau}, {etude.place.nom}"
    return suite(
        [
            _halteres(etude, anchor, rules.figure, drawn) if len(drawn) else None,
            _parts(etude, nom) if rules.parts else None,
            _tableau(etude, rest, f"portrait-{anchor}", title) if len(rest) else None,
        ]
    )


def _halteres(etude: EtudePortrait, ancre: str, question: str, rows: pd.DataFrame) -> Figure:
    name, alike = f"portrait-{ancre}-ecarts", f"valeur_{SEMBLABLES}"
    shown = rows.assign(valeur_reference=rows[f"valeur_{LA}"], statut="A", statut_reference="A", ecart_type="points")
    others = minuscule(etude.titres.get(SEMBLABLES, ""))
    if others and rows[alike].notna().any():
        shown = shown.assign(valeur_autre=rows[alike])
    title, source = f"{question} {etude.place.nom} et {etude.contexte.reference.nom}", etude.source(rows)
    figure = haltere(
        shown, etude.contexte, nom=name, titre=title, source=source, autre=others if "valeur_autre" in shown else ""
    )
    numbers = _tableau(etude, rows, figure.tableau.nom, figure.tableau.titre, donnees_de=name)
    return replace(figure, tableau=numbers)


def _tableau(etude: EtudePortrait, rows: pd.DataFrame, nom: str, titre: str, donnees_de: str = "") -> Tableau:
    """Return measures with their count, here and elsewhere; a column that says nothing is left out."""
    contexte = etude.contexte

    def value(role: str) -> Callable[[pd.Series], str]:
        suffix = "" if role == ICI else f"_{role}"

        def write(row: pd.Series) -> str:
            if row["unite"] == "nombre" and role != ICI and (role == SEMBLABLES or _a_l_iris(etude, row["serie"])):
                return RIEN  # a count of a few communes, or of those that have IRIS, is the count of nothing
            level = row[f"valeur{suffix}"]
            return ABSENCES[row[f"raison{suffix}"]] if pd.isna(level) else contexte.valeur(row["mesure"], level)

        return write

    def count(row: pd.Series) -> str:
        known = pd.notna(row["denominateur"]) and isfinite(row["numerateur"])
        return nombre(row["numerateur"]) if known else RIEN

    def gap(row: pd.Series) -> str:
        if pd.isna(row["ecart"]):
            return RIEN
        if abs(row["ecart"]) <= row["marge"]:
            return BRUIT
        return contexte.ecart(row["mesure"], row["ecart"], "pourcent" if row["unite"] == "euros" else "points")

    columns = [
        Colonne("libelle", "Mesure"),
        Colonne("_compte", "Nombre", True, ecrire=count),
        Colonne("_ici", etude.place.nom, True, ecrire=value(ICI)),
        *(Colonne(f"_{role}", head, True, ecrire=value(role)) for role, head in etude.titres.items()),
        *([Colonne("_ecart", "Écart au département", True, ecrire=gap)] if LA in etude.lieux else []),
    ]
    data = rows.drop(columns=["indicateur", "pour", "theme"]).replace(float("inf"), float("nan"))
    made = Tableau.de(
        rows, columns, nom=nom, titre=titre, source=etude.source(rows), donnees=data, donnees_de=donnees_de
    )
    told = [one for one in made.colonnes if not made.cellules[one.cle].isin([RIEN]).all()]
    return replace(made, colonnes=tuple(told), notes=tuple(_notes(etude, rows, made)))


def _a_l_iris(etude: EtudePortrait, serie: str) -> bool:
    """Tell whether a series is that of IRIS, which only the larger communes have."""
    return charger_famille(etude.chiffres.familles[serie]).niveaux == ("iris",)


def _notes(etude: EtudePortrait, rows: pd.DataFrame, table: Tableau) -> list[str]:
    """Return what the words of a table mean, those that it uses."""
    words = set(table.cellules.to_numpy().ravel())
    said = {
        BRUIT: f"« {majuscule(BRUIT)} » : l'arrondi de la source et le hasard suffisent à expliquer l'écart.",
        ABSENCES[TROP_PEU]: f"« Trop peu » : moins de {etude.regles.minimum}, aucun taux n'est donné.",
        ABSENCES[SECRET]: "« Secret » : le producteur ne publie pas ce nombre, trop petit.",
    }
    whose = "ailleurs, ceux" if etude.place.niveau == "commune" else "ceux"
    iris = f"Chiffres à l'IRIS : {whose} des seules communes qui en ont, sans les IRIS secrets."
    notes = [note for word, note in said.items() if word in words]
    return notes + [iris] * any(_a_l_iris(etude, name) for name in rows["serie"])


def _parts(etude: EtudePortrait, nom: str) -> Figure | None:
    """Return one bar of parts for the territory, one for its département, when all the parts are known."""
    rules, rows = etude.regles.themes[nom], []
    family = etude.chiffres.familles.get(rules.parts_de[0])
    names = {ICI: etude.place.nom, LA: etude.contexte.reference.nom}
    for role in [role for role in names if role in etude.lieux and family]:
        counts = Vue(etude.chiffres, etude.lieux[role]).annees(*rules.parts_de)
        known = counts[counts.replace(float("inf"), float("nan")).notna().all(axis=1)].tail(1)
        if known.empty or known.iloc[0].sum() < etude.regles.minimum:
            return None
        year, total = int(known.index[0]), known.iloc[0].sum()
        rows += [
            (f"{names[role]}, {year}", name, label, 100 * value / total, value, "A", year)
            for (name, value), label in zip(known.iloc[0].items(), rules.parts_libelles, strict=True)
        ]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["groupe", "modalite", "libelle", "part", "effectif", "statut", "annee"])
    source = publiques.source(charger_famille(family), sorted(set(table["annee"])))
    title = rules.parts if etude.place.niveau == "commune" else f"{rules.parts} Communes découpées en IRIS"
    return parts(table, etude.contexte, nom=f"portrait-{nom}-parts".replace("_", "-"), titre=title, source=source)


def evolution(etude: EtudePortrait) -> Bloc | None:
    """Return the counts of every year, then how each moved here and elsewhere."""
    years, moved = etude.suivis
    if moved.empty:
        return None
    years = years[years.groupby("indicateur")["valeur"].transform("max").ge(etude.regles.suivi)]
    labels = dict(zip(etude.regles.evolution, etude.regles.evolution_libelles, strict=True))
    family = charger_famille(etude.chiffres.familles[moved["indicateur"].iloc[0]])
    first, last = int(moved["depart"].min()), int(moved["annee"].max())
    source = publiques.source(family, [first, last])
    figure = None if years["indicateur"].nunique() < 2 else trajectoires(
        years.assign(libelle=years["indicateur"].map(labels), unite="nombre", serie="", statut="A", cible=float("nan"),
                     annee_cible=pd.array([pd.NA] * len(years), dtype="Int64")),
        etude.contexte, nom="portrait-evolution", titre=f"Combien de foyers chaque année, de {first} à {last} ?",
        source=source,
    )  # fmt: skip
    enough = moved["valeur_depart"].ge(etude.regles.minimum)
    changes = moved.assign(libelle=moved["indicateur"].map(labels), variation=moved["variation"].where(enough))

    def change(value: float) -> str:
        return RIEN if pd.isna(value) else pourcent(value, 1, signe=True)

    heads = {"variation": etude.place.nom} | {f"variation_{role}": head for role, head in etude.titres.items()}
    table = Tableau.de(
        changes,
        [
            Colonne("libelle", "Série"),
            Colonne("_periode", "Période", ecrire=lambda row: f"{row['depart']:.0f}-{row['annee']:.0f}"),
            *(Colonne(key, head, True, "Évolution", change) for key, head in heads.items()),
            Colonne("lecture", f"Lecture, {etude.place.nom}", ecrire=LECTURES.get),
        ],
        nom="portrait-evolutions", titre=f"Comment ces nombres ont changé, {etude.place.nom} et ailleurs",
        source=source,
        notes=(
            *[f"{RIEN} : moins de {etude.regles.minimum} foyers au départ, aucun pourcentage n'est donné."]
            * bool((~enough).any()),
            *(note for year, note in etude.annees.items() if year in set(moved["depart"])),
        ),
    )  # fmt: skip
    return suite([figure, table])


def carte(etude: EtudePortrait) -> Figure | None:
    """Return the map of the communes of the territory, or of the EPCI of a commune; None without outlines or values."""
    inside = _membres(etude.communes, etude.epci or etude.place)
    shapes = publiques.contours(inside) if tables("ign_contours") else pd.DataFrame()
    found = next(filter(None, (_coloriee(etude, name, inside) for name in etude.regles.carte)), None)
    if shapes.empty or found is None or len(inside) < 2:
        return None
    measure, values = found
    both = shapes.merge(values, left_on="code", right_index=True, how="left").sort_values("valeur", ascending=False)
    around, title = etude.epci or etude.place, f"{measure.libelle}, par commune : {(etude.epci or etude.place).nom}"
    from matplotlib.figure import Figure as Dessin

    from ctglib.document.dessin import charter_style

    with charter_style():
        drawing = Dessin(figsize=(6.7, 3.1), layout="constrained")
        own = etude.place.code if etude.place.niveau == "commune" else ""
        tracer_carte(drawing.add_subplot(), both, legende=measure.libelle, entouree=own)
    known = both[both["valeur"].notna()]
    write = etude.contexte.valeur
    ends = [f"{row.nom}, {write(measure.id, row.valeur)}" for row in known.iloc[[0, -1]].itertuples()]
    series = etude.mesures[etude.mesures["mesure"].eq(measure.id)]
    return figure_de(
        drawing, nom="portrait-carte", titre=title, source=f"{etude.source(series)} ; contours : {CONTOURS}",
        alt=f"Carte de {compter(len(both), 'commune')}, {around.le}. Le taux le plus haut : {ends[0]} ; le plus bas : "
        f"{ends[1]}.",
        lecture=f"le taux va de {write(measure.id, known['valeur'].min())} ({known['nom'].iloc[-1]}) à "
        f"{write(measure.id, known['valeur'].max())} ({known['nom'].iloc[0]})."
        + f" Une commune hachurée a moins de {etude.regles.minimum} foyers ou habitants." * (len(known) < len(both)),
        tableau=_chiffres_de_la_carte(etude, both, measure),
    )  # fmt: skip


def _coloriee(etude: EtudePortrait, nom: str, communes: list[str]) -> tuple[Mesure, pd.DataFrame] | None:
    """Return a measure and its values by commune, when half of the communes at least have one."""
    measure = etude.definitions[nom]
    if not {measure.numerateur[0], measure.denominateur} <= {*etude.chiffres.familles}:
        return None
    values = par_commune(etude.chiffres, measure, communes, etude.regles.minimum)
    return (measure, values) if values["valeur"].notna().sum() >= max(2, len(communes) / 2) else None


def _chiffres_de_la_carte(etude: EtudePortrait, communes: pd.DataFrame, mesure: Mesure) -> Tableau:
    """Return the numbers of a map: every commune, or the highest and the lowest; the CSV has them all."""
    data = communes.drop(columns="contour")
    shown, known = data, data[data["valeur"].notna()]
    if len(data) > LIGNES:
        shown = pd.concat([known.head(LIGNES // 2), known.tail(LIGNES // 2)]).drop_duplicates("code")
    return Tableau.de(
        shown,
        [
            Colonne("nom", "Commune"),
            Colonne("numerateur", "Nombre", True, ecrire=lambda value: RIEN if pd.isna(value) else nombre(value)),
            Colonne("valeur", mesure.libelle, True, ecrire=lambda value: (
                ABSENCES[TROP_PEU] if pd.isna(value) else etude.contexte.valeur(mesure.id, value))),
        ],
        nom="portrait-carte-donnees", titre=f"{mesure.libelle}, par commune", source=etude.source(
            etude.mesures[etude.mesures["mesure"].eq(mesure.id)]),
        donnees=data, donnees_de="portrait-carte",
        notes=tuple([f"Les {LIGNES} plus hauts et plus bas taux ; le CSV les a tous."] * (len(shown) < len(data))),
    )  # fmt: skip


def liste_des_semblables(etude: EtudePortrait) -> Bloc | None:
    """Return how the territories alike are chosen, and which they are."""
    rule, rows, place = etude.regles.semblables, etude.voisins, etude.place
    if rows.empty:
        return paragraphe(
            f"{majuscule(place.le)} n'est rapproché d'aucun autre territoire : il faut {etude.regles.minimum} foyers "
            "allocataires au moins, et tous les nombres de foyers par prestation."
        )
    whole, kind = place.niveau == "departement", "communes" if place.niveau == "commune" else "EPCI"
    known = {one.numerateur[0]: one for one in etude.definitions.values() if one.denominateur == rule.taille}
    shares = [name for name in rule.parts if known[name].pour == PART]
    heads = [Colonne(f"part_{name}", known[name].libelle, True, "Pour 100 foyers allocataires", une) for name in shares]
    title = f"Les EPCI {place.de}" if whole else f"Les {kind} qui ressemblent le plus à {place.nom}"
    table = Tableau.de(
        rows.assign(**{f"part_{name}": PART * rows[name] / rows[rule.taille] for name in shares}),
        [
            Colonne("nom", majuscule(kind)),
            Colonne(rule.taille, "Foyers allocataires", True, ecrire=nombre),
            *heads,
            *([] if whole else [Colonne("distance", "Distance", True, ecrire=deux)]),
        ],
        nom="portrait-semblables", titre=title,
        source=publiques.source(charger_famille(COMPTES), [int(etude.chiffres.tables[COMPTES]["annee"].max())]),
    )  # fmt: skip
    told = (
        f"Parmi les {kind} {etude.reference.de} qui ont de 1/{rule.fenetre} à {rule.fenetre} fois autant de foyers "
        f"allocataires, les {nombre(len(rows) - 1)} plus proches sont retenues d'après les parts du tableau et le "
        "nombre de personnes par foyer, chacune divisée par son écart type. Une ressemblance n'explique rien ; "
        "ailleurs dans ce portrait, leur taux est celui de leurs foyers réunis."
        if not whole
        else f"Les communes {place.de} que la Cnaf publie, réunies par intercommunalité, celle qui a le plus de "
        "foyers allocataires d'abord."
    )
    return suite([paragraphe(told), table])


def une(valeur: float) -> str:
    """Return a rate with one decimal."""
    return nombre(valeur, 1)


def deux(valeur: float) -> str:
    """Return a distance with two decimals, a dash for the territory itself."""
    return RIEN if pd.isna(valeur) else nombre(valeur, 2)


def absents(etude: EtudePortrait) -> list[str]:
    """Return why figures are missing for this territory, one sentence a family of files."""
    rows = etude.mesures[etude.mesures["raison"].isin(["absent", SECRET])]
    lost = rows.assign(nom=rows["mesure"].map(lambda name: minuscule(etude.definitions[name].libelle)))
    groups = lost.groupby(lost["serie"].map(etude.chiffres.familles), sort=False)["nom"].agg(list)
    every = {name for one in etude.definitions.values() for name in one.numerateur} - {*etude.chiffres.familles}
    never = [minuscule(one.libelle) for one in etude.definitions.values() if {*one.numerateur} <= every]
    told = [etude.regles.champs[family].format(absents=majuscule(enumerer(names))) for family, names in groups.items()]
    return told + ([f"{majuscule(enumerer(never))} : aucun fichier du classeur ne les donne."] if never else [])
