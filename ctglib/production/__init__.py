"""Running the notebooks and writing the reports, whole or not at all."""
