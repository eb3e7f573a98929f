"""Carrying a plan out: a source through its operations, files into a folder, nothing made twice."""
