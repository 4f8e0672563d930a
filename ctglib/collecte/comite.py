"""What the comité's rows must say together, before they become one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.entrees import Entree
    from ctglib.collecte.fusion import Cle
    from ctglib.collecte.suivi import Suivi
    from ctglib.donnees.fautes import Faute

# What the file itself lacks when nothing is said of the comité.
CHAMP_DU_COMITE = "comite.date"
_DATE, _ABSENCE = ("bilan", ("comite_date",)), ("bilan", ("comite_absence",))


def fautes_de_comite(cadre: Cadre, entrees: dict[Cle, Entree], apres: Suivi) -> list[Faute]:
    """Return the faults of a comité that both met and did not, or that decided without having met."""
    rubriques = cadre.gabarit.rubriques
    words = f"« {cadre.mots(rubriques['comite_date'].libelle)} » ou « {rubriques['comite_absence'].libelle} »"
    if _DATE in entrees and _ABSENCE in entrees:
        remedy = "garder la date s'il s'est tenu, la raison s'il ne s'est pas tenu"
        found = "une date, et la raison pour laquelle le comité ne s'est pas tenu"
        return [entrees[_ABSENCE].origine.faute("valeur", found, f"{words}, l'une des deux", remedy)]
    said = any((name,) in apres["bilan"] for name in ("comite_date", "comite_absence"))
    about = [entry for (table, _), entry in entrees.items() if table in ("decisions", "suites")]
    if said or not about:
        return []
    column = "texte" if about[0].table == "decisions" else "etat"
    found = "une décision, alors que rien n'est dit du comité"
    return [about[0].origine.faute(column, found, f"{words}, remplie", "remplir l'une des deux lignes")]
