"""Bytes in, array or verdict out: the only place where media files are opened and decoded."""
