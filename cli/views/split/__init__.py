"""What people see of a split."""
