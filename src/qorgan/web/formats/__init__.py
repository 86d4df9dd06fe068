"""Dates and numbers of each language; Django has none for Kazakh and American ones for English."""
