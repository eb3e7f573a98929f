"""Formats of other tools for labelling: written from a manifest, and read back."""
