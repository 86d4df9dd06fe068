"""How long a recording is kept, what keeps it longer, and how it is destroyed when its term is over (444 p.6, 12)."""
