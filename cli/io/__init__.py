"""What every command shares of the outside world: terminal, streams, reports."""
