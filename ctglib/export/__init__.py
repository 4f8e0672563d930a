"""From an executed notebook to one accessible HTML page, a PDF, a Word document, an
OpenDocument text or slides.

They are nbconvert exporters (``jupyter nbconvert --to ctg-html``, ``ctg-pdf``, ``ctg-docx``,
``ctg-odt``, ``ctg-presentation``), loaded on demand: nbconvert takes a second to import.
"""


def __getattr__(nom: str) -> type:
    if not nom.startswith("Exporteur"):
        raise AttributeError(nom)
    from ctglib.export import exporteurs

    return getattr(exporteurs, nom)
