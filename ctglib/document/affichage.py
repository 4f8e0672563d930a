"""Who writes a block for JupyterLab, by MIME type.

A block is shown as its page will be, by the writer of pages, which knows the blocks while they know
nothing of it: it is registered here by the package (``ctglib/__init__.py``), whatever module a
notebook imports first.
"""

from collections.abc import Callable

ECRIVAINS: dict[str, Callable[[object], str]] = {}
