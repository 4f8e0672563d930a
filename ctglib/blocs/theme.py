"""What a theme of the diagnostic shows: its sentences, its chart, its table, what the parties wrote under it."""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import evolutions_annuelles
from ctglib.document.blocs import Bloc, Groupe, citation, paragraphe
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, date_longue, enumerer, majuscule, nombre
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.bilan import GroupeDeLignes
    from ctglib.donnees.modeles.catalogue import Indicateur, Theme
    from ctglib.donnees.modeles.convention import Commentaire


def phrases_du_theme(
    constats: Sequence[Constat], contexte: Contexte, doutes: Mapping[str, str] | None = None
) -> list[str]:
    """Return a sentence a finding; those that have no value anywhere, for the same reason, are named together.

    Args:
        constats: The findings of a theme.
        contexte: The words and the two territories.
        doutes: Why some indicators are doubtful, by id.
    """
    mute: dict[str, list[Constat]] = {}
    for constat in constats:
        if _muet(constat):
            mute.setdefault(constat.statut, []).append(constat)
    grouped = {statut: found for statut, found in mute.items() if len(found) > 1}
    told = [phrase(one, contexte, doutes) for one in constats if not (_muet(one) and one.statut in grouped)]
    return [*told, *(_muets(statut, found, contexte) for statut, found in grouped.items())]


def _muet(constat: Constat) -> bool:
    """Return whether a finding has nothing to say but the same absence on both sides."""
    values = (constat.niveau, constat.reference, constat.variation, constat.variation_reference)
    return all(value is None for value in values) and constat.statut == constat.statut_reference


def _muets(statut: str, constats: Sequence[Constat], contexte: Contexte) -> str:
    labels = " ; ".join(contexte.indicateurs[constat.indicateur].libelle for constat in constats)
    return f"{majuscule(contexte.absence(statut))} {contexte.territoire.a}, ni {contexte.reference.a} : {labels}."


def phrase(constat: Constat, contexte: Contexte, doutes: Mapping[str, str] | None = None) -> str:
    """Return the finding as one sentence, followed by its precautions when it has some.

    Examples: « Part des familles monoparentales : 15,9 % à Harnes en 2020, contre 15,1 % dans le Pas-de-Calais, soit
    +0,8 point. »

    Args:
        constat: The finding.
        contexte: The words and the two territories.
        doutes: Why some indicators are doubtful, by id.
    """
    label = contexte.indicateurs[constat.indicateur].libelle
    parts = [_niveaux(constat, contexte), _variation(constat, contexte)]
    sentence = f"{label} : {' ; '.join(part for part in parts if part)}."
    return " ".join([sentence, *_precautions(constat, contexte, (doutes or {}).get(constat.indicateur))])


def _niveaux(constat: Constat, contexte: Contexte) -> str:
    """Return the level and what the reference's says of it; two counts are not set against each other."""
    year = f" en {constat.annee}" if constat.annee else ""
    here, there = contexte.territoire.a, contexte.reference.a
    own = contexte.valeur(constat.indicateur, constat.niveau, constat.statut)
    other = contexte.valeur(constat.indicateur, constat.reference, constat.statut_reference)
    if constat.niveau is None and constat.reference is None:
        return f"{own} {here}{year}, {_aussi(own, other)} {there}"
    if constat.reference is None:
        return f"{own} {here}{year} ; {other} {there}"
    if constat.niveau is None:
        return f"{own} {here}{year} ; {other} {there}"
    if constat.position == "incomparable":
        return f"{own} {here}{year}" + ("" if _varie(constat) else f" ; {other} {there}")
    return f"{own} {here}{year}, {_comparaison(constat, contexte, other)}"


def _comparaison(constat: Constat, contexte: Contexte, other: str) -> str:
    there = contexte.reference.a
    if constat.ecart == 0:
        return f"comme {there}"
    gap = contexte.ecart(constat.indicateur, constat.ecart, constat.ecart_type)
    if constat.position == "similaire":
        return f"un niveau similaire à celui {contexte.reference.de} ({other}, écart de {gap})"
    return f"contre {other} {there}, soit {gap}"


def _variation(constat: Constat, contexte: Contexte) -> str:
    there = contexte.reference.a
    own, other = constat.variation, constat.variation_reference
    if own is None and other is None:
        return ""
    if own is None:
        return f"variation sur cinq ans non publiée {contexte.territoire.a} ({variation(other)} {there})"
    if other is None:
        return f"{variation(own)} en cinq ans"
    if own == other:
        return f"{variation(own)} en cinq ans, comme {there}"
    return f"{variation(own)} en cinq ans, contre {variation(other)} {there}"


def _precautions(constat: Constat, contexte: Contexte, doute: str | None) -> list[str]:
    cautions = []
    if constat.rupture:
        cautions.append(
            f"Rupture en {constat.annee_rupture} : cette variation n'est pas interprétable. {constat.rupture}"
        )
    if constat.provisoire:
        cautions.append(f"{contexte.statuts['P'].libelle}.")
    if doute is not None:
        cautions.append(f"À vérifier : {doute}.")
    return cautions


def _varie(constat: Constat) -> bool:
    return constat.variation is not None or constat.variation_reference is not None


def _aussi(own: str, other: str) -> str:
    return "comme" if own == other else f"{other}"


SANS_OBJET = "–"
NOMMES = 3  # a break that parts more indicators than that names the first one and counts the others


def tableau_theme(
    comparaison: pd.DataFrame, theme: Theme, groupes: list[GroupeDeLignes], contexte: Contexte
) -> Tableau:
    """Return the theme's table: one row an indicator, in groups, every row of the theme in the CSV.

    The provisional yearly change of an equipment is read on the equipment's own row, in the columns of variations.
    """
    rows = comparaison[comparaison["indicateur"].isin([item.id for item in theme.indicateurs])].reset_index(drop=True)
    merged = evolutions_annuelles(dict(zip(rows["indicateur"], rows["unite"], strict=True)))
    shown = _en_groupes(rows[~rows["indicateur"].isin(merged.values())], groupes, contexte)
    marks = _appels(shown)
    by_id = rows.set_index("indicateur")
    cells = [_cellules(row, by_id, merged.get(row["indicateur"]), marks, contexte) for _, row in shown.iterrows()]
    varies = any(change != SANS_OBJET for row in cells for change in row[-2:])
    columns = _colonnes(contexte, annual=bool(merged), varies=varies)
    return Tableau(
        nom=f"theme-{theme.theme.replace('_', '-')}",
        titre=f"{theme.titre} : indicateurs du diagnostic, {lieux_et_dates(contexte, shown['annee'])}",
        colonnes=columns,
        cellules=pd.DataFrame([row[: len(columns)] for row in cells], columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=contexte.source,
        groupes=tuple(shown["groupe"]) if shown["groupe"].nunique() > 1 else None,
        notes=_notes(rows, merged, marks, contexte),
    )


def groupe_de(contexte: Contexte, identifiant: str, groupes: list[GroupeDeLignes]) -> str:
    """Return the label of the first group that takes the indicator, or "" when none does."""
    item = contexte.indicateurs[identifiant]
    for groupe in groupes:
        if (not groupe.unites or item.unite in groupe.unites) and (not groupe.natures or item.nature in groupe.natures):
            return groupe.libelle
    return ""


def _en_groupes(rows: pd.DataFrame, groupes: list[GroupeDeLignes], contexte: Contexte) -> pd.DataFrame:
    """Return the rows with their ``groupe``, group after group in the order in which Annexe 1 meets them."""
    labelled = rows.assign(groupe=[groupe_de(contexte, identifiant, groupes) for identifiant in rows["indicateur"]])
    rank = {label: position for position, label in enumerate(dict.fromkeys(labelled["groupe"]))}
    return labelled.sort_values("groupe", key=lambda labels: labels.map(rank), kind="stable")


def _appels(shown: pd.DataFrame) -> dict[str, str]:
    """Return the letter that calls each distinct sentence of the notes, in the order of the rows."""
    sentences = dict.fromkeys(sentence for note in shown["note"] for sentence in _phrases(note))
    return dict(zip(sentences, ascii_lowercase, strict=False))


def _phrases(note: str) -> list[str]:
    """Return the sentences of a note: rows that share one of them share its letter."""
    return [f"{part.rstrip('.')}." for part in re.split(r"\. (?=[A-ZÀÉÊ])", note) if part]


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
        Colonne("reference", contexte.reference.nom, numerique=True, groupe=groupe,
                ecrire=lambda row: contexte.valeur(row["indicateur"], row[other], row["statut_reference"])),
    )  # fmt: skip


def _colonnes(contexte: Contexte, *, annual: bool, varies: bool) -> tuple[Colonne, ...]:
    """Return the columns; those of the variations only when a row has one."""
    group = "Variation sur 5 ans ou 1 an" if annual else "Variation sur 5 ans"
    levels = (
        Colonne("indicateur", "Indicateur"),
        Colonne("annee", "Année", numerique=True),
        *deux_niveaux(contexte, "valeur", "Niveau"),
        Colonne("ecart", "Écart", numerique=True),
    )
    if not varies:
        return levels
    return (
        *levels,
        Colonne("variation", contexte.territoire.nom, numerique=True, groupe=group),
        Colonne("variation_reference", contexte.reference.nom, numerique=True, groupe=group),
    )


def _cellules(
    row: pd.Series, by_id: pd.DataFrame, annual: str | None, marks: dict[str, str], contexte: Contexte
) -> list[str]:
    identifiant = row["indicateur"]
    mark = " (p)" if Statut.PROVISOIRE in (row["statut"], row["statut_reference"]) else ""
    letters = [marks[sentence] for sentence in _phrases(row["note"]) if sentence in marks]
    mark += f" ({', '.join(letters)})" if letters else ""
    gap = row["ecart"]
    return [
        row["libelle"] + mark,
        "" if pd.isna(row["annee"]) else str(int(row["annee"])),
        *(colonne.ecrire(row) for colonne in deux_niveaux(contexte, "valeur")),
        SANS_OBJET if pd.isna(gap) else contexte.ecart(identifiant, gap, row["ecart_type"]),
        *_variations(row, by_id, annual, contexte),
    ]


def _variations(row: pd.Series, by_id: pd.DataFrame, annual: str | None, contexte: Contexte) -> tuple[str, str]:
    if annual is None:
        return variation(row["variation"]), variation(row["variation_reference"])
    change = by_id.loc[annual]
    return (
        _annuelle(contexte, change["valeur"], change["statut"], change["annee"]),
        _annuelle(contexte, change["valeur_reference"], change["statut_reference"], change["annee"]),
    )


def _annuelle(contexte: Contexte, valeur: float, statut: str, annee: float) -> str:
    """Return a yearly change with its year, so that it is not read as a change over five years: « +16 en 2021 »."""
    if pd.isna(valeur):
        return contexte.absence(statut)
    year = "" if pd.isna(annee) else f"{INSECABLE}en{INSECABLE}{int(annee)}"
    return f"{nombre(valeur, 0, signe=True)}{year}"


def _notes(rows: pd.DataFrame, merged: dict[str, str], marks: dict[str, str], contexte: Contexte) -> tuple[str, ...]:
    provisional = contexte.statuts[Statut.PROVISOIRE].libelle
    is_annual = rows["indicateur"].isin(merged.values())
    notes = []
    if is_annual.any():
        years = sorted({str(int(annee)) for annee in rows.loc[is_annual, "annee"].dropna()})
        notes.append(
            f"« En {' » ou « en '.join(years)} » : évolution en nombre sur cette seule année, {provisional.lower()}."
        )
    if Statut.PROVISOIRE in set(rows.loc[~is_annual, ["statut", "statut_reference"]].to_numpy().ravel()):
        notes.append(f"(p) {provisional}.")
    notes += [f"({mark}) {sentence}" for sentence, mark in marks.items()]
    notes += ruptures([contexte.indicateurs[identifiant] for identifiant in rows["indicateur"]])
    return tuple(notes)


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


def commentaires(theme: Theme, commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments of a theme, the earliest first, with author and date; nothing when none is in."""
    own = sorted((item for item in commentaires if item.theme == theme.theme), key=lambda item: item.date)
    if not own:
        return Groupe()
    block = paragraphe("Commentaires des parties :")
    for item in own:
        block += citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}")
    return block


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return which themes await a comment, and what becomes of one."""
    told = {item.theme for item in commentaires}
    awaited = [theme for theme in themes if theme.theme not in told]
    if not awaited:
        return paragraphe("Chaque thème porte au moins un commentaire des parties.")
    names = enumerer([f"« {theme.titre} »" for theme in awaited])
    return paragraphe(f"Ces thèmes attendent les commentaires des parties : {names}.") + paragraphe(
        "Un commentaire saisi paraît sous son thème, avec sa date et le service ou l'institution qui l'écrit, jamais "
        "une personne. Le guide du classeur d'évaluation dit comment le saisir."
    )
