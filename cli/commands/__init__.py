"""One file for each command: it parses, calls one function below, and prints."""
