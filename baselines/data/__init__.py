"""The samples that a baseline learns from and is tested on, the parts they are cut into, and their predictions."""
