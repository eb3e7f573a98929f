"""What people see of training and its score."""
