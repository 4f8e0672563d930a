"""What no file can check alone: names that another file defines, and what the files must hold together.

A rule is a function that takes what was read and the names that are known, and yields faults; ``REGLES`` lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.csv_strict import valeur_personnelle
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.modeles.convention import CLES, PLUSIEURS, TYPES, attendus
from ctglib.donnees.modeles.noms import cites
from ctglib.donnees.modeles.suivi import AUTRES
from ctglib.donnees.pieces import DOCUMENTS, TABLES, annee_du_dossier, dossier_du_suivi
from ctglib.donnees.references import (
    VOCABULAIRES,
    connus,
    elements,
    nom_inconnu,
    parcourir,
    places,
)
from ctglib.donnees.regles import dispositifs, fautes_des_tables, modalites

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_strict import Chemin, Document

    Noms = dict[str, list[str]]

CONVENTION = "convention/convention"
_BIBLIOTHEQUE = "indicateurs convention/indicateurs"
_SUIVIS = f"{CONVENTION} fiches.*.indicateurs.*.id"


def verifier(pieces: Pieces) -> list[Faute]:
    """Return the faults of the files, and those between them.

    A place that is faulty by itself is left out of the rules, one fault is enough for it. A kind of name none of whose
    files could be read is not checked.
    """
    names = {kind: connus(pieces, kind) for kind in VOCABULAIRES}
    faults = [*fautes_des_tables(pieces, names), *(fault for rule in REGLES for fault in rule(pieces, names))]
    told = {(fault.fichier, fault.ligne, fault.colonne) for fault in pieces.fautes}
    return [*pieces.fautes, *(one for one in faults if (one.fichier, one.ligne, one.colonne) not in told)]


def _noms_inconnus(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    for document in [one for group in pieces.documents.values() for one in group]:
        for kind, chemin in cites(document.modele):
            words = VOCABULAIRES[kind]
            for path, value in parcourir(document.contenu, chemin) if noms[kind] else ():
                if str(value) not in noms[kind]:
                    yield document.faute(path, *nom_inconnu(value, noms[kind], words.libelle, words.ou))


# By document, what is told once in a file: a path, or several whose values go together.
UNIQUES: dict[str, tuple[str, ...]] = {
    "donnees_publiques": ("lignes.*.indicateur",),
    "radar": ("axes.*.indicateur",),
    "referentiel_emploi": ("attendus.*.id", "activites.*.id"),
    "regles": ("regles.*.id",),
    "comparaison": ("indicateurs.*", "ratios.*"),
    "convention/convention": ("fiches.*.indicateurs.*.id", "fiches.*.resultats.*.id", "fiches.*.modalites.*.numero",
                              "lacunes.*.id"),
    "convention/affirmations": ("affirmations.*.id",),
    "convention/corrections": ("corrections.*.id",),
    "convention/justifications": ("justifications.*.cle",),
    "convention/avenants": ("avenants.*.numero",),
    "suivi/bilan": ("comite.decisions.*.id", "comite.suites.*.decision"),
    "suivi/appreciations": ("appreciations.*.fiche",),
    "finale/lectures": ("objectifs.*.fiche objectifs.*.objectif", "schemas.*.fiche schemas.*.element",
                        "schema_petite_enfance.*.element"),
    "finale/saisie": ("criteres.*.critere", "contribution.*.fiche", "decisions.*.fiche decisions.*.objectif"),
}  # fmt: skip


def _doublons(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each name defined again, in the same file or in another, and for what is told twice."""
    # Two schémas may have like chapters.
    named = {kind.definitions: None for name, kind in VOCABULAIRES.items() if name != "schema"}
    for paths in [*named, *((kind.remplace,) for kind in VOCABULAIRES.values()), ("themes ordre",)]:
        for value, ((first, place), *found) in places(pieces, *paths).items():
            for tree, path in found:
                yield _encore(tree, path, value, first, place)
    for name, groups in UNIQUES.items():
        for document in pieces.documents.get(name, ()):
            for chemins in groups:
                yield from _deux_fois(document, *chemins.split())
    for name, key in (("dimensions", "dimensions"), ("convention/indicateurs", "dimensions"), ("profils", "variables")):
        for document, rank, _ in elements(pieces, name, key):
            yield from _deux_fois(document, f"{key}.{rank}.modalites.*.id")


def _deux_fois(document: Document, *chemins: str) -> Iterator[Faute]:
    """Yield a fault for each item of a list that says what an earlier one says."""
    others = [{path[:-1]: value for path, value in parcourir(document.contenu, one)} for one in chemins[:-1]]
    told: dict[tuple, Chemin] = {}
    for path, value in parcourir(document.contenu, chemins[-1]):
        said = (*(found.get(path[:-1]) for found in others), value)
        if told.setdefault(said, path) != path:
            yield _encore(document, path, ", ".join(map(str, said)), document, told[said])


def _encore(document: Document, chemin: Chemin, value: object, premier: Document, place: Chemin) -> Faute:
    where = f"ligne {premier.ligne(place)}"
    where = where if premier.fichier == document.fichier else f"{premier.fichier}, {where}"
    return document.dire(chemin, "encore", valeur=str(value), ou=where)


def _identifiant(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the fault of a convention whose id is not the name of its folder."""
    for value, found in places(pieces, f"{CONVENTION} id").items():
        for tree, path in found if value != pieces.nom else ():
            yield tree.dire(path, "dossier", valeur=str(value), nom=pieces.nom)


def _axes_sans_regle(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of radar axes turned round although their unit has no rule for it."""
    unit = {str(item.get("id")): str(item.get("unite")) for _, _, item in elements(pieces, "themes", "indicateurs")}
    ruled = {str(item.get("id")) for _, _, item in elements(pieces, "unites", "unites") if "renversement" in item}
    for tree, rank, axe in elements(pieces, "radar", "axes"):
        own = unit.get(str(axe.get("indicateur")))
        if ruled and axe.get("renverse") is True and own and own not in ruled:
            yield tree.dire(("axes", rank, "renverse"), "axe_renverse", unite=own)


def _sans_responsable(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of indicators that nobody is told to enter."""
    for tree, rank, item in elements(pieces, _BIBLIOTHEQUE, "indicateurs"):
        collecte = item.get("collecte")
        if not (isinstance(collecte, dict) and collecte.get("responsable")):
            where = ("indicateurs", rank, "collecte", *(["responsable"] if collecte else []))
            yield tree.dire(where, "sans_responsable")


def _entrees_suivies(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of computed indicators one of whose inputs no fiche follows: it would never be known."""
    known = {str(item.get("id")): item for _, _, item in elements(pieces, _BIBLIOTHEQUE, "indicateurs")}
    followed = places(pieces, _SUIVIS)
    for name, found in followed.items():
        for _, entree in parcourir(known.get(name, {}), "entrees.**"):
            for tree, path in found if entree in known and entree not in followed else ():
                yield tree.dire(path, "entree_non_suivie", nom=name, entree=entree)


def _parmi(
    document: Document, base: Chemin, contenu: object, chemin: str, noms: Iterable[object], libelle: str, ou: str = ""
) -> Iterator[Faute]:
    """Yield a fault for each name at a path below a content that is none of those it may be."""
    names = [str(name) for name in noms]
    for path, value in parcourir(contenu, chemin):
        if str(value) not in names:
            yield document.faute((*base, *path), *nom_inconnu(value, names, libelle, ou))


def _choix(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of names that are chosen among those of one fiche, one dimension, one type, the year before."""
    known, followed = modalites(pieces, "dimension"), places(pieces, _SUIVIS)
    for document in ("indicateurs", "contexte", "convention/indicateurs"):
        for tree, rank, item in elements(pieces, document, "indicateurs"):
            # Of the library, what a fiche follows: a convention may have other dispositifs than those it names.
            if document != "indicateurs" or str(item.get("id")) in followed:
                base, name = ("indicateurs", rank), str(item.get("dimension"))
                label, where = f"une modalité de « {item.get('dimension')} »", "catalogue/dimensions.yaml"
                yield from _parmi(tree, base, item, "modalites.*", known.get(name, []), label, where)
    counted = sorted(dispositifs(pieces))
    for tree, rank, fiche in elements(pieces, CONVENTION, "fiches"):
        base, own = ("fiches", rank), [str(value) for _, value in parcourir(fiche, "indicateurs.*.id")]
        yield from _parmi(tree, base, fiche, "resultats.*.indicateurs.*", own, "un indicateur", "la même fiche")
        dispositif = "un dispositif de catalogue/dimensions.yaml"
        yield from _parmi(tree, base, fiche, "analyses.*.dispositifs.*", counted, dispositif)
        yield from _parmi(tree, base, fiche, "analyses.*.type", sorted(TYPES), "un type d'analyse")
        for path in ("roles.**", "rapports.*.numerateur", "rapports.*.denominateur"):
            yield from _parmi(tree, base, fiche, f"analyses.*.{path}", sorted(own), "un indicateur de cette fiche")
    parties = [*noms["signataire"], AUTRES]
    for document in pieces.documents.get("convention/collecte", ()):
        label, where = "un dispositif", "catalogue/dimensions.yaml"
        yield from _parmi(document, (), document.contenu, "parts.dispositifs.+", counted, label, where)
        for path in ("moyens.par_fiche.*.signataire", "moyens.par_structure.postes.*.signataire"):
            yield from _parmi(document, (), document.contenu, path, parties, "une partie", "convention.yaml")
    bilans = {annee_du_dossier(one.fichier): one for one in pieces.documents.get("suivi/bilan", ())}
    for annee, bilan in bilans.items():
        before = bilans.get(annee - 1)
        if before is None or before.objet is not None:
            comite = before.objet.comite if before else None
            taken, where = [one.id for one in comite.decisions] if comite else [], f"suivi/{annee - 1}/bilan.yaml"
            yield from _parmi(bilan, (), bilan.contenu, "comite.suites.*.decision", taken, "une décision", where)
    fiches = {str(fiche.numero): fiche for fiche in pieces.convention.fiches} if pieces.convention else {}
    for document, group in (("finale/lectures", "objectifs"), ("finale/saisie", "decisions")):
        for tree, rank, item in elements(pieces, document, group):
            if fiche := fiches.get(str(item.get("fiche"))):
                for path, names, label in (
                    ("objectif", range(1, len(fiche.objectifs) + 1), "le rang d'un objectif"),
                    ("modalites.*", [one.numero for one in fiche.modalites], "une modalité"),
                    ("indicateurs.*", [one.id for one in fiche.indicateurs], "un indicateur"),
                ):
                    whose = f"{label} de la fiche {fiche.numero}"
                    yield from _parmi(tree, (group, rank), item, path, names, whose, "convention.yaml")


def _analyses(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the analyses that the fiches declare: the roles and keys of their type, and their names."""
    for tree, rank, fiche in elements(pieces, CONVENTION, "fiches"):
        told: dict[str, Chemin] = {}
        for place, analyse in enumerate(fiche.get("analyses") if isinstance(fiche.get("analyses"), list) else ()):
            path = ("fiches", rank, "analyses", place)
            if not isinstance(analyse, dict):
                continue
            name, type_ = analyse.get("nom") or analyse.get("type"), str(analyse.get("type"))
            if isinstance(name, str) and told.setdefault(name, path) != path:
                yield tree.dire((*path, "nom"), "analyses_de_meme_nom", nom=name, ligne=tree.ligne(told[name]))
            if type_ not in TYPES:
                continue
            needed, possible, keys, other_keys = attendus(type_)
            roles = analyse.get("roles") if isinstance(analyse.get("roles"), dict) else {}
            for where, written, lacking, may, one, the in (
                ((*path, "roles"), list(roles), needed, needed | possible, "un rôle", "le rôle"),
                (path, [key for key in analyse if key in CLES], keys, keys | other_keys, "une clé", "la clé"),
            ):
                for key in written:
                    if key not in may:
                        words = nom_inconnu(key, sorted(may), f"{one} d'une analyse « {type_} »")
                        yield tree.faute((*where, key), *words)
                for key in sorted(lacking - set(written)):
                    yield tree.dire(where, "analyse_sans", nom=key, quoi=the, type=type_)
            for role, played in roles.items():
                if isinstance(played, list) and role not in PLUSIEURS:
                    yield tree.dire((*path, "roles", role), "un_seul_indicateur")


def _annees(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of years out of the convention, and of a context that only a fictional one may invent."""
    if pieces.convention is None:
        return
    first, last = pieces.convention.debut.year, pieces.fin.year
    files = [one.fichier for name in DOCUMENTS for one in pieces.documents.get(f"suivi/{name}", ())]
    files += [one.fichier for name in TABLES for one in pieces.tables.get(name, ())]
    told = {*map(annee_du_dossier, files), max(pieces.annees or (), default=None)} - {None}
    for annee in sorted(year for year in told if not first <= year <= last):
        words = mots("annee_hors_convention", annee=annee, debut=first, fin=last)
        yield Faute(f"{dossier_du_suivi(pieces.nom)}/{annee}", *words)
    for fichier in [name for name in files if name.endswith("/contexte.csv")] if not pieces.convention.fictive else ():
        yield Faute(fichier, *mots("contexte_d_une_fiction"))


def _bilans(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the year and of the dates of the bilans."""
    for document in pieces.documents.get("suivi/bilan", ()):
        annee = annee_du_dossier(document.fichier)
        bilan = document.objet
        if bilan is None:
            continue
        if bilan.annee != annee:
            yield document.dire(("annee",), "annee_du_bilan", ecrite=bilan.annee, annee=annee)
        elif bilan.date_arretee.year != annee:
            yield document.dire(("date_arretee",), "date_du_bilan", ecrite=bilan.date_arretee, annee=annee)
        held = bilan.comite.date if bilan.comite else None
        if isinstance(held, date) and held.year not in (annee, annee + 1):
            yield document.dire(("comite", "date"), "date_du_comite", ecrite=held, annee=annee, suivante=annee + 1)


def _avenants(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield the faults of the avenants: dates in order and inside the convention, elements that exist."""
    whole = pieces.convention
    for document in pieces.documents["convention/avenants"] if pieces.annees is not None else ():
        last, days = date.min, {}
        for rank, avenant in enumerate(document.objet.avenants if document.objet else ()):
            path: Chemin = ("avenants", rank)
            days[*path, "date"] = avenant.date
            if avenant.date < last:
                yield document.dire((*path, "date"), "avenants_en_ordre", date=avenant.date, precedente=last)
            last = avenant.date
            for number, change in enumerate(avenant.changements):
                place = (*path, "changements", number)
                days[*place, "effet"] = change.effet
                kind = "fiche" if change.nature == "fiche" else "indicateur_de_fiche"
                if change.element is not None and noms[kind] and str(change.element) not in noms[kind]:
                    words = nom_inconnu(change.element, noms[kind], VOCABULAIRES[kind].libelle, VOCABULAIRES[kind].ou)
                    yield document.faute((*place, "element"), *words)
                if change.nature == "cible" and whole and not whole.debut.year <= change.annee <= pieces.fin.year:
                    years = {"debut": whole.debut.year, "fin": pieces.fin.year}
                    yield document.dire((*place, "annee"), "annee_de_la_cible", annee=change.annee, **years)
        for path, day in days.items():
            if whole and not whole.debut <= day <= pieces.fin:
                yield document.dire(path, "date_hors_convention", date=day, debut=whole.debut, fin=pieces.fin)


def _personnes(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each text of the follow-up that gives something away about a person."""
    rules = pieces.documents["confidentialite"][0].objet
    if rules is None or pieces.annees is None:
        return
    for kind in ("convention/avenants", *(f"suivi/{name}" for name in DOCUMENTS)):
        for document in pieces.documents[kind]:
            for path, text in document.textes.items():
                if what := valeur_personnelle(text, rules):
                    yield document.dire(
                        path, "personne", texte=text, quoi=what, pourquoi=rules.pourquoi, remede=rules.remede
                    )


REGLES = (
    _noms_inconnus,
    _doublons,
    _identifiant,
    _axes_sans_regle,
    _sans_responsable,
    _choix,
    _entrees_suivies,
    _analyses,
    _annees,
    _bilans,
    _avenants,
    _personnes,
)
