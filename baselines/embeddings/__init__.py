"""Embeddings from models: the user's own, or one that a package carries."""
