"""The commands: one file each, which parses, calls one function below, and prints."""
