"""The ground floor: what a dataset on disk is, how it is read, measured, checked and arranged."""
