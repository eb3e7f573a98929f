"""What people see of generated samples."""
