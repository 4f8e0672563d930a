"""What a portrait shows of a territory: shares beside those of others, counts over the years, a map, those alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

import pandas as pd

from ctglib.blocs.territoire import part
from ctglib.calculs.portrait import (
    ICI,
    LA,
    SECRET,
    TROP_PEU,
    Chiffres,
    Lieu,
    en_annees,
    evolutions,
    mesurer,
    par_commune,
    semblables,
)
from ctglib.document.blocs import Bloc, paragraphe, suite
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, figure_de
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule, nombre
from ctglib.donnees import publiques
from ctglib.donnees.magasin import charger_famille, lire_tables, serie_gardee, tables
from ctglib.donnees.modeles.catalogue import Indicateur, Statuts, Territoire, Unites
from ctglib.donnees.modeles.evaluation import Evaluation, SeuilsEvaluation
from ctglib.donnees.modeles.rapports import Mesure, Portrait, Synthese
from ctglib.donnees.officiels.vraisemblance import lire_regles
from ctglib.donnees.yaml_strict import charger_yaml_une_fois
from ctglib.graphiques.barres import parts
from ctglib.graphiques.carte import CONTOURS, tracer_carte
from ctglib.graphiques.points import haltere
from ctglib.graphiques.trajectoires import trajectoires

SEMBLABLES, EPCI = "semblables", "epci"
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
        chiffres: The figures.
        voisins: The territory, then those alike (of a département, its EPCI): code, nom, distance, and their counts.
        lieux: The places by role.
    """

    place: Territoire
    reference: Territoire | None
    epci: Territoire | None
    communes: pd.DataFrame
    regles: Portrait
    chiffres: Chiffres
    voisins: pd.DataFrame
    lieux: Mapping[str, Lieu]

    @property
    def seuils(self) -> SeuilsEvaluation:
        """What chance explains of a count."""
        return charger_yaml_une_fois("catalogue/evaluation.yaml", Evaluation).seuils

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The measures of all the themes (see ``mesurer``), with theme, libelle, and whether it is that of IRIS."""
        themes = {one.id: name for name, theme in self.regles.themes.items() for one in theme.mesures}
        known = self.definitions
        rows = mesurer(self.chiffres, self.lieux, [*known.values()], self.regles.minimum, self.seuils.hasard_ecarts)
        years = rows["annee"].map(lambda year: f", {year:.0f}" if year else "")
        families = rows["serie"].map(self.chiffres.familles)
        return rows.assign(
            theme=rows["mesure"].map(themes),
            libelle=[known[name].libelle for name in rows["mesure"]] + years,
            indicateur=rows["mesure"],
            iris=[charger_famille(name).niveaux == ("iris",) for name in families],
        )

    @property
    def connues(self) -> pd.DataFrame:
        """The measures that have a value, or too small a denominator for one."""
        return self.mesures[self.mesures["raison"].isin(["", TROP_PEU])]

    @cached_property
    def suivis(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The years of the series followed, and how they moved (see ``evolutions``), with their libelle."""
        known = [name for name in self.regles.evolution if name in self.chiffres.familles]
        years, moved = evolutions(self.chiffres, self.lieux, known, self.seuils)
        labels = dict(zip(self.regles.evolution, self.regles.evolution_libelles, strict=True))
        return tuple(
            rows.assign(libelle=rows["indicateur"].map(labels)) if len(rows) else rows for rows in (years, moved)
        )

    @cached_property
    def definitions(self) -> dict[str, Mesure]:
        """The measures by id."""
        return {one.id: one for theme in self.regles.themes.values() for one in theme.mesures}

    @cached_property
    def contexte(self) -> Contexte:
        """The words of charts and tables; the source is that of each."""
        units = {item.id: item for item in charger_yaml_une_fois("catalogue/unites.yaml", Unites).unites}
        statuses = {item.code: item for item in charger_yaml_une_fois("catalogue/statuts.yaml", Statuts).statuts}
        series = zip(self.regles.evolution, self.regles.evolution_libelles, strict=True)
        known = [(one.id, one.libelle, one.unite) for one in self.definitions.values()]
        known += [(name, label, "nombre") for name, label in series]
        meanings = {
            name: Indicateur(id=name, libelle=label, definition=label, unite=unit, nature="contexte", sens="neutre",
                             decimales=units[unit].decimales)
            for name, label, unit in known
        }  # fmt: skip
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
            below = self.chiffres.familles.get(self.definitions[row.mesure].denominateur, family)
            if below != family:
                years.setdefault(below, set()).add(int(self.chiffres.tables[below]["annee"].max()))
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
    around = {role: other for role, other in ((EPCI, epci), (LA, reference)) if other}
    figures = _lire(rules, communes["territoire"].tolist(), [place.code, *(item.code for item in around.values())])
    places = {ICI: Lieu(place.code, tuple(_membres(communes, place)), place.niveau != "commune")}
    alike = _semblables(figures, communes, place, rules)
    if len(alike) and place.niveau != "departement":
        column = "territoire" if place.niveau == "commune" else "epci"
        inside = communes.loc[communes[column].isin(alike["code"].drop(0)), "territoire"]
        places[SEMBLABLES] = Lieu("", tuple(inside), True)
    places |= {role: Lieu(one.code, tuple(_membres(communes, one)), True) for role, one in around.items()}
    return EtudePortrait(place, reference, epci, communes, rules, figures, alike, places)


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


def theme(etude: EtudePortrait, nom: str) -> Bloc | None:
    """Return what is known of a theme: dumbbells of the shares, a bar of the parts, and a table of the rest."""
    rules, rows = etude.regles.themes[nom], etude.mesures[etude.mesures["theme"].eq(nom)]
    kept = [name for name, one in etude.definitions.items() if one.garder]
    elsewhere = rows.filter(like="valeur_").notna().any(axis=1)
    rows = rows[rows["raison"].isin(["", TROP_PEU, SECRET]) | (rows["mesure"].isin(kept) & elsewhere)]
    asked = rules.figure_de or tuple(one.id for one in rules.mesures)
    drawn = rows["mesure"].isin(asked) & rows["ecart"].notna() & rows["unite"].isin(("pourcent", "pour_100"))
    drawn &= bool(rules.figure) and drawn.sum() > 1  # dumbbells show two shares at least
    name = f"portrait-{nom.replace('_', '-')}"
    return suite(
        [
            _halteres(etude, f"{name}-ecarts", rules.figure, rows[drawn]) if drawn.any() else None,
            _parts(etude, nom, f"{name}-parts") if rules.parts else None,
            None if drawn.all() else _tableau(etude, rows[~drawn], name, f"{rules.tableau}, {etude.place.nom}"),
        ]
    )


def _halteres(etude: EtudePortrait, nom: str, question: str, rows: pd.DataFrame) -> Figure:
    shown = rows.assign(valeur_reference=rows[f"valeur_{LA}"], statut="A", statut_reference="A", ecart_type="points")
    others = minuscule(etude.titres.get(SEMBLABLES, ""))
    if others and rows[f"valeur_{SEMBLABLES}"].notna().any():
        shown = shown.assign(valeur_autre=rows[f"valeur_{SEMBLABLES}"])
    figure = haltere(
        shown, etude.contexte, nom=nom, titre=f"{question} {etude.place.nom} et {etude.contexte.reference.nom}",
        source=etude.source(rows), autre=others if "valeur_autre" in shown else "",
    )  # fmt: skip
    return replace(figure, tableau=_tableau(etude, rows, figure.tableau.nom, figure.tableau.titre, donnees_de=nom))


def _tableau(etude: EtudePortrait, rows: pd.DataFrame, nom: str, titre: str, donnees_de: str = "") -> Tableau:
    """Return measures with their count, here and elsewhere; a column that says nothing is left out."""
    contexte = etude.contexte

    def value(role: str) -> Callable[[pd.Series], str]:
        suffix = "" if role == ICI else f"_{role}"

        def write(row: pd.Series) -> str:
            if row["unite"] == "nombre" and role != ICI and (role == SEMBLABLES or row["iris"]):
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

    made = Tableau.de(
        rows,
        [
            Colonne("libelle", "Mesure"),
            Colonne("_compte", "Nombre", True, ecrire=count),
            Colonne("_ici", etude.place.nom, True, ecrire=value(ICI)),
            *(Colonne(f"_{role}", head, True, ecrire=value(role)) for role, head in etude.titres.items()),
            *[Colonne("_ecart", "Écart au département", True, ecrire=gap)] * (LA in etude.lieux),
        ],
        nom=nom,
        titre=titre,
        source=etude.source(rows),
        donnees=rows.drop(columns=["indicateur", "pour", "theme", "iris"]).replace(float("inf"), float("nan")),
        donnees_de=donnees_de,
    )
    said = {
        BRUIT: f"« {majuscule(BRUIT)} » : l'arrondi de la source et le hasard suffisent à expliquer l'écart.",
        ABSENCES[TROP_PEU]: f"« Trop peu » : moins de {etude.regles.minimum}, aucun taux n'est donné.",
        ABSENCES[SECRET]: "« Secret » : le producteur ne publie pas ce nombre, trop petit.",
    }
    whose = "ailleurs, ceux" if etude.place.niveau == "commune" else "ceux"
    iris = f"Chiffres à l'IRIS : {whose} des seules communes qui en ont, sans les IRIS secrets."
    notes = [note for word, note in said.items() if made.cellules.eq(word).to_numpy().any()]
    return replace(made.sans_colonne_vide(), notes=(*notes, *[iris] * bool(rows["iris"].any())))


def _parts(etude: EtudePortrait, theme: str, nom: str) -> Figure | None:
    """Return one bar of parts for the territory, one for its département, when all the parts are known."""
    rules, rows = etude.regles.themes[theme], []
    family = etude.chiffres.familles.get(rules.parts_de[0])
    names = {ICI: etude.place.nom, LA: etude.contexte.reference.nom}
    for role in [role for role in names if role in etude.lieux and family]:
        counts = en_annees(etude.chiffres, etude.lieux[role], *rules.parts_de).replace(float("inf"), float("nan"))
        known = counts.dropna().tail(1)
        if known.empty or known.iloc[0].sum() < etude.regles.minimum:
            return None
        year, values = int(known.index[0]), known.iloc[0]
        rows += [
            (f"{names[role]}, {year}", name, label, PART * value / values.sum(), value, "A", year)
            for (name, value), label in zip(values.items(), rules.parts_libelles, strict=True)
        ]
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=["groupe", "modalite", "libelle", "part", "effectif", "statut", "annee"])
    source = publiques.source(charger_famille(family), sorted(set(table["annee"])))
    title = rules.parts if etude.place.niveau == "commune" else f"{rules.parts} Communes découpées en IRIS"
    return parts(table, etude.contexte, nom=nom, titre=title, source=source)


def evolution(etude: EtudePortrait) -> Bloc | None:
    """Return the counts of every year, then how each moved here and elsewhere."""
    years, moved = etude.suivis
    if moved.empty:
        return None
    years = years[years.groupby("indicateur")["valeur"].transform("max").ge(etude.regles.suivi)]
    family = charger_famille(etude.chiffres.familles[moved["indicateur"].iloc[0]])
    first, last = int(moved["depart"].min()), int(moved["annee"].max())
    source = publiques.source(family, [first, last])
    figure = None if years["indicateur"].nunique() < 2 else trajectoires(
        years.assign(unite="nombre", serie="", statut="A", cible=float("nan"),
                     annee_cible=pd.array([pd.NA] * len(years), dtype="Int64")),
        etude.contexte, nom="portrait-evolution", titre=f"Combien de foyers chaque année, de {first} à {last} ?",
        source=source,
    )  # fmt: skip
    peculiar = charger_yaml_une_fois("catalogue/synthese.yaml", Synthese).annees
    enough = moved["valeur_depart"].ge(etude.regles.minimum)
    few = f"{RIEN} : moins de {etude.regles.minimum} foyers au départ, aucun pourcentage n'est donné."
    heads = {"variation": etude.place.nom} | {f"variation_{role}": head for role, head in etude.titres.items()}
    table = Tableau.de(
        moved.assign(variation=moved["variation"].where(enough)),
        [
            Colonne("libelle", "Série"),
            Colonne("_periode", "Période", ecrire=lambda row: f"{row['depart']:.0f}-{row['annee']:.0f}"),
            *(Colonne(key, head, True, "Évolution", part) for key, head in heads.items()),
            Colonne("lecture", f"Lecture, {etude.place.nom}", ecrire=LECTURES.get),
        ],
        nom="portrait-evolutions", titre=f"Comment ces nombres ont changé, {etude.place.nom} et ailleurs",
        source=source,
        notes=(
            *[few] * bool((~enough).any()),
            *(note for year, note in peculiar.items() if year in set(moved["depart"])),
        ),
    )  # fmt: skip
    return suite([figure, table])


def carte(etude: EtudePortrait) -> Figure | None:
    """Return the map of the communes of the territory, or of the EPCI of a commune; None without outlines or values."""
    around = etude.epci or etude.place
    inside = _membres(etude.communes, around)
    shapes = publiques.contours(inside) if tables("ign_contours") else pd.DataFrame()
    found = next(filter(None, (_coloriee(etude, name, inside) for name in etude.regles.carte)), None)
    if shapes.empty or found is None or len(inside) < 2:
        return None
    measure, values = found
    both = shapes.merge(values, left_on="code", right_index=True, how="left").sort_values("valeur", ascending=False)
    from matplotlib.figure import Figure as Dessin

    from ctglib.document.dessin import charter_style

    with charter_style():
        drawing = Dessin(figsize=(6.7, 3.1), layout="constrained")
        own = etude.place.code if etude.place.niveau == "commune" else ""
        tracer_carte(drawing.add_subplot(), both, legende=measure.libelle, entouree=own)
    data, known = both.drop(columns="contour"), both[both["valeur"].notna()].drop(columns="contour")
    shown = data
    if len(data) > LIGNES:
        shown = pd.concat([known.head(LIGNES // 2), known.tail(LIGNES // 2)]).drop_duplicates("code")
    few = f" Une commune hachurée a moins de {etude.regles.minimum} foyers ou habitants."
    source = etude.source(etude.mesures[etude.mesures["mesure"].eq(measure.id)])
    (high, top), (low, bottom) = ((row.nom, etude.contexte.valeur(measure.id, row.valeur))
                                  for row in known.iloc[[0, -1]].itertuples())  # fmt: skip
    return figure_de(
        drawing, nom="portrait-carte", titre=f"{measure.libelle}, par commune : {around.nom}",
        source=f"{source} ; contours : {CONTOURS}",
        alt=f"Carte de {compter(len(both), 'commune')}, {around.le}. Le taux le plus haut : {high}, {top} ; le plus "
        f"bas : {low}, {bottom}.",
        lecture=f"le taux va de {bottom} ({low}) à {top} ({high})." + few * (len(known) < len(both)),
        tableau=Tableau.de(
            shown,
            [
                Colonne("nom", "Commune"),
                Colonne("numerateur", "Nombre", True),
                Colonne("valeur", measure.libelle, True, ecrire=lambda value: (
                    ABSENCES[TROP_PEU] if pd.isna(value) else etude.contexte.valeur(measure.id, value))),
            ],
            nom="portrait-carte-donnees", titre=f"{measure.libelle}, par commune", source=source, donnees=data,
            donnees_de="portrait-carte",
            notes=(f"Les {LIGNES} plus hauts et plus bas taux ; le CSV les a tous.",) * (len(shown) < len(data)),
        ),
    )  # fmt: skip


def _coloriee(etude: EtudePortrait, nom: str, communes: list[str]) -> tuple[Mesure, pd.DataFrame] | None:
    """Return a measure and its values by commune, when half of the communes at least have one."""
    measure = etude.definitions[nom]
    if not {measure.numerateur[0], measure.denominateur} <= {*etude.chiffres.familles}:
        return None
    values = par_commune(etude.chiffres, measure, communes, etude.regles.minimum)
    return (measure, values) if values["valeur"].notna().sum() >= max(2, len(communes) / 2) else None


def liste_des_semblables(etude: EtudePortrait) -> Bloc | None:
    """Return how the territories alike are chosen, and which they are."""
    rule, rows, place = etude.regles.semblables, etude.voisins, etude.place
    if rows.empty:
        return paragraphe(
            f"{majuscule(place.le)} n'est rapproché d'aucun autre territoire : il faut {etude.regles.minimum} foyers "
            "allocataires au moins, et tous les nombres de foyers par prestation."
        )
    whole, kind = place.niveau == "departement", "communes" if place.niveau == "commune" else "EPCI"
    labels = {one.numerateur[0]: one.libelle for one in etude.definitions.values()
              if one.denominateur == rule.taille and one.pour == PART}  # fmt: skip
    shares = [name for name in rule.parts if name in labels]
    group = "Pour 100 foyers allocataires"
    table = Tableau.de(
        rows.assign(**{f"part_{name}": PART * rows[name] / rows[rule.taille] for name in shares}),
        [
            Colonne("nom", majuscule(kind)),
            Colonne(rule.taille, "Foyers allocataires", True, ecrire=nombre),
            *(Colonne(f"part_{name}", labels[name], True, group, decimales(1)) for name in shares),
            *[Colonne("distance", "Distance", True, ecrire=decimales(2))] * (not whole),
        ],
        nom="portrait-semblables",
        titre=f"Les EPCI {place.de}" if whole else f"Les {kind} qui ressemblent le plus à {place.nom}",
        source=publiques.source(charger_famille(COMPTES), [int(etude.chiffres.tables[COMPTES]["annee"].max())]),
    )
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


def absents(etude: EtudePortrait) -> list[str]:
    """Return why figures are missing for this territory, one sentence a family of files."""
    rows, series = etude.mesures, {*etude.chiffres.familles}
    lost = rows[rows["raison"].isin(["absent", SECRET])]
    names = lost["mesure"].map(lambda name: minuscule(etude.definitions[name].libelle))
    groups = names.groupby(lost["serie"].map(etude.chiffres.familles), sort=False).agg(list)
    never = [minuscule(one.libelle) for one in etude.definitions.values() if not series & {*one.numerateur}]
    told = [etude.regles.champs[family].format(absents=majuscule(enumerer(own))) for family, own in groups.items()]
    return told + [f"{majuscule(enumerer(never))} : aucun fichier du classeur ne les donne."] * bool(never)
