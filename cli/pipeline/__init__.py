"""Pipelines: recipes that run the other commands, one after the other, and only those that have something to do."""
