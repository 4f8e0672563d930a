"""Statistical secrecy: small counts are hidden, and enough others for nobody to find them again.

``publication.appliquer`` is the only door: it takes what a bilan may show and gives it back masked. The model and the
attacker it stands up to are told in docs/decisions/0006-secret-statistique.md.
"""
