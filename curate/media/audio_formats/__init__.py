"""One file for each format of recordings: structure, samples, findings."""
