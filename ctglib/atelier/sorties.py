"""Ce qui sort de l'atelier : figure ou tableau de rapport, fichier, note d'une page."""

import hashlib
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, replace
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin

from ctglib.atelier.colonnes import colonnes_montrees, deja_dites, entete_mesuree
from ctglib.atelier.dessins import (
    SANS_UNITE,
    chiffres_de,
    dire_unite,
    legende_de,
    lieu_designe,
    recette_de,
)
from ctglib.atelier.ordinaires import arbre_du_html, tableau_du_html
from ctglib.atelier.phrases import DemandeImpossible, dire, impossible
from ctglib.atelier.sujets import LIEUX_NOMMES, noms_courts
from ctglib.atelier.tables import (
    Attributs,
    attributs,
    decimales_de,
    definitions,
    dire_valeur,
    ecrire_cellule,
    est_mesuree,
    secrets_dits,
    signes_de,
)
from ctglib.document.blocs import MIME, Bloc, Encadre, Groupe, Paragraphe, Titre, en_json, liste
from ctglib.document.figure import SANS_DATE, Figure, charte, charter_style, figure_de, habiller
from ctglib.document.tableau import Colonne, Tableau, neutraliser
from ctglib.donnees.ecriture import ecrire as ecrire_fichiers
from ctglib.donnees.lecture import sans_accents
from ctglib.donnees.marques import Marque
from ctglib.donnees.nombres import marques_de
from ctglib.donnees.publiques import reperes
from ctglib.export.formats import formats_connus, formats_entiers
from ctglib.graphiques.feuille import (
    INTERLIGNE,
    POINTS_PAR_POUCE,
    couper,
    largeur_de,
    lignes_de,
)
from ctglib.secret.garde import verifier_la_sortie

if TYPE_CHECKING:
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.interactiveshell import InteractiveShell
    from openpyxl.worksheet.worksheet import Worksheet

LIGNES_MONTREES = 40
LIGNES_EN_CARTES = 8  # beyond, a table of numbers stays one on a narrow screen
COLONNES_D_UNE_TABLE_ETROITE = 4
# JupyterLab lacks the font that the labels were measured with: a wider one must not be cut. It sets
# text to the right.
DANS_JUPYTERLAB = (
    "<style>.jp-OutputArea svg {overflow: visible} "
    ".jp-OutputArea :is(td, th):not(.nombre) {text-align: left}</style>"
)
PONCTUELLE = "Analyse ponctuelle : elle n'a pas été examinée par le comité de pilotage."
MOTS_DU_NOM = 6
PREMIERE_LIGNE = 4  # of a sheet, under its title: the headers
PLUS_LARGE = 60  # signs of a column of a sheet


def figure(
    ax: Axes | Dessin,
    *,
    titre: str | None = None,
    alt: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> Figure:
    """Rend un graphique montrable dans un rapport : il y faut un titre, un texte pour qui ne le
    voit pas, une source.

    Un graphique de l'atelier connaît déjà son titre et sa source ; pour un autre, les donner : il
    prend aussi les polices, les couleurs et le cadre de la charte, là où l'on n'en a pas choisi.

    Paramètres :
        ax: Des axes, ou une figure, de matplotlib.
        titre: Ce que le graphique demande ou dit.
        alt: Ce qu'il montre, avec ses principaux chiffres.
        source: Le producteur et le document.
        unite: L'unité de ses valeurs, dite après le titre.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.courbes(a.donnees("cnaf_foyers_rsa", "Harnes"))
        >>> a.figure(ax, alt="De 670 foyers en 2020 à 560 en 2024.").source[:4]
        'Cnaf'
    """
    dessin = _dessin_de(ax)
    legende = legende_de(dessin)
    chiffres = chiffres_de(dessin)
    redessiner = recette_de(dessin) if legende else None
    if legende:
        dessin = _sans_legende(deepcopy(dessin))
        if redessiner is None:
            _loger_les_textes(dessin)
    titre = titre or legende.get("titre", "")
    unite = dire_unite(unite or "")
    if titre and unite not in SANS_UNITE and unite not in titre:
        titre = f"{titre}, {unite}"
    source = source or legende.get("source", "")
    alt = alt or ""
    nom = _nom(titre, alt)
    try:
        rendue = figure_de(
            dessin,
            nom=nom,
            titre=titre,
            alt=alt,
            source=source,
            tableau=_chiffres(chiffres, nom) if chiffres else None,
        )
    except ValueError as error:
        raise DemandeImpossible(str(error)) from None
    if redessiner is not None:
        return replace(rendue, dessiner=lambda taille: _sans_legende(redessiner(taille)))
    if legende:  # of the atelier, changed since
        return rendue
    return replace(rendue, dessiner=lambda taille: habiller(rendue.dessiner(taille)))


def _chiffres(chiffres: tuple[pd.DataFrame, Attributs], nom: str) -> Tableau:
    """Return the numbers of a chart, which a page unfolds under it."""
    table, attrs = chiffres
    montres = tableau(table, attrs["titre"], source=attrs["source"])
    return replace(montres, nom=f"donnees-{nom}", donnees_de=nom)


def _loger_les_textes(dessin: Dessin) -> None:
    """Have a figure that an analyst changed make room for its texts, in place: they were measured
    for the limits that it had.
    """
    for axes in dessin.axes:
        for texte in axes.texts:
            texte.set_in_layout(True)


def _sans_legende(dessin: Dessin) -> Dessin:
    """Return a figure of the atelier, changed in place, without its title and its source, which the
    caption of a report says.
    """
    gris = charte().couleurs.secondaire
    legende = legende_de(dessin)
    notes = legende["notes"]
    retirees = lignes_de(dessin.get_supxlabel()) - lignes_de(notes)
    dessin.supxlabel(notes, x=0.01, ha="left", fontsize="small", color=gris)
    if dessin.get_suptitle():
        dessin.suptitle("")
        return dessin
    retirees += lignes_de(couper(legende["titre"], largeur_de(dessin)))
    for axes in dessin.axes:
        axes.set_title("", loc="left")
        fixe = axes.get_aspect() != "auto"  # these would not grow into the room that is left
        if fixe and axes.get_legend() is None:  # the key of a map needs it
            retire = retirees * INTERLIGNE / POINTS_PAR_POUCE
            dessin.set_figheight(dessin.get_figheight() - retire)
    return dessin


def tableau(
    table: pd.DataFrame,
    titre: str | None = None,
    *,
    source: str | None = None,
    unite: str | None = None,
) -> Tableau:
    """Rend une table montrable dans un rapport, un PDF ou Word, avec son titre, sa source et ses
    remarques.

    Une valeur provisoire porte « (p) », une estimée « (e) », une qui compare de part et d'autre
    d'une rupture « (r) » ; une valeur absente dit pourquoi à sa place.

    Paramètres :
        table: Une table de l'atelier, ou toute table pandas si un titre est donné.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle des valeurs par défaut.
        unite: L'unité ; celle des valeurs par défaut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.tableau(a.donnees("cnaf_foyers_rsa", "Harnes", 2024)).titre
        'Foyers au RSA, Harnes, 2024'
    """
    attrs = attributs(table, titre=titre, source=source, unite=unite)
    if table.empty:
        raise impossible("table_vide")
    a_plat = _a_plat(table)
    notes = list(attrs["remarques"])
    montrees = colonnes_montrees(a_plat, attrs)
    if len(a_plat) > LIGNES_MONTREES:
        notes.insert(0, dire("lignes_montrees", montrees=LIGNES_MONTREES, lignes=len(a_plat)))
        est_montree = pd.RangeIndex(len(a_plat)) < LIGNES_MONTREES
        if "territoire" in a_plat:  # the place that stands out, however far down
            est_montree = est_montree | a_plat["territoire"].eq(lieu_designe(a_plat))
        a_plat = a_plat[est_montree]
    a_plat_entier = a_plat
    a_plat = a_plat.iloc[:, montrees]
    notes += _notes_des_signes(a_plat)
    designe = _designe(a_plat_entier)
    if designe.any():
        notes.append(dire("lieu_designe", nom=a_plat_entier.loc[designe, "libelle"].iloc[0]))
    noms = [_nom_de_colonne(colonne) for colonne in a_plat.columns]
    inutiles = deja_dites(a_plat, attrs["titre"])
    colonnes = []
    cellules = {}
    for rang, nom in enumerate(noms):
        colonne = a_plat.iloc[:, rang]
        groupe, dite = entete_mesuree(a_plat.columns[rang], colonne, a_plat_entier, attrs, unite)
        cle = f"{nom}_{rang}" if nom in noms[:rang] else nom
        if nom not in inutiles:
            numerique = bool(colonnes) and pd.api.types.is_numeric_dtype(colonne)
            colonnes.append(Colonne(cle, dite, numerique, groupe))
        cellules[cle] = _cellules(nom, colonne, attrs)
        if nom == "libelle":
            cellules[cle] = [
                f"→ {cellule}" if est_la else cellule
                for cellule, est_la in zip(cellules[cle], designe, strict=True)
            ]
    return Tableau(
        nom=_nom(attrs["titre"], table.to_csv()),
        titre=attrs["titre"],
        colonnes=tuple(colonnes),
        cellules=pd.DataFrame(cellules),
        donnees=_avec_statuts(a_plat.set_axis(list(cellules), axis=1)),
        source=attrs["source"],
        notes=tuple(dict.fromkeys(notes)),
        classe=_classe(colonnes, len(a_plat)),
    )


def _designe(table: pd.DataFrame) -> pd.Series:
    """Tell which rows are of the place that stands out, among those of many places; none when they
    are few enough to be found at once.
    """
    if not {"territoire", "libelle"} <= set(table.columns):
        return pd.Series(False, index=table.index)
    if table["territoire"].nunique() <= LIEUX_NOMMES:
        return pd.Series(False, index=table.index)
    return table["territoire"].eq(lieu_designe(table))


def _cellules(nom: str, colonne: pd.Series, attrs: Attributs) -> list[str]:
    """Return the cells of a column as they are shown; values that have not all the same unit have
    each its own, and the decimals that the values of that unit need.
    """
    if nom == "indicateur":
        colonne = _libelles(colonne, attrs)
    if nom == "modalite":
        colonne = colonne.replace("", dire("ensemble"))
    marques = marques_de(colonne)
    unites_des_lignes = pd.Series(
        ["" if marque is None else marque.unite for marque in marques], index=colonne.index
    )
    decimales = {
        unite: decimales_de(colonne[unites_des_lignes == unite])
        for unite in unites_des_lignes.unique()
    }
    unites = {marque.unite for marque in marques if marque is not None}
    cellules = []
    for valeur, marque, sa_mesure in zip(colonne, marques, unites_des_lignes, strict=True):
        cellule = dire_valeur(valeur, marque, decimales[sa_mesure])
        unite = dire_unite(marque.unite) if marque is not None else ""
        if len(unites) > 1 and unite not in SANS_UNITE and pd.notna(valeur):
            nombre, parenthese, signe = cellule.partition(" (")
            cellule = f"{nombre} {unite}{parenthese}{signe}"
        cellules.append(cellule)
    return cellules


def _classe(colonnes: list[Colonne], lignes: int) -> str:
    """Return how a page shows a table on a narrow screen: still as a table when it is one of
    numbers, with few columns, headers of two levels, or many rows, which cards would make endless.
    """
    nombres = sum(colonne.numerique for colonne in colonnes)
    etroite = len(colonnes) <= COLONNES_D_UNE_TABLE_ETROITE and nombres == len(colonnes) - 1
    longue = lignes > LIGNES_EN_CARTES and 2 * nombres >= len(colonnes) - 1
    a_deux_niveaux = any(colonne.groupe for colonne in colonnes)
    return "reste-table" if etroite or longue or a_deux_niveaux else ""


def _libelles(codes: pd.Series, attrs: Attributs) -> pd.Series:
    """Return the labels of series, by their codes."""
    return codes.astype(str).replace(noms_courts(attrs["series"]))


def _notes_des_signes(table: pd.DataFrame) -> list[str]:
    """Return what the signs after the values of a table mean, « (p) : valeur provisoire. », and
    « secret » in the place of one.
    """
    signes = dict.fromkeys(signe for marque in _marques(table) for signe in signes_de(marque))
    colonnes = [table.iloc[:, rang] for rang in range(table.shape[1])]
    return [*(dire(f"signe_{signe}") for signe in signes), *secrets_dits(colonnes)]


def _avec_statuts(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table to be read by a program: after a column of which a value is absent, not sure,
    or made across a break, another says of which, unless « statut » does.
    """
    colonnes = {}
    for rang, nom in enumerate(table.columns):
        colonne = table.iloc[:, rang]
        colonnes[nom] = colonne
        mots = []
        for valeur, marque in zip(colonne, marques_de(colonne), strict=True):
            mots.append("" if marque is None else _mot_du_statut(valeur, marque))
        deja_dits = nom == "valeur" and "statut" in table
        if any(mots) and not deja_dits:
            colonnes[dire("statut_de", colonne=nom)] = pd.Series(mots, index=table.index)
    return pd.DataFrame(colonnes)


def _mot_du_statut(valeur: Any, marque: Marque) -> str:
    """Return in words why a value is absent, or what it is worth; "" when it is plain."""
    if pd.isna(valeur):
        return marque.mot
    signes = signes_de(marque)
    return " ".join(dire(f"signe_{signe}").partition(" : ")[2].rstrip(".") for signe in signes)


def _marques(table: pd.DataFrame) -> list[Marque]:
    """Return what the values of a table that are there know of themselves, each thing once."""
    marques: dict[Marque, None] = {}
    for rang in range(table.shape[1]):
        colonne = table.iloc[:, rang].dropna()
        marques |= dict.fromkeys(marque for marque in marques_de(colonne) if marque is not None)
    return list(marques)


def _nom_de_colonne(colonne: object) -> str:
    """Return the name of a column in one text, whatever its levels: « valeur, 2024 »."""
    niveaux = colonne if isinstance(colonne, tuple) else (colonne,)
    return ", ".join(str(niveau) for niveau in niveaux if str(niveau))


def enregistrer(
    objet: object,
    nom: str | Path,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str | None = None,
) -> Path:
    """Enregistre une table (xlsx, csv, docx, odt), un graphique (png, svg, pdf) ou une note (docx,
    odt, pdf, html).

    Le titre, l'unité et la source sont dans le fichier, ceux d'une table si on les donne. Une
    extension inconnue est refusée.

    Exemples :
        >>> from ctglib import atelier as a
        >>> import tempfile, pathlib
        >>> dossier = pathlib.Path(tempfile.mkdtemp())
        >>> a.enregistrer(a.donnees("cnaf_foyers_rsa", "Harnes"), dossier / "rsa.xlsx").name
        'rsa.xlsx'
    """
    chemin = Path(nom)
    if not isinstance(objet, pd.DataFrame) and (titre or source or unite):
        raise impossible("dit_par_lui_meme", genre=type(objet).__name__)
    if isinstance(objet, Note):
        return objet.enregistrer(chemin)
    if isinstance(objet, pd.DataFrame):
        forme = _forme(chemin, ("xlsx", "csv", *_formats_a_retoucher()), "une table")
        attrs = attributs(objet, titre=titre, source=source, unite=unite)
        if objet.empty:
            raise impossible("table_vide")
        if forme == "xlsx":
            return _ecrire(chemin, _xlsx(objet, attrs, unite))
        if forme != "csv":
            return enregistrer(tableau(objet, titre, source=source, unite=unite), chemin)
        a_plat = _a_plat(objet)
        a_plat.columns = [_nom_de_colonne(colonne) for colonne in a_plat.columns]
        donnees = Tableau.de(
            _avec_statuts(a_plat).assign(unite=attrs["unite"], source=attrs["source"]),
            [],
            nom="donnees",
            titre=attrs["titre"],
            source=attrs["source"],
        )
        return Fichier(donnees.exporter(chemin))
    if isinstance(objet, Tableau):
        if _forme(chemin, ("csv", *_formats_a_retoucher()), "un tableau") == "csv":
            return Fichier(objet.exporter(chemin))
        return Note(objet.titre, (objet,)).enregistrer(chemin)
    forme = _forme(chemin, ("png", "svg", "pdf"), "un graphique")
    if isinstance(objet, Figure):
        return Fichier(objet.enregistrer(chemin))
    dessin = _dessin_de(objet)
    if not hasattr(dessin, "savefig"):
        raise impossible("rien_a_enregistrer", genre=type(objet).__name__)
    buffer = BytesIO()
    with charter_style():
        dessin.savefig(buffer, format=forme, metadata=SANS_DATE[forme])
    return _ecrire(chemin, buffer.getvalue())


def _dessin_de(objet: object) -> Dessin:
    """Return the figure that an object has (axes, a grid of seaborn), or the object itself.

    The object itself may be a figure, or something else that whoever uses it then refuses.
    """
    return getattr(objet, "figure", None) or cast("Dessin", objet)


def _forme(chemin: Path, admises: Iterable[str], quoi: str) -> str:
    """Return the extension of a file, « xlsx ».

    Raises:
        DemandeImpossible: It is none of those allowed for ``quoi``, « une table ».
    """
    forme = chemin.suffix.lower().removeprefix(".")
    if forme not in admises:
        extensions = ", ".join(f".{admise}" for admise in admises)
        raise impossible("extension", fichier=chemin.name, quoi=quoi, extensions=extensions)
    return forme


def _formats_a_retoucher() -> list[str]:
    """Return the names of the formats of a document that is finished by hand: « docx », « odt »."""
    return [sorte.nom for sorte in formats_entiers() if sorte.bureautique]


class Fichier(type(Path())):  # before Python 3.12, ``Path`` itself has no subclass
    """Le chemin d'un fichier enregistré ; un rapport n'en montre rien."""

    def __repr__(self) -> str:
        suite = "le joindre à un courriel, ou l'ouvrir à côté du carnet"
        return f"Enregistré : {self}. Ensuite : {suite}."

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        return {MIME: en_json(Groupe(())), "text/plain": repr(self)}


def _ecrire(chemin: Path, octets: bytes) -> Fichier:
    verifier_la_sortie()
    ecrire_fichiers({chemin: octets})
    return Fichier(chemin)


@dataclass(frozen=True)
class Note:
    """Une note d'une page ou deux : ``enregistrer("note.docx")``, « .odt », « .pdf » ou
    « .html ».
    """

    titre: str
    blocs: tuple[Bloc, ...]

    def enregistrer(self, chemin: str | Path) -> Path:
        """Enregistre la note, et rend le chemin."""
        from ctglib.export.document import document_de

        chemin = Path(chemin)
        forme = _forme(chemin, [sorte.nom for sorte in formats_entiers()], "une note")
        blocs = [Titre(self.titre, 1), Encadre((PONCTUELLE,)), *self.blocs]
        compose = formats_connus()[forme].ecrire(document_de(blocs))
        octets = compose.encode("utf-8") if isinstance(compose, str) else compose
        return _ecrire(chemin, octets)

    def __repr__(self) -> str:
        contenu = f"Note « {self.titre} », {len(self.blocs)} blocs"
        return f'{contenu}. Ensuite : note.enregistrer("note.docx").'

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        return {
            **Groupe((Titre(self.titre), *self.blocs))._repr_mimebundle_(),
            "text/plain": repr(self),
        }


def note(titre: str, contenu: Iterable[object]) -> Note:
    """Compose une note : des phrases, des tables, des graphiques, dans l'ordre ; elle se dit
    « analyse ponctuelle ».

    Paramètres :
        titre: Le titre de la note.
        contenu: Des textes (une liste de textes fait une liste à puces), des tables, des axes ou
            des figures.

    Exemples :
        >>> from ctglib import atelier as a
        >>> rsa = a.donnees("cnaf_foyers_rsa", "Harnes")
        >>> a.note("Le RSA à Harnes", ["Le nombre de foyers au RSA baisse.", a.courbes(rsa), rsa])
        Note « Le RSA à Harnes », 3 blocs. Ensuite : note.enregistrer("note.docx").
    """
    if isinstance(contenu, str | pd.DataFrame) or not hasattr(contenu, "__iter__"):
        raise impossible("note_sans_liste")
    if not isinstance(titre, str) or not titre.strip():
        raise impossible("note_sans_titre")
    return Note(titre, tuple(map(_bloc, contenu)))


def montrer_dans_un_carnet(shell: "InteractiveShell") -> None:
    """Have a notebook show the charts and the tables of the atelier as a report would.

    That is with their title, their source and, for a chart, the text that stands for it.
    """
    formats = cast("DisplayFormatter", shell.display_formatter).mimebundle_formatter
    formats.for_type(Axes, _montrer_des_axes)
    formats.for_type(Dessin, _montrer_un_dessin)  # of several axes: ``panneaux``
    formats.for_type(pd.DataFrame, _montrer_une_table)
    formats.for_type(pd.Series, _montrer_une_colonne)
    formats.for_type_by_name("pandas.io.formats.style", "Styler", _montrer_un_style)


# What IPython calls to show an object of a class; after None, it shows it in its own way: the
# object is not of the atelier.


def _montrer_des_axes(axes: Axes, **_: object) -> dict[str, object] | None:
    return _montrer(axes) if legende_de(axes.figure) else None


def _montrer_un_dessin(dessin: Dessin, **_: object) -> dict[str, object] | None:
    return _montrer(dessin) if legende_de(dessin) else None


def _montrer_une_table(table: pd.DataFrame, **_: object) -> dict[str, object] | None:
    return _montrer(table) if _est_de_l_atelier(table) and not table.empty else None


def _est_de_l_atelier(table: pd.DataFrame) -> bool:
    """Tell whether a table is one of ours, or made from one."""
    colonnes = [table.iloc[:, rang] for rang in range(table.shape[1])]
    return "titre" in table.attrs or "sujet" in table.attrs or any(map(est_mesuree, colonnes))


def _montrer_une_colonne(colonne: pd.Series, **_: object) -> dict[str, object] | None:
    return _montrer_une_table(en_table(colonne))


def _montrer_un_style(style: Any, **_: object) -> dict[str, object] | None:
    if not _est_de_l_atelier(style.data):
        return None
    attrs = attributs(style.data)
    page = str(style.to_html())
    (table,) = arbre_du_html(page).xpath(".//table")
    bloc = tableau_du_html(table, attrs["titre"], attrs["source"])
    source = dire("source_de", source=escape(attrs["source"]))
    return {MIME: en_json(bloc), "text/html": f"{page}<p>{source}</p>", "text/plain": repr(bloc)}


def _montrer(objet: object) -> dict[str, object]:
    """Return the forms of an object as a block of a report, by MIME type."""
    formes = _bloc(objet)._repr_mimebundle_()
    return {**formes, "text/html": f"{DANS_JUPYTERLAB}{formes['text/html']}"}


def en_table(serie: pd.Series) -> pd.DataFrame:
    """Return a column of a table of the atelier as a table with the same attrs, its index first
    unless that only numbers the rows.
    """
    nom = str(serie.name or "valeur")
    table = serie.rename(nom).to_frame()
    table.attrs = dict(serie.attrs)
    return table


def _bloc(objet: object) -> Bloc:
    """Return an object as a block of a document.

    Raises:
        DemandeImpossible: No block can show it.
    """
    if isinstance(objet, str):
        return Paragraphe(objet)
    if isinstance(objet, Figure):
        return objet.bloc
    if isinstance(objet, Bloc):
        return objet
    if isinstance(objet, pd.DataFrame):
        return tableau(objet)
    if isinstance(objet, list | tuple):
        return liste(map(str, objet))
    if isinstance(objet, Axes) or hasattr(objet, "savefig"):
        dessin = _dessin_de(objet)
        return figure(dessin, alt=legende_de(dessin).get("alt")).bloc
    raise impossible("hors_d_une_note", genre=type(objet).__name__)


def _a_plat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns, unless the index only numbers the rows, and with
    the status of each value as it is now.

    The names of columns that became rows (``.T``) are then values of a column without a name: they
    are replaced by their headers.
    """
    table = _avec_le_statut_actuel(table)
    sans_nom = table.index.nlevels == 1 and table.index.name is None
    if sans_nom and pd.api.types.is_integer_dtype(table.index):
        return table.reset_index(drop=True)
    niveaux = [str(nom or f"index_{rang}") for rang, nom in enumerate(table.index.names)]
    deja = [nom for nom in niveaux if nom in table.columns]
    a_plat = table.rename_axis(index=niveaux).drop(columns=deja).reset_index()
    if sans_nom:
        a_plat = a_plat.rename(columns={"index_0": ""})
        a_plat[""] = a_plat[""].replace(reperes().entetes)
    return a_plat.rename(columns=lambda nom: "" if str(nom).startswith("index_") else nom)


def _avec_le_statut_actuel(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose column « statut » no longer says « secret » beside a value that was
    typed there, nor « valeur normale » beside one that was taken away.
    """
    colonnes = list(table.columns)
    if colonnes.count("statut") != 1 or colonnes.count("valeur") != 1:
        return table
    if not est_mesuree(table["valeur"]):
        return table
    sans_marque = pd.Series([marque is None for marque in marques_de(table["valeur"])], table.index)
    presente = table["valeur"].notna()
    statut = table["statut"].mask(sans_marque & presente, dire("saisi"))
    return table.assign(statut=statut.mask(sans_marque & ~presente, dire("absent")))


def _nom(titre: str, contenu: str) -> str:
    """Return « foyers-au-rsa-cnaf-3f2a »: words of a title, and a fingerprint of a content."""
    empreinte = hashlib.sha256(contenu.encode()).hexdigest()[:4]
    mots = re.findall(r"[a-z0-9]+", sans_accents(titre))[:MOTS_DU_NOM]
    return "-".join([*mots, empreinte])


def _xlsx(table: pd.DataFrame, attrs: Attributs, unite_donnee: str | None) -> bytes:
    """Return a workbook of three sheets: the figures, the definitions of series, the source.

    An absent value has its word in its place; « (p) » follows a provisional one, still a number.
    """
    unite = dire_unite(attrs["unite"]) or "–"
    if attrs["series"]:
        table_des_definitions = _a_plat(definitions(table).T)
    else:
        table_des_definitions = pd.DataFrame({"Titre": [attrs["titre"]]})
    origine = [
        ("Titre", attrs["titre"]),
        ("Unité", unite),
        ("Source", attrs["source"]),
    ]
    a_plat = _a_plat(table)
    signes = _notes_des_signes(a_plat)
    origine += [("Remarque", remarque) for remarque in [*attrs["remarques"], *signes]]
    feuilles = {
        "Données": a_plat,
        "Définitions": table_des_definitions,
        "Source": pd.DataFrame(origine, columns=["", " "]),
    }
    buffer = BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as classeur:
        classeur.book.properties.title = attrs["titre"]
        for nom, contenu in feuilles.items():
            montre = _avec_les_mots(contenu).map(neutraliser)
            montre.columns = [
                ", ".join(
                    filter(
                        None,
                        entete_mesuree(
                            colonne, contenu.iloc[:, rang], contenu, attrs, unite_donnee
                        ),
                    )
                )
                for rang, colonne in enumerate(contenu.columns)
            ]
            montre.to_excel(classeur, sheet_name=nom, startrow=PREMIERE_LIGNE - 1, index=False)
            feuille = classeur.sheets[nom]
            feuille["A1"] = attrs["titre"]
            feuille["A2"] = f"Unité : {unite}. Source : {attrs['source']}"
            if nom == "Données":
                feuille["A3"] = " ".join(signes)
            _mettre_en_forme(feuille, list(montre.columns))
            _signer(feuille, contenu)
    return buffer.getvalue()


def _avec_les_mots(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of objects, with the word of each absent value in its place."""
    objets = table.astype(object)
    for rang in range(table.shape[1]):
        colonne = table.iloc[:, rang]
        for ligne, marque in enumerate(marques_de(colonne)):
            if marque is not None and pd.isna(colonne.iloc[ligne]):
                objets.iat[ligne, rang] = marque.mot
    return objets


def _signer(feuille: "Worksheet", table: pd.DataFrame) -> None:
    """Put « (p) » after the provisional numbers of a sheet: in their format, not in their value."""
    for rang in range(table.shape[1]):
        for ligne, marque in enumerate(marques_de(table.iloc[:, rang])):
            cellule = feuille.cell(PREMIERE_LIGNE + 1 + ligne, rang + 1)
            if isinstance(cellule.value, float):
                signes = "".join(f" ({signe})" for signe in signes_de(marque))
                cellule.number_format += f'"{signes}"' if signes else ""


def _mettre_en_forme(feuille: "Worksheet", entetes: list[str]) -> None:
    """Set the widths of the columns, the formats of the cells and the page of a sheet."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    feuille["A1"].font = Font(bold=True, size=13)
    colonnes = feuille.iter_cols(min_row=PREMIERE_LIGNE + 1)
    for rang, (entete, cellules) in enumerate(zip(entetes, colonnes, strict=True), start=1):
        textes = [entete, *(ecrire_cellule(cellule.value) for cellule in cellules)]
        largeur = max(len(texte) for texte in textes) + 2
        feuille.column_dimensions[get_column_letter(rang)].width = min(PLUS_LARGE, largeur)
        for cellule in cellules:
            if cellule.value == "":  # a missing value for pandas: a chart would draw it as zero
                cellule.value = None
            if isinstance(cellule.value, float):
                cellule.number_format = "#,##0" if cellule.value.is_integer() else "#,##0.0"
            est_un_texte = isinstance(cellule.value, str)
            cellule.alignment = Alignment(wrap_text=est_un_texte, vertical="top")
    feuille.freeze_panes = f"A{PREMIERE_LIGNE + 1}"
    feuille.page_setup.orientation = "landscape"
    feuille.page_setup.fitToHeight = 0
    feuille.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
