"""``interne/empreintes.json``: the fingerprints that the public manifest leaves out, report by report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ctglib.donnees.empreintes import publiable
from ctglib.production.plan import INTERNE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ctglib.production.manifeste import Trace

NOM = "empreintes.json"
NON_PUBLIEE = ""  # what stands in the public manifest for a fingerprint that is not published
Empreintes = dict[str, dict[str, str]]  # of the files and of the parts read, by report


def chemin_garde(dossier: Path) -> Path | None:
    """Return where the fingerprints of a folder of reports lie, None when its own manifest may hold them all."""
    return None if dossier.name == INTERNE else dossier / INTERNE / NOM


def publiques(lus: Mapping[str, str]) -> dict[str, str]:
    """Return the fingerprints of files, without those that may not be published."""
    return {nom: digest if publiable(nom) else NON_PUBLIEE for nom, digest in lus.items()}


def gardees(traces: Mapping[str, Trace]) -> Empreintes:
    """Return the fingerprints that may not be published, by report; reports that have none are left out.

    They are those of the follow-up: its files, and the parts of its studies.
    """
    kept = {cle: _gardees(trace) for cle, trace in traces.items()}
    return {cle: lues for cle, lues in sorted(kept.items()) if lues}


def _gardees(trace: Trace) -> dict[str, str]:
    parts = {nom: digest for nom, digest in trace.parts.items() if digest}
    return {nom: digest for nom, digest in trace.lus.items() if not publiable(nom)} | parts


def lire_gardees(chemin: Path | None) -> Empreintes:
    """Return the fingerprints kept in a file, none when it is absent or does not read."""
    try:
        found = json.loads(chemin.read_bytes()) if chemin else {}
        return {cle: dict(lues) for cle, lues in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def octets_gardes(empreintes: Empreintes) -> bytes:
    """Return the file."""
    return (json.dumps(empreintes, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
