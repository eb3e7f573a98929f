"""Asking for samples: the language of facts, selections, and tags."""
