"""Files in folders for training: the plan, the layout, and carrying it out."""
