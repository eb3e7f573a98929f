"""What people see of the recipes that ship."""
