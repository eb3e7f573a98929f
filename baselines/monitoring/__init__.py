"""Watching a model and its data: what needs features, predictions, or outcomes that came back."""
