"""The letter to a service that goes with its workbooks: a Word file that is read, then sent."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.collecte.classeur import insecables
from ctglib.donnees.ecriture import dater
from ctglib.donnees.modeles.suivi import Lettre

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

MODELE = Path(__file__).parent / "lettre.docx"  # its page and its styles, which Word changes
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
# The day on which the letter is opened, then printed or sent: no clock enters the file.
JOUR_D_ENVOI = """
<w:fldSimple {w} w:instr=' DATE \\@ "d MMMM yyyy" '>
<w:r><w:rPr><w:lang w:val="fr-FR"/></w:rPr><w:t>{texte}</w:t></w:r></w:fldSimple>
"""
# A day that whoever sends the letter chooses: Word and LibreOffice show a calendar.
JOUR_A_CHOISIR = """
<w:sdt {w}><w:sdtPr><w:alias w:val="{texte}"/><w:showingPlcHdr/><w:date>
<w:dateFormat w:val="d MMMM yyyy"/><w:lid w:val="fr-FR"/>
<w:storeMappedDataAs w:val="dateTime"/><w:calendar w:val="gregorian"/></w:date></w:sdtPr>
<w:sdtContent><w:r><w:rPr><w:highlight w:val="yellow"/></w:rPr><w:t>[{texte}]</w:t></w:r>
</w:sdtContent></w:sdt>
"""
DATE = "{date}"  # where a date stands in a text of the letter


def lettre(
    modele: Lettre,
    mots: Mapping[str, str],
    demandes: Iterable[str],
    depart: str = "",
    *,
    annee: int,
    reponse: str = "",
) -> bytes:
    """Return the letter to a service, as the bytes of a Word file: who writes and when, why, what
    is asked for, by when, to whom to send it back.

    Args:
        modele: Its texts, which ``mots`` fill.
        mots: The service, who writes, the convention, the years.
        demandes: What is asked for, a sentence each.
        depart: Where the initial values are written, "" when none is asked for.
        annee: The last one of the convention: the file is dated of its end.
        reponse: The day by which to answer, in words; "", whoever sends it chooses it in Word.
    """
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    fin_d_annee = datetime(annee, 12, 31)
    document = docx.Document(str(MODELE))
    document.core_properties.title = modele.objet.format(**mots)
    document.core_properties.created = fin_d_annee

    for texte in modele.expediteur:
        _ecrire(document, texte, mots)
    _ecrire(document, modele.destinataire, mots, gras=True)
    lieu_et_date = _ecrire(document, modele.lieu_et_date, mots, JOUR_D_ENVOI, modele.jour_d_envoi)
    lieu_et_date.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _ecrire(document, f"Objet : {modele.objet}", mots, gras=True)
    for texte in modele.paragraphes:
        _ecrire(document, texte, mots)
    for texte in demandes:
        document.add_paragraph(insecables(texte), style="List Bullet")
    if depart:
        _ecrire(document, depart, mots)
    if reponse:
        _ecrire(document, modele.reponse.replace("{date}", reponse), mots)
    else:
        _ecrire(document, modele.reponse, mots, JOUR_A_CHOISIR, modele.jour_a_choisir)
    _ecrire(document, modele.fin, mots)
    if modele.signature:
        _ecrire(document, modele.signature, mots)
    archive = io.BytesIO()
    document.save(archive)
    return dater(archive, fin_d_annee)


def _ecrire(
    document: "Document",
    texte: str,
    mots: Mapping[str, str],
    xml: str = "",
    jour: str = "",
    *,
    gras: bool = False,
) -> "Paragraph":
    """Add a paragraph, filled; its date is the XML of a field, or of a date to choose."""
    from docx.oxml import parse_xml

    paragraphe = document.add_paragraph()
    avant, _, apres = insecables(texte.format(**mots, date=DATE)).partition(DATE)
    paragraphe.add_run(avant).bold = gras or None
    if xml:
        paragraphe.paragraph_format.element.append(parse_xml(xml.format(w=W, texte=jour)))
    if apres:
        paragraphe.add_run(apres)
    return paragraphe
