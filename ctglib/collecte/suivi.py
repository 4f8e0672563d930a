"""A year's follow-up as flat tables of text: read from its folder, and written back as files.

The key of a row is its schema's; in the documents, it is the first field of an item, and its rank
among those of the same public or axis, or its heading for an appreciation. What a document says
once is a row each of its own table.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ctglib.donnees.csv_strict import charger_schema, examiner_csv
from ctglib.donnees.ecriture import en_csv
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles import Modele
from ctglib.donnees.modeles.rapports import MessagesDesParties
from ctglib.donnees.modeles.suivi import (
    Appreciations,
    Bilan,
    Consultation,
    Decision,
    Exemple,
    NomDeRubrique,
    Participation,
    Suite,
)
from ctglib.donnees.numeros import ordre, ranger
from ctglib.donnees.pieces import TABLES
from ctglib.donnees.plan import dossier_du_suivi
from ctglib.donnees.yaml_strict import charger_yaml

Table = dict[tuple[str, ...], dict[str, str]]
Suivi = dict[str, Table]

# The documents of a year: the model of each, and the lists that it holds, with the model of their
# items.
DOCUMENTS: dict[str, tuple[type[Modele], dict[str, type[Modele]]]] = {
    "bilan": (Bilan, {"decisions": Decision, "suites": Suite}),
    "appreciations": (Appreciations, {}),
    "participation": (Participation, {"consultations": Consultation, "exemples": Exemple}),
    "messages": (MessagesDesParties, {}),
}
REPOSE_SUR = "repose_sur"  # of a signed line: as JSON
NUMEROTEES = ("consultations", "exemples")
RUBRIQUES: tuple[NomDeRubrique, ...] = ("reussites", "difficultes", "perspectives")
PHRASES = (*RUBRIQUES, "cooperation")
SUJETS = ("modalites", "indicateurs")  # what a decision is about
TOUTES = (*TABLES, *DOCUMENTS, *(liste for _, listes in DOCUMENTS.values() for liste in listes))


def lire_annee(convention: str, annee: int) -> Suivi:
    """Return the flat tables of a year, all of them, empty when their file is not there; what is
    there was checked.
    """
    dossier = f"{dossier_du_suivi(convention)}/{annee}"
    tables: Suivi = {nom: {} for nom in TOUTES}
    for nom in TABLES:
        chemin = f"{dossier}/{nom}.csv"
        if not existe(chemin):
            continue
        lignes = examiner_csv(chemin, nom).lignes
        colonnes = lignes.columns.tolist()
        colonnes_de_cle = charger_schema(nom).cle
        for valeurs in lignes.to_numpy().tolist():
            ligne = dict(zip(colonnes, valeurs, strict=True))
            cle = tuple(ligne[colonne] for colonne in colonnes_de_cle)
            tables[nom][cle] = ligne
    for nom in DOCUMENTS:
        chemin = f"{dossier}/{nom}.yaml"
        if existe(chemin):
            tables |= _lire_document(chemin, nom)
    return tables


def _lire_document(chemin: str, nom: str) -> Suivi:
    """Return the table of a document, and those of the lists that it holds."""
    modele, listes = DOCUMENTS[nom]
    # What a model fills by default was not entered.
    contenu = charger_yaml(chemin, modele).model_dump(mode="json", exclude_unset=True)
    # The fields of the comité count as the bilan's own.
    comite = contenu.pop("comite", None) or {}
    date_du_comite = comite.pop("date", None)
    contenu |= comite
    if isinstance(date_du_comite, dict):
        contenu["comite_absence"] = date_du_comite["absent"]
    else:
        contenu["comite_date"] = date_du_comite
    tables: Suivi = {nom: {}}
    for liste, modele_d_un_item in listes.items():
        tables[liste] = {}
        premier, *autres = modele_d_un_item.model_fields
        rangs: Counter[str] = Counter()
        for item in contenu.pop(liste, []):
            sujet = item[premier]
            rangs[sujet] += 1
            cle = (sujet, str(rangs[sujet])) if liste in NUMEROTEES else (sujet,)
            tables[liste][cle] = _en_ligne({champ: item.get(champ) for champ in autres})
    valeurs: dict[tuple[str, ...], Any] = {}
    for appreciation in contenu.pop("appreciations", []):
        for rubrique in RUBRIQUES:
            valeurs[appreciation["fiche"], rubrique] = appreciation.get(rubrique)
    if nom == "messages":
        contenu.pop("messages", None)
        tables[nom] = _lignes_signees(chemin)
    for champ, valeur in contenu.items():
        if champ != "annee":
            valeurs[(champ,)] = valeur
    for cle, valeur in valeurs.items():
        ligne = _en_ligne({"valeur": valeur})
        if ligne:
            tables[nom][cle] = ligne
    return tables


def _lignes_signees(chemin: str) -> Table:
    """Return the lines that the parties signed, by their place."""
    table: Table = {}
    for message in charger_yaml(chemin, MessagesDesParties).messages:
        ligne = {"texte": message.texte, "auteur": message.auteur, "date": str(message.date)}
        if message.repose_sur:
            ligne[REPOSE_SUR] = json.dumps(message.repose_sur, ensure_ascii=False)
        table[message.place] = ligne
    return table


def _en_ligne(valeurs: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of some fields as texts, a list as lines; what is empty is left out."""
    ligne = {}
    for champ, valeur in valeurs.items():
        if valeur is None:
            continue
        texte = "\n".join(valeur) if isinstance(valeur, list) else str(valeur)
        if texte:
            ligne[champ] = texte
    return ligne


def en_fichiers(convention: str, annee: int, avant: Suivi, apres: Suivi) -> dict[str, bytes]:
    """Return the files that change between two states of a year, by name relative to the data
    folder.
    """
    import yaml

    dossier = f"{dossier_du_suivi(convention)}/{annee}"
    fichiers = {}
    for nom in TABLES:
        if apres[nom] == avant[nom]:
            continue
        colonnes = [
            champ.name
            for champ in charger_schema(nom).fields
            if not champ.facultatif or any(ligne.get(champ.name) for ligne in apres[nom].values())
        ]
        lignes = [
            [ligne.get(colonne, "") for colonne in colonnes] for ligne in triee(apres[nom]).values()
        ]
        fichiers[f"{dossier}/{nom}.csv"] = en_csv([colonnes, *lignes]).encode("utf-8")
    for nom, (_, listes) in DOCUMENTS.items():
        if all(apres[table] == avant[table] for table in (nom, *listes)):
            continue
        document = _en_document(nom, annee, apres)
        texte = yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)
        fichiers[f"{dossier}/{nom}.yaml"] = texte.encode("utf-8")
    return fichiers


def triee(table: Table) -> Table:
    """Return a table in the order of its keys, numbers by their value: two imports in any order
    write the same.
    """
    cles = sorted(table, key=lambda cle: [ordre(partie) for partie in cle])
    return {cle: table[cle] for cle in cles}


def _en_document(nom: str, annee: int, tables: Suivi) -> dict[str, Any]:
    """Return a document of a year as its YAML holds it."""
    if nom == "appreciations":
        return {nom: _en_appreciations(tables[nom])}

    if nom == "messages":
        return {nom: [_en_message(cle, ligne) for cle, ligne in triee(tables[nom]).items()]}

    modele, modeles_des_items = DOCUMENTS[nom]
    textes = {cle[0]: ligne["valeur"] for cle, ligne in tables[nom].items()}
    document = _typer(textes, modele.model_fields)
    listes = {}
    for liste, modele_d_un_item in modeles_des_items.items():
        champs = list(modele_d_un_item.model_fields)
        lignes = triee(tables[liste])
        if lignes:
            listes[liste] = [
                _typer({champs[0]: cle[0], **ligne}, champs) for cle, ligne in lignes.items()
            ]
    for consultation in listes.get("consultations", []):
        if consultation.get("combien") == 0:  # nobody was asked, all year long
            consultation.setdefault("date", date(annee, 12, 31))
    if nom != "bilan":
        return {**document, **listes}
    comite = _typer({"date": textes.get("comite_date", "")}, ("date",))
    if not comite and textes.get("comite_absence"):
        comite = {"date": {"absent": textes["comite_absence"]}}
    comite |= listes
    document = {"annee": annee, **document}
    if comite:
        document["comite"] = comite
    return document


def _en_appreciations(table: Table) -> list[dict[str, Any]]:
    """Return what is thought of each fiche's year as its YAML holds it."""
    textes_par_fiche: dict[str, dict[str, str]] = defaultdict(dict)
    for (fiche, rubrique), ligne in table.items():
        textes_par_fiche[fiche][rubrique] = ligne["valeur"]
    appreciations = []
    for fiche in ranger(textes_par_fiche):
        textes = {"fiche": fiche, **textes_par_fiche[fiche]}
        appreciation = _typer(textes, ("fiche", *RUBRIQUES))
        if len(appreciation) > 1:  # more than the number of the fiche
            appreciations.append(appreciation)
    return appreciations


def _en_message(place: tuple[str, ...], ligne: Mapping[str, str]) -> dict[str, Any]:
    """Return a signed line as its YAML holds it; what it rests on is empty when it has just been
    signed.
    """
    rapport, fiche, rubrique, ou = place
    message: dict[str, Any] = {"rapport": rapport}
    if fiche:
        message["fiche"] = fiche
    message["rubrique"] = rubrique
    if ou.isdecimal():
        message["rang"] = int(ou)
    elif ou:
        message["constat"] = ou
    message |= _typer(ligne, ("texte", "auteur", "date"))
    if REPOSE_SUR in ligne:
        message[REPOSE_SUR] = json.loads(ligne[REPOSE_SUR] or "{}")
    return message


def _typer(textes: Mapping[str, str], champs: Iterable[str]) -> dict[str, Any]:
    """Return the texts of some fields as YAML has them: days as dates, counts as numbers, sentences
    and what a decision is about as lists.
    """
    valeurs: dict[str, Any] = {}
    for champ in champs:
        texte = textes.get(champ)
        if not texte:
            continue
        if champ in ("date", "date_arretee", "echeance"):
            valeurs[champ] = date.fromisoformat(texte)
        elif champ == "combien":
            valeurs[champ] = int(texte)
        elif champ in (*PHRASES, *SUJETS):
            phrases = [ligne.strip() for ligne in texte.splitlines() if ligne.strip()]
            if phrases:
                valeurs[champ] = phrases
        else:
            valeurs[champ] = texte
    return valeurs
