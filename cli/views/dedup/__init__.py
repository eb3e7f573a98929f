"""What people see of duplicates."""
