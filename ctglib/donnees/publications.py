"""The register of what was published, read and written: ``suivi/publications.json``.

It lies with what is entered: a publication that changes no mask then leaves the reports up to date.
It has no count that a report hides, only fingerprints of them that take the secret key.
"""

import hashlib
import json
from collections.abc import Iterator

from pydantic import ValidationError

from ctglib.donnees.cle import chemin_de_la_cle, faire_une_cle
from ctglib.donnees.csv_strict import TableLue, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import CONVENTIONS, cle_de, existe, lire_octets, signer
from ctglib.donnees.modeles.publications import EffectifCache, Publication, RegistrePublie

FICHIER = "suivi/publications.json"
ANCIEN = "masque.csv"  # what was noted before there was a register: its first entry
NON_NOTEE = "non notée"  # the key of what masque.csv noted
CHIFFRES = 16  # of a fingerprint of the key, or of a hidden count


def chemin_du_registre(convention: str) -> str:
    """Return where the register of a convention lies, in the data folder."""
    return f"{CONVENTIONS}/{convention}/{FICHIER}"


def chemin_de_l_ancien(convention: str) -> str:
    """Return where what was hidden was noted before, in the data folder."""
    return f"{CONVENTIONS}/{convention}/{ANCIEN}"


def lire_publications(convention: str) -> RegistrePublie:
    """Return the register of a convention, empty when nothing was published.

    One that came with a copy of the folder of another convention counts for nothing.

    Raises:
        DonneesInvalides: It is damaged, or masque.csv is.
    """
    ancienne = _ancienne_entree(convention)
    chemin = chemin_du_registre(convention)
    registre = RegistrePublie(convention=convention)
    if existe(chemin):
        try:
            registre = RegistrePublie.model_validate_json(lire_octets(chemin))
        except ValidationError as error:
            premiere = error.errors()[0]
            lieu = ".".join(map(str, premiere["loc"])) or "le fichier entier"
            raise refus(chemin, *mots("registre_abime", lieu=lieu)) from None
    publications = registre.publications if registre.convention == convention else ()
    if ancienne:
        publications = (ancienne, *publications)
    numerotees = [
        publication.model_copy(update={"numero": numero})
        for numero, publication in enumerate(publications, 1)
    ]
    return RegistrePublie(convention=convention, publications=tuple(numerotees))


def _ancienne_entree(convention: str) -> Publication | None:
    """Return what masque.csv noted as an entry of the register, None when there is no such file."""
    chemin = chemin_de_l_ancien(convention)
    if not existe(chemin):
        return None
    table: TableLue = examiner_csv(chemin, "masque")
    if table.fautes:
        raise DonneesInvalides([*table.fautes])
    lieux = table.lignes[["table", "ligne", "colonne"]].drop_duplicates().to_numpy().tolist()
    caches = [
        EffectifCache(nom, ligne, colonne, millesime=0, empreinte="")
        for nom, ligne, colonne in lieux
    ]
    return Publication(numero=1, caches=tuple(caches))


def octets_du_registre(registre: RegistrePublie) -> bytes:
    """Return the file of a register: a count a line, so that two versions compare."""
    contenu = registre.model_dump(mode="json")
    publications = contenu.pop("publications")
    debut = json.dumps(contenu, ensure_ascii=False)[:-1]
    textes = []
    for publication in publications:
        listes = {nom: publication.pop(nom) for nom in ("fichiers", "montres", "caches")}
        lignes = [json.dumps(publication, ensure_ascii=False)[:-1]]
        fichiers = [
            f"{json.dumps(nom, ensure_ascii=False)}: {json.dumps(empreinte)}"
            for nom, empreinte in sorted(listes["fichiers"].items())
        ]
        lignes.append(f' "fichiers": {{{_lignes(fichiers)}}}')
        for nom in ("montres", "caches"):
            effectifs = [json.dumps(effectif, ensure_ascii=False) for effectif in listes[nom]]
            lignes.append(f' "{nom}": [{_lignes(effectifs)}]')
        textes.append(",\n".join(lignes) + "}")
    suite = ",\n".join(textes)
    return f'{debut},\n"publications": [\n{suite}\n]}}\n'.encode()


def _lignes(textes: list[str]) -> str:
    return ",".join(f"\n  {texte}" for texte in textes)


def empreinte_de_la_cle(cle: bytes) -> str:
    """Return what the register knows a key by: it gives nothing of it away."""
    return hashlib.sha256(b"cle\0" + cle).hexdigest()[:CHIFFRES]


def empreinte_d_un_effectif(cle: bytes, numero: int, nom: tuple, valeur: int) -> str:
    """Return what a publication notes of a count that it hides: who has the key finds it again."""
    contenu = "\0".join(map(str, (numero, *nom, valeur)))
    return signer(cle, contenu.encode())[:CHIFFRES]


def nouvelle_cle(convention: str) -> dict[str, bytes]:
    """Return the file of another key for a convention, by its path in the data folder.

    Raises:
        DonneesInvalides: Something was published, with the key that another would betray.
    """
    registre = lire_publications(convention)
    if registre.publications:
        phrase = mots(
            "nouvelle_cle_publiee",
            publications=len(registre.publications),
            attendue=cle_publiee(registre) or NON_NOTEE,
            nom=convention,
        )
        raise refus(chemin_de_la_cle(convention), *phrase)
    return faire_une_cle(convention)


def fautes_de_la_cle(registre: RegistrePublie, saisi: str) -> Iterator[Faute]:
    """Yield what is wrong with the key of a convention: sensitive values without it, or one that
    is not that of the last publication.

    ``saisi`` is the first of the files that have some, "" when none has.
    """
    convention = registre.convention
    cle = cle_de(convention)
    chemin = chemin_de_la_cle(convention)
    attendue = cle_publiee(registre)
    if attendue and cle and empreinte_de_la_cle(cle) != attendue:
        trouvee = empreinte_de_la_cle(cle)
        phrase = mots("cle_autre", trouvee=trouvee, attendue=attendue, nom=convention)
        yield Faute(chemin, *phrase)
    elif saisi and not cle:
        mot = "cle_publiee_absente" if registre.publications else "cle_absente"
        phrase = mots(mot, saisi=saisi, attendue=attendue or NON_NOTEE, nom=convention)
        yield Faute(chemin, *phrase)


def cle_publiee(registre: RegistrePublie) -> str:
    """Return the fingerprint of the key of the last publication that tells it, or ""."""
    cles = [publication.cle for publication in registre.publications if publication.cle]
    return cles[-1] if cles else ""
