"""The vault: who can open the sealed recordings of a division, and the proof that nobody else can (444 p.6, 13, 21)."""
