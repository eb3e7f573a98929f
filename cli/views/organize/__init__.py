"""What people see of a folder for training."""
