"""The year's collection: the workbook that services fill, and its way back to ``suivi/<annee>``."""
