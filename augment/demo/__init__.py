"""The small messy datasets of `burnish demo`: written digits and spoken ones."""
