"""Statutory books: rows, marks, corrections (444 p.8-9, appendix 1)."""
