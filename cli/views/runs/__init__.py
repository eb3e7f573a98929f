"""What people see of a list of runs."""
