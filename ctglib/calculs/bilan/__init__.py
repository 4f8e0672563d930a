"""What a year's bilan says beyond its indicators: counts, what stands out, the territory, what is to be decided."""
