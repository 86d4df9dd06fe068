"""Schema history of the archive."""
