"""Files for a browser: served to one person on this machine by their digests, or inside of the page itself."""
