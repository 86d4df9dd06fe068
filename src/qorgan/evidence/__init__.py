"""Formats, in plain Python: sealing, hashing, media facts, the Merkle log, signed notes. Knows no Django."""
