"""What people see of the input metrics."""
