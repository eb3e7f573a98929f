"""What people see of labels that are likely wrong."""
