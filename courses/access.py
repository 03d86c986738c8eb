"""What each address of courses takes."""

from lms.people.access import PUBLIC, Action, Obj, Rule, Scope

# The directory names the people of every organisation: a contact's right to the own is too little.
_DIRECTORY = Rule(Obj.PARTNER_ORGANISATION, scope=Scope.ALL)
_DIRECTORY_UPDATE = Rule(Obj.PARTNER_ORGANISATION, Action.UPDATE, scope=Scope.ALL)

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
    # The views ask whether the reader has begun the course, or has it.
    "courses:report": Rule(Obj.ATTEMPT, Action.UPDATE),
    "courses:ask": Rule(Obj.EXPERT_QUESTION, Action.CREATE),
    "courses:ask_about_course": Rule(Obj.EXPERT_QUESTION, Action.CREATE),
    "courses:my_questions": Rule(Obj.EXPERT_QUESTION, Action.CREATE),
    "courses:news": Rule(Obj.COURSE),
    "courses:transcript": Rule(Obj.COMPLETION),
    "courses:transcript_csv": Rule(Obj.COMPLETION),
    "courses:transcript_xlsx": Rule(Obj.COMPLETION),
    "courses:certificate": Rule(Obj.COMPLETION),
    "courses:verify_start": PUBLIC,
    "courses:verify": PUBLIC,
    # The contact of a partner organisation, and only about its own people.
    "courses:partner": Rule(Obj.SHARED_COURSE),
    "courses:partner_csv": Rule(Obj.SHARED_COURSE),
    "courses:partner_xlsx": Rule(Obj.SHARED_COURSE),
    "courses:partner_seats": Rule(Obj.SHARED_COURSE, Action.CREATE),
    "courses:partner_take_back": Rule(Obj.SHARED_COURSE, Action.UPDATE),
    "courses:partner_undo": Rule(Obj.SHARED_COURSE, Action.UPDATE),
    # Inside Wagtail's admin. Reviewers read the drafts too: the views ask for the right to the
    # page, and who may write for what writes.
    "courses_admin:courses": Rule(Obj.QUESTION_BANK),
    "courses_admin:studio": Rule(Obj.QUESTION_BANK),
    "courses_admin:read": Rule(Obj.QUESTION_BANK),
    "courses_admin:checks": Rule(Obj.QUESTION_BANK),
    "courses_admin:expert_questions": Rule(Obj.EXPERT_QUESTION, Action.UPDATE),
    "courses_admin:expert_question": Rule(Obj.EXPERT_QUESTION, Action.UPDATE),
    "courses_admin:publish": Rule(Obj.QUESTION_BANK),
    "courses_admin:versions": Rule(Obj.QUESTION_BANK),
    "courses_admin:difference": Rule(Obj.QUESTION_BANK),
    "courses_admin:version_read": Rule(Obj.QUESTION_BANK),
    "courses_admin:version_lesson": Rule(Obj.QUESTION_BANK),
    "courses_admin:review": Rule(Obj.QUESTION_BANK),
    "courses_admin:organisations": _DIRECTORY,
    "courses_admin:organisation": _DIRECTORY,
    "courses_admin:add_organisation": Rule(
        Obj.PARTNER_ORGANISATION, Action.CREATE, scope=Scope.ALL
    ),
    "courses_admin:change_organisation": _DIRECTORY_UPDATE,
    "courses_admin:add_partner_member": _DIRECTORY_UPDATE,
    "courses_admin:partner_member": _DIRECTORY_UPDATE,
    "courses_admin:end_partner_member": _DIRECTORY_UPDATE,
    "courses_admin:add_quota": _DIRECTORY_UPDATE,
    "courses_admin:quota": _DIRECTORY_UPDATE,
    # The bank: its views ask for the right to the whole of it.
    "courses_admin:question": Rule(Obj.QUESTION_BANK),
    "courses_admin:retire_question": Rule(Obj.QUESTION_BANK, Action.UPDATE),
    "courses_admin:restore_question": Rule(Obj.QUESTION_BANK, Action.UPDATE),
    "wagtailsnippets_courses_question:*": Rule(Obj.QUESTION_BANK),
    "wagtailsnippetchoosers_courses_question:*": Rule(Obj.QUESTION_BANK),
    "courses_admin:*": Rule(Obj.COURSE, Action.UPDATE),
}
