"""What people see of each subject: its tables, its page, and its summary, side by side."""
