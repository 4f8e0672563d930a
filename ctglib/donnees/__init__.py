"""Files read as they are, checked, and turned into tables and objects.

Nothing is computed here.
"""
