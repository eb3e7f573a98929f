"""What people see of a tuned recipe."""
