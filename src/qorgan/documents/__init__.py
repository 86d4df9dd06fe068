"""Papers: typst forms rendered to PDF/A."""
