"""From a manifest to a result: train, evaluate, and the sanity check."""
