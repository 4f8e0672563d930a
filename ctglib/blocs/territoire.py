"""The public series beside the convention: a level, its date, how it moved; context and never an
effect.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

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
from ctglib.calculs.formules import ratio_pour_100
from ctglib.document.contexte import Contexte, marquer, variation
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import date_longue, nombre_court, points
from ctglib.donnees import publiques
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.rapports import MembresDuTerritoire
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.trajectoires import trajectoires

COMPARABLES = ("hausse", "baisse", "stable", "dans_le_bruit", calculs.TROP_PEU)
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


@dataclass(frozen=True)
class Territoire(Montrable):
    """What the public series say of the territory in a year, each figure with its own date."""

    etude: EtudeAnnuelle

    @cached_property
    def rangees(self) -> pd.DataFrame:
        """One row a series (see ``contexte_du_territoire``)."""
        words = self.etude.catalogue
        names = [name for group in words.bilan.territoire.groupes.values() for name in group]
        return _rangees(self.etude, self.etude.series, names, words.indicateurs_contexte)

    @property
    def revisions(self) -> pd.DataFrame:
        """The public figures of the territory that last year's bilan gave otherwise."""
        table = calculs.revisions_du_territoire(self.etude.suivi.contexte, self.etude.annee)
        return table[table["territoire"].eq(self.etude.convention.territoire)]

    @property
    def source(self) -> str:
        """The producers and what they publish, as captions write them; what a fiction invents has
        its own source.
        """
        series = self.etude.series
        etude = self.etude
        kept = series[series["territoire"].eq(etude.convention.territoire)]
        kept = kept if len(kept) else series
        used = (item for name, item in etude.suivi.origines.items() if name in set(kept["serie"]))
        others = kept.loc[kept["serie"].eq(""), "source"].unique()
        told = [*_par_producteur(used, lambda item: SUITE_DU_TITRE.split(item.titre)[0], " ; ")]
        return " ; ".join(
            [
                *told,
                *([etude.contexte.source] if etude.convention.fictive and len(others) else others),
            ]
        )

    def tableau(self) -> Tableau | None:
        """Return one row a public series: latest figure, change over a year and since the
        convention began.
        """
        rules = self.etude.catalogue.bilan
        contexte = self.etude.contexte
        rows = self.rangees
        etude = self.etude
        if rows.empty:
            return None
        groups = {
            name: title for title, group in rules.territoire.groupes.items() for name in group
        }
        items = {name: contexte.indicateurs[name] for name in rows["indicateur"].unique()}
        units = {name: contexte.unites[item.unite] for name, item in items.items()}
        # A rate of something else than %: « 0,9 places » would count places.
        bare = {
            name for name, unit in units.items() if unit.ecart == "points" and unit.symbole != "%"
        }

        def serie(row: pd.Series) -> str:
            if row["dimension"]:
                return f"– {majuscule(etude.modalite(row['dimension'], row['modalite']))}"
            name = row["indicateur"]
            return items[name].libelle + (
                f", en {minuscule(units[name].libelle)}" if name in bare else ""
            )

        def niveau(row: pd.Series) -> str:
            write = contexte.valeur_nue if row["indicateur"] in bare else contexte.valeur
            return marquer(write(row["indicateur"], row["valeur"], row["statut"]), row["statut"])

        def sur_un_an(row: pd.Series) -> str:
            """Return the difference with the year before, in its own unit: « +75 », « −0,4 point »."""
            if pd.isna(row["ecart"]) or row["lecture"] not in COMPARABLES:
                return RIEN
            unit = units[row["indicateur"]]
            decimals = items[row["indicateur"]].decimales
            if unit.ecart == "points":
                return points(row["ecart"], decimals)
            return avec_unite(row["ecart"], unit.symbole, decimals, signe=True)

        rounded = sorted(
            {item.arrondi_source for item in items.values() if (item.arrondi_source or 0) > 1}
        )
        words = {
            "arrondis": ", ".join(map(nombre_court, rounded)),
            "reference": contexte.reference.nom,
        }
        kept = {"un_an", "tiret", *rows["lecture"]}
        notes = [
            note.format(**words) for name, note in rules.territoire.notes.items() if name in kept
        ]
        return etude.tableau(
            "territoire",
            rows,
            {
                "serie": serie,
                "annee": str,
                "niveau": niveau,
                "sur_un_an": sur_un_an,
                **dict.fromkeys(
                    ("variation_depart", "variation_reference", "variation_reference_depart"),
                    variation,
                ),
                "lecture": rules.lectures.get,
            },
            mots={"depart": _depart(etude), "source": self.source},
            groupes=rows["indicateur"].map(groups),
            notes=[
                rules.mots["contexte"],
                *notes,
                *ruptures(items.values()),
                *notes_des_moyennes(rows, contexte),
            ],
        )

    def graphique(self) -> Figure | None:
        """Return the trajectories of the series, their breaks not joined; None in a bilan without a
        follow-up.
        """
        place = self.etude.convention.territoire
        rules = self.etude.catalogue.bilan.territoire
        etude = self.etude
        first = etude.convention.debut.year - rules.annees_avant
        meanings = etude.catalogue.indicateurs_contexte
        wanted = {"territoire": place, "depuis": first}
        rows = calculs.trajectoires_du_territoire(etude.series, rules.graphique, meanings, **wanted)
        if rows.empty or etude.annuel.vide:
            return None
        title = (
            f"Comment {etude.contexte.territoire.le} a-t-il évolué jusqu'en {rows['annee'].max()} ?"
        )
        return trajectoires(
            rows, etude.contexte, nom="territoire-trajectoires", titre=title, source=self.source
        )

    def membres(self) -> Tableau | None:
        """Return the communes of an EPCI side by side, and the whole: its shares are those of the
        sums.
        """
        rules = self.etude.catalogue.bilan.territoire.membres
        convention = self.etude.convention
        etude = self.etude
        if convention.fictive or not convention.membres:
            return None
        names = [rules.sur, *rules.parts]
        read = [publiques.lire(name, convention.membres) for name in names]
        rows = pd.concat(read)
        rows = rows[rows["annee"].le(etude.annee) & rows["valeur"].notna()]
        if rows.empty:
            return None
        year = rows["annee"].max()
        labels = {name: etude.contexte.indicateurs[name].libelle for name in names}
        counts = rows[rows["annee"].eq(year)].pivot(
            index="territoire", columns="serie", values="valeur"
        )
        counts = en_parts(
            counts.reindex(convention.membres, columns=names), rules, convention.territoire
        )
        places = publiques.territoires(convention.membres).set_index("code")["nom"]
        group = f"Pour 100 {minuscule(labels[rules.sur])}"

        def write(taux: float) -> str:
            return RIEN if pd.isna(taux) else pourcent(taux)

        return etude.tableau(
            "membres",
            counts.assign(
                nom=counts.index.map(places).fillna(etude.contexte.territoire.nom)
            ).reset_index(drop=True),
            None,
            Colonne(rules.sur, labels[rules.sur], True),
            *(Colonne(f"part_{name}", labels[name], True, group, write) for name in rules.parts),
            mots={"annee": year, "source": read[0].attrs["source"]},
            notes=[
                f"« {RIEN} » : moins de {nombre(rules.plancher)} foyers, ou une valeur qui manque."
            ],
        )

    def origines(self) -> Tableau | None:
        """Return where the public series come from; the CSV adds the fingerprint."""
        used = set(self.etude.series["serie"])
        kept = {name: item for name, item in self.etude.suivi.origines.items() if name in used}
        if not kept:
            return None
        table = pd.DataFrame(
            [{"serie": name, **item.model_dump(mode="json")} for name, item in kept.items()]
        )
        writers = {
            "nom": lambda row: f"{row['producteur']}, {row['titre']} ({row['jeu']})",
            "arrondi": lambda rounding: rounding or "non indiqué",
            "reutiliser": lambda row: (
                f"{row['licence']}, le {date_longue(kept[row['serie']].consulte)}"
            ),
        }
        return self.etude.tableau("origines", table, writers, donnees=table[ORIGINES])


def _depart(etude: EtudeAnnuelle) -> int:
    return etude.convention.debut.year - 1


def _rangees(
    etude: EtudeAnnuelle,
    series: pd.DataFrame,
    noms: Iterable[str],
    meanings: Mapping[str, Indicateur],
) -> pd.DataFrame:
    return calculs.contexte_du_territoire(
        series,
        noms,
        meanings,
        etude.catalogue.evaluation.seuils,
        territoires=(etude.convention.territoire, etude.convention.reference),
        depart=_depart(etude),
    )


def en_parts(effectifs: pd.DataFrame, regles: MembresDuTerritoire, tout: str) -> pd.DataFrame:
    """Return the counts of communes, most first, then their sum under the code ``tout``, each with
    its shares in %.

    The share of the whole is the quotient of the sums. Under ``plancher`` there is none; a missing
    count makes the sum missing.
    """
    whole = effectifs.sum(skipna=False).rename(tout).to_frame().T
    table = pd.concat([effectifs.sort_values(regles.sur, ascending=False, kind="stable"), whole])
    below = table[regles.sur].where(table[regles.sur].ge(regles.plancher))
    return table.assign(
        **{f"part_{name}": ratio_pour_100(table[name], below) for name in regles.parts}
    )


def en_moyennes(row: object) -> str:
    """Return « 150 par an en moyenne de 2021 à 2025, 156 de 2015 à 2019 (−4 %), ce que le hasard
    peut expliquer ».
    """
    now, then = (
        f"{'de' if ' ' in span else 'en'} {span}" for span in (row.periode, row.periode_avant)
    )
    old = nombre(row.moyenne_avant)
    new = nombre(row.moyenne)
    if old == new:
        return f"{new} par an en moyenne {now}, comme {then}"
    chance = ", ce que le hasard seul peut expliquer" if row.lecture == calculs.TROP_PEU else ""
    change = pourcent(row.variation_des_moyennes, 0, signe=True)
    return f"{new} par an en moyenne {now}, {old} {then} ({change}){chance}"


def notes_des_moyennes(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return, for each short series, its means, what chance moves one year by, and which of its
    years are inferred.
    """
    return [
        f"{item.libelle}, petite série : {en_moyennes(row)}. D'une année à l'autre, le hasard seul déplace un tel "
        f"nombre d'environ {nombre(row.hasard)}. {majuscule(item.petite_serie.pourquoi)}."
        + (
            f" {row.note_des_annees} : {enumerer(row.annees_notees.split(SEPARATEUR))}."
            if row.annees_notees
            else ""
        )
        for row in rows[rows["moyenne"].notna()].itertuples()
        for item in [contexte.indicateurs[row.indicateur]]
    ]


def _par_producteur(
    origines: Iterable[Origine], nommer: Callable[[Origine], str], lien: str
) -> list[str]:
    """Return « Cnaf (foyers ; allocataires) », one a producer."""
    sets = pd.DataFrame(
        [(item.producteur, nommer(item)) for item in origines], columns=["qui", "quoi"]
    )
    names = sets.drop_duplicates().groupby("qui", sort=False)["quoi"].agg(lien.join)
    return [f"{producer} ({told})" for producer, told in names.items()]


@dataclass(frozen=True)
class DiagnosticRevisite(Montrable):
    """« Le diagnostic revisité »: annexe 1 then and now, by the public series that compare, and why
    the rest do not.
    """

    etude: EtudeFinale

    # The title of each theme.
    themes = property(
        lambda self: {theme.theme: theme.titre for theme in self.etude.catalogue.themes}
    )

    @cached_property
    def source(self) -> str:
        """The producers of the series, as captions write them."""
        wanted = [name for theme in self.etude.finale.regles.diagnostic for name in theme.series]
        series = self.etude.series
        last = self.etude.suivi
        used = sorted(set(series.loc[series["indicateur"].isin(wanted), "serie"]) - {""})
        told = _par_producteur((last.origines[name] for name in used), lambda item: item.jeu, ", ")
        return enumerer(told) or self.etude.convention.source_diagnostic

    def tableau(self) -> Tableau | None:
        """Return one row a public series that has a value, by theme: then, now, the change here and
        beside.
        """
        contexte = self.etude.contexte
        rows = self.etude.revisite
        mot = self.etude.mot
        rows = rows[rows["motif"].ne(calculs.SANS_VALEUR)]
        if rows.empty:
            return None

        def niveau(row: pd.Series, nom: str, suite: str = "") -> str:
            if pd.isna(row[nom]):
                return RIEN
            when = (
                f"({row[f'annee{suite}']})"
                if pd.isna(row["moyenne"])
                else f"par an ({row[f'periode{suite}']})"
            )
            return f"{contexte.valeur(row['indicateur'], row[nom])} {when}"

        def precision(row: pd.Series) -> str:
            if pd.notna(row["moyenne"]):
                return mot("moyennes") + (
                    f" ; {mot('hasard')}" if row["lecture"] == calculs.TROP_PEU else ""
                )
            said = [row["motif"]] * (row["motif"] in (calculs.SANS_DEPART, calculs.APRES_RUPTURE))
            said += ["dans_le_bruit"] * bool(row["dans_le_bruit"])
            return " ; ".join(mot(name, annee=row["annee_rupture"]) for name in said) or RIEN

        peculiar = self.etude.catalogue.synthese.annees
        return self.etude.tableau(
            "diagnostic_revisite",
            rows,
            {
                "serie": lambda row: contexte.indicateurs[row["indicateur"]].libelle,
                "alors": lambda row: niveau(row, "avant", "_avant"),
                "maintenant": lambda row: niveau(row, "apres"),
                "ici": lambda row: evolution(row["variation"], row),
                "la": lambda row: evolution(row["variation_reference"], row),
                "precision": precision,
            },
            mots={"source": self.source},
            groupes=rows["theme"].map(self.themes),
            notes=[
                *(told for annee, told in peculiar.items() if rows["annee_avant"].eq(annee).any()),
                *notes_des_moyennes(rows, contexte),
            ],
        )

    def sans_comparaison(self) -> Tableau:
        """Return one row a theme: what does not compare, why, and whom to ask."""
        given = {theme.theme for theme in self.etude.themes}
        rules = [item for item in self.etude.finale.regles.diagnostic if item.theme in given]
        rows = pd.DataFrame(
            [(self.themes[item.theme], item.reste) for item in rules], columns=["theme", "reste"]
        )
        return self.etude.tableau("sans_comparaison", rows)


def evolution(valeur: float, row: pd.Series) -> str:
    """Return a change in points or in %, without decimals between means of years; a dash when there
    is none.
    """
    if pd.isna(valeur):
        return RIEN
    if row.variation_type == calculs.POINTS and pd.isna(row.moyenne):
        return points(valeur)
    return pourcent(valeur, 1 if pd.isna(row.moyenne) else 0, signe=True)


def tableau_series(etude: EtudeAnnuelle, codes: list[str], numero: int) -> Tableau | None:
    """Return the last figure of some series about a fiche, each with its year, how it moved, and
    the reference's.

    A series is one that the follow-up reads, an indicator of the diagnostic, or one of the public
    store.
    """
    read = [_lire(etude, code) for code in codes]
    meanings = {item.id: item for item, _ in read}
    series = pd.concat([rows for _, rows in read], ignore_index=True) if read else pd.DataFrame()
    if series.empty:
        return None
    found = _rangees(etude, series, codes, meanings)
    beside = series[series["territoire"].eq(etude.convention.reference)].drop_duplicates(
        CLE, keep="last"
    )
    beside = beside[[*CLE, "valeur"]].astype({"annee": "Int64"})
    found = found[found["valeur"].notna()].merge(beside, "left", CLE, suffixes=("", "_reference"))
    if found.empty:
        return None

    def serie(row: pd.Series) -> str:
        if row["modalite"]:
            return etude.modalite(row["dimension"], row["modalite"])
        return meanings[row["indicateur"]].libelle

    def niveau(row: pd.Series, colonne: str) -> str:
        if pd.isna(row[colonne]):
            return RIEN
        return marquer(nombre(row[colonne], meanings[row["indicateur"]].decimales), row["statut"])

    def evolution_ici(row: pd.Series) -> str:
        if pd.notna(change := row["variation_des_moyennes"]):
            return f"{pourcent(change, 0, signe=True)} en moyenne, {etude.catalogue.bilan.lectures[row['lecture']]}"
        if pd.notna(row["variation_depart"]):
            return f"{variation(row['variation_depart'])} depuis {_depart(etude)}"
        return (
            RIEN
            if pd.isna(row["variation"])
            else f"{variation(row['variation'])} depuis {row['annee_avant']}"
        )

    def evolution_la(row: pd.Series) -> str:
        return variation(row["variation_reference" + "_depart" * pd.notna(row["variation_depart"])])

    sources = found.drop_duplicates("indicateur", keep="last")["source"].unique()
    return etude.tableau(
        "series_publiques",
        found,
        {
            "libelle": serie,
            "annee": str,
            "niveau": lambda row: niveau(row, "valeur"),
            "evolution": evolution_ici,
            "niveau_reference": lambda row: niveau(row, "valeur_reference"),
            "evolution_reference": evolution_la,
        },
        mots={"fiche": numero, "source": " ; ".join(sources)},
        notes=notes_des_moyennes(found, etude.contexte),
    )


def _lire(etude: EtudeAnnuelle, code: str) -> tuple[Indicateur, pd.DataFrame]:
    """Return what a series means, and its years up to that of the bilan, whichever of the three
    holds it.
    """
    convention = etude.convention
    catalogue = etude.catalogue
    if code in catalogue.indicateurs_contexte:
        return catalogue.indicateurs_contexte[code], etude.series[
            etude.series["indicateur"].eq(code)
        ]
    if code in catalogue.indicateurs:
        rows = etude.suivi.dossier.annexe1
        rows = rows[rows["indicateur"].eq(code)]
        return catalogue.indicateurs[code], rows.assign(
            dimension="", modalite="", source=convention.source_diagnostic
        )
    known = not publiques.territoires([convention.territoire]).empty
    rows = publiques.lire(code, [convention.territoire] if known else [])
    told = rows.attrs
    counted = rows.attrs["unite"] == "nombre"
    meaning = Indicateur(
        id=code,
        libelle=told["libelle"],
        definition=told["definition"] or told["libelle"],
        unite=told["unite"],
        nature="contexte",
        sens="neutre",
        decimales=0 if counted else 1,
        hasard=counted,
        arrondi_source=told["arrondi"],
    )
    own = {"indicateur": code, "unite": told["unite"], "source": told["source"]}
    return meaning, rows[rows["annee"].le(etude.annee)].assign(
        dimension="", modalite="", note="", **own
    )
