"""The gap of the commune to the trend of comparable ones: how chosen, the gaps, how they hold.
Never a cause.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.calculs.comparables import BRUIT, CHANGE, TIENT, Resultat, comparer, marge, tenue
from ctglib.calculs.ecriture import enumerer, minuscule, nombre, pourcent
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau, decimales
from ctglib.document.typographie import compter, de_a, points, remplir, signe
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.points import points_comparables


def etudier_comparables(dossier: Dossier, communes: pd.DataFrame | None) -> Comparables:
    """Return the commune of a convention beside those of its département; what it says owes nothing
    to a year.
    """
    rule = dossier.catalogue.comparaison
    convention = dossier.convention
    catalogue = dossier.catalogue
    words = {
        name: item.model_copy(
            update={"libelle": item.libelle.removesuffix(f" ({rule.producteur})")}
        )
        for name, item in catalogue.indicateurs_contexte.items()
    }
    told = None if communes is None else communes.attrs["source"]
    source = f"{told} ; calculs du classeur" if told else convention.source_suivi
    contexte = Contexte.de(dossier, {**catalogue.mesures, **words}, source)
    return Comparables(
        None if communes is None else comparer(communes, rule, words, convention), rule, contexte
    )


@dataclass(frozen=True)
class Comparables(Montrable):
    """What can be asked of the comparison: each method returns one thing to show, None when it
    cannot be made.
    """

    resultat: Resultat | None  # None when there are no figures or nobody to compare with
    comparaison: Comparaison
    contexte: Contexte

    @property
    def lisibles(self) -> pd.DataFrame:
        """The gaps that could be computed; ``inhabituel`` tells whether few communes are as far."""
        rows = (
            self.resultat.ecarts
            if self.resultat
            else pd.DataFrame(columns=["ecart", "bruit", "part_placebo"])
        )
        rows = rows[rows["ecart"].notna()]
        unusual = rows["part_placebo"].le(self.comparaison.part_inhabituelle)
        return rows.assign(bruit=rows["bruit"].astype(bool), inhabituel=unusual)

    depassent = property(
        lambda self: self.lisibles[~self.lisibles["bruit"]]
    )  # the gaps that are more than rounding

    @cached_property
    def _dits(self) -> dict[str, object]:
        rule = self.comparaison
        found = self.resultat
        contexte = self.contexte
        step = max(int(contexte.indicateurs[name].arrondi_source or 1) for name in rule.indicateurs)
        others = found.ecarts["communes_departement"].max()
        return {
            "depart": found.annee_reference,
            "annee": found.annee,
            "avant": rule.reglage.annees_avant,
            **contexte.lieux,
            "autres": 0 if pd.isna(others) else int(others),
            "fenetre": rule.reglage.fenetre,
            "taille": minuscule(self._libelle(rule.taille)),
            "effectif": nombre(found.retenues[rule.taille].iloc[0]),
            "candidates": found.candidates,
            "comparables": found.nombre,
            "nombre_de_ratios": len(rule.ratios),
            "ratios": enumerer([minuscule(self._libelle(name)) for name in rule.ratios]),
            "arrondi": nombre(step),
            "marge": nombre(marge(step)),
            "part": pourcent(100 * rule.part_inhabituelle, 0),
            "bruit": rule.mots["bruit"],
        }

    def _dire(self, phrase: str, **valeurs: object) -> str:
        return remplir(self.comparaison.phrases[phrase], **self._dits, **valeurs)

    def _tableau(self, cle: str, *lignes: object, **reste: object) -> Tableau:
        shown = self.comparaison.tableaux[cle]
        return self.contexte.presenter(shown, *lignes, cle=cle, mots=self._dits, **reste)

    def _libelle(self, nom: str) -> str:
        return self.contexte.indicateurs[nom].libelle

    def regle(self) -> Bloc | None:
        """Return how the comparable communes are chosen, and what is computed."""
        if not self.resultat:
            return None
        said = self._dits
        told = [
            text
            for text in self.comparaison.choix
            if said["arrondi"] != "1" or "{arrondi}" not in text
        ]
        return liste(remplir(text, **said) for text in told)

    def phrases(self) -> tuple[str, ...]:
        """Return the comparison in a few sentences: with whom, which gaps pass rounding, and if
        they are common.
        """
        rows = self.lisibles
        beyond = self.depassent
        if rows.empty:
            return ()
        noise = rows[rows["bruit"]]
        broken = self.resultat.ecarts[self.resultat.ecarts["rupture"]]
        known = rows[rows["ecart_departement"].notna()]
        unusual = beyond[beyond["inhabituel"]]
        far = known[~known["bruit_departement"].astype(bool)]
        least = int(beyond["aussi_eloignees"].min()) if len(beyond) else 0
        rare = [
            self._dire("aussi_eloignees", serie=minuscule(row.libelle), nombre=row.aussi_eloignees)
            for row in unusual.itertuples()
        ]
        said = {
            "sujet": compter(len(rows), "série"),
            "depassent" if len(beyond) else "aucun_ne_depasse": _series(beyond, "ecart"),
            "dans_le_bruit": len(noise) and f"{compter(len(noise), 'série')} : {_noms(noise)}",
            "inhabituels": len(rare) and f"{compter(len(rare), 'série')} : {enumerer(rare)}",
            "courants": len(beyond)
            and not rare
            and compter(least, "commune comparable", "communes comparables"),
            "departement": len(far) and _series(far, "ecart_departement"),
            "departement_dans_le_bruit": len(known) and far.empty,
            "rompues": len(broken) and _noms(broken),
        }
        return tuple(self._dire(name, series=series) for name, series in said.items() if series)

    def essentiel(self) -> Bloc | None:
        """Return the same sentences as a list."""
        return liste(self.phrases()) or None

    def points(self) -> Figure | None:
        """Return where the commune stands among the comparable ones, series by series."""
        if not self.resultat:
            return None
        title = self._dire("titre_des_points")
        return points_comparables(
            self.resultat, self.comparaison, self.contexte, nom="comparables-points", titre=title
        )

    def communes_retenues(self) -> Tableau | None:
        """Return the commune looked at, then the comparable ones, the nearest first, with what they
        were chosen on.
        """
        if not self.resultat:
            return None
        rule = self.comparaison
        rows = self.resultat.retenues
        size = self._libelle(self.comparaison.taille)
        group = f"Pour {nombre(100)} {minuscule(size)}"
        out = [
            f"{row.nom} ({row.commune} : {minuscule(self._libelle(row.indicateur))}, "
            f"{'effectif nul' if row.nulle else 'effectif absent'} en {row.annee})"
            for row in self.resultat.exclues.itertuples()
        ]
        place = {"place": lambda row: f"{row.name}. {row['nom']}" if row.name else row["nom"]}
        others = [
            Colonne(rule.taille, size, True, ecrire=nombre),
            *(
                Colonne(name, self._libelle(name), True, group, decimales(1))
                for name in rule.ratios
            ),
            Colonne("distance", "Distance", True, ecrire=decimales(2)),
        ]
        notes = [self._dire("ecartees" if out else "aucune_ecartee", communes=enumerer(out))]
        return self._tableau(
            "comparables", rows.reset_index(drop=True), place, *others, notes=notes
        )

    def ecarts(self) -> Tableau | None:
        """Return, by indicator, the change, the gap to the mean with its interval, what it is
        worth, and the place.
        """
        if not self.resultat:
            return None
        count = self.resultat.nombre

        def rank(row: pd.Series) -> str:
            return (
                RIEN
                if row["rupture"]
                else f"{row['rang']}{' ex æquo' * bool(row['ex_aequo'])} sur {count + 1}"
            )

        def far(row: pd.Series) -> str:
            return RIEN if row["rupture"] else f"{row['aussi_eloignees']} sur {count}"

        counts = dict.fromkeys(["valeur_reference", "valeur"], nombre)
        changes = dict.fromkeys(["variation", "variation_moyenne"], signe)
        writers = {**counts, **changes, **self._ecart(""), "place": rank, "part": far}
        return self._tableau("ecarts_comparables", self.resultat.ecarts, writers)

    def departement(self) -> Tableau | None:
        """Return, by indicator, the gap to the sum of the other communes of the département, with
        its interval.
        """
        if not self.resultat:
            return None
        rows = self.resultat.ecarts
        own = rows[[name for name in rows.columns if not name.startswith(("ecart_m", "rang"))]]
        changes = dict.fromkeys(["variation", "variation_departement"], signe)
        return self._tableau(
            "departement_comparables", rows, {**changes, **self._ecart("_departement")}, donnees=own
        )

    def _sans_ecart(self, row: pd.Series, ecart: str) -> str:
        words = self.comparaison.mots
        if row["rupture"]:
            return words["rupture"]
        return words["sans_calcul"] if pd.isna(row[ecart]) else ""

    def _ecart(self, autre: str) -> dict[str, Callable[[object], str]]:
        """Return what writes a gap, to the mean or to the département: itself, its interval, what
        it is worth.
        """
        gap = f"ecart{autre}"
        words = self.comparaison.mots

        def between(row: pd.Series) -> str:
            return de_a(row[f"{gap}_min"], row[f"{gap}_max"])

        def worth(row: pd.Series) -> str:
            return (
                self._sans_ecart(row, f"bruit{autre}")
                or words["bruit" if row[f"bruit{autre}"] else "depasse"]
            )

        return {gap: signe, "intervalle": between, "lecture": worth}

    def sensibilite(self) -> Tableau | None:
        """Return the gap of each indicator under the rule and its variants, and whether its sign
        holds.
        """
        if not self.resultat:
            return None
        rows = self.resultat.variantes
        rules = (self.comparaison.reglage, *self.comparaison.variantes)
        settings = rows.drop_duplicates("variante").to_dict("records")
        heads = [
            remplir(rule.titre, **setting) for rule, setting in zip(rules, settings, strict=True)
        ]

        def gap(row: pd.Series) -> str:
            if absent := self._sans_ecart(row, "ecart"):
                return absent
            return f"{signe(row['ecart'])} (bruit)" if row["bruit"] else signe(row["ecart"])

        def sense(row: pd.Series) -> str:
            told = self._dire(
                f"sens_{row['tenue']}", depassent=row["depassent"], calculees=row["calculees"]
            )
            return told + ", sinon dans le bruit" * (
                row["tenue"] == TIENT and row["depassent"] < row["calculees"]
            )

        texts = rows.assign(texte=rows.apply(gap, axis=1)).pivot(
            index="indicateur", columns="variante", values="texte"
        )
        texts = texts.rename(columns=str)
        columns = [
            Colonne(rank, title, True, "Écart, en points")
            for rank, title in zip(texts, heads, strict=True)
        ]
        columns.append(Colonne("sens", "Sens de l'écart", ecrire=sense))
        shown = tenue(rows).join(texts, on="indicateur")
        return self._tableau("sensibilite_comparables", shown, None, *columns, donnees=rows)

    def lecture_sensibilite(self) -> Bloc | None:
        """Return which gaps keep their sign when the rule changes, and which do not."""
        if not self.resultat:
            return None
        rules = self.resultat.variantes["variante"].nunique()
        held = tenue(self.resultat.variantes)
        kinds = {kind: held[held["tenue"].eq(kind)] for kind in (TIENT, CHANGE, BRUIT)}
        told = [
            self._dire(kind, regles=rules, series=_noms(rows))
            for kind, rows in kinds.items()
            if len(rows)
        ]
        return paragraphe(" ".join(told))

    def limites(self) -> Bloc | None:
        """Return what the comparison does not say."""
        return liste(self.comparaison.limites) if self.resultat else None


def _noms(rows: pd.DataFrame) -> str:
    return enumerer([minuscule(name) for name in rows["libelle"]])


def _series(rows: pd.DataFrame, ecart: str) -> str:
    """Return « 2 séries : foyers au RSA, −3,3 points ; … »."""
    items = [
        f"{minuscule(name)}, {points(gap)}"
        for name, gap in zip(rows["libelle"], rows[ecart], strict=True)
    ]
    return f"{compter(len(rows), 'série')} : {' ; '.join(items)}"
