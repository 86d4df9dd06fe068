"""The append-only Merkle log: every action writes its entry here in its own transaction."""
