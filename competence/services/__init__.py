"""Writing the plan and the facts: the only writers of these rows."""
