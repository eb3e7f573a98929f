"""Who gets how many new samples, and from which sources: from weak tags, budgets and short classes to a plan."""
