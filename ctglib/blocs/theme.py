"""What the diagnostic says of annexe 1: sentences, tables, amounts by head, indices, comments,
needs, gaps.

In the words of the catalogue and in the columns of a comparison, « ici » is the territory of the
convention and « la » (là) the territory of reference, with which it is compared.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ctglib.blocs.diagnostic import EtudeDiagnostic
from ctglib.blocs.mots import dire, presenter
from ctglib.calculs.comparaison import COLONNES, FICHE, incertains, reponse, ruptures_dans
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, enumerer, majuscule, minuscule
from ctglib.document.blocs import Bloc, Encadre, Groupe, citation, liste, paragraphe, suite
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import RIEN, Colonne, Ecriture, Tableau
from ctglib.document.typographie import date_longue, nombre_court, remplir
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Indicateur, Theme
from ctglib.donnees.modeles.convention import Commentaire, Convention
from ctglib.donnees.modeles.rapports import ContratPrecedent, PhraseDeSection
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.points import points_indices

FOIS = 1.05  # two amounts by head whose quotient is under that are said to be alike
NOMMES = 3  # a break of series of more indicators than that names the first and counts the others
AUCUNE = "aucune fiche"
PHRASES_DES_SERVICES = {  # by why the fiches answer that some services are absent
    "dit": "fiches_des_services",
    "offre": "services_par_offre",
    "theme": "services_par_theme",
}
VARIATIONS = ["variation", "variation_reference"]
LACUNES = ["id", "objet", "manque", "reference", "question"]


# The sentences of a section.


@dataclass(frozen=True)
class _Constat:
    """An indicator in both territories: a row of ``EtudeDiagnostic.comparaison``."""

    indicateur: str
    valeur: float
    statut: str
    valeur_reference: float
    statut_reference: str
    ecart: float
    ecart_type: str
    variation: float
    variation_reference: float


def phrases(
    phrases_possibles: Iterable[PhraseDeSection],
    constats_surs: pd.DataFrame,
    contexte: Contexte,
    graphique: Sequence[str] = (),
) -> list[str]:
    """Return the sentences of a section whose conditions hold.

    The first one names both territories (« À Harnes, les allocataires sont plus nombreux qu'en
    Pas-de-Calais (…) »); the next ones say « y » instead. When no condition holds, one sentence
    names the indicator of the chart that differs most from the reference; nothing when none does.

    Args:
        phrases_possibles: The sentences of the catalogue, in their order.
        constats_surs: The rows of the comparison, by indicator, that are neither provisional nor
            doubtful: no sentence rests on any other (``EtudeDiagnostic.constats_surs``).
        contexte: The words of the indicators and of both territories.
        graphique: The indicators that the chart of the section draws.
    """
    a_ecrire = [
        phrase
        for phrase in phrases_possibles
        if _conditions_remplies(phrase.si, constats_surs)
        and (phrase.compte is None or phrase.compte in constats_surs.index)
    ]
    if a_ecrire:
        textes = [_remplir(a_ecrire[0], constats_surs, contexte, premiere=True)]
        for phrase in a_ecrire[1:]:
            textes.append(_remplir(phrase, constats_surs, contexte, premiere=False))
        return textes
    indicateurs_du_graphique = [
        indicateur for indicateur in graphique if indicateur in constats_surs.index
    ]
    ecarts = constats_surs.loc[indicateurs_du_graphique, "ecart_relatif"].dropna().abs()
    if ecarts.empty:
        return []
    libelle = contexte.indicateurs[str(ecarts.idxmax())].libelle
    return [contexte.texte("diagnostic.plus_grand_ecart", libelle=libelle)]


def phrases_a_cote(
    etude: EtudeDiagnostic, phrases_possibles: Iterable[PhraseDeSection]
) -> list[str]:
    """Return what the other references have of the indicators that ``phrases`` speaks of: one
    sentence a reference, none where nothing is known.
    """
    dits: dict[str, None] = {}
    for phrase in phrases_possibles:
        if _conditions_remplies(phrase.si, etude.constats_surs):
            dits |= dict.fromkeys(phrase.si)
    textes = []
    for autre, valeurs in etude.ailleurs(dits).items():
        chiffres = [
            f"« {etude.contexte.indicateurs[nom].libelle} », {valeur}"
            for nom, valeur in valeurs.items()
        ]
        textes.append(
            etude.contexte.texte(
                "diagnostic.a_cote", A_autre=majuscule(autre.a), chiffres=" ; ".join(chiffres)
            )
        )
    return textes


def _conditions_remplies(conditions: Mapping[str, str], constats: pd.DataFrame) -> bool:
    """Tell whether every indicator of a sentence stands as the sentence says.

    ``conditions`` gives, by indicator, either its position to the reference (the values of the
    column « position »: "superieur", "inferieur"…) or "plus_vite": it rises, and more than in the
    reference, without a break of series. False when one of them has no row.
    """
    for indicateur, attendu in conditions.items():
        if indicateur not in constats.index:
            return False
        if attendu == "plus_vite":
            variation_ici = constats["variation"][indicateur]
            variation_la = constats["variation_reference"][indicateur]
            # Nothing compares with NaN: an indicator without both variations does not rise faster.
            augmente_plus_vite = variation_ici > 0 and variation_ici > variation_la
            if constats["rupture"][indicateur] or not augmente_plus_vite:
                return False
        elif constats.at[indicateur, "position"] != attendu:
            return False
    return True


def _remplir(
    phrase: PhraseDeSection, constats: pd.DataFrame, contexte: Contexte, *, premiere: bool
) -> str:
    """Return a sentence of a section with its numbers and the names of the territories.

    The braces of the text are filled by indicator: in ``{ici[part_rsa]}``, the value here; in
    ``{la[…]}``, that of the reference; in ``{points[…]}``, how far they are apart, without sign; in
    ``{variation[…]}`` and ``{variation_la[…]}``, how each changed. ``{que}`` and ``{y}`` depend on
    whether the sentence is the first one (``premiere``), which names the territories: it begins
    with « À Harnes, » and compares « qu'en Pas-de-Calais »; a later one has « y ».
    """
    ici: dict[str, str] = {}
    la: dict[str, str] = {}
    points: dict[str, str] = {}
    variations_ici: dict[str, str] = {}
    variations_la: dict[str, str] = {}
    constats_de_la_phrase = constats.loc[list(phrase.si)].reset_index(names="indicateur")
    for constat in lignes(constats_de_la_phrase, _Constat):
        indicateur = constat.indicateur
        ici[indicateur] = contexte.valeur(indicateur, constat.valeur, constat.statut)
        la[indicateur] = contexte.valeur(
            indicateur, constat.valeur_reference, constat.statut_reference
        )
        ecart = 0.0 if pd.isna(constat.ecart) else constat.ecart
        ecart_signe = contexte.ecart(indicateur, ecart, constat.ecart_type)
        points[indicateur] = ecart_signe.lstrip("+\u2212")
        variations_ici[indicateur] = variation(constat.variation)
        variations_la[indicateur] = variation(constat.variation_reference)
    a_la_reference = contexte.reference.a
    if a_la_reference[0] in "aàeé":
        qu_a_reference = f"qu'{a_la_reference}"
    else:
        qu_a_reference = f"que {a_la_reference}"
    texte = remplir(
        phrase.texte,
        ici=ici,
        la=la,
        points=points,
        variation=variations_ici,
        variation_la=variations_la,
        que=f" {qu_a_reference}" if premiere else "",
        y="" if premiere else "y ",
        qu_a_reference=qu_a_reference,
        **contexte.lieux,
    )
    if premiere:
        return f"{majuscule(contexte.territoire.a)}, {minuscule(texte)}"
    return texte


def services_absents(etude: EtudeDiagnostic, services: Iterable[str]) -> list[str]:
    """Return which part of the services that the reference has is absent here, and how many of them
    are read as needs, then the fiches that answer one of them, or that none does; nothing when no
    service is absent.

    ``services`` are the indicators that count services; only those that the reference has count,
    and none that is a part of another one.
    """
    comparaison = etude.comparaison
    parties = {
        relation.partie
        for relation in etude.catalogue.relations.inclusions
        if not set(services).isdisjoint(relation.tout)
    }
    sortes = set(services) - parties
    compares = comparaison[
        comparaison["indicateur"].isin(list(sortes)) & comparaison["valeur_reference"].gt(0)
    ]
    absents = set(compares.loc[compares["valeur"].eq(0), "indicateur"])
    if not absents:
        return []
    contexte = etude.contexte
    categories = etude.catalogue.synthese.categories_des_services
    themes = dict(zip(compares["indicateur"], compares["theme"], strict=True))
    numeros_par_lien: dict[str, set[str]] = {"dit": set(), "offre": set(), "theme": set()}
    for absent in absents:
        numeros, lien = reponse(etude.convention, absent, themes[absent], categories.get(absent))
        if lien:
            numeros_par_lien[lien].update(numeros)
    phrases_des_fiches = []
    for lien, cle in PHRASES_DES_SERVICES.items():
        fiches = [
            fiche.numero
            for fiche in etude.convention.fiches
            if fiche.numero in numeros_par_lien[lien]
        ]
        if fiches:
            faits = {"nombre": len(fiches), "fiches": enumerer(fiches)}
            phrases_des_fiches.append(contexte.texte(f"diagnostic.{cle}", **faits))
    return [
        contexte.texte(
            "diagnostic.services",
            sortes=len(compares),
            absents=len(absents),
            besoins=len(absents & set(etude.catalogue.synthese.services)),
        ),
        *(phrases_des_fiches or [contexte.texte("diagnostic.services_sans_fiche")]),
    ]


# The table of the indicators.


def tableau_indicateurs(
    etude: EtudeDiagnostic,
    comparaison: pd.DataFrame,
    *,
    titre: str,
    definitions: Iterable[str] = (),
    **reste: Any,
) -> Tableau:
    """Return the table of some indicators in both territories, one a row.

    The column of the years is there only when the years differ, those of the gap and of the
    variations only when a row has one.

    Args:
        etude: The convention and its diagnostic.
        comparaison: Rows of ``EtudeDiagnostic.comparaison``.
        titre: The title, to which the table adds the territories and the years.
        definitions: The indicators whose meaning stands under the table.
        **reste: What else ``presenter`` takes.
    """
    contexte = etude.contexte
    annees = comparaison["annee"]
    marques, notes_des_marques = _marques(etude, comparaison)
    au_hasard = comparaison.index[comparaison["au_hasard"]]
    for etiquette in au_hasard:
        marques[etiquette].append("h")
    if len(au_hasard):
        notes_des_marques.append(f"(h) {etude.catalogue.evaluation.mots['petite_serie']}.")
    qui_varient = comparaison[comparaison[VARIATIONS].notna().any(axis=1)]

    def intitule(ligne: pd.Series) -> str:
        marques_de_la_ligne = marques[ligne.name]
        if not marques_de_la_ligne:
            return ligne["libelle"]
        return f"{ligne['libelle']} ({', '.join(marques_de_la_ligne)})"

    def annee_ecrite(annee: float) -> str:
        return "" if pd.isna(annee) else str(int(annee))

    def ecart(ligne: pd.Series) -> str:
        if pd.isna(ligne["ecart"]):
            return RIEN
        return contexte.ecart(ligne["indicateur"], ligne["ecart"], ligne["ecart_type"])

    a_cote, colonnes, sources_a_cote = _a_cote(etude, comparaison["indicateur"])
    ecritures: dict[str, Ecriture | None] = {
        "intitule": intitule,
        "annee": annee_ecrite if annees.nunique() > 1 else None,
        "territoire": _niveau(contexte, "valeur", "statut"),
        "de_reference": _niveau(contexte, "valeur_reference", "statut_reference"),
        "ecart_ecrit": ecart if comparaison["ecart"].notna().any() else None,
    }
    for colonne in VARIATIONS:
        ecritures[colonne] = variation if len(qui_varient) else None
    indicateurs_qui_varient = [contexte.indicateurs[nom] for nom in qui_varient["indicateur"]]
    notes = [
        f"{contexte.indicateurs[nom].libelle} : {minuscule(contexte.indicateurs[nom].definition)}"
        for nom in definitions
    ]
    notes += notes_des_marques
    notes += ruptures(indicateurs_qui_varient, contexte, qui_varient["annee"])
    arguments = {
        "donnees": comparaison[list(COLONNES)].join(a_cote),
        "notes": [*notes, *sources_a_cote],
        **reste,
    }
    mots = {"titre": titre, "lieux": _lieux_et_dates(contexte, annees)}
    return presenter(
        contexte,
        "indicateurs",
        comparaison.join(a_cote),
        ecritures,
        *colonnes,
        mots=mots,
        **arguments,
    )


def _a_cote(
    etude: EtudeDiagnostic, indicateurs: pd.Series
) -> tuple[pd.DataFrame, list[Colonne], list[str]]:
    """Return what the other references have of the indicators of rows, how it is shown, and the
    notes that say which of it the diagnostic does not give.

    One row a row, with its index; a column of its own for each reference that has a value.
    """
    contexte = etude.contexte
    a_cote = etude.a_cote.reindex(indicateurs).set_axis(indicateurs.index)
    colonnes = []
    notes = []
    for autre in contexte.autres:
        sources = a_cote[f"source_{autre.code}"].dropna()
        notes += [f"{autre.nom} : {minuscule(source)}." for source in sources.unique() if source]
        if a_cote[f"valeur_{autre.code}"].notna().any():
            ecrire = _niveau(contexte, f"valeur_{autre.code}", f"statut_{autre.code}")
            colonne = Colonne(
                f"niveau_{autre.code}",
                autre.nom,
                numerique=True,
                groupe=dire("autres_references"),
                ecrire=ecrire,
            )
            colonnes.append(colonne)
    return a_cote, colonnes, notes


def _niveau(contexte: Contexte, colonne: str, colonne_du_statut: str) -> Ecriture:
    """Return what writes the value of a row: « 24,4 % », « non transmis »; « – » failing both."""

    def ecrire(ligne: pd.Series) -> str:
        texte = contexte.valeur(ligne["indicateur"], ligne[colonne], ligne[colonne_du_statut])
        return texte or RIEN

    return ecrire


def _marques(
    etude: EtudeDiagnostic, indicateurs: pd.DataFrame
) -> tuple[dict[Hashable | None, list[str]], list[str]]:
    """Return the marks of the rows of a table, and the notes that explain those that are used.

    The marks are "p" (a value is provisional) and "?" (the check of the convention makes it
    doubtful): a list a row, empty when it has none, by the label of the row in the index.
    """
    provisoires = (indicateurs[["statut", "statut_reference"]] == Statut.PROVISOIRE).any(axis=1)
    douteux = indicateurs["indicateur"].isin(list(etude.doutes))
    marques: dict[Hashable | None, list[str]] = {}
    for etiquette in indicateurs.index:
        marques[etiquette] = []
        if provisoires[etiquette]:
            marques[etiquette].append("p")
        if douteux[etiquette]:
            marques[etiquette].append("?")
    notes = []
    if provisoires.any():
        notes.append(f"(p) {etude.contexte.statuts['P'].libelle}.")
    if douteux.any():
        notes.append(etude.contexte.texte("diagnostic.a_verifier"))
    return marques, notes


def _lieux_et_dates(contexte: Contexte, annees: pd.Series) -> str:
    """Return the end of a caption: « Harnes et Pas-de-Calais, 2018-2020 ».

    « …, 2020 » when all the years are the same; no year when none is known.
    """
    lieux = f"{contexte.territoire.nom} et {contexte.reference.nom}"
    connues = annees.dropna()
    if connues.empty:
        return lieux
    premiere = int(connues.min())
    derniere = int(connues.max())
    if premiere == derniere:
        return f"{lieux}, {premiere}"
    return f"{lieux}, {premiere}-{derniere}"


def ruptures(
    indicateurs: Collection[Indicateur],
    contexte: Contexte,
    annees: Iterable[float] | None = None,
) -> list[str]:
    """Return a sentence for each break of series, the earliest first.

    « Rupture de série en 2016 (« Foyers allocataires » et « Allocataires du RSA »). La prime
    d'activité remplace le RSA activité. » Indicators that break in one year for one reason are
    together. With ``annees``, the year of the value of each indicator, in their order, only the
    breaks of the five years before that year count.
    """
    if annees is None:
        ruptures_par_indicateur = [indicateur.ruptures for indicateur in indicateurs]
    else:
        ruptures_par_indicateur = [
            ruptures_dans(indicateur, annee)
            for indicateur, annee in zip(indicateurs, annees, strict=True)
        ]
    libelles_par_rupture: dict[tuple[int, str], list[str]] = {}
    for indicateur, coupures in zip(indicateurs, ruptures_par_indicateur, strict=True):
        for coupure in coupures:
            libelles = libelles_par_rupture.setdefault((coupure.annee, coupure.raison), [])
            libelles.append(f"« {indicateur.libelle} »")
    phrases = []
    for (annee, raison), libelles in sorted(libelles_par_rupture.items()):
        phrase = contexte.texte(
            "diagnostic.rupture_de_serie",
            annee=annee,
            libelles=libelles,
            premier=libelles[0] if len(libelles) > NOMMES else "",
            raison=raison,
        )
        phrases.append(phrase)
    return phrases


# What the Caf pays by head.


@dataclass(frozen=True)
class _MontantParTete:
    """An amount by head in both territories (see ``ctglib.calculs.comparaison.par_tete``)."""

    libelle: str
    mot: str  # what a head is: « allocataire »
    annee: int
    tete: float  # the amount by head here
    tete_reference: float
    fois: float  # how many times the amount by head here goes into that of the reference


def tableau_par_tete(
    montants: pd.DataFrame, contexte: Contexte, doutes: Collection[str]
) -> Tableau:
    """Return one row an amount: in all, then by head here, then by head in the reference.

    ``montants`` is what ``par_tete`` returns. An amount whose count of heads is doubtful
    (``doutes`` has its indicator) bears « (?) », which a note explains.
    """

    def objet(montant: pd.Series) -> str:
        texte = f"{montant['libelle']}, par {montant['mot']}"
        return f"{texte} (?)" if montant["par"] in doutes else texte

    ecritures: dict[str, Ecriture] = {
        "objet": objet,
        "montant": _euros,
        "tete": _euros,
        "tete_reference": _euros,
    }
    notes = []
    if montants["par"].isin(list(doutes)).any():
        notes.append(contexte.texte("diagnostic.effectif_douteux"))
    mots = {"lieux": _lieux_et_dates(contexte, montants["annee"])}
    return presenter(contexte, "par_tete", montants, ecritures, mots=mots, notes=notes)


def _euros(valeur: float) -> str:
    return RIEN if pd.isna(valeur) else avec_unite(valeur, "€", 0)


def phrases_par_tete(
    montants: pd.DataFrame, contexte: Contexte, doutes: Collection[str] = ()
) -> list[str]:
    """Return what is said of the amounts by head that differ between the territories.

    Among those that are higher in the reference: the one whose quotient is the widest, then, if it
    is another one, that whose difference in euros is the widest. Then each one that is higher here.
    One whose count of heads is doubtful bears « (?) », as in the table.
    """
    mots = montants["mot"].mask(montants["par"].isin(list(doutes)), montants["mot"] + " (?)")
    montants = montants.assign(mot=mots)
    par_tete = list(lignes(montants, _MontantParTete))
    plus_eleves_la = [montant for montant in par_tete if montant.fois >= FOIS]
    plus_eleves_ici = [montant for montant in par_tete if montant.fois <= 1 / FOIS]
    phrases = []
    if plus_eleves_la:
        en_proportion = max(plus_eleves_la, key=lambda montant: montant.fois)
        en_euros = max(plus_eleves_la, key=lambda montant: montant.tete_reference - montant.tete)
        phrases.append(_phrase_par_tete("ecart_en_proportion", en_proportion, contexte))
        if en_euros is not en_proportion:
            phrases.append(_phrase_par_tete("ecart_en_euros", en_euros, contexte))
    for montant in plus_eleves_ici:
        phrases.append(_phrase_par_tete("davantage_ici", montant, contexte))
    return phrases


def _phrase_par_tete(phrase: str, montant: _MontantParTete, contexte: Contexte) -> str:
    return contexte.texte(
        f"diagnostic.{phrase}",
        objet=minuscule(montant.libelle),
        annee=f"{montant.annee:.0f}",
        mot=montant.mot,
        ici=_euros(montant.tete),
        la=_euros(montant.tete_reference),
    )


def phrase_du_contrat(
    comparaison: pd.DataFrame, contrat: ContratPrecedent, convention: Convention, contexte: Contexte
) -> list[str]:
    """Return what the contract before the convention paid, in a list of one sentence.

    What the convention pays starts from what was paid in the year before it. When the known amounts
    are of another year, the sentence goes on with the rule, and the year to ask for. An empty list
    when no amount is known or no clause speaks of the means.
    """
    montants = comparaison.set_index("indicateur").reindex(list(contrat.montants))
    montants = montants.dropna(subset="valeur")
    clause = convention.clauses.get("moyens")
    if montants.empty or clause is None:
        return []
    annee = int(montants["annee"].iloc[0])
    montants_ecrits = [
        f"{_euros(montant)} pour le {contrat.montants[str(indicateur)]}"
        for indicateur, montant in montants["valeur"].items()
    ]
    total = ""
    if len(montants_ecrits) > 1:
        total = f", soit {_euros(montants['valeur'].sum())}"
    phrase = contexte.texte(
        "diagnostic.contrat",
        annee=annee,
        nom=contrat.nom,
        montants=enumerer(montants_ecrits),
        total=total,
        **contexte.lieux,
    )
    annee_de_base = convention.debut.year - 1
    if annee == annee_de_base:
        return [phrase]
    if not clause.dit:
        return [phrase]
    regle = f"{majuscule(clause.dit)} ({convention.citer('moyens')})"
    base = contexte.texte("diagnostic.base_du_contrat", regle=regle, annee=annee_de_base)
    return [f"{phrase} {base}"]


# The indices of vulnerability.


def vulnerabilite(etude: EtudeDiagnostic) -> Bloc | None:
    """Return who validated the indices, their chart, their formula, then how they are read.

    Until the convention says who validated them they are a working hypothesis, which the report of
    the check shows with a warning; from then on they belong to the diagnostic. None when no index
    could be computed.
    """
    indices = etude.indices
    if not indices["indice"].notna().any():
        return None
    radar = etude.catalogue.radar
    convention = etude.convention
    lieux = etude.contexte.lieux
    lectures = _lectures_des_indices(etude)
    if convention.radar:
        validation = convention.radar["valide"]
        statut = paragraphe(
            etude.contexte.texte(
                "diagnostic.indices_valides", par=validation.par, date=date_longue(validation.date)
            )
        )
    else:
        lacunes = [lacune for lacune in convention.lacunes if lacune.id == radar.lacune]
        manques = [f"{lacune.manque.rstrip('. ')}." for lacune in lacunes]
        statut = Encadre((" ".join([radar.avertissement, *manques]),))
        lectures += [
            f"Question ouverte ({lacune.reference}) : {lacune.question}" for lacune in lacunes
        ]
    graphique = points_indices(
        indices,
        radar,
        etude.contexte,
        nom="indices",
        titre=etude.contexte.texte("diagnostic.titre_des_indices", **lieux),
    )
    return suite([statut, graphique, paragraphe(radar.formule), liste(lectures)])


def _lectures_des_indices(etude: EtudeDiagnostic) -> list[str]:
    """Return what an index is compared with, its thresholds, which axes are turned round, which the
    rounding of the values could class otherwise.

    An axis is turned round where a high value is no sign of vulnerability (an income).
    """
    radar = etude.catalogue.radar
    groupe = etude.contexte.texte(
        "diagnostic.groupe_de_reference",
        groupe=radar.groupe_de_reference.rstrip(". "),
        egal=nombre_court(100),
        **etude.contexte.lieux,
    )
    seuils = etude.contexte.texte(
        "diagnostic.seuils_des_indices",
        haut=nombre_court(radar.seuil_haut),
        bas=nombre_court(radar.seuil_bas),
    )
    renversements = [
        f"« {majuscule(renversement.mots)} » : {renversement.regle}."
        for genre, renversement in radar.renversements.items()
        if etude.indices["renversement"].eq(genre).any()
    ]
    arrondis = {
        indicateur: etude.contexte.indicateurs[indicateur].arrondi_source or 0.0
        for indicateur in etude.indices["indicateur"]
    }
    axes_incertains = incertains(etude.indices, radar, arrondis)
    incertitudes = [
        etude.contexte.texte(
            "diagnostic.indice_incertain", libelle=libelle, minimum=minimum, maximum=maximum
        )
        for libelle, minimum, maximum in zip(
            axes_incertains["libelle"],
            axes_incertains["minimum"],
            axes_incertains["maximum"],
            strict=True,
        )
    ]
    return [groupe, seuils, *renversements, *incertitudes]


# The comments of the parties.


def commentaires(themes: Collection[str], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments on some themes, the earliest first, each with its author and date.

    An empty group when there is none.
    """
    sur_ces_themes = [commentaire for commentaire in commentaires if commentaire.theme in themes]
    if not sur_ces_themes:
        return Groupe()
    sur_ces_themes.sort(key=lambda commentaire: commentaire.date)
    citations = [
        citation(commentaire.texte, f"{commentaire.auteur}, le {date_longue(commentaire.date)}")
        for commentaire in sur_ces_themes
    ]
    return Groupe((paragraphe(dire("commentaires")), *citations))


def commentaires_attendus(
    themes: Iterable[Theme], commentaires: Iterable[Commentaire], contexte: Contexte
) -> str:
    """Return the sentence that names the themes without a comment of the parties.

    Another one when no theme at all has any; "" when each has one.
    """
    themes_commentes = {commentaire.theme for commentaire in commentaires}
    attendus = [f"« {theme.titre} »" for theme in themes if theme.theme not in themes_commentes]
    if not attendus:
        return ""
    if not themes_commentes:
        return contexte.texte("diagnostic.sans_commentaire")
    return contexte.texte("diagnostic.commentaires_attendus", themes=enumerer(attendus))


# The needs and the gaps.


def besoins_en_bref(besoins: pd.DataFrame, convention: Convention, contexte: Contexte) -> Bloc:
    """Return how many needs there are, how many of them have a fiche, and which fiches answer none.

    ``besoins`` is ``EtudeDiagnostic.besoins_lus``: ``fiches`` is "" where no fiche answers a need,
    ``enjeu`` is "" where no enjeu of the convention takes it up.
    """
    if besoins.empty:
        return paragraphe(contexte.texte("diagnostic.aucun_besoin"))
    sans_fiche = int(besoins["fiches"].eq("").sum())
    hors_des_enjeux = int(besoins["enjeu"].eq("").sum())
    fiches_citees: set[str] = set()
    for fiches in besoins["fiches"]:
        fiches_citees.update(fiches.split(SEPARATEUR))
    numeros = [fiche.numero for fiche in convention.fiches]
    texte = contexte.texte(
        "diagnostic.besoins",
        total=len(besoins),
        avec_fiche=len(besoins) - sans_fiche,
        sans_fiche=sans_fiche,
        declares=int(besoins["lien"].isin(("offre", "theme")).sum()),
        hors_enjeux=hors_des_enjeux,
        tous_hors_enjeux=hors_des_enjeux >= sans_fiche,
        fiches=[numero for numero in numeros if numero not in fiches_citees],
    )
    return paragraphe(texte)


def tableau_besoins(etude: EtudeDiagnostic) -> Tableau:
    """Return one row a need: its value here and in the reference, the fiches that answer it.

    They are in groups, one an enjeu of the convention; those that no enjeu takes up come last.
    """
    besoins = etude.besoins_lus
    convention = etude.convention
    contexte = etude.contexte
    marques, notes_des_marques = _marques(etude, besoins)

    def intitule(besoin: pd.Series) -> str:
        if besoin["besoin"]:
            return besoin["besoin"]
        marques_du_besoin = "".join(f" ({marque})" for marque in marques[besoin.name])
        return contexte.indicateurs[besoin["indicateur"]].libelle + marques_du_besoin

    def reponses(besoin: pd.Series) -> str:
        if not besoin["fiches"]:
            return AUCUNE
        numeros = besoin["fiches"].split(SEPARATEUR)
        faits = {
            "fiches": numeros,
            "lien": besoin["lien"],
            "seulement": _sortes_soutenues(etude, besoin["indicateur"], numeros),
        }
        return contexte.texte("diagnostic.fiches_du_besoin", **faits)

    ecritures: dict[str, Ecriture] = {
        "intitule": intitule,
        "ici": _niveau(contexte, "niveau", "statut"),
        "la": _niveau(contexte, "reference", "statut_reference"),
        "reponses": reponses,
    }
    titres_des_enjeux = {enjeu.id: enjeu.titre for enjeu in convention.enjeux}
    titres_des_fiches = [f"Fiche {fiche.numero} : {fiche.titre}." for fiche in convention.fiches]
    notes = [" ".join(titres_des_fiches), *notes_des_marques]
    if besoins["origine"].eq(FICHE).any():
        notes.append(contexte.texte("diagnostic.besoin_de_fiche"))
    a_cote, colonnes, sources_a_cote = _a_cote(etude, besoins["indicateur"])
    return presenter(
        contexte,
        "besoins",
        besoins.join(a_cote),
        ecritures,
        *colonnes,
        mots={"lieux": _lieux_et_dates(contexte, besoins["annee"])},
        groupes=besoins["enjeu"].map(titres_des_enjeux).fillna(dire("sans_enjeu")),
        notes=[*notes, *sources_a_cote],
    )


def _sortes_soutenues(etude: EtudeDiagnostic, indicateur: str, numeros: list[str]) -> list[str]:
    """Return the kinds of care that some fiches support, when the need is of places of every kind
    and they do not support them all; nothing otherwise.
    """
    regles = etude.catalogue.diagnostic.modes
    if indicateur != regles.depart:
        return []
    modes: set[str] = set()
    for fiche in etude.convention.fiches:
        if fiche.numero in numeros:
            modes.update(fiche.modes)
    soutenues = [sorte.mot for sorte in regles.sortes.values() if not modes.isdisjoint(sorte.modes)]
    return [] if len(soutenues) == len(regles.sortes) else soutenues


def lacunes(convention: Convention, contexte: Contexte, *, premieres: int | None = None) -> Tableau:
    """Return one row a gap of the convention (a lacune), with the question to put to the parties.

    All of them in the order of the convention or, with ``premieres``, that many: those whose
    question comes first.
    """
    if premieres is None:
        cle = "lacunes"
        a_montrer = convention.lacunes
    else:
        cle = "questions"
        a_montrer = convention.lacunes_en_ordre[:premieres]
    table = pd.DataFrame([lacune.model_dump() for lacune in a_montrer], columns=LACUNES)
    mots = {"convention": convention.titre, "texte": convention.source_texte}
    return presenter(contexte, cle, table, {"reference": majuscule}, mots=mots)
