"""What would be asked of somebody in another post: facts in memory, nothing written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from competence.engine.days import FOREVER
from competence.engine.facts import EmploymentFact, PersonFacts


@dataclass(frozen=True)
class Supposed:
    """A post that somebody would begin on `starts_on`. `old_ends`: the posts they have until then
    end the day before."""

    unit_pk: int
    unit_code: str
    unit_name: str
    job_code: str
    job_title: str
    form: str
    is_manager: bool
    starts_on: date
    old_ends: bool

    @property
    def fact(self) -> EmploymentFact:
        return EmploymentFact(
            self.unit_pk,
            self.job_code,
            self.is_manager,
            self.form,
            self.starts_on.toordinal(),
            FOREVER,
        )

    def of(self, person: PersonFacts) -> PersonFacts:
        """The person's facts, had they the post. Ask of a day from `starts_on` on."""
        first = self.starts_on.toordinal()
        kept = person.employments
        if self.old_ends:
            kept = [post._replace(ends=min(post.ends, first - 1)) for post in kept]
            kept = [post for post in kept if post.starts <= post.ends]
        return replace(person, employments=[*kept, self.fact])
