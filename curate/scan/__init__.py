"""From folders to a manifest: walk, label, measure, reuse."""
