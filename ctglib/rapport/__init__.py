"""Sentences and tables of the reports."""
