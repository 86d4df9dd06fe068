"""Facilities under Order 366: the register, what is known of each and since when, evidence, and how each stands on a day."""
