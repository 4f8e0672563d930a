"""The annexe of the diagnostic in the draft of the next convention: each theme then and now, what
changed, the needs that figures show and what answers them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.offre import tableau_offre
from ctglib.blocs.projet import CHAPITRE, SECTION, Manque, Projet
from ctglib.blocs.territoire import DiagnosticRevisite
from ctglib.calculs.comparaison import FICHE, besoins
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule, nombre
from ctglib.calculs.ordre import rang_dans
from ctglib.document.blocs import Bloc, Groupe, Paragraphe, Titre, liste, paragraphe
from ctglib.document.contexte import avec_marque, marquer
from ctglib.document.tableau import RIEN, Ecriture, Tableau

POINT_DU_TEXTE = re.compile(r"\d+(?:\.\d+)*")  # « 1.2.1 », where the diagnostic writes its points
ALORS = ("_alors", "_alors_la")  # ends the columns of the figures of then, here and elsewhere
SUFFIXES = ("", "_la", *ALORS)
DIAGNOSTIC = "diagnostic"


@dataclass(frozen=True)
class AnnexeDuDiagnostic:
    """The annexe of the diagnostic: each theme then and now, what changed, the needs."""

    projet: Projet

    def blocs(self) -> Groupe:
        """Return the annexe, theme by theme in the order of the text."""
        projet = self.projet
        titre = projet.annexe(DIAGNOSTIC, projet.titre(DIAGNOSTIC))
        blocs = Groupe((Titre(titre, CHAPITRE),))
        for theme in self._themes:
            blocs += self._theme(theme)
        revisite = projet.etude.revisite
        connues = replace(projet.etude, revisite=revisite[revisite["apres"].notna()])
        evolutions = DiagnosticRevisite(connues).tableau()
        if evolutions is not None:
            blocs += Titre(projet.titre("evolutions"), SECTION)
            # Texts stand to the left: their columns then share the width of the page.
            colonnes = tuple(replace(colonne, numerique=False) for colonne in evolutions.colonnes)
            blocs += replace(evolutions, colonnes=colonnes)
        blocs += Titre(projet.titre("besoins"), SECTION)
        blocs += self._besoins()
        blocs += Titre(projet.titre("avenir"), SECTION)
        blocs += projet.etude.prolongement.bloc()
        contexte_local = self._contexte_local()
        if contexte_local:
            blocs += Titre(projet.titre("contexte_local"), SECTION)
            blocs += contexte_local
            blocs += Paragraphe(projet.mot("offre_reprise", avant=projet.avant), "note")
        return blocs

    def manques(self) -> Iterator[Manque]:
        """Yield what is left to be filled: figures, needs that no fiche answers."""
        lignes = self._lignes
        vides = lignes[["valeur", "valeur_la"]].isna().any(axis=1)
        yield "chiffres", lignes.loc[vides, "qui"]
        sans_fiche = int(self.besoins["fiches"].eq("").sum())
        yield "besoins_sans_fiche", [self.projet.mot("les_parties")] * sans_fiche

    @property
    def _themes(self) -> list[str]:
        """The themes that have rows, in their order."""
        presents = set(self._lignes["theme"])
        return [
            theme.theme for theme in self.projet.etude.catalogue.themes if theme.theme in presents
        ]

    @cached_property
    def _lignes(self) -> pd.DataFrame:
        """One row an indicator: its figure of now (``valeur``, ``annee``, ``statut``, ``note``),
        that of the reference (``…_la``), those of then (``…_alors``), its theme, who holds it.

        A figure of the same year as that of then, or of an earlier one, is none of now.
        """
        projet = self.projet
        convention = projet.convention
        theme_de = {}
        qui_a = {}
        for theme in projet.etude.catalogue.themes:
            for indicateur in theme.indicateurs:
                theme_de[indicateur.id] = theme.theme
                qui_a[indicateur.id] = indicateur.collecte.qui if indicateur.collecte else ""
        champs = ["valeur", "annee", "statut"]

        def de(table: pd.DataFrame, territoire: str, suffixe: str) -> pd.DataFrame:
            lignes = table[table["territoire"].eq(territoire)]
            lignes = lignes.drop_duplicates("indicateur", keep="last").set_index("indicateur")
            return lignes[champs].add_suffix(suffixe)

        ici = projet.annexe1[projet.annexe1["territoire"].eq(convention.territoire)]
        lignes = ici[["indicateur", "section", *champs, "note"]]
        lignes = lignes.join(de(projet.annexe1, convention.reference, "_la"), on="indicateur")
        ancienne = projet.etude.suivi.dossier.annexe1
        lignes = lignes.join(de(ancienne, convention.territoire, "_alors"), on="indicateur")
        lignes = lignes.join(de(ancienne, convention.reference, "_alors_la"), on="indicateur")
        for suffixe in ("", "_la"):
            alors = lignes[f"annee_alors{suffixe}"].where(lignes[f"valeur_alors{suffixe}"].notna())
            de_maintenant = ~lignes[f"annee{suffixe}"].le(alors)
            lignes[f"valeur{suffixe}"] = lignes[f"valeur{suffixe}"].where(de_maintenant)
        lignes = lignes.sort_values("indicateur", key=rang_dans(list(theme_de)), kind="stable")
        return lignes.assign(
            theme=lignes["indicateur"].map(theme_de), qui=lignes["indicateur"].map(qui_a)
        ).reset_index(drop=True)

    def _theme(self, nom: str) -> Groupe:
        """Return a theme: its figures then and now, whom to ask for those that are not known."""
        projet = self.projet
        lignes = self._lignes[self._lignes["theme"].eq(nom)]
        points = [
            point for point in lignes["section"].unique() if POINT_DU_TEXTE.fullmatch(str(point))
        ]
        titre = projet.convention.themes.get(nom) or next(
            theme.titre for theme in projet.etude.catalogue.themes if theme.theme == nom
        )
        # The deepest point is that of the theme: « 1.2.1 » after « 1.2 ».
        point = max(points, key=len, default="")
        blocs = Groupe((Titre(f"{point} {titre}".strip(), SECTION),))
        chiffres = lignes[[f"valeur{suffixe}" for suffixe in SUFFIXES]].notna().any(axis=1)
        connus = lignes[chiffres]
        inconnus = lignes[~chiffres]
        qui = ", ".join(qui for qui in inconnus["qui"].unique() if qui)
        if connus.empty:
            blocs += paragraphe(projet.mot("theme_sans_chiffre", nombre=len(inconnus), qui=qui))
        else:
            blocs += self._chiffres(nom, titre, connus)
            if len(inconnus):
                libelles = " ; ".join(inconnus["indicateur"].map(self._libelle))
                phrase = projet.mot("sans_chiffre", libelles=libelles, qui=qui)
                blocs += Paragraphe(phrase, "note")
        if nom == self._theme_des_modes:
            blocs += liste(self._accueil)
            blocs += self._modes()
        return blocs

    def _libelle(self, indicateur: str) -> str:
        return self.projet.ancien.contexte.indicateurs[indicateur].libelle

    def _libelle_marque(self, indicateur: str) -> str:
        """Return the label of an indicator, marked when the check of the convention doubts it."""
        doute = " (?)" if indicateur in self.projet.ancien.doutes else ""
        return self._libelle(indicateur) + doute

    def _chiffres(self, nom: str, titre: str, lignes: pd.DataFrame) -> Tableau:
        projet = self.projet
        contexte = projet.ancien.contexte
        doutes = projet.ancien.doutes

        def chiffre(suffixe: str) -> Ecriture:
            def ecrire(ligne: pd.Series) -> str:
                valeur = ligne[f"valeur{suffixe}"]
                if pd.isna(valeur):
                    return RIEN if suffixe in ALORS else projet.mot("a_completer")
                texte = contexte.valeur(ligne["indicateur"], valeur)
                if suffixe in ALORS and ligne["indicateur"] in doutes:
                    texte += " (?)"
                annee = int(ligne[f"annee{suffixe}"])
                return avec_marque(texte, ligne[f"statut{suffixe}"], annee)

            return ecrire

        def origine(ligne: pd.Series) -> str:
            if pd.isna(ligne["valeur"]):
                return projet.mot("a_demander", qui=ligne["qui"])
            return majuscule(str(ligne["note"]).partition(" : ")[2])

        notes = []
        if lignes["indicateur"].isin(list(doutes)).any():
            notes.append(projet.mot("douteux"))
        return projet.tableau(
            DIAGNOSTIC,
            lignes,
            {
                "libelle": lambda ligne: self._libelle(ligne["indicateur"]),
                "alors": chiffre("_alors"),
                "alors_la": chiffre("_alors_la"),
                "ici": chiffre(""),
                "la": chiffre("_la"),
                "origine": origine,
            },
            nom=nom,
            mots={"theme": titre},
            notes=notes,
            statuts=pd.concat(
                [
                    lignes.loc[lignes[f"valeur{suffixe}"].notna(), f"statut{suffixe}"]
                    for suffixe in SUFFIXES
                ]
            ),
        )

    @property
    def _theme_des_modes(self) -> str:
        """The theme under which the places by mode of care stand, "" when none is published."""
        if self.projet.ancien.modes.empty:
            return ""
        sections = self.projet.etude.catalogue.diagnostic.sections.values()
        return next(section.theme[0] for section in sections if section.modes)

    @property
    def _accueil(self) -> list[str]:
        """The sentences on the places, with the fiches that are carried on."""
        dossier = replace(self.projet.ancien.dossier, convention=self.projet.convention)
        return replace(self.projet.ancien, dossier=dossier).accueil

    def _modes(self) -> Tableau:
        projet = self.projet
        modes = projet.ancien.modes

        def fiches(ligne: pd.Series) -> str:
            numeros = [
                fiche.numero
                for fiche in projet.convention.fiches
                if ligne["modalite"] in fiche.modes
            ]
            if numeros:
                return projet.mot("reponse", nombre=len(numeros), fiches=enumerer(numeros))
            return projet.mot("aucune_fiche") if ligne["modalite"] else RIEN

        def taux(colonne: str, statut: str) -> Ecriture:
            def ecrire(ligne: pd.Series) -> str:
                if pd.isna(ligne[colonne]):
                    return projet.etude.contexte.absence(ligne[statut])
                return marquer(nombre(ligne[colonne], 1), ligne[statut])

            return ecrire

        return projet.tableau(
            "modes",
            modes,
            {
                "ici": taux("valeur", "statut"),
                "la": taux("valeur_reference", "statut_reference"),
                "ecart": lambda ecart: RIEN if pd.isna(ecart) else nombre(ecart, 1, signe=True),
                "fiches": fiches,
            },
            mots={"annee": int(modes["annee"].iloc[0]), "source": modes.attrs["source"]},
            statuts=[*modes["statut"], *modes["statut_reference"]],
        )

    @cached_property
    def besoins(self) -> pd.DataFrame:
        """The needs that figures show, with the fiches of the draft that answer each: one copied
        from the fiche that answers it is none.
        """
        synthese = self.projet.etude.catalogue.synthese
        lus = besoins(
            self.projet.convention,
            self.projet.ancien.comparaison,
            synthese.services,
            synthese.categories_des_services,
        )
        return lus[lus["origine"].ne(FICHE)].reset_index(drop=True)

    def _besoins(self) -> Bloc:
        projet = self.projet
        table = self.besoins
        if table.empty:
            return paragraphe(projet.mot("aucun_besoin"))
        contexte = projet.ancien.contexte
        doutes = projet.ancien.doutes
        depuis = self._lignes.set_index("indicateur")

        def niveau(colonne: str, statut: str) -> Ecriture:
            def ecrire(besoin: pd.Series) -> str:
                if pd.isna(besoin[colonne]):
                    return contexte.absence(besoin[statut]) or RIEN
                texte = contexte.valeur(besoin["indicateur"], besoin[colonne])
                return avec_marque(texte, besoin[statut], int(besoin["annee"]))

            return ecrire

        def chiffre_depuis(besoin: pd.Series) -> str:
            ligne = depuis.loc[besoin["indicateur"]]
            if pd.isna(ligne["valeur"]):
                return projet.mot("a_completer")
            texte = contexte.valeur(besoin["indicateur"], ligne["valeur"])
            return avec_marque(texte, ligne["statut"], int(ligne["annee"]))

        def reponse(besoin: pd.Series) -> str:
            if not besoin["fiches"]:
                return projet.mot("aucune_reponse")
            numeros = besoin["fiches"].split(SEPARATEUR)
            return projet.mot("reponse", nombre=len(numeros), fiches=enumerer(numeros))

        titres = {enjeu.id: enjeu.titre for enjeu in projet.convention.enjeux}
        sans = int(table["fiches"].eq("").sum())
        phrase = projet.mot("besoins", nombre=len(table), sans=sans)
        tableau = projet.tableau(
            "besoins",
            table,
            {
                "libelle": lambda besoin: self._libelle_marque(besoin["indicateur"]),
                "ici": niveau("niveau", "statut"),
                "la": niveau("reference", "statut_reference"),
                "depuis": chiffre_depuis,
                "reponse": reponse,
            },
            groupes=table["enjeu"].map(titres).fillna(projet.mot("sans_enjeu")),
            notes=[projet.mot("douteux")] if table["indicateur"].isin(list(doutes)).any() else [],
            statuts=[*table["statut"], *table["statut_reference"]],
        )
        return paragraphe(phrase) + tableau

    def _contexte_local(self) -> Tableau | None:
        """Return the structures that the diagnostic describes itself, as the text has them: those
        of the annexe of the offer are not there. None when it describes none.
        """
        projet = self.projet
        etude = projet.etude
        clause = etude.convention.clauses.get(DIAGNOSTIC)
        offre = etude.suivi.dossier.offre
        if clause is None or offre.empty:
            return None
        # « annexe 1 », and not « annexe 12 »
        du_diagnostic = offre[offre["reference"].str.match(rf"{re.escape(clause.article)}(?!\d)")]
        structures = offre[offre["structure"].isin(du_diagnostic["structure"])]
        vocabulaire = etude.catalogue.offre
        tableau = tableau_offre(
            structures.reset_index(drop=True),
            vocabulaire,
            replace(projet.ancien.contexte, source=etude.convention.source_offre),
            vocabulaire.categories,
            nom="projet-contexte-local",
            titre=projet.titre("contexte_local"),
        )
        return tableau or None

    def phrases_de_la_fiche(self, numero: str) -> list[str]:
        """Return the needs that a fiche answers, each with its two figures and its year."""
        contexte = self.projet.ancien.contexte
        phrases = []
        for besoin in self.besoins.to_dict("records"):
            if numero not in besoin["fiches"].split(SEPARATEUR):
                continue
            nom = besoin["indicateur"]
            ici = contexte.valeur(nom, besoin["niveau"], besoin["statut"])
            la = contexte.valeur(nom, besoin["reference"], besoin["statut_reference"])
            phrases.append(
                self.projet.mot(
                    "besoin_chiffre",
                    libelle=self._libelle_marque(nom),
                    ici=marquer(ici, besoin["statut"]),
                    la=marquer(la, besoin["statut_reference"]),
                    annee=int(besoin["annee"]),
                    **contexte.lieux,
                )
            )
        return phrases
