"""What people see of weak tags."""
