"""Runs on disk: what is written, what is read back, and lists of them."""
