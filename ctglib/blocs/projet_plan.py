"""The annexe of the plan in the draft of the next convention: the axes, what the comité decided,
then each fiche in the order of those that were signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ctglib.blocs.criteres import decomptes
from ctglib.blocs.decisions import fil_des_decisions, mot_de_l_etat
from ctglib.blocs.moyens import Moyens
from ctglib.blocs.projet import CHAPITRE, RUBRIQUE, SECTION, Manque, Projet, source_de_la_valeur
from ctglib.blocs.projet_diagnostic import AnnexeDuDiagnostic
from ctglib.blocs.propositions import service
from ctglib.blocs.reprise import arret_de_l_indicateur, rangs_repris
from ctglib.calculs.ecriture import enumerer, majuscule, minuscule, nombre
from ctglib.calculs.etats import totaux
from ctglib.calculs.evaluation import IMPLICITE
from ctglib.calculs.ordre import rang_dans
from ctglib.document.blocs import Bloc, Groupe, Titre, liste, paragraphe
from ctglib.document.contexte import avec_marque, verdict_dit
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.plan import Fiche, IndicateurFiche, ValeurDatee

FAITES = ("faite", "abandonnee", "rejetee")  # what became of a decision that is behind us


@dataclass(frozen=True)
class AnnexeDuPlan:
    """The annexe of the plan: the axes, what the comité has decided, then fiche by fiche."""

    projet: Projet

    def blocs(self) -> Groupe:
        """Return the annexe."""
        projet = self.projet
        titre = projet.annexe("fiches", projet.titre("plan"))
        blocs = Groupe((Titre(titre, CHAPITRE),))
        blocs += paragraphe(projet.mot("repris_du_texte", avant=projet.avant))
        blocs += self._axes()
        if len(self._decisions_ouvertes()):
            blocs += self._decisions_du_comite()
        diagnostic = AnnexeDuDiagnostic(projet)
        for fiche in projet.convention.fiches:
            blocs += self._fiche(fiche, diagnostic)
        return blocs

    def manques(self) -> Iterator[Manque]:
        """Yield what is left to be filled of the decisions and of the fiches."""
        projet = self.projet
        parties = [projet.mot("les_parties")]
        fiches = projet.convention.fiches
        ouvertes = self._decisions_ouvertes()
        sans_qui_ni_quand = ouvertes["responsable"].eq("") | ouvertes["echeance"].eq("")
        yield "decisions", parties * int(sans_qui_ni_quand.sum())
        sans_decision = self.decisions_prises().eq(projet.mot("sans_decision"))
        yield "objectifs_a_decider", parties * int(sans_decision.sum())
        yield "echeances", parties * sum(len(fiche.modalites) for fiche in fiches)
        indicateurs = projet.indicateurs
        donnes = [nom for nom in indicateurs if projet.a_ete_donne(nom)]
        yield "cibles", parties * len(donnes)
        muets = projet.parcours.loc[[nom for nom in indicateurs if nom not in donnes]]
        yield "jamais_donnes", muets["responsable"].map(self._service)
        connus = [nom for fiche in fiches for nom in self._derniers_moyens(fiche)["nom"]]
        yield "moyens", [*connus, *(nom for fiche in fiches for nom in self._sans_moyens(fiche))]

    def _service(self, identifiant: str) -> str:
        return service(self.projet.etude, identifiant)

    def decisions_prises(self) -> pd.Series:
        """Return what the parties decided of each objective of the fiches that are carried on, in
        words.
        """
        etude = self.projet.etude
        mots = etude.finale.regles.decisions
        prises = etude.decisions_des_objectifs
        dites = []
        for ancienne in self._anciennes.values():
            for rang in range(1, len(ancienne.objectifs) + 1):
                prise = prises.get((ancienne.numero, rang))
                sans_decision = self.projet.mot("sans_decision")
                dites.append(mots[prise.decision] if prise else sans_decision)
        return pd.Series(dites, dtype=object)

    @property
    def _anciennes(self) -> dict[str, Fiche]:
        """The fiches that are carried on, as the plan that ends has them, by number."""
        reprises = {fiche.numero for fiche in self.projet.convention.fiches}
        return {
            fiche.numero: fiche
            for fiche in self.projet.etude.convention.fiches
            if fiche.numero in reprises
        }

    def _axes(self) -> Tableau:
        projet = self.projet
        convention = projet.convention
        axes = {axe.id: axe.titre for axe in convention.axes}
        lignes = []
        for enjeu in convention.enjeux:
            fiches = [
                projet.titre("fiche", numero=fiche.numero, titre=fiche.titre)
                for fiche in convention.fiches
                if fiche.enjeu == enjeu.id
            ]
            dites = " ; ".join(fiches) or projet.mot("aucune_reponse")
            lignes.append({"axe": axes[enjeu.axe], "enjeu": enjeu.titre, "fiches": dites})
        table = pd.DataFrame(lignes, columns=["axe", "enjeu", "fiches"])
        return projet.tableau("axes", table, groupes=table["axe"])

    def _decisions_ouvertes(self) -> pd.DataFrame:
        """Return the decisions of every comité that are not behind us, the earliest comité first
        (``fil_des_decisions``).
        """
        decisions = fil_des_decisions(self.projet.etude)
        ouvertes = decisions[~decisions["etat"].isin(FAITES)]
        return ouvertes.sort_values("annee", kind="stable", ignore_index=True)

    def _decisions_du_comite(self) -> Tableau:
        projet = self.projet
        vide = projet.mot("a_completer")
        arrete = projet.etude.arrete

        def echeance(jour: str) -> str:
            if not jour:
                return vide
            passe = projet.mot("passee") if pd.Timestamp(jour) < arrete else ""
            return date_longue(pd.Timestamp(jour).date()) + passe

        return projet.tableau(
            "decisions",
            self._decisions_ouvertes(),
            {
                "annee": str,
                "responsable": lambda responsable: responsable or vide,
                "echeance": echeance,
                "etat": lambda etat: mot_de_l_etat(projet.etude, etat),
            },
        )

    def _fiche(self, fiche: Fiche, diagnostic: AnnexeDuDiagnostic) -> Groupe:
        """Return a fiche, in the order of those that were signed."""
        projet = self.projet
        convention = projet.convention
        axes = {axe.id: axe.titre for axe in convention.axes}
        enjeux = {enjeu.id: enjeu.titre for enjeu in convention.enjeux}
        titre = projet.titre("fiche", numero=fiche.numero, titre=fiche.titre)
        blocs = Groupe((Titre(titre, SECTION),))
        blocs += paragraphe(projet.mot("axe", axe=axes[fiche.axe], enjeu=enjeux[fiche.enjeu]))
        rubriques = {
            "constat": self._constat(fiche, diagnostic),
            "publics": self._liste(fiche.publics, "aucun_public"),
            "objectifs": self._objectifs(fiche),
            "modalites": self._modalites(fiche),
            "echeances": paragraphe(projet.mot("echeance_de_la_fiche", periode=projet.periode)),
            "services": self._services(fiche),
            "resultats": self._resultats(fiche),
            "partenaires": self._liste(fiche.partenaires, "aucun_partenaire"),
            "indicateurs": self._indicateurs(fiche),
            "moyens": self._moyens(fiche),
        }
        for cle, contenu in rubriques.items():
            blocs += Titre(projet.titre(cle), RUBRIQUE) + contenu
        return blocs

    def _liste(self, textes: Iterable[str], aucun: str) -> Bloc:
        """Return texts as a list, or the blank that says what is to be written."""
        items = list(textes)
        if not items:
            return paragraphe(majuscule(self.projet.a_completer(aucun)))
        return liste(items)

    def _constat(self, fiche: Fiche, diagnostic: AnnexeDuDiagnostic) -> Bloc:
        projet = self.projet
        blocs = self._liste(fiche.constat_initial, "aucun_constat")
        chiffres = diagnostic.phrases_de_la_fiche(fiche.numero)
        if chiffres:
            blocs += paragraphe(projet.mot("besoins_de_la_fiche")) + liste(chiffres)
        return blocs

    def _objectifs(self, fiche: Fiche) -> Bloc:
        """Return each objective with what the follow-up says of it, what the rules propose, and
        what the parties decided; those that they have decided to stop come last.
        """
        projet = self.projet
        etude = projet.etude
        recommandations = etude.recommandations
        table = recommandations[recommandations["fiche"].eq(fiche.numero)]
        if table.empty:
            return paragraphe(majuscule(projet.a_completer("aucun_objectif")))
        ancienne = self._anciennes[fiche.numero]
        repris = rangs_repris(etude, ancienne)
        prises = etude.decisions_des_objectifs
        mots = etude.finale.regles.decisions

        def su(objectif: pd.Series) -> str:
            if not objectif["lu"]:
                return projet.mot("sans_lecture")
            return " ; ".join(decomptes(projet.etude, objectif))

        def decide(objectif: pd.Series) -> str:
            prise = prises.get((objectif["fiche"], objectif["objectif"]))
            if prise is None:
                return projet.mot("decision_a_prendre")
            commentaire = f" : {minuscule(prise.commentaire)}" if prise.commentaire else ""
            return mots[prise.decision] + commentaire

        def groupe(rang: int) -> str:
            if rang not in repris:
                return projet.mot("non_repris")
            decide_deja = (fiche.numero, rang) in prises
            return projet.mot("repris" if decide_deja else "repris_a_decider")

        groupes = table["objectif"].map(groupe)
        ordre = [projet.mot(cle) for cle in ("repris", "repris_a_decider", "non_repris")]
        table = table.assign(groupe=groupes).sort_values(
            "groupe", key=lambda noms: noms.map(ordre.index), kind="stable"
        )
        return projet.tableau(
            "objectifs",
            table,
            {
                "su": su,
                "proposition": lambda ligne: mots[ligne["decision"]] if ligne["lu"] else RIEN,
                "prise": decide,
            },
            nom=fiche.numero,
            mots={"numero": fiche.numero},
            groupes=table["groupe"],
        )

    def _modalites(self, fiche: Fiche) -> Bloc:
        """Return the modalités that are carried on, then the others, each with where it stands."""
        projet = self.projet
        etats = projet.etude.etats
        table = etats[etats["fiche"].eq(fiche.numero)]
        reprises = {modalite.numero for modalite in fiche.modalites}
        est_reprise = table["modalite"].isin(reprises)
        table = table.assign(
            groupe=est_reprise.map({True: projet.mot("repris"), False: projet.mot("non_repris")})
        )
        table = pd.concat([table[est_reprise], table[~est_reprise]])
        blocs = Groupe()
        if not reprises:
            blocs += paragraphe(majuscule(projet.a_completer("aucune_modalite")))
        if table.empty:
            return blocs
        vide = projet.mot("a_completer")
        ecrites = {item.numero: item.texte for item in self._anciennes[fiche.numero].modalites}
        return blocs + projet.tableau(
            "modalites",
            table.assign(libelle=table["modalite"].map(ecrites)),
            {
                "etat": lambda ligne: ligne["mot"],
                "nouvelle": lambda ligne: vide if ligne["modalite"] in reprises else RIEN,
            },
            nom=fiche.numero,
            mots={"numero": fiche.numero},
            groupes=table["groupe"],
        )

    def _services(self, fiche: Fiche) -> Bloc:
        projet = self.projet
        noms = {partie.id: partie.nom for partie in projet.convention.parties}
        blocs = self._liste(fiche.services, "aucun_service")
        pilotes = [
            noms.get(pilote.id) or self._service(pilote.id)
            for pilote in fiche.pilotes
            if pilote.service or pilote.id in noms  # one of a party that has left is nobody
        ]
        if pilotes:
            blocs += paragraphe(projet.mot("pilotes", pilotes=enumerer(pilotes)))
        if fiche.responsable:
            nom = self._service(fiche.responsable)
            blocs += paragraphe(projet.mot("responsable", service=nom))
        return blocs

    def _resultats(self, fiche: Fiche) -> Bloc:
        resultats = [
            resultat.libelle
            if resultat.indicateurs
            else self.projet.mot("resultat_sans_indicateur", resultat=resultat.libelle)
            for resultat in fiche.resultats
        ]
        return self._liste(resultats, "aucun_resultat")

    def _indicateurs(self, fiche: Fiche) -> Bloc:
        """Return the indicators that were given, those that never were, and those that end."""
        projet = self.projet
        donnes = [prevu for prevu in fiche.indicateurs if projet.a_ete_donne(prevu.id)]
        muets = [prevu for prevu in fiche.indicateurs if not projet.a_ete_donne(prevu.id)]
        blocs = Groupe()
        if not fiche.indicateurs:
            blocs += paragraphe(majuscule(projet.a_completer("aucun_indicateur")))
        if donnes:
            blocs += self._donnes(fiche, donnes)
        if muets:
            blocs += self._muets(fiche, muets)
        suivis = set(fiche.suivis)
        ancienne = self._anciennes[fiche.numero]
        non_repris = []
        for prevu in ancienne.indicateurs:
            if prevu.id not in suivis:
                motif = arret_de_l_indicateur(projet.etude, ancienne, prevu) or "sans_terme"
                libelle = projet.etude.contexte.indicateurs[prevu.id].libelle
                non_repris.append(f"{libelle} ({projet.mot(f'motif_{motif}')})")
        if non_repris:
            phrase = projet.mot("indicateurs_non_repris", indicateurs=" ; ".join(non_repris))
            blocs += paragraphe(phrase)
        return blocs

    def _lignes(self, prevus: Iterable[IndicateurFiche]) -> pd.DataFrame:
        """Return the rows of some indicators, those that the convention writes first."""
        lignes = self.projet.parcours.loc[[prevu.id for prevu in prevus]]
        ecrits = lignes["origine"].eq("convention")
        mots = {True: self.projet.mot("ecrits"), False: self.projet.mot("proposes")}
        lignes = lignes.assign(groupe=ecrits.map(mots))
        return pd.concat([lignes[ecrits], lignes[~ecrits]]).reset_index(drop=True)

    def _donnes(self, fiche: Fiche, donnes: Iterable[IndicateurFiche]) -> Tableau:
        projet = self.projet
        contexte = projet.etude.contexte
        table = self._lignes(donnes)
        departs = {prevu.id: prevu.valeur_initiale for prevu in fiche.indicateurs}

        def depart(ligne: pd.Series) -> str:
            valeur = departs[ligne["indicateur"]]
            if not isinstance(valeur, ValeurDatee):
                return projet.mot("qualitatif", annees=int(ligne["annees_connues"]))
            texte = contexte.valeur(ligne["indicateur"], valeur.valeur)
            return avec_marque(texte, ligne["statut_connue"], valeur.annee)

        def origine(ligne: pd.Series) -> str:
            valeur = departs[ligne["indicateur"]]
            if not isinstance(valeur, ValeurDatee):
                return RIEN
            source = source_de_la_valeur(projet.etude, ligne["indicateur"], valeur.annee)
            if source:
                return source
            # What is worked out has its reference, after « dernière valeur connue »; the start
            # says already that it is provisional.
            _, _, calcul = valeur.reference.partition(" ; ")
            provisoire = projet.regles.convention["provisoire"]
            return calcul.removesuffix(f" ; {provisoire}") or valeur.reference

        def precedente(ligne: pd.Series) -> str:
            if pd.isna(ligne["cible"]):
                return projet.mot("sans_cible")
            texte = f"{contexte.valeur(ligne['indicateur'], ligne['cible'])} "
            texte += f"({ligne['annee_cible']})"
            if ligne["origine_cible"] == IMPLICITE:
                texte = projet.mot("cible_implicite", cible=texte)
            mots = projet.etude.catalogue.evaluation
            verdict = verdict_dit(ligne, ligne["derniere"], contexte, mots)
            return f"{texte} : {verdict}"

        vide = projet.mot("a_completer")
        return projet.tableau(
            "indicateurs",
            table,
            {
                "depart": depart,
                "source_du_depart": origine,
                "precedente": precedente,
                "repere": lambda ligne: self._repere(ligne["indicateur"]),
                "nouvelle": lambda ligne: vide,
            },
            nom=fiche.numero,
            mots={"numero": fiche.numero},
            groupes=table["groupe"],
            statuts=table["statut_connue"],
        )

    def _repere(self, indicateur: str) -> str:
        """Return how far its past can take an indicator, with the rule, or why nothing is said."""
        projet = self.projet
        trouve = projet.reperes[indicateur]
        if trouve.motif:
            cle = f"repere_{trouve.motif}"
            if trouve.motif == "trop_peu" and trouve.rupture:
                cle += "_depuis"
            return projet.mot(
                cle,
                n=trouve.variations,
                rupture=trouve.rupture,
                minimum=projet.regles.variations_au_moins,
            )
        contexte = projet.etude.contexte
        definition = contexte.indicateurs[indicateur]
        texte = projet.mot(
            f"repere_{definition.sens}",
            repere=contexte.valeur(indicateur, trouve.valeur),
            fin=projet.convention.fin.year,
            depart=contexte.valeur_nue(indicateur, trouve.depart),
            annees=projet.duree,
            gain=nombre(trouve.gain, definition.decimales),
            avant=trouve.annee - 1,
            annee=trouve.annee,
        )
        if pd.notna(trouve.borne):
            borne = contexte.valeur(indicateur, trouve.borne)
            touts = [nom for nom in (definition.partie_de, definition.capacite) if nom]
            tout = [nom for nom in touts if projet.parcours["connue"].get(nom) == trouve.borne]
            if tout:
                libelle = contexte.indicateurs[tout[0]].libelle
                return texte + projet.mot("repere_du_tout", borne=borne, libelle=libelle)
            return texte + projet.mot("repere_borne", borne=borne)
        return texte

    def _muets(self, fiche: Fiche, muets: Iterable[IndicateurFiche]) -> Tableau:
        projet = self.projet
        contexte = projet.etude.contexte
        table = self._lignes(muets)

        def libelle(ligne: pd.Series) -> str:
            if pd.isna(ligne["valeur_initiale"]):
                return ligne["libelle"]
            valeur = contexte.valeur(ligne["indicateur"], ligne["valeur_initiale"])
            annee = ligne["annee_initiale"]
            du_texte = projet.mot("valeur_du_texte", valeur=valeur, annee=annee)
            return f"{ligne['libelle']} {du_texte}"

        def qui(ligne: pd.Series) -> str:
            collecte = contexte.indicateurs[ligne["indicateur"]].collecte
            document = f" ({minuscule(collecte.document)})" if collecte else ""
            return majuscule(self._service(ligne["responsable"])) + document

        return projet.tableau(
            "muets",
            table,
            {
                "intitule": libelle,
                "qui": qui,
                "pourquoi": self._raison,
                "suite": lambda ligne: projet.mot("garder"),
            },
            nom=fiche.numero,
            mots={"numero": fiche.numero},
            groupes=table["groupe"],
        )

    def _raison(self, ligne: pd.Series) -> str:
        """Return why an indicator was never given, as far as the data say it."""
        projet = self.projet
        etude = projet.etude
        definition = etude.contexte.indicateurs[ligne["indicateur"]]
        raisons = []
        if definition.termes:
            termes = [
                minuscule(etude.contexte.indicateurs[nom].libelle) for nom in definition.termes
            ]
            raisons.append(projet.mot("calcule", termes=enumerer(termes)))
        elif ligne["facultatif"]:
            raisons.append(projet.mot("facultatif"))
        observations = etude.suivi.observations
        notes = observations.loc[observations["indicateur"].eq(ligne["indicateur"]), "note"]
        raisons += [f"« {note} »" for note in notes.unique() if note]
        if not raisons and projet.sans_suivi:
            raisons.append(projet.aucun_suivi)
        return " ; ".join(raisons) or projet.mot("raison_inconnue")

    def _derniers_moyens(self, fiche: Fiche) -> pd.DataFrame:
        """Return, by signatory and nature, the last amount known of a fiche and its year."""
        etude = self.projet.etude
        par_annee = [
            suivi.moyens.assign(annee=annee) for annee, suivi in etude.suivi.suivis.items()
        ]
        moyens = pd.concat(par_annee)
        de_la_fiche = moyens[moyens["fiche"].eq(fiche.numero)]
        sommes = totaux(de_la_fiche, ["signataire", "nature", "annee"])
        connues = sommes[sommes["valeur_connue"].notna()].sort_values("annee", kind="stable")
        dernieres = connues.drop_duplicates(["signataire", "nature"], keep="last")
        natures = [nature.id for nature in etude.catalogue.moyens.natures]
        dernieres = dernieres.sort_values("nature", key=rang_dans(natures), kind="stable")
        parties = [(partie.id, partie.nom_court) for partie in self.projet.convention.parties]
        signataires = pd.DataFrame(parties, columns=["signataire", "nom"])
        return signataires.merge(dernieres, on="signataire")

    def _sans_moyens(self, fiche: Fiche) -> list[str]:
        """Return the signatories of whom no amount is known for a fiche."""
        connus = set(self._derniers_moyens(fiche)["signataire"])
        return [
            partie.nom_court for partie in self.projet.convention.parties if partie.id not in connus
        ]

    def _moyens(self, fiche: Fiche) -> Bloc:
        projet = self.projet
        etude = projet.etude
        table = self._derniers_moyens(fiche)
        natures = {nature.id: nature.libelle for nature in etude.catalogue.moyens.natures}
        montants = Moyens(etude)
        vide = projet.mot("a_completer")

        def connu(ligne: pd.Series) -> str:
            return montants.total(
                ligne["valeur"], ligne["valeur_connue"], ligne["statut"], ligne["nature"]
            )

        blocs = Groupe()
        if len(table):
            blocs += projet.tableau(
                "moyens",
                table,
                {
                    "nature": lambda nature: natures[nature],
                    "connu": connu,
                    "annee": str,
                    "prevu": lambda ligne: vide,
                },
                nom=fiche.numero,
                mots={"numero": fiche.numero},
                statuts=table["statut"],
            )
        sans_moyens = self._sans_moyens(fiche)
        if sans_moyens:
            blocs += paragraphe(projet.mot("sans_moyens", parties=", ".join(sans_moyens)))
        return blocs
