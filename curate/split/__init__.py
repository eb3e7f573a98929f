"""Splits: which samples belong together, how many go where, and whether something leaks."""
