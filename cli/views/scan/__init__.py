"""What a scan says on the terminal."""
