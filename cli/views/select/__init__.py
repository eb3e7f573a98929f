"""What `burnish select` shows of samples that were picked by their embeddings."""
