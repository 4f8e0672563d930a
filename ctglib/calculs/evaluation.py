"""The scoring of a year: the verdict on each target, the evolution of each value.

One row an indicator of the fiches, and one a modalité of it that is measured. Each judgement is a
list of cases; the first one that holds gives the word and its reason.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES, dans_le_hasard
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.suivi import (
    LIGNE,
    changements_en_vigueur,
    coupure_entre,
    dernieres_mesures,
    modalites,
    series,
)
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles.avenants import Changement
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.plan import IndicateurFiche, ServiceNouveau, ValeurDatee
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.plan import dispense, est_du, premiere_annee
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi import DossierSuivi, Suivi

COLONNES = (
    "fiche",
    "indicateur",
    "libelle",
    "unite",
    "sens",
    "nature",
    "origine",
    "dimension",
    "modalite",
    "libelle_modalite",
    "valeur_initiale",
    "annee_initiale",
    "origine_initiale",
    "statut_initial",
    "valeur_precedente",
    "annee_precedente",
    "statut_precedent",
    "valeur",
    "annee",
    "statut",
    "renseigne",
    "cible",
    "annee_cible",
    "origine_cible",
    "realise",
    "attendu",
    "rythme",
    "rythme_compose",
    "verdict",
    "raison",
    "raisons",
    "evolution",
    "raison_evolution",
    "a_maintenir",
    "responsable",
    "calcule",
    "facultatif",
    "dispense",
    "annee_finie",
    "a_venir",
    "retard",
)
ENTIERS = ("annee_initiale", "annee_precedente", "annee", "annee_cible", "retard")
REELS = ("valeur_initiale", "valeur_precedente", "valeur", "cible", "a_maintenir")
# What the convention, its avenants and the catalogue write of a row, before any measure.
COLONNES_DES_LIGNES = [
    *COLONNES[:12],
    "cible",
    "annee_cible",
    "origine_cible",
    "responsable",
    "calcule",
    "facultatif",
    "dispense",
    "premiere_annee",
    "unique",
    "hasard",
    "table",
    "forme",
    "arrondi",
    "annuelle",
    "service_nouveau",
    "oui_non",
    "a_venir",
    "annee_finie",
    "partielle",
]
OBSERVATIONS = "observations"
# Where an initial value comes from, when the convention writes it.
SERVICE_NOUVEAU = "service_nouveau"  # zero, for a service that did not exist
DEPART_IMPOSSIBLE = "sans_objet"  # none, and a service says that there can be none
SANS_VALEUR_POSSIBLE = (Statut.SANS_OBJET, Statut.NON_DISPONIBLE)
DEPARTS_ECRITS = ("convention", SERVICE_NOUVEAU)
QUALITATIF = "qualitatif"
IMPLICITE = "implicite"  # the origin of a target that the text only implies
A_VENIR = ("a_surveiller", "insuffisant", "en_recul")  # verdicts on a target to come
AU_DESSUS = "au_dessus_du_maintien"  # of a level that was to be kept
ANNEE_EN_COURS = "annee_en_cours"  # why a year that is not over judges nothing that is due by it


def evaluer(suivi: DossierSuivi, annee: int) -> pd.DataFrame:
    """Return the scoring of a year: what is known of it, the verdict on each target, the evolution.

    Suppressed values must be suppressed in the observations beforehand: nothing here undoes a mask.
    A later millésime than the year's is not read; avenants count that are signed by the date of the
    bilan (the year's last day when nothing was handed in for it), from when they take effect.

    Returns:
        The columns ``COLONNES``, in the order of the convention; absent numbers missing, absent
        texts empty. ``raison`` is the first of ``raisons`` (joined by « ; »): of « non évaluable »,
        or what to know of a verdict. ``calcule``: the workbook works it out from others, nobody
        enters it. ``facultatif``: nobody has to give it. ``dispense``: why nobody is
        asked for it this year (see ``donnees.plan.dispense``), "" when somebody is.
        ``annee_finie``: the bilan is not stopped before the end of the year, or of the season of
        the indicator. ``a_venir``: the day of the target comes after that of the bilan.
        ``retard``: by how many years a target was reached after it was due (see ``retards``).
    """
    convention = suivi.plan(annee)
    catalogue = suivi.catalogue
    definitions = catalogue.indicateurs_fiches
    seuils = catalogue.evaluation.seuils
    debut = convention.debut.year
    suivi_de_l_annee = suivi.suivis.get(annee)
    bilan = Bilan(annee=annee) if suivi_de_l_annee is None else suivi_de_l_annee.bilan
    changements = changements_en_vigueur(suivi.avenants, bilan.date_arretee)
    mesures = series(
        suivi.observations,
        definitions.values(),
        territoire=convention.territoire,
        annee=annee,
        dispenses=suivi.dispenses(annee),
    )
    mesures = avec_grille(mesures, definitions.values(), suivi.suivis, annee)

    table = _lignes(convention, catalogue, mesures, changements, bilan)
    table = _avec_valeur_initiale(table, mesures)
    table = _avec_mesures(table, mesures, annee)
    donnee = table["valeur"].notna() | table["statut"].eq(Statut.SECRET)
    table = table.assign(renseigne=_renseigne(table, donnee, definitions, suivi_de_l_annee))

    cas = table.assign(
        valeur=table["valeur_jugee"],
        annee=table["annee_jugee"],
        absence=table["absence"].mask(table["deja_jugee"], ""),
    )
    # A way is read from its start; a target that is due, from when it was written.
    cibles_ecrites = {
        changement.element: changement.effet.year
        for changement in changements
        if changement.nature == "cible"
    }
    cible_ecrite = cas["indicateur"].map(cibles_ecrites).fillna(debut)
    depuis = cas["annee_initiale"].fillna(debut).mask(est_echue(cas), cible_ecrite)
    cas = cas.assign(coupure=coupure_entre(cas, definitions, changements, depuis))
    # What nobody is asked for lacks nothing.
    dispense_de_valeur = table["dispense"].where(table["valeur"].isna(), "")
    table = _avec_verdicts(table, juger(cas, seuils), dispense_de_valeur)
    table = table.assign(retard=retards(table, mesures))

    valeur_a_garder = table["cible"].fillna(table["valeur_initiale"])
    table = table.assign(
        maintenir=valeur_a_garder.fillna(table["valeur_precedente"]),
        coupure=coupure_entre(table, definitions, changements, table["annee_precedente"]),
    )
    mot_de_l_evolution, raison_de_l_evolution = evolution(table, seuils)
    # A yes or no has no pace, and nothing is judged of a text.
    chiffre = table["table"].eq(OBSERVATIONS) & ~table["forme"].isin(["oui_non", "texte"])
    table = table.assign(
        evolution=mot_de_l_evolution.where(chiffre, ""),
        raison_evolution=raison_de_l_evolution.where(chiffre, QUALITATIF),
        a_maintenir=table["maintenir"].where(chiffre & table["sens"].eq("maintien")),
    )
    types = {
        **dict.fromkeys(ENTIERS, "Int64"),
        **dict.fromkeys(REELS, "float64"),
        **dict.fromkeys(("renseigne", "calcule", "facultatif", "annee_finie", "a_venir"), "bool"),
    }
    return table[list(COLONNES)].astype(types)


def _lignes(
    convention: Convention,
    catalogue: Catalogue,
    mesures: pd.DataFrame,
    changements: tuple[Changement, ...],
    bilan: Bilan,
) -> pd.DataFrame:
    """Return the columns ``COLONNES_DES_LIGNES``: what convention, avenants and catalogue write.

    One row an indicator, in the order of the convention, followed by one for each of its modalités
    that has a row in ``mesures``: these have no target and no initial value.
    """
    lignes_mesurees = set(
        zip(mesures["indicateur"], mesures["dimension"], mesures["modalite"], strict=True)
    )
    lignes: list[dict[str, object]] = []
    porteuses = convention.porteuses
    for fiche in convention.fiches:
        for prevu in fiche.indicateurs:
            if porteuses[prevu.id] != fiche.numero:
                continue
            indicateur = catalogue.indicateurs_fiches[prevu.id]
            collecte = indicateur.collecte
            annee_finie = est_du(prevu.est_acquis_le(bilan.annee), bilan.date_arretee)
            commun: dict[str, object] = {
                "fiche": fiche.numero,
                "dispense": dispense(fiche, bilan.date_arretee, prevu),
                "premiere_annee": premiere_annee(convention, fiche, prevu),
                "indicateur": indicateur.id,
                "libelle": prevu.libelle or indicateur.libelle,
                "unite": indicateur.unite,
                "nature": indicateur.nature,
                "origine": indicateur.origine,
                "unique": indicateur.unique,
                "hasard": indicateur.hasard,
                "table": indicateur.table,
                "forme": catalogue.unites[indicateur.unite].forme,
                # What the convention's text implies, or else the catalogue's.
                "sens": prevu.implicite.sens if prevu.implicite else indicateur.sens,
                "calcule": indicateur.calcul is not None,
                "facultatif": indicateur.facultatif,
                "responsable": (collecte.responsable or "") if collecte else "",
                "arrondi": indicateur.arrondi_source or 0.0,
                "dimension": "",
                "modalite": "",
                "libelle_modalite": "",
                "origine_cible": "",
                "annuelle": False,
                "service_nouveau": False,
                "oui_non": catalogue.unites[indicateur.unite].forme == "oui_non",
                "a_venir": False,
                "annee_finie": annee_finie,
                "partielle": indicateur.s_accumule and not annee_finie,
            }
            cible = _cible(prevu, changements, bilan.annee)
            ensemble = {
                **commun,
                "cible": cible.valeur,
                "annee_cible": cible.annee,
                "origine_cible": cible.origine,
                "annuelle": cible.annuelle,
                "a_venir": _est_a_venir(prevu, cible, bilan),
            }
            initiale = prevu.valeur_initiale
            if isinstance(initiale, ValeurDatee):
                ensemble["valeur_initiale"] = initiale.valeur
                ensemble["annee_initiale"] = initiale.annee
                ensemble["service_nouveau"] = isinstance(initiale, ServiceNouveau)
            lignes.append(ensemble)
            dimension = indicateur.dimension
            for modalite, libelle in modalites(indicateur, catalogue).items():
                if (indicateur.id, dimension, modalite) in lignes_mesurees:
                    detail = {
                        "dimension": dimension,
                        "modalite": modalite,
                        "libelle_modalite": libelle,
                    }
                    lignes.append(commun | detail)
    types = {
        **dict.fromkeys(("valeur_initiale", "annee_initiale"), "float64"),
        **dict.fromkeys(("cible", "annee_cible", "arrondi"), "float64"),
        **dict.fromkeys(("unique", "hasard", "annuelle", "calcule", "facultatif"), "bool"),
        **dict.fromkeys(("service_nouveau", "oui_non", "a_venir"), "bool"),
        **dict.fromkeys(("annee_finie", "partielle"), "bool"),
    }
    return pd.DataFrame(lignes, columns=COLONNES_DES_LIGNES).astype(types)


class Cible(NamedTuple):
    """A target: its value, and the year that it is for; both None when there is none."""

    valeur: float | None
    annee: int | None
    origine: str  # "convention", "avenant", "implicite"; "" when there is none
    annuelle: bool = False  # it has to hold in each year


def _est_a_venir(prevu: IndicateurFiche, cible: Cible, bilan: Bilan) -> bool:
    """Tell whether a target is for a day that comes after that of the bilan: the one that the text
    writes, or the last of its year, or of the season of the indicator.
    """
    jour = prevu.implicite.echeance if prevu.implicite else None
    if jour is None and cible.annee is not None:
        jour = prevu.est_acquis_le(cible.annee)
    return jour is not None and not est_du(jour, bilan.date_arretee)


def _cible(prevu: IndicateurFiche, changements: tuple[Changement, ...], annee: int) -> Cible:
    """Return the target in force: that of the latest avenant, or else the convention's, or else the
    threshold that the text implies.
    """
    cibles_changees = [
        changement
        for changement in changements
        if changement.nature == "cible" and changement.element == prevu.id
    ]
    if cibles_changees:
        derniere = cibles_changees[-1]
        nouvelle_valeur = float(cast("float", derniere.nouveau))  # a number: the model checks it
        return Cible(nouvelle_valeur, derniere.annee, "avenant")
    if isinstance(prevu.cible, ValeurDatee):
        # The convention may set a target for an indicator that it does not name: it is its target.
        return Cible(prevu.cible.valeur, prevu.cible.annee, "convention")
    implicite = prevu.implicite
    if implicite and implicite.valeur is not None:
        sans_date = implicite.annee is None
        return Cible(implicite.valeur, implicite.annee or annee, IMPLICITE, annuelle=sans_date)
    return Cible(None, None, "")


def _avec_valeur_initiale(table: pd.DataFrame, mesures: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with their initial value, its year, its origin and its status.

    It is the convention's, when it writes one. Otherwise what was measured the year before it
    begins, or failing that in its first year: what it asks its services for; of what an avenant
    has added, the same of its own first year. A later measure is no initial value. When a service
    answered of that year that it has none, its origin is ``DEPART_IMPOSSIBLE``. The status is the
    measure's; what the convention writes is as it is, and what is missing has "".
    """
    debut = mesures["indicateur"].map(
        table.drop_duplicates("indicateur").set_index("indicateur")["premiere_annee"]
    )
    autour_du_debut = mesures["annee"].between(debut - 1, debut) & mesures["valeur"].notna()
    premieres_mesures = mesures[autour_du_debut].sort_values("annee").drop_duplicates(LIGNE)
    mesure = table[LIGNE].merge(premieres_mesures, "left")
    repondues = mesures["annee"].eq(debut - 1) & mesures["statut"].isin(SANS_VALEUR_POSSIBLE)
    sans_depart = table[LIGNE].merge(mesures.loc[repondues, [*LIGNE, "statut"]], "left")
    ecrite = table["valeur_initiale"].notna()
    statut_de_la_mesure = mesure["statut"].where(mesure["valeur"].notna(), "")
    return table.assign(
        statut_initial=statut_de_la_mesure.astype(object).mask(ecrite, Statut.NORMAL),
        valeur_initiale=table["valeur_initiale"].fillna(mesure["valeur"]),
        annee_initiale=table["annee_initiale"].fillna(mesure["annee"]),
        origine_initiale=np.select(
            [
                table["service_nouveau"],
                ecrite,
                mesure["valeur"].notna(),
                sans_depart["statut"].notna(),
            ],
            [SERVICE_NOUVEAU, "convention", "observation", DEPART_IMPOSSIBLE],
            "",
        ),
    )


def _avec_mesures(table: pd.DataFrame, mesures: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the rows with the value of the year, the one before it, and the one to be judged.

    An indicator that is awaited once (« unique », in the year of its target) is « sans objet »
    before that year. After it, it is « sans objet » too once it is known, and is judged on the
    value known then; unknown, it goes on missing.

    Returns:
        Added to the rows: annee, valeur, statut; absence, why there is no value; valeur_precedente,
        annee_precedente, statut_precedent; deja_jugee, whether the verdict is that of an earlier
        year; valeur_jugee and annee_jugee, on which it is given.
    """
    mesures_de_l_annee = mesures[mesures["annee"].eq(annee)]
    mesure = table[LIGNE].merge(mesures_de_l_annee, "left").astype({"statut": object})
    derniere_mesure = dernieres_mesures(mesures, table, annee - 1)
    deja_mesuree = derniere_mesure["valeur"].notna()
    hors_de_son_annee = deja_mesuree | table["annee_cible"].gt(annee)
    non_attendue = table["unique"] & table["cible"].notna() & hors_de_son_annee
    statut = mesure["statut"].mask(non_attendue & mesure["statut"].isna(), Statut.SANS_OBJET)
    deja_jugee = table["unique"] & statut.eq(Statut.SANS_OBJET) & deja_mesuree

    # An initial value counts in its year, where nothing else is measured.
    initiales = table[[*LIGNE, "annee_initiale", "valeur_initiale"]].dropna()
    initiales = initiales.set_axis([*LIGNE, "annee", "valeur"], axis=1)
    initiales = initiales.assign(statut=Statut.NORMAL)
    precedente = dernieres_mesures(pd.concat([initiales, mesures]), table, annee - 1)

    noms_des_statuts = {code: code.name.lower() for code in Statut}
    absence = statut.map(noms_des_statuts).astype(object).fillna("annee_manquante")
    absence = absence.mask(mesure["impossible"].eq(True), "impossible")
    table = table.assign(
        annee=annee,
        valeur=mesure["valeur"],
        statut=statut.fillna(Statut.NON_TRANSMIS),
        absence=absence.mask(mesure["valeur"].notna(), ""),
        valeur_precedente=precedente["valeur"],
        annee_precedente=precedente["annee"],
        statut_precedent=precedente["statut"],
        deja_jugee=deja_jugee,
    )
    return table.assign(
        valeur_jugee=table["valeur"].mask(deja_jugee, derniere_mesure["valeur"]),
        annee_jugee=table["annee"].mask(deja_jugee, derniere_mesure["annee"]).astype(int),
    )


def _renseigne(
    table: pd.DataFrame,
    donnees: pd.Series,
    indicateurs: Mapping[str, Indicateur],
    suivi: Suivi | None,
) -> pd.Series:
    """Return, row by row, whether the year's value was given, where the indicator is read.

    In the observations (``donnees`` tells it), in the profiles: one count at least, of one of the
    indicator's dispositifs when it has some; or as a grid that has any row.
    """
    table_lue = table["table"]
    if suivi is None:
        return donnees & table_lue.eq(OBSERVATIONS)
    profils_donnes = suivi.profils["effectif"].notna() | suivi.profils["statut"].eq(Statut.SECRET)
    dispositifs_decrits = suivi.profils.loc[profils_donnes, "dispositif"]

    def a_un_profil(indicateur: str) -> bool:
        dispositifs = indicateurs[indicateur].modalites
        if not dispositifs:
            return not dispositifs_decrits.empty
        return bool(dispositifs_decrits.isin(dispositifs).any())

    profils = table_lue.eq("profils")
    decrits = table.loc[profils, "indicateur"].map(a_un_profil)
    grille_remplie = not suivi.posture.empty
    return donnees.mask(table_lue.eq("posture"), grille_remplie).mask(profils, decrits).astype(bool)


def _avec_verdicts(
    table: pd.DataFrame, jugements: pd.DataFrame, dispenses: pd.Series
) -> pd.DataFrame:
    """Return the rows with the verdict on their target, its reasons and the progression to it.

    What is not a number is not judged, nor what has no value and is asked of nobody: what waits for
    its fiche to begin, what an avenant suspends or abandons.
    """
    chiffre = table["table"].eq(OBSERVATIONS) & table["forme"].ne("texte")
    raisons: list[list[str]] = []
    for est_un_chiffre, motif, deja_jugee, codes in zip(
        chiffre, dispenses, table["deja_jugee"], jugements["raisons"], strict=True
    ):
        if not est_un_chiffre:
            raisons.append([QUALITATIF])
        elif motif:
            raisons.append([motif])
        elif deja_jugee:
            raisons.append([*codes, "unique"])
        else:
            raisons.append(codes)
    jugee = chiffre & dispenses.eq("")
    progressions = jugements[["realise", "attendu", "rythme", "rythme_compose"]]
    return table.join(progressions.where(jugee)).assign(
        verdict=jugements["verdict"].where(jugee, "non_evaluable"),
        raison=[codes[0] if codes else "" for codes in raisons],
        raisons=[SEPARATEUR.join(codes) for codes in raisons],
    )


def avec_grille(
    mesures: pd.DataFrame,
    indicateurs: Iterable[Indicateur],
    suivis: Mapping[int, Suivi],
    annee: int,
) -> pd.DataFrame:
    """Return the measures, those of the grid replaced by how many of its lines moved in each year.

    That is all that may be published of the grid. Up to ``annee``; a year has no value unless it
    and the one before both have a level for one line at least.
    """
    de_la_grille = [indicateur.id for indicateur in indicateurs if indicateur.table == "posture"]
    lignes_bougees: dict[int, float] = {}
    for annee_de_la_grille, suivi in suivis.items():
        precedent = suivis.get(annee_de_la_grille - 1)
        if precedent is None or annee_de_la_grille > annee:
            continue
        comparaison = comparer_les_grilles(precedent.posture, suivi.posture)
        if comparaison.comparables:
            lignes_bougees[annee_de_la_grille] = float(comparaison.bougees)
    lignes = [
        (identifiant, "", "", annee_de_la_grille, bougees, Statut.NORMAL)
        for identifiant in de_la_grille
        for annee_de_la_grille, bougees in lignes_bougees.items()
    ]
    grille = pd.DataFrame(lignes, columns=[*LIGNE, "annee", "valeur", "statut"])
    grille = grille.astype({"annee": "int64", "valeur": "float64"}).assign(impossible=False)
    remplacees = mesures["indicateur"].isin(de_la_grille) & mesures["dimension"].eq("")
    return pd.concat([mesures[~remplacees], grille], ignore_index=True)


# The grid of posture (posture.csv): a level a line and year. What makes a line:
LIGNE_DE_LA_GRILLE = ["fonction", "domaine", "item"]


class ComparaisonDesGrilles(NamedTuple):
    """How many lines of the grid moved from one year to the next, and which way."""

    montees: int
    descendues: int
    inchangees: int
    inconnues: int  # without a level in one of the two years, or in both

    @property
    def bougees(self) -> int:
        """Lines that rose or fell."""
        return self.montees + self.descendues

    @property
    def comparables(self) -> int:
        """Lines that have a level in both years."""
        return self.bougees + self.inchangees


def comparer_les_grilles(avant: pd.DataFrame, apres: pd.DataFrame) -> ComparaisonDesGrilles:
    """Return how many lines moved between the grids of two years.

    A public report may say nothing else of them: their levels are for an internal use.
    """
    colonnes = [*LIGNE_DE_LA_GRILLE, "niveau"]
    niveaux = apres[colonnes].merge(
        avant[colonnes], how="outer", on=LIGNE_DE_LA_GRILLE, suffixes=("", "_avant")
    )
    ecart = niveaux["niveau"].astype("Int64") - niveaux["niveau_avant"].astype("Int64")
    return ComparaisonDesGrilles(
        montees=int(ecart.gt(0).sum()),
        descendues=int(ecart.lt(0).sum()),
        inchangees=int(ecart.eq(0).sum()),
        inconnues=int(ecart.isna().sum()),
    )


ORIENTATIONS = {"hausse": 1, "baisse": -1}  # a maintien or a neutral indicator has no better side
TRAJET = ["valeur_initiale", "annee_initiale", "valeur", "annee", "cible", "annee_cible"]
# On which rows a case holds, then the word and the reason that it gives them.
Cas = tuple["pd.Series | bool", "pd.Series | str", "pd.Series | np.ndarray | str"]


def _premier_cas(cas: list[Cas], index: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return, row by row, the word and the reason of the first case that holds, "" when none."""
    conditions = [
        np.broadcast_to(np.asarray(condition, dtype=bool), len(index)) for condition, _, _ in cas
    ]
    mots = [np.asarray(mot, dtype=object) for _, mot, _ in cas]
    raisons = [np.asarray(raison, dtype=object) for _, _, raison in cas]
    premier_mot = pd.Series(np.select(conditions, mots, ""), index, dtype=object)
    premiere_raison = pd.Series(np.select(conditions, raisons, ""), index, dtype=object)
    return premier_mot, premiere_raison


def mouvement(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return how two values differ, row by row, and why when they have no direction.

    A value absent: ("", ""). Equal: ("stable", ""). A difference up to the source's rounding:
    ("dans_le_bruit", "sous_arrondi"). One that chance explains: ("trop_peu", "hasard"). Otherwise
    ("hausse", "") or ("baisse", "").

    Read of ``changements``: valeur_precedente, valeur, arrondi (0 when none), hasard (whether
    chance alone moves it).
    """
    avant = changements["valeur_precedente"]
    apres = changements["valeur"]
    ecart = (apres - avant).round(DECIMALES_EXACTES)
    au_hasard = changements["hasard"] & dans_le_hasard(avant, apres, seuils.hasard_ecarts)
    return _premier_cas(
        [
            (ecart.isna(), "", ""),
            (ecart.eq(0), "stable", ""),
            (ecart.abs() <= changements["arrondi"], "dans_le_bruit", "sous_arrondi"),
            (au_hasard, "trop_peu", "hasard"),
            (ecart.gt(0), "hausse", ""),
            (True, "baisse", ""),
        ],
        changements.index,
    )


def evolution(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return the evolution of each row, and a reason: ("favorable", ""), ("", "rupture").

    The evolution is "favorable", "defavorable", "stable", a word of ``mouvement`` without
    direction, or "" when it cannot be read: the reason then says why. A count that the rest of the
    year may still raise is read only once it is above the value before.

    What is to be kept (sens « maintien ») is not to fall below: at that value or above, before and
    now, it is stable (the reason "au_dessus_du_maintien" says that it moved above it); under it, it
    is favourable when it rises and unfavourable when it falls.

    Read of ``changements``: as ``mouvement``, and absence (why the value is missing), coupure (what
    parts the two), sens, maintenir (the value that a maintien keeps), partielle (its year is not
    over, and it only grows).
    """
    mouvements, raisons = mouvement(changements, seuils)
    avant = changements["valeur_precedente"]
    valeur_a_garder = changements["maintenir"]
    a_maintenir = changements["sens"].eq("maintien")
    sens_voulu = changements["sens"].map(ORIENTATIONS)
    neutre = ~a_maintenir & sens_voulu.isna()
    orientation = sens_voulu.fillna(1)  # to be kept: a rise is no fall
    gardee = a_maintenir & avant.ge(valeur_a_garder) & changements["valeur"].ge(valeur_a_garder)
    return _premier_cas(
        [
            (changements["absence"].ne(""), "", changements["absence"]),
            (avant.isna(), "", "sans_valeur_precedente"),
            (changements["coupure"].ne(""), "", changements["coupure"]),
            (neutre, "", "sans_sens"),
            (changements["partielle"] & mouvements.ne("hausse"), "", ANNEE_EN_COURS),
            (~mouvements.isin(list(ORIENTATIONS)), mouvements, raisons),
            (gardee, "stable", AU_DESSUS),
            (mouvements.map(ORIENTATIONS).eq(orientation), "favorable", ""),
            (True, "defavorable", ""),
        ],
        changements.index,
    )


def progression(trajets: pd.DataFrame) -> pd.DataFrame:
    """Return how far values are on the way from the initial value to the target.

    Returns:
        realise, the share of the way that is done: (y_t − y_0) / (y_T − y_0), negative when going
        backwards; attendu, the share that a straight line would have done, 1 from the target's
        year on; rythme, their ratio; rythme_compose, the ratio of the yearly growths, which needs
        three values above zero and a year up to the target's. This last one is a second reading:
        half of a fall at mid-term is in time on a straight line, late for a steady rate (below).
        All are rounded, so that a threshold does not see the binary tail.

    Read: the columns ``TRAJET``; the target is not the initial value, the year is after the initial
    one.

    Examples:
        >>> trajets = pd.DataFrame([[40.0, 2022, 30, 2024, 20, 2026]], columns=TRAJET)
        >>> progression(trajets).round(2).iloc[0].tolist()
        [0.5, 0.5, 1.0, 0.84]
    """
    initiale = trajets["valeur_initiale"]
    valeur = trajets["valeur"]
    cible = trajets["cible"]
    annees_passees = trajets["annee"] - trajets["annee_initiale"]
    annees_prevues = trajets["annee_cible"] - trajets["annee_initiale"]
    realise = (valeur - initiale) / (cible - initiale)
    attendu = (annees_passees / annees_prevues).where(annees_passees < annees_prevues, 1.0)

    valeurs_positives = initiale.gt(0) & valeur.gt(0) & cible.gt(0)
    a_une_croissance = valeurs_positives & (annees_passees <= annees_prevues)
    croissance = (valeur / initiale).where(a_une_croissance) ** (1 / annees_passees) - 1
    croissance_prevue = (cible / initiale).where(a_une_croissance) ** (1 / annees_prevues) - 1
    return pd.DataFrame(
        {
            "realise": realise.round(DECIMALES_EXACTES),
            "attendu": attendu.where(realise.notna()),
            "rythme": (realise / attendu).round(DECIMALES_EXACTES),
            "rythme_compose": (croissance / croissance_prevue).round(DECIMALES_EXACTES),
        }
    )


def est_echue(cas: pd.DataFrame) -> pd.Series:
    """Tell whether the day of each target has come (see ``juger``)."""
    return cas["annee"].ge(cas["annee_cible"].fillna(9999)) & ~cas["a_venir"]


def retards(jugees: pd.DataFrame, mesures: pd.DataFrame) -> pd.Series:
    """Return by how many years each target was reached after it was due, missing when it was not.

    It is late when the value of the year that it was for missed it, and a later one reached it: the
    first. Where that year has no value, nobody knows.

    Args:
        jugees: The rows with their verdict, as ``_avec_verdicts`` returns them.
        mesures: The values by year: the columns ``LIGNE``, annee, valeur.
    """
    atteintes = jugees[jugees["verdict"].eq("atteint") & ~jugees["annuelle"]]
    atteintes = atteintes[[*LIGNE, "sens", "cible", "annee_cible"]].reset_index(names="rang")
    depuis_le_terme = atteintes.merge(mesures[[*LIGNE, "annee", "valeur"]], "left", LIGNE)
    depuis_le_terme = depuis_le_terme[
        depuis_le_terme["annee"].ge(depuis_le_terme["annee_cible"])
        & depuis_le_terme["valeur"].notna()
    ].sort_values("annee")
    orientation = depuis_le_terme["sens"].map(ORIENTATIONS).fillna(1)
    ecart = orientation * (depuis_le_terme["valeur"] - depuis_le_terme["cible"])
    depuis_le_terme = depuis_le_terme.assign(
        tenue=ecart.round(DECIMALES_EXACTES).ge(0),
        retard=depuis_le_terme["annee"] - depuis_le_terme["annee_cible"],
    )
    premieres = depuis_le_terme.drop_duplicates("rang")
    manquees = premieres.loc[~premieres["tenue"] & premieres["retard"].eq(0), "rang"]
    tenues = depuis_le_terme[depuis_le_terme["tenue"] & depuis_le_terme["rang"].isin(manquees)]
    return tenues.drop_duplicates("rang").set_index("rang")["retard"].reindex(jugees.index)


def juger(cas: pd.DataFrame, seuils: SeuilsEvaluation) -> pd.DataFrame:
    """Return the verdict on the target of each row, its reasons, and the progression to it.

    Once due, a target is reached or missed, whatever the way to it: a value and a target, nothing
    else. One that is due every year (``annuelle``) is judged so each year. Before, it is reached as
    soon as it is; otherwise it depends on its kind:

    - what is to be kept, when the direction is « maintien » and the target no higher than the
      initial value, or when it is that value, and what was reached at the outset: under it, it goes
      back. Above is never a miss;
    - a threshold that the text implies, or a yes: it is judged at its date;
    - otherwise a way, judged by its pace (``progression``).

    A gap up to the source's rounding is not judged. Events that chance alone may have lowered are
    to be watched: they are not said to go back. Until a year is over, nothing is judged that is
    due by its end, but for a count that is to rise, only grows and holds its target already.

    Read of ``cas``: as ``progression`` and ``evolution``, and origine_cible, annuelle (a threshold
    without a date), oui_non, a_venir (the day of the target is still to come).

    Returns:
        verdict: "atteint", "manque" (due and not reached), "en_bonne_voie", "a_surveiller",
        "insuffisant", "en_recul" or "non_evaluable"; raisons, lists of codes in the order in which
        a report says them; realise, attendu, rythme, rythme_compose, missing where there is no way.
    """
    initiale = cas["valeur_initiale"]
    valeur = cas["valeur"]
    cible = cas["cible"]
    orientation = cas["sens"].map(ORIENTATIONS).fillna(0)
    arrondi = cas["arrondi"]

    echue = est_echue(cas)

    # Why nothing can be judged: codes in the order in which a report says them, "" when it can.
    implicite = cas["origine_cible"].eq(IMPLICITE)
    se_juge_seule = implicite | echue  # without the way to it
    sans_annee_passee = initiale.notna() & cas["annee"].le(cas["annee_initiale"].fillna(0))
    premiere_annee = sans_annee_passee & ~(implicite & cas["annuelle"]) & ~echue
    obstacles = pd.DataFrame(
        {
            "initiale": np.where(initiale.isna() & ~se_juge_seule, "sans_valeur_initiale", ""),
            "cible": np.where(cible.isna(), "sans_cible", ""),
            "annee": np.where(premiere_annee, "premiere_annee", ""),
            "absence": cas["absence"],
            "coupure": cas["coupure"],
        },
        index=cas.index,
    )
    non_evaluable = (obstacles != "").any(axis=1)

    # What kind of target it is: to be kept, a threshold, one met at the outset, or a way.
    sens_a_garder = orientation.replace(0, 1)  # to be kept is not to fall below
    manque = (-sens_a_garder * (valeur - cible)).round(DECIMALES_EXACTES)
    a_atteindre = initiale.lt(cible)  # the text wants more than to keep what there was
    a_garder = cas["sens"].eq("maintien") & ~a_atteindre
    a_garder |= initiale.eq(cible) & ~cas["annuelle"]
    seuil = ~a_garder & (initiale.isna() | cas["annuelle"] | implicite | cas["oui_non"])
    atteinte_au_depart = ~a_garder & ~seuil & (orientation * (initiale - cible)).gt(0)
    due = echue | (seuil & cas["annuelle"])
    changement = (valeur - initiale).abs().round(DECIMALES_EXACTES)
    immobile = arrondi.gt(0) & changement.le(arrondi)
    sans_trajet = non_evaluable | a_garder | seuil | atteinte_au_depart | immobile
    acquise = cas["partielle"] & orientation.eq(1) & manque.le(0)
    en_cours = cas["a_venir"] & cas["annee"].eq(cas["annee_cible"].fillna(0)) & ~acquise
    trajet = progression(cas[TRAJET].where(~(sans_trajet | en_cours)))

    deja_atteinte = np.where(atteinte_au_depart, "deja_atteinte_au_depart", "")
    verdict, raison = _premier_cas(
        [
            (non_evaluable, "non_evaluable", ""),
            (en_cours, "non_evaluable", ANNEE_EN_COURS),
            (manque.le(0), "atteint", deja_atteinte),
            (manque.le(arrondi), "non_evaluable", "sous_arrondi"),
            (due, "manque", ""),
            (seuil, "non_evaluable", "a_son_echeance"),
            (a_garder | atteinte_au_depart, "en_recul", deja_atteinte),
            (immobile, "non_evaluable", "sous_arrondi"),
            (trajet["rythme"].lt(0), "en_recul", ""),
            (trajet["rythme"].ge(seuils.en_bonne_voie), "en_bonne_voie", ""),
            (trajet["rythme"].ge(seuils.a_surveiller), "a_surveiller", ""),
            (True, "insuffisant", ""),
        ],
        cas.index,
    )
    recul_de_hasard = (
        verdict.eq("en_recul")
        & cas["hasard"]
        & initiale.notna()
        & dans_le_hasard(initiale, valeur, seuils.hasard_ecarts)
    )
    codes = obstacles.assign(
        verdict=raison, hasard=np.where(recul_de_hasard, "hasard", "")
    ).to_numpy()
    raisons = [[code for code in codes_du_cas if code] for codes_du_cas in codes]
    return trajet.assign(
        verdict=verdict.mask(recul_de_hasard, "a_surveiller"),
        raisons=pd.Series(raisons, cas.index, dtype=object),
    )
