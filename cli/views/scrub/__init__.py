"""What `burnish scrub` says."""
