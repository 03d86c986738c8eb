"""What each address of courses takes."""

from lms.people.access import PUBLIC, Action, Obj, Rule

URLS: dict[str, Rule] = {
    "courses:catalogue": Rule(Obj.COURSE),
    "courses:course": Rule(Obj.COURSE),
    "courses:asset": Rule(Obj.COURSE),
    # What a learner writes is theirs: the views ask for the own enrolment.
    "courses:lesson": Rule(Obj.ATTEMPT),
    "courses:answers": Rule(Obj.ATTEMPT, Action.UPDATE),
    "courses:reflection": Rule(Obj.ATTEMPT, Action.UPDATE),
    "courses:checklist": Rule(Obj.ATTEMPT, Action.UPDATE),
    "courses:confirm": Rule(Obj.ENROLMENT, Action.UPDATE),
    "courses:newest_version": Rule(Obj.ENROLMENT, Action.UPDATE),
    "courses:state": Rule(Obj.ATTEMPT),
    "courses:place": Rule(Obj.ATTEMPT, Action.UPDATE),
    "courses:transcript": Rule(Obj.COMPLETION),
    "courses:transcript_csv": Rule(Obj.COMPLETION),
    "courses:certificate": Rule(Obj.COMPLETION),
    "courses:verify_start": PUBLIC,
    "courses:verify": PUBLIC,
    # Inside Wagtail's admin.
    "courses_admin:*": Rule(Obj.COURSE, Action.UPDATE),
}
