"""Handing recordings over to the authorised body or a court, with the proof that goes with them (444 p.14)."""
