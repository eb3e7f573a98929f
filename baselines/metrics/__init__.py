"""Metrics and what is uncertain about them."""
