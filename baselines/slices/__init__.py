"""Where a model is weak: tags, classes, and single mistakes."""
