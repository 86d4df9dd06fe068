"""The kiosk: issue and return on one screen, one question at a time, by scanner, keyboard or thumb (444 p.8, 10, 17, 20)."""
