"""Quick baselines: how good is a model on this data, where is it weak, did the data help."""
