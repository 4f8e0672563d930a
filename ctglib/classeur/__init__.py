"""What an analyst types in a notebook, by report: ``ctg = ouvrir("harnes")``, then one word for one result."""
