"""Les graphiques et les cartes : des axes de matplotlib ordinaires, dans la charte, la source dans
l'image. Ce sont ceux des rapports (``ctglib.graphiques``).
"""

from collections.abc import Callable, Iterable
from copy import deepcopy
from io import BytesIO
from math import isnan

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from ctglib.atelier.phrases import DemandeImpossible, impossible, inconnu
from ctglib.atelier.phrases import dire as dire_de_l_atelier
from ctglib.atelier.series import (
    LIEUX_CITES,
    code_du_lieu,
    lire_les_annees,
    mots_des_statuts,
    territoires_des_conventions,
)
from ctglib.atelier.sujets import noms_courts, phrase_des_annees
from ctglib.atelier.tables import (
    NON_CLASSES,
    RANGES,
    Attributs,
    arrondi_de,
    attributs,
    decimales_de,
    dire_valeur,
    est_mesuree,
    secrets_dits,
)
from ctglib.calculs.ecriture import enumerer, minuscule
from ctglib.document.figure import SANS_DATE, charte, charter_style
from ctglib.document.typographie import nombre_court
from ctglib.donnees import publiques
from ctglib.donnees.marques import SAISIE, Marque
from ctglib.donnees.modeles.catalogue import Largeur
from ctglib.donnees.nombres import marques_de
from ctglib.donnees.publiques import reperes
from ctglib.donnees.statuts import ABSENCES, CREUX, SAISI, Statut
from ctglib.graphiques import bandes as en_bandes
from ctglib.graphiques import barres as en_barres
from ctglib.graphiques import courbes as en_courbes
from ctglib.graphiques import eventail as en_eventail
from ctglib.graphiques import pente as en_pente
from ctglib.graphiques import points as en_points
from ctglib.graphiques.feuille import (
    INTERLIGNE,
    POINTS_PAR_CM,
    POINTS_PAR_POUCE,
    couper,
    dire,
    est_etroit,
    feuille,
    figure_de,
    largeur_de,
    lignes_de,
)
from ctglib.graphiques.teintes import CONTOURS, nommer_les_communes, tracer_carte

HAUTEUR_D_UN_EVENTAIL = 230.0  # points
AUTOUR_DES_RANGEES = 6  # lines: the title, the unit, the source
AUTOUR_D_UNE_PENTE = 4  # the title, the years
AUTOUR_D_UNE_CARTE = 3
AUTOUR_DES_BANDES = 2  # the title, the source
BORD_DES_BANDES = 0.08  # centimetres
LIGNES_D_UNE_NOTE = 8
UNITES = {"pour_100": "pour 100", "pour_1000": "pour 1\u202f000", "pourcent": "%"}
SANS_UNITE = ("", "nombre", "rapport")
# columns that tell rows of one name apart
DISTINCTIONS = ("annee", "categorie", "dispositif", "modalite", "ligne", "indicateur")
# attributes of a figure of the atelier: what a report says of it, how its verb draws it at a width
LEGENDE = "ctg"
RECETTE = "ctg_recette"
CHIFFRES = "ctg_chiffres"
TOUT_EN_BAS = 0.05  # share of the highest value under which a line lies on the axis


def courbes(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace des années : une courbe par lieu, son nom au bout, la source dessous.

    Une valeur provisoire est un point creux, une année absente une case hachurée ; une rupture
    coupe la courbe. La légende dit chaque signe.

    Paramètres :
        table: Ce que rend ``donnees``, ``comparer`` ou ``ratio``, ou une table à vous, qui a une
            colonne « annee ».
        y: La colonne : « valeur », ou « indice » (base 100) pour comparer des lieux de tailles
            différentes.
        par: La colonne des noms ; sans elle, une seule courbe.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.
        unite: L'unité ; celle de la table par défaut.
        ax: Des axes de matplotlib où dessiner ; de nouveaux par défaut.

    Rend :
        Des axes de matplotlib : ``ax.set_ylim(…)``, ``ax.annotate(…)`` s'y appliquent.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.courbes(a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"]), y="indice")
        >>> ax.get_title(loc="left")[:13]
        'Foyers au RSA'
    """
    return _annees(table, y, par, titre, source, unite, ax, en_courbes.courbes)


def pente(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace la première et la dernière année de chaque lieu, jointes par un trait.

    Les paramètres sont ceux de ``courbes``.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.pente(a.comparer("cnaf_foyers_rsa", ["Harnes", "Lens"], pour="cnaf_foyers"))
        >>> [tick.get_text() for tick in ax.get_xticklabels()]
        ['2020', '2024']
    """
    return _annees(table, y, par, titre, source, unite, ax, en_pente.pente)


def _annees(
    table: pd.DataFrame,
    y: str,
    par: str,
    titre: str | None,
    source: str | None,
    unite: str | None,
    ax: Axes | None,
    tracer: Callable[..., Axes],
) -> Axes:
    """Draw the years of a table by one of the functions that do."""
    attrs = _tracable(table, y, "annee", titre=titre, source=source, unite=unite)
    dessinee = _pour_dessin(table, y, par, attrs)
    _refuser_des_doubles(table, dessinee, attrs["titre"])
    phrases = _phrases(dessinee)
    connues = dessinee.loc[dessinee["valeur"].notna(), "annee"]
    base = f"indice, 100 en {connues.min()}" if y == "indice" else _base(y, titre)
    notes = []
    if tracer is en_pente.pente:  # what ``courbes`` says in its key
        remarques = en_courbes.remarques(en_courbes.par_nom(dessinee, par="libelle"))
        notes = [remarque.texte for remarque in remarques]
    lignes = en_courbes.par_nom(dessinee, par="libelle")
    en_titre = len(lignes) == 1 or tracer is en_pente.pente
    if tracer is en_courbes.courbes:
        notes += _tout_en_bas(dessinee)
    notes += _arrondi(table[y])

    def tracer_sur(axes: Axes) -> Axes:
        _cadre(axes, attrs, phrases, base, notes=notes, en_titre=en_titre)
        if ax is None:
            if tracer is en_pente.pente:
                hauteur = en_pente.HAUTEUR + AUTOUR_D_UNE_PENTE * INTERLIGNE
            else:
                hauteur = en_courbes.hauteur_de(lignes, largeur_de(figure_de(axes)))
            _fixer_la_hauteur(axes, hauteur)
        return tracer(dessinee, axes)

    return _sur_des_axes(ax, tracer_sur, table, attrs)


def _tout_en_bas(dessinee: pd.DataFrame) -> list[str]:
    """Return the sentence that says whose line lies on the axis, so low that nothing of what it
    does is seen.
    """
    plus_hautes = dessinee.groupby("libelle", sort=False)["valeur"].max()
    noms = plus_hautes[plus_hautes < TOUT_EN_BAS * plus_hautes.max()].index.tolist()
    return [dire_de_l_atelier("tout_en_bas", noms=enumerer(noms))] if noms else []


def _refuser_des_doubles(
    table: pd.DataFrame, dessinee: pd.DataFrame, titre: str, choix: str = "par"
) -> None:
    """Check that no name has two values in a year: a line through both would say nothing.

    ``choix`` is the parameter of the verb that chooses the names, "" without one.

    Raises:
        DemandeImpossible: One has.
    """
    doubles = dessinee.groupby(["libelle", "annee"], sort=False).size()
    doubles = doubles[doubles > 1]
    if doubles.empty:
        return
    nom, annee = doubles.index[0]
    autrement = ""
    for colonne in DISTINCTIONS:
        distingue = colonne in table and colonne != "annee" and table[colonne].nunique() > 1
        if choix and distingue:
            autrement = dire_de_l_atelier("ou_nommer", colonne=colonne)
            break
    raise impossible(
        "plusieurs_par_annee",
        nom=nom or titre,
        nombre=doubles.iloc[0],
        annee=annee,
        autrement=autrement,
    )


def _phrases(dessinee: pd.DataFrame) -> list[str]:
    """Return what the drawing of years says: of each name its first value, its last one and why
    others are absent, then the breaks, each once.
    """
    phrases = []
    for nom, lignes in dessinee.sort_values("annee").groupby("libelle", sort=False):
        presentes = lignes[lignes["valeur"].notna()]
        bouts = pd.concat([presentes.head(1), presentes.tail(1)])
        dites = [
            f"{texte} en {annee}"
            for texte, annee in zip(bouts["texte"], bouts["annee"], strict=True)
        ]
        absentes = lignes[lignes["valeur"].isna()]
        for texte, annees in absentes.groupby("texte", sort=False)["annee"]:
            dites.append(f"{texte} en {', '.join(annees.astype(str))}")
        phrases.append(f"{nom} : {', '.join(dict.fromkeys(dites))}".removeprefix(" : "))
    return [*phrases, *_ruptures_dites(dessinee)]


def _ruptures_dites(dessinee: pd.DataFrame) -> list[str]:
    """Return the breaks of what is drawn, each once: « rupture de série en 2021, … »."""
    rompues = dessinee[dessinee["rupture"]]
    ruptures = [
        dire_de_l_atelier("rupture_courte", annee=annee, raison=raison)
        for annee, raison in zip(rompues["rupture_en"], rompues["raison"], strict=True)
    ]
    return list(dict.fromkeys(ruptures))


def panneaux(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    echelle: str = "commune",
) -> Figure:
    """Trace un petit graphique par nom, côte à côte, les mêmes années en bas.

    Paramètres :
        table: Comme pour ``courbes``.
        y: La colonne des valeurs.
        par: La colonne des noms : un panneau chacun.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.
        unite: L'unité ; celle de la table par défaut.
        echelle: « commune » à tous les panneaux, ou « propre » à chacun ; le dessin le dit.

    Exemples :
        >>> from ctglib import atelier as a
        >>> figure = a.panneaux(a.donnees("cnaf_foyers_rsa", ["Harnes", "Lens", "Avion"]))
        >>> len(figure.axes)
        3
    """
    if echelle not in ("commune", "propre"):
        raise inconnu("L'échelle", echelle, ("commune", "propre"))
    attrs = _tracable(table, y, "annee", par, titre=titre, source=source, unite=unite)
    dessinee = _pour_dessin(table, y, par, attrs)
    _refuser_des_doubles(table, dessinee, attrs["titre"])
    connue = dessinee.groupby("libelle", sort=False)["valeur"].transform("count").gt(0)
    unite_dite = _unite_et_base(attrs, _base(y, titre))
    series = [
        en_courbes.Panneau(
            nom,
            "" if unite_dite in SANS_UNITE else unite_dite,
            annees,
            en_courbes.remarques({"": annees}),
        )
        for nom, annees in en_courbes.par_nom(dessinee[connue], par="libelle").items()
    ]
    commune = echelle == "commune"
    notes = " ".join(
        [dire("meme_echelle" if commune else "echelle_de_chacun"), *_arrondi(table[y])]
    )
    alt = f"{attrs['titre']}. {' ; '.join(_phrases(dessinee))}."

    def dessiner(taille: Largeur) -> Figure:
        with charter_style():
            dessin = feuille(taille)
            source_dite = f"{notes} Source : {attrs['source']}."
            en_courbes.panneaux(series, dessin, source_dite, commune=commune, titre=attrs["titre"])
            legende = {"titre": attrs["titre"], "source": attrs["source"], "alt": alt}
            # What stands under the panels, without the source: a report says that beside.
            dites, _, _ = " ".join(dessin.get_supxlabel().split("\n")).partition(" Source")
            largeur = largeur_de(dessin)
            legende["notes"] = couper(dites, largeur, LIGNES_D_UNE_NOTE)
            setattr(dessin, LEGENDE, legende)
        return dessin

    dessin = _a_redessiner(dessiner)
    setattr(dessin, CHIFFRES, (table, attrs))
    return dessin


def barres(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace une barre par ligne de la table, de haut en bas, la valeur au bout ; une valeur secrète
    est dite en mot, après une case hachurée.

    Paramètres :
        table: Une table d'une seule année, ou dont ``par`` nomme chaque ligne.
        y: La colonne des valeurs.
        par: La colonne des noms.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.
        unite: L'unité ; celle de la table par défaut.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.barres(a.ratio("iris_monoparents", "iris_allocataires", a.lieux(iris="Harnes"), 2020))
        >>> len(ax.patches)
        7
    """  # noqa: E501 - an analyst copies the example

    def tracer(rangees: pd.DataFrame, axes: Axes, couleurs: list[str]) -> None:
        en_barres.barres(rangees, axes, couleurs=couleurs)

    return _rangees(table, y, par, titre, source, unite, ax, tracer)


def points(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace un point par ligne : comme ``barres``, quand l'axe n'a pas à partir de zéro.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.points(a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"], 2024, pour="cnaf_foyers"))
        >>> ax.get_title(loc="left")[:13]
        'Foyers au RSA'
    """  # noqa: E501 - an analyst copies the example

    def tracer(rangees: pd.DataFrame, axes: Axes, couleurs: list[str]) -> None:
        par_couleur = {}
        marques = []
        provisoires = rangees["statut"].isin(CREUX)
        aspects = list(zip(couleurs, provisoires, strict=True))
        for rang, (couleur, creuse) in enumerate(dict.fromkeys(aspects)):
            choisies = pd.Series([aspect == (couleur, creuse) for aspect in aspects])
            valeur = f"valeur_{rang}"
            texte = f"texte_{rang}"
            par_couleur[valeur] = rangees["valeur"].where(choisies)
            par_couleur[texte] = rangees["texte"].where(choisies, "")
            marques.append(en_points.Marque(valeur, "", couleur, texte, creuse=bool(creuse)))
        en_points.points(rangees.assign(**par_couleur), axes, marques=marques, zero=False)

    return _rangees(table, y, par, titre, source, unite, ax, tracer)


def bandes(
    table: pd.DataFrame,
    *,
    y: str | None = None,
    par: str | None = None,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace une case par action, une bande par fiche : où en est ce qui est promis. Ou une case par
    année, une bande par lieu : ce que vaut chaque valeur (connue, provisoire, secrète…).

    Une rupture de série coupe la bande ; la clé compte les cases de chaque état.

    Paramètres :
        table: Ce que rend ``promesses`` ; ou ce que rendent ``donnees``, ``comparer`` ou ``ratio``.
            Une table à vous a les colonnes « modalite » (ce qui est écrit sous la case) et
            « situation » (un état de la charte : « réalisée »…), ou « annee » et « valeur ».
        y: La colonne des états, ou celle des valeurs ; « situation », sinon « valeur », par défaut.
        par: La colonne des noms des bandes ; « intitule », sinon « libelle », par défaut.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.
        unite: L'unité ; celle de la table par défaut.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.bandes(a.promesses("demonstration"))
        >>> ax = a.bandes(a.donnees("filosofi_decile_1", ["Harnes", "Lens", "Acheville"]))
        >>> len(ax.patches)  # neuf cases, deux dans la clé
        11
    """
    if not isinstance(table, pd.DataFrame):
        raise impossible("sans_table", genre=type(table).__name__)
    if y is None:
        y = "situation" if "situation" in table else "valeur"
    if par is None:
        par = "intitule" if "intitule" in table else "libelle"
    des_etats = y in table and not pd.api.types.is_numeric_dtype(table[y])
    dessins = charte().cases if des_etats else charte().valeurs
    colonne = "modalite" if des_etats else "annee"
    attrs = _tracable(
        table, y, par, colonne, titre=titre, source=source, unite=unite, sans_valeur=True
    )
    if titre is None:
        if des_etats:
            attrs["titre"] = table.attrs.get("titre_des_etats", attrs["titre"])
        else:
            attrs["titre"] = dire_de_l_atelier("valeurs_connues", sujet=minuscule(attrs["titre"]))
            attrs["unite"] = ""  # nothing is measured: what is known is said
    notes = []
    base = ""
    ruptures = []
    if des_etats:
        cases = _cases_des_etats(table, y, par)
        if "promesse" in table:
            notes = [dire_de_l_atelier("numeros_des_actions")]
    else:
        dessinee = _pour_dessin(table, y, par, attrs)
        _refuser_des_doubles(table, dessinee, attrs["titre"])
        lignes = en_courbes.par_nom(dessinee, par="libelle")
        cases = _cases_des_annees(lignes)
        notes = [*_notes_des_bandes(lignes), *secrets_dits([table[y]])]
        base = _base(y, titre)
        ruptures = _ruptures_dites(dessinee)
    phrases = [*_phrases_des_bandes(cases, dire_les_annees=not des_etats), *ruptures]

    def tracer_sur(axes: Axes) -> Axes:
        _cadre(axes, attrs, phrases, base, notes=notes, en_titre=True)
        largeur = largeur_de(axes) / POINTS_PAR_CM
        a_gauche = not est_etroit(axes)
        hauteur = en_bandes.tracer_les_bandes(cases, axes, largeur, dessins, a_gauche)
        if not a_gauche:  # a year is wider than its case, which stands at the edge
            axes.set_xlim(-BORD_DES_BANDES, largeur)
        axes.set_aspect("equal", anchor="NW")
        for texte in axes.texts:  # measured: they hold in the axes
            texte.set_in_layout(False)
        if ax is None:
            autour = AUTOUR_DES_BANDES * INTERLIGNE
            _fixer_la_hauteur(axes, hauteur * POINTS_PAR_CM + autour)
        return axes

    return _sur_des_axes(ax, tracer_sur, table, attrs)


def _cases_des_etats(table: pd.DataFrame, y: str, par: str) -> pd.DataFrame:
    """Return the cases of a table of states, as ``tracer_les_bandes`` reads them, and « dit ».

    Raises:
        DemandeImpossible: A state is none that the charter draws.
    """
    codes = {case.mot: code for code, case in charte().cases.items()}
    etats = table[y].astype(str)
    inconnus = etats[~etats.isin(list(codes))].unique()
    if len(inconnus):
        raise impossible(
            "etats_inconnus",
            colonne=y,
            etats=", ".join(f"« {etat} »" for etat in inconnus),
            possibles=", ".join(codes),
        )
    return pd.DataFrame(
        {
            "ligne": table[par].astype(str).tolist(),
            "case": table["modalite"].astype(str).tolist(),
            "etat": etats.map(codes).tolist(),
            "dit": etats.tolist(),
        }
    )


def _cases_des_annees(lignes: dict[str, list[en_courbes.Annee]]) -> pd.DataFrame:
    """Return a case for each name and each year that one of them has, as ``tracer_les_bandes``
    reads them, and « dit », its word.
    """
    dessins = charte().valeurs
    annees = sorted({annee.annee for de_la_ligne in lignes.values() for annee in de_la_ligne})
    cases = []
    for nom, de_la_ligne in lignes.items():
        par_annee = {annee.annee: annee for annee in de_la_ligne}
        for rang, annee in enumerate(annees):
            lue = par_annee.get(annee)
            etat = en_bandes.ABSENTE if lue is None else _etat_de(lue)
            dit = dessins[etat].mot
            rompue = False
            if lue is not None:
                rompue = bool(lue.rupture) and rang > 0
                dit = lue.texte if isnan(lue.valeur) else dit
            cases.append((nom, str(annee), etat, rompue, dit))
    return pd.DataFrame(cases, columns=["ligne", "case", "etat", "rompue", "dit"])


def _etat_de(annee: en_courbes.Annee) -> str:
    """Return which of ``valeurs`` in ``charte.yaml`` a year is drawn as."""
    if isnan(annee.valeur):
        return annee.statut if annee.statut in ABSENCES else en_bandes.ABSENTE
    return annee.statut if annee.statut in CREUX else Statut.NORMAL


def _notes_des_bandes(lignes: dict[str, list[en_courbes.Annee]]) -> list[str]:
    """Return what the key of bands does not say: why years do not compare, and the absences that
    are for a reason of their own.
    """
    dits_par_la_cle = (*mots_des_statuts().values(), dire_de_l_atelier("absent"))
    notes = []
    for remarque in en_courbes.remarques(lignes):
        autre_absence = remarque.signe == "absence" and not remarque.texte.endswith(dits_par_la_cle)
        if remarque.signe == "rupture" or autre_absence:
            notes.append(remarque.texte)
    return notes


def _phrases_des_bandes(cases: pd.DataFrame, *, dire_les_annees: bool) -> list[str]:
    """Return what the bands say, one sentence each: « Harnes : connue (2020 à 2024) »."""
    phrases = []
    for nom, bande in cases.groupby("ligne", sort=False):
        dites = []
        for dit, les_siennes in bande.groupby("dit", sort=False)["case"]:
            lesquelles = ", ".join(les_siennes)
            if dire_les_annees:
                lesquelles = phrase_des_annees(map(int, les_siennes))
            dites.append(f"{dit} ({lesquelles})")
        phrases.append(f"{nom} : {', '.join(dites)}".removeprefix(" : "))
    return phrases


def carte(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    lieu: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Colorie les communes selon leur valeur, en classes de même effectif ; une commune sans valeur
    est hachurée. Une commune est entourée ; elle, la plus haute, la plus basse et celles où un nom
    tient sont nommées.

    Paramètres :
        table: Une ligne par commune (``donnees``, ``ratio``) ; sa dernière année est montrée.
        y: La colonne des valeurs.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut. Celle des contours la suit.
        unite: L'unité ; celle de la table par défaut.
        lieu: La commune à entourer, par son nom ou son code ; celle de la convention par défaut, si
            elle y est.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> voisines = a.lieux(epci="Lens-Liévin")
        >>> ax = a.carte(a.ratio("cnaf_foyers_rsa", "cnaf_foyers", voisines))
        >>> len(ax.collections) > 1
        True
    """
    _tracable(table, y, "territoire", "annee", titre=titre, source=source, unite=unite)
    annee = int(table["annee"].max())
    lignes = table[table["annee"] == annee]
    contours = publiques.contours(lignes["territoire"])
    if contours.empty:
        raise impossible("sans_contour")
    if lieu is not None and lieu_designe(lignes, lieu) not in set(lignes["territoire"]):
        raise DemandeImpossible(f"« {lieu} » : {dire_de_l_atelier('hors_de_la_table')}.")
    hors_de_la_carte = lignes[~lignes["territoire"].isin(contours["code"])]
    lignes = lignes[lignes["territoire"].isin(contours["code"])]
    attrs = _tracable(lignes, y, titre=titre, source=source, unite=unite)
    valeurs = _pour_dessin(lignes, y, "libelle", attrs)
    doubles = lignes["territoire"].duplicated(keep=False).tolist()  # two communes share a name
    _refuser_des_doubles(lignes, valeurs[doubles], attrs["titre"], "")
    valeurs = valeurs.assign(code=lignes["territoire"].tolist())
    communes = contours.merge(valeurs, how="left", on="code")
    absentes = valeurs[valeurs["valeur"].isna()]
    mots = [f"{mot} ({nombre})" for mot, nombre in absentes["texte"].value_counts().items()]
    presentes = communes.dropna(subset="valeur").sort_values("valeur")
    extremes = pd.concat([presentes.head(1), presentes.tail(1)])
    phrases = [
        f"{nom} : {texte}" for nom, texte in zip(extremes["nom"], extremes["texte"], strict=True)
    ]
    phrases += [f"sans valeur : {', '.join(mots)}"] if mots else []
    notes = [
        *_hors_de_la_carte(hors_de_la_carte),
        *_statuts_dits(valeurs, "carte_provisoire"),
        *secrets_dits([lignes[y]]),
        *_arrondi(lignes[y]),
    ]
    titre_de_l_annee = f"{titre}, {annee}" if titre else attrs["titre"]
    avec_contours: Attributs = {
        **attrs,
        "source": f"{attrs['source']} ; contours : {CONTOURS}",
        "titre": titre_de_l_annee,
    }
    legende = dire_unite(attrs["unite"])
    entouree = lieu_designe(lignes, lieu)
    textes = _noms_de_la_carte(communes, entouree, extremes)
    toujours = [entouree, *extremes["code"]]

    def tracer_sur(axes: Axes) -> Axes:
        teintes = tracer_carte(
            axes, communes, legende=legende, entouree=entouree, absence=", ".join(mots)
        )
        _cadre(axes, avec_contours, dict.fromkeys(phrases), _base(y, titre), notes=notes)
        if ax is None:
            _ajuster_la_carte(axes)
        mise_en_page = figure_de(axes).get_layout_engine()
        if mise_en_page is not None:
            mise_en_page.execute(figure_de(axes))
        nommer_les_communes(axes, communes, textes, teintes, toujours)
        return axes

    return _sur_des_axes(ax, tracer_sur, lignes, avec_contours)


def lieu_designe(lignes: pd.DataFrame, lieu: str | None = None) -> str:
    """Return the code of the place that stands out among others: the one asked for, the one chosen
    in the table, else that of the convention; "" when the table has none.
    """
    if lieu is not None:
        return code_du_lieu(lieu)
    if "choisi" in lignes and lignes["choisi"].any():
        return str(lignes.loc[lignes["choisi"], "territoire"].iloc[0])
    presents = set(lignes["territoire"])
    for code in territoires_des_conventions():
        if code in presents:
            return code
    return ""


def _hors_de_la_carte(lignes: pd.DataFrame) -> list[str]:
    """Return the sentence that names the places of a table without outline, that are not drawn."""
    if lignes.empty:
        return []
    colonne = "libelle" if "libelle" in lignes else "territoire"
    noms = lignes[colonne].astype(str).unique().tolist()
    cites = enumerer(noms)
    if len(noms) > LIEUX_CITES:
        cites = f"{', '.join(noms[:LIEUX_CITES])}… ({len(noms)})"
    return [f"{cites} : {dire_de_l_atelier('absent')}."]


def _noms_de_la_carte(
    communes: pd.DataFrame, entouree: str, extremes: pd.DataFrame
) -> dict[str, str]:
    """Return the name and the value of each commune, by code, in the order in which they are to be
    written: the one that stands out, the extreme ones, then the largest on the map.
    """
    surfaces = [
        sum(float(np.ptp(contour[:, 0]) * np.ptp(contour[:, 1])) for contour in contours)
        for contours in communes["contour"]
    ]
    premieres = [entouree, *extremes["code"][::-1]]
    rangees = communes.assign(
        surface=surfaces,
        apres=[
            premieres.index(code) if code in premieres else len(premieres)
            for code in communes["code"]
        ],
    ).sort_values(["apres", "surface"], ascending=[True, False])
    return {
        code: f"{nom}\n{texte}"
        for code, nom, texte in zip(rangees["code"], rangees["nom"], rangees["texte"], strict=True)
    }


def _ajuster_la_carte(axes: Axes) -> None:
    """Make a figure as high as its map, whose key stands under it when it is narrow."""
    dessin = figure_de(axes)
    cle = axes.get_legend()
    assert cle is not None
    en_points = POINTS_PAR_POUCE / dessin.dpi
    taille_de_la_cle = cle.get_window_extent(FigureCanvasAgg(dessin).get_renderer())
    largeur = largeur_de(dessin)
    dessous = 0.0
    if est_etroit(axes):
        cle.set_bbox_to_anchor((0, 0))
        dessous = taille_de_la_cle.height * en_points
    else:
        largeur -= taille_de_la_cle.width * en_points
    bas, haut = axes.get_ylim()
    gauche, droite = axes.get_xlim()
    proportion = float(axes.get_aspect()) * (haut - bas) / (droite - gauche)
    _fixer_la_hauteur(axes, largeur * proportion + dessous + AUTOUR_D_UNE_CARTE * INTERLIGNE)


def eventail(
    table: pd.DataFrame,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace ce que rend ``prolonger`` pour un lieu : les années connues, puis la fourchette,
    jusqu'aux années refusées.

    Paramètres :
        table: Ce que rend ``prolonger``, un seul lieu.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.
        unite: L'unité ; celle de la table par défaut.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.eventail(a.prolonger("moins_de_3_ans", "Harnes"))
        >>> len(ax.collections)
        1
    """
    colonnes = ("annee", "valeur", "bas", "haut")
    attrs = _tracable(table, "central", *colonnes, titre=titre, source=source, unite=unite)
    noms = table["libelle"].unique()
    if len(noms) != 1:
        raise impossible("un_seul_lieu", nombre=len(noms))
    notes = [dire("bande_de_l_eventail"), *_constats(table)]
    dernier = table[table["bas"].notna()].iloc[-1]
    phrases = [
        dire_de_l_atelier(
            "prolongement_alt",
            nom=noms[0],
            annee=int(dernier["annee"]),
            bas=f"{dernier['bas']:.0f}",
            haut=f"{dernier['haut']:.0f}",
        )
    ]
    avec_le_lieu: Attributs = {
        **attrs,
        "titre": f"{attrs['titre']}, {noms[0]}",
        "unite": "" if attrs["unite"] in SANS_UNITE else attrs["unite"],
    }

    def tracer_sur(axes: Axes) -> Axes:
        _cadre(axes, avec_le_lieu, phrases, notes=notes)
        if ax is None:
            _fixer_la_hauteur(axes, HAUTEUR_D_UN_EVENTAIL)
        return en_eventail.eventail(table, axes)

    return _sur_des_axes(ax, tracer_sur, table, avec_le_lieu)


def _constats(table: pd.DataFrame) -> list[str]:
    """Return what is known since of years that are drawn as to come."""
    a_venir = table[table["valeur"].isna() & table["bas"].notna()]
    constat = dire_de_l_atelier("prolongement_constate", valeur="")
    return [
        f"{annee} : {statut}."
        for annee, statut in zip(a_venir["annee"], a_venir["statut"], strict=True)
        if statut.startswith(constat)
    ]


def _rangees(
    table: pd.DataFrame,
    y: str,
    par: str,
    titre: str | None,
    source: str | None,
    unite: str | None,
    ax: Axes | None,
    tracer: Callable[[pd.DataFrame, Axes, list[str]], None],
) -> Axes:
    """Draw a row a line of a table, from top to bottom, with its name and its value.

    When two rows have the same name, all have with it what tells them apart, by the columns of
    ``DISTINCTIONS``: « Harnes, 2024 »; in a table of ranks, each has its own: « Harnes, 31e ».
    """
    attrs = _tracable(table, y, par, titre=titre, source=source, unite=unite)
    noms = _noms(table, par, attrs)
    for colonne in DISTINCTIONS:
        distingue = colonne in table and colonne != par and table[colonne].nunique() > 1
        if distingue and noms.duplicated().any():
            noms = noms + ", " + _noms(table, colonne, attrs)
    notes_du_rang = []
    if par == "libelle" and {"rang", "rang_min"} <= set(table.columns):
        noms = noms + ", " + table["rang"].map(_ordinal)
        if RANGES in table.attrs:
            notes_du_rang = [
                dire_de_l_atelier("rangs_du_dessin", sur=table.attrs[RANGES]),
                *table.attrs[NON_CLASSES],
            ]
    rangees = _pour_dessin(table, y, par, attrs).assign(libelle=noms.tolist())
    couleurs_de_la_charte = charte().couleurs
    couleurs = [couleurs_de_la_charte.territoire] * len(table)
    if "territoire" in table and lieu_designe(table):  # the place that was asked for stands out
        designe = lieu_designe(table)
        couleurs = [
            couleurs_de_la_charte.territoire
            if code == designe
            else couleurs_de_la_charte.secondaire
            for code in table["territoire"]
        ]
    phrases = [
        f"{nom} : {texte}" for nom, texte in zip(rangees["libelle"], rangees["texte"], strict=True)
    ]
    notes = [
        *notes_du_rang,
        *_statuts_dits(rangees, "creux"),
        *secrets_dits([table[y]]),
        *_arrondi(table[y]),
    ]

    def tracer_sur(axes: Axes) -> Axes:
        tracer(rangees, axes, couleurs)
        en_titre = not axes.xaxis.get_visible()
        _cadre(axes, attrs, phrases, _base(y, titre), notes=notes, en_titre=en_titre)
        if ax is None:
            au_pied = INTERLIGNE  # one line of it is among those around
            hauteur = max(axes.get_ylim()) + AUTOUR_DES_RANGEES * INTERLIGNE - au_pied
            _fixer_la_hauteur(axes, hauteur)
        return axes

    return _sur_des_axes(ax, tracer_sur, table, attrs)


def _ordinal(rang: int) -> str:
    return "1er" if rang == 1 else f"{rang}e"


def _base(y: str, titre: str | None) -> str:
    """Return what is drawn when it is not the values of a table, « écart », unless a title that was
    given says it.
    """
    if y in ("valeur", "central") or titre is not None:
        return ""
    return minuscule(reperes().entetes.get(y, y))


def _arrondi(colonne: pd.Series) -> list[str]:
    """Return the sentence that says to what the source of values rounds them, or rounds what they
    are made from, if it does.
    """
    arrondi = arrondi_de(colonne)
    if arrondi:
        return [dire_de_l_atelier("arrondi_du_dessin", arrondi=arrondi)]
    origines = {
        origine
        for marque in set(marques_de(colonne))
        if marque is not None
        for origine in marque.origines
    }
    pas = {origine.arrondi for origine in origines if origine.unite == "nombre"}
    pas = {float(arrondi) for arrondi in pas if arrondi and arrondi > 1}
    if len(pas) != 1:
        return []
    return [dire_de_l_atelier("arrondi_d_un_calcul", arrondi=nombre_court(pas.pop()))]


def _statuts_dits(dessinee: pd.DataFrame, phrase: str) -> list[str]:
    """Return by status that may change what a drawing says of it: whose values have it."""
    dites = []
    presentes = dessinee[dessinee["valeur"].notna()]
    for statut in CREUX:
        noms = presentes.loc[presentes["statut"].eq(statut), "libelle"]
        if len(noms):
            mot = dire(f"statut_{statut.lower()}")
            separateur = " ; " if noms.str.contains(",").any() else ", "
            lieux = separateur.join(noms)
            dites.append(dire_de_l_atelier(phrase, mot=mot, lieux=lieux))
    return dites


def _pour_dessin(table: pd.DataFrame, y: str, par: str, attrs: Attributs) -> pd.DataFrame:
    """Return the rows of a table as the drawings read them: libelle, annee, valeur, statut (a
    code), texte, rupture and raison.

    What a value knows of itself comes before what the row says of another.
    """
    table = table.reset_index(drop=True)
    marques = marques_de(table[y])
    dessinee = pd.DataFrame({"valeur": _nombres(table[y])})
    dessinee["libelle"] = _noms(table, par, attrs) if par in table else ""
    codes = {mot: code for code, mot in mots_des_statuts().items()}
    mots = pd.Series("", table.index)
    if "statut" in table and not any(marques):
        mots = table["statut"].fillna("").astype(str)
    decimales = decimales_de(dessinee["valeur"])
    statuts = []
    textes = []
    for valeur, marque, mot in zip(dessinee["valeur"], marques, mots, strict=True):
        if marque is not None:
            mot = marque.mot
        statuts.append(marque.statut if marque else codes.get(mot, mot))
        if pd.isna(valeur):
            textes.append(mot or dire_de_l_atelier("absent"))
        else:
            textes.append(dire_valeur(valeur, marque, decimales))
    saisies = [_est_saisie(marque) for marque in marques]
    if any(saisies) and not all(saisies):  # a value that was typed among those of a source
        presentes = dessinee["valeur"].notna()
        statuts = [
            SAISI if saisie and presente else statut
            for saisie, presente, statut in zip(saisies, presentes, statuts, strict=True)
        ]
    dessinee = dessinee.assign(statut=statuts, texte=textes)
    if "annee" not in table:
        return dessinee
    return _avec_les_ruptures(dessinee.assign(annee=lire_les_annees(table["annee"])), marques)


def _est_saisie(marque: Marque | None) -> bool:
    """Tell whether a value was typed, or made from one that was."""
    return marque is None or SAISIE in marque.origines


def _avec_les_ruptures(dessinee: pd.DataFrame, marques: list[Marque | None]) -> pd.DataFrame:
    """Return years with the breaks between each and the one before it of the same name: rupture,
    rupture_en (its year, 0 without any) and raison.
    """
    precedentes = dessinee.sort_values("annee", kind="stable").groupby("libelle")["annee"].shift()
    ruptures = []
    for annee, precedente, marque in zip(
        dessinee["annee"], precedentes.sort_index(), marques, strict=True
    ):
        if marque is None or pd.isna(precedente):
            ruptures.append([])
        else:
            ruptures.append(marque.depuis(int(precedente), annee))
    return dessinee.assign(
        rupture=[len(de_l_annee) > 0 for de_l_annee in ruptures],
        rupture_en=[de_l_annee[-1][0] if de_l_annee else 0 for de_l_annee in ruptures],
        raison=[" ; ".join(raison for _, raison in de_l_annee) for de_l_annee in ruptures],
    )


def _noms(table: pd.DataFrame, colonne: str, attrs: Attributs) -> pd.Series:
    """Return the names of a column as they are shown: a series has its label, not its code."""
    noms = table[colonne].astype(str)
    if colonne == "modalite":
        return noms.replace("", dire_de_l_atelier("ensemble"))
    if colonne != "indicateur":
        return noms
    return noms.replace(noms_courts(attrs["series"]))


def _nombres(valeurs: pd.Series) -> list[float]:
    """Return values as matplotlib draws them: NaN for what is absent or divided by zero."""
    lues = valeurs.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    return np.where(np.isinf(lues), np.nan, lues).tolist()


def _tracable(
    table: pd.DataFrame,
    y: str,
    *colonnes: str,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
    sans_valeur: bool = False,
) -> Attributs:
    """Return the attributs of a table that can be drawn.

    Raises:
        DemandeImpossible: It lacks one of these columns, or has no row, or no value in ``y``; a
            table ``sans_valeur`` is drawn when its values say why they are absent.
    """
    attrs = attributs(table, titre=titre, source=source, unite=unite, colonne=y)
    for colonne in (y, *colonnes):
        if colonne not in table:
            raise inconnu("La colonne", colonne, table.columns)
    if table.empty:
        raise impossible("table_vide")
    raisons_dites = sans_valeur and est_mesuree(table[y])
    if table[y].isna().all() and not raisons_dites:
        statuts = {"absente": len(table)}
        if "statut" in table:
            statuts = table["statut"].value_counts()
        absentes = ", ".join(f"{effectif} « {statut} »" for statut, effectif in statuts.items())
        raise impossible("sans_valeur", absentes=absentes)
    return attrs


def _sur_des_axes(
    ax: Axes | None, tracer: Callable[[Axes], Axes], table: pd.DataFrame, attrs: Attributs
) -> Axes:
    """Return axes on which something is drawn in the charter's style: those given, or new ones as
    wide as a page, whose figure can be drawn again narrower and has its numbers (``chiffres_de``).
    """
    if ax is not None:
        if not isinstance(ax, Axes):
            raise impossible("faux_axes", genre=type(ax).__name__)
        with charter_style():
            return tracer(ax)

    def dessiner(taille: Largeur) -> Figure:
        with charter_style():
            return figure_de(tracer(feuille(taille).add_subplot()))

    dessin = _a_redessiner(dessiner)
    setattr(dessin, CHIFFRES, (table, attrs))
    return dessin.axes[0]


def _a_redessiner(dessiner: Callable[[Largeur], Figure]) -> Figure:
    """Return a figure as wide as a page, which keeps how to be drawn again (``recette_de``)."""
    dessin = dessiner("large")
    setattr(dessin, RECETTE, dessiner)
    return dessin


def recette_de(figure: Figure) -> Callable[[Largeur], Figure] | None:
    """Return how the verb that drew a figure draws it at another width; None when no verb did, or
    when somebody changed it since: what they added must be seen.
    """
    dessiner = getattr(figure, RECETTE, None)
    if dessiner is None or _aspect(figure) != _aspect(dessiner("large")):
        return None
    return dessiner


def _aspect(figure: Figure) -> bytes:
    """Return how a figure looks, wherever the layout has put its axes and what is around them."""
    copie = deepcopy(figure)
    copie.set_layout_engine("none")
    for axes in copie.axes:
        axes.set_position((0.2, 0.2, 0.6, 0.6))
    for texte in copie.texts:
        texte.set_position((0, 0))
    octets = BytesIO()
    with charter_style():
        copie.savefig(octets, format="svg", metadata=SANS_DATE["svg"])
    return octets.getvalue()


def _fixer_la_hauteur(axes: Axes, hauteur: float) -> None:
    """Set the height of a figure, in points: what is given, and what stands under its axes."""
    dessin = figure_de(axes)
    au_pied = lignes_de(dessin.get_supxlabel()) * INTERLIGNE
    dessin.set_figheight((hauteur + au_pied) / POINTS_PAR_POUCE)


def _cadre(
    ax: Axes,
    attrs: Attributs,
    phrases: Iterable[str],
    base: str = "",
    *,
    notes: Iterable[str] = (),
    en_titre: bool = False,
) -> Axes:
    """Write the title, the unit and the source of a chart; return its axes.

    The title, the source and the alternative text, « titre. phrase ; phrase. », are also kept on
    the figure, for a report (``legende_de``). The unit is under the title when the axis of the
    values is not shown. ``notes``, which say what the signs are, stand over the source.
    """
    titre = attrs["titre"]
    source = attrs["source"]
    unite = _unite_et_base(attrs, base)
    deja_dite = unite in SANS_UNITE or unite.lower() in titre.lower()
    if en_titre and not deja_dite:
        titre = f"{titre}, {unite}"
    ax.set_title(titre, loc="left", wrap=True)
    if unite not in SANS_UNITE and ax.axison and not en_titre:  # a map has no axis
        if ax.yaxis_inverted():  # rows go from top to bottom: their values are across
            ax.set_xlabel(unite)
        else:
            ax.set_ylabel(unite)
    gris = charte().couleurs.secondaire
    largeur = largeur_de(figure_de(ax))
    sous_le_dessin = [couper(note, largeur, LIGNES_D_UNE_NOTE) for note in notes]
    source_coupee = couper(f"Source : {source}", largeur, LIGNES_D_UNE_NOTE)
    pied = "\n".join([*sous_le_dessin, source_coupee])
    ax.figure.supxlabel(pied, x=0.01, ha="left", fontsize="small", color=gris)
    contenu = " ; ".join(phrases)
    alt = f"{titre}. {contenu}." if contenu else titre
    notes_dites = "\n".join(sous_le_dessin)
    legende = {"titre": titre, "source": source, "alt": alt, "notes": notes_dites}
    setattr(ax.figure, LEGENDE, legende)
    return ax


def _unite_et_base(attrs: Attributs, base: str) -> str:
    """Return the unit of what is drawn, and what it is when that is not the values of a table."""
    unite = dire_unite(attrs["unite"])
    if not base:
        return unite
    deja_dite = unite in SANS_UNITE or base.endswith(f"({unite})")
    return base if deja_dite else f"{base} ({unite})"


def legende_de(figure: object) -> dict[str, str]:
    """Return « titre », « source », « alt » and « notes » of a figure of the atelier; {} for any
    other.
    """
    return getattr(figure, LEGENDE, {})


def chiffres_de(figure: object) -> tuple[pd.DataFrame, Attributs] | None:
    """Return the table that a figure of the atelier shows, and what it says of itself; None for any
    other figure, or one drawn on axes that somebody gave.
    """
    return getattr(figure, CHIFFRES, None)


def dire_unite(unite: str) -> str:
    """Return a unit as it is written, « % »; "" when it has none."""
    return UNITES.get(unite, unite.replace("_", " "))
