"""A territory beside its reference: levels, gaps, variations, what each row says, the needs.

``ici`` is what concerns the territory, ``la`` what concerns its reference.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from operator import attrgetter
from typing import Literal

import numpy as np
import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.ordre import rang_dans
from ctglib.donnees.formules import complement_100
from ctglib.donnees.modeles.catalogue import Indicateur, Radar, Renversement, Rupture, Seuils, Unite
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import MontantsParTete
from ctglib.donnees.statuts import Statut

COLONNES = (
    "indicateur",
    "libelle",
    "section",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
    "ecart_type",
    "ecart_relatif",
    "variation",
    "variation_reference",
    "ecart_variation",
    "note",
)
DECIMALES_EXACTES = 9  # 15.9 − 15.1 is 0.8000000000000007 in binary: a threshold must not see that


def comparer(
    observations: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    territoire: str,
    reference: str,
) -> pd.DataFrame:
    """Return one row an indicator, in the catalogue's order: a territory beside its reference.

    Two rates differ by points, two amounts per head by a percentage, two counts by nothing: a
    commune is not compared with its département by size. ``ecart_relatif`` is a percentage of the
    reference, missing for counts and when the reference is zero. Values of two different years are
    not compared. An indicator that only one of the two has is « non disponible » in the other; one
    that neither has has no row.

    Returns:
        The columns ``COLONNES``; ``ecart`` in points or in %, as ``ecart_type`` (of the unit) says.
    """
    des_deux_lieux = observations[observations["territoire"].isin([territoire, reference])]
    connus = set(des_deux_lieux["indicateur"])
    ordre = [identifiant for identifiant in indicateurs if identifiant in connus]
    ici, la, meme_annee = en_regard(des_deux_lieux, ordre, (territoire, reference))
    unite = ici["unite"].fillna(la["unite"])
    table = ici.assign(
        section=ici["section"].fillna(la["section"]),
        unite=unite,
        annee=ici["annee"].fillna(la["annee"]),
        libelle=[indicateurs[identifiant].libelle for identifiant in ordre],
        statut=ici["statut"].fillna(Statut.NON_DISPONIBLE.value),
        valeur_reference=la["valeur"],
        statut_reference=la["statut"].fillna(Statut.NON_DISPONIBLE.value),
        variation=ici["variation_5_ans"],
        variation_reference=la["variation_5_ans"],
        ecart_type=[unites[code].ecart for code in unite],
        note=[
            _deux_notes(note, note_de_reference)
            for note, note_de_reference in zip(
                ici["note"].fillna(""), la["note"].fillna(""), strict=True
            )
        ],
    )
    ecart_type = table["ecart_type"]
    est_evolution = pd.Series(
        [indicateurs[identifiant].est_evolution for identifiant in ordre], table.index, dtype=bool
    )
    reference_non_nulle = table["valeur_reference"].where(table["valeur_reference"] != 0)
    points = table["valeur"].where(meme_annee) - table["valeur_reference"]
    pourcent = 100 * points / reference_non_nulle
    ecart = points.where(ecart_type == "points", pourcent.where(ecart_type == "pourcent"))
    ecart_relatif = pourcent.where((ecart_type != "aucun") & ~est_evolution)
    ecart_variation = table["variation"] - table["variation_reference"]
    table = table.assign(
        ecart=ecart.round(DECIMALES_EXACTES),
        ecart_relatif=ecart_relatif.round(DECIMALES_EXACTES),
        ecart_variation=ecart_variation.round(DECIMALES_EXACTES),
    )
    return table.reset_index()[list(COLONNES)]


def _deux_notes(note: str, note_de_reference: str) -> str:
    """Return both notes: « A. B »; the longer one alone when it contains the other."""
    if note in note_de_reference:
        return note_de_reference
    if note_de_reference in note:
        return note
    return f"{note.rstrip('.')}. {note_de_reference}"


def en_regard(
    observations: pd.DataFrame, indicateurs: list[str], lieux: tuple[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the latest row of each indicator in one place, in the other, and whether of one year.

    Three tables of one index, ``indicateurs``: a row is missing where a place has no value.
    """
    lignes = lignes_les_plus_recentes(observations[observations["indicateur"].isin(indicateurs)])
    lieu, autre_lieu = lieux
    ici = lignes[lignes["territoire"].eq(lieu)].set_index("indicateur").reindex(indicateurs)
    la = lignes[lignes["territoire"].eq(autre_lieu)].set_index("indicateur").reindex(indicateurs)
    meme_annee = ici["annee"].eq(la["annee"]).fillna(False).astype(bool)
    return ici, la, meme_annee


def valeurs_a_cote(
    comparaison: pd.DataFrame, observations: pd.DataFrame, references: Iterable[str]
) -> pd.DataFrame:
    """Return what other references have of each row of a comparison, in the year of its territory.

    They are shown beside it, and judge nothing: neither gap nor need is read against them.

    Returns:
        By ``indicateur``, in the order of ``comparaison``, three columns a reference:
        ``valeur_<code>``, ``statut_<code>`` and ``source_<code>``; the last two are "" where
        nothing is known of that year. Of two rows of ``observations`` about the same thing, the
        first counts.
    """
    cle = ["indicateur", "annee"]
    champs = ["valeur", "statut", "source"]
    a_cote = comparaison[cle]
    for code in references:
        d_ailleurs = observations[observations["territoire"].eq(code)].drop_duplicates(cle)
        d_ailleurs = d_ailleurs[[*cle, *champs]]
        d_ailleurs = d_ailleurs.rename(columns={champ: f"{champ}_{code}" for champ in champs})
        a_cote = a_cote.merge(d_ailleurs, "left", cle)
        a_cote = a_cote.fillna({f"statut_{code}": "", f"source_{code}": ""})
    return a_cote.set_index("indicateur").drop(columns="annee")


def lignes_les_plus_recentes(observations: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the latest year of each indicator and territory, in their order.

    When none of its rows has a year, all stay.
    """
    series = observations.groupby(["indicateur", "territoire"], sort=False)
    derniere_annee = series["annee"].transform("max")
    sans_annee = derniere_annee.isna()
    return observations[observations["annee"].eq(derniere_annee) | sans_annee]


SENS = {"hausse": "superieur", "baisse": "inferieur"}  # which side of the reference is good news
DUREE_VARIATION = 5  # « variation sur 5 ans », the span of Annexe 1's column


def constats(
    comparaison: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    *,
    theme_de: Mapping[str, str],
    seuils: Seuils,
) -> pd.DataFrame:
    """Return a comparison with what each of its rows says.

    A position is good or bad news by the catalogue's direction of the indicator. It is neutral when
    the indicator has none, when the position is neither above nor below, and when the gap is under
    ``ecart_notable_pourcent`` of the reference; a gap that is not known in % is not called small.

    Returns:
        Its own columns, then ``theme``; ``position`` (see the function of that name); ``sens``,
        "favorable", "defavorable" or "neutre"; ``rupture``, the reason of the last break inside the
        five years before, else ""; ``provisoire``, whether one of the two values may still be
        revised.
    """
    positions = [
        position(ecart, ecart_type, seuils)
        for ecart, ecart_type in zip(comparaison["ecart"], comparaison["ecart_type"], strict=True)
    ]
    definitions = [indicateurs[identifiant] for identifiant in comparaison["indicateur"]]
    sens = []
    raisons_des_ruptures = []
    for definition, position_du_territoire, ecart_relatif, annee in zip(
        definitions, positions, comparaison["ecart_relatif"], comparaison["annee"], strict=True
    ):
        bonne_position = SENS.get(definition.sens)
        ecart_minime = abs(ecart_relatif) < seuils.ecart_notable_pourcent
        if bonne_position is None or position_du_territoire not in SENS.values() or ecart_minime:
            sens.append("neutre")
        elif position_du_territoire == bonne_position:
            sens.append("favorable")
        else:
            sens.append("defavorable")
        ruptures = ruptures_dans(definition, annee)
        raisons_des_ruptures.append(ruptures[-1].raison if ruptures else "")
    statuts = comparaison[["statut", "statut_reference"]]
    return comparaison.assign(
        theme=comparaison["indicateur"].map(theme_de),
        position=positions,
        sens=sens,
        rupture=raisons_des_ruptures,
        provisoire=statuts.isin([Statut.PROVISOIRE]).any(axis=1),
    )


def position(ecart: float, ecart_type: str, seuils: Seuils) -> str:
    """Return where a value stands beside its reference, by their gap in points or in %.

    "incomparable" without a gap; "similaire" under the threshold of the kind of gap; "superieur" or
    "inferieur".
    """
    if pd.isna(ecart):
        return "incomparable"
    seuil = seuils.ecart_similaire_pourcent
    if ecart_type == "points":
        seuil = seuils.ecart_similaire_points
    if abs(ecart) < seuil or ecart == 0:
        return "similaire"
    return "superieur" if ecart > 0 else "inferieur"


def ruptures_dans(indicateur: Indicateur, annee: float) -> list[Rupture]:
    """Return the breaks inside the five years that end in ``annee``, the earliest first.

    A break of year r parts the years before r from r and after: a variation from N−5 to N crosses
    it if N−5 < r ≤ N.
    """
    if pd.isna(annee):
        return []
    dans_la_periode = [
        rupture
        for rupture in indicateur.ruptures
        if annee - DUREE_VARIATION < rupture.annee <= annee
    ]
    return sorted(dans_la_periode, key=attrgetter("annee"))


def services_absents(constats: pd.DataFrame, services: Collection[str]) -> pd.DataFrame:
    """Return the rows of services that the territory has none of while its reference has some."""
    est_un_service = constats["indicateur"].isin(list(services))
    aucun_ici = constats["valeur"].eq(0)
    present_ailleurs = constats["valeur_reference"].gt(0)
    return constats[est_un_service & aucun_ici & present_ailleurs]


def avec_le_hasard(
    comparaison: pd.DataFrame, indicateurs: Mapping[str, Indicateur], regles: Evaluation
) -> pd.DataFrame:
    """Return a comparison with ``au_hasard``: its variation, of a short series, does not exceed
    what chance gives.

    It is printed as the convention does, with a note that says so, and no sentence reads it.
    """
    petite_serie = pd.Series(
        [
            indicateurs[identifiant].petite_serie is not None
            for identifiant in comparaison["indicateur"]
        ],
        comparaison.index,
        dtype=bool,
    )
    valeur = comparaison["valeur"]
    valeur_avant = valeur / (1 + comparaison["variation"] / 100)
    ecarts = regles.seuils.hasard_ecarts
    au_hasard = petite_serie & dans_le_hasard(valeur_avant, valeur, ecarts)
    return comparaison.assign(
        au_hasard=au_hasard,
        note=comparaison["note"].mask(au_hasard, regles.mots["petite_serie"]),
    )


def dans_le_hasard(avant: pd.Series, apres: pd.Series, ecarts: float) -> pd.Series:
    """Tell whether chance alone explains how a count moved.

    A count n varies by about √n when nothing changes, the difference of two by √(a + b). ``ecarts``
    is how many times that much chance is allowed.

    Examples:
        >>> dans_le_hasard(pd.Series([167, 941, 905]), pd.Series([177, 985, 1032]), 2).tolist()
        [True, True, False]
    """
    # Only counts move by chance; the other values that come here may be under zero.
    with np.errstate(invalid="ignore"):
        return abs(apres - avant) <= ecarts * np.sqrt(avant + apres)


# What the convention needs, and which fiche answers. That a theme belongs to an enjeu and that a
# fiche answers an indicator is our reading of the text, entered in convention.yaml.

BESOINS = (
    "enjeu",
    "theme",
    "origine",
    "besoin",
    "indicateur",
    "annee",
    "unite",
    "niveau",
    "statut",
    "reference",
    "statut_reference",
    "ecart",
    "ecart_type",
    "ecart_relatif",
    "lecture",
    "fiches",
    "lien",
)
INDICATEUR = "indicateur"
SERVICE = "service"
FICHE = "fiche"
# Why a fiche answers a need: it says so, or it bears on the same offer, or on the same theme.
Lien = Literal["", "dit", "offre", "theme"]


def reponse(
    convention: Convention, indicateur: str, theme: str, categorie: str | None
) -> tuple[list[str], Lien]:
    """Return the numbers of the fiches that answer a need, and why they do.

    Those that name its indicator: they answer it (``repond_a``), follow it, or show it. Failing
    these, those that bear on the category of the offer that its service is of; failing these, those
    whose enjeu takes its theme. All of it is as declared: no word is looked for in a text. A fiche
    that says which modes of care it supports answers what it names, and nothing else: one for
    childminders does not answer a want of places in crèches.

    Args:
        convention: The convention.
        indicateur: The indicator of the diagnostic that shows the need.
        theme: The theme of the indicator.
        categorie: The category of the offer of the service that it counts, None when it counts
            none.
    """
    themes_des_enjeux = {enjeu.id: enjeu.themes for enjeu in convention.enjeux}
    qui_le_disent = []
    de_cette_offre = []
    de_ce_theme = []
    for fiche in convention.fiches:
        suivis = [suivi.id for suivi in fiche.indicateurs]
        if indicateur in (*fiche.repond_a, *fiche.series_publiques, *suivis):
            qui_le_disent.append(fiche.numero)
        if fiche.modes:
            continue  # it bears on these modes of care alone, not on all of its category
        if categorie in fiche.offre:
            de_cette_offre.append(fiche.numero)
        if theme in themes_des_enjeux.get(fiche.enjeu, []):
            de_ce_theme.append(fiche.numero)
    if qui_le_disent:
        return qui_le_disent, "dit"
    if de_cette_offre:
        return de_cette_offre, "offre"
    return de_ce_theme, "theme" if de_ce_theme else ""


def besoins(
    convention: Convention,
    constats: pd.DataFrame,
    services: Collection[str],
    categories: Mapping[str, str],
) -> pd.DataFrame:
    """Return every need once, by enjeu, then those of the themes that no enjeu takes.

    Within an enjeu: unfavourable gaps, the widest in % first; services that are absent while the
    reference has some; needs that the fiches write. Counts have no such gap, nor have two changes:
    +17.6 % beside +4.3 % is not four times anything.

    Args:
        convention: The convention.
        constats: Its indicators beside those of the reference.
        services: The indicators whose zero is a need.
        categories: The category of the offer of the service that an indicator counts.

    Returns:
        The columns ``BESOINS``: ``enjeu`` is "" when no enjeu takes the theme; ``origine`` is
        indicateur, service or fiche (``besoin`` then tells it); ``fiches`` lists those that answer,
        joined by « ; », empty when none does; ``lien`` is why they do (``reponse``).
    """
    defavorables = constats["sens"].eq("defavorable") & constats["ecart_relatif"].notna()
    ecarts = constats[defavorables].sort_values(
        "ecart_relatif", key=lambda ecart: -ecart.abs(), kind="stable"
    )
    absents = services_absents(constats, services)
    table = pd.concat([ecarts.assign(origine=INDICATEUR), absents.assign(origine=SERVICE)])

    reponses = [
        reponse(convention, indicateur, theme, categories.get(indicateur))
        for indicateur, theme in zip(table["indicateur"], table["theme"], strict=True)
    ]
    # Of two enjeux that take a theme, the first one.
    enjeu_du_theme: dict[str, str] = {}
    for enjeu in convention.enjeux:
        for theme in enjeu.themes:
            enjeu_du_theme.setdefault(theme, enjeu.id)
    table = table.rename(columns={"valeur": "niveau", "valeur_reference": "reference"})
    table = table.assign(
        besoin="",
        fiches=[SEPARATEUR.join(fiches) for fiches, _ in reponses],
        lien=[lien for _, lien in reponses],
        enjeu=table["theme"].map(enjeu_du_theme).fillna(""),
    )

    premier_theme = {
        enjeu.id: enjeu.themes[0] if enjeu.themes else "" for enjeu in convention.enjeux
    }
    besoins_des_fiches = [
        {
            "enjeu": fiche.enjeu,
            "theme": premier_theme[fiche.enjeu],
            "origine": FICHE,
            "besoin": besoin,
            "indicateur": "",
            "fiches": fiche.numero,
            "lien": "dit",
        }
        for fiche in convention.fiches
        for besoin in fiche.besoins
    ]
    table = pd.concat([table, pd.DataFrame(besoins_des_fiches)])
    table = table.reindex(columns=list(BESOINS)).assign(lecture="besoin")
    ordre_des_enjeux = [*premier_theme, ""]
    table = table.sort_values("enjeu", key=rang_dans(ordre_des_enjeux), kind="stable")
    table = table.drop_duplicates(["origine", "besoin", "indicateur"], ignore_index=True)
    return table.astype({"annee": "Int64", "fiches": object, "lien": object})


# The radar's indices: each axis set at 100 where the territory equals its reference; above 100,
# more vulnerable.

INDICES = (
    "indicateur",
    "libelle",
    "annee",
    "unite",
    "renversement",
    "reserve",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "indice",
    "niveau",
)
# Values of one decimal do not carry more; an index is classed as it is printed.
DECIMALES_INDICE = 0
PROVISOIRE = "provisoire"
A_VERIFIER = "à vérifier"


def indices(
    annexe1: pd.DataFrame,
    radar: Radar,
    lieux: tuple[str, str],
    *,
    renversements: Mapping[str, Renversement],
    doutes: Container[str] = (),
) -> pd.DataFrame:
    """Return one row an axis, in the radar's order: both values, the index, and where it stands.

    The index is 100 × value / reference. Where a rise protects, the axis is turned round by the
    rule of its kind of measure: a share by its complement to 100 on both sides, a ratio that may
    pass 100 by its inverse. An absent value, two different years or a zero below the line make the
    index absent.

    Returns:
        The columns ``INDICES``; ``valeur`` and ``valeur_reference`` after the complement,
        ``indice`` unrounded, ``niveau`` "bas", "proche", "haut" or "absent"; ``libelle`` carries
        the rule and the ``reserve`` (provisional, doubtful), so that no use of it leaves them out.
    """
    identifiants = [axe.indicateur for axe in radar.axes]
    ici, la, meme_annee = en_regard(annexe1, identifiants, lieux)
    regles: list[Renversement | Literal[""]] = [
        renversements[axe.indicateur] if axe.renverse else "" for axe in radar.axes
    ]
    libelles = []
    reserves = []
    for axe, regle, statut, statut_de_reference in zip(
        radar.axes, regles, ici["statut"], la["statut"], strict=True
    ):
        reserves_de_l_axe = []
        if Statut.PROVISOIRE in (statut, statut_de_reference):
            reserves_de_l_axe.append(PROVISOIRE)
        if axe.indicateur in doutes:
            reserves_de_l_axe.append(A_VERIFIER)
        precisions = list(reserves_de_l_axe)
        if regle:
            precisions.insert(0, radar.renversements[regle].mots)
        libelle = axe.libelle
        if precisions:
            libelle = f"{axe.libelle} ({', '.join(precisions)})"
        libelles.append(libelle)
        reserves.append(", ".join(reserves_de_l_axe))
    table = ici[["annee"]].assign(
        libelle=libelles,
        renversement=regles,
        reserve=reserves,
        unite=ici["unite"].fillna(""),
        statut=ici["statut"].fillna(""),
        statut_reference=la["statut"].fillna(""),
    )
    au_complement = table["renversement"].eq("complement")
    valeur = ici["valeur"].mask(au_complement, complement_100(ici["valeur"]))
    reference = la["valeur"].mask(au_complement, complement_100(la["valeur"]))
    indice = _indice(valeur, reference, table["renversement"]).where(meme_annee)
    table = table.assign(
        valeur=valeur, valeur_reference=reference, indice=indice, niveau=_niveau(indice, radar)
    )
    return table.reset_index()[list(INDICES)].astype({"annee": "Int64"})


def _indice(valeurs: pd.Series, references: pd.Series, renversements: pd.Series) -> pd.Series:
    """Return the index of values (already complemented), NaN when it has no meaning."""
    a_l_inverse = renversements.eq("inverse")
    numerateur = valeurs.mask(a_l_inverse, references)
    denominateur = references.mask(a_l_inverse, valeurs)
    return 100 * numerateur / denominateur.mask(denominateur.eq(0))


def _niveau(indices: pd.Series, radar: Radar) -> np.ndarray:
    """Return where indices stand: "bas", "proche", "haut", or "absent".

    An index at a threshold, once rounded as it is printed, is beyond it.
    """
    imprimes = indices.round(DECIMALES_INDICE)
    conditions = [imprimes.isna(), imprimes.ge(radar.seuil_haut), imprimes.le(radar.seuil_bas)]
    return np.select(conditions, ["absent", "haut", "bas"], default="proche").astype(object)


def ranger(indices: pd.DataFrame) -> pd.DataFrame:
    """Return the axes by index, the greatest first, those with a reserve after all the others.

    So a doubtful value is never the first.
    """
    par_indice = indices.sort_values("indice", ascending=False, kind="stable")
    return par_indice.sort_values("reserve", key=lambda reserve: reserve.ne(""), kind="stable")


def incertains(indices: pd.DataFrame, radar: Radar, arrondis: Mapping[str, float]) -> pd.DataFrame:
    """Return the axes whose ``niveau`` could be another one, given the rounding of printed values.

    Returns:
        libelle, minimum and maximum: the least and the greatest index that the rounding allows.
    """
    connus = indices[indices["niveau"].ne("absent")]
    demi_pas = connus["indicateur"].map(arrondis).fillna(0.0) / 2
    valeur = connus["valeur"]
    reference = connus["valeur_reference"]
    renversement = connus["renversement"]
    # Which of the two is the greater depends on whether the axis is turned round.
    indice_a_un_bout = _indice(valeur - demi_pas, reference + demi_pas, renversement)
    indice_a_l_autre = _indice(valeur + demi_pas, reference - demi_pas, renversement)
    axes = connus[["libelle"]].assign(
        minimum=np.minimum(indice_a_un_bout, indice_a_l_autre),
        maximum=np.maximum(indice_a_un_bout, indice_a_l_autre),
    )
    niveau_incertain = _niveau(indice_a_un_bout, radar) != _niveau(indice_a_l_autre, radar)
    return axes[niveau_incertain].reset_index(drop=True)


# What the Caf pays by head.

PAR_TETE = [
    "id",
    "libelle",
    "mot",
    "par",
    "annee",
    "montant",
    "montant_reference",
    "tete",
    "tete_reference",
]


def par_tete(comparaison: pd.DataFrame, regles: Iterable[MontantsParTete]) -> pd.DataFrame:
    """Return what is paid by head, one row a rule; those that lack an amount have none.

    A rule names the amounts to add and the count of heads to divide by. The territory has to have
    them all; an amount may be zero, the count of heads may not.

    Returns:
        The columns ``PAR_TETE`` (``montant`` is the sum, ``tete`` the sum by head) and ``fois``:
        how many times more the reference pays by head, missing when it is not known or the
        territory pays nothing.
    """
    par_indicateur = comparaison.set_index("indicateur")
    # Of the territory, then of its reference.
    valeurs = par_indicateur[["valeur", "valeur_reference"]]
    lignes = []
    for regle in regles:
        montants = list(regle.montants)
        annee = par_indicateur["annee"].reindex(montants).iloc[0]
        montant, montant_de_reference = valeurs.reindex(montants).sum(skipna=False)
        effectifs = valeurs.reindex([regle.par]).iloc[0].astype("float64")
        effectif, effectif_de_reference = effectifs.where(effectifs.gt(0))
        lignes.append(
            {
                "id": regle.id,
                "libelle": regle.libelle,
                "mot": regle.mot,
                "par": regle.par,
                "annee": annee,
                "montant": montant,
                "montant_reference": montant_de_reference,
                "tete": montant / effectif,
                "tete_reference": montant_de_reference / effectif_de_reference,
            }
        )
    table = pd.DataFrame(lignes, columns=PAR_TETE).dropna(subset="tete", ignore_index=True)
    return table.assign(fois=table["tete_reference"] / table["tete"].where(table["tete"].ne(0)))
