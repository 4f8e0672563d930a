"""Files read as they are, checked, and turned into tables and objects.

Nothing is computed here.
"""

VERSION = "0.1.0"  # of the workbook, which reports tell
