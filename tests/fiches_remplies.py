"""Two years of follow-up of the four fiches, invented, with small counts: written into a copy of
the data of Harnes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

HARNES = "conventions/harnes"
ANNEES = (2024, 2025)
OBSERVATIONS = (
    "territoire,annee,indicateur,dimension,modalite,millesime,valeur,unite,statut,source,note"
)
PROFILS = "dispositif,variable,modalite,variable_2,modalite_2,effectif,statut"
MOYENS = "signataire,fiche,structure,nature,poste,valeur,statut,note"
POSTURE = "fonction,domaine,item,niveau,diffusion"
FONCTION = "Chargé de <b>coopération</b>"
# Indicator or « indicateur/modalité »: unit, value of 2024, value of 2025.
VALEURS = {
    "am_agreees": ("nombre", 60, 58),
    "am_en_activite": ("nombre", 43, 41),
    "places_agreees": ("nombre", 209, 204),
    "am_entrees": ("nombre", 3, 4),
    "am_sorties": ("nombre", 5, 6),
    "etp_rpe": ("etp", 1, 0.8),
    "frequentation_jeunes": ("nombre", 412, 424),
    "frequentation_jeunes/alsh_mercredi": ("nombre", 120, 114),
    "frequentation_jeunes/caj": ("nombre", 88, 91),
    "heures_realisees/alsh_mercredi": ("heures", 14000, 14100),
    "heures_realisees/caj": ("heures", 7000, 7300),
    "heures_offertes/alsh_mercredi": ("heures", 18000, 18000),
    "heures_offertes/caj": ("heures", 11000, 11000),
    "enfants_aeeh_accueillis": ("nombre", 18, 21),
    "enfants_aeeh_accueillis/alsh_mercredi": ("nombre", 12, 13),
    "enfants_aeeh_accueillis/caj": ("nombre", 9, 11),
    "heures_aeeh/alsh_mercredi": ("heures", 800, 900),
    "heures_aeeh/caj": ("heures", 500, 600),
    "sejour_places": ("nombre", 36, 36),
    "sejour_jours": ("jours", 14, 14),
    "sejour_participants": ("nombre", 33, 31),
    "participants_citoyennete": ("nombre", 60, 66),
    "participants_citoyennete/chantiers": ("nombre", 28, 30),
    "participants_citoyennete/projets_jeunes": ("nombre", 40, 44),
    "dispositifs_participation": ("nombre", 3, 4),
    "cmj_membres": ("nombre", 12, 11),
    "cmj_projets_votes": ("nombre", 3, 2),
    "cmj_projets_realises": ("nombre", 0, 1),
    "chantiers_places": ("nombre", 32, 32),
    "chantiers_jeunes": ("nombre", 28, 30),
    "chantiers_heures": ("heures", 560, 600),
    "etp_coordination": ("etp", 2, 2),
    "etp_charges_cooperation": ("etp", 0, 1),
    "fiches_de_poste_signees": ("nombre", 0, 1),
    "comites_pilotage": ("nombre", 0, 1),
}
# Dispositif, variable, modalité, variable and modalité crossed, count.
EFFECTIFS = (
    ("caj", "sexe", "filles", "", "", 43),
    ("caj", "sexe", "garcons", "", "", 48),
    ("caj", "quotient_familial", "0-400", "", "", 30),
    ("caj", "quotient_familial", "401-700", "", "", 31),
    ("caj", "quotient_familial", "701-1000", "", "", 20),
    ("caj", "quotient_familial", "1001-plus", "", "", 2),
    ("caj", "quotient_familial", "non_renseigne", "", "", 8),
    ("caj", "sexe", "filles", "age", "12-17", 43),
    ("caj", "sexe", "garcons", "age", "12-17", 48),
    ("chantiers", "sexe", "filles", "", "", 13),
    ("chantiers", "sexe", "garcons", "", "", 17),
)
NIVEAUX = {
    2024: (("attendus", "conseil", 1), ("activites", "reseau", 2)),
    2025: (("attendus", "conseil", 3), ("activites", "reseau", 2)),
}


def ecrire(donnees: Path, effectifs: tuple[tuple, ...] = EFFECTIFS) -> Path:
    """Write the two years into a copy of the data, with a key that always draws alike, and return
    the convention's.
    """
    for rank, annee in enumerate(ANNEES):
        folder = donnees / HARNES / "suivi" / str(annee)
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            "observations": [OBSERVATIONS, *_observations(annee, rank)],
            "profils": [PROFILS, *(",".join(map(str, (*row, "A"))) for row in effectifs)],
            "moyens": [
                MOYENS,
                "ville,4,,etp,coordination,2,A,",
                f"caf,4,,euros,pilotage,{30000 + rank},A,",
            ],
            "posture": [
                POSTURE,
                *(f"{FONCTION},{','.join(map(str, row))}," for row in NIVEAUX[annee]),
            ],
        }
        for name, lines in tables.items():
            (folder / f"{name}.csv").write_text(
                "\n".join(lines) + "\n", encoding="utf-8", newline=""
            )
    (donnees / HARNES / "suivi" / ".cle").write_text(f"{'0' * 64}\n", encoding="ascii")
    return donnees / HARNES


def _observations(annee: int, rang: int) -> Iterator[str]:
    for name, (unite, *values) in VALEURS.items():
        identifiant, _, modalite = name.partition("/")
        dimension = "dispositif" if modalite else ""
        yield f"62413,{annee},{identifiant},{dimension},{modalite},{annee},{values[rang]},{unite},A,Service,"
