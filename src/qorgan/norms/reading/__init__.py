"""Reading an official text that an office has downloaded: plain Python, no Django. Lines, then places, then whether it is the order."""
