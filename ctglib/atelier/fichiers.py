"""Lire un fichier à soi : un CSV tel qu'un tableur français l'enregistre, et dire ce que l'on en a
compris.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ctglib.atelier.phrases import dire, impossible
from ctglib.atelier.tables import avec_attributs
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.formats import lire_tableaux
from ctglib.donnees.lecture import noter_ouverture, racine, sans_accents
from ctglib.donnees.marques import Marque, Origine
from ctglib.donnees.nombres import nombres
from ctglib.donnees.ouvertures import lire_evenement
from ctglib.donnees.publiques import reperes

ESPACES = re.compile(r"[\s\u00a0\u202f]+")
NOMBRE = re.compile(r"-?\d+(?:\.\d+)?")
MILLIERS = re.compile(r"-?\d{1,3}(?:[\s\u00a0\u202f]\d{3})+(?:,\d+)?")
UN_CODE = re.compile(r"\b(?:code|insee|codgeo|depcom|siren|iris|com|dep)\b")
SANS_ZERO = re.compile(r"[1-9]\d{3}")  # « 1001 » for « 01001 »
ABSENTS = {"", "-", "–", "na", "n/a", "nc", "nd", "so", "ns"}
SECRETS = {"s", "secret"}
UTF8 = b"\xef\xbb\xbf"


def importer(
    chemin: str | Path,
    *,
    titre: str | None = None,
    source: str | None = None,
    unite: str = "",
) -> pd.DataFrame:
    """Lit un fichier CSV à soi, et dit ce qu'il en a compris : séparateur, virgules, codes, totaux.

    Les codes restent des textes (« 01001 »), les nombres deviennent des nombres de l'atelier, qui
    portent la source du fichier ; « s » ou « secret » est une valeur secrète. Une ligne de total a
    « total » dans la colonne « ligne » : elle ne s'ajoute pas aux autres.

    Paramètres :
        chemin: Le fichier, depuis le dossier du carnet.
        titre: Le titre ; le nom du fichier par défaut.
        source: Le producteur et le document ; « saisie : nom du fichier » par défaut.
        unite: L'unité des nombres.

    Exemples :
        >>> from ctglib import atelier as a
        >>> import pathlib, tempfile
        >>> fichier = pathlib.Path(tempfile.mkdtemp()) / "places.csv"
        >>> _ = fichier.write_text("commune;code;taux\\nHarnes;62413;3,5\\n", encoding="cp1252")
        >>> a.importer(fichier)["taux"].tolist()
        [3.5]
    """
    fichier = Path(chemin)
    if fichier.suffix.lower() not in (".csv", ".txt", ".tsv"):
        raise impossible("extension_a_lire", fichier=fichier.name)
    if not fichier.is_file():
        raise impossible("fichier_absent", fichier=str(chemin), dossier=Path.cwd())
    # What is read here is read for the notebook: a file of the follow-up closes its exits.
    ouverture = lire_evenement("open", (str(fichier.resolve()), "r", 0), racine())
    if ouverture is not None:
        noter_ouverture(ouverture)
    contenu = fichier.read_bytes()
    try:
        tableau = next(lire_tableaux(fichier.name, contenu))
        (_, entetes), *_ = tableau.premieres
        lignes = [cellules for _, cellules in tableau.suite if any(map(str.strip, cellules))]
    except DonneesInvalides as erreur:
        raise impossible(
            "illisible", raison=erreur.fautes[0].trouve, fichier=fichier.name
        ) from None
    if not lignes:
        raise impossible("fichier_vide", fichier=fichier.name)
    remarques = [_forme(contenu, entetes)]
    noms = _noms(entetes)
    textes = pd.DataFrame(
        [[cellule.strip() for cellule in _longueur(ligne, len(noms))] for ligne in lignes],
        columns=noms,
    )
    source = source or dire("saisie_de_fichier", fichier=fichier.name)
    totaux = _totaux(textes)
    autres = reperes().genres["lignes"] if totaux.any() else ""
    genres = totaux.map({True: reperes().genres["total"], False: autres})
    table = textes.copy()
    for nom in noms:
        colonne = textes[nom]
        valeurs = [_nombre(texte) for texte in colonne]
        if UN_CODE.search(sans_accents(nom).replace("_", " ")):
            table[nom] = _codes(colonne)
            if not table[nom].eq(colonne).all():
                remarques.append(dire("codes_completes", colonne=nom))
            else:
                remarques.append(dire("codes_en_texte", colonne=nom))
        elif any(valeur is not None for valeur in valeurs) and _est_de_nombres(colonne, valeurs):
            origine = Origine(nom, nom, source, unite)
            table[nom] = nombres(
                [float("nan") if valeur is None else valeur for valeur in valeurs],
                [
                    _marque(origine, texte, genre)
                    for texte, genre in zip(colonne, genres, strict=True)
                ],
            )
            if any("," in texte for texte in colonne):
                remarques.append(dire("virgules", colonne=nom))
    if totaux.any():
        table.insert(len(noms), "ligne", totaux.map({True: "total", False: "partie"}))
        cites = ", ".join(f"« {texte} »" for texte in textes.loc[totaux, noms[0]])
        remarques.append(dire("lignes_de_total", nombre=int(totaux.sum()), lignes=cites))
    return avec_attributs(table, titre or fichier.stem, source, remarques)


def _forme(contenu: bytes, entetes: Sequence[str]) -> str:
    """Return in words how a CSV is written: its separator, its encoding."""
    premiere = contenu.split(b"\n", 1)[0]
    separateur = max(";,\t|", key=lambda signe: premiere.count(signe.encode()))
    encodage = "Windows-1252"
    try:
        contenu.decode("utf-8")
        encodage = "UTF-8"
    except UnicodeDecodeError:
        pass
    if contenu.startswith(UTF8):
        encodage += " avec sa marque (BOM)"
    nom = {"\t": "tabulation"}.get(separateur, f"« {separateur} »")
    return dire("forme_du_csv", separateur=nom, encodage=encodage, colonnes=len(entetes))


def _noms(entetes: Sequence[str]) -> list[str]:
    """Return the names of the columns, each once; one without a name is named by its place."""
    noms: list[str] = []
    for rang, entete in enumerate(entetes, start=1):
        nom = ESPACES.sub(" ", entete.lstrip("\ufeff")).strip() or f"colonne {rang}"
        noms.append(nom if nom not in noms else f"{nom} {rang}")
    return noms


def _longueur(ligne: Sequence[str], longueur: int) -> list[str]:
    """Return the cells of a row, as many as there are columns."""
    return [*ligne[:longueur], *[""] * (longueur - len(ligne))]


def _nombre(texte: str) -> float | None:
    """Return the number that a text is, « 1 234,5 » or « 12 % », None when it is none."""
    sans_pourcent = texte.removesuffix("%").strip()
    if MILLIERS.fullmatch(sans_pourcent):
        sans_pourcent = ESPACES.sub("", sans_pourcent)
    if sans_pourcent.count(",") == 1:
        sans_pourcent = sans_pourcent.replace(",", ".")
    return float(sans_pourcent) if NOMBRE.fullmatch(sans_pourcent) else None


def _est_de_nombres(colonne: pd.Series, valeurs: Sequence[float | None]) -> bool:
    """Tell whether every cell of a column is a number, or one of the signs of its absence."""
    connus = ABSENTS | SECRETS
    return all(
        valeur is not None or texte.lower().strip(".") in connus
        for texte, valeur in zip(colonne, valeurs, strict=True)
    )


def _marque(origine: Origine, texte: str, genre: str) -> Marque:
    """Return what a number of a file knows of itself: its source, and that it is suppressed."""
    secret = texte.lower().strip(".") in SECRETS
    if secret:
        return Marque((origine,), origine.unite, "Q", dire("mot_du_secret"), genre=genre)
    absent = texte.lower().strip(".") in ABSENTS
    mot = dire("cellule_vide") if absent else ""
    return Marque((origine,), origine.unite, "L" if absent else "A", mot, genre=genre)


def _codes(colonne: pd.Series) -> pd.Series:
    """Return codes as texts: « 62413.0 » is « 62413 », and a commune gets back its first zero when
    another of the column has five signs.
    """
    codes = colonne.str.removesuffix(".0").str.removesuffix(",0")
    if not codes.str.fullmatch(r"\d[\dAB]\d{3}").any():
        return codes
    return codes.mask(codes.str.fullmatch(SANS_ZERO), "0" + codes)


def _totaux(textes: pd.DataFrame) -> pd.Series:
    """Return which rows are totals: « Total » or « Ensemble » begins one of their texts."""
    mots = tuple(sans_accents(mot) for mot in reperes().recherche.totaux)
    sans = textes.map(sans_accents)
    return sans.apply(lambda ligne: any(texte.startswith(mots) for texte in ligne), axis=1)
