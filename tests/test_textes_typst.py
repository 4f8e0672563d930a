"""The texts of a page on their way to Typst: pandoc carries their places, and gets none of their signs to read."""

from __future__ import annotations

import pytest

from ctglib.export.tables_typst import FERMANT, OUVRANT
from ctglib.export.textes_typst import CITE, extraire, remettre
from ctglib.export.textes_typst import OUVRANT as TEXTE


def test_un_texte_part_et_revient_comme_une_chaine() -> None:
    corps, textes = extraire("<p>L&#x27;an <strong>2024</strong> &amp; après\n</p>")

    assert textes == ("L'an", "2024", "& après")
    assert [sign for sign in corps if sign.isalpha()] == [*"pstrongstrongp"]
    assert remettre(corps, textes) == '<p>#"L\'an"; <strong>#"2024";</strong> #"& après";\n</p>'


@pytest.mark.parametrize("texte", ['a "b" \\c', "#sys.exit()", "= titre", "- point", "*_`$@~<>"])
def test_un_texte_reste_entre_ses_guillemets(texte: str) -> None:
    quoted = texte.replace("\\", "\\\\").replace('"', '\\"')

    assert remettre(f"{TEXTE}0\ue004", (texte,)) == f'#"{quoted}";'
    assert remettre(f'#"{CITE}0\ue004, {CITE}1\ue004"', (texte, "b")) == f'#"{quoted}, b"'


@pytest.mark.parametrize(
    "corps",
    [
        "<h1>Un titre</h1>",
        "<pre><code>deux  blancs</code></pre>",
        '<a title="x > y"></a>',
        "<!-- rien -->",
        f"<div><p>{OUVRANT}0{FERMANT}</p></div>",
        "<ul> </ul>\n",
    ],
)
def test_ce_que_pandoc_doit_lire_lui_reste(corps: str) -> None:
    assert extraire(corps) == (corps, ())


def test_le_texte_de_remplacement_d_un_dessin_est_un_texte() -> None:
    corps, textes = extraire('<img src="dessin-1.svg" alt="12 &lt; 13">')

    assert textes == ("12 < 13",)
    assert corps == f'<img src="dessin-1.svg" alt="{TEXTE}0\ue004">'


def test_un_mot_long_peut_se_couper() -> None:
    _, (texte,) = extraire("<p>conventions/harnes/suivi/2024/observations.csv</p>")

    assert "harnes/\u200bsuivi/\u200b2024/\u200b" in texte
