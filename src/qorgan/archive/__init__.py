"""Sealed recordings: ingest, vault, player, fixity (444 p.6, 11-13)."""
