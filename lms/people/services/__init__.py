"""Writing people and the organisation: the only writers of these rows."""
