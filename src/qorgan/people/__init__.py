"""Organisations, persons, users, appointments, signatures: who may do what, on which day."""
