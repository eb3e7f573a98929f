"""Recipes as files: their types, their reader, and their schema for editors."""
