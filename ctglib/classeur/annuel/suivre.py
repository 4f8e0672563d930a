"""« Suivre » : any indicators of the fiches or of the public series, year by year, for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan.territoire import trajectoires_du_territoire
from ctglib.classeur.annuel.lecture import lire_annees, pour_trajectoires
from ctglib.donnees.lecture import proches
from ctglib.graphiques.trajectoires import trajectoires
from ctglib.rapport.phrases.territoire import source_publique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.document.figure import Figure


def suivre(etude: EtudeAnnuelle, indicateurs: Sequence[str]) -> Figure | None:
    """Return the trajectories of some indicators up to the year of the bilan; None when none has a value.

    Args:
        etude: The study of the year.
        indicateurs: Ids of indicators of the fiches or of the public series.

    Raises:
        ValueError: An indicator does not exist; the message, in French, proposes close names.
    """
    verifier(etude, indicateurs)
    fiches = [name for name in indicateurs if name in etude.catalogue.indicateurs_fiches]
    public = [name for name in indicateurs if name not in fiches]
    tables = []
    if fiches:
        tables.append(pour_trajectoires(etude, lire_annees(etude, fiches)))
    if public:
        tables.append(_publiques(etude, public))
    sources = [etude.contexte.source] * bool(fiches)
    sources += [source_publique(etude.series, etude.suivi.origines, etude.contexte)] * bool(public)
    return trajectoires(
        pd.concat(tables, ignore_index=True),
        etude.contexte,
        nom=f"suivre-{indicateurs[0].replace('_', '-')}",
        titre=f"Comment évoluent-ils jusqu'en {etude.annee} ?",
        source=" ; ".join(dict.fromkeys(sources)),
    )


def verifier(etude: EtudeAnnuelle, indicateurs: Sequence[str]) -> None:
    """Refuse what is no indicator of the fiches or of the public series.

    Raises:
        ValueError: There is none, or one does not exist; every one is said, with close names.
    """
    known = [*etude.catalogue.indicateurs_fiches, *etude.catalogue.indicateurs_contexte]
    if not indicateurs:
        raise ValueError(f"Indiquer au moins un indicateur, par exemple « {known[0]} ».")
    unknown = [name for name in indicateurs if name not in known]
    if unknown:
        raise ValueError("\n".join(_inconnu(name, known) for name in unknown))


def _inconnu(nom: str, connus: list[str]) -> str:
    close = proches(nom, connus)
    proposal = f" Noms proches : {', '.join(close)}." if close else " Les noms sont dans docs/dictionnaire.md."
    return f"L'indicateur « {nom} » n'existe pas dans les fiches ni dans les séries publiques.{proposal}"


def _publiques(etude: EtudeAnnuelle, noms: list[str]) -> pd.DataFrame:
    return trajectoires_du_territoire(
        etude.series,
        noms,
        etude.catalogue.indicateurs_contexte,
        territoire=etude.convention.territoire,
        depuis=int(etude.series["annee"].min()) if len(etude.series) else etude.annee,
    )
