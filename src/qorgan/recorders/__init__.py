"""Recorders, issue and return, inspections, docks (Order 444)."""
