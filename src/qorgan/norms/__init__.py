"""The law as data: packs (YAML) and engine (plain Python)."""
