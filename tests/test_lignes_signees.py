"""The lines that the parties sign: written in the workbook beside what the bilan would say, printed
as long as what they rest on holds, and « à relire » as soon as it does not.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml
from classeur_rempli import poser
from donnees_suivies import DONNEES
from ligne_de_commande import ctg, reussir
from premieres_pages import dire
from production_exemple import declarer

from ctglib.blocs.annee import etudier
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.page_une import Chiffre, Message, PremierePage, page_une
from ctglib.blocs.signees import (
    appuis,
    appuis_des_constats,
    asseoir,
    changements,
    page_des_parties,
    propositions,
)
from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.collecte.feuilles import ouvrir_cadre
from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.importer import Preparation, preparer_dans
from ctglib.collecte.renvoi import copie
from ctglib.document.tableau import tableau
from ctglib.donnees.lecture import VARIABLE, enregistrer
from ctglib.donnees.modeles.rapports import MessageDesParties, MessagesDesParties
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export.document import document_de
from ctglib.production.paroles import lignes_fautives
from ctglib.production.plan import CARNETS, commandes, rapports_connus

NOM = "demonstration"
ANNEE = 2026
SUIVI = f"conventions/{NOM}/suivi/{ANNEE}"
FICHIER = f"{SUIVI}/messages.yaml"
CLASSEUR = f"ctg-{NOM}-{ANNEE}.xlsx"
SIGNES = "Ce_que_vous_signez"
SERVICE = "Coordination de la CTG"
CHAPO = "Le guichet est ouvert, il reste à retrouver deux assistantes maternelles"
VENUS = "Ils sont 1 032 à être venus, et le Moulin a rouvert"


def signee(**champs: object) -> MessageDesParties:
    """Return a line that a service signs in the bilan."""
    communs = {"rapport": "bilan", "texte": VENUS, "auteur": SERVICE, "date": date(2026, 11, 24)}
    return MessageDesParties.model_validate({**communs, **champs})


@pytest.fixture(scope="module")
def messages() -> MessagesDuSuivi:
    return MessagesDuSuivi(etudier(NOM, ANNEE, "publique"))


# On the page.


def test_une_ligne_signee_prend_la_place_de_son_constat_et_en_garde_le_nombre_et_la_preuve(
    messages: MessagesDuSuivi,
) -> None:
    autre = Message("Un.", constat="am_agreees")
    constat = Message(
        "Deux.",
        ("tableau-familles",),
        suite=(("Écart", "Il manque 3."),),
        chiffre=Chiffre("Enfants", "985"),
        constat="frequentation_jeunes",
    )
    ecrit = signee(constat="frequentation_jeunes", texte="Ils sont\nvenus.")

    page = page_une(messages.regles, PremierePage([autre, constat], [], []), [ecrit])

    dite = dire(page)
    assert f"Ils sont venus ({SERVICE}, le 24\u00a0novembre 2026)" in dite
    assert "= 985" in dite and "Un." in dite
    assert "Deux" not in dite and "Il manque 3" not in dite
    assert "[tableau-familles]" in dite


def test_un_chapo_signe_remplace_celui_du_classeur(messages: MessagesDuSuivi) -> None:
    dits = PremierePage([Message("Un.")], [], [], titre="Un titre", chapo="Des dix cibles…")

    dite = dire(page_une(messages.regles, dits, [signee(rubrique="chapo", texte=CHAPO)]))

    assert f"{CHAPO} ({SERVICE}, le 24\u00a0novembre 2026)." in dite
    assert "Des dix cibles" not in dite


def test_un_constat_signe_reste_sur_la_page_et_le_titre_dit_toujours_ce_qui_pese_le_plus(
    messages: MessagesDuSuivi,
) -> None:
    premiers = [dit.constat.indicateur for dit in messages.premiers_constats]
    dernier = messages.constats[-1].indicateur
    assert dernier not in premiers

    avec = replace(messages, signes=frozenset([dernier]))

    assert [dit.constat.indicateur for dit in avec.premiers_constats] == [*premiers[:2], dernier]
    assert avec.titre() == messages.titre()
    tous = replace(messages, signes=frozenset(c.indicateur for c in messages.constats[-3:]))
    assert tous.titre() == messages.titre()


# What it rests on.


def test_une_ligne_tient_tant_que_la_page_montre_ce_sur_quoi_elle_repose(
    messages: MessagesDuSuivi,
) -> None:
    for champs in ({"constat": "frequentation_jeunes"}, {"rubrique": "chapo"}):
        ecrit = signee(**champs)

        assis = ecrit.model_copy(update={"repose_sur": appuis(messages, ecrit)})

        assert assis.repose_sur
        assert changements(messages, assis) == []


def test_ce_qui_a_change_est_dit_avec_ses_deux_valeurs(messages: MessagesDuSuivi) -> None:
    assis = appuis_des_constats(messages, ["frequentation_jeunes"])
    autrement = assis["frequentation_jeunes"] | {"valeur": "1 031", "cible": "1 000"}
    ecrit = signee(constat="frequentation_jeunes", repose_sur={"frequentation_jeunes": autrement})

    assert changements(messages, ecrit) == [
        "« Enfants et jeunes accueillis », valeur : 1 031 est devenu 1\u202f032, cible : 1 000 est"
        " devenu 1\u202f080"
    ]


def test_un_chapo_est_a_relire_quand_un_constat_entre_parmi_les_premiers_ou_les_quitte(
    messages: MessagesDuSuivi,
) -> None:
    ecrit = signee(rubrique="chapo")
    d_avant = appuis(messages, ecrit)
    d_avant["pij_visites"] = d_avant.pop("am_agreees")
    d_avant["cibles"] = {**d_avant["cibles"], "atteint": "16"}

    dits = changements(messages, ecrit.model_copy(update={"repose_sur": d_avant}))

    assert sorted(dits) == [
        "cibles suivies, atteinte : 16 est devenu 11",
        "« Assistantes maternelles agréées » est devenu l'un des premiers constats",
        "« Visites au point information jeunesse » n'est plus l'un des premiers constats",
    ]


def test_une_ligne_ecrite_a_la_main_ne_repose_que_sur_ce_qu_elle_dit(
    messages: MessagesDuSuivi,
) -> None:
    assert changements(messages, signee(rang=1)) == []
    assert changements(messages, signee(rubrique="chapo")) == []
    (perdu,) = changements(messages, signee(constat="am_disparues"))
    assert "« am_disparues » n'est plus un constat" in perdu


def test_la_page_dit_le_constat_a_la_place_d_une_ligne_a_relire_et_la_note_sans_ses_mots(
    messages: MessagesDuSuivi,
) -> None:
    ecrit = signee(
        constat="frequentation_jeunes", repose_sur={"frequentation_jeunes": {"valeur": "1 031"}}
    )

    with enregistrer() as journal:
        dite = dire(page_des_parties(messages, [ecrit]))

    assert "le Moulin" not in dite
    assert dite == dire(page_des_parties(messages, []))
    (note,) = journal.a_relire
    assert note.startswith(
        "le message « Enfants et jeunes accueillis » (Coordination de la CTG, le 24\u00a0novembre"
        " 2026) : « Enfants et jeunes accueillis », valeur : 1 031 est devenu 1\u202f032"
    )
    assert "le Moulin" not in note


@pytest.mark.parametrize(
    "champs",
    [
        {"rubrique": "decisions", "constat": "am_agreees"},
        {"rapport": "diagnostic", "constat": "am_agreees"},
        {"rapport": "controle", "repose_sur": {"am_agreees": {"valeur": "60"}}},
    ],
)
def test_une_ligne_n_a_un_constat_que_la_ou_il_y_en_a(champs: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="seulement"):
        signee(**champs)


def test_deux_lignes_ne_prennent_pas_la_meme_place() -> None:
    une = signee(rang=1).model_dump()

    with pytest.raises(ValueError, match=r"une seule ligne pour une place \(bilan messages 1\)"):
        MessagesDesParties.model_validate({"messages": [une, {**une, "texte": "Autre"}]})


# A number that no table has.


def test_une_ligne_dont_un_nombre_n_est_pas_dans_le_rapport_en_est_retiree_et_dite_une_fois(
    donnees: Path,
) -> None:
    comptes = {"cibles": {"total": "28"}}
    ecrire(
        donnees,
        signee(constat="am_agreees", texte="Il y en a 7777"),
        signee(rang=3),
        # no table counts the targets: what it rests on does
        signee(rubrique="chapo", texte="28 cibles sont suivies", repose_sur=comptes),
    )
    (bilan,) = [
        commande
        for commande in commandes(rapports_connus(), (NOM,), annees=(ANNEE,))
        if commande.cle == f"{ANNEE}/bilan"
    ]
    document = document_de([tableau(pd.DataFrame({"a": [1032]}), "faits", "Faits", "Caf")])

    with enregistrer() as journal:
        remplacees, phrases = lignes_fautives(bilan, document, set())

    assert journal.parts == {}, "le rapport d'une fiche serait refait pour la ligne d'une autre"
    assert phrases == [
        f"le message « Assistantes maternelles agréées » ({SERVICE}, le 24\u00a0novembre 2026) :"
        " « 7777 » n'est dans aucun tableau du rapport"
    ]
    (octets,) = remplacees.values()
    assert octets is not None
    tenues = yaml.safe_load(octets)["messages"]
    assert [ligne["texte"] for ligne in tenues] == [VENUS, "28 cibles sont suivies"]
    # What the page has left out already, it does not print: its numbers are not looked at.
    assert lignes_fautives(bilan, document, set(phrases)) == ({}, [])


def ecrire(donnees: Path, *lignes: MessageDesParties) -> None:
    """Write the lines of the year, as somebody would in a text editor."""
    contenu = MessagesDesParties(messages=lignes).model_dump(mode="json", exclude_unset=True)
    (donnees / FICHIER).write_text(yaml.safe_dump(contenu, allow_unicode=True), encoding="utf-8")


# In the workbook.


def importer(classeur: Path, *, le: date) -> Preparation:
    """Import a workbook of the year as the command does."""
    classeurs, fautes = recevoir([classeur])
    preparation = preparer_dans(ouvrir_cadre(NOM, ANNEE), classeurs, jour=le)
    assert not [*fautes, *preparation.fautes]
    fichiers = asseoir(NOM, ANNEE, preparation.fichiers)
    preparation = replace(preparation, fichiers=fichiers)
    preparation.ecrire()
    return preparation


def remplir(chemin: Path, lignes: Mapping[str, Mapping[str, object]]) -> Path:
    """Fill the first page in a workbook, and return its path."""
    classeur = openpyxl.load_workbook(chemin)
    for repere, valeurs in lignes.items():
        poser(classeur, "Première page", repere, **valeurs)
    classeur.save(chemin)
    return chemin


def vierge(dossier: Path) -> Path:
    """Return the path of the workbook of the year, with what the bilan would say."""
    dites = propositions(NOM, ANNEE)
    return ecrire_gabarit(NOM, ANNEE, dossier, remplacer=True, propositions=dites)


def lues() -> dict[tuple[str, ...], MessageDesParties]:
    return {ligne.place: ligne for ligne in charger_yaml(FICHIER, MessagesDesParties).messages}


def test_le_classeur_montre_ce_que_le_bilan_dirait_et_sa_feuille_se_relit_signee(
    donnees: Path, tmp_path: Path
) -> None:
    ecrire(donnees, signee(rang=2), signee(rapport="fiche", fiche="2", rang=1, texte="Deux"))
    avant = lues()
    chemin = vierge(tmp_path)
    feuille = openpyxl.load_workbook(chemin)["Première page"]
    lignes = {ligne[0]: ligne for ligne in feuille.iter_rows(min_row=5, values_only=True)}

    assert list(lignes) == [
        "chapo",
        "constat.am_agreees",
        "constat.familles_laep",
        "constat.frequentation_jeunes",
    ]
    assert "28 cibles et références suivies" in str(lignes["chapo"][3])
    assert "60 assistantes maternelles" in str(lignes["constat.am_agreees"][3])
    remplir(
        chemin,
        {
            "chapo": {SIGNES: CHAPO, "Signé_par": SERVICE},
            "constat.frequentation_jeunes": {
                SIGNES: VENUS,
                "Signé_par": "Service enfance",
                "Signé_le": date(2026, 11, 22),
            },
        },
    )

    importer(chemin, le=date(2026, 11, 24))

    apres = lues()
    chapo = apres.pop(("bilan", "", "chapo", ""))
    constat = apres.pop(("bilan", "", "messages", "frequentation_jeunes"))
    assert apres == avant, "ce qui était écrit à la main est resté"
    assert (chapo.texte, chapo.auteur, chapo.date) == (CHAPO, SERVICE, date(2026, 11, 24))
    assert list(chapo.repose_sur) == [
        "cibles",
        "actions",
        "am_agreees",
        "familles_laep",
        "frequentation_jeunes",
    ]
    assert (constat.auteur, constat.date) == ("Service enfance", date(2026, 11, 22))
    assert constat.repose_sur["frequentation_jeunes"]["valeur"] == "1\u202f032"
    assert constat.repose_sur["frequentation_jeunes"]["verdict"] == "non évaluable"


def test_reimporter_une_ligne_ne_la_resigne_pas_la_recrire_ou_la_redater_si(
    donnees: Path, tmp_path: Path
) -> None:
    chemin = remplir(vierge(tmp_path), {"chapo": {SIGNES: CHAPO, "Signé_par": SERVICE}})
    importer(chemin, le=date(2026, 11, 24))
    place = ("bilan", "", "chapo", "")
    signee_le_24 = lues()[place]
    revisee = "00001,2026,am_agreees,,,2026,61,"
    observations = donnees / SUIVI / "observations.csv"
    texte = observations.read_text(encoding="utf-8")
    assert "00001,2026,am_agreees,,,2026,60," in texte
    observations.write_text(
        texte.replace("00001,2026,am_agreees,,,2026,60,", revisee), encoding="utf-8"
    )
    classeur = openpyxl.load_workbook(chemin)
    poser(classeur, "Indicateurs", "am_agreees", Valeur_2026=61)
    classeur.save(chemin)

    # The same words another day: they were signed on what is no more.
    importer(chemin, le=date(2026, 11, 26))

    assert lues()[place] == signee_le_24
    (ligne,) = [dite for ou, dite in propositions(NOM, ANNEE).items() if ou == place]
    assert ligne.startswith(
        "À relire : « Assistantes maternelles agréées », valeur : 60 est devenu 61"
    )
    assert "28 cibles" in ligne

    # A later day typed: still true.
    importer(
        remplir(vierge(tmp_path), {"chapo": {"Signé_le": date(2026, 11, 25)}}),
        le=date(2026, 11, 26),
    )
    assert lues()[place].texte == CHAPO
    assert lues()[place].date == date(2026, 11, 25)
    assert lues()[place].repose_sur["am_agreees"]["valeur"] == "61"

    # Other words, and the day left as it is in the workbook: it is the one that was typed.
    importer(remplir(vierge(tmp_path), {"chapo": {SIGNES: "Autre chose"}}), le=date(2026, 11, 27))
    assert (lues()[place].texte, lues()[place].date) == ("Autre chose", date(2026, 11, 25))


def test_une_ligne_sans_signataire_ou_trop_longue_revient_avec_ce_qui_a_ete_ecrit(
    donnees: Path, tmp_path: Path
) -> None:
    chemin = remplir(
        vierge(tmp_path),
        {
            "constat.am_agreees": {SIGNES: "Elles sont revenues"},
            # a third line would send the end of page 1 to another
            "constat.familles_laep": {SIGNES: "a" * 191, "Signé_par": SERVICE},
        },
    )
    cadre = ouvrir_cadre(NOM, ANNEE)
    classeurs, _ = recevoir([chemin])
    avant = (donnees / FICHIER).read_bytes()

    preparation = preparer_dans(cadre, classeurs, jour=date(2026, 11, 24))

    trop_longue, sans_signataire = preparation.fautes
    assert (sans_signataire.feuille, sans_signataire.colonne) == ("Première page", "F : Signé par")
    assert "remplir la cellule" in sans_signataire.remede
    assert "190" in trop_longue.attendu
    assert (donnees / FICHIER).read_bytes() == avant
    octets = copie(cadre, classeurs[0], preparation.fautes)
    assert octets is not None
    revenu = tmp_path / "revenu.xlsx"
    revenu.write_bytes(octets)
    textes = [
        cell.value
        for ligne in openpyxl.load_workbook(revenu)["Première page"].iter_rows()
        for cell in ligne
    ]
    assert "Elles sont revenues" in textes


# All the way.


def test_du_classeur_a_la_cloture_une_ligne_qui_ne_tient_plus_est_dite_a_relire(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    donnees = tmp_path / "donnees"
    shutil.copytree(DONNEES, donnees)
    (donnees / FICHIER).unlink(missing_ok=True)
    monkeypatch.setenv(VARIABLE, str(donnees))
    carnets = tmp_path / "carnets"
    carnets.mkdir()
    shutil.copy(CARNETS / "bilan.ipynb", carnets)
    declarer(carnets, bilan=["bilan"])
    produire = ("produire", "-c", NOM, "-a", str(ANNEE), "-f", "html", "--carnets", str(carnets))
    clore = ("clore", str(ANNEE), "-c", NOM, "--le", "2026-11-30", "--carnets", str(carnets))
    page = tmp_path / f"reports/{NOM}/{ANNEE}/bilan.html"
    reussir("gabarit", str(ANNEE), "-c", NOM, dossier=tmp_path)
    remplir(
        tmp_path / CLASSEUR,
        {
            "chapo": {SIGNES: CHAPO, "Signé_par": SERVICE},
            "constat.frequentation_jeunes": {SIGNES: VENUS, "Signé_par": "Service enfance"},
            "constat.am_agreees": {SIGNES: "Elles sont 7777", "Signé_par": "Relais"},
        },
    )

    reussir("importer", CLASSEUR, dossier=tmp_path)
    dit = reussir(*produire, dossier=tmp_path)

    assert "À relire" in dit and "« 7777 » n'est dans aucun tableau du rapport" in dit
    assert dit.count(f"{NOM}, {ANNEE}, bilan, le ") == 1
    assert CHAPO in page.read_text("utf-8") and "le Moulin a rouvert (Service" in page.read_text(
        "utf-8"
    )
    assert "7777" not in page.read_text("utf-8")
    assert "60 assistantes maternelles sont agréées, 3 de plus" in page.read_text("utf-8")

    # A value changes: the two lines that rest on it are to be read again, and stay so.
    observations = donnees / SUIVI / "observations.csv"
    texte = observations.read_text(encoding="utf-8")
    avant = f"00001,{ANNEE},frequentation_jeunes,,,{ANNEE},1032,"
    assert avant in texte
    observations.write_text(texte.replace(avant, avant.replace("1032", "1040")), encoding="utf-8")
    change = "« Enfants et jeunes accueillis », valeur : 1 032 est devenu 1 040"
    for fait in ("bilan.html", "rien à faire"):
        dit = reussir(*produire, dossier=tmp_path).replace("\u202f", " ")
        assert fait == "bilan.html" or fait in dit
        assert dit.count(change) == 2
        assert dit.count(f"{NOM}, {ANNEE}, bilan, le ") == 3
    for mots in (CHAPO, "le Moulin a rouvert (Service", "7777"):
        assert mots not in page.read_text("utf-8")
    refus = ctg(*clore, dossier=tmp_path)
    assert refus.returncode == 1
    assert refus.stderr.replace("\u202f", " ").count(change) == 2
    assert "L'année n'a pas été close." in refus.stderr

    # Read again and signed: it can be closed.
    reussir("gabarit", str(ANNEE), "-c", NOM, "--remplacer", dossier=tmp_path)
    remplir(
        tmp_path / CLASSEUR,
        {
            "chapo": {"Signé_le": date(2026, 1, 2)},
            "constat.frequentation_jeunes": {SIGNES: "Ils sont 1 040 à être venus"},
            "constat.am_agreees": {SIGNES: "Elles sont 60, trois de plus"},
        },
    )
    reussir("importer", CLASSEUR, dossier=tmp_path)
    assert "À relire" not in reussir(*produire, dossier=tmp_path)
    assert "année close le 30/11/2026" in reussir(*clore, dossier=tmp_path)
    assert f"{CHAPO} ({SERVICE}, le 2\u00a0janvier 2026)" in page.read_text("utf-8")
