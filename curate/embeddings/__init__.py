"""Embeddings: a vector for each file, keyed by the digest of its bytes, and what can be told from distances alone."""
