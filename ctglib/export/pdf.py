"""From the page to a PDF that is PDF/A-2a and PDF/UA-1 at once: pandoc writes Typst, Typst composes."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.export import tables_typst, textes_typst
from ctglib.export.balises import marquer_entetes_de_lignes
from ctglib.export.chaines_typst import secables
from ctglib.export.papier import ecrire_dessins, ecrire_logo, en_tete, est_court, instant, polices_typst, preparer
from ctglib.export.polices_coupees import caracteres_connus

if TYPE_CHECKING:
    from ctglib.export.page import Page

MODELE = Path(__file__).parent / "modeles" / "pdf"
NORMES = ["a-2a", "ua-1"]


def composer(page: Page) -> bytes:
    """Return the PDF of a page. Same page, same bytes: no clock, no name of a folder enters it.

    Raises:
        typst.TypstError: The document does not hold under both standards (an alternative text is missing, a title…).
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        root = Path(folder)
        corps = ecrire_dessins(preparer(page.corps), root)
        (root / "corps.typ").write_text('#import "rapport.typ": *\n' + _en_typst(corps), encoding="utf-8")
        (root / "donnees.json").write_text(json.dumps(_donnees(page, root), ensure_ascii=False), encoding="utf-8")
        shutil.copy(MODELE / "rapport.typ", root)
        (root / "principal.typ").write_text(
            '#import "rapport.typ": *\n#show: rapport.with(json("donnees.json"))\n#include "corps.typ"\n',
            encoding="utf-8",
        )
        compiler = typst.Compiler(input=root / "principal.typ", root=root, font_paths=polices_typst(root, page.signes))
        pdf = compiler.compile(format="pdf", pdf_standards=NORMES, timestamp=instant(page))
    return marquer_entetes_de_lignes(pdf)


def _en_typst(corps: str) -> str:
    import pypandoc

    inconnus = set(corps) - caracteres_connus() - {"\n", "\t"}
    corps = corps.translate({ord(sign): "\ufffd" for sign in inconnus})
    places, tables = tables_typst.extraire(corps)
    places, textes = textes_typst.extraire(places)
    arguments = ["--wrap=none", f"--lua-filter={MODELE / 'filtre.lua'}"]
    typst = pypandoc.convert_text(places, "typst", format="html", extra_args=arguments, verify_format=False)
    return tables_typst.remettre(textes_typst.remettre(typst, textes), tables)


def _donnees(page: Page, root: Path) -> dict:
    couverture = page.couverture
    logos = [
        {"nom": logo["nom"], "adresse": ecrire_logo(logo["adresse"], f"logo-{rang}", root)}
        for rang, logo in enumerate(couverture.get("logos", []), start=1)
    ]
    avertissement = couverture.get("avertissement", "")
    return {
        "titre": page.titre,
        "sujet": couverture.get("sujet", ""),
        "territoire": couverture.get("territoire", ""),
        "mentions": [(nom, secables(valeur)) for nom, valeur in couverture.get("mentions", [])],
        "logos": logos,
        "source": couverture.get("source", ""),
        "avertissement": avertissement,
        "avertissement-court": en_tete(avertissement),
        "auteurs": [logo["nom"] for logo in logos],
        "court": est_court(page.corps),
        "mots": ["convention territoriale globale", couverture.get("territoire", "")],
    }
