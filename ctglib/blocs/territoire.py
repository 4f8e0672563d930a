"""The public series beside the convention: a level, its date, how it changed.

They are context: a change is never presented as an effect of the convention.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.theme import ruptures
from ctglib.calculs import territoire as calculs
from ctglib.calculs.ecriture import (
    SEPARATEUR,
    avec_unite,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    pourcent,
)
from ctglib.document.contexte import Contexte, marquer
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Ecriture, Tableau
from ctglib.document.typographie import date_longue, points
from ctglib.donnees import publiques
from ctglib.donnees.formules import ratio_pour_100
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Indicateur, Unite
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.rapports import MembresDuTerritoire
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.graphiques.trajectoires import trajectoires

# The readings of a change over a year that leave a figure to print.
COMPARABLES = (
    "hausse",
    "baisse",
    "hausse_recente",
    "baisse_recente",
    "stable",
    "dans_le_bruit",
    calculs.TROP_PEU,
)
SUITE_DU_TITRE = re.compile(r" ?: |, ")  # what a short name of a data set leaves out
ORIGINES = [
    "serie",
    "producteur",
    "titre",
    "jeu",
    "periode",
    "publie",
    "consulte",
    "licence",
    "fichier",
    "sha256",
    "arrondi",
]
CLE = ["indicateur", "dimension", "modalite", "annee"]
MOTIFS_DITS = (calculs.SANS_DEPART, calculs.APRES_RUPTURE, calculs.AVANT_LA_RUPTURE)
VARIATIONS = ("variation_depart", "variation_reference", "variation_reference_depart")


@dataclass(frozen=True)
class Territoire(Montrable):
    """What the public series say of the territory in a year, each figure with its own date."""

    etude: EtudeAnnuelle

    @cached_property
    def rangees(self) -> pd.DataFrame:
        """One row a series (see ``contexte_du_territoire``)."""
        groupes = self.etude.catalogue.bilan.territoire.groupes
        indicateurs = [indicateur for groupe in groupes.values() for indicateur in groupe]
        definitions = self.etude.catalogue.indicateurs_contexte
        return _contexte_du_territoire(self.etude, self.etude.series, indicateurs, definitions)

    @property
    def revisions(self) -> pd.DataFrame:
        """The public figures of the territory that last year's bilan gave otherwise."""
        revisions = calculs.revisions_du_territoire(self.etude.suivi.contexte, self.etude.annee)
        return revisions[revisions["territoire"].eq(self.etude.convention.territoire)]

    @property
    def source(self) -> str:
        """The producers and what they publish, as captions write them.

        The figures that a fictive convention invents have its own source.
        """
        etude = self.etude
        series = etude.series[etude.series["territoire"].eq(etude.convention.territoire)]
        if series.empty:
            series = etude.series
        codes = set(series["serie"])
        origines = [origine for code, origine in etude.suivi.origines.items() if code in codes]
        autres_sources = series.loc[series["serie"].eq(""), "source"].unique().tolist()
        if etude.convention.fictive and autres_sources:
            autres_sources = [etude.contexte.source]
        return " ; ".join([*_par_producteur(origines, _titre_court, " ; "), *autres_sources])

    def tableau(self) -> Tableau | None:
        """Return one row a public series: latest figure, change over a year and since the
        convention began.
        """
        etude = self.etude
        series = self.rangees
        if series.empty:
            return None
        regles = etude.catalogue.bilan
        contexte = etude.contexte
        groupe_de = {
            indicateur: titre
            for titre, indicateurs in regles.territoire.groupes.items()
            for indicateur in indicateurs
        }
        definitions = [contexte.indicateurs[nom] for nom in series["indicateur"].unique()]
        arrondis = {
            definition.arrondi_source: contexte.difference(definition.id, definition.arrondi_source)
            for definition in definitions
            if definition.arrondi_source is not None and definition.arrondi_source > 1
        }
        mots_des_notes = {
            "arrondis": ", ".join(arrondis[arrondi] for arrondi in sorted(arrondis)),
            "reference": contexte.reference.nom,
        }
        lues = [serie for _, serie in series.iterrows()]
        notes_utiles = {"un_an", "tiret", *series["lecture"]}
        notes = [
            note.format(**mots_des_notes)
            for cle, note in regles.territoire.notes.items()
            if cle in notes_utiles
        ]
        ecritures: dict[str, Ecriture] = {
            "serie": self._intitule,
            "annee": str,
            "niveau": self._niveau,
            "sur_un_an": self._sur_un_an,
            **dict.fromkeys(VARIATIONS, str),
            "lecture": lambda lecture: regles.lectures[lecture],
        }
        ecrites = series.copy()
        for colonne in VARIATIONS:
            ecrites[colonne] = [evolution(serie[colonne], serie) for serie in lues]
        return etude.tableau(
            "territoire",
            ecrites,
            ecritures,
            donnees=series,
            mots={"depart": _annee_de_depart(etude), "source": self.source},
            groupes=series["indicateur"].map(groupe_de),
            notes=[
                etude.texte("bilan.contexte"),
                *notes,
                *ruptures(definitions, contexte),
                *notes_des_moyennes(series, contexte),
            ],
        )

    def _unite(self, indicateur: str) -> Unite:
        contexte = self.etude.contexte
        return contexte.unites[contexte.indicateurs[indicateur].unite]

    def _unite_dans_l_intitule(self, indicateur: str) -> bool:
        """Tell whether the values are shown without unit, as those of a rate of something else
        than %: « 0,9 places » would count places.
        """
        unite = self._unite(indicateur)
        return unite.ecart == "points" and unite.symbole != "%"

    def _intitule(self, serie: pd.Series) -> str:
        indicateur = serie["indicateur"]
        if serie["dimension"]:
            return f"– {majuscule(self.etude.modalite(serie['dimension'], serie['modalite']))}"
        libelle = self.etude.contexte.indicateurs[indicateur].libelle
        if self._unite_dans_l_intitule(indicateur):
            return f"{libelle}, en {minuscule(self._unite(indicateur).libelle)}"
        return libelle

    def _niveau(self, serie: pd.Series) -> str:
        contexte = self.etude.contexte
        indicateur = serie["indicateur"]
        if self._unite_dans_l_intitule(indicateur):
            texte = contexte.valeur_nue(indicateur, serie["valeur"], serie["statut"])
        else:
            texte = contexte.valeur(indicateur, serie["valeur"], serie["statut"])
        return marquer(texte, serie["statut"])

    def _sur_un_an(self, serie: pd.Series) -> str:
        """Return the difference with the year before: « +75 », « −0,4 point »; « – » without any.

        It is in points for a rate, else in the unit of the series.
        """
        if pd.isna(serie["ecart"]) or serie["lecture"] not in COMPARABLES:
            return RIEN
        unite = self._unite(serie["indicateur"])
        decimales = self.etude.contexte.indicateurs[serie["indicateur"]].decimales
        if unite.ecart == "points":
            return points(serie["ecart"], decimales)
        return avec_unite(serie["ecart"], unite.symbole, decimales, signe=True)

    def graphique(self) -> Figure | None:
        """Return the trajectories of the series, not joined across a break; None in a bilan without
        a follow-up.
        """
        etude = self.etude
        regles = etude.catalogue.bilan.territoire
        annees = calculs.trajectoires_du_territoire(
            etude.series,
            regles.graphique,
            etude.catalogue.indicateurs_contexte,
            territoire=etude.convention.territoire,
            depuis=etude.convention.debut.year - regles.annees_avant,
        )
        if annees.empty or etude.annuel.vide:
            return None
        titre = etude.texte("bilan.titre_des_series", annee=annees["annee"].max())
        return trajectoires(
            annees, etude.contexte, nom="territoire-trajectoires", titre=titre, source=self.source
        )

    def membres(self) -> Tableau | None:
        """Return the communes of an EPCI side by side, and the whole: its shares are those of the
        sums.
        """
        etude = self.etude
        convention = etude.convention
        regles = etude.catalogue.bilan.territoire.membres
        if convention.fictive or not convention.membres:
            return None
        codes = [regles.sur, *regles.parts]
        series_lues = [publiques.lire(code, convention.membres) for code in codes]
        valeurs = pd.concat(series_lues)
        valeurs = valeurs[valeurs["annee"].le(etude.annee) & valeurs["valeur"].notna()]
        if valeurs.empty:
            return None
        annee = valeurs["annee"].max()
        effectifs = valeurs[valeurs["annee"].eq(annee)].pivot(
            index="territoire", columns="serie", values="valeur"
        )
        effectifs = effectifs.reindex(convention.membres, columns=codes)
        communes = en_parts(effectifs, regles, convention.territoire)
        nom_des_communes = publiques.territoires(convention.membres).set_index("code")["nom"]
        noms = communes.index.to_series().map(nom_des_communes)
        communes = communes.assign(nom=noms.fillna(etude.contexte.territoire.nom))
        libelles = {code: etude.contexte.indicateurs[code].libelle for code in codes}
        bandeau = f"Pour 100 {minuscule(libelles[regles.sur])}"

        def ecrire_part(part: float) -> str:
            return RIEN if pd.isna(part) else pourcent(part)

        colonnes = [Colonne(regles.sur, libelles[regles.sur], numerique=True)]
        for code in regles.parts:
            colonne = Colonne(f"part_{code}", libelles[code], True, bandeau, ecrire_part)
            colonnes.append(colonne)
        plancher = nombre(regles.plancher)
        return etude.tableau(
            "membres",
            communes.reset_index(drop=True),
            None,
            *colonnes,
            mots={"annee": annee, "source": series_lues[0].attrs["source"]},
            notes=[etude.texte("bilan.communes_sans_part", plancher=plancher)],
        )

    def origines(self) -> Tableau | None:
        """Return where the public series come from; the CSV adds the fingerprint."""
        codes = set(self.etude.series["serie"])
        origines = {
            code: origine for code, origine in self.etude.suivi.origines.items() if code in codes
        }
        if not origines:
            return None
        jeux = pd.DataFrame(
            [
                {"serie": code, **origine.model_dump(mode="json")}
                for code, origine in origines.items()
            ]
        )

        def reutiliser(jeu: pd.Series) -> str:
            return f"{jeu['licence']}, le {date_longue(origines[jeu['serie']].consulte)}"

        ecritures: dict[str, Ecriture] = {
            "nom": lambda jeu: f"{jeu['producteur']}, {jeu['titre']} ({jeu['jeu']})",
            "arrondi": lambda arrondi: arrondi or "non indiqué",
            "reutiliser": reutiliser,
        }
        return self.etude.tableau("origines", jeux, ecritures, donnees=jeux[ORIGINES])


def _annee_de_depart(etude: EtudeAnnuelle) -> int:
    """Return the year before the convention, from which longer changes are read."""
    return etude.convention.debut.year - 1


def _contexte_du_territoire(
    etude: EtudeAnnuelle,
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    definitions: Mapping[str, Indicateur],
) -> pd.DataFrame:
    return calculs.contexte_du_territoire(
        series,
        indicateurs,
        definitions,
        etude.catalogue.evaluation.seuils,
        etude.catalogue.unites,
        territoires=(etude.convention.territoire, etude.convention.reference),
        depart=_annee_de_depart(etude),
    )


def en_parts(effectifs: pd.DataFrame, regles: MembresDuTerritoire, tout: str) -> pd.DataFrame:
    """Return the counts of communes, most first, then their sum under the code ``tout``, each with
    its shares in %.

    The share of the whole is the quotient of the sums. Under ``plancher`` there is none; a missing
    count makes the sum missing.
    """
    communes = effectifs.sort_values(regles.sur, ascending=False, kind="stable")
    ensemble = effectifs.sum(skipna=False).rename(tout).to_frame().T
    table = pd.concat([communes, ensemble])
    denominateur = table[regles.sur].where(table[regles.sur].ge(regles.plancher))
    parts = {f"part_{code}": ratio_pour_100(table[code], denominateur) for code in regles.parts}
    return table.assign(**parts)


def en_moyennes(row: Any, contexte: Contexte) -> str:
    """Return « 150 par an en moyenne de 2021 à 2025, 160 de 2015 à 2020 (−6 %), ce qui
    n'excède pas ce que le hasard donne à de tels nombres », or « …, un écart à la portée du
    hasard ; de 2020 à 2025, à partir de l'année la plus haute, une baisse d'année en année qui
    excède ce que le hasard donne ; de 2015 à 2025, aucune tendance qui l'excède ».

    ``row`` is a short series: any object with ``lecture``, which says whether chance may explain
    the difference, and the columns ``ctglib.calculs.territoire.MOYENNES`` as attributes.
    """
    return contexte.texte(
        "suivi.moyennes",
        nouvelle=nombre(row.moyenne),
        maintenant=row.periode,
        ancienne=nombre(row.moyenne_avant),
        alors=row.periode_avant,
        changement=pourcent(row.variation_des_moyennes, 0, signe=True),
        tendance=row.tendance,
        pendant=row.periode_de_la_tendance,
        connues=row.periode_connue,
        tendance_connue=row.tendance_connue,
        part_de_l_extreme=bool(row.part_de_l_extreme),
        moyennes_au_hasard=bool(row.moyennes_au_hasard),
        hasard=row.lecture == calculs.TROP_PEU,
    )


@dataclass(frozen=True)
class _PetiteSerie:
    """A short series read on means of years (see ``ctglib.calculs.territoire.moyennes``)."""

    indicateur: str
    periode_avant: str
    moyenne_avant: float
    periode: str
    moyenne: float
    variation_des_moyennes: float
    variation_des_moyennes_reference: float
    periode_de_la_reference: str
    moyennes_au_hasard: bool
    tendance: str
    periode_de_la_tendance: str
    periode_connue: str
    tendance_connue: str
    part_de_l_extreme: bool
    lecture: str
    hasard: float
    annees_notees: str
    note_des_annees: str


def notes_des_moyennes(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return a note for each short series: its means, what chance alone moves one year by, those
    of the reference or that they are not known, and which of its years are inferred.
    """
    notes = []
    for serie in lignes(rows[rows["moyenne"].notna()], _PetiteSerie):
        definition = contexte.indicateurs[serie.indicateur]
        assert definition.petite_serie is not None  # only a short series has means
        de_la_reference = ""
        if pd.notna(serie.variation_des_moyennes_reference):
            de_la_reference = pourcent(serie.variation_des_moyennes_reference, 0, signe=True)
        note = contexte.texte(
            "suivi.petite_serie",
            libelle=definition.libelle,
            moyennes=en_moyennes(serie, contexte),
            hasard=nombre(serie.hasard),
            pourquoi=definition.petite_serie.pourquoi,
            reference=contexte.reference.nom,
            de_la_reference=de_la_reference,
            memes_periodes=serie.periode_de_la_reference == serie.periode,
            alors=serie.periode_avant,
            maintenant=serie.periode_de_la_reference,
            note=serie.note_des_annees,
            annees=serie.annees_notees.split(SEPARATEUR),
        )
        notes.append(note)
    return notes


def _par_producteur(
    origines: Iterable[Origine], nommer: Callable[[Origine], str], lien: str
) -> list[str]:
    """Return « Cnaf (foyers ; allocataires) » for each producer, in the order of the data sets.

    ``nommer`` gives the name of a data set, and ``lien`` joins the names; a name is there once.
    """
    jeux_par_producteur: dict[str, list[str]] = {}
    for origine in origines:
        jeux = jeux_par_producteur.setdefault(origine.producteur, [])
        nom = nommer(origine)
        if nom not in jeux:
            jeux.append(nom)
    return [f"{producteur} ({lien.join(jeux)})" for producteur, jeux in jeux_par_producteur.items()]


def _titre_court(origine: Origine) -> str:
    return SUITE_DU_TITRE.split(origine.titre)[0]


@dataclass(frozen=True)
class DiagnosticRevisite(Montrable):
    """« Le diagnostic revisité »: annexe 1 then and now, by the public series that compare, and why
    the rest does not compare.
    """

    etude: EtudeFinale

    @property
    def themes(self) -> dict[str, str]:
        """The title of each theme."""
        return {theme.theme: theme.titre for theme in self.etude.catalogue.themes}

    @cached_property
    def source(self) -> str:
        """The producers of the series, as captions write them."""
        series = self.etude.series
        revisitees = [
            indicateur
            for theme in self.etude.finale.regles.diagnostic
            for indicateur in theme.series
        ]
        codes = set(series.loc[series["indicateur"].isin(revisitees), "serie"]) - {""}
        origines = [self.etude.suivi.origines[code] for code in sorted(codes)]
        producteurs = _par_producteur(origines, lambda origine: origine.jeu, ", ")
        return enumerer(producteurs) or self._sources_inventees()

    def _sources_inventees(self) -> str:
        """Return whose figures a fictive convention imitates, and their years: « Données fictives,
        à la manière de la Cnaf ; Données fictives, à la manière de l'Insee, 2015 à 2025 ».
        """
        series = self.etude.series
        connues = series[series["indicateur"].isin(self.etude.revisite["indicateur"])]
        if connues.empty:
            return self.etude.convention.source_diagnostic
        sans_annee = connues["source"].str.rpartition(", ")[0]
        annees = f"{connues['annee'].min()} à {connues['annee'].max()}"
        return f"{' ; '.join(sans_annee.unique())}, {annees}"

    def tableau(self) -> Tableau | None:
        """Return one row a public series that has a value, by theme: then, now, the change here and
        in the reference.
        """
        contexte = self.etude.contexte
        series = self.etude.revisite
        series = series[series["motif"].ne(calculs.SANS_VALEUR)]
        if series.empty:
            return None
        ici = self.etude.series["territoire"].eq(contexte.territoire.code)
        connues = self.etude.series[ici & self.etude.series["valeur"].notna()]
        dernieres = connues.sort_values("annee").drop_duplicates("indicateur", keep="last")
        dernieres = dernieres.rename(columns={"valeur": "derniere", "annee": "annee_derniere"})
        series = series.merge(dernieres[["indicateur", "derniere", "annee_derniere"]], "left")
        notes_d_annees = [
            note
            for annee, note in self.etude.catalogue.synthese.annees.items()
            if series["annee_avant"].eq(annee).any()
        ]
        ecritures: dict[str, Ecriture] = {
            "serie": lambda serie: contexte.indicateurs[serie["indicateur"]].libelle,
            "alors": lambda serie: self._niveau(serie, "avant", "_avant"),
            "maintenant": lambda serie: self._niveau(serie, "apres", ""),
            "ici": lambda serie: evolution(serie["variation"], serie),
            "la": lambda serie: evolution(serie["variation_reference"], serie),
            "precision": self._precision,
        }
        return self.etude.tableau(
            "diagnostic_revisite",
            series,
            ecritures,
            mots={"source": self.source},
            groupes=series["theme"].map(self.themes),
            notes=[
                *notes_d_annees,
                *notes_des_moyennes(series, contexte),
                *self._notes_des_dernieres_annees(series),
            ],
        )

    def _notes_des_dernieres_annees(self, series: pd.DataFrame) -> Iterator[str]:
        """Yield the last value of each short series, of which the table has means only."""
        contexte = self.etude.contexte
        for serie in series[series["moyenne"].notna()].to_dict("records"):
            yield self.etude.texte(
                "evaluation.derniere_annee",
                libelle=contexte.indicateurs[serie["indicateur"]].libelle,
                valeur=contexte.valeur(serie["indicateur"], serie["derniere"]),
                en=serie["annee_derniere"],
            )

    def _niveau(self, serie: pd.Series, colonne: str, suffixe: str) -> str:
        """Return a level with its year, « 380 (2022) », or with its years for a mean."""
        valeur = serie[colonne]
        if pd.isna(valeur):
            return RIEN
        texte = self.etude.contexte.valeur(serie["indicateur"], valeur)
        if pd.isna(serie["moyenne"]):
            return f"{texte} ({serie[f'annee{suffixe}']})"
        return f"{texte} par an ({serie[f'periode{suffixe}']})"

    def _precision(self, serie: pd.Series) -> str:
        """Return what tempers a change, joined by « ; », or « – ».

        It is between means, chance may explain it, it starts later than the diagnostic (no value
        then, or a break), or rounding may explain it.
        """
        mot = self.etude.mot
        if pd.notna(serie["moyenne"]):
            if serie["lecture"] == calculs.TROP_PEU:
                return f"{mot('moyennes')} ; {mot('hasard')}"
            return mot("moyennes")
        precisions = []
        if serie["motif"] in MOTIFS_DITS:
            motif = f"evaluation.{serie['motif']}"
            precisions.append(self.etude.texte(motif, annee=serie["annee_rupture"]))
        if serie["dans_le_bruit"]:
            precisions.append(mot("dans_le_bruit", annee=serie["annee_rupture"]))
        return " ; ".join(precisions) or RIEN

    def sans_comparaison(self) -> Tableau:
        """Return one row a theme: what does not compare, why, and whom to ask."""
        themes = {theme.theme for theme in self.etude.themes}
        revisites = [
            theme for theme in self.etude.finale.regles.diagnostic if theme.theme in themes
        ]
        table = pd.DataFrame(
            {
                "theme": [self.themes[theme.theme] for theme in revisites],
                "reste": [theme.reste for theme in revisites],
            }
        )
        return self.etude.tableau("sans_comparaison", table)


def evolution(valeur: float, row: Any) -> str:
    """Return a change: « +1,2 point » for a rate, « −3,4 % » for a count; « – » without any.

    A change between means of years is in %, without decimals. ``row`` is the series: any object
    with ``variation_type`` and ``moyenne`` (missing unless the series is short).
    """
    if pd.isna(valeur):
        return RIEN
    if pd.notna(row.moyenne):
        return pourcent(valeur, 0, signe=True)
    if row.variation_type == calculs.POINTS:
        return points(valeur)
    return pourcent(valeur, 1, signe=True)


def tableau_series(etude: EtudeAnnuelle, codes: list[str], numero: str) -> Tableau | None:
    """Return the last figure of some series about a fiche, each with its year, its change, and the
    figure of the reference.

    A series is one that the follow-up reads, an indicator of the diagnostic, or one of the public
    store.
    """
    if not codes:
        return None
    definitions = {}
    annees_lues = []
    for code in codes:
        definition, annees = _lire(etude, code)
        definitions[definition.id] = definition
        annees_lues.append(annees)
    toutes_les_annees = pd.concat(annees_lues, ignore_index=True)
    if toutes_les_annees.empty:
        return None
    series = _contexte_du_territoire(etude, toutes_les_annees, codes, definitions)
    de_la_reference = toutes_les_annees["territoire"].eq(etude.convention.reference)
    reference = toutes_les_annees[de_la_reference].drop_duplicates(CLE, keep="last")
    reference = reference[[*CLE, "valeur"]].astype({"annee": "Int64"})
    series = series[series["valeur"].notna()]
    series = series.merge(reference, "left", CLE, suffixes=("", "_reference"))
    if series.empty:
        return None

    def intitule(serie: pd.Series) -> str:
        if serie["modalite"]:
            return etude.modalite(serie["dimension"], serie["modalite"])
        return definitions[serie["indicateur"]].libelle

    def niveau(serie: pd.Series, colonne: str) -> str:
        valeur = serie[colonne]
        if pd.isna(valeur):
            return RIEN
        return marquer(nombre(valeur, definitions[serie["indicateur"]].decimales), serie["statut"])

    ecritures: dict[str, Ecriture] = {
        "libelle": intitule,
        "annee": str,
        "niveau": lambda serie: niveau(serie, "valeur"),
        "evolution": lambda serie: _evolution_ici(serie, etude),
        "niveau_reference": lambda serie: niveau(serie, "valeur_reference"),
        "evolution_reference": _evolution_de_la_reference,
    }
    sources = series.drop_duplicates("indicateur", keep="last")["source"].unique()
    return etude.tableau(
        "series_publiques",
        series,
        ecritures,
        mots={"fiche": numero, "source": " ; ".join(sources)},
        notes=notes_des_moyennes(series, etude.contexte),
    )


def _evolution_ici(serie: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return the change between means of years, since the convention began, or over a year."""
    if pd.notna(serie["variation_des_moyennes"]):
        changement = pourcent(serie["variation_des_moyennes"], 0, signe=True)
        return f"{changement} en moyenne, {etude.catalogue.bilan.lectures[serie['lecture']]}"
    if pd.notna(serie["variation_depart"]):
        return f"{evolution(serie['variation_depart'], serie)} depuis {_annee_de_depart(etude)}"
    if pd.notna(serie["variation"]):
        return f"{evolution(serie['variation'], serie)} depuis {serie['annee_avant']}"
    return RIEN


def _evolution_de_la_reference(serie: pd.Series) -> str:
    """Return the change of the reference over the years of that of the territory."""
    if pd.notna(serie["variation_des_moyennes_reference"]):
        changement = pourcent(serie["variation_des_moyennes_reference"], 0, signe=True)
        return f"{changement} en moyenne"
    if pd.notna(serie["variation_depart"]):
        return evolution(serie["variation_reference_depart"], serie)
    return evolution(serie["variation_reference"], serie)


def _lire_ici(code: str, convention: Convention) -> pd.DataFrame:
    """Return a public series in the territory of a convention; no row in one that nobody knows."""
    territoire_connu = not publiques.territoires([convention.territoire]).empty
    return publiques.lire(code, [convention.territoire] if territoire_connu else [])


def _lire(etude: EtudeAnnuelle, code: str) -> tuple[Indicateur, pd.DataFrame]:
    """Return the definition of a series, and its values by year.

    It is looked for among the public series that the follow-up reads, then among the indicators of
    annexe 1, then in the public store, whose years after that of the bilan are left out.
    """
    convention = etude.convention
    catalogue = etude.catalogue
    if code in catalogue.indicateurs_contexte:
        annees = etude.series[etude.series["indicateur"].eq(code)]
        return catalogue.indicateurs_contexte[code], annees
    if code in catalogue.indicateurs:
        annexe1 = etude.suivi.dossier.annexe1
        annees = annexe1[annexe1["indicateur"].eq(code)].assign(
            dimension="", modalite="", source=convention.source_diagnostic
        )
        return catalogue.indicateurs[code], annees
    # The fiches of every year read it, and take the years that are theirs.
    annees = partager(f"serie/{code}/{convention.territoire}", lambda: _lire_ici(code, convention))
    serie = annees.attrs
    est_un_effectif = serie["unite"] == "nombre"
    definition = Indicateur(
        id=code,
        libelle=serie["libelle"],
        definition=serie["definition"] or serie["libelle"],
        unite=serie["unite"],
        nature="contexte",
        sens="neutre",
        decimales=0 if est_un_effectif else 1,
        arrondi_source=serie["arrondi"],
    )
    annees = annees[annees["annee"].le(etude.annee)].assign(
        dimension="",
        modalite="",
        note="",
        indicateur=code,
        unite=serie["unite"],
        source=serie["source"],
    )
    return definition, annees
