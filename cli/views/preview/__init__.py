"""What people see of before and after."""
