"""What a kernel of JupyterLab runs first: the watch over what its notebook opens."""

__import__("ctglib.secret.garde", fromlist=["_"]).surveiller_le_carnet()
