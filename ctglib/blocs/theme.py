"""What the diagnostic says of annexe 1: sentences, tables, amounts by head, indices, needs, gaps,
comments.
"""

from collections.abc import Callable, Collection, Iterable, Sequence

import pandas as pd

from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.mots import dire, presenter
from ctglib.calculs.comparaison import COLONNES, FICHE, incertains, ruptures_dans
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, enumerer, majuscule, minuscule, nombre
from ctglib.document.blocs import Bloc, Encadre, Groupe, citation, liste, paragraphe, suite
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import compter, date_longue, nombre_court, remplir
from ctglib.donnees.modeles.catalogue import Indicateur, Theme
from ctglib.donnees.modeles.convention import Commentaire, Convention
from ctglib.donnees.modeles.rapports import ContratPrecedent, PhraseDeSection
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.points import points_indices

FOIS = 1.05  # closer than that, two amounts by head are alike
NOMMES = 3  # a break that parts more indicators than that names the first one and counts the others
AUCUNE = "aucune fiche"
SANS_ENJEU = "Hors des enjeux de la convention"
VARIATIONS = ["variation", "variation_reference"]
LACUNES = ["id", "objet", "manque", "reference", "question"]


def phrases(
    dites: Iterable[PhraseDeSection],
    sure: pd.DataFrame,
    contexte: Contexte,
    graphique: Sequence[str] = (),
) -> list[str]:
    """Return the sentences whose conditions hold; when none does, the widest gap of the chart
    (``graphique``) is named.

    ``sure``: a provisional or a doubtful value bears none. The first names both places, which the
    next take up.
    """

    def tient(indicateur: str, attendu: str) -> bool:
        if indicateur not in sure.index:
            return False
        row = sure.loc[indicateur]
        faster = (
            not row["rupture"]
            and row["variation"] > 0
            and row["variation"] > row["variation_reference"]
        )
        return faster if attendu == "plus_vite" else row["position"] == attendu

    held = [one for one in dites if all(tient(name, wanted) for name, wanted in one.si.items())]
    told = [
        _remplir(one.texte, sure.loc[list(one.si)], contexte, premiere=one is held[0])
        for one in held
    ]
    gaps = (
        sure.loc[[name for name in graphique if name in sure.index], "ecart_relatif"].dropna().abs()
    )
    if told or gaps.empty:
        return told
    return [
        dire(
            "plus_grand_ecart",
            libelle=contexte.indicateurs[gaps.idxmax()].libelle,
            **contexte.lieux,
        )
    ]


def _remplir(phrase: str, rows: pd.DataFrame, contexte: Contexte, *, premiere: bool) -> str:
    """Return a sentence with the numbers of its indicators, and the two territories as it names
    them.
    """
    written = {
        "ici": lambda row: contexte.valeur(row.Index, row.valeur, row.statut),
        "la": lambda row: contexte.valeur(row.Index, row.valeur_reference, row.statut_reference),
        "points": lambda row: contexte.ecart(row.Index, row.ecart, row.ecart_type).lstrip(
            "+\u2212"
        ),
        "variation": lambda row: variation(row.variation),
        "variation_la": lambda row: variation(row.variation_reference),
    }
    rows = list(rows.fillna({"ecart": 0.0}).itertuples())
    texts = {key: {row.Index: write(row) for row in rows} for key, write in written.items()}
    than = (
        f"qu'{contexte.reference.a}"
        if contexte.reference.a[0] in "aàeé"
        else f"que {contexte.reference.a}"
    )
    texts |= {"que": f" {than}", "y": ""} if premiere else {"que": "", "y": "y "}
    filled = remplir(phrase, **texts, qu_a_reference=than, **contexte.lieux)
    return f"{majuscule(contexte.territoire.a)}, {minuscule(filled)}" if premiere else filled


def services_absents(etude: EtudeDiagnostic, services: Iterable[str]) -> list[str]:
    """Return how many of the services of the reference are absent, and whether a fiche answers one
    of them.
    """
    rows = etude.comparaison
    contexte = etude.contexte
    known = rows[rows["indicateur"].isin(list(services)) & rows["valeur_reference"].gt(0)]
    absent = {*known.loc[known["valeur"].eq(0), "indicateur"]}
    if not absent:
        return []
    some = "services_tous_absents" if len(absent) == len(known) else "services_absents"
    told = dire(
        "services", sortes=len(known), combien=dire(some, nombre=len(absent)), **contexte.lieux
    )
    fiches = [
        str(fiche.numero) for fiche in etude.convention.fiches if set(fiche.repond_a) & absent
    ]
    answer = "fiches_des_services" if fiches else "services_sans_fiche"
    return [told, dire(answer, nombre=len(fiches), fiches=enumerer(fiches))]


def tableau_indicateurs(
    etude: EtudeDiagnostic,
    comparaison: pd.DataFrame,
    *,
    titre: str,
    definitions: Iterable[str] = (),
    **reste: object,
) -> Tableau:
    """Return the rows of ``comparer``, one an indicator; a column of gaps or of variations only
    when a row has one.

    ``titre`` has neither places nor years; ``definitions`` are the indicators whose meaning stands
    under the table.
    """
    contexte = etude.contexte
    years = comparaison["annee"]
    marks, notes = _marques(etude, comparaison)
    changed = comparaison[comparaison[VARIATIONS].notna().any(axis=1)]

    def ecart(row: pd.Series) -> str:
        return (
            RIEN
            if pd.isna(row["ecart"])
            else contexte.ecart(row["indicateur"], row["ecart"], row["ecart_type"])
        )

    writers = {
        "intitule": lambda row: (
            row["libelle"] + (f" ({', '.join(marks[row.name])})" if marks[row.name] else "")
        ),
        "annee": (lambda year: "" if pd.isna(year) else str(int(year)))
        if years.nunique() > 1
        else None,
        "territoire": _niveau(contexte, "valeur", "statut"),
        "de_reference": _niveau(contexte, "valeur_reference", "statut_reference"),
        "ecart_ecrit": ecart if comparaison["ecart"].notna().any() else None,
        **dict.fromkeys(VARIATIONS, variation if len(changed) else None),
    }
    meanings = [
        f"{item.libelle} : {minuscule(item.definition)}"
        for item in map(contexte.indicateurs.get, definitions)
    ]
    breaks = ruptures(
        [contexte.indicateurs[name] for name in changed["indicateur"]], changed["annee"]
    )
    words = {"titre": titre, "lieux": _lieux_et_dates(contexte, years)}
    told = {"donnees": comparaison[list(COLONNES)], "notes": [*meanings, *notes, *breaks], **reste}
    return presenter(contexte, "indicateurs", comparaison, writers, mots=words, **told)


def _niveau(contexte: Contexte, valeur: str, statut: str) -> Callable[[pd.Series], str]:
    return lambda row: contexte.valeur(row["indicateur"], row[valeur], row[statut]) or RIEN


def _marques(etude: EtudeDiagnostic, rows: pd.DataFrame) -> tuple[pd.Series, list[str]]:
    """Return the marks of each row, provisional or doubtful, and the notes that explain them."""
    provisional = rows[["statut", "statut_reference"]].eq(Statut.PROVISOIRE).any(axis=1)
    doubtful = rows["indicateur"].isin(list(etude.doutes))
    marks = [["p"] * one + ["?"] * other for one, other in zip(provisional, doubtful, strict=True)]
    notes = [f"(p) {etude.contexte.statuts['P'].libelle}."] * bool(provisional.any())
    return pd.Series(marks, rows.index, dtype=object), notes + [dire("a_verifier")] * bool(
        doubtful.any()
    )


def _lieux_et_dates(contexte: Contexte, annees: pd.Series) -> str:
    """Return « Harnes et Pas-de-Calais, 2018-2020 », as captions end; no year when none is known."""
    years = sorted({str(int(annee)) for annee in annees.dropna()})
    period = "-".join(dict.fromkeys((years[0], years[-1]))) if years else ""
    return ", ".join(
        filter(None, (f"{contexte.territoire.nom} et {contexte.reference.nom}", period))
    )


def ruptures(
    indicateurs: Collection[Indicateur], annees: Iterable[float] | None = None
) -> list[str]:
    """Return a sentence a break, with the indicators it parts; given their years, those of the five
    before only.
    """
    cut = (
        [item.ruptures for item in indicateurs]
        if annees is None
        else map(ruptures_dans, indicateurs, annees)
    )
    concerned: dict[tuple[int, str], list[str]] = {}
    for item, breaks in zip(indicateurs, cut, strict=True):
        for one in breaks:
            concerned.setdefault((one.annee, one.raison), []).append(f"« {item.libelle} »")
    return [
        f"Rupture de série en {annee} ("
        + (
            enumerer(names)
            if len(names) <= NOMMES
            else f"{compter(len(names), 'indicateur')}, dont {names[0]}"
        )
        + f"). {raison}"
        for (annee, raison), names in sorted(concerned.items())
    ]


def tableau_par_tete(
    montants: pd.DataFrame, contexte: Contexte, doutes: Collection[str]
) -> Tableau:
    """Return the amounts: in all, then by head in both territories; a doubtful count of heads is
    marked.
    """
    writers = {
        "objet": lambda row: (
            f"{row['libelle']}, par {row['mot']}" + " (?)" * (row["par"] in doutes)
        ),
        **dict.fromkeys(["montant", "tete", "tete_reference"], _euros),
    }
    words = {"lieux": _lieux_et_dates(contexte, montants["annee"])}
    notes = [montants["par"].isin(list(doutes)).any() and dire("effectif_douteux")]
    return presenter(contexte, "par_tete", montants, writers, mots=words, notes=notes)


def _euros(valeur: float) -> str:
    return RIEN if pd.isna(valeur) else avec_unite(valeur, "€", 0)


def phrases_par_tete(montants: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return where the reference pays most more by head, in proportion then in euros, then where it
    pays less.
    """
    behind = montants[montants["fois"].ge(FOIS)]
    ahead = montants[montants["fois"].le(1 / FOIS)]
    told = [("davantage_ici", rank) for rank in ahead.index]
    if len(behind):
        widest = behind["fois"].idxmax()
        dearest = (behind["tete_reference"] - behind["tete"]).idxmax()
        told[:0] = [("ecart_en_proportion", widest), ("ecart_en_euros", dearest)][
            : 1 + (dearest != widest)
        ]
    return [
        dire(
            phrase,
            objet=minuscule(row["libelle"]),
            annee=f"{row['annee']:.0f}",
            mot=row["mot"],
            ici=_euros(row["tete"]),
            la=_euros(row["tete_reference"]),
            **contexte.lieux,
        )
        for phrase, row in ((phrase, montants.loc[rank]) for phrase, rank in told)
    ]


def phrase_du_contrat(
    comparaison: pd.DataFrame, contrat: ContratPrecedent, convention: Convention, contexte: Contexte
) -> list[str]:
    """Return what the contract before the convention paid, which is its base, and what to ask;
    nothing unless known.
    """
    amounts = (
        comparaison.set_index("indicateur").reindex(list(contrat.montants)).dropna(subset="valeur")
    )
    clause = convention.clauses.get("moyens")
    if amounts.empty or clause is None:
        return []
    before = convention.debut.year - 1
    year = int(amounts["annee"].iloc[0])
    parts = [
        f"{_euros(value)} pour le {contrat.montants[name]}"
        for name, value in amounts["valeur"].items()
    ]
    total = f", soit {_euros(amounts['valeur'].sum())}" if len(parts) > 1 else ""
    told = dire(
        "contrat",
        annee=year,
        nom=contrat.nom,
        montants=enumerer(parts),
        total=total,
        **contexte.lieux,
    )
    if year == before:
        return [told]
    cited = (
        f"{majuscule(clause.texte)} ({convention.citer('moyens')})"
        if clause.texte
        else dire("base_sans_regle")
    )
    return [f"{told} {dire('base_du_contrat', regle=cited, annee=before)}"]


def vulnerabilite(etude: EtudeDiagnostic) -> Bloc | None:
    """Return what the indices rest on, their chart, then how they are read; None when there is
    none.

    Until the convention says who validated them they are a working hypothesis, which the report of
    the check shows; from then on they belong to the diagnostic.
    """
    found = etude.indices
    radar = etude.catalogue.radar
    contexte = etude.contexte
    convention = etude.convention
    if not found["indice"].notna().any():
        return None
    if convention.radar:
        done = convention.radar["valide"]
        gaps = []
        ground = paragraphe(dire("indices_valides", par=done.par, date=date_longue(done.date)))
    else:
        gaps = [item for item in convention.lacunes if item.id == radar.lacune]
        ground = Encadre(
            (" ".join([radar.avertissement, *(f"{gap.manque.rstrip('. ')}." for gap in gaps)]),)
        )
    chart = points_indices(
        found, radar, contexte, nom="indices", titre=dire("titre_des_indices", **contexte.lieux)
    )
    low, high, same = map(nombre_court, (radar.seuil_bas, radar.seuil_haut, 100))
    steps = {name: contexte.indicateurs[name].arrondi_source or 0.0 for name in found["indicateur"]}
    read = [
        dire(
            "groupe_de_reference",
            groupe=radar.groupe_de_reference.rstrip(". "),
            egal=same,
            **contexte.lieux,
        ),
        dire("seuils_des_indices", haut=high, bas=low),
        *(
            f"« {majuscule(rule.mots)} » : {rule.regle}."
            for kind, rule in radar.renversements.items()
            if found["renversement"].eq(kind).any()
        ),
        *(
            dire("indice_incertain", **axe)
            for axe in incertains(found, radar, steps).to_dict("records")
        ),
        *(f"Question ouverte ({gap.reference}) : {gap.question}" for gap in gaps),
    ]
    return suite([ground, chart, paragraphe(radar.formule), liste(read)])


def commentaires(themes: Collection[str], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments on some themes, the earliest first, with author and date; nothing when
    none is in.
    """
    own = sorted(
        (item for item in commentaires if item.theme in themes), key=lambda item: item.date
    )
    quotes = [citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}") for item in own]
    return sum(quotes, paragraphe("Commentaires des parties :")) if own else Groupe()


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> str:
    """Return which themes await a comment of the parties, "" when each has one."""
    told = {item.theme for item in commentaires}
    awaited = [f"« {theme.titre} »" for theme in themes if theme.theme not in told]
    if awaited and not told:
        return dire("sans_commentaire")
    return dire("commentaires_attendus", themes=enumerer(awaited)) if awaited else ""


def besoins_en_bref(besoins: pd.DataFrame, convention: Convention) -> Bloc:
    """Return how many needs there are and how many have a fiche; ``besoins`` are those of
    ``Diagnostic``.
    """
    if besoins.empty:
        return paragraphe(dire("aucun_besoin"))
    left, outside = (int(besoins[key].eq("").sum()) for key in ("fiches", "enjeu"))
    if left == len(besoins):
        return paragraphe(dire("besoins_sans_fiche"))
    told = dire("besoins_avec_fiche")
    if left:
        where = f"dont {nombre(outside)} dans" if outside < left else "dans"
        where = dire("hors_des_enjeux", combien=where) if outside else ""
        told = dire(
            "besoins_comptes", besoins=len(besoins), avec=len(besoins) - left, sans=left, ou=where
        )
    named = {number for cell in besoins["fiches"] for number in cell.split(SEPARATEUR)}
    if alone := [
        str(fiche.numero) for fiche in convention.fiches if str(fiche.numero) not in named
    ]:
        told += dire("fiches_sans_besoin", nombre=len(alone), fiches=enumerer(alone))
    return paragraphe(told)


def tableau_besoins(etude: EtudeDiagnostic) -> Tableau:
    """Return the needs in groups, one an enjeu, then those that no enjeu takes, each with the
    fiches that answer it.
    """
    besoins = etude.besoins_lus
    convention = etude.convention
    contexte = etude.contexte
    marks, notes = _marques(etude, besoins)

    def besoin(row: pd.Series) -> str:
        told = "".join(f" ({mark})" for mark in marks[row.name])
        return row["besoin"] or contexte.indicateurs[row["indicateur"]].libelle + told

    def reponse(fiches: str) -> str:
        numbers = fiches.split(SEPARATEUR)
        return dire("reponse", nombre=len(numbers), fiches=enumerer(numbers)) if fiches else AUCUNE

    writers = {
        "intitule": besoin,
        "ici": _niveau(contexte, "niveau", "statut"),
        "la": _niveau(contexte, "reference", "statut_reference"),
        "fiches": reponse,
    }
    groups = (
        besoins["enjeu"]
        .map({enjeu.id: enjeu.titre for enjeu in convention.enjeux})
        .fillna(SANS_ENJEU)
    )
    titles = " ".join(f"Fiche {fiche.numero} : {fiche.titre}." for fiche in convention.fiches)
    notes = [titles, *notes, besoins["origine"].eq(FICHE).any() and dire("besoin_de_fiche")]
    words = {"lieux": _lieux_et_dates(contexte, besoins["annee"])}
    return presenter(contexte, "besoins", besoins, writers, mots=words, groupes=groups, notes=notes)


def lacunes(convention: Convention, contexte: Contexte, *, premieres: int | None = None) -> Tableau:
    """Return one row a gap, with the question to put to the parties: all in their order, or those
    to put first.
    """
    items = convention.lacunes if premieres is None else convention.lacunes_en_ordre[:premieres]
    rows = pd.DataFrame([item.model_dump() for item in items], columns=LACUNES)
    words = {"convention": convention.titre, "texte": convention.source_texte}
    name = "lacunes" if premieres is None else "questions"
    return presenter(contexte, name, rows, {"reference": majuscule}, mots=words)
