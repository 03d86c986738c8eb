"""What pages show of the engine's answers: frozen rows, made in a constant number of queries."""

from competence.figures.learner import MyRequirement, Source, my_requirements

__all__ = ["MyRequirement", "Source", "my_requirements"]
