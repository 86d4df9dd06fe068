"""Copies of the sealed recordings on other disks: made, checked, repaired from, and re-entered from after a loss (444 p.11-13)."""
