"""Run by a Jupyter kernel as it starts (see noyau.py). It leaves no name behind in the notebook's namespace."""

__import__("ctglib.production.noyau", fromlist=["_"]).ouvrir_journal()
