"""A document as an OpenDocument text that the parties finish by hand in LibreOffice: what the Word
file has, written by ``odt.xml.j2``.
"""

import re
import zipfile
from html import escape
from io import BytesIO
from itertools import count
from typing import Any

from markupsafe import Markup
from PIL import Image

from ctglib.document.signes import montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import EPOQUE
from ctglib.export.document import Document, legende, tout
from ctglib.export.html import modeles
from ctglib.export.typst import LARGEUR, largeurs
from ctglib.export.word import AISANCE, BLEU, FILET, LARGEUR_CM, en_images

NATURE = "application/vnd.oasis.opendocument.text"
# The style of a paragraph, by its class.
STYLES = {
    "": "Standard",
    "note": "Note",
    "chapo": "Standard",
    "chiffre": "Chiffre",
    "detail": "Note",
    "verdict": "Verdict",
    "intitule": "Note",
}
GRIS = "5B6470"
OCRE = "8A6100"
A_LA_PAGE = LARGEUR_CM / 2.54 * 72 / LARGEUR  # points of its page for one of ours
# OpenDocument makes one space of several blanks, of whatever kind.
BLANCS = re.compile(r"\r\n?|[\n\t]| {2,}")


def composer(document: Document) -> bytes:
    """Return the OpenDocument text of a document; charts are PNG images, as in Word. Same document,
    same bytes.
    """
    images = en_images(document)
    noms_des_images = {nom: f"Pictures/{rang}.png" for rang, nom in enumerate(images, start=1)}

    def hauteur(nom: str, largeur: float) -> float:
        """Return the height of a picture of a width, in the same unit."""
        points_en_largeur, points_en_hauteur = Image.open(BytesIO(images[nom])).size
        return round(largeur * points_en_hauteur / points_en_largeur, 2)

    def ecrire(objet: object) -> Markup:
        """Return an object by the macro of its kind."""
        if isinstance(objet, str):
            return signes(objet)
        macro = getattr(macros, genre(objet), None)
        if macro is None:
            raise TypeError(f"« {genre(objet)} » ne s'écrit pas en OpenDocument")
        return macro(objet)

    modele = modeles().get_template("odt.xml.j2")
    macros: Any = modele.make_module(
        {
            "ecrire": ecrire,
            "genre": genre,
            "hauteur": hauteur,
            "images": noms_des_images,
            "legende": legende,
            "rang": count(1).__next__,
            "signes": signes,
            "styles": STYLES,
            "bleu": document.habillage.couleur.removeprefix("#") or BLEU,
            "filet": FILET,
            "gris": GRIS,
            "ocre": OCRE,
        }
    )
    couverture = document.couverture
    pied = f"{couverture.source} – page\u00a0" if couverture else "page\u00a0"
    colonnes = {
        bloc.nom: [round(A_LA_PAGE * largeur, 1) for largeur in largeurs(bloc, AISANCE)]
        for bloc in tout(document.papier.corps)
        if isinstance(bloc, Tableau)
    }
    parties = ", ".join(logo.nom for logo in couverture.logos)
    jour = f"{document.instant:%Y-%m-%dT%H:%M:%S}"
    fichiers = {
        "content.xml": macros.contenu(document, colonnes),
        "styles.xml": macros.feuille_de_styles(document.entete, pied),
        "meta.xml": macros.proprietes(document.titre, parties, jour),
        "settings.xml": macros.reglages(),
        **{noms_des_images[nom]: png for nom, png in images.items()},
    }
    fichiers["META-INF/manifest.xml"] = macros.manifeste(NATURE, list(fichiers))
    return _archive(fichiers)


def genre(objet: object) -> str:
    """Return the name of the class of an object."""
    return type(objet).__name__


def signes(texte: object) -> Markup:
    """Return a text as XML, its blanks kept as they are.

    Examples:
        >>> str(signes("a & b")), str(signes("a  b")), str(signes("a\\tb\\nc"))
        ('a &amp; b', 'a<text:s text:c="2"/>b', 'a<text:tab/>b<text:line-break/>c')
    """
    return Markup(BLANCS.sub(_blanc, escape(montrable(texte))))


def _blanc(trouve: re.Match[str]) -> str:
    blancs = trouve[0]
    if blancs == "\t":
        return "<text:tab/>"
    if blancs.startswith(" "):
        return f'<text:s text:c="{len(blancs)}"/>'
    return "<text:line-break/>"


def _archive(fichiers: dict[str, str | bytes]) -> bytes:
    """Return the parts as one file, undated; its nature comes first, and is not compressed."""
    octets = BytesIO()
    with zipfile.ZipFile(octets, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", EPOQUE), NATURE)
        for nom, contenu in fichiers.items():
            partie = contenu.lstrip() if isinstance(contenu, str) else contenu
            archive.writestr(zipfile.ZipInfo(nom, EPOQUE), partie, zipfile.ZIP_DEFLATED)
    return octets.getvalue()
