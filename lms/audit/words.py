"""What the ledger's actions and values are called: the words of the log's page and its files. A
test finds the action that has none."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lms.lib.dates import STOCKHOLM

NOTHING = "–"

ACTIONS: dict[str, Promise] = {
    "achievement.awarded": gettext_lazy("A course gave a level"),
    "achievement.imported": gettext_lazy("Level imported"),
    "achievement.revoked": gettext_lazy("Level revoked"),
    "achievement_moved": gettext_lazy("Level moved to another record"),
    "exemption.granted": gettext_lazy("Exemption granted"),
    "exemption.imported": gettext_lazy("Exemption imported"),
    "exemption.changed": gettext_lazy("Exemption got another last day"),
    "exemption.withdrawn": gettext_lazy("Exemption ended"),
    "exemption_moved": gettext_lazy("Exemption moved to another record"),
    "naming.created": gettext_lazy("Key person named"),
    "naming.changed": gettext_lazy("Naming got another last day"),
    "naming.ended": gettext_lazy("Naming ended"),
    "keypersonassignment_moved": gettext_lazy("Naming moved to another record"),
    "renewal_order.created": gettext_lazy("Renewal ordered"),
    "equivalence_rule.previewed": gettext_lazy("Reach of an equivalence rule looked at"),
    "renewal_order.reach_seen": gettext_lazy("Reach of a renewal looked at"),
    "plan_version.drafted": gettext_lazy("Draft of the plan made"),
    "plan_version.adopted": gettext_lazy("Plan version adopted"),
    "plan_version.discarded": gettext_lazy("Draft of the plan discarded"),
    "plan_version.consequences_seen": gettext_lazy("Consequences of a draft looked at"),
    "plan_version.key_group_defined": gettext_lazy("Key group defined in the draft"),
    "plan_version.requirement_added": gettext_lazy("Requirement added to the draft"),
    "plan_version.requirement_changed": gettext_lazy("Requirement changed in the draft"),
    "plan_version.requirement_removed": gettext_lazy("Requirement removed from the draft"),
    "key_group.created": gettext_lazy("Key group created"),
    "key_group.renamed": gettext_lazy("Key group renamed"),
    "area.created": gettext_lazy("Area created"),
    "area.renamed": gettext_lazy("Area renamed"),
    "level.created": gettext_lazy("Level created"),
    "level.renamed": gettext_lazy("Level renamed"),
    "person.created": gettext_lazy("Person added by the plan's file"),
    "person.reminded": gettext_lazy("Person reminded"),
    "person.achievements_opened": gettext_lazy("Somebody's record opened for correction"),
    "person_created": gettext_lazy("Person added"),
    "person_changed": gettext_lazy("Person changed"),
    "person_import_undone": gettext_lazy("Person: import taken back"),
    "people_merged": gettext_lazy("Records merged"),
    "unit_created": gettext_lazy("Unit added"),
    "unit_changed": gettext_lazy("Unit changed"),
    "unit_import_undone": gettext_lazy("Unit: import taken back"),
    "employment_created": gettext_lazy("Employment added"),
    "employment_changed": gettext_lazy("Employment changed"),
    "employment_ended": gettext_lazy("Employment ended"),
    "employment_withdrawn": gettext_lazy("Employment withdrawn"),
    "employment_restored": gettext_lazy("Employment restored"),
    "employment_moved": gettext_lazy("Employment moved to another record"),
    "employment_import_undone": gettext_lazy("Employment: import taken back"),
    "leave_created": gettext_lazy("Leave added"),
    "leave_changed": gettext_lazy("Leave changed"),
    "leave_ended": gettext_lazy("Leave ended"),
    "leave_withdrawn": gettext_lazy("Leave withdrawn"),
    "leave_restored": gettext_lazy("Leave restored"),
    "leave_moved": gettext_lazy("Leave moved to another record"),
    "leave_import_undone": gettext_lazy("Leave: import taken back"),
    "organisation_imported": gettext_lazy("Staff files imported"),
    "import_undone": gettext_lazy("Import of staff files taken back"),
    "hr_files_uploaded": gettext_lazy("Staff files uploaded"),
    "hr_files_discarded": gettext_lazy("Staff files discarded"),
    "role_assigned": gettext_lazy("Role given"),
    "role_ended": gettext_lazy("Role ended"),
    "account_created": gettext_lazy("Account created"),
    "account_changed": gettext_lazy("Account changed"),
    "account_import_undone": gettext_lazy("Account: import taken back"),
    "account_invited": gettext_lazy("Invitation to an account"),
    "account_activated": gettext_lazy("Account activated"),
    "account_closed": gettext_lazy("Account closed"),
    "account_reopened": gettext_lazy("Account opened again"),
    "account_deactivated": gettext_lazy("Account closed at the end of employment"),
    "account_reactivated": gettext_lazy("Account opened at a new employment"),
    "account_moved": gettext_lazy("Account moved to another record"),
    "account_address_changed": gettext_lazy("Account got another address"),
    "access_refused": gettext_lazy("Access refused"),
    "course.enrolled": gettext_lazy("Enrolled in a course"),
    "course.withdrawn": gettext_lazy("Enrolment ended"),
    "course.moved_to_version": gettext_lazy("Went on in a newer version"),
    "course.confirmed": gettext_lazy("Statement confirmed"),
    "course.signed_off": gettext_lazy("Confirmed as done by a manager"),
    "course.completed": gettext_lazy("Course completed"),
    "course.completion_revoked": gettext_lazy("Completion revoked"),
    "course.certificate_revoked": gettext_lazy("Certificate revoked"),
    "course.certificate_superseded": gettext_lazy("Certificate replaced"),
    "enrolment_moved": gettext_lazy("Enrolment moved to another record"),
    "completion_moved": gettext_lazy("Completion moved to another record"),
    "certificate_moved": gettext_lazy("Certificate moved to another record"),
    "lessonreport_moved": gettext_lazy("Report moved to another record"),
    "expertquestion_moved": gettext_lazy("Question moved to another record"),
    "course.version_published": gettext_lazy("Course version published"),
    "course.review_asked_for": gettext_lazy("Review of a course asked for"),
    "course.review_decided": gettext_lazy("Review of a course decided"),
    "course.retired": gettext_lazy("Course to be ended"),
    "course.reopened": gettext_lazy("Course offered again"),
    "course.archived": gettext_lazy("Enrolment ended with the course"),
    "course.copied": gettext_lazy("Course copied"),
    "course.lesson_copied": gettext_lazy("Lesson copied"),
    "course.outline_added": gettext_lazy("Outline added to a course"),
    "course.page_deleted": gettext_lazy("Page of a course deleted"),
    "course.news_offered": gettext_lazy("News offered"),
    "course.news_withdrawn": gettext_lazy("News withdrawn"),
    "course.question_answered": gettext_lazy("Question answered"),
    "course.question_declined": gettext_lazy("Question declined"),
    "course.question_published": gettext_lazy("Question published"),
    "course.question_unpublished": gettext_lazy("Question unpublished"),
    "course.report_closed": gettext_lazy("Report closed"),
    "question.version_saved": gettext_lazy("Question of the bank saved"),
    "question.retired": gettext_lazy("Question of the bank retired"),
    "question.restored": gettext_lazy("Question of the bank restored"),
    "home.page_reviewed": gettext_lazy("Page reviewed"),
    "home.arena_loaded": gettext_lazy("Starter pages loaded"),
    "home.test_mail_sent": gettext_lazy("Test mail sent"),
    "content.references_loaded": gettext_lazy("References loaded"),
    "mail.sent_again": gettext_lazy("Mail sent again"),
    "job.retried": gettext_lazy("Job tried again"),
    "job.cancelled": gettext_lazy("Job cancelled"),
    "achievement.corrected": gettext_lazy("Right level recorded in the place of a wrong one"),
    "achievement.recognised": gettext_lazy("Outside course recognised"),
    "achievement.replaced": gettext_lazy("Level replaced by a correction"),
    "achievement.withdrawn": gettext_lazy("Level taken back as a mistake"),
    "coverage_target.created": gettext_lazy("Coverage target set"),
    "coverage_target.ended": gettext_lazy("Coverage target ended"),
    "coverage_target.previewed": gettext_lazy("Reach of a coverage target looked at"),
    "delegation_given": gettext_lazy("Deputy given"),
    "delegation_ended": gettext_lazy("Deputy ended"),
    "equivalence_rule.decided": gettext_lazy("Equivalence rule decided"),
    "equivalence_rule.withdrawn": gettext_lazy("Equivalence rule withdrawn"),
    "exemption_request.made": gettext_lazy("Exemption asked for"),
    "exemption_request.withdrawn": gettext_lazy("Request for an exemption taken back"),
    "exemption_request.granted": gettext_lazy("Request for an exemption granted"),
    "exemption_request.refused": gettext_lazy("Request for an exemption refused"),
    "group_message.previewed": gettext_lazy("Message to a group looked at"),
    "group_message.written": gettext_lazy("Message to a group written"),
    "group_message.sent": gettext_lazy("Message to a group sent"),
    "group_message.undone": gettext_lazy("Message to a group taken back"),
    "history.uploaded": gettext_lazy("File of history handed in"),
    "history.read": gettext_lazy("File of history rehearsed"),
    "history.answered": gettext_lazy("Question about history answered"),
    "history.names_confirmed": gettext_lazy("Names in history confirmed"),
    "history.committed": gettext_lazy("History taken in"),
    "history.undone": gettext_lazy("History taken back"),
    "history.discarded": gettext_lazy("File of history thrown away"),
    "history.rest_removed": gettext_lazy("What was left of a file of history removed"),
    "names.opened": gettext_lazy("Names opened with a reason"),
    "outside_course.added": gettext_lazy("Outside course added"),
    "outside_course.changed": gettext_lazy("Outside course changed"),
    "outside_course.merged": gettext_lazy("Outside courses put together"),
    "outside_course.retired": gettext_lazy("Outside course taken out of the list"),
    "outside_course.restored": gettext_lazy("Outside course put back in the list"),
    "outside_record.recorded": gettext_lazy("Outside course recorded"),
    "outside_record.withdrawn": gettext_lazy("Record of an outside course taken back"),
    "outside_record.put_back": gettext_lazy("Record of an outside course put back"),
    "outside_record.imported": gettext_lazy("Outside course imported"),
    "recognition_moved": gettext_lazy("Report of an outside course moved to another record"),
    "exemptionrequest_moved": gettext_lazy("Request for an exemption moved to another record"),
    "delegation_moved": gettext_lazy("Deputy moved to another record"),
    "outsiderecord_moved": gettext_lazy("Outside course moved to another record"),
    "person.named_in_opening": gettext_lazy("Named in a list opened with a reason"),
    "person.transcript_fetched": gettext_lazy("Training transcript fetched"),
    "person.status_opened": gettext_lazy("Status on a day opened"),
    "person.move_previewed": gettext_lazy("What another post would ask looked at"),
    "person.reminder_taken_back": gettext_lazy("Reminder taken back"),
    "recognition.claimed": gettext_lazy("Outside course reported"),
    "recognition.approved": gettext_lazy("Outside course approved"),
    "recognition.refused": gettext_lazy("Outside course refused"),
    "recognition.withdrawn": gettext_lazy("Report of an outside course taken back"),
    "recognition.rests": gettext_lazy("Report of an outside course rests on another record"),
    "recognition.decision_undone": gettext_lazy("Decision on an outside course undone"),
    "recognition.proof_opened": gettext_lazy("Proof of an outside course opened"),
    "recognition.proof_removed": gettext_lazy("Proof of an outside course removed"),
    "renewal_order.names_fetched": gettext_lazy("Names that a renewal reaches fetched"),
    "sign_in_sheet.recorded": gettext_lazy("Sign-in sheet recorded"),
    "sign_in_sheet.opened": gettext_lazy("Recorded sign-in sheet opened"),
    "sign_in_sheet.paper_opened": gettext_lazy("Paper of a sign-in sheet opened"),
    "view_as.begun": gettext_lazy("A team seen as its manager sees it"),
    "view_as.opened": gettext_lazy("Page opened as the manager"),
    "view_as.ended": gettext_lazy("No longer seen as the manager"),
    "audit.opened": gettext_lazy("The log opened"),
    "audit.exported": gettext_lazy("The log exported"),
    "audit.disposed": gettext_lazy("Entries of the log disposed of"),
}

FIELDS: dict[str, Promise] = {
    "achievements": gettext_lazy("Levels"),
    "completed_from": gettext_lazy("Completed from"),
    "completed_until": gettext_lazy("Completed until"),
    "places": gettext_lazy("Counted"),
    "records": gettext_lazy("Records"),
    "replaces": gettext_lazy("Replaces"),
    "same": gettext_lazy("The same"),
    "unit_kind": gettext_lazy("Kind of unit"),
    "url": gettext_lazy("Address on the web"),
    "validity_months": gettext_lazy("Valid for, months"),
    "warnings": gettext_lazy("Warnings"),
    "changes": gettext_lazy("Changes"),
    "as_of": gettext_lazy("As of"),
    "active_before": gettext_lazy("Active before"),
    "ended_by_import": gettext_lazy("Ended by the import"),
    "achieved_before": gettext_lazy("Achieved before"),
    "achieved_on": gettext_lazy("Achieved on"),
    "achievement": gettext_lazy("Level reached"),
    "address": gettext_lazy("Address"),
    "adopted_by": gettext_lazy("Decided by"),
    "adopted_on": gettext_lazy("Decided on"),
    "after": gettext_lazy("Offered after"),
    "answer": gettext_lazy("Answer"),
    "approved": gettext_lazy("Approved"),
    "area": gettext_lazy("Area"),
    "article": gettext_lazy("Article"),
    "at_least": gettext_lazy("At least"),
    "batch": gettext_lazy("Batch of history"),
    "certificate": gettext_lazy("Certificate"),
    "change": gettext_lazy("Kind of change"),
    "channel": gettext_lazy("Channel"),
    "code": gettext_lazy("Code"),
    "completed_on": gettext_lazy("Completed on"),
    "completion": gettext_lazy("Completion"),
    "contacts": gettext_lazy("Contacts"),
    "counts": gettext_lazy("Counts"),
    "course": gettext_lazy("Course"),
    "day": gettext_lazy("Day"),
    "decided_on": gettext_lazy("Decided on"),
    "deputy": gettext_lazy("Deputy"),
    "done_on": gettext_lazy("Done on"),
    "effective_from": gettext_lazy("Applies from"),
    "effective_until": gettext_lazy("Applies until"),
    "email": gettext_lazy("E-mail"),
    "ended_on": gettext_lazy("Ended on"),
    "ends_on": gettext_lazy("Last day"),
    "entries": gettext_lazy("Entries"),
    "excluded": gettext_lazy("Left out"),
    "expires_on": gettext_lazy("Expires on"),
    "family_name": gettext_lazy("Family name"),
    "files": gettext_lazy("Files"),
    "form": gettext_lazy("Form of employment"),
    "found": gettext_lazy("Found"),
    "from": gettext_lazy("Copied from page"),
    "given_name": gettext_lazy("Given name"),
    "giver": gettext_lazy("Manager"),
    "grace_days": gettext_lazy("Grace, days"),
    "hash": gettext_lazy("Content hash"),
    "in_force_from": gettext_lazy("In force from"),
    "is_active": gettext_lazy("Account open"),
    "is_manager": gettext_lazy("Manager"),
    "job_code": gettext_lazy("Job code"),
    "job_title": gettext_lazy("Job title"),
    "key_group": gettext_lazy("Key group"),
    "kind": gettext_lazy("Kind"),
    "last_day": gettext_lazy("Last day"),
    "last_valid_day": gettext_lazy("Last valid day"),
    "laws": gettext_lazy("Laws"),
    "lesson": gettext_lazy("Lesson"),
    "level": gettext_lazy("Level"),
    "line": gettext_lazy("Line"),
    "merged_into": gettext_lazy("Merged into"),
    "name": gettext_lazy("Name"),
    "names": gettext_lazy("Names"),
    "number": gettext_lazy("Number"),
    "origin": gettext_lazy("Why enrolled"),
    "outside_course": gettext_lazy("Outside course"),
    "outside_record": gettext_lazy("Record of the outside course"),
    "pages": gettext_lazy("Pages"),
    "parent": gettext_lazy("Parent unit"),
    "path": gettext_lazy("Page"),
    "people": gettext_lazy("People"),
    "person": gettext_lazy("Person id"),
    "person_id": gettext_lazy("Person id"),
    "provider": gettext_lazy("Given by"),
    "question": gettext_lazy("Question"),
    "reference": gettext_lazy("Reference"),
    "renewal_months": gettext_lazy("Renewal, months"),
    "reopened_at": gettext_lazy("Offered again"),
    "replaced_by": gettext_lazy("Replaced by"),
    "retired_at": gettext_lazy("Retired"),
    "retired_on": gettext_lazy("Retired"),
    "reviewed_on": gettext_lazy("Reviewed on"),
    "revoked_on": gettext_lazy("Revoked on"),
    "role": gettext_lazy("Role"),
    "rows": gettext_lazy("Rows"),
    "rule": gettext_lazy("Rule"),
    "rules": gettext_lazy("Rules"),
    "search": gettext_lazy("Searched for"),
    "source": gettext_lazy("Source"),
    "starts_on": gettext_lazy("First day"),
    "state": gettext_lazy("State"),
    "status": gettext_lazy("Status"),
    "title": gettext_lazy("Title"),
    "told_lately": gettext_lazy("Told lately"),
    "unit": gettext_lazy("Unit"),
    "until": gettext_lazy("Until"),
    "valid_until": gettext_lazy("Valid until"),
    "version": gettext_lazy("Version"),
    "way": gettext_lazy("Way"),
    "what": gettext_lazy("What"),
    "window_days": gettext_lazy("Renewal window, days"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "withdrawn_at": gettext_lazy("Withdrawn"),
    "withdrawn_on": gettext_lazy("Withdrawn on"),
    "written_before": gettext_lazy("Written before"),
}


def action_words(action: str) -> str:
    """What happened; an action from an earlier time keeps its code."""
    return str(ACTIONS.get(action, action))


def field_words(name: str) -> str:
    return str(FIELDS.get(name, name))


VALUES: dict[tuple[str, str], Promise] = {
    ("channel", "print"): gettext_lazy("printed code"),
    ("channel", "mail"): gettext_lazy("E-mail"),
    ("kind", "mandatory"): gettext_lazy("mandatory"),
    ("kind", "recommended"): gettext_lazy("recommended"),
    ("origin", "manager"): gettext_lazy("by a manager"),
    ("origin", "requirement"): gettext_lazy("because of a requirement"),
    ("origin", "self"): gettext_lazy("by oneself"),
    ("state", "committed"): gettext_lazy("taken in"),
    ("state", "discarded"): gettext_lazy("thrown away"),
    ("state", "undone"): gettext_lazy("taken back"),
    ("state", "waiting"): gettext_lazy("waiting"),
    ("state", "granted"): gettext_lazy("granted"),
    ("state", "refused"): gettext_lazy("refused"),
    ("state", "withdrawn"): gettext_lazy("taken back"),
    ("status", "adopted"): gettext_lazy("adopted"),
    ("status", "draft"): gettext_lazy("draft"),
    ("way", "course"): gettext_lazy("by taking the course"),
    ("way", "test"): gettext_lazy("by the test that stands for it"),
}

REASONS: dict[str, Promise] = {
    "merged": gettext_lazy("The records were merged"),
    "people merged": gettext_lazy("The records were merged"),
    "last employment ended": gettext_lazy("The last employment ended"),
}


def reason_words(reason: str) -> str:
    """Why, as somebody wrote it; or what the program wrote, in words."""
    if reason in REASONS:
        return str(REASONS[reason])
    for start, words in (
        ("HR import ", gettext_lazy("Staff files, import %(what)s")),
        ("import ", gettext_lazy("From the file %(what)s")),
    ):
        if reason.startswith(start):
            return str(words) % {"what": reason.removeprefix(start)}
    return reason


def value_words(value: Any, name: str = "") -> str:
    """A value as it is read: days in words, yes and no, and nothing as a dash. `name`: of what."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(value_words(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{field_words(name)}: {value_words(one)}" for name, one in value.items())
    if isinstance(value, str):
        if words := VALUES.get((name, value)):
            return str(words)
        return _day_or_moment(value, get_language()) or value
    return str(value)


@lru_cache(maxsize=4096)
def _day_or_moment(text: str, language: str | None) -> str:
    """In a language, which is that of the thread: a file of the log says the same day often."""
    try:
        if len(text) == 10:
            return date_format(date.fromisoformat(text), "j F Y")
        if len(text) > 18 and text[4:5] == "-" and text[10:11] == "T":
            moment = datetime.fromisoformat(text).astimezone(STOCKHOLM)
            return date_format(moment, "j F Y H:i")
    except ValueError:
        pass
    return ""
