"""Repair: files of a dataset are mended where that is certain, by a journal, and the manifest follows."""
