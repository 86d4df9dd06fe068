"""What is due, for whom, why, closed by what. Joins facilities and norms; stores no due date."""
