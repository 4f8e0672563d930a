"""Small multiples on one scale: the commune, its département and the band of comparable communes, at 100 in a year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparables.evolutions import BASE
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, minuscule, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.panneau_base_100 import Courbe, Panneau, poser_legende, poser_panneau
from ctglib.graphiques.rangees import SANS_ZERO, poser_note

if TYPE_CHECKING:
    from ctglib.calculs.comparables.comparer import Resultat
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

PAR_RANG = {"large": 3, "etroit": 2}
ENTRE_PANNEAUX, SOUS_UN_RANG = 18.0, 14.0
SERIES = ("commune", "departement", "moyenne")
NOMBRES = (*SERIES, "bas", "haut")


@dataclass(frozen=True)
class _Evolutions:
    """What is drawn: rows of ``trajectoires``, names of the lines, the year at 100."""

    rows: pd.DataFrame
    libelles: dict[str, str]
    noms: dict[str, str]
    annee: int
    communes: str

    @cached_property
    def panneaux(self) -> list[Panneau]:
        """Return a panel an indicator."""
        return [_panneau(self, name) for name in dict.fromkeys(self.rows["indicateur"])]

    @cached_property
    def etendue(self) -> tuple[float, float]:
        """Return the least and the greatest index of all the panels."""
        return float(self.rows[[*NOMBRES]].min().min()), float(self.rows[[*NOMBRES]].max().max())


def trajectoires_comparables(resultat: Resultat, contexte: Contexte, *, nom: str, titre: str) -> Figure:
    """Return the panels, in the catalogue's order.

    Args:
        resultat: The comparison.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
    """
    communes = compter(resultat.nombre, "commune comparable", "communes comparables")
    reference = f"{contexte.reference.nom} sans {contexte.territoire.nom}"
    found = _Evolutions(
        resultat.trajectoires,
        dict(zip(resultat.ecarts["indicateur"], resultat.ecarts["libelle"], strict=True)),
        {"commune": contexte.territoire.nom, "departement": reference, "moyenne": f"Moyenne des {communes}"},
        resultat.regle.annee_reference,
        communes,
    )
    return assembler(
        Cartouche(nom, titre, contexte.source),
        lambda planche: _dessiner(planche, found),
        alt=_alt(found),
        lecture=_lecture(found, contexte),
        chiffres=_chiffres(found),
    )


def _panneau(evolutions: _Evolutions, indicateur: str) -> Panneau:
    rows = evolutions.rows[evolutions.rows["indicateur"] == indicateur].sort_values("annee")
    years = [int(annee) for annee in rows["annee"]]
    return Panneau(
        evolutions.libelles[indicateur],
        tuple(Courbe(name, tuple(zip(years, rows[name], strict=True))) for name in SERIES),
        tuple(zip(years, rows["bas"], rows["haut"], strict=True)),
        tuple(annee for annee, new in zip(years, rows["rupture"], strict=True) if new and annee != years[0]),
    )


def _dessiner(planche: Planche, evolutions: _Evolutions) -> float:
    count = PAR_RANG[planche.taille]
    width = (planche.largeur - (count - 1) * ENTRE_PANNEAUX) / count
    y = poser_legende(planche, evolutions.noms, f"Bande : de la plus basse à la plus haute des {evolutions.communes}")
    y += SOUS_UN_RANG
    panels = evolutions.panneaux
    for start in range(0, len(panels), count):
        group = panels[start : start + count]
        title = max(panel.hauteur_du_titre(planche, width) for panel in group)
        places = [(rank * (width + ENTRE_PANNEAUX), width) for rank in range(len(group))]
        y = SOUS_UN_RANG + max(
            poser_panneau(planche, panel, place, (y, title), evolutions.etendue)
            for panel, place in zip(group, places, strict=True)
        )
    note = f"{evolutions.annee} = {BASE}. Même échelle pour toutes les séries. {SANS_ZERO}"
    return poser_note(planche, 0, y - SOUS_UN_RANG + 4, note)


def _fin(evolutions: _Evolutions, indicateur: str) -> pd.Series:
    return evolutions.rows[evolutions.rows["indicateur"] == indicateur].sort_values("annee").iloc[-1]


def _alt(evolutions: _Evolutions) -> str:
    names, ends = list(dict.fromkeys(evolutions.rows["indicateur"])), []
    for name in names:
        row = _fin(evolutions, name)
        values = " ; ".join(f"{evolutions.noms[one]} {indice(row[one])}" for one in SERIES)
        ends.append(f"{evolutions.libelles[name]} : {values}.")
    last = int(evolutions.rows["annee"].max())
    return (
        f"Courbes, {compter(len(names), 'panneau', 'panneaux')}, {evolutions.annee} = {BASE}. Indices de {last}. "
        f"{' '.join(ends)}"
    )


def _lecture(evolutions: _Evolutions, contexte: Contexte) -> str:
    row = _fin(evolutions, evolutions.rows["indicateur"].iloc[0])
    label = minuscule(evolutions.libelles[row["indicateur"]])
    return (
        f"« {label} » : pour {BASE} en {evolutions.annee}, {indice(row['commune'])} {contexte.territoire.a} en "
        f"{row['annee']}, {indice(row['moyenne'])} en moyenne dans les {evolutions.communes} (de {indice(row['bas'])} "
        f"à {indice(row['haut'])}) et {indice(row['departement'])} dans le reste {contexte.reference.de}."
    )


def indice(valeur: float) -> str:
    """Return an index with one decimal, an en dash when there is none."""
    return "–" if valeur != valeur else nombre(valeur, 1)


def _chiffres(evolutions: _Evolutions) -> Chiffres:
    columns = (
        Colonne("annee", "Année"),
        Colonne("effectif", f"{evolutions.noms['commune']}, effectif", numerique=True),
        *(Colonne(name, f"{evolutions.noms[name]}, indice", numerique=True) for name in SERIES),
        Colonne("bas", "La plus basse, indice", numerique=True),
        Colonne("haut", "La plus haute, indice", numerique=True),
    )
    rows = evolutions.rows
    cells = rows.assign(
        annee=[f"{row.annee} (nouvelle série)" if row.rupture else str(row.annee) for row in rows.itertuples()],
        effectif=["–" if pd.isna(value) else nombre(value) for value in rows["effectif"]],
        **{name: [indice(value) for value in rows[name]] for name in NOMBRES},
    )
    groups = tuple(evolutions.libelles[name] for name in rows["indicateur"])
    return Chiffres(columns, cells[[column.cle for column in columns]], rows, groups)
