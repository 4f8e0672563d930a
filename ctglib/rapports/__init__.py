"""What each report is: its sections, in order."""
