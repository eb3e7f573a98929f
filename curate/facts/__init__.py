"""One measurement per file: pure functions from arrays to numbers."""
