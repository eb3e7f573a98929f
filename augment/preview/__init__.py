"""Before and after: what a recipe makes, as people look at it and listen to it."""
