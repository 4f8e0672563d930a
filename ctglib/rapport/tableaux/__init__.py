"""The tables of the reports: what is shown as text, and beside it what the CSV carries unrounded."""
