"""What people see of a whole work folder."""
