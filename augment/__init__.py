"""Recipes that make realistic samples for the tags a model is weak on."""
