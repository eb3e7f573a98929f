"""The recipes that ship with burnish: YAML files, no code."""
