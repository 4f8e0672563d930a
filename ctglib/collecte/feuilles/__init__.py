"""The sheets of the workbook: for each, its rows, and what a filled row becomes in the follow-up."""
