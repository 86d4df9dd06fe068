"""What templates of review load."""
