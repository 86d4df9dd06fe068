"""Continuity of an inspection: its gaps, their explanations, the signed report, the closing of its file (444 p.17-19)."""
