"""The tag tree of the PDF: the first cell of a row heads it, which Typst has no public way to say yet."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pikepdf


def marquer_entetes_de_lignes(pdf: bytes) -> bytes:
    """Return the PDF in which the first cell of each body row is a header of that row (TH, scope Row).

    Every table of a report heads its rows by their first cell, as its HTML says. Nothing else changes, so that both
    standards still hold; the same bytes come in and out.
    """
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as document:
        for row in _lignes_de_corps(document.Root.StructTreeRoot):
            first = next(_enfants(row), None)
            if first is not None and first.S == pikepdf.Name.TD:
                first.S = pikepdf.Name.TH
                first.A = pikepdf.Dictionary(O=pikepdf.Name.Table, Scope=pikepdf.Name.Row, **_etendue(first))
        buffer = BytesIO()
        document.save(
            buffer,
            deterministic_id=True,
            fix_metadata_version=False,  # it is right already, and setting it would write all of them again
            object_stream_mode=pikepdf.ObjectStreamMode.generate,  # a third of the size, as PDF/A-2 allows
        )
    return buffer.getvalue()


def _lignes_de_corps(noeud: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for child in _enfants(noeud):
        if child.get("/S") == "/TBody":
            yield from (row for row in _enfants(child) if row.get("/S") == "/TR")
        else:
            yield from _lignes_de_corps(child)


def _enfants(noeud: pikepdf.Object) -> Iterator[pikepdf.Object]:
    import pikepdf

    kids = noeud.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid


def _etendue(cell: pikepdf.Object) -> dict[str, object]:
    """Keep the spans that Typst wrote."""
    import pikepdf

    attributes = cell.get("/A")
    if attributes is None:
        return {}
    entries = list(attributes) if isinstance(attributes, pikepdf.Array) else [attributes]
    spans = {}
    for entry in entries:
        if isinstance(entry, pikepdf.Dictionary):
            spans |= {name[1:]: entry[name] for name in ("/ColSpan", "/RowSpan") if name in entry}
    return spans
