"""What `burnish demo` runs, shows and says in the end."""
