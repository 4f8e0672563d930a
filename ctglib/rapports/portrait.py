"""The portrait of a territory, from public figures alone: its sections in order, and ``ouvrir_portrait``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite, nan

import pandas as pd
from matplotlib.figure import Figure as Dessin

from ctglib.blocs.portrait import COMPTES, EPCI, SEMBLABLES, EtudePortrait, etudier_portrait
from ctglib.calculs.portrait import ICI, LA, SECRET, TROP_PEU, en_annees, par_commune
from ctglib.document.blocs import Bloc, Couverture, Groupe, colonnes, liste, paragraphe, sous_titre, suite
from ctglib.document.contexte import periode, variation
from ctglib.document.figure import Figure, charter_style, figure_de
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule, nombre, pourcent
from ctglib.donnees import publiques
from ctglib.donnees.magasin import LOCALES, PUBLIQUES, charger_famille, lire_registre, tables
from ctglib.donnees.modeles.rapports import Synthese
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.graphiques.barres import parts
from ctglib.graphiques.points import haltere
from ctglib.graphiques.teintes import CONTOURS, tracer_carte
from ctglib.graphiques.trajectoires import trajectoires

CAF = "Caf"
SUR_LA_PAGE = 3  # messages, uncertainties, requests
BRUIT = "bruit"
LIGNES = 24  # of the numbers of a map: the CSV has them all
PART = 100


def ouvrir_portrait(territoire: str) -> Portrait:
    """Rend le portrait d'une commune, d'un EPCI ou d'un département, d'après les chiffres publics qui sont là.

    Args:
        territoire: Son code : « 62413 », « 246200364 », « 62 ».

    Raises:
        DonneesInvalides: Le code n'existe pas ; les noms proches sont dits.
    """
    return Portrait(etudier_portrait(territoire))


@dataclass(frozen=True)
class Portrait:
    """What can be asked of a territory: each method returns one thing that a notebook shows, None without any."""

    etude: EtudePortrait

    def __repr__(self) -> str:
        return f'Portrait, {self.etude.place.nom}. Ensuite : .theme("familles"), .evolution(), .etude.mesures.'

    def couverture(self) -> Couverture:
        """Return the cover: the territory, the year of the figures, and that it is no convention."""
        study, members = self.etude, compter(len(self.etude.lieux[ICI].membres), "commune")
        within, known = study.reference.de if study.reference else "", study.connues
        years = known["annee"].groupby(known["famille"].map(lambda name: charger_famille(name).producteur), sort=False)
        where = {
            "commune": f"commune {within}, {study.epci.le if study.epci else 'hors intercommunalité'}",
            "epci": f"{members}, département {within}",
            "departement": members,
        }
        return Couverture(
            sujet="données publiques seules",
            territoire=study.place.nom,
            mentions=(
                ("Territoire", f"{where[study.place.niveau]} (code {study.place.code})"),
                ("Données", " ; ".join(f"{who}, {periode({*own.astype(int)})}" for who, own in years)),
                ("Portée", "portrait, sans convention : il ne dit rien de ce que les parties ont décidé"),
            ),
            logos=(),
            source="Source : Cnaf, Insee, IGN ; calculs du classeur",
            date=f"{self._annee}-12-31",
            complement=f" : {study.place.nom}",
            sigles=tuple(charger_yaml("catalogue/synthese.yaml", Synthese).sigles.items()),
            breve=True,
        )

    def une_page(self) -> Bloc:
        """Return the territory on one page: three messages, what is uncertain, what to ask the Caf, a map."""
        asked = [f"Demander {one.quoi} : {one.pourquoi}." for one in self.etude.regles.manques if one.qui == CAF]
        told = {
            "À retenir": self._messages(), "Ce qui est incertain": self._incertain(), "À demander à la Caf": asked,
        }  # fmt: skip
        left, *right = (sous_titre(title) + liste([*said][:SUR_LA_PAGE]) for title, said in told.items())
        return suite([colonnes(left, sum(right, Groupe())), self._carte()])

    def theme(self, nom: str) -> Bloc | None:
        """Return what is known of a theme: dumbbells of the shares, a bar of the parts, and a table of the rest."""
        study = self.etude
        rules, rows = study.regles.themes[nom], study.mesures[study.mesures["theme"].eq(nom)]
        kept = [name for name, one in study.definitions.items() if one.garder]
        elsewhere = rows.filter(like="valeur_").notna().any(axis=1)
        rows = rows[rows["raison"].isin(["", TROP_PEU, SECRET]) | (rows["mesure"].isin(kept) & elsewhere)]
        asked = rules.figure_de or tuple(one.id for one in rules.mesures)
        drawn = rows["mesure"].isin(asked) & rows["ecart"].notna() & rows["unite"].isin(("pourcent", "pour_100"))
        drawn &= bool(rules.figure) and drawn.sum() > 1  # dumbbells show two shares at least
        name = f"portrait-{nom.replace('_', '-')}"
        return suite(
            [
                self._halteres(f"{name}-ecarts", rules.figure, rows[drawn]) if drawn.any() else None,
                self._parts(nom, f"{name}-parts") if rules.parts else None,
                None if drawn.all() else self._tableau(rows[~drawn], name, f"{rules.tableau}, {study.place.nom}"),
            ]
        )

    def _halteres(self, nom: str, question: str, rows: pd.DataFrame) -> Figure:
        study, other = self.etude, rows.get(f"valeur_{SEMBLABLES}")
        shown = rows.assign(
            valeur_reference=rows[f"valeur_{LA}"], statut="A", statut_reference="A", ecart_type="points"
        )
        others = minuscule(study.titres[SEMBLABLES]) if other is not None and other.notna().any() else ""
        figure = haltere(
            shown.assign(valeur_autre=other) if others else shown, study.contexte, nom=nom, autre=others,
            titre=f"{question} {study.place.nom} et {study.contexte.reference.nom}", source=study.source(rows),
        )  # fmt: skip
        numbers = self._tableau(rows, figure.tableau.nom, figure.tableau.titre, donnees_de=nom)
        return replace(figure, tableau=numbers)

    def _tableau(self, rows: pd.DataFrame, nom: str, titre: str, donnees_de: str = "") -> Tableau:
        """Return measures with their count, here and elsewhere; a column that says nothing is left out."""
        study, contexte, words = self.etude, self.etude.contexte, self.etude.regles.mots

        def value(role: str) -> Callable[[pd.Series], str]:
            suffix = "" if role == ICI else f"_{role}"

            def write(row: pd.Series) -> str:
                if row["unite"] == "nombre" and role != ICI and (role == SEMBLABLES or row["iris"]):
                    return RIEN  # a count of a few communes, or of those that have IRIS, is the count of nothing
                level = row[f"valeur{suffix}"]
                absent = words.get(row[f"raison{suffix}"], RIEN)
                return absent if pd.isna(level) else contexte.valeur(row["mesure"], level)

            return write

        def count(row: pd.Series) -> str:
            known = pd.notna(row["denominateur"]) and isfinite(row["numerateur"])
            return nombre(row["numerateur"]) if known else RIEN

        def gap(row: pd.Series) -> str:
            if pd.isna(row["ecart"]):
                return RIEN
            if abs(row["ecart"]) <= row["marge"]:
                return words[BRUIT]
            return contexte.ecart(row["mesure"], row["ecart"], "pourcent" if row["unite"] == "euros" else "points")

        columns = [
            Colonne("libelle", "Mesure"),
            Colonne("_compte", "Nombre", True, ecrire=count),
            Colonne("_ici", study.place.nom, True, ecrire=value(ICI)),
            *(Colonne(f"_{role}", head, True, ecrire=value(role)) for role, head in study.titres.items()),
            *[Colonne("_ecart", "Écart au département", True, ecrire=gap)] * (LA in study.lieux),
        ]
        numbers = rows.drop(columns=["indicateur", "pour", "theme", "famille", "iris"]).replace(inf, nan)
        told = {"source": study.source(rows), "donnees": numbers, "donnees_de": donnees_de}
        made = contexte.tableau(rows, columns, nom, titre, **told).sans_colonne_vide()
        met = [key for key in (BRUIT, TROP_PEU, SECRET) if made.cellules.eq(words[key]).to_numpy().any()]
        met += ["iris_commune" if study.place.niveau == "commune" else "iris"] * bool(rows["iris"].any())
        return replace(made, notes=tuple(study.dire(f"note_{key}") for key in met))

    def _parts(self, theme: str, nom: str) -> Figure | None:
        """Return one bar of parts for the territory, one for its département, when all the parts are known."""
        study, rules, bars = self.etude, self.etude.regles.themes[theme], []
        family = study.chiffres.familles.get(rules.parts_de[0])
        labels = dict(zip(rules.parts_de, rules.parts_libelles, strict=True))
        for role, name in {ICI: study.place.nom, LA: study.contexte.reference.nom}.items():
            if role not in study.lieux or not family:
                continue
            counts = en_annees(study.chiffres, study.lieux[role], *rules.parts_de).replace(inf, nan)
            known = counts.dropna().tail(1).rename_axis(index="annee", columns="modalite").stack().rename("effectif")
            if known.sum() < study.regles.minimum:
                return None
            shown = known.reset_index().astype({"annee": int}).assign(part=PART * known.array / known.sum(), statut="A")
            bars.append(shown.assign(groupe=f"{name}, {shown['annee'].iloc[0]}", libelle=shown["modalite"].map(labels)))
        if not bars:
            return None
        table = pd.concat(bars)[["groupe", "modalite", "libelle", "part", "effectif", "statut", "annee"]]
        source = publiques.source(charger_famille(family), sorted({*table["annee"]}))
        title = rules.parts if study.place.niveau == "commune" else f"{rules.parts} Communes découpées en IRIS"
        return parts(table, study.contexte, nom=nom, titre=title, source=source)

    def evolution(self) -> Bloc | None:
        """Return the counts of every year, then how each moved here and elsewhere."""
        study, (years, moved) = self.etude, self.etude.suivis
        if moved.empty:
            return None
        years = years[years.groupby("indicateur")["valeur"].transform("max").ge(study.regles.suivi)]
        family = charger_famille(study.chiffres.familles[moved["indicateur"].iloc[0]])
        first, last = int(moved["depart"].min()), int(moved["annee"].max())
        source = publiques.source(family, [first, last])
        figure = None if years["indicateur"].nunique() < 2 else trajectoires(
            years.assign(unite="nombre", serie="", statut="A", cible=nan,
                         annee_cible=pd.array([pd.NA] * len(years), dtype="Int64")),
            study.contexte, nom="portrait-evolution", titre=f"Combien de foyers chaque année, de {first} à {last} ?",
            source=source,
        )  # fmt: skip
        peculiar = charger_yaml("catalogue/synthese.yaml", Synthese).annees
        enough = moved["valeur_depart"].ge(study.regles.minimum)
        heads = {"variation": study.place.nom} | {f"variation_{role}": head for role, head in study.titres.items()}
        columns = [
            Colonne("libelle", "Série"),
            Colonne("_periode", "Période", ecrire=lambda row: f"{row['depart']:.0f}-{row['annee']:.0f}"),
            *(Colonne(key, head, True, "Évolution", variation) for key, head in heads.items()),
            Colonne("lecture", f"Lecture, {study.place.nom}", ecrire=study.regles.lectures.get),
        ]
        few = not enough.all() and study.dire("note_depart")
        notes = [few, *(note for year, note in peculiar.items() if year in {*moved["depart"]})]
        rows = moved.assign(variation=moved["variation"].where(enough))
        title = f"Comment ces nombres ont changé, {study.place.nom} et ailleurs"
        table = study.contexte.tableau(rows, columns, "portrait-evolutions", title, source=source, notes=notes)
        return suite([figure, table])

    def _carte(self) -> Figure | None:
        """Return the map of the communes of the territory, or of the EPCI of a commune; None without outlines.

        It shows the first measure that half of the communes at least have.
        """
        study, around = self.etude, self.etude.epci or self.etude.place
        inside = [*study.lieux[EPCI if study.epci else ICI].membres]
        shapes = publiques.contours(inside) if tables("ign_contours") else pd.DataFrame()
        if shapes.empty or len(inside) < 2:
            return None
        for measure in map(study.definitions.get, study.regles.carte):
            if {measure.numerateur[0], measure.denominateur} <= {*study.chiffres.familles}:
                values = par_commune(study.chiffres, measure, inside, study.regles.minimum)
                if values["valeur"].notna().sum() >= max(2, len(inside) / 2):
                    break
        else:
            return None
        both = shapes.merge(values, left_on="code", right_index=True, how="left").sort_values("valeur", ascending=False)
        with charter_style():
            drawing = Dessin(figsize=(6.7, 3.1), layout="constrained")
            own = study.place.code if study.place.niveau == "commune" else ""
            tracer_carte(drawing.add_subplot(), both, legende=measure.libelle, entouree=own)
        data = both.drop(columns="contour")
        known = data[data["valeur"].notna()]
        ends = pd.concat([known.head(LIGNES // 2), known.tail(LIGNES // 2)]).drop_duplicates("code")
        shown = data if len(data) <= LIGNES else ends
        columns = [
            Colonne("nom", "Commune"),
            Colonne("numerateur", "Nombre", True),
            Colonne("valeur", measure.libelle, True, ecrire=lambda value: (
                study.regles.mots[TROP_PEU] if pd.isna(value) else study.contexte.valeur(measure.id, value))),
        ]  # fmt: skip
        few = f" {study.dire('hachuree')}"
        source = study.source(study.mesures[study.mesures["mesure"].eq(measure.id)])
        (high, top), (low, bottom) = ((row.nom, study.contexte.valeur(measure.id, row.valeur))
                                      for row in known.iloc[[0, -1]].itertuples())  # fmt: skip
        return figure_de(
            drawing, nom="portrait-carte", titre=f"{measure.libelle}, par commune : {around.nom}",
            source=f"{source} ; contours : {CONTOURS}",
            alt=f"Carte de {compter(len(both), 'commune')}, {around.le}. Le taux le plus haut : {high}, {top} ; le "
            f"plus bas : {low}, {bottom}.",
            lecture=f"le taux va de {bottom} ({low}) à {top} ({high})." + few * (len(known) < len(both)),
            tableau=study.contexte.tableau(
                shown, columns, "portrait-carte-donnees", f"{measure.libelle}, par commune", source=source,
                donnees=data, donnees_de="portrait-carte",
                notes=[f"Les {LIGNES} plus hauts et plus bas taux ; le CSV les a tous."] * (len(shown) < len(data)),
            ),
        )  # fmt: skip

    def manques(self) -> Bloc:
        """Return what public figures do not say, who has it, and what is missing for this territory."""
        study = self.etude
        table = study.contexte.tableau(
            pd.DataFrame([one.model_dump() for one in study.regles.manques]),
            [
                Colonne("quoi", "À demander", ecrire=majuscule),
                Colonne("qui", "Qui l'a"),
                Colonne("pourquoi", "Pourquoi ce n'est pas public", ecrire=majuscule),
            ],
            "portrait-manques", "Ce que les données publiques ne disent pas, et qui le sait",
            source="catalogue du classeur d'évaluation",
        )  # fmt: skip
        lost = study.mesures[study.mesures["raison"].isin(["absent", SECRET])]
        labels = {name: minuscule(one.libelle) for name, one in study.definitions.items()}
        groups = lost["mesure"].map(labels).groupby(lost["famille"], sort=False).agg(list)
        told = [study.regles.champs[name].format(absents=majuscule(enumerer(own))) for name, own in groups.items()]
        known = {*study.chiffres.familles}
        never = [labels[name] for name, one in study.definitions.items() if not known & {*one.numerateur}]
        told += [f"{majuscule(enumerer(never))} : aucun fichier du classeur ne les donne."] * bool(never)
        return suite([table, liste(told)])

    def semblables(self) -> Bloc:
        """Return how the territories alike are chosen, and which they are."""
        study, rule, rows, place = self.etude, self.etude.regles.semblables, self.etude.voisins, self.etude.place
        if rows.empty:
            return paragraphe(study.dire("sans_semblable"))
        whole, kind = place.niveau == "departement", "communes" if place.niveau == "commune" else "EPCI"
        labels = {one.numerateur[0]: one.libelle for one in study.definitions.values()
                  if one.denominateur == rule.taille and one.pour == PART}  # fmt: skip
        shares, group = [name for name in rule.parts if name in labels], "Pour 100 foyers allocataires"
        columns = [
            Colonne("nom", majuscule(kind)),
            Colonne(rule.taille, "Foyers allocataires", True, ecrire=nombre),
            *(Colonne(f"part_{name}", labels[name], True, group, decimales(1)) for name in shares),
            *[Colonne("distance", "Distance", True, ecrire=decimales(2))] * (not whole),
        ]
        rows = rows.assign(**{f"part_{name}": PART * rows[name] / rows[rule.taille] for name in shares})
        title = f"Les EPCI {place.de}" if whole else f"Les {kind} qui ressemblent le plus à {place.nom}"
        source = publiques.source(charger_famille(COMPTES), [int(study.chiffres.tables[COMPTES]["annee"].max())])
        table = study.contexte.tableau(rows, columns, "portrait-semblables", title, source=source)
        told = study.dire("par_epci" if whole else "semblables", lesquels=kind, retenus=nombre(len(rows) - 1))
        return suite([paragraphe(told), table])

    def methode(self) -> Bloc:
        """Return how the figures are read."""
        families = map(charger_famille, self.etude.connues["famille"].unique())
        told = [self.etude.dire(rule) for rule in ("sans_taux", "ecart", "somme")]
        remarks = {f"{one.producteur}, {one.jeu}": one.remarques for one in families if one.remarques}
        return liste([*told, *(f"{one} : {minuscule('. '.join(said))}." for one, said in remarks.items())])

    def sources(self) -> Tableau:
        """Return the official files that the figures come from."""
        used = [*self.etude.chiffres.tables, "ign_contours"]
        files = [one for store in (PUBLIQUES, LOCALES) for one in lire_registre(store).fichiers if one.famille in used]
        rows = pd.DataFrame([one.model_dump(mode="json", exclude={"departements"}) for one in files])
        lots = [(charger_famille(name), size) for name, size in rows.groupby("famille", sort=False).size().items()]
        shown = [(f"{one.producteur}, {one.jeu}", one.titre, one.adresse, one.licence, size) for one, size in lots]
        heads = {"jeu": "Jeu de données", "titre": "Ce qu'il dit", "adresse": "Où", "licence": "Licence"}
        columns = [*(Colonne(*head) for head in heads.items()), Colonne("fichiers", "Fichiers", True)]
        return self.etude.contexte.tableau(
            pd.DataFrame(shown, columns=[*heads, "fichiers"]), columns, "portrait-sources",
            "Les fichiers officiels de ce portrait", source="registre des fichiers ajoutés au classeur", donnees=rows,
            notes=["Le CSV de ce tableau donne les fichiers un par un, avec leur empreinte (sha256)."],
        )  # fmt: skip

    @property
    def _annee(self) -> int:
        """The latest year of what is shown, of what is known of others where nothing is."""
        rows = self.etude.connues if len(self.etude.connues) else self.etude.mesures
        return int(rows["annee"].max())

    def _messages(self) -> Iterator[str]:
        """Yield who lives there, the widest gaps that are more than noise, how counts moved, the EPCI's rate."""
        study, known = self.etude, self.etude.mesures.set_index("mesure")
        told = known["valeur"].reindex(["population", "foyers", "personnes"])
        if told.isna().all():
            yield study.dire("aucun_chiffre")
        if pd.notna(told["population"]):
            yield study.dire("habitants", habitants=nombre(told["population"])) + (
                study.dire("rien_de_la_cnaf") if told.isna().any() else
                study.dire("foyers", annee=f"{known.at['foyers', 'annee']:.0f}", foyers=nombre(told["foyers"]),
                           personnes=nombre(told["personnes"]))
            )  # fmt: skip
        yield from self._ecarts()
        yield from self._evolutions()

    def _ecarts(self) -> Iterator[str]:
        study, rows, write = self.etude, self.etude.mesures, self.etude.contexte.valeur
        sentences = {name: one.dit for name, one in study.definitions.items() if one.dit}
        said = rows[rows["mesure"].isin(sentences) & rows["ecart"].notna() & ~rows["ecart"].abs().le(rows["marge"])]
        if said.empty:
            return
        order = (said["ecart"] / said[f"valeur_{LA}"]).abs().sort_values(ascending=False, kind="stable").index
        for row in said.loc[order].drop_duplicates("theme").head(SUR_LA_PAGE - 1).to_dict("records"):
            alike, name = row.get(f"valeur_{SEMBLABLES}"), row["mesure"]
            there = [f"{write(name, row[f'valeur_{LA}'])} {study.reference.a}"]
            if pd.notna(alike):
                there.append(f"{write(name, alike)} dans les {minuscule(study.titres[SEMBLABLES])}")
            said = sentences[name].format(valeur=write(name, row["valeur"]))
            yield study.dire("mesure", dit=said, annee=f"{row['annee']:.0f}", ailleurs=", et ".join(there))

    def _evolutions(self) -> Iterator[str]:
        study, (_, moved) = self.etude, self.etude.suivis
        if moved.empty:
            return
        clear = moved[moved["lecture"].isin(["hausse", "baisse"]) & moved["valeur_depart"].ge(study.regles.minimum)]
        for row in clear.loc[clear["variation"].abs().sort_values(ascending=False).index].to_dict("records"):
            there = row.get(f"variation_{LA}")
            beside = f" ({pourcent(there, signe=True)} {study.reference.a})" if pd.notna(there) else ""
            span = {
                "depart": f"{row['depart']:.0f}",
                "annee": f"{row['annee']:.0f}",
                "serie": minuscule(row["libelle"]),
            }
            yield study.dire(row["lecture"], **span, variation=pourcent(abs(row["variation"])), ailleurs=beside)
        if clear.empty and study.epci:
            yield study.dire("sans_evolution", epci=study.epci.le)

    def _incertain(self) -> Iterator[str]:
        """Yield what to beware of: small counts, secrecy, old figures, rounding."""
        study, rows = self.etude, self.etude.mesures
        if rows["raison"].eq(TROP_PEU).any():
            yield study.dire("trop_petit")
        old = rows[rows["raison"].eq("") & rows["annee"].lt(self._annee - 3) & rows["unite"].ne("nombre")]
        if len(old):
            years = enumerer([str(year) for year in sorted(old["annee"].astype(int).unique())])
            labels = [study.definitions[one].libelle.partition(",")[0] for one in old["mesure"].head(SUR_LA_PAGE)]
            yield study.dire("vieux", annees=years, mesures=", ".join(map(minuscule, labels)))
        if rows["raison"].eq(SECRET).any():
            yield study.dire("tus")
        if COMPTES not in set(study.connues["famille"]):
            family = charger_famille(COMPTES)
            yield study.dire("sans_cnaf", jeu=family.jeu, adresse=family.adresse)
            return
        yield study.dire("arrondi")
        yield study.dire("effet")
