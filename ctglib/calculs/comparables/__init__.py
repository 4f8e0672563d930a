"""The gap of a commune to the trend of comparable ones: exact arithmetic on rounded counts, and never an effect."""
