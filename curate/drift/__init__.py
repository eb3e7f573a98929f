"""Has the data changed? Two manifests against each other, and over time; three answers, one of them "cannot tell"."""
