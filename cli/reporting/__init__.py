"""The parts of the page of `burnish report`."""
