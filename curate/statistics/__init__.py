"""Statistics that know nothing of samples, kinds or files."""
