"""What a section of the diagnostic says of indicators of annexe 1: sentences, a table, the comments of the parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import DUREE_VARIATION
from ctglib.document.blocs import Bloc, Groupe, citation, paragraphe
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, date_longue, enumerer, minuscule
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.bilan import PhraseDeSection
    from ctglib.donnees.modeles.catalogue import Indicateur, Theme
    from ctglib.donnees.modeles.convention import Commentaire

SANS_OBJET = "–"
NOMMES = 3  # a break that parts more indicators than that names the first one and counts the others
PLUS_VITE = "plus_vite"


def phrases(
    dites: Iterable[PhraseDeSection],
    constats: Mapping[str, Constat],
    contexte: Contexte,
    *,
    doutes: Collection[str],
    graphique: Sequence[str] = (),
) -> list[str]:
    """Return the sentences whose conditions hold; when none does, the widest gap of the chart is named.

    Args:
        dites: The sentences and their conditions.
        constats: The findings by indicator.
        contexte: The words and the two territories.
        doutes: The doubtful indicators, of which nothing is said.
        graphique: The rates of the chart.
    """
    sure = {name: item for name, item in constats.items() if not item.provisoire and name not in doutes}
    told = [
        _remplir(one.texte, [sure[name] for name in one.si], contexte)
        for one in dites
        if all(name in sure and _tient(sure[name], wanted) for name, wanted in one.si.items())
    ]
    gaps = [sure[name] for name in graphique if name in sure and sure[name].ecart_relatif is not None]
    if told or not gaps:
        return told
    widest = contexte.indicateurs[max(gaps, key=lambda item: abs(item.ecart_relatif)).indicateur].libelle
    return [f"C'est « {widest} » qui s'écarte le plus de la valeur {contexte.reference.de}."]


def _tient(constat: Constat, attendu: str) -> bool:
    if attendu != PLUS_VITE:
        return constat.position == attendu
    own, other = constat.variation, constat.variation_reference
    return own is not None and other is not None and not constat.rupture and own > max(other, 0)


def _remplir(phrase: str, constats: list[Constat], contexte: Contexte) -> str:
    """Return a sentence with the numbers of its indicators, and the two territories as it names them."""
    texts: dict[str, dict[str, str]] = {name: {} for name in ("ici", "la", "points", "variation", "variation_la")}
    for item in constats:
        name = item.indicateur
        texts["ici"][name] = contexte.valeur(name, item.niveau, item.statut)
        texts["la"][name] = contexte.valeur(name, item.reference, item.statut_reference)
        texts["points"][name] = sans_signe(contexte.ecart(name, item.ecart, item.ecart_type)) if item.ecart else ""
        texts["variation"][name], texts["variation_la"][name] = map(
            variation, (item.variation, item.variation_reference)
        )
    return phrase.format(**texts, a_reference=contexte.reference.a, de_reference=contexte.reference.de)


def sans_signe(ecart: str) -> str:
    """Return a gap without its sign, for a sentence that says which way it goes."""
    return ecart.lstrip("+\u2212")


def tableau_indicateurs(
    comparaison: pd.DataFrame,
    contexte: Contexte,
    *,
    nom: str,
    titre: str,
    definitions: Collection[str] = (),
    doutes: Collection[str] = (),
    **reste: object,
) -> Tableau:
    """Return the rows of a comparison, one an indicator; the columns of variations only when a row has one.

    Args:
        comparaison: Rows of ``ctglib.calculs.comparaison.comparer``.
        contexte: The words and the two territories.
        nom: Short name of the table.
        titre: Its caption, without places and years.
        definitions: The indicators whose meaning stands under the table, or of the chart beside it.
        doutes: The doubtful indicators, marked.
        reste: The other arguments of a table.
    """

    def libelle(row: pd.Series) -> str:
        marks = ["p"] * (Statut.PROVISOIRE in (row["statut"], row["statut_reference"])) + ["?"] * (
            row["indicateur"] in doutes
        )
        return row["libelle"] + (f" ({', '.join(marks)})" if marks else "")

    def ecart(row: pd.Series) -> str:
        gap = row["ecart"]
        return SANS_OBJET if pd.isna(gap) else contexte.ecart(row["indicateur"], gap, row["ecart_type"])

    year = Colonne("annee", "Année", numerique=True, ecrire=lambda year: "" if pd.isna(year) else str(int(year)))
    columns = [
        Colonne("intitule", "Indicateur", ecrire=libelle),
        *([year] if comparaison["annee"].nunique() > 1 else []),
        *deux_niveaux(contexte, "valeur", "Niveau"),
        *(
            [Colonne("ecart_ecrit", "Écart", numerique=True, ecrire=ecart)]
            if comparaison["ecart"].notna().any()
            else []
        ),
    ]
    if comparaison[["variation", "variation_reference"]].notna().to_numpy().any():
        group = "Variation sur 5 ans"
        columns += [
            Colonne("variation", contexte.territoire.nom, numerique=True, groupe=group, ecrire=variation),
            Colonne("variation_reference", contexte.reference.nom, numerique=True, groupe=group, ecrire=variation),
        ]
    changed = comparaison[comparaison[["variation", "variation_reference"]].notna().any(axis=1)]
    crossed = [
        item.model_copy(
            update={"ruptures": [one for one in item.ruptures if when - DUREE_VARIATION < one.annee <= when]}
        )
        for name, when in zip(changed["indicateur"], changed["annee"], strict=True)
        for item in [contexte.indicateurs[name]]
    ]
    notes = [f"{item.libelle} : {minuscule(item.definition)}" for item in map(contexte.indicateurs.get, definitions)]
    provisional = Statut.PROVISOIRE in set(comparaison[["statut", "statut_reference"]].to_numpy().ravel())
    notes += [f"(p) {contexte.statuts['P'].libelle}."] * provisional
    doubtful = comparaison["indicateur"].isin(list(doutes)).any()
    notes += ["(?) À vérifier : le contrôle de la convention dit pourquoi."] * bool(doubtful)
    return Tableau.de(
        comparaison,
        columns,
        nom=nom,
        titre=f"{titre}, {lieux_et_dates(contexte, comparaison['annee'])}",
        source=contexte.source,
        notes=(*notes, *ruptures(crossed)),
        **reste,
    )


def lieux_et_dates(contexte: Contexte, annees: pd.Series) -> str:
    """Return « Harnes et Pas-de-Calais, 2018-2020 », as captions end; no year when none is known."""
    years = sorted({str(int(annee)) for annee in annees.dropna()})
    period = "-".join(dict.fromkeys((years[0], years[-1]))) if years else ""
    return ", ".join(part for part in (f"{contexte.territoire.nom} et {contexte.reference.nom}", period) if part)


def deux_niveaux(contexte: Contexte, cle: str, groupe: str = "") -> tuple[Colonne, Colonne]:
    """Return the columns of the territory and of its reference: values with their units, or why they are absent.

    Args:
        contexte: The words.
        cle: Column of the territory's value; that of the reference is ``valeur_reference``, or ``reference``.
        groupe: Title above the two.
    """
    other = "valeur_reference" if cle == "valeur" else "reference"
    return (
        Colonne("territoire", contexte.territoire.nom, numerique=True, groupe=groupe,
                ecrire=lambda row: contexte.valeur(row["indicateur"], row[cle], row["statut"])),
        Colonne("de_reference", contexte.reference.nom, numerique=True, groupe=groupe,
                ecrire=lambda row: contexte.valeur(row["indicateur"], row[other], row["statut_reference"])),
    )  # fmt: skip


def ruptures(indicateurs: list[Indicateur]) -> list[str]:
    """Return one sentence a break (year and reason), with the indicators that it parts, earliest first."""
    concerned: dict[tuple[int, str], list[str]] = {}
    for item in indicateurs:
        for rupture in item.ruptures:
            concerned.setdefault((rupture.annee, rupture.raison), []).append(item.libelle)
    return [
        f"Rupture de série en {annee} ({_concernes(libelles)}). {raison}"
        for (annee, raison), libelles in sorted(concerned.items())
    ]


def _concernes(libelles: list[str]) -> str:
    """Return which indicators a break parts, few enough to be read."""
    if len(libelles) <= NOMMES:
        return enumerer([f"« {libelle} »" for libelle in libelles])
    return f"{compter(len(libelles), 'indicateur')}, dont « {libelles[0]} »"


def commentaires(themes: Collection[str], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments on some themes, the earliest first, with author and date; nothing when none is in."""
    own = sorted((item for item in commentaires if item.theme in themes), key=lambda item: item.date)
    if not own:
        return Groupe()
    block = paragraphe("Commentaires des parties :")
    for item in own:
        block += citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}")
    return block


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> str:
    """Return which themes await a comment of the parties, "" when each has one."""
    told = {item.theme for item in commentaires}
    awaited = [f"« {theme.titre} »" for theme in themes if theme.theme not in told]
    if awaited and not told:
        return "Les parties n'ont encore commenté aucun thème."
    return f"Les parties n'ont pas encore commenté {enumerer(awaited)}." if awaited else ""
