"""Settings, addresses, layout, sign-in, today, command line: the floor that sees every room."""
