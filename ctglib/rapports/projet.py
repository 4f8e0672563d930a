"""The draft of the annexes of the next convention, drawn from the evaluation of the one that ends:
the diagnostic, then the plan, in the order of a signed text.

The parties finish it in Word. Every number has its year and its source; what no data say is a blank
to be filled (« à compléter »), and is counted on the first page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from ctglib.blocs.projet import CHAPITRE, Projet
from ctglib.blocs.projet_diagnostic import AnnexeDuDiagnostic
from ctglib.blocs.projet_plan import AnnexeDuPlan
from ctglib.blocs.reprise import arret_de_la_fiche
from ctglib.calculs.ecriture import majuscule
from ctglib.document.blocs import Couverture, Groupe, Titre, liste
from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class ProjetDAnnexes:
    """The document, part by part."""

    projet: Projet

    def couverture(self) -> Couverture:
        """Return the cover: that of the evaluation, which says what data were read, with the dates
        of the convention to come.
        """
        projet = self.projet
        ancienne = projet.etude.couverture(projet.titre("sujet"), "")
        parties, _, (lues, donnees), (_, statut) = ancienne.mentions
        mentions = (
            parties,
            (projet.mot("mention_des_dates"), projet.periode),
            (projet.mot("mention_de_l_origine"), projet.etude.convention.titre),
            (lues, f"{donnees} ; {statut}"),
            (projet.mot("mention_du_statut"), projet.mot("statut")),
        )
        return replace(ancienne, mentions=mentions)

    def corps(self) -> Groupe:
        """Return the whole document, its heading first."""
        projet = self.projet
        diagnostic = AnnexeDuDiagnostic(projet)
        plan = AnnexeDuPlan(projet)
        corps = Groupe((Titre(projet.titre("document"), 1),))
        corps += Titre(projet.titre("reprise"), CHAPITRE)
        corps += liste(self._reprise(plan))
        corps += self._a_completer(diagnostic, plan)
        corps += diagnostic.blocs()
        corps += plan.blocs()
        corps += Titre(projet.titre("questions"), CHAPITRE)
        lacunes = pd.DataFrame([lacune.model_dump() for lacune in projet.regles.lacunes])
        mots = {"texte": projet.convention.source_texte}
        return corps + projet.tableau("questions", lacunes, mots=mots)

    def _reprise(self, plan: AnnexeDuPlan) -> Iterator[str]:
        """Yield what is carried on, in numbers, and how a mark is read."""
        projet = self.projet
        etude = projet.etude
        fiches = projet.convention.fiches
        yield projet.mot("lecture", avant=projet.avant)
        yield projet.mot("annees")
        if projet.sans_suivi:
            yield f"{majuscule(projet.aucun_suivi)}."
        total = len(etude.convention.fiches)
        yield projet.mot("fiches_reprises", reprises=len(fiches), total=total)
        for fiche in etude.convention.fiches:
            motif = arret_de_la_fiche(etude, fiche)
            if motif:
                mots = {"numero": fiche.numero, "titre": fiche.titre}
                yield projet.mot("fiche_non_reprise", motif=projet.mot(f"motif_{motif}"), **mots)
        comptes = plan.decisions_prises().value_counts()
        if len(comptes):
            ordre = [*etude.finale.regles.decisions.values(), projet.mot("sans_decision")]
            dits = [f"{mot}, {comptes[mot]}" for mot in ordre if mot in comptes]
            yield projet.mot("objectifs_repris", comptes=" ; ".join(dits))
        indicateurs = projet.indicateurs
        donnes = [nom for nom in indicateurs if projet.a_ete_donne(nom)]
        muets = len(indicateurs) - len(donnes)
        cle = "indicateurs_muets" if muets else "indicateurs_repris"
        yield projet.mot(cle, connus=len(donnes), total=len(indicateurs), n=muets)
        if donnes:
            yield projet.mot(
                "cibles_et_reperes",
                cibles=len(donnes),
                reperes=sum(not projet.reperes[nom].motif for nom in donnes),
                annees=projet.duree,
                minimum=projet.regles.variations_au_moins,
            )

    def _a_completer(self, diagnostic: AnnexeDuDiagnostic, plan: AnnexeDuPlan) -> Tableau:
        """Return what is left to be filled, how much of it, and by whom."""
        lignes = []
        for cle, detenteurs in (*diagnostic.manques(), *plan.manques()):
            comptes = pd.Series(list(detenteurs), dtype=object).value_counts()
            qui = [f"{nom} ({combien})" for nom, combien in comptes.items()]
            if len(comptes) == 1:
                qui = [str(comptes.index[0])]
            if qui:
                lignes.append((self.projet.mot(cle), int(comptes.sum()), " ; ".join(qui)))
        manques = pd.DataFrame(lignes, columns=["quoi", "nombre", "qui"])
        return self.projet.tableau("a_completer", manques)
