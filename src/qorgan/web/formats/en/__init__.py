"""English, as an office in Kazakhstan writes it."""
