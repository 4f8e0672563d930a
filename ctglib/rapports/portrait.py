"""The portrait of a territory, from public figures alone: its sections in order, and ``ouvrir_portrait``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs import portrait as blocs
from ctglib.blocs.portrait import BRUIT, COMPTES, SEMBLABLES, EtudePortrait, etudier_portrait
from ctglib.calculs.portrait import ICI, LA, SECRET, TROP_PEU
from ctglib.document.blocs import Bloc, Couverture, Groupe, colonnes, liste, sous_titre, suite
from ctglib.document.mesures import periode
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, minuscule, nombre, pourcent
from ctglib.donnees.magasin import LOCALES, PUBLIQUES, charger_famille, lire_registre
from ctglib.donnees.modeles.rapports import Synthese
from ctglib.donnees.yaml_strict import charger_yaml_une_fois

CAF = "Caf"
SUR_LA_PAGE = 3  # messages, uncertainties, requests


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
        within = study.reference.de if study.reference else ""
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
                ("Données", self._annees()),
                ("Portée", "portrait, sans convention : il ne dit rien de ce que les parties ont décidé"),
            ),
            logos=(),
            source="Source : Cnaf, Insee, IGN ; calculs du classeur",
            date=f"{self._annee}-12-31",
            complement=f" : {study.place.nom}",
            sigles=tuple(charger_yaml_une_fois("catalogue/synthese.yaml", Synthese).sigles.items()),
            breve=True,
        )

    def une_page(self) -> Bloc:
        """Return the territory on one page: three messages, what is uncertain, what to ask the Caf, a map."""
        asked = [f"Demander {one.quoi} : {one.pourquoi}." for one in self.etude.regles.manques if one.qui == CAF]
        told = {
            "À retenir": self._messages(), "Ce qui est incertain": self._incertain(), "À demander à la Caf": asked,
        }  # fmt: skip
        left, *right = (sous_titre(title) + liste([*said][:SUR_LA_PAGE]) for title, said in told.items())
        return suite([colonnes(left, sum(right, Groupe())), blocs.carte(self.etude)])

    def theme(self, nom: str) -> Bloc | None:
        """Return what is known of a theme of ``portrait.yaml``."""
        return blocs.theme(self.etude, nom)

    def evolution(self) -> Bloc | None:
        """Return how the counts moved."""
        return blocs.evolution(self.etude)

    def manques(self) -> Bloc:
        """Return what public figures do not say, who has it, and what is missing for this territory."""
        rules = self.etude.regles
        rows = pd.DataFrame([one.model_dump() for one in rules.manques])
        table = Tableau.de(
            rows,
            [
                Colonne("quoi", "À demander", ecrire=majuscule),
                Colonne("qui", "Qui l'a"),
                Colonne("pourquoi", "Pourquoi ce n'est pas public", ecrire=majuscule),
            ],
            nom="portrait-manques", titre="Ce que les données publiques ne disent pas, et qui le sait",
            source="catalogue du classeur d'évaluation",
        )  # fmt: skip
        return suite([table, liste(blocs.absents(self.etude)) or None])

    def semblables(self) -> Bloc | None:
        """Return the territories that this one is set beside."""
        return blocs.liste_des_semblables(self.etude)

    def methode(self) -> Bloc:
        """Return how the figures are read."""
        families = map(charger_famille, self.etude.connues["serie"].map(self.etude.chiffres.familles).unique())
        return liste(
            [
                f"Aucun taux n'est donné sous {self.etude.regles.minimum} foyers, habitants ou allocataires : un seul "
                "de plus ou de moins le changerait de plus d'un point.",
                f"Un écart est dit « {BRUIT} » quand l'arrondi de la source et le hasard (deux écarts types) suffisent "
                "à l'expliquer. Aucun écart n'est un effet.",
                "Le taux de plusieurs communes est celui de leurs sommes, jamais la moyenne de leurs taux.",
                *(
                    f"{one.producteur}, {one.jeu} : {minuscule('. '.join(one.remarques))}."
                    for one in families
                    if one.remarques
                ),
            ]
        )

    def sources(self) -> Tableau:
        """Return the official files that the figures come from."""
        used = [*self.etude.chiffres.tables, "ign_contours"]
        files = [one for store in (PUBLIQUES, LOCALES) for one in lire_registre(store).fichiers if one.famille in used]
        rows = pd.DataFrame([one.model_dump(mode="json", exclude={"departements"}) for one in files])
        lots = rows.groupby("famille", sort=False).agg(fichiers=("fichier", "size"), date=("date", "max")).reset_index()
        said = lots["famille"].map(charger_famille)
        return Tableau.de(
            lots,
            [
                Colonne("_jeu", "Jeu de données", ecrire=lambda row: (
                    f"{said[row.name].producteur}, {said[row.name].jeu}")),
                *(
                    Colonne(f"_{name}", head, ecrire=lambda row, name=name: getattr(said[row.name], name))
                    for name, head in {"titre": "Ce qu'il dit", "adresse": "Où", "licence": "Licence"}.items()
                ),
                Colonne("fichiers", "Fichiers", True),
            ],
            nom="portrait-sources", titre="Les fichiers officiels de ce portrait",
            source="registre des fichiers ajoutés au classeur", donnees=rows,
            notes=("Le CSV de ce tableau donne les fichiers un par un, avec leur empreinte (sha256).",),
        )  # fmt: skip

    def _annees(self) -> str:
        """Return « Cnaf, décembre 2024 ; Insee, 2019 à 2025 », the years of what is shown, by producer."""
        rows, told = self.etude.connues, {}
        for name, year in zip(rows["serie"].map(self.etude.chiffres.familles), rows["annee"], strict=True):
            told.setdefault(charger_famille(name).producteur, set()).add(int(year))
        return " ; ".join(f"{who}, {periode(years)}" for who, years in told.items())

    @property
    def _annee(self) -> int:
        """The latest year of what is shown, of what is known of others where nothing is."""
        rows = self.etude.connues if len(self.etude.connues) else self.etude.mesures
        return int(rows["annee"].max())

    def _messages(self) -> Iterator[str]:
        """Yield who lives there, the widest gaps that are more than noise, how counts moved, the EPCI's rate."""
        place, known = self.etude.place, self.etude.mesures.set_index("mesure")
        told = known["valeur"].reindex(["population", "foyers", "personnes"])
        if told.isna().all():
            yield f"Les fichiers présents n'ont aucun chiffre {place.de}."
        if pd.notna(told["population"]):
            yield f"{majuscule(place.le)} compte {nombre(told['population'])} habitants" + (
                " ; les fichiers présents n'ont rien de la Cnaf." if told.isna().any() else
                f" ; en décembre {known.at['foyers', 'annee']:.0f}, {nombre(told['foyers'])} foyers y reçoivent une "
                f"prestation de la Caf, soit {nombre(told['personnes'])} personnes."
            )  # fmt: skip
        yield from self._ecarts()
        yield from self._evolutions()

    def _ecarts(self) -> Iterator[str]:
        """Yield the widest gaps to the département, relative to it, one a theme."""
        study, rows, write = self.etude, self.etude.mesures, self.etude.contexte.valeur
        sentences = {name: one.dit for name, one in study.definitions.items() if one.dit}
        said = rows[rows["mesure"].isin(sentences) & rows["ecart"].notna() & ~rows["ecart"].abs().le(rows["marge"])]
        if said.empty:
            return
        order = (said["ecart"] / said[f"valeur_{LA}"]).abs().sort_values(ascending=False, kind="stable").index
        for row in said.loc[order].drop_duplicates("theme").head(SUR_LA_PAGE - 1).to_dict("records"):
            alike, name = row.get(f"valeur_{SEMBLABLES}"), row["mesure"]
            others = minuscule(study.titres.get(SEMBLABLES, ""))
            beside = f", et {write(name, alike)} dans les {others}" if pd.notna(alike) else ""
            yield (
                f"{majuscule(study.place.a)}, {sentences[name].format(valeur=write(name, row['valeur']))} en "
                f"{row['annee']:.0f}, contre {write(name, row[f'valeur_{LA}'])} {study.reference.a}{beside}."
            )

    def _evolutions(self) -> Iterator[str]:
        """Yield the counts that moved most, more than chance does."""
        study, (_, moved) = self.etude, self.etude.suivis
        if moved.empty:
            return
        clear = moved[moved["lecture"].isin(["hausse", "baisse"]) & moved["valeur_depart"].ge(study.regles.minimum)]
        for row in clear.loc[clear["variation"].abs().sort_values(ascending=False).index].to_dict("records"):
            verb, there = "augmenté" if row["lecture"] == "hausse" else "diminué", row.get(f"variation_{LA}")
            yield (
                f"De {row['depart']:.0f} à {row['annee']:.0f}, le nombre de {minuscule(row['libelle'])} "
                f"y a {verb} de {pourcent(abs(row['variation']))}"
                + (f" ({pourcent(there, signe=True)} {study.reference.a})" if pd.notna(there) else "") + "."
            )  # fmt: skip
        if clear.empty and study.epci:
            yield (
                "Aucune évolution n'y dépasse ce que l'arrondi et le hasard expliquent : l'intercommunalité, "
                f"{study.epci.le}, est la bonne échelle pour suivre des tendances."
            )

    def _incertain(self) -> Iterator[str]:
        """Yield what to beware of: small counts, secrecy, old figures, rounding."""
        study, rows = self.etude, self.etude.mesures
        if rows["raison"].eq(TROP_PEU).any():
            yield (
                f"Le territoire a moins de {study.regles.minimum} foyers allocataires, ou habitants : aucun taux n'en "
                "est tiré, car un seul foyer le changerait de plus d'un point."
            )
        old = rows[rows["raison"].eq("") & rows["annee"].lt(self._annee - 3) & rows["unite"].ne("nombre")]
        if len(old):
            years = enumerer([str(year) for year in sorted(old["annee"].astype(int).unique())])
            labels = [study.definitions[one].libelle.partition(",")[0] for one in old["mesure"].head(SUR_LA_PAGE)]
            yield f"Les chiffres de {years} ont vieilli ({', '.join(map(minuscule, labels))}…)."
        if rows["raison"].eq(SECRET).any():
            yield "L'Insee tait des nombres trop petits : leurs taux manquent ici."
        if COMPTES not in set(study.connues["serie"].map(study.chiffres.familles)):
            family = charger_famille(COMPTES)
            yield (
                "Le fichier de la Cnaf qui est là n'a pas ce territoire : « ctg source ajouter » ajoute le fichier "
                f"national ({family.jeu}, {family.adresse})."
            )
            return
        yield "La Cnaf arrondit chaque nombre à 5 et ne compte que le régime général : la MSA n'y est pas."
        yield "Un écart avec le département n'est l'effet de rien : il dit où regarder, non pourquoi."
