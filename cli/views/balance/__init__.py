"""What people see of class balance."""
