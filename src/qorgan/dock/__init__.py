"""The agent on the docking PC: finds recorders, seals what they hold, uploads it. Imports evidence only, talks HTTP."""
