"""The yearly follow-up of a convention: its files read as far as they go, and what they must hold together."""
