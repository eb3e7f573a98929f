"""What people see of a gate."""
