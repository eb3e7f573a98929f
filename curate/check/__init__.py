"""The checks over facts: what is dropped, what is named, and where dropped files go."""
