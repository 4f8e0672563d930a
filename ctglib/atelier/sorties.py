"""Ce qui sort de l'atelier : une figure ou un tableau de rapport, un fichier, une note d'une page."""

import hashlib
import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin

from ctglib.atelier.carnet import DemandeImpossible, dire, impossible
from ctglib.atelier.dessins import dire_unite, ecrire
from ctglib.atelier.series import attributs, definitions
from ctglib.document.blocs import MIME, Bloc, Encadre, Groupe, Paragraphe, Titre, en_json, liste
from ctglib.document.figure import SANS_DATE, Figure, charter_style, figure_de
from ctglib.document.tableau import Colonne, Tableau, ecrire_valeur, neutraliser
from ctglib.donnees.ecriture import ecrire as ecrire_fichiers
from ctglib.donnees.lecture import sans_accents
from ctglib.donnees.publiques import reperes

LIGNES_MONTREES = 40
# JupyterLab lacks the font that the labels were measured with: a wider one must not be cut. It sets
# text to the right.
DANS_JUPYTERLAB = "<style>.jp-OutputArea svg {overflow: visible} .jp-OutputArea :is(td, th):not(.nombre) {text-align: left}</style>"
PONCTUELLE = "Analyse ponctuelle : elle n'a pas été examinée par le comité de pilotage."
SANS_INTERET = ("territoire", "indicateur", "choisi", "echeance_ecrite", "dimension")


def figure(
    ax: Axes | Dessin,
    *,
    titre: str | None = None,
    alt: str | None = None,
    source: str | None = None,
) -> Figure:
    """Rend un graphique montrable dans un rapport : il y faut un titre, un texte pour qui ne le
    voit pas, une source.

    Un graphique de l'atelier connaît déjà son titre et sa source ; pour un autre, les donner.

    Paramètres :
        ax: Des axes, ou une figure, de matplotlib.
        titre: Ce que le graphique demande ou dit.
        alt: Ce qu'il montre, avec ses principaux chiffres.
        source: Le producteur et le document.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.courbes(a.donnees("cnaf_foyers_rsa", "Harnes"))
        >>> a.figure(ax, alt="De 670 foyers en 2020 à 560 en 2024.").source[:4]
        'Cnaf'
    """
    drawing = getattr(ax, "figure", None) or ax
    if known := getattr(drawing, "ctg", {}):
        ax = deepcopy(drawing)  # its caption will say the title and the source
        ax.supxlabel("")
        for axes in ax.axes:
            axes.set_title("", loc="left")
    titre = titre or known.get("titre", "")
    source = source or known.get("source", "")
    alt = alt or ""
    try:
        return figure_de(ax, nom=_nom(titre, alt), titre=titre, alt=alt, source=source)
    except ValueError as error:
        raise DemandeImpossible(str(error)) from None


def tableau(table: pd.DataFrame, titre: str | None = None, *, source: str | None = None) -> Tableau:
    """Rend une table montrable dans un rapport, un PDF ou Word, avec son titre, sa source et ses
    remarques.

    Paramètres :
        table: Une table de l'atelier, ou toute table pandas si titre et source sont donnés.
        titre: Le titre ; celui de la table par défaut.
        source: La source ; celle de la table par défaut.

    Exemples :
        >>> from ctglib import atelier as a
        >>> a.tableau(a.donnees("cnaf_foyers_rsa", "Harnes", 2024)).titre
        'Foyers au RSA (Cnaf)'
    """
    told = _dit(table, titre, source)
    shown = _a_plat(table)
    empty = shown.isna() | shown.astype(str).eq("")
    kept = [
        name
        for name in shown.columns
        if name not in SANS_INTERET and (name == "valeur" or not empty[name].all())
    ]
    if "statut" in kept and not shown["valeur"].isna().any():
        kept.remove("statut")
    columns = [
        Colonne(
            name,
            _entete(name, table, told),
            pd.api.types.is_numeric_dtype(shown[name]),
            ecrire=_cellule,
        )
        for name in kept
    ]
    notes = list(told["remarques"])
    if len(shown) > LIGNES_MONTREES:
        notes.insert(0, dire("lignes_montrees", montrees=LIGNES_MONTREES, lignes=len(shown)))
        shown = shown[(pd.RangeIndex(len(shown)) < LIGNES_MONTREES) | shown.get("choisi", False)]
    words = {
        "nom": _nom(told["titre"], table.to_csv()),
        "titre": told["titre"],
        "source": told["source"],
    }
    return Tableau.de(shown[kept].rename(columns=str), columns, **words, notes=tuple(notes))


def enregistrer(objet: object, nom: str | Path) -> Path:
    """Enregistre une table (xlsx, csv, docx), un graphique (png, svg, pdf) ou une note (docx, pdf,
    html).

    Le titre, l'unité et la source sont dans le fichier. Une extension inconnue est refusée.

    Exemples :
        >>> from ctglib import atelier as a
        >>> import tempfile, pathlib
        >>> dossier = pathlib.Path(tempfile.mkdtemp())
        >>> a.enregistrer(a.donnees("cnaf_foyers_rsa", "Harnes"), dossier / "rsa.xlsx").name
        'rsa.xlsx'
    """
    path = Path(nom)
    if isinstance(objet, Note):
        return objet.enregistrer(path)
    if isinstance(objet, pd.DataFrame):
        form = _forme(path, ("xlsx", "csv", "docx"), "une table")
        if form == "xlsx":
            return _ecrire(path, _xlsx(objet))
        if form == "docx":
            return enregistrer(tableau(objet), path)
        told = _dit(objet)
        rows = _a_plat(objet)
        names = {"nom": "donnees", "titre": told["titre"], "source": told["source"]}
        objet = Tableau.de(rows.assign(unite=told["unite"], source=told["source"]), [], **names)
    if isinstance(objet, Tableau):
        form = _forme(path, ("csv", "docx"), "un tableau")
        return (
            Fichier(objet.exporter(path))
            if form == "csv"
            else Note(objet.titre, (objet,)).enregistrer(path)
        )
    form = _forme(path, ("png", "svg", "pdf"), "un graphique")
    if isinstance(objet, Figure):
        return Fichier(objet.enregistrer(path))
    drawing = getattr(objet, "figure", None) or objet
    buffer = BytesIO()
    if not hasattr(drawing, "savefig"):
        raise impossible("rien_a_enregistrer", genre=type(objet).__name__)
    with charter_style():
        drawing.savefig(buffer, format=form, metadata=SANS_DATE[form])
    return _ecrire(path, buffer.getvalue())


def _forme(path: Path, admises: Iterable[str], quoi: str) -> str:
    form = path.suffix.lower().removeprefix(".")
    if form not in admises:
        allowed = ", ".join(f".{name}" for name in admises)
        raise impossible("extension", fichier=path.name, quoi=quoi, extensions=allowed)
    return form


class Fichier(type(Path())):
    """Le chemin d'un fichier enregistré ; un rapport n'en montre rien."""

    def __repr__(self) -> str:
        return f"Enregistré : {self}. Ensuite : le joindre à un courriel, ou l'ouvrir à côté du carnet."

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, object]:
        return {MIME: en_json(Groupe(())), "text/plain": repr(self)}


def _ecrire(chemin: Path, octets: bytes) -> Fichier:
    ecrire_fichiers({chemin: octets})
    return Fichier(chemin)


@dataclass(frozen=True)
class Note:
    """Une note d'une page ou deux : ``enregistrer("note.docx")``, « .pdf » ou « .html »."""

    titre: str
    blocs: tuple[Bloc, ...]

    def enregistrer(self, chemin: str | Path) -> Path:
        """Enregistre la note, et rend le chemin."""
        from ctglib.export import html, typst, word
        from ctglib.export.document import document_de

        writers = {"docx": word, "pdf": typst, "html": html}
        form = _forme(Path(chemin), writers, "une note")
        made = writers[form].composer(
            document_de([Titre(self.titre, 1), Encadre((PONCTUELLE,)), *self.blocs])
        )
        return _ecrire(Path(chemin), made.encode("utf-8") if form == "html" else made)

    def __repr__(self) -> str:
        return f'Note « {self.titre} », {len(self.blocs)} blocs. Ensuite : note.enregistrer("note.docx").'

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


def montrer_dans_un_carnet(shell: Any) -> None:
    """In a notebook, show a chart and a table of the atelier as a report would, with title, source
    and alternative.
    """

    def show(piece: object) -> dict[str, object]:
        bundle = _bloc(piece)._repr_mimebundle_()
        return {**bundle, "text/html": DANS_JUPYTERLAB + bundle["text/html"]}

    bundles = shell.display_formatter.mimebundle_formatter
    bundles.for_type(Axes, lambda ax, **_: show(ax) if hasattr(ax.figure, "ctg") else None)
    bundles.for_type(
        pd.DataFrame, lambda table, **_: show(table) if "titre" in table.attrs else None
    )
    bundles.for_type(
        pd.Series, lambda one, **_: show(en_table(one)) if "titre" in one.attrs else None
    )


def en_table(serie: pd.Series) -> pd.DataFrame:
    """Return a series that comes from a table of the atelier as a table that tells as much."""
    found = serie.rename(str(serie.name or "valeur")).reset_index()
    found.attrs = {"titre": "", "source": "", **serie.attrs}
    return found


def _bloc(piece: object) -> Bloc:
    if isinstance(piece, str):
        return Paragraphe(piece)
    if isinstance(piece, Figure):
        return piece.bloc
    if isinstance(piece, Bloc):
        return piece
    if isinstance(piece, pd.DataFrame):
        return tableau(piece)
    if isinstance(piece, list | tuple):
        return liste(map(str, piece))
    if hasattr(piece, "get_xlim") or hasattr(piece, "savefig"):
        known = getattr(getattr(piece, "figure", None) or piece, "ctg", {})
        return figure(piece, alt=known.get("alt")).bloc
    raise impossible("hors_d_une_note", genre=type(piece).__name__)


def _dit(table: object, titre: str | None = None, source: str | None = None) -> dict:
    if isinstance(table, pd.DataFrame) and titre and source:
        told = {
            "titre": titre,
            "source": source,
            "remarques": [],
            "unite": "",
            "series": {},
            **table.attrs,
        }
    else:
        told = attributs(table)
    if table.empty:
        raise impossible("table_vide")
    return {**told, "titre": titre or told["titre"], "source": source or told["source"]}


def _entete(nom: object, table: pd.DataFrame, told: dict) -> str:
    """Return what to write above a column: a series bears its label."""
    if nom == "libelle":
        return "Lieu" if "territoire" in table else "Libellé"
    return reperes().entetes.get(nom) or told["series"].get(nom, {}).get("libelle", str(nom))


def _a_plat(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its index as columns, unless the index only numbers the rows; names as a
    reader says them.
    """
    if isinstance(table.index, pd.RangeIndex):
        return table
    flat = table.reset_index()
    flat.columns = ["" if name == "index" else name for name in flat.columns]
    first = flat.columns[0]
    return flat.assign(**{first: flat[first].replace(reperes().entetes)}) if first == "" else flat


def _cellule(value: object) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float) and value == value:
        return str(value) if isinstance(value, int) and 1900 < value < 2100 else ecrire(value)
    return ecrire_valeur(value)


def _nom(titre: str, contenu: str) -> str:
    """Return a short name that two contents of one title do not share."""
    mark = hashlib.sha256(contenu.encode()).hexdigest()[:4]
    return "-".join([*re.findall(r"[a-z0-9]+", sans_accents(titre))[:6], mark])


def _xlsx(table: pd.DataFrame) -> bytes:
    """Return a workbook of three sheets: the figures, what they mean, where they come from."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.properties import PageSetupProperties

    told = _dit(table)
    meanings = (
        _a_plat(definitions(table).T)
        if told["series"]
        else pd.DataFrame({"Titre": [told["titre"]]})
    )
    unit = dire_unite(told) or "–"
    lines = [("Titre", told["titre"]), ("Unité", unit), ("Source", told["source"])]
    sources = pd.DataFrame(
        lines + [("Remarque", one) for one in told["remarques"]], columns=["", " "]
    )
    buffer = BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as book:
        book.book.properties.title = told["titre"]
        for name, frame in (
            ("Données", _a_plat(table)),
            ("Définitions", meanings),
            ("Source", sources),
        ):
            shown = frame.astype(object).map(neutraliser)
            shown.columns = [_entete(str(column), table, told) for column in frame.columns]
            shown.to_excel(book, sheet_name=name, startrow=3, index=False)
            sheet = book.sheets[name]
            sheet["A1"] = told["titre"]
            sheet["A2"] = f"Unité : {unit}. Source : {told['source']}"
            sheet["A1"].font = Font(bold=True, size=13)
            for header, cells in zip(shown.columns, sheet.iter_cols(min_row=5), strict=True):
                width = max(map(len, [header, *(_cellule(cell.value) for cell in cells)]))
                sheet.column_dimensions[cells[0].column_letter].width = min(60, width + 2)
                for cell in cells:
                    if (
                        cell.value == ""
                    ):  # pandas writes a text for what is missing; a chart would draw it as zero
                        cell.value = None
                    if isinstance(cell.value, float):
                        cell.number_format = "#,##0" if cell.value.is_integer() else "#,##0.0"
                    cell.alignment = Alignment(
                        wrap_text=isinstance(cell.value, str), vertical="top"
                    )
            sheet.freeze_panes = "A5"
            sheet.page_setup.orientation = "landscape"
            sheet.page_setup.fitToHeight = 0
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return buffer.getvalue()
