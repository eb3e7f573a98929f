"""One file for each format of pictures: structure, pixels, findings."""
