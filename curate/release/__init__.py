"""Releases of a dataset: named, addressed by their content, with one pointer to the current one."""
