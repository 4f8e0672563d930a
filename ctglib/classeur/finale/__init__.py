"""What an analyst types at the end: ``evaluation = ouvrir_evaluation("harnes")``, then one word for one result."""
