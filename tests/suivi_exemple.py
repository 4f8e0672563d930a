"""Two small years of follow-up for Harnes, invented, that hold: written into a copy of the data."""

from __future__ import annotations

from pathlib import Path

HARNES = "conventions/harnes"
OBSERVATIONS = (
    "territoire,annee,indicateur,dimension,modalite,millesime,valeur,unite,statut,source,note\n"
)
FICHIERS = {
    "avenants.yaml": """\
avenants:
  - numero: 1
    date: 2024-06-03
    objet: Cible de fréquentation
    reference: avenant n° 1, article 2
    changements:
      - {nature: cible, element: frequentation_jeunes, nouveau: 450, annee: 2026, effet: 2024-06-03}
  - numero: 2
    date: 2025-02-10
    objet: Durée
    reference: avenant n° 2, article 1
    changements:
      - {nature: duree, ancien: "2026-12-31", nouveau: "2027-06-30", effet: 2025-02-10}
      - {nature: fiche, element: 2, nouveau: Les enfants de 2 ans comptent, effet: 2025-02-10}
""",
    "masque.csv": """\
annee,table,ligne,colonne
2023,profils/caj/sante,aeeh,effectif
2024,profils/caj/sante,aeeh,effectif
""",
    "suivi/.cle": "0" * 64 + "\n",
    "suivi/2023/bilan.yaml": """\
annee: 2023
statut: definitif
comite:
  date: 2024-03-14
  decisions:
    - {id: recenser_am, texte: Recenser les assistantes maternelles en activité, responsable: Relais petite enfance}
    - {id: fixer_cibles, texte: Préparer un avenant sur les cibles, echeance: 2024-06-30}
""",
    "suivi/2023/observations.csv": OBSERVATIONS
    + """\
62413,2022,frequentation_jeunes,,,2023,380,nombre,E,Service enfance,Reconstitué
62413,2023,frequentation_jeunes,,,2023,400,nombre,A,Service enfance,
62413,2023,frequentation_jeunes,dispositif,caj,2023,90,nombre,A,Service jeunesse,
62413,2023,am_agreees,,,2023,,nombre,L,PMI,
""",
    "suivi/2024/bilan.yaml": """\
annee: 2024
date_arretee: 2024-11-30
comite:
  date: {absent: Reporté à l'année suivante}
  suites:
    - {decision: recenser_am, etat: en_cours}
    - {decision: fixer_cibles, etat: faite, commentaire: Avenant n° 1}
""",
    "suivi/2024/observations.csv": OBSERVATIONS
    + """\
62413,2023,frequentation_jeunes,,,2024,405,nombre,A,Service enfance,Doubles retirés
62413,2024,frequentation_jeunes,,,2024,0,nombre,P,Service enfance,
""",
    "suivi/2024/actions.csv": """\
fiche,modalite,statut,debut,fin,responsable,commentaire,motif,preuve
1,1.1,en_cours,2024-02-01,,Relais petite enfance,,,
1,1.2,realisee,2024-02-01,2024-10-15,Relais petite enfance,,,Page de la ville
4,4.1,non_renseignee,,,,,,
""",
    "suivi/2024/moyens.csv": """\
signataire,fiche,structure,nature,poste,valeur,statut,note
ville,4,,etp,coordination,1,A,
caf,,rpe_premiers_pas,euros,prestation_service,15200.5,P,
caf,,,etp,travail_social,,L,
""",
    "suivi/2024/profils.csv": """\
dispositif,variable,modalite,variable_2,modalite_2,effectif,statut
caj,sexe,filles,,,40,A
caj,sexe,garcons,,,50,A
caj,sante,aeeh,,,,Q
caj,sexe,filles,age,6-11,25,A
caj,sexe,filles,age,12-17,15,A
""",
    "suivi/2024/posture.csv": """\
fonction,domaine,item,niveau,diffusion
Chargé de coopération,attendus,diagnostics,0,
Chargé de coopération,activites,reseau,3,publique
""",
    "suivi/2024/appreciations.yaml": """\
appreciations:
  - fiche: 1
    reussites: [Deux relais travaillent ensemble]
    perspectives: [Une réunion au printemps, Un affichage]
""",
}


def ecrire_suivi(donnees: Path) -> Path:
    """Write the two years into a copy of the data, and return the folder of the convention."""
    folder = donnees / HARNES
    for name, text in FICHIERS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    return folder
