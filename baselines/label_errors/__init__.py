"""Labels that are likely wrong: found by probabilities of models that did not learn them, and by contradictions."""
