"""Bars: values a row each, the ages that structures take, entries and exits year by year, the parts
of a whole.

``barres`` draws on plain axes of matplotlib; ``ages``, ``entrees_sorties`` and ``parts`` are the
charts of the reports, with what is said of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin
from matplotlib.ticker import FixedLocator

from ctglib.calculs.ecriture import FINE, INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte, charter_style
from ctglib.document.typographie import RIEN, compter, nombre_court
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Largeur
from ctglib.donnees.statuts import CREUX
from ctglib.graphiques.feuille import (
    ENTRE_LIGNES,
    INTERLIGNE,
    MARQUE,
    PART_DES_LIBELLES,
    POINTS_PAR_POUCE,
    Legende,
    aerer,
    assemble,
    couper,
    dire,
    encre,
    est_etroit,
    feuille,
    finir,
    hachures,
    largeur_de,
    lignes_de,
    longueur,
    nuances,
    ranger,
    sur_fond,
)

A_COTE = 5.0  # points between a bar and its text
# of the ages, in points
BANDEAU = 15.0  # the height of the children of each age group
# of entries and exits
ENTREES = "Entrées"
SORTIES = "Sorties"
SOLDE = "Solde"
SENS = {"entrees": 1, "sorties": -1}  # a column, and the side of the axis where its bars go
SANS_SOLDE = "inconnu"
HAUTEUR = 110.0  # points of the longest entry and the longest exit together
PART_D_UNE_BARRE = 0.62  # of the width of its year, at most
LARGEUR_D_UNE_BARRE = 50.0  # points, at most
CARRE = 10.0  # points of what is absent
MARGE_DES_ANNEES = 5.0
ANNEES_PAR_RANG = 3  # at least
# of parts, in points
LIGNES_D_UN_NOM = 3
LIGNES_DEDANS = 2  # of a label inside its segment
MARGE = 4.0
ENTRE_BARRES = 11.0
PASTILLE = 7.0  # of colour, before a label that stands under the bar
RETRAIT = 11.0  # of such a label
ENTRE_LIBELLES = 12.0
TOUT = 100.0  # %
ARRONDI = 0.05  # %: what known parts leave of 100 % is no more than their rounding
COLONNES_DES_PARTS = ["groupe", "modalite", "libelle", "part", "effectif", "statut"]


def barres(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    y: str = "valeur",
    par: str = "libelle",
    couleurs: Sequence[str] = (),
) -> Axes:
    """Return axes with a bar a line of a table, from top to bottom, its value at its end.

    Args:
        table: One row a bar: the values, the names, and if any texte (the value as it is written,
            or the word of its absence, which stands after a hatched square) and statut (a code of
            ``Statut``: the bar of a value that may still change is hollow).
        ax: Where to draw, alone in its figure; new axes as wide as a page by default.
        y: The column of the values.
        par: The column of the names.
        couleurs: That of each bar; that of the territory by default.
    """
    with charter_style():
        axes = ax or feuille().add_subplot()
        milieux = ranger(axes, table[par].astype(str).tolist())
        valeurs = table[y].astype("Float64").astype("float64")
        textes = table["texte"] if "texte" in table else [""] * len(table)
        statuts = table["statut"] if "statut" in table else [""] * len(table)
        teintes = list(couleurs) or [charte().couleurs.territoire] * len(table)
        carre = CARRE / largeur_de(axes) * max(valeurs.abs().max(), 1e-9)
        for milieu, valeur, texte, statut, teinte in zip(
            milieux, valeurs, textes, statuts, teintes, strict=True
        ):
            if pd.isna(valeur):
                axes.barh(milieu, carre, CARRE, **hachures())
            elif statut in CREUX:
                fond = charte().couleurs.fond
                axes.barh(milieu, valeur, MARQUE, color=fond, edgecolor=teinte, linewidth=1.4)
            else:
                axes.barh(milieu, valeur, MARQUE, color=teinte)
            axes.annotate(
                texte or nombre_court(round(valeur, 1)),
                (carre if pd.isna(valeur) else valeur, milieu),
                (A_COTE if not valeur < 0 else -A_COTE, 0),
                textcoords="offset points",
                ha="left" if not valeur < 0 else "right",
                va="center",
            )
        bas = min(valeurs.min(), 0.0)
        haut = max(valeurs.max(), 0.0, carre)
        if bas < 0:  # its text stands between the bar and the name of its row
            texte_le_plus_long = max(map(longueur, textes), default=0.0) + A_COTE
            largeur_des_barres = largeur_de(axes) * (1 - PART_DES_LIBELLES)
            bas -= (haut - bas) * texte_le_plus_long / largeur_des_barres
        axes.set_xlim(bas, haut)
        axes.axvline(0, color=charte().couleurs.filet, linewidth=0.8)
        axes.xaxis.set_visible(False)
        if ax is None:
            finir(axes)
    return axes


# Ages.


@dataclass(frozen=True)
class Structure:
    """A structure on the chart of the ages."""

    nom: str
    libelle_type: str
    texte: str  # « 3 à 10 ans »
    age_min: float
    fin: float  # where its ages end, in years (see ``_end_of_age``)


@dataclass(frozen=True)
class Tranche:
    """The children of some ages."""

    libelle: str  # « Enfants de 3 à 5 ans »
    age_min: float
    age_max: float
    fin: float  # where these ages end, in years (see ``_end_of_age``)
    effectif: float  # how many they are, NaN when absent
    compte: str  # that number as it is written


def ages(
    ages: pd.DataFrame,
    tranches: pd.DataFrame,
    contexte: Contexte,
    *,
    jusqu_a: int = 0,
    **legende: Unpack[Legende],
) -> Figure:
    """Return the chart of the ages that structures take, category by category.

    The bar of a structure that goes beyond the scale ends with an arrow.

    - ``ages``: rows of ``ctglib.calculs.offre.ages``.
    - ``tranches``: children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN
      when absent) and ``libelle`` (« Enfants de 3 à 5 ans »).
    - ``jusqu_a``: the oldest age that must be seen, beyond the children who are counted.
    """
    table_structures = ages.assign(fin=ages["age_max"].map(_end_of_age))
    comptes = [RIEN if pd.isna(effectif) else nombre(effectif) for effectif in tranches["effectif"]]
    table_tranches = tranches.assign(
        fin=tranches["age_max"].map(_end_of_age), compte=comptes
    ).sort_values("age_min")
    structures = list(lignes(table_structures, Structure))
    liste_tranches = list(lignes(table_tranches, Tranche))
    territoire = contexte.territoire
    alt = dire("sans_age")
    lecture = minuscule(dire("sans_age"))
    if structures:
        etendues = " ; ".join(
            f"« {structure.nom} » : {structure.texte}" for structure in structures
        )
        alt = f"Âges de {compter(len(structures), 'structure')}, {territoire.nom}. {etendues}."
        lecture = _lecture_des_ages(structures, liste_tranches, territoire.a)
    enfants = _enfants(liste_tranches)
    if enfants:
        alt += f" Enfants comptés : {enfants}."
    ages_des_tranches = [
        f"{nombre(tranche.age_min)} à {nombre(tranche.age_max)} ans" for tranche in liste_tranches
    ]
    tranches_en_lignes = table_tranches.assign(
        nom=table_tranches["libelle"], libelle_type="", texte=ages_des_tranches
    )
    tableau = pd.concat([table_structures.assign(compte=""), tranches_en_lignes], ignore_index=True)
    return assemble(
        contexte,
        lambda taille: _dessiner_les_ages(
            taille, table_structures, table_tranches, _end_of_age(jusqu_a)
        ),
        **legende,
        alt=alt,
        lecture=lecture,
        mots=3,
        lignes=tableau,
        donnees=tableau.drop(columns=["fin", "texte", "compte", "libelle"]),
        colonnes={
            "nom": "Structure ou tranche d'âge",
            "libelle_type": "Type",
            "texte": "Âges",
            "compte": "Enfants",
        },
    )


def _end_of_age(age_max: float) -> float:
    """Return where an age ends on the scale, in years.

    A whole age lasts until the next birthday: « jusqu'à 10 ans » ends at 11. An age in months is a
    point in time: 30 months, or 2.5, ends at 2.5.
    """
    return age_max + 1 if age_max == int(age_max) else age_max


def _lecture_des_ages(
    structures: Sequence[Structure], tranches: Sequence[Tranche], au_territoire: str
) -> str:
    """Return the sentence that reads one structure, and the children counted at its ages.

    It is the structure whose ages are the longest, among those that end within the scale.
    """
    fin_de_l_echelle = max(rangee.fin for rangee in tranches or structures)
    lue = max(
        structures,
        key=lambda structure: (
            structure.fin - structure.age_min if structure.fin <= fin_de_l_echelle else 0
        ),
    )
    lecture = f"« {lue.nom} » : {lue.texte}, l'âge le plus haut étant compris"
    enfants = _enfants(
        [
            tranche
            for tranche in tranches
            if tranche.age_min >= lue.age_min and tranche.fin <= lue.fin
        ]
    )
    if enfants:
        lecture += f" ; {au_territoire}, on compte {enfants}"
    return f"{lecture}."


def _enfants(tranches: Iterable[Tranche]) -> str:
    """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; "" without counts."""
    return enumerer(
        [
            f"{tranche.compte} {minuscule(tranche.libelle)}"
            for tranche in tranches
            if pd.notna(tranche.effectif)
        ]
    )


def _dessiner_les_ages(
    taille: Largeur, structures: pd.DataFrame, tranches: pd.DataFrame, au_moins: float
) -> Dessin:
    """Return the band of the children, then the structures by category, over an axis of ages.

    The graduations are the bounds of the age groups, or round ages when there are none.
    ``au_moins`` is the end of an age that must be on the scale.
    """
    axes = feuille(taille).add_subplot()
    couleurs = charte().couleurs
    rangees = []  # the name, the detail, the height of the mark, the structure or None
    if len(tranches):
        rangees.append((dire("bandeau_des_ages"), "", BANDEAU, None))
    if structures.empty:
        rangees.append((dire("sans_age"), "", 0.0, None))
    for categorie, membres in structures.groupby("libelle_categorie", sort=False):
        rangees.append((str(categorie), "", 0.0, None))
        for structure in lignes(membres, Structure):
            # The kind qualifies the name, unless it begins with it.
            deja_dit = structure.nom.startswith(structure.libelle_type)
            detail = "" if deja_dit else structure.libelle_type
            rangees.append((structure.nom, detail, MARQUE, structure))
    milieux = ranger(
        axes,
        [nom for nom, _, _, _ in rangees],
        details=[detail for _, detail, _, _ in rangees],
        titres=[rang for rang, rangee in enumerate(rangees) if rangee[-1] is None],
        marques=[marque for _, _, marque, _ in rangees],
    )
    fins = structures["fin"] if tranches.empty else tranches["fin"]
    fin = max([au_moins, *fins], default=0.0) or 1.0
    axes.set_xlim(0, fin)
    part_des_barres = 0.95 if est_etroit(axes) else 0.6  # of the width
    points_par_an = part_des_barres * largeur_de(axes) / fin
    if len(tranches):
        bornes = sorted({*tranches["age_min"], *fins, fin})
        axes.xaxis.set_major_locator(FixedLocator(aerer(bornes, points_par_an)))
    axes.xaxis.set_major_formatter(lambda age, _: nombre(age))
    axes.xaxis.grid(True)
    axes.set_xlabel(dire("unite_des_ages"), loc="right", labelpad=1)

    for tranche in lignes(tranches, Tranche):
        duree = tranche.fin - tranche.age_min
        style = {"color": charte().degrade[3], "edgecolor": couleurs.fond, "linewidth": 1.5}
        axes.barh(milieux[0], duree, BANDEAU, tranche.age_min, **style)
        if longueur(tranche.compte, gras=True) <= duree * points_par_an - 1.5:
            milieu = tranche.age_min + duree / 2
            axes.text(milieu, milieux[0], tranche.compte, ha="center", va="center", weight="bold")
    for milieu, (_, _, _, structure) in zip(milieux, rangees, strict=True):
        if structure:
            _etendre(axes, milieu, structure, fin, points_par_an)
    return finir(axes, lignes_en_plus=1)


def _etendre(
    axes: Axes, milieu: float, structure: Structure, fin: float, points_par_an: float
) -> None:
    """Put the bar of a structure's ages, and its text where there is room.

    On the right of the bar, else on its left, else on the bar itself. One that goes beyond the
    scale ends with an arrow.
    """
    bleu = charte().couleurs.territoire
    dernier = min(structure.fin, fin)
    au_dela = structure.fin > fin
    pointe = MARQUE / 2 / points_par_an if au_dela else 0.0
    axes.barh(
        milieu,
        dernier - pointe - structure.age_min,
        MARQUE,
        structure.age_min,
        color=bleu,
        zorder=2,
    )
    if au_dela:
        axes.fill(
            [dernier - pointe, dernier, dernier - pointe],
            [milieu - MARQUE / 2, milieu, milieu + MARQUE / 2],
            color=bleu,
            zorder=2,
            linewidth=0,
        )
    place = longueur(structure.texte) + A_COTE
    style: dict[str, Any] = {"textcoords": "offset points", "va": "center"}
    if not au_dela and (fin - dernier) * points_par_an >= place:
        a_droite = (dernier, milieu), (A_COTE, 0)
        axes.annotate(structure.texte, *a_droite, **style, bbox=sur_fond())
    elif structure.age_min * points_par_an >= place:
        a_gauche = (structure.age_min, milieu), (-A_COTE, 0)
        axes.annotate(structure.texte, *a_gauche, **style, ha="right", bbox=sur_fond())
    else:
        dedans = (structure.age_min, milieu), (A_COTE, 0)
        axes.annotate(structure.texte, *dedans, **style, color=charte().couleurs.fond)


# Entries and exits.


@dataclass(frozen=True)
class Annee:
    """The texts of a year of movements: a number, or the word of its absence."""

    an: str
    texte_entrees: str
    texte_sorties: str
    texte_solde: str


def entrees_sorties(
    mouvements: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the chart of entries and exits; None when no year has one that is known.

    - ``mouvements``: one row a year: ``annee``, ``entrees``, ``sorties`` (counts, NaN with the
      absence that ``statut_entrees`` and ``statut_sorties`` tell).
    """
    if not mouvements[["entrees", "sorties"]].notna().any(axis=None):
        return None
    par_annee = _mouvements_par_annee(mouvements, contexte)
    annees_lisibles = par_annee[par_annee["solde"].notna()]
    if annees_lisibles.empty:  # no year has both: one of the two is read
        annees_lisibles = par_annee.dropna(subset=["entrees", "sorties"], how="all")
    derniere = list(lignes(annees_lisibles, Annee))[-1]
    phrases = [
        f"{annee.an} : entrées {annee.texte_entrees}, sorties {annee.texte_sorties}, "
        f"solde {annee.texte_solde}."
        for annee in lignes(par_annee, Annee)
    ]

    return assemble(
        contexte,
        lambda taille: _dessiner_les_mouvements(taille, par_annee),
        **legende,
        alt=f"Entrées et sorties sur {compter(len(par_annee), 'année')}. {' '.join(phrases)}",
        lecture=f"en {derniere.an}, entrées : {derniere.texte_entrees} ; "
        f"sorties : {derniere.texte_sorties} ; solde : {derniere.texte_solde}.",
        colonnes={
            "an": "Année",
            "texte_entrees": ENTREES,
            "texte_sorties": SORTIES,
            "texte_solde": SOLDE,
        },
        lignes=par_annee,
        donnees=par_annee[
            ["annee", "entrees", "statut_entrees", "sorties", "statut_sorties", "solde"]
        ],
    )


def _mouvements_par_annee(mouvements: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the movements by year, with ``solde`` (entries less exits) and columns of text.

    ``an``, ``texte_entrees`` and ``texte_sorties`` (the number, or the word of its absence),
    ``texte_solde`` (« +3 », « inconnu » when one of the two is absent).
    """
    par_annee = mouvements.sort_values("annee", kind="stable").reset_index(drop=True)
    par_annee = par_annee.assign(
        solde=par_annee["entrees"] - par_annee["sorties"],
        an=[str(int(annee)) for annee in par_annee["annee"]],
    )
    for sens in SENS:
        effectifs = zip(par_annee[sens], par_annee[f"statut_{sens}"], strict=True)
        par_annee[f"texte_{sens}"] = [
            contexte.absence(statut) if pd.isna(effectif) else nombre(effectif)
            for effectif, statut in effectifs
        ]
    par_annee["texte_solde"] = [
        SANS_SOLDE if pd.isna(solde) else nombre(solde, signe=True) for solde in par_annee["solde"]
    ]
    return par_annee


def _dessiner_les_mouvements(taille: Largeur, par_annee: pd.DataFrame) -> Dessin:
    """Return the entries above a line, the exits under it, a column a year; under each, the year
    and the balance.

    A number that is absent has a hatched square instead of its bar. The years are in as many axes,
    one under the other and on one scale, as it takes for their texts to fit.
    """
    dessin = feuille(taille)
    par_annee = par_annee.assign(texte_solde=f"{SOLDE} : " + par_annee["texte_solde"])
    textes = par_annee[["texte_entrees", "texte_sorties", "texte_solde"]].to_numpy().ravel()
    mots = {mot for texte in textes for mot in texte.split(" ")}
    besoin = max(longueur(mot, gras=True) for mot in mots) + 2 * MARGE_DES_ANNEES
    place = largeur_de(dessin) - longueur(SORTIES, gras=True) - A_COTE
    par_rang = max(int(place / besoin), ANNEES_PAR_RANG)
    rangs = -(-len(par_annee) // par_rang)
    par_rang = -(-len(par_annee) // rangs)
    colonne = place / par_rang
    points_par_personne = HAUTEUR / max(par_annee[[*SENS]].max().sum(), 1.0)

    coupes = par_annee.assign(
        **{
            f"texte_{nom}": [
                couper(texte, colonne - MARGE_DES_ANNEES, LIGNES_D_UN_NOM, gras=True)
                for texte in par_annee[f"texte_{nom}"]
            ]
            for nom in (*SENS, "solde")
        }
    )
    portees = {}  # how far from the line a bar goes with its text, in points
    for sens in SENS:
        longueurs = coupes[sens].fillna(CARRE / points_par_personne) * points_par_personne
        portees[sens] = (longueurs + coupes[f"texte_{sens}"].map(lignes_de) * INTERLIGNE + 5).max()
    lignes_du_bas = 1 + coupes["texte_solde"].map(lignes_de).max()
    hauteur = sum(portees.values()) + lignes_du_bas * INTERLIGNE + 12
    dessin.set_figheight(rangs * hauteur / POINTS_PAR_POUCE)
    for rang, axes in enumerate(dessin.subplots(rangs, 1, squeeze=False).ravel()):
        annees = coupes.iloc[rang * par_rang : (rang + 1) * par_rang].reset_index(drop=True)
        axes.set_xlim(-0.5, par_rang - 0.5)
        axes.set_ylim(
            -portees["sorties"] / points_par_personne, portees["entrees"] / points_par_personne
        )
        _mouvoir(axes, annees, points_par_personne)
    return dessin


def _mouvoir(axes: Axes, annees: pd.DataFrame, points_par_personne: float) -> None:
    """Put the bars of some years and their texts."""
    couleurs = charte().couleurs
    teintes = {"entrees": couleurs.territoire, "sorties": charte().degrade[1]}
    carre = CARRE / points_par_personne
    colonne = largeur_de(axes) / (axes.get_xlim()[1] - axes.get_xlim()[0])
    largeur = min(PART_D_UNE_BARRE, LARGEUR_D_UNE_BARRE / colonne)
    for sens, cote in SENS.items():
        for rang, (effectif, texte) in enumerate(
            zip(annees[sens], annees[f"texte_{sens}"], strict=True)
        ):
            absent = pd.isna(effectif)
            if absent:
                axes.bar(rang, cote * carre, largeur / 4, **hachures())
            elif effectif:
                axes.bar(rang, cote * effectif, largeur, color=teintes[sens])
            axes.annotate(
                texte,
                (rang, cote * (carre if absent else effectif)),
                (0, 3 * cote),
                textcoords="offset points",
                ha="center",
                va="bottom" if cote > 0 else "top",
                linespacing=ENTRE_LIGNES,
                weight="normal" if absent else "bold",
                color=couleurs.absence if absent else couleurs.texte,
            )
    axes.axhline(0, color=couleurs.texte, linewidth=0.8)
    au_milieu = 8 / points_par_personne
    axes.set_yticks([au_milieu, -au_milieu], [ENTREES, SORTIES])
    for nom, teinte in zip(
        axes.get_yticklabels(), (couleurs.territoire, couleurs.secondaire), strict=True
    ):
        nom.set(color=teinte, fontweight="bold")
    en_bas = [
        f"{an}\n{solde}" for an, solde in zip(annees["an"], annees["texte_solde"], strict=True)
    ]
    axes.set_xticks(range(len(annees)), en_bas)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)


# Parts of a whole.


@dataclass(frozen=True)
class Segment:
    """A piece of a bar: a known part, or all the parts that are absent for one reason."""

    libelle: str  # of the modalité, or of all those that are absent
    texte: str  # « 15,9 % », or the word of the absence
    part: float  # its length, in %
    couleur: str  # "" when absent: the piece is hatched


def parts(parts: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]) -> Figure | None:
    """Return the bars of the groups, in order; None when no part is known.

    - ``parts``: one row a group and modalité: ``groupe``, ``modalite``, ``libelle`` (of the
      modalité), ``part`` (in %, NaN with the absence that ``statut`` tells), ``effectif`` (NaN when
      hidden), ``statut``.
    """
    if not parts["part"].notna().any():
        return None
    textes = [
        contexte.absence(statut) if pd.isna(part) else pourcent(part, 1)
        for part, statut in zip(parts["part"], parts["statut"], strict=True)
    ]
    cellules = parts.astype({"groupe": str, "part": "float64"}).assign(texte=textes)
    groupes = {str(groupe): membres for groupe, membres in cellules.groupby("groupe", sort=False)}
    modalites = list(dict.fromkeys(cellules["modalite"]))
    phrases = [
        f"{groupe} : {', '.join(membres['libelle'] + ' ' + membres['texte'])}."
        for groupe, membres in groupes.items()
    ]
    nombre_de_modalites = compter(len(modalites), "modalité")
    nombre_de_groupes = compter(len(groupes), "groupe")

    # What is read: the greatest part of the first group that has a known one, then the absent ones.
    groupe_lu = next(groupe for groupe, membres in groupes.items() if membres["part"].notna().any())
    membres_lus = groupes[groupe_lu]
    plus_grande = membres_lus["part"].idxmax()
    libelle = membres_lus.at[plus_grande, "libelle"]
    lecture = f"{groupe_lu}, « {libelle} » : {membres_lus.at[plus_grande, 'texte']}"
    absences = _absences(membres_lus).items()
    if absences:
        mots = [f"{mot} : {minuscule(libelles)}" for mot, libelles in absences]
        lecture += f" ({' ; '.join(mots)})"

    couleurs = dict(zip(modalites, nuances(len(modalites)), strict=True))
    barres_des_groupes = {
        groupe: _segments(membres, couleurs) for groupe, membres in groupes.items()
    }
    entetes = {f"g{rang}": f"{groupe} (%)" for rang, groupe in enumerate(groupes)}
    return assemble(
        contexte,
        lambda taille: _dessiner_les_parts(taille, barres_des_groupes),
        **legende,
        alt=f"Parts de {nombre_de_modalites} dans {nombre_de_groupes}. {' '.join(phrases)}",
        lecture=f"{lecture}.",
        colonnes={"libelle": "Modalité", **entetes},
        lignes=_tableau_des_parts(cellules, list(groupes), list(entetes)).loc[modalites],
        donnees=parts[COLONNES_DES_PARTS],
    )


def _tableau_des_parts(
    cellules: pd.DataFrame, groupes: list[str], colonnes: list[str]
) -> pd.DataFrame:
    """Return the table of numbers: one row a modalité, a column a group, and ``libelle``.

    A cell is « 15,9 », as the header of a group says %, or the word of an absence. ``colonnes`` are
    the names of the columns of the groups.
    """
    tableau = (
        cellules.drop_duplicates(["modalite", "groupe"], keep="last")
        .pivot(index="modalite", columns="groupe", values="texte")[groupes]
        .fillna(RIEN)
        .replace(f"{FINE}%$", "", regex=True)  # the header says %
        .set_axis(colonnes, axis=1)
    )
    derniers = cellules.drop_duplicates("modalite", keep="last").set_index("modalite")
    tableau["libelle"] = derniers["libelle"]
    return tableau


def _segments(membres: pd.DataFrame, couleurs: dict[str, str]) -> list[Segment]:
    """Return the segments of a group's bar: its known parts in order, then one a reason of absence.

    How long an absent part is nobody knows: the reasons share equally what the known parts leave of
    100 %.
    """
    connues = membres[membres["part"].notna()]
    segments = [
        Segment(libelle, texte, part, couleurs[modalite])
        for libelle, texte, part, modalite in zip(
            connues["libelle"], connues["texte"], connues["part"], connues["modalite"], strict=True
        )
    ]
    absences = _absences(membres)
    reste = max(TOUT - connues["part"].sum(), 0.0)
    part_absente = reste / len(absences) if absences and reste > ARRONDI else 0.0
    for mot, libelles in absences.items():
        segments.append(Segment(libelles, mot, part_absente, ""))
    return segments


def _absences(membres: pd.DataFrame) -> dict[str, str]:
    """Return the labels of the absent parts by the word of their absence.

    {"non transmis": "Autre commune et non renseigné"}
    """
    absences = {}
    absents = membres[membres["part"].isna()]
    for mot, libelles in absents.groupby("texte", sort=False)["libelle"]:
        premier, *autres = libelles
        absences[str(mot)] = enumerer([premier, *map(minuscule, autres)])
    return absences


def _dessiner_les_parts(taille: Largeur, groupes: dict[str, list[Segment]]) -> Dessin:
    """Return a stacked bar a group, under its name; labels that have no room in it are under it."""
    axes = feuille(taille).add_subplot()
    totaux = [sum(segment.part for segment in segments) for segments in groupes.values()]
    total = max(TOUT, *totaux)
    y = 0.0
    for groupe, segments in groupes.items():
        y = _empiler(axes, y, groupe, segments, total) + ENTRE_BARRES
    axes.set_xlim(0, total)
    axes.set_ylim(y - ENTRE_BARRES + 2, 0)
    axes.set_axis_off()
    return finir(axes)


def _empiler(
    axes: Axes, haut: float, groupe: str, segments: Sequence[Segment], total: float
) -> float:
    """Put the name of a group, its bar, the labels that have no room inside; return the bottom."""
    couleurs = charte().couleurs
    largeur = largeur_de(axes) - 2
    nom = couper(groupe, largeur, LIGNES_D_UN_NOM, gras=True)
    _ecrire(axes, 0, haut, nom, weight="bold")
    haut += lignes_de(nom) * INTERLIGNE + 2
    dedans = [_lignes_dedans(segment, segment.part * largeur / total) for segment in segments]
    hauteur = max(1, *(len(textes) for textes in dedans)) * INTERLIGNE + 2 * MARGE
    milieu = haut + hauteur / 2
    debut = 0.0
    for segment, textes in zip(segments, dedans, strict=True):
        if segment.part and segment.couleur:
            style: dict[str, Any] = {
                "color": segment.couleur,
                "edgecolor": couleurs.fond,
                "linewidth": 1.4,
            }
            axes.barh(milieu, segment.part, hauteur, debut, **style)
        elif segment.part:
            axes.barh(milieu, segment.part, hauteur, debut, **hachures())
        teinte = encre(segment.couleur) if segment.couleur else couleurs.absence
        y = milieu - len(textes) * INTERLIGNE / 2
        for rang, texte in enumerate(textes):
            style: dict[str, Any] = {
                "weight": "bold" if rang == len(textes) - 1 else "normal",
                "color": teinte,
            }
            if not segment.couleur:
                style["bbox"] = sur_fond()
            _ecrire(axes, debut, y + rang * INTERLIGNE, texte, MARGE, **style)
        debut += segment.part
    # Without an outline the lightest shade would be lost on the page.
    axes.barh(milieu, debut, hauteur, fill=False, edgecolor=couleurs.filet, linewidth=0.5)

    x = 0.0  # in points
    y = haut + hauteur + 4
    dehors = [segment for segment, textes in zip(segments, dedans, strict=True) if not textes]
    for rang, segment in enumerate(dehors):
        texte = segment.texte
        if FINE in texte:  # a number: not cut from its unit
            texte = texte.replace(" ", INSECABLE)
        texte = couper(f"{segment.libelle} : {texte}", largeur - RETRAIT, LIGNES_D_UN_NOM)
        place = RETRAIT + max(longueur(ligne) for ligne in texte.split("\n"))
        if rang and x and (x + place > largeur or lignes_de(texte) > 1):
            x = 0.0
            y += INTERLIGNE
        pastille = PASTILLE * total / largeur
        style: dict[str, Any] = {"color": segment.couleur} if segment.couleur else hachures()
        gauche = x * total / largeur
        milieu = y + INTERLIGNE / 2
        axes.barh(milieu, pastille, PASTILLE, gauche, **style)
        filet = couleurs.filet
        axes.barh(milieu, pastille, PASTILLE, gauche, fill=False, edgecolor=filet, linewidth=0.5)
        _ecrire(axes, gauche, y, texte, RETRAIT)
        x += place + ENTRE_LIBELLES
        y += (lignes_de(texte) - 1) * INTERLIGNE
    return y + INTERLIGNE if dehors else haut + hauteur + 2


def _ecrire(
    axes: Axes, x: float, haut: float, texte: str, retrait: float = 0.0, **style: Any
) -> None:
    """Write a text under a height, its left so many points after a place."""
    axes.annotate(
        texte,
        (x, haut + lignes_de(texte) * INTERLIGNE / 2),
        (retrait, 0),
        textcoords="offset points",
        va="center",
        linespacing=ENTRE_LIGNES,
        annotation_clip=False,
        in_layout=False,
        **style,
    )


def _lignes_dedans(segment: Segment, largeur: float) -> list[str]:
    """Return what is written in a segment: the lines of its label, then its part.

    [] when they have no room in it: the label is then written under the bar.
    """
    place = largeur - 2 * MARGE
    # Over hatching a label has one line, or goes under the bar.
    libelle = couper(segment.libelle, place, LIGNES_DEDANS if segment.couleur else 1)
    entier = libelle.replace("\n", " ") == couper(segment.libelle, 1e6, 1)
    if entier and longueur(segment.texte, gras=True) <= place:
        return [*libelle.split("\n"), segment.texte]
    return []
