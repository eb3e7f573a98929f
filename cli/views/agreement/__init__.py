"""What people see of annotators."""
