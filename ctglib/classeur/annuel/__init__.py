"""What an analyst types of a year: ``bilan = ouvrir_bilan("harnes", 2024)``, then ``bilan.fiche(1)``."""
