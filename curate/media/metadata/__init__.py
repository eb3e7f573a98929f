"""What files say beside their pixels and samples, and the same files without it, byte for byte otherwise."""
