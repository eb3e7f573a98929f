"""What `burnish drift` does: two sets, a log over time, the same samples twice, and a simulation."""
