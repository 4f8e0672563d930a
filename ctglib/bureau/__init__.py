"""The desk: local pages over the same functions as the commands."""
