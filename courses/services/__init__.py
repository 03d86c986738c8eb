"""Writing to courses: check, write, audit in one transaction."""
