"""What people see of checks and findings."""
