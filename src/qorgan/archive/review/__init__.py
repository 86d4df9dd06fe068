"""Review and analysis of recordings by the two holders: watching, marking, stills and clips, saying what was reviewed, the protocol (444 p.6)."""
