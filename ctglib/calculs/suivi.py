"""The follow-up as a bilan of one year reads it: each value under its latest millésime.

The millésime of a row is the year of the bilan for which it was entered; ``annee`` is the year that
its value is about. A « coupure » parts the years of an indicator into values that do not compare: a
break of the source, or a definition changed by avenant.
"""

from collections.abc import Collection, Iterable, Mapping
from math import nan

import pandas as pd

from ctglib.calculs.ordre import rang_dans
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.formules import appliquer
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.avenants import Avenant, Changement
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.numeros import ordre
from ctglib.donnees.statuts import ABSENCES, GRAVITE, Statut

LIGNE = ["indicateur", "dimension", "modalite"]  # an empty dimension and modalité is the whole
CELLULE = ["territoire", "annee", "dimension", "modalite"]
CLE = ["territoire", "annee", *LIGNE]
TOLERANCE = 1e-9  # what a computed rate may exceed its bounds by, from the binary fractions alone
REVISIONS = (
    *CLE,
    "millesime_ancien",
    "valeur_ancienne",
    "statut_ancien",
    "millesime",
    "valeur",
    "statut",
    "source",
    "note",
)
ANNEES = (
    "indicateur",
    "libelle",
    "unite",
    "dimension",
    "modalite",
    "libelle_modalite",
    "detaille",
    "annee",
    "valeur",
    "statut",
)
DEUX_POINTS = 2  # a single point draws no line


def a_la_date(observations: pd.DataFrame, annee: int, *, delai: int = 0) -> pd.DataFrame:
    """Return the rows that the bilan of a year reads: one a ``CLE``, sorted by it.

    Of the years and millésimes up to its own, the latest millésime of each. A revision is a new
    row, so that an earlier bilan made again reads what it read then. ``delai`` is how many years
    after its own a bilan still learns values.
    """
    connues = observations[
        observations["millesime"].le(annee + delai) & observations["annee"].le(annee)
    ]
    par_millesime = connues.sort_values([*CLE, "millesime"], kind="stable")
    return par_millesime.drop_duplicates(CLE, keep="last", ignore_index=True)


def revisions(
    observations: pd.DataFrame, annee: int, *, debut: int, indicateurs: Collection[Indicateur] = ()
) -> pd.DataFrame:
    """Return the values of earlier years that a bilan gives otherwise than the one before it.

    A value changed, came where there was none, or was withdrawn. What no earlier millésime had was
    « non transmis » until then. A change of status alone (provisional made normal) is no revision
    of a value; between two absences, it is one.

    What ``indicateurs`` compute from others is revised with them. ``debut`` is the year of the
    first bilan, which has nothing to revise.

    Returns:
        The columns ``REVISIONS``, by indicator then year; ``note`` is that of the new row: why it
        changed.
    """
    annees_passees = observations[observations["annee"] < annee]
    avant = completer(a_la_date(annees_passees, annee - 1), indicateurs)
    maintenant = completer(a_la_date(annees_passees, annee), indicateurs)
    table = comparer_millesimes(avant, maintenant[maintenant["millesime"] > debut])
    table = table.assign(statut_ancien=table["statut_ancien"].fillna(Statut.NON_TRANSMIS))
    toujours_absente = table["valeur"].isna() & table["valeur_ancienne"].isna()
    meme_statut = table["statut"].eq(table["statut_ancien"])
    inchangee = table["valeur"].eq(table["valeur_ancienne"]) | (toujours_absente & meme_statut)
    return table[~inchangee].sort_values([*LIGNE, "territoire", "annee"], ignore_index=True)


def comparer_millesimes(avant: pd.DataFrame, maintenant: pd.DataFrame) -> pd.DataFrame:
    """Return the columns ``REVISIONS``: the rows of now, each beside what was known of it before.

    The ``…_ancien`` are missing where nothing was known.
    """
    ancien = avant[[*CLE, "millesime", "valeur", "statut"]].rename(
        columns={
            "millesime": "millesime_ancien",
            "valeur": "valeur_ancienne",
            "statut": "statut_ancien",
        }
    )
    return maintenant.merge(ancien, "left", CLE)[list(REVISIONS)]


def contexte_connu(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that a bilan knows: of years up to N, published by the end of N+1.

    N is its year. It is written in the winter of N+1, and the picture of December N comes out in
    N+1. What is published later belongs to the next bilan, so that an old one can be made again.
    """
    return a_la_date(contexte, annee, delai=1)


def completer(observations: pd.DataFrame, indicateurs: Iterable[Indicateur]) -> pd.DataFrame:
    """Return the rows, then those of each computed indicator, wherever one of its inputs has a row.

    A value that somebody entered is not computed again. A missing or suppressed input makes the
    result missing, with the most serious status of the inputs; one without a row is « non
    transmis ». An empty denominator makes it « sans objet ». The millésime of a result is the
    latest of its inputs: to revise one is to revise the other.
    """
    # A cell is what an indicator has one value for: a territory, a year, a modalité.
    table = observations.assign(cellule=observations.groupby(CELLULE).ngroup())
    for indicateur in indicateurs:
        if indicateur.calcul is None:
            continue
        deja_saisies = table.loc[table["indicateur"].eq(indicateur.id), "cellule"]
        est_un_terme = table["indicateur"].isin(indicateur.termes)
        lignes_des_termes = table[est_un_terme & ~table["cellule"].isin(deja_saisies)]
        if lignes_des_termes.empty:
            continue
        cellules = lignes_des_termes.drop_duplicates("cellule")
        cellules = cellules.set_index("cellule", drop=False).sort_index()
        valeurs = pd.DataFrame(index=cellules.index)
        statuts = pd.DataFrame(index=cellules.index)
        for terme in indicateur.termes:
            lignes_du_terme = lignes_des_termes[lignes_des_termes["indicateur"].eq(terme)]
            lignes_du_terme = lignes_du_terme.set_index("cellule")
            valeurs[terme] = lignes_du_terme["valeur"]
            statuts[terme] = lignes_du_terme["statut"]
        resultat = appliquer(indicateur.calcul, indicateur.entrees, valeurs)
        statut = statut_le_plus_grave(statuts.astype(object).fillna(Statut.NON_TRANSMIS))
        sans_objet = resultat.isna() & ~statut.isin(ABSENCES)
        collecte = indicateur.collecte
        calculees = cellules.assign(
            indicateur=indicateur.id,
            valeur=resultat,
            statut=statut.mask(sans_objet, Statut.SANS_OBJET),
            millesime=lignes_des_termes.groupby("cellule")["millesime"].max(),
            unite=indicateur.unite,
            source=collecte.document if collecte else "",
            note="",
        )
        table = pd.concat([table, calculees], ignore_index=True)
    return table.drop(columns="cellule")


def statut_le_plus_grave(*statuts: pd.Series | pd.DataFrame) -> pd.Series:
    """Return, row by row, the most serious of some statuses: that of a total of their values."""
    table = pd.concat(statuts, axis=1)
    rangs = table.apply(lambda colonne: colonne.map(GRAVITE.index))
    return rangs.min(axis=1).map(GRAVITE.__getitem__)


def series(
    observations: pd.DataFrame,
    indicateurs: Iterable[Indicateur],
    *,
    territoire: str,
    annee: int,
    dispenses: Mapping[int, Mapping[str, str]] | None = None,
) -> pd.DataFrame:
    """Return the values by year: the columns ``LIGNE``, annee, valeur, statut and impossible.

    A value out of the bounds of its indicator, 217 % of demands refused, is none: it is missing,
    and ``impossible`` tells it. None can be typed; a closed year may have kept one.

    ``dispenses`` are, by year, the indicators that nobody is asked for (see
    ``DossierSuivi.dispenses``): where one has no row in such a year, it has one « sans objet ».
    """
    connus = list(indicateurs)
    du_territoire = observations[observations["territoire"] == territoire]
    mesures = completer(a_la_date(du_territoire, annee), connus)
    mesures = mesures[[*LIGNE, "annee", "valeur", "statut"]]
    mesures = mesures.astype({"annee": "int64", "valeur": "float64"})
    bas = mesures["indicateur"].map({item.id: item.bornes[0] for item in connus}).astype("float64")
    haut = mesures["indicateur"].map({item.id: item.bornes[1] for item in connus}).astype("float64")
    impossible = mesures["valeur"].lt(bas - TOLERANCE) | mesures["valeur"].gt(haut + TOLERANCE)
    mesures = mesures.assign(
        valeur=mesures["valeur"].mask(impossible),
        statut=mesures["statut"].mask(impossible, Statut.NON_DISPONIBLE),
        impossible=impossible,
    )
    if not dispenses:
        return mesures
    sans_objet = pd.DataFrame(
        [(nom, une_annee) for une_annee, noms in dispenses.items() for nom in noms],
        columns=["indicateur", "annee"],
    ).astype({"annee": "int64", "indicateur": object})
    # Each line that has a row in some year; of an indicator that has none, its whole.
    lignes = mesures[LIGNE].drop_duplicates()
    absentes = sans_objet.merge(lignes, "left", "indicateur").fillna(
        {"dimension": "", "modalite": ""}
    )
    absentes = absentes.assign(valeur=nan, statut=Statut.SANS_OBJET, impossible=False)
    toutes = pd.concat([mesures, absentes[mesures.columns]], ignore_index=True)
    return toutes.drop_duplicates([*LIGNE, "annee"], ignore_index=True)


def dernieres_mesures(mesures: pd.DataFrame, lignes: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return, for each of some rows, its latest measured value up to a year: annee, valeur, statut.

    When it has none, the row of that very year, which says why; « non transmis » without one. Of
    two values of a year, the last row of ``mesures`` counts.
    """
    mesurees = mesures.assign(mesuree=mesures["valeur"].notna())
    a_l_annee_meme = mesurees["annee"].eq(annee)
    mesurees = mesurees[mesurees["annee"].le(annee) & (mesurees["mesuree"] | a_l_annee_meme)]
    # Measured rows sort after the others: the last one is the latest measure, if there is any.
    dernieres = mesurees.sort_values(["mesuree", "annee"], kind="stable")
    dernieres = dernieres.drop_duplicates(LIGNE, keep="last")
    table = lignes[LIGNE].merge(dernieres, "left")[["annee", "valeur", "statut"]]
    return table.astype({"statut": object}).fillna({"annee": annee, "statut": Statut.NON_TRANSMIS})


def modalites(indicateur: Indicateur, catalogue: Catalogue) -> dict[str, str]:
    """Return the labels of the modalités of an indicator by code, {} when it has no dimension."""
    if indicateur.dimension is None:
        return {}
    return {
        modalite.id: modalite.libelle
        for modalite in catalogue.dimensions[indicateur.dimension].modalites
        if not indicateur.modalites or modalite.id in indicateur.modalites
    }


def par_avenant(avenants: Iterable[Avenant], date_arretee: Date) -> list[tuple[str, Changement]]:
    """Return the changes of ``changements_en_vigueur``, each with the number of its avenant."""
    en_vigueur = [
        (avenant, changement)
        for avenant in avenants
        for changement in avenant.changements
        if max(avenant.date, changement.effet) <= date_arretee
    ]
    en_vigueur.sort(
        key=lambda avenant_et_changement: (
            avenant_et_changement[1].effet,
            avenant_et_changement[0].date,
            ordre(avenant_et_changement[0].numero),
        )
    )
    return [(avenant.numero, changement) for avenant, changement in en_vigueur]


def changements_en_vigueur(
    avenants: Iterable[Avenant], date_arretee: Date
) -> tuple[Changement, ...]:
    """Return the changes that a bilan reads: signed and in force at its date.

    By the date from which they are in force, then that of their avenant: the last one prevails.
    """
    return tuple(changement for _, changement in par_avenant(avenants, date_arretee))


# Why the values of two years do not compare: the source changed, or an avenant the definition.
COUPURES = ("rupture", "changement_definition")


def coupures(indicateur: Indicateur, changements: Iterable[Changement]) -> list[tuple[int, str]]:
    """Return from which years the values of an indicator no longer compare with earlier ones.

    Pairs: (2021, "rupture") of the source, then (2024, "changement_definition") by avenant.
    """
    des_ruptures = [(rupture.annee, "rupture") for rupture in indicateur.ruptures]
    des_redefinitions = [
        (changement.effet.year, "changement_definition")
        for changement in changements
        if changement.nature == "definition" and changement.element == indicateur.id
    ]
    return des_ruptures + des_redefinitions


def coupure_entre(
    table: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    changements: tuple[Changement, ...],
    depuis: pd.Series,
) -> pd.Series:
    """Return why two years of each row do not compare: a reason of ``coupures``, "" when they do.

    The years are ``depuis`` and the column ``annee``. A break of year r parts the years before r
    from r and after: it lies between if start < r ≤ end. Of several, the source's comes first.
    """
    coupures_par_indicateur = {
        identifiant: coupures(indicateurs[identifiant], changements)
        for identifiant in table["indicateur"].unique()
    }
    motifs = []
    for identifiant, debut, fin in zip(table["indicateur"], depuis, table["annee"], strict=True):
        motifs_entre_les_deux = [
            motif for annee, motif in coupures_par_indicateur[identifiant] if debut < annee <= fin
        ]
        motifs.append(motifs_entre_les_deux[0] if motifs_entre_les_deux else "")
    return pd.Series(motifs, table.index, dtype=object)


def annees(
    mesures: pd.DataFrame,
    catalogue: Catalogue,
    identifiants: Iterable[str],
    *,
    annees: tuple[int, int],
) -> pd.DataFrame:
    """Return the values of indicators in all years from the first to the last of ``annees``.

    The whole of each, then its modalités that have a row in ``mesures``; an indicator that has
    rows for modalités only has no whole. A year without a row is « non transmis ». The year before
    the first one is there too when ``mesures`` has it.

    Returns:
        The columns ``ANNEES``, by indicator in the order of ``identifiants``; ``detaille``: the
        indicator has modalités there.
    """
    indicateurs = [catalogue.indicateurs_fiches[identifiant] for identifiant in identifiants]
    premiere_annee, derniere_annee = annees
    lues = mesures[mesures["indicateur"].isin([indicateur.id for indicateur in indicateurs])]
    if lues["annee"].eq(premiere_annee - 1).any():
        premiere_annee -= 1
    table_des_annees = pd.DataFrame({"annee": range(premiere_annee, derniere_annee + 1)})
    lignes_connues = set(zip(lues["indicateur"], lues["dimension"], lues["modalite"], strict=True))
    lignes = []
    for indicateur in indicateurs:
        modalites_connues = [
            (indicateur.dimension, modalite, libelle)
            for modalite, libelle in modalites(indicateur, catalogue).items()
            if (indicateur.id, indicateur.dimension, modalite) in lignes_connues
        ]
        cles = list(modalites_connues)
        if (indicateur.id, "", "") in lignes_connues or not modalites_connues:
            cles.insert(0, ("", "", ""))
        for dimension, modalite, libelle in cles:
            ligne = {
                "indicateur": indicateur.id,
                "libelle": indicateur.libelle,
                "unite": indicateur.unite,
                "dimension": dimension,
                "modalite": modalite,
                "libelle_modalite": libelle,
                "detaille": bool(modalites_connues),
            }
            lignes.append(ligne)
    table = pd.DataFrame(lignes, columns=list(ANNEES[:7])).astype({"detaille": bool})
    table = table.merge(table_des_annees, how="cross")
    table = table.merge(lues, "left", [*LIGNE, "annee"]).fillna({"statut": Statut.NON_TRANSMIS})
    return table.astype({"annee": "Int64"})


def est_muet(table: pd.DataFrame) -> bool:
    """Tell whether nothing at all is known: no value, and none suppressed."""
    connue = table["valeur"].notna() | table["statut"].eq(Statut.SECRET)
    return not connue.any()


def ensemble(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the values of the whole of an indicator, by year: valeur, statut."""
    de_l_ensemble = table["indicateur"].eq(identifiant) & table["dimension"].eq("")
    return table[de_l_ensemble].set_index("annee")[["valeur", "statut"]]


def details(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the rows of the modalités of an indicator."""
    return table[table["indicateur"].eq(identifiant) & table["dimension"].ne("")]


def croiser(table: pd.DataFrame, colonnes: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    """Return a table of one row a modalité, one column an indicator in a year.

    ``table`` is that of ``annees``; ``colonnes`` gives the indicator and the year of each column by
    its name.

    Returns:
        Indexed by modalité, "" (the whole) last if one of the columns has it: ``libelle``, then
        each column and its ``statut_…``, « non transmis » without a row.
    """
    lignes_par_colonne = {}
    libelles = {}
    for colonne, (indicateur, annee) in colonnes.items():
        lignes = table[table["indicateur"].eq(indicateur) & table["annee"].eq(annee)]
        lignes = lignes.set_index("modalite")
        lignes_par_colonne[colonne] = lignes
        libelles |= lignes["libelle_modalite"].to_dict()
    ordre = [modalite for modalite in libelles if modalite != ""]
    if "" in libelles:
        ordre.append("")
    croisement = pd.DataFrame(
        {"libelle": libelles}, index=pd.Index(ordre, dtype=object), dtype=object
    )
    for colonne, lignes in lignes_par_colonne.items():
        statuts = lignes["statut"].astype(object).reindex(ordre)
        croisement[colonne] = lignes["valeur"].reindex(ordre).astype("float64")
        croisement[f"statut_{colonne}"] = statuts.fillna(Statut.NON_TRANSMIS)
    return croisement


def somme(lignes: pd.DataFrame, nom: str) -> tuple[float, str]:
    """Return the sum of a column of ``croiser`` and its status, the most serious of its terms.

    Missing as soon as a term is. « Sans objet » is not a term; without any term, the sum is « non
    transmis ».
    """
    statuts = lignes[f"statut_{nom}"]
    concernees = statuts.ne(Statut.SANS_OBJET)
    if not concernees.any():
        return nan, Statut.NON_TRANSMIS
    total = lignes.loc[concernees, nom].sum(skipna=False)
    return total, min(statuts[concernees], key=GRAVITE.index)


def avec_reperes(
    table: pd.DataFrame,
    evaluation: pd.DataFrame,
    catalogue: Catalogue,
    changements: Iterable[Changement],
) -> pd.DataFrame:
    """Return the rows of ``annees`` with what a chart of their series draws.

    Added: ``serie`` (the label of the modalité, "" for the whole), ``cible`` and ``annee_cible`` (a
    target that the text only implies is left out), ``rupture``: True in a year from which values no
    longer compare with earlier ones.
    """
    changements_lus = tuple(changements)
    cle = ["indicateur", "modalite"]
    # What the text implies is no target to draw.
    cibles = evaluation[evaluation["origine_cible"].ne("implicite")]
    cibles = cibles[[*cle, "cible", "annee_cible"]].drop_duplicates(cle)
    debuts_de_serie = set()
    for identifiant in table["indicateur"].unique():
        indicateur = catalogue.indicateurs_fiches[identifiant]
        for annee, _ in coupures(indicateur, changements_lus):
            debuts_de_serie.add((identifiant, annee))
    rupture = [
        ligne in debuts_de_serie for ligne in zip(table["indicateur"], table["annee"], strict=True)
    ]
    series_a_dessiner = table.assign(serie=table["libelle_modalite"]).merge(cibles, "left", cle)
    return series_a_dessiner.assign(rupture=rupture)


def avec_departs(table: pd.DataFrame, departs: pd.DataFrame) -> pd.DataFrame:
    """Return the wholes of ``annees``, with the initial value of each in its year.

    A measure of that year prevails. By indicator in their order, then by year.
    """
    ensembles = table[table["dimension"].eq("")]
    mesurees = ensembles[ensembles["valeur"].notna()]
    descriptions = ensembles.drop_duplicates("indicateur").drop(columns=["annee", "valeur"])
    initiales = departs[["indicateur", "annee_initiale", "valeur_initiale"]].dropna()
    initiales = initiales.set_axis(["indicateur", "annee", "valeur"], axis=1)
    initiales = descriptions.merge(initiales, on="indicateur").assign(statut=Statut.NORMAL)
    # Of two rows of a year, the first one stays: a measure, an initial value, an absence.
    par_annee = pd.concat([mesurees, initiales, ensembles])
    par_annee = par_annee.drop_duplicates(["indicateur", "annee"]).sort_values("annee")
    ordre = ensembles["indicateur"].unique()
    par_indicateur = par_annee.sort_values(
        "indicateur", key=rang_dans(ordre), kind="stable", ignore_index=True
    )
    return par_indicateur[list(table.columns)]


def depuis_le_depart(table: pd.DataFrame, evaluation: pd.DataFrame, debut: int) -> pd.DataFrame:
    """Return the rows of ``avec_departs`` that a chart of a fiche draws.

    Those of the indicators that have two values at least. A year before ``debut``, that of the
    convention, is there only when it has a value: nobody was asked for the others.
    """
    lignes = avec_departs(table, evaluation[evaluation["dimension"].eq("")])
    lignes = lignes[lignes["annee"].ge(debut) | lignes["valeur"].notna()]
    valeurs_connues = lignes.groupby("indicateur")["valeur"].transform("count")
    return lignes[valeurs_connues >= DEUX_POINTS].reset_index(drop=True)
