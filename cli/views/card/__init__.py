"""Cards: what is known of a dataset and of a model, beside what only people know."""
