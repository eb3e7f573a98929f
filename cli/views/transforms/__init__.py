"""What people see of the operations of recipes."""
