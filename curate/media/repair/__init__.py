"""Mending files without touching what they show or sound like: where they end, and which way up they are."""
