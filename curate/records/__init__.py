"""The records of a dataset, and how manifests are read and written."""
