"""Privacy over a manifest: what files, names and tags say about people is taken out, replaced or grouped."""
