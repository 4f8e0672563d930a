"""What a report shows of a subject: its table, its sentences, its chart."""
