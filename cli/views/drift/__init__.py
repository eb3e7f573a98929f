"""What `burnish drift` and `burnish feedback` show."""
