"""The portrait of a territory, from public figures alone: its sections in order, then what is
worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf, nan

import pandas as pd
from matplotlib.figure import Figure as Dessin

from ctglib.calculs import portrait as calculs
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre, pourcent
from ctglib.calculs.portrait import ICI, LA, SECRET, TROP_PEU, Chiffres, Lieu
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Groupe,
    liste,
    paragraphe,
    sous_titre,
    suite,
)
from ctglib.document.contexte import Contexte, periode, variation
from ctglib.document.figure import Figure, charter_style, figure_de
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.document.typographie import remplir
from ctglib.donnees import magasin, publiques
from ctglib.donnees.magasin import charger_famille, lire_tables, tables
from ctglib.donnees.modeles import rapports as modeles
from ctglib.donnees.modeles.catalogue import Indicateur, Statuts, Territoire, Unites
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.vraisemblance import lire_regles
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.graphiques.barres import parts
from ctglib.graphiques.points import haltere
from ctglib.graphiques.teintes import CONTOURS, tracer_carte
from ctglib.graphiques.trajectoires import trajectoires

SEMBLABLES = "semblables"
EPCI = "epci"
COMPTES = "cnaf_communes"
SUR_LA_PAGE = 3  # messages, uncertainties, requests
BRUIT = "bruit"
LIGNES = 24  # of the numbers of a map: the CSV has them all
PART = 100


def ouvrir_portrait(territoire: str) -> Portrait:
    """Rend le portrait d'une commune, d'un EPCI ou d'un département, d'après les chiffres publics
    qui sont là.

    Args:
        territoire: Son code : « 62413 », « 246200364 », « 62 ».

    Raises:
        DonneesInvalides: Le code n'existe pas ; les noms proches sont dits.
    """
    return Portrait(etudier_portrait(territoire))


@dataclass(frozen=True)
class Portrait:
    """What can be asked of a territory: each method returns one thing that a notebook shows, None
    without any.
    """

    etude: EtudePortrait

    def __repr__(self) -> str:
        return f'Portrait, {self.etude.place.nom}. Ensuite : .theme("familles"), .evolution(), .etude.mesures.'

    def couverture(self) -> Couverture:
        """Return the cover: the territory, the year of the figures, and that it is no convention."""
        study = self.etude
        known = self.etude.connues
        years = known["annee"].groupby(
            known["famille"].map(lambda name: charger_famille(name).producteur), sort=False
        )
        within = {"communes": len(study.lieux[ICI].membres), "code": study.place.code}
        within |= {"departement": study.reference.de if study.reference else ""}
        within |= {"epci": study.epci.le if study.epci else "hors intercommunalité"}
        return Couverture(
            sujet="données publiques seules",
            territoire=study.place.nom,
            mentions=(
                ("Territoire", study.dire(f"est_{study.place.niveau}", **within)),
                (
                    "Données",
                    " ; ".join(f"{who}, {periode({*own.astype(int)})}" for who, own in years),
                ),
                (
                    "Portée",
                    "portrait, sans convention : il ne dit rien de ce que les parties ont décidé",
                ),
            ),
            logos=(),
            source="Source : Cnaf, Insee, IGN ; calculs du classeur",
            date=f"{self._annee}-12-31",
            complement=f" : {study.place.nom}",
            sigles=tuple(charger_yaml("catalogue/synthese.yaml", modeles.Synthese).sigles.items()),
            breve=True,
        )

    def une_page(self) -> Bloc:
        """Return the territory on one page: three messages, what is uncertain, what to ask the Caf,
        a map.
        """
        asked = [
            f"Demander {one.quoi} : {one.pourquoi}."
            for one in self.etude.regles.manques
            if one.qui == "Caf"
        ]
        told = {
            "À retenir": self._messages(),
            "Ce qui est incertain": self._incertain(),
            "À demander à la Caf": asked,
        }
        left, *right = (
            sous_titre(title) + liste([*said][:SUR_LA_PAGE]) for title, said in told.items()
        )
        return suite([Colonnes((left, sum(right, Groupe()))), self._carte()])

    def theme(self, nom: str) -> Bloc | None:
        """Return what is known of a theme: dumbbells of the shares, a bar of the parts, and a table
        of the rest.
        """
        study = self.etude
        name = f"portrait-{nom.replace('_', '-')}"
        rules = study.regles.themes[nom]
        rows = study.mesures[study.mesures["theme"].eq(nom)]
        kept = [one for one, measure in study.definitions.items() if measure.garder]
        elsewhere = rows.filter(like="valeur_").notna().any(axis=1)
        rows = rows[
            rows["raison"].isin(["", TROP_PEU, SECRET]) | (rows["mesure"].isin(kept) & elsewhere)
        ]
        asked = rules.figure_de or tuple(one.id for one in rules.mesures)
        drawn = (
            rows["mesure"].isin(asked)
            & rows["ecart"].notna()
            & rows["unite"].isin(("pourcent", "pour_100"))
        )
        drawn &= bool(rules.figure) and drawn.sum() > 1  # dumbbells show two shares at least
        return suite(
            [
                self._halteres(f"{name}-ecarts", rules.figure, rows[drawn])
                if drawn.any()
                else None,
                self._parts(nom, f"{name}-parts") if rules.parts else None,
                None
                if drawn.all()
                else self._tableau(rows[~drawn], name, f"{rules.tableau}, {study.place.nom}"),
            ]
        )

    def _halteres(self, nom: str, question: str, rows: pd.DataFrame) -> Figure:
        study = self.etude
        other = rows.get(f"valeur_{SEMBLABLES}", pd.Series(nan, rows.index))
        shown = rows.assign(
            valeur_reference=rows[f"valeur_{LA}"], valeur_autre=other, ecart_type="points"
        )
        title = f"{question} {study.place.nom} et {study.contexte.reference.nom}"
        figure = haltere(
            shown.assign(statut="A", statut_reference="A"),
            study.contexte,
            nom=nom,
            titre=title,
            autre=study.semblables if other.notna().any() else "",
            source=study.source(rows),
        )
        numbers = self._tableau(rows, figure.tableau.nom, figure.tableau.titre, donnees_de=nom)
        return replace(figure, tableau=numbers)

    def _tableau(self, rows: pd.DataFrame, nom: str, titre: str, donnees_de: str = "") -> Tableau:
        """Return measures with their count, here and elsewhere; a column that says nothing is left
        out.
        """
        study = self.etude
        contexte = self.etude.contexte
        words = self.etude.regles.mots

        def level(role: str, row: pd.Series) -> str:
            if row["unite"] == "nombre" and role != ICI and (role == SEMBLABLES or row["iris"]):
                # a count of a few communes, or of those that have IRIS, is the count of nothing
                return RIEN
            suffix = "" if role == ICI else f"_{role}"
            if pd.isna(row[f"valeur{suffix}"]):
                return words.get(row[f"raison{suffix}"], RIEN)
            return contexte.valeur(row["mesure"], row[f"valeur{suffix}"])

        def gap(row: pd.Series) -> str:
            if pd.isna(row["ecart"]):
                return RIEN
            if abs(row["ecart"]) <= row["marge"]:
                return words[BRUIT]
            return contexte.ecart(
                row["mesure"], row["ecart"], "pourcent" if row["unite"] == "euros" else "points"
            )

        levels = {
            role: partial(level, role) if role in study.lieux else None
            for role in (ICI, SEMBLABLES, EPCI, LA)
        }
        made = study.tableau(
            "mesures",
            rows.assign(
                compte=rows["numerateur"].where(rows["denominateur"].notna()).replace(inf, nan)
            ),
            {"compte": decimales(0), **levels, "ecart_dit": gap},
            mots={"titre": titre, "source": study.source(rows)},
            nom=nom,
            donnees=rows.drop(columns=["indicateur", "pour", "theme", "famille", "iris"]).replace(
                inf, nan
            ),
            donnees_de=donnees_de,
        ).sans_colonne_vide()
        met = [
            key
            for key in (BRUIT, TROP_PEU, SECRET)
            if made.cellules.eq(words[key]).to_numpy().any()
        ]
        met += ["iris_commune" if study.place.niveau == "commune" else "iris"] * bool(
            rows["iris"].any()
        )
        return replace(made, notes=tuple(study.dire(f"note_{key}") for key in met))

    def _parts(self, theme: str, nom: str) -> Figure | None:
        """Return one bar of parts for the territory, one for its département, when all the parts
        are known.
        """
        study = self.etude
        rules = self.etude.regles.themes[theme]
        family = study.chiffres.familles.get(next(iter(rules.parts_de)))
        names = {ICI: study.place.nom, LA: study.contexte.reference.nom}
        places = {
            names[role]: place for role, place in study.lieux.items() if role in names and family
        }
        counts = {
            name: calculs.en_annees(study.chiffres, place, *rules.parts_de)
            .replace(inf, nan)
            .dropna()
            .tail(1)
            for name, place in places.items()
        }
        if (
            not counts
            or min(rows.to_numpy().sum() for rows in counts.values()) < study.regles.minimum
        ):
            return None
        table = pd.concat(counts, names=["groupe", "annee"]).rename_axis(columns="modalite").stack()
        table = table.rename("effectif").reset_index().astype({"annee": int})
        table = table.assign(
            groupe=table["groupe"] + ", " + table["annee"].astype(str),
            libelle=table["modalite"].map(rules.parts_de),
            part=PART * table["effectif"] / table.groupby("groupe")["effectif"].transform("sum"),
            statut="A",
        )[["groupe", "modalite", "libelle", "part", "effectif", "statut", "annee"]]
        source = publiques.source(charger_famille(family), sorted({*table["annee"]}))
        title = (
            rules.parts
            if study.place.niveau == "commune"
            else f"{rules.parts} Communes découpées en IRIS"
        )
        return parts(table, study.contexte, nom=nom, titre=title, source=source)

    def evolution(self) -> Bloc | None:
        """Return the counts of every year, then how each moved here and elsewhere."""
        study = self.etude
        (years, moved) = self.etude.suivis
        if moved.empty:
            return None
        years = years[years.groupby("indicateur")["valeur"].transform("max").ge(study.regles.suivi)]
        family = charger_famille(study.chiffres.familles[moved["indicateur"].iloc[0]])
        first = int(moved["depart"].min())
        last = int(moved["annee"].max())
        source = publiques.source(family, [first, last])
        figure = (
            None
            if years["indicateur"].nunique() < 2
            else trajectoires(
                years.assign(unite="nombre", serie="", statut="A"),
                study.contexte,
                nom="portrait-evolution",
                titre=f"Combien de foyers chaque année, de {first} à {last} ?",
                source=source,
            )
        )
        enough = moved["valeur_depart"].ge(study.regles.minimum)
        peculiar = charger_yaml("catalogue/synthese.yaml", modeles.Synthese).annees
        table = study.tableau(
            "evolutions",
            moved.assign(variation=moved["variation"].where(enough)),
            {
                "periode": lambda row: f"{row['depart']:.0f}-{row['annee']:.0f}",
                "variation": variation,
                **{
                    f"variation_{role}": variation if role in study.lieux else None
                    for role in (SEMBLABLES, EPCI, LA)
                },
                "lecture": study.regles.lectures.get,
            },
            mots={"source": source},
            notes=[
                not enough.all() and study.dire("note_depart"),
                *(note for year, note in peculiar.items() if year in {*moved["depart"]}),
            ],
        )
        return suite([figure, table])

    def _carte(self) -> Figure | None:
        """Return the map of the communes around, by the first measure that half of them have; None
        without outlines.
        """
        study = self.etude
        around = self.etude.epci or self.etude.place
        inside = [*study.lieux[EPCI if study.epci else ICI].membres]
        shapes = publiques.contours(inside) if tables("ign_contours") else pd.DataFrame()
        if shapes.empty or len(inside) < 2:
            return None
        for measure in map(study.definitions.get, study.regles.carte):
            if {measure.numerateur[0], measure.denominateur} <= {*study.chiffres.familles}:
                values = calculs.par_commune(study.chiffres, measure, inside, study.regles.minimum)
                if values["valeur"].notna().sum() >= max(2, len(inside) / 2):
                    break
        else:
            return None
        both = shapes.merge(values, left_on="code", right_index=True, how="left").sort_values(
            "valeur", ascending=False
        )
        with charter_style():
            drawing = Dessin(figsize=(6.7, 3.1), layout="constrained")
            own = study.place.code if study.place.niveau == "commune" else ""
            tracer_carte(drawing.add_subplot(), both, legende=measure.libelle, entouree=own)
        data = both.drop(columns="contour")
        known = data[data["valeur"].notna()]
        ends = pd.concat([known.head(LIGNES // 2), known.tail(LIGNES // 2)]).drop_duplicates("code")
        shown = data if len(data) <= LIGNES else ends

        def rate(value: float) -> str:
            return (
                study.regles.mots[TROP_PEU]
                if pd.isna(value)
                else study.contexte.valeur(measure.id, value)
            )

        (high, top), (low, bottom) = (
            (row.nom, rate(row.valeur)) for row in known.iloc[[0, -1]].itertuples()
        )
        source = study.source(study.mesures[study.mesures["mesure"].eq(measure.id)])
        words = {"mesure": measure.libelle}
        said = {
            **words,
            "haut": high,
            "plus": top,
            "bas": low,
            "moins": bottom,
            "communes": len(both),
        }
        numbers = study.tableau(
            "carte_donnees",
            shown,
            {"valeur": rate},
            mots={**words, "source": source},
            donnees=data,
            donnees_de="portrait-carte",
            notes=[len(shown) < len(data) and study.dire("carte_lignes", lignes=LIGNES)],
        )
        return figure_de(
            drawing,
            nom="portrait-carte",
            titre=study.dire("carte_titre", autour=around.nom, **words),
            source=f"{source} ; contours : {CONTOURS}",
            alt=study.dire("carte_alt", le=around.le, **said),
            lecture=study.dire("carte_lecture", **said)
            + study.dire("hachuree") * (len(known) < len(both)),
            tableau=numbers,
        )

    def manques(self) -> Bloc:
        """Return what public figures do not say, who has it, and what is missing for this
        territory.
        """
        study = self.etude
        asked = pd.DataFrame([one.model_dump() for one in self.etude.regles.manques])
        lost = study.mesures[study.mesures["raison"].isin(["absent", SECRET])]
        labels = {name: minuscule(one.libelle) for name, one in study.definitions.items()}
        groups = lost["mesure"].map(labels).groupby(lost["famille"], sort=False).agg(list)
        told = [
            study.regles.champs[name].format(absents=majuscule(enumerer(own)))
            for name, own in groups.items()
        ]
        known = {*study.chiffres.familles}
        never = [
            labels[name] for name, one in study.definitions.items() if not known & {*one.numerateur}
        ]
        told += [study.dire("sans_fichier", absents=majuscule(enumerer(never)))] * bool(never)
        return suite(
            [
                study.tableau("manques", asked, {"quoi": majuscule, "pourquoi": majuscule}),
                liste(told),
            ]
        )

    def semblables(self) -> Bloc:
        """Return how the territories alike are chosen, and which they are."""
        study = self.etude
        rule = self.etude.regles.semblables
        rows = self.etude.voisins
        place = self.etude.place
        if rows.empty:
            return paragraphe(study.dire("sans_semblable"))
        whole = place.niveau == "departement"
        kind = "communes" if place.niveau == "commune" else "EPCI"
        labels = {
            one.numerateur[0]: one.libelle
            for one in study.definitions.values()
            if one.denominateur == rule.taille and one.pour == PART
        }
        shares = [name for name in rule.parts if name in labels]
        group = "Pour 100 foyers allocataires"
        title = (
            f"Les EPCI {place.de}" if whole else f"Les {kind} qui ressemblent le plus à {place.nom}"
        )
        source = publiques.source(
            charger_famille(COMPTES), [int(study.chiffres.tables[COMPTES]["annee"].max())]
        )
        table = study.tableau(
            "semblables",
            rows.assign(
                **{f"part_{name}": PART * rows[name] / rows[rule.taille] for name in shares}
            ),
            None,
            Colonne(rule.taille, "Foyers allocataires", True, ecrire=nombre),
            *(Colonne(f"part_{name}", labels[name], True, group, decimales(1)) for name in shares),
            *[Colonne("distance", "Distance", True, ecrire=decimales(2))] * (not whole),
            mots={"titre": title, "lesquels": majuscule(kind), "source": source},
        )
        told = study.dire(
            "par_epci" if whole else "semblables", lesquels=kind, retenus=len(rows) - 1
        )
        return suite([paragraphe(told), table])

    def methode(self) -> Bloc:
        """Return how the figures are read."""
        families = map(charger_famille, self.etude.connues["famille"].unique())
        told = [self.etude.dire(rule) for rule in ("sans_taux", "ecart", "somme")]
        remarks = {
            f"{one.producteur}, {one.jeu}": one.remarques for one in families if one.remarques
        }
        return liste(
            [*told, *(f"{one} : {minuscule('. '.join(said))}." for one, said in remarks.items())]
        )

    def sources(self) -> Tableau:
        """Return the official files that the figures come from."""
        used = [*self.etude.chiffres.tables, "ign_contours"]
        stores = map(magasin.lire_registre, (magasin.PUBLIQUES, magasin.LOCALES))
        files = [one for store in stores for one in store.fichiers if one.famille in used]
        rows = pd.DataFrame(
            [one.model_dump(mode="json", exclude={"departements"}) for one in files]
        )
        shown = [
            charger_famille(name).model_dump(
                include={"producteur", "jeu", "titre", "adresse", "licence"}
            )
            | {"fichiers": count}
            for name, count in rows.groupby("famille", sort=False).size().items()
        ]
        writers = {"nom": lambda row: f"{row['producteur']}, {row['jeu']}"}
        return self.etude.tableau("sources", pd.DataFrame(shown), writers, donnees=rows)

    @property
    def _annee(self) -> int:
        """The latest year of what is shown, of what is known of others where nothing is."""
        rows = self.etude.connues if len(self.etude.connues) else self.etude.mesures
        return int(rows["annee"].max())

    def _messages(self) -> Iterator[str]:
        """Yield who lives there, the widest gaps that are more than noise, how counts moved, the
        EPCI's rate.
        """
        study = self.etude
        known = self.etude.mesures.set_index("mesure")
        told = known["valeur"].reindex(["population", "foyers", "personnes"])
        if told.isna().all():
            yield study.dire("aucun_chiffre")
        if pd.notna(told["population"]):
            rest = "rien_de_la_cnaf" if told.isna().any() else "foyers"
            year = f"{known['annee'].get('foyers', 0):.0f}"
            yield study.dire("habitants", habitants=told["population"]) + study.dire(
                rest, annee=year, **told
            )
        yield from self._ecarts()
        yield from self._evolutions()

    def _ecarts(self) -> Iterator[str]:
        study = self.etude
        rows = self.etude.mesures
        write = self.etude.contexte.valeur
        sentences = {name: one.dit for name, one in study.definitions.items() if one.dit}
        said = rows[
            rows["mesure"].isin(sentences)
            & rows["ecart"].notna()
            & ~rows["ecart"].abs().le(rows["marge"])
        ]
        if said.empty:
            return
        order = (
            (said["ecart"] / said[f"valeur_{LA}"])
            .abs()
            .sort_values(ascending=False, kind="stable")
            .index
        )
        for row in (
            said.loc[order].drop_duplicates("theme").head(SUR_LA_PAGE - 1).to_dict("records")
        ):
            alike = row.get(f"valeur_{SEMBLABLES}")
            name = row["mesure"]
            there = [f"{write(name, row[f'valeur_{LA}'])} {study.reference.a}"]
            there += [f"{write(name, alike)} dans les {study.semblables}"] * pd.notna(alike)
            said = sentences[name].format(valeur=write(name, row["valeur"]))
            yield study.dire(
                "mesure", dit=said, annee=int(row["annee"]), ailleurs=", et ".join(there)
            )

    def _evolutions(self) -> Iterator[str]:
        study = self.etude
        (_, moved) = self.etude.suivis
        if moved.empty:
            return
        clear = moved[
            moved["lecture"].isin(["hausse", "baisse"])
            & moved["valeur_depart"].ge(study.regles.minimum)
        ]
        for row in clear.loc[clear["variation"].abs().sort_values(ascending=False).index].to_dict(
            "records"
        ):
            there = row.get(f"variation_{LA}")
            beside = (
                f" ({pourcent(there, signe=True)} {study.reference.a})" if pd.notna(there) else ""
            )
            span = {
                "depart": int(row["depart"]),
                "annee": int(row["annee"]),
                "serie": minuscule(row["libelle"]),
            }
            yield study.dire(
                row["lecture"], **span, variation=pourcent(abs(row["variation"])), ailleurs=beside
            )
        if clear.empty and study.epci:
            yield study.dire("sans_evolution", epci=study.epci.le)

    def _incertain(self) -> Iterator[str]:
        study = self.etude
        rows = self.etude.mesures
        if rows["raison"].eq(TROP_PEU).any():
            yield study.dire("trop_petit")
        old = rows[
            rows["raison"].eq("") & rows["annee"].lt(self._annee - 3) & rows["unite"].ne("nombre")
        ]
        if len(old):
            years = enumerer([str(year) for year in sorted(old["annee"].astype(int).unique())])
            labels = [
                study.definitions[one].libelle.partition(",")[0]
                for one in old["mesure"].head(SUR_LA_PAGE)
            ]
            yield study.dire("vieux", annees=years, mesures=", ".join(map(minuscule, labels)))
        if rows["raison"].eq(SECRET).any():
            yield study.dire("tus")
        if COMPTES not in set(study.connues["famille"]):
            family = charger_famille(COMPTES)
            yield study.dire("sans_cnaf", jeu=family.jeu, adresse=family.adresse)
            return
        yield study.dire("arrondi")
        yield study.dire("effet")


@dataclass(frozen=True)
class EtudePortrait:
    """A territory and its public figures."""

    place: Territoire
    reference: Territoire | None  # its département, None when it is one
    epci: Territoire | None  # of a commune
    regles: modeles.Portrait  # ``catalogue/portrait.yaml``
    chiffres: Chiffres
    voisins: (
        pd.DataFrame
    )  # it, then those alike (of a département, its EPCI): code, nom, distance, and their counts
    lieux: Mapping[str, Lieu]  # by role
    # What chance explains of a count.
    seuils = property(lambda self: charger_yaml("catalogue/evaluation.yaml", Evaluation).seuils)
    # The measures by id, then those that have a value, or too small a denominator for one.
    definitions = property(
        lambda self: {one.id: one for theme in self.regles.themes.values() for one in theme.mesures}
    )
    connues = property(lambda self: self.mesures[self.mesures["raison"].isin(["", TROP_PEU])])
    # What the territories alike are called in a sentence.
    semblables = property(
        lambda self: "communes semblables" if self.place.niveau == "commune" else "EPCI semblables"
    )

    @cached_property
    def mesures(self) -> pd.DataFrame:
        """The measures of all the themes (see ``mesurer``), with theme, libelle, famille, and
        whether it is of IRIS.
        """
        themes = {
            one.id: name for name, theme in self.regles.themes.items() for one in theme.mesures
        }
        known = self.definitions
        least = self.regles.minimum
        rows = calculs.mesurer(
            self.chiffres, self.lieux, [*known.values()], least, self.seuils.hasard_ecarts
        )
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
        """The years of the series followed, and how they moved (see ``evolutions``), with their
        libelle.
        """
        known = [name for name in self.regles.evolution if name in self.chiffres.familles]
        tables = calculs.evolutions(self.chiffres, self.lieux, known, self.seuils)
        return tuple(
            rows.assign(libelle=rows["indicateur"].map(self.regles.evolution)) for rows in tables
        )

    @cached_property
    def contexte(self) -> Contexte:
        """The words of charts and tables; the source is that of each."""
        units = {item.id: item for item in charger_yaml("catalogue/unites.yaml", Unites).unites}
        statuses = charger_yaml("catalogue/statuts.yaml", Statuts).statuts
        known = {one.id: (one.libelle, one.unite) for one in self.definitions.values()}
        known |= {name: (label, "nombre") for name, label in self.regles.evolution.items()}
        meanings = {
            name: Indicateur(
                id=name,
                libelle=label,
                definition=label,
                unite=unit,
                nature="contexte",
                sens="neutre",
                decimales=units[unit].decimales,
            )
            for name, (label, unit) in known.items()
        }
        return Contexte(
            meanings, units, statuses, self.place, self.reference or self.place, "données publiques"
        )

    def dire(self, phrase: str, **valeurs: object) -> str:
        """Return a sentence of ``catalogue/portrait.yaml``, filled."""
        told = {
            "minimum": self.regles.minimum,
            "fenetre": self.regles.semblables.fenetre,
            **self.contexte.lieux,
        }
        return remplir(self.regles.phrases[phrase], **told, **valeurs)

    def tableau(
        self, cle: str, *lignes: object, mots: Mapping[str, object] | None = None, **reste: object
    ) -> Tableau:
        """Return a table whose words are those of ``catalogue/portrait.yaml`` (see
        ``Contexte.presenter``).
        """
        words = {"semblables": majuscule(self.semblables), **(mots or {})}
        return self.contexte.presenter(
            self.regles.tableaux[cle], *lignes, cle=f"portrait-{cle}", mots=words, **reste
        )

    def source(self, lignes: pd.DataFrame) -> str:
        """Return the producers of some measures, with the years of each."""
        years: dict[str, set[int]] = {}
        for row in lignes.itertuples():
            years.setdefault(row.famille, set()).add(int(row.annee))
            below = self.chiffres.familles.get(
                self.definitions[row.mesure].denominateur, row.famille
            )
            if below != row.famille:
                years.setdefault(below, set()).add(int(self.chiffres.tables[below]["annee"].max()))
        return " ; ".join(
            publiques.source(charger_famille(name), sorted(found)) for name, found in years.items()
        )


def etudier_portrait(code: str) -> EtudePortrait:
    """Return a territory of the official code with its public figures.

    Raises:
        DonneesInvalides: There is no such territory; the close names are told. Or a file of the
            store is damaged.
    """
    publiques.verifier_territoires([code])
    rules = charger_yaml("catalogue/portrait.yaml", modeles.Portrait)
    place = _nommer([code], rules)[code]
    last = magasin.derniere("cog_communes")
    own = lire_tables(last, [code], None, _colonne(place.niveau))
    departement = own["departement"].mode().iloc[0]
    epci = str(own["epci"].iloc[0] or "") * (place.niveau == "commune")
    above = {EPCI: epci, LA: departement}
    around = [lire_tables(last, [other], None, level) for level, other in above.items() if other]
    communes = (
        pd.concat([own, *around])
        .drop_duplicates("territoire")
        .sort_values("territoire", ignore_index=True)
    )
    named = _nommer([other for other in above.values() if other not in ("", code)], rules)
    above = {role: named[other] for role, other in above.items() if other in named}
    figures = _lire(
        rules, communes["territoire"].tolist(), [code, *(one.code for one in above.values())]
    )
    alike = _semblables(figures, communes, place, rules)

    def lieu(one: Territoire) -> Lieu:
        inside = communes.loc[communes[_colonne(one.niveau)].eq(one.code), "territoire"]
        return Lieu(one.code, tuple(inside), one.niveau != "commune")

    places = {ICI: lieu(place)}
    if len(alike) and place.niveau != "departement":
        inside = communes.loc[
            communes[_colonne(place.niveau)].isin(alike["code"].drop(0)), "territoire"
        ]
        places[SEMBLABLES] = Lieu("", tuple(inside), True)
    places |= {role: lieu(one) for role, one in above.items()}
    return EtudePortrait(place, above.get(LA), above.get(EPCI), rules, figures, alike, places)


def _colonne(niveau: str) -> str:
    return "territoire" if niveau == "commune" else niveau


def _nommer(codes: Iterable[str], regles: modeles.Portrait) -> dict[str, Territoire]:
    """Return how a sentence names territories, by code; a name itself is shortened, for heads."""
    found = {}
    for place in publiques.nommer(list(codes)):
        long = next((one for one in regles.abreviations if place.nom.startswith(one)), "")
        short = regles.abreviations.get(long, "") + place.nom.removeprefix(long)
        found[place.code] = place.model_copy(update={"nom": short})
    return found


def _lire(regles: modeles.Portrait, communes: list[str], codes: list[str]) -> Chiffres:
    """Return the series of a portrait at some communes, at their IRIS, and at some codes above
    them.
    """
    measures = [one for theme in regles.themes.values() for one in theme.mesures]
    wanted = {name for one in measures for name in (*one.numerateur, one.denominateur)}
    wanted |= {
        *regles.evolution,
        *(name for theme in regles.themes.values() for name in theme.parts_de),
    }
    kept = [item for item in tables().values() if wanted & {*item.series}]
    found = {}
    families = {}
    for family in dict.fromkeys(item.famille for item in kept):
        own = [item for item in kept if item.famille == family]
        series = sorted(wanted & {name for item in own for name in item.series})
        iris = [item for item in own if item.niveau == "iris"]
        above = lire_tables([item for item in own if item not in iris], [*communes, *codes], series)
        rows = pd.concat([above, lire_tables(iris, communes, series, "left(territoire, 5)")])
        found[family] = rows.assign(
            commune=rows["territoire"].str[:5].where(rows["niveau"].ne("epci"), "")
        )
        families |= dict.fromkeys(series, family)
    return Chiffres(
        tables=found,
        familles=families,
        series={
            name: magasin.serie_gardee(charger_famille(family), name)
            for name, family in families.items()
        },
        sommees={
            name: lire_regles().communes_manquantes for name in found if charger_famille(name).somme
        },
    )


def _semblables(
    chiffres: Chiffres, communes: pd.DataFrame, place: Territoire, regles: modeles.Portrait
) -> pd.DataFrame:
    """Return the communes, or EPCI, of the département most alike one: code, nom, distance, and
    their counts.
    """
    rule = regles.semblables
    rows = chiffres.tables.get(COMPTES, pd.DataFrame())
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
        found = calculs.semblables(counts, place.code, rule, rule.voisins.get(place.niveau, 0))
    shown = counts.reindex(
        [*[place.code] * (len(found) > 0 and place.code in counts.index), *found.index]
    )
    names = {code: one.nom for code, one in _nommer([place.code, *found.index], regles).items()}
    return (
        shown.assign(nom=shown.index.map(names), distance=found).rename_axis("code").reset_index()
    )
