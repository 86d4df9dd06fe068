"""Malfunctions: a recorder that does not work is reported at once, noted in the journal, kept back until it is repaired (444 p.20)."""
