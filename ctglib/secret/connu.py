"""What readers know from earlier publications, and what one more of them is to note.

A publication is remembered by its counts: those that it showed, and those that it hid. Of each, a
reader of today's reports knows whether it is still the same. If it is, it is one count, with one
name: shown once, it can no longer be hidden; hidden once, it stays so. If it is not, because it was
corrected since, the count of that publication is another, never shown again, that its own sums tie
to the counts of today: the number of the publication is in its ``millesime``, which is negative.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from ctglib.donnees.modeles.publications import (
    EffectifCache,
    EffectifMontre,
    Publication,
    RegistrePublie,
)
from ctglib.donnees.publications import empreinte_d_un_effectif
from ctglib.secret.masque import CLE, regles_de
from ctglib.secret.modele import (
    Cellule,
    Cle,
    Lien,
    Lieu,
    Tirage,
    deduire_les_inconnues,
    familles,
    rangs_vrais,
)

# Hidden counts are looked for up to so many times the greatest that a publication showed.
AU_DELA = 2
RANG = 10_000  # more than a year: the name of a count of a publication has both

Liens = Callable[[list[Cle]], list[Lien]]  # the sums that readers of some counts know of


class Connu(NamedTuple):
    """What readers know from publications, in terms of the counts of today."""

    publiees: frozenset[Cle] = frozenset()  # counts of today that a publication showed
    lieux_caches: frozenset[Lieu] = frozenset()  # the places that one hid
    anciennes: tuple[Cellule, ...] = ()  # counts of theirs that are no longer those of today
    liens: tuple[Lien, ...] = ()  # the sums that have such a count
    # Counts of which one at least is small, as a publication lets conclude by itself.
    regles: tuple[frozenset[Cle], ...] = ()
    # The last value published of each count, shown or hidden: what a bilan may keep.
    valeurs: Mapping[Cle, int] = {}

    def jusqu_a(self, annee: int) -> Connu:
        """Return the part of it that is about the years up to one."""
        return self._replace(
            anciennes=tuple(
                cellule for cellule in self.anciennes if annee_de(cellule.cle) <= annee
            ),
            liens=tuple(lien for lien in self.liens if max(map(annee_de, lien.termes)) <= annee),
            regles=tuple(regle for regle in self.regles if max(map(annee_de, regle)) <= annee),
        )


def annee_de(cle: Cle) -> int:
    """Return the year that a count is about: « profils/2024/laep », « observations/2024/… »."""
    return int(cle.table.split("/")[1])


def connaitre(
    registre: RegistrePublie,
    cellules: Iterable[Cellule],
    liens: Iterable[Lien],
    *,
    annee: int,
    seuil: int,
    cle: bytes,
    sommes_de: Liens,
) -> Connu:
    """Return what the readers of all publications know.

    Args:
        registre: The publications, in order.
        cellules: The counts of today.
        liens: The sums that readers of today's reports know of.
        annee: The year of the bilan: what is about a later one has no tie with it.
        seuil: From 1 to under it, a count is small.
        cle: The secret key, which finds again the counts that were hidden.
        sommes_de: The sums that go with some counts, by their names.
    """
    aujourd_hui, sommes = deduire_les_inconnues(cellules, liens)
    sommes_d_aujourd_hui = {_somme(lien) for lien in sommes}
    publiees: set[Cle] = set()
    lieux_caches: set[Lieu] = set()
    anciennes: dict[Cle, Cellule] = {}
    liens_anciens: dict[tuple, Lien] = {}
    regles: dict[frozenset[Cle], None] = {}
    valeurs: dict[Cle, int] = {}
    noms: dict[tuple[Cle, int | None], Cle] = {}  # of the counts that are no longer those of today
    for publication in registre.publications:
        if publication.annee is None:  # only places were noted then
            lieux_caches |= {cache[:3] for cache in publication.caches}
            continue
        montrees = _montrees(publication, annee)
        cachees = _cachees(publication, annee, cle, aujourd_hui)
        d_alors = [*montrees, *cachees]
        effectifs, sommes = deduire_les_inconnues(
            d_alors, sommes_de([cellule.cle for cellule in d_alors])
        )
        nom_de: dict[Cle, Cle] = {}
        for nom, cellule in effectifs.items():
            valeur = aujourd_hui[nom].valeur if nom in aujourd_hui else None
            if valeur is not None and valeur == cellule.valeur:
                nom_de[nom] = nom
            else:
                ancien = nom._replace(millesime=-(RANG * publication.numero + nom.millesime))
                nom_de[nom] = noms.setdefault((nom, cellule.valeur), ancien)
                anciennes.setdefault(nom_de[nom], _ancienne(cellule, nom_de[nom]))
        publiees |= {cellule.cle for cellule in montrees if nom_de[cellule.cle] == cellule.cle}
        valeurs |= {
            cellule.cle: cellule.valeur for cellule in d_alors if cellule.valeur is not None
        }
        for regle in _regles(effectifs, sommes, lieux_caches, seuil):
            # Alone, it is small by the rule itself; corrected since, no mask would do better.
            if len(regle) > 1 or all(nom_de[nom] == nom for nom in regle):
                regles[frozenset(nom_de[nom] for nom in regle)] = None
        lieux_caches |= {cellule.cle.lieu for cellule in cachees}
        for lien in sommes:
            parties = tuple(nom_de[partie] for partie in lien.parties)
            renomme = Lien(nom_de[lien.total], parties, exacte=True)
            if _somme(renomme) not in sommes_d_aujourd_hui:
                liens_anciens[_somme(renomme)] = renomme
    return Connu(
        frozenset(publiees),
        frozenset(lieux_caches),
        tuple(anciennes.values()),
        tuple(liens_anciens.values()),
        tuple(regles),
        valeurs,
    )


def _regles(
    effectifs: dict[Cle, Cellule],
    sommes: list[Lien],
    lieux_caches: Collection[Lieu],
    seuil: int,
) -> Iterator[frozenset[Cle]]:
    """Yield the hidden counts of a publication of which its reader knows that one is small."""
    tirage = Tirage(b"")
    for famille in familles(effectifs, sommes, frozenset(lieux_caches), seuil, tirage):
        rangs_caches = rangs_vrais(famille.masquables)  # what was shown is ``publiee``
        yield from regles_de(famille, rangs_caches)


def _ancienne(cellule: Cellule, cle: Cle) -> Cellule:
    """Return a count of a publication that is no longer that of today: never shown again."""
    cachee = cellule.affichee and not cellule.publiee
    protegee = cachee and cellule.valeur is not None
    return cellule._replace(cle=cle, affichee=cellule.publiee, protegee=protegee)


def _somme(lien: Lien) -> tuple[Cle, frozenset[Cle]]:
    return lien.total, frozenset(lien.parties)


def _cle(effectif: EffectifMontre | EffectifCache) -> Cle:
    return Cle(effectif.table, effectif.ligne, effectif.colonne, effectif.millesime)


def _montrees(publication: Publication, annee: int) -> list[Cellule]:
    cellules = []
    for montre in publication.montres:
        cle = _cle(montre)
        if annee_de(cle) <= annee:
            cellules.append(Cellule(cle, montre.effectif, affichee=True, publiee=True))
    return cellules


def _cachees(
    publication: Publication, annee: int, cle: bytes, aujourd_hui: Mapping[Cle, Cellule]
) -> list[Cellule]:
    """Return the counts that a publication hid, with their values.

    Where nothing tells it, because it was noted before there was a register or because the key is
    another, it is that of today.
    """
    plus_grand = max((montre.effectif for montre in publication.montres), default=0)
    cellules = []
    for cache in publication.caches:
        cle_de_l_effectif = _cle(cache)
        if annee_de(cle_de_l_effectif) > annee:
            continue
        actuelle = aujourd_hui.get(cle_de_l_effectif)
        valeur = actuelle.valeur if actuelle else None
        essais = [valeur or 0, *range(AU_DELA * plus_grand + 1)]
        for essai in essais:
            empreinte = empreinte_d_un_effectif(cle, publication.numero, cle_de_l_effectif, essai)
            if empreinte == cache.empreinte:
                valeur = essai
                break
        cellules.append(
            Cellule(
                cle_de_l_effectif,
                valeur,
                sensible=actuelle.sensible if actuelle else True,
            )
        )
    return cellules


def noter(
    effectifs: pd.DataFrame, numero: int, cle: bytes
) -> tuple[tuple[EffectifMontre, ...], tuple[EffectifCache, ...]]:
    """Return the counts that a publication shows and those that it hides, in the order of names.

    ``effectifs`` has the columns ``masque.CLE``, effectif (true values) and montre.
    """
    donnes = effectifs[effectifs["effectif"].notna()].sort_values(CLE)
    montres = []
    caches = []
    for *nom, effectif, montre in donnes[[*CLE, "effectif", "montre"]].to_numpy(object).tolist():
        table, ligne, colonne, millesime = nom
        place = (str(table), str(ligne), str(colonne), int(millesime))
        if montre:
            montres.append(EffectifMontre(*place, int(effectif)))
        else:
            empreinte = empreinte_d_un_effectif(cle, numero, place, int(effectif))
            caches.append(EffectifCache(*place, empreinte))
    return tuple(montres), tuple(caches)
