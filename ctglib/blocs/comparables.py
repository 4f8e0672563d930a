"""The gap of the commune to the trend of comparable ones: how they are chosen, the gaps, how far
the gaps depend on the choice. A gap is never said to have a cause.

« Le bruit » is what the rounding of the published counts alone can make: a gap within it is not
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ctglib.calculs.comparables import BRUIT, CHANGE, TIENT, Resultat, comparer, marge, tenue
from ctglib.calculs.ecriture import enumerer, minuscule, nombre, pourcent
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Ecriture, Tableau, decimales
from ctglib.document.typographie import compter, de_a, points, remplir, signe
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.points import points_comparables


def etudier_comparables(dossier: Dossier, communes: pd.DataFrame | None) -> Comparables:
    """Return the commune of a convention beside those of its département.

    The comparison is the same whatever the year of the report. ``communes`` are the counts of every
    commune (see ``lire_communes``); None when there are none.
    """
    catalogue = dossier.catalogue
    convention = dossier.convention
    regle = catalogue.comparaison
    producteur = f" ({regle.producteur})"
    series = {
        nom: definition.model_copy(update={"libelle": definition.libelle.removesuffix(producteur)})
        for nom, definition in catalogue.indicateurs_contexte.items()
    }
    source = convention.source_suivi
    source_de_la_structure = source
    resultat = None
    if communes is not None:
        if communes.attrs["source"]:
            source = f"{communes.attrs['source']} ; {regle.mots['calculs']}"
            source_de_la_structure = f"{communes.attrs['structure']} ; {regle.mots['calculs']}"
        resultat = comparer(communes, regle, series, convention)
    contexte = Contexte.de(dossier, {**catalogue.mesures, **series}, source)
    return Comparables(resultat, regle, contexte, source_de_la_structure)


@dataclass(frozen=True)
class _CommuneEcartee:
    """A commune of the window that could not be compared, and the count that prevented it."""

    commune: str
    nom: str
    indicateur: str
    annee: int
    nulle: bool  # the count is zero; else it is absent


@dataclass(frozen=True)
class Comparables(Montrable):
    """What can be asked of the comparison: each method returns one thing to show, None when it
    cannot be made.
    """

    resultat: Resultat | None  # None when there are no figures or nobody to compare with
    comparaison: Comparaison
    contexte: Contexte
    source_de_la_structure: str = ""  # of what communes are alike by

    @property
    def ecarts_calcules(self) -> pd.DataFrame:
        """The rows of ``resultat.ecarts`` whose gap could be computed, with ``inhabituel``: few of
        the comparable communes are as far from their mean. No row when there is no result.
        """
        if self.resultat:
            ecarts = self.resultat.ecarts
        else:
            ecarts = pd.DataFrame(columns=["ecart", "bruit", "part_placebo"])
        calcules = ecarts[ecarts["ecart"].notna()]
        inhabituel = calcules["part_placebo"].le(self.comparaison.part_inhabituelle)
        return calcules.assign(bruit=calcules["bruit"].astype(bool), inhabituel=inhabituel)

    @property
    def ecarts_hors_bruit(self) -> pd.DataFrame:
        """The computed gaps that rounding alone cannot explain."""
        return self.ecarts_calcules[~self.ecarts_calcules["bruit"]]

    @cached_property
    def _mots(self) -> dict[str, object]:
        """What fills the sentences and the captions of the catalogue."""
        resultat = self.resultat
        assert resultat is not None  # nothing is written of a comparison that could not be made
        regle = self.comparaison
        arrondis = [
            self.contexte.indicateurs[serie].arrondi_source or 1 for serie in regle.indicateurs
        ]
        arrondi = max(int(arrondi) for arrondi in arrondis)
        autres_communes = resultat.ecarts["communes_departement"].max()
        ici = resultat.retenues.iloc[0]
        ressemblance = regle.ressemblance
        return {
            "depart": resultat.annee_reference,
            "annee": resultat.annee,
            "avant": regle.reglage.annees_avant,
            **self.contexte.lieux,
            "autres": 0 if pd.isna(autres_communes) else int(autres_communes),
            "fenetre": regle.reglage.fenetre,
            "densite": minuscule(ressemblance.degres[int(ici["degre"]) - 1]),
            "habitants": nombre(ici["habitants"]),
            **{f"libelle_{nom}": libelle for nom, libelle in ressemblance.libelles.items()},
            "candidates": resultat.candidates,
            "comparables": resultat.nombre,
            "arrondi": nombre(arrondi),
            "marge": nombre(marge(arrondi)),
            "part": pourcent(100 * regle.part_inhabituelle, 0),
            "bruit": regle.mots["bruit"],
        }

    def _dire(self, phrase: str, **valeurs: object) -> str:
        return remplir(self.comparaison.phrases[phrase], **self._mots, **valeurs)

    def _tableau(
        self,
        cle: str,
        table: pd.DataFrame,
        ecritures: dict[str, Ecriture],
        *autres: Colonne,
        **reste: Any,
    ) -> Tableau:
        presentation = self.comparaison.tableaux[cle]
        return self.contexte.presenter(
            presentation, table, ecritures, *autres, cle=cle, mots=self._mots, **reste
        )

    def _libelle(self, serie: str) -> str:
        libelles: Mapping[str, str] = {**self.comparaison.ressemblance.libelles}
        return libelles.get(serie) or self.contexte.indicateurs[serie].libelle

    def regle(self) -> Bloc | None:
        """Return how the comparable communes are chosen, and what is computed."""
        if not self.resultat:
            return None
        phrases = self.comparaison.choix
        if self._mots["arrondi"] == "1":  # the source does not round
            phrases = [phrase for phrase in phrases if "{arrondi}" not in phrase]
        return liste(remplir(phrase, **self._mots) for phrase in phrases)

    def phrases(self) -> tuple[str, ...]:
        """Return the comparison in sentences; none when no gap could be computed.

        In order: how many series are compared; which gaps rounding does not explain, which of these
        change sides under another rule, which gaps it explains;
        whether the former are unusual among comparable communes; the gaps to the département; the
        series that a break keeps from comparing.
        """
        ecarts_calcules = self.ecarts_calcules
        if self.resultat is None or ecarts_calcules.empty:
            return ()
        phrases = [self._dire("sujet", series=compter(len(ecarts_calcules), "série"))]
        hors_bruit = self.ecarts_hors_bruit
        if hors_bruit.empty:
            phrases.append(self._dire("aucun_ne_depasse"))
        else:
            phrases.append(self._dire("depassent", series=_series(hors_bruit, "ecart")))
            tenues = tenue(self.resultat.variantes).set_index("indicateur")["tenue"]
            changeants = hors_bruit[hors_bruit["indicateur"].map(tenues).eq(CHANGE)]
            if len(changeants):
                phrases.append(self._dire("depassent_et_change", series=_noms(changeants)))
        dans_le_bruit = ecarts_calcules[ecarts_calcules["bruit"]]
        if len(dans_le_bruit):
            series = f"{compter(len(dans_le_bruit), 'série')} : {_noms(dans_le_bruit)}"
            phrases.append(self._dire("dans_le_bruit", series=series))
        inhabituels = hors_bruit[hors_bruit["inhabituel"]]
        if len(inhabituels):
            aussi_eloignees = [
                self._dire("aussi_eloignees", serie=minuscule(libelle), nombre=communes)
                for libelle, communes in zip(
                    inhabituels["libelle"], inhabituels["aussi_eloignees"], strict=True
                )
            ]
            series = f"{compter(len(inhabituels), 'série')} : {enumerer(aussi_eloignees)}"
            phrases.append(self._dire("inhabituels", series=series))
        elif len(hors_bruit):
            # How many comparable communes, at least, are as far from the mean.
            au_moins = int(hors_bruit["aussi_eloignees"].min())
            series = compter(au_moins, "commune comparable", "communes comparables")
            phrases.append(self._dire("courants", series=series))
        avec_departement = ecarts_calcules[ecarts_calcules["ecart_departement"].notna()]
        loin_du_departement = avec_departement[~avec_departement["bruit_departement"].astype(bool)]
        if len(loin_du_departement):
            series = _series(loin_du_departement, "ecart_departement")
            phrases.append(self._dire("departement", series=series))
        elif len(avec_departement):
            phrases.append(self._dire("departement_dans_le_bruit"))
        rompues = self.resultat.ecarts[self.resultat.ecarts["rupture"]]
        if len(rompues):
            phrases.append(self._dire("rompues", series=_noms(rompues)))
        return tuple(phrases)

    def essentiel(self) -> Bloc | None:
        """Return the same sentences as a list."""
        return liste(self.phrases()) or None

    def points(self) -> Figure | None:
        """Return where the commune stands among the comparable ones, series by series."""
        if not self.resultat:
            return None
        titre = self._dire("titre_des_points")
        return points_comparables(
            self.resultat, self.comparaison, self.contexte, nom="comparables-points", titre=titre
        )

    def communes_retenues(self) -> Tableau | None:
        """Return the commune looked at, then the comparable ones, the nearest first, with what they
        were chosen on.
        """
        if not self.resultat:
            return None
        regle = self.comparaison

        def intitule(commune: pd.Series) -> str:
            rang = commune.name  # 0 is the commune looked at
            return f"{rang}. {commune['nom']}" if rang else commune["nom"]

        degres = regle.ressemblance.degres
        ecritures: dict[str, Ecriture] = {
            "place": intitule,
            "degre": lambda degre: degres[int(degre) - 1],
            "habitants": nombre,
            "personnes_par_menage": decimales(2),
            "distance": decimales(2),
        }
        ecartees = []
        for commune in lignes(self.resultat.exclues, _CommuneEcartee):
            raison = "effectif nul" if commune.nulle else "effectif absent"
            serie = minuscule(self._libelle(commune.indicateur))
            ecartees.append(
                f"{commune.nom} ({commune.commune} : {serie}, {raison} en {commune.annee})"
            )
        note = self._dire("ecartees" if ecartees else "aucune_ecartee", communes=enumerer(ecartees))
        communes = self.resultat.retenues.reset_index(drop=True)
        source = self.source_de_la_structure
        return self._tableau("comparables", communes, ecritures, notes=[note], source=source)

    def ecarts(self) -> Tableau | None:
        """Return, by indicator, the change, the gap to the mean with its interval, how it compares
        with rounding, and the rank of the commune.
        """
        if not self.resultat:
            return None
        communes = self.resultat.nombre

        def rang(serie: pd.Series) -> str:
            if serie["rupture"]:
                return RIEN
            bornes = ""
            if serie["rang_min"] != serie["rang_max"]:
                bornes = f" ({serie['rang_min']} à {serie['rang_max']})"
            ex_aequo = " ex æquo" if serie["ex_aequo"] else ""
            return f"{serie['rang']}{ex_aequo}{bornes} sur {communes + 1}"

        def aussi_eloignees(serie: pd.Series) -> str:
            return RIEN if serie["rupture"] else f"{serie['aussi_eloignees']} sur {communes}"

        ecritures: dict[str, Ecriture] = {
            "valeur_reference": nombre,
            "valeur": nombre,
            "variation": signe,
            "variation_moyenne": signe,
            **self._ecritures_de_l_ecart(""),
            "place": rang,
            "part": aussi_eloignees,
        }
        return self._tableau("ecarts_comparables", self.resultat.ecarts, ecritures)

    def departement(self) -> Tableau | None:
        """Return, by indicator, the gap to the sum of the other communes of the département, with
        its interval.
        """
        if not self.resultat:
            return None
        ecarts = self.resultat.ecarts
        colonnes_publiees = [
            colonne for colonne in ecarts.columns if not colonne.startswith(("ecart_m", "rang"))
        ]
        ecritures: dict[str, Ecriture] = {
            "variation": signe,
            "variation_departement": signe,
            **self._ecritures_de_l_ecart("_departement"),
        }
        return self._tableau(
            "departement_comparables", ecarts, ecritures, donnees=ecarts[colonnes_publiees]
        )

    def _sans_ecart(self, serie: pd.Series, colonne: str) -> str:
        """Return why a series has no gap: a break of series, or no value; "" when it has one.

        ``colonne`` is the column that is missing when the gap could not be computed.
        """
        mots = self.comparaison.mots
        if serie["rupture"]:
            return mots["rupture"]
        return mots["sans_calcul"] if pd.isna(serie[colonne]) else ""

    def _ecritures_de_l_ecart(self, suffixe: str) -> dict[str, Ecriture]:
        """Return what writes a gap, its interval, and how it compares with rounding.

        ``suffixe``: "" for the gap to the mean, "_departement" for the gap to the département.
        """
        mots = self.comparaison.mots

        def intervalle(serie: pd.Series) -> str:
            return de_a(serie[f"ecart{suffixe}_min"], serie[f"ecart{suffixe}_max"])

        def lecture(serie: pd.Series) -> str:
            absence = self._sans_ecart(serie, f"bruit{suffixe}")
            if absence:
                return absence
            return mots["bruit"] if serie[f"bruit{suffixe}"] else mots["depasse"]

        return {f"ecart{suffixe}": signe, "intervalle": intervalle, "lecture": lecture}

    def sensibilite(self) -> Tableau | None:
        """Return the gap of each indicator under the rule and its variants, and whether its sign
        holds.
        """
        if not self.resultat:
            return None
        variantes = self.resultat.variantes
        regles = (self.comparaison.reglage, *self.comparaison.variantes)
        annees_de_reference = variantes.drop_duplicates("variante")["annee_reference"]
        titres = [
            remplir(
                regle.titre,
                annee_reference=annee,
                annees_avant=regle.annees_avant,
                voisins=regle.voisins,
                fenetre=regle.fenetre,
            )
            for regle, annee in zip(regles, annees_de_reference, strict=True)
        ]

        def ecart(serie: pd.Series) -> str:
            absence = self._sans_ecart(serie, "ecart")
            if absence:
                return absence
            texte = signe(serie["ecart"])
            return f"{texte} (bruit)" if serie["bruit"] else texte

        def sens(serie: pd.Series) -> str:
            texte = self._dire(
                f"sens_{serie['tenue']}",
                depassent=serie["depassent"],
                calculees=serie["calculees"],
            )
            if serie["tenue"] == TIENT and serie["depassent"] < serie["calculees"]:
                return self._dire("sens_et_bruit", sens=texte)
            return texte

        ecarts_ecrits = variantes.assign(texte=variantes.apply(ecart, axis=1))
        ecarts_par_variante = ecarts_ecrits.pivot(
            index="indicateur", columns="variante", values="texte"
        ).rename(columns=str)
        colonnes = [
            Colonne(str(variante), titre, True, self.comparaison.mots["ecart_en_points"])
            for variante, titre in zip(ecarts_par_variante.columns, titres, strict=True)
        ]
        colonnes.append(Colonne("sens", self.comparaison.mots["sens_de_l_ecart"], ecrire=sens))
        series = tenue(variantes).join(ecarts_par_variante, on="indicateur")
        return self._tableau("sensibilite_comparables", series, {}, *colonnes, donnees=variantes)

    def lecture_sensibilite(self) -> Bloc | None:
        """Return which gaps keep their sign when the rule changes, and which do not."""
        if not self.resultat:
            return None
        regles = self.resultat.variantes["variante"].nunique()
        tenues = tenue(self.resultat.variantes)
        phrases = []
        parfois = tenues.iloc[:0]
        for sens in (TIENT, CHANGE, BRUIT):
            series = tenues[tenues["tenue"].eq(sens)]
            if sens == TIENT:
                parfois = series[series["depassent"].lt(series["calculees"])]
                series = series.drop(parfois.index)
            if len(series):
                phrases.append(self._dire(sens, regles=regles, series=_noms(series)))
            if sens == TIENT and len(parfois):
                phrases.append(self._dire("tient_parfois", series=_noms(parfois)))
        return paragraphe(" ".join(phrases))

    def limites(self) -> Bloc | None:
        """Return what the comparison does not say."""
        return liste(self.comparaison.limites) if self.resultat else None


def _noms(series: pd.DataFrame) -> str:
    return enumerer([minuscule(libelle) for libelle in series["libelle"]])


def _series(series: pd.DataFrame, colonne: str) -> str:
    """Return « 2 séries : foyers au RSA, −3,3 points ; … », with the gaps of a column."""
    ecarts = [
        f"{minuscule(libelle)}, {points(ecart)}"
        for libelle, ecart in zip(series["libelle"], series[colonne], strict=True)
    ]
    return f"{compter(len(series), 'série')} : {' ; '.join(ecarts)}"
