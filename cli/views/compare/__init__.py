"""What people see of two runs."""
