"""Duplicates: candidates by a hash, confirmed on what was decoded, joined into groups."""
