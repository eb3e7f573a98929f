"""What people see of the holes in a training set."""
