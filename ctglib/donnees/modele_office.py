"""A template of Word or PowerPoint that somebody gives: what is refused of it, before it serves.

It is parsed in a child process (``enclos``), which gives it back made safe: no macro, nothing that
is fetched elsewhere, no object of another program, nothing of who wrote it. Each refusal is a
fault, in the words of ``fautes.yaml``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ctglib.donnees.enclos import ILLISIBLE
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus

if TYPE_CHECKING:
    from collections.abc import Mapping

OCTETS_MAX = 20 * 1024**2
DECOMPRESSES_MAX = 60 * 1024**2
PARTIES_MAX = 2_000
TYPES = "[Content_Types].xml"
DOCUMENT = "officeDocument"  # what the file itself leads to
# What the parts of a template lead to, by the end of the name of the relationship: looks, no
# content nor program.
PERMISES = frozenset(
    (
        *(DOCUMENT, "styles", "stylesWithEffects", "numbering"),
        *("settings", "webSettings", "fontTable", "theme", "themeOverride", "header", "footer"),
        *("footnotes", "endnotes", "image", "slideMaster", "slideLayout", "presProps"),
        *("viewProps", "tableStyles", "tags", "hyperlink"),
    )
)
# What one may click on, and that nothing fetches by itself.
LIENS = re.compile(r"https?://|mailto:", re.IGNORECASE)
MODELE_ILLISIBLE = (*ILLISIBLE, AssertionError)  # python-docx and python-pptx raise that one too


@dataclass(frozen=True)
class ModeleAdopte:
    """A template made safe, with what our reports need."""

    octets: bytes
    # The styles or the layouts that it lacks: ours are in their place.
    absents: tuple[str, ...] = ()
    # Those whose text could not be read on its background, with their contrast: of our colours.
    illisibles: Mapping[str, float] = field(default_factory=dict)
    # Of slides: the number of the layout of each kind, and which of them may keep their colours.
    dispositions: Mapping[str, int] = field(default_factory=dict)
    couleurs_sures: frozenset[str] = frozenset()


def verifier_l_archive(nom: str, contenu: bytes, *, programme: str, fin: str) -> None:
    """Raise what is wrong with a template before any library reads it.

    Args:
        nom: The name of the file, for the faults.
        contenu: Its bytes.
        programme: « Word » or « PowerPoint ».
        fin: How the name of such a file ends, « .docx ».
    """
    valeurs = {"programme": programme, "fin": fin}
    if len(contenu) > OCTETS_MAX:
        raise refus(nom, *mots("modele_trop_gros", mo=OCTETS_MAX // 1024**2))
    try:
        with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
            parties = archive.infolist()
            taille = sum(partie.file_size for partie in parties)
            if taille > DECOMPRESSES_MAX or len(parties) > PARTIES_MAX:
                raise refus(nom, *mots("modele_trop_gros", mo=DECOMPRESSES_MAX // 1024**2))
            noms = [partie.filename.lower() for partie in parties]
            types = archive.read(TYPES).lower()
    except (*MODELE_ILLISIBLE, RuntimeError):  # an encrypted archive is a RuntimeError
        raise refus(nom, *mots("modele_abime", **valeurs)) from None
    a_des_macros = any("vbaproject" in partie or "vbadata" in partie for partie in noms)
    if a_des_macros or b"macroenabled" in types:
        raise refus(nom, *mots("modele_a_macros", **valeurs))
    if b"template.main+xml" in types:
        raise refus(nom, *mots("modele_de_modele", **valeurs))


def retirer_l_identite(paquet: Any) -> None:
    """Remove from a package who wrote it, and all that it carries beside its document."""
    for cle, relation in list(relations(paquet)):
        if genre(relation) != DOCUMENT:
            relations_de(paquet).pop(cle)


def verifier_les_relations(nom: str, paquet: Any) -> None:
    """Raise a fault for each thing that a package fetches elsewhere, or that another program made.

    Whatever is left in it, once what does not serve is gone, is looked at.
    """
    fautes = []
    for relation in paquet.iter_rels():
        sorte = genre(relation)
        if relation.is_external:
            if sorte != "hyperlink" or not LIENS.match(relation.target_ref):
                adresse = relation.target_ref
                fautes.append(Faute(nom, *mots("modele_du_dehors", adresse=f"{adresse:.80}")))
        elif sorte not in PERMISES:
            fautes.append(Faute(nom, *mots("modele_a_objet", sorte=sorte)))
    if fautes:
        raise DonneesInvalides(fautes)


def garder_les_relations(partie: Any, genres: Iterable[str]) -> None:
    """Remove from a part all that it leads to but these kinds."""
    for cle, relation in list(relations(partie)):
        if genre(relation) not in genres:
            relations_de(partie).pop(cle)


def genre(relation: Any) -> str:
    """Return the last word of the name of a relationship: « image », « oleObject »."""
    return relation.reltype.rpartition("/")[2]


def relations(partie: Any) -> Iterable[tuple[str, Any]]:
    """Return what a part, or a package, leads to, by key."""
    return relations_de(partie).items()


def relations_de(partie: Any) -> Any:
    """Return the mapping of what a part leads to; python-pptx hides that of a package."""
    return partie.rels if hasattr(partie, "rels") else partie._rels
