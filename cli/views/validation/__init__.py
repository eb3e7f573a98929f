"""What `burnish validate` shows."""
