"""What it takes to open each of the app's addresses."""

from lms.people.access import SIGNED_IN, Action, Obj, Rule, Scope, SeenAs

_COVERAGE = Rule(Obj.COVERAGE, Action.READ)
_TEAM = Rule(Obj.COVERAGE, Action.READ, seen_as=SeenAs.MANAGER)
_TEAM_FILE = Rule(Obj.COVERAGE, Action.READ, seen_as=SeenAs.REFUSED)
_MEMBER = Rule(Obj.GAP, Action.READ, seen_as=SeenAs.MANAGER)
_MEMBER_FILE = Rule(Obj.GAP, Action.READ, seen_as=SeenAs.REFUSED)
_ENROL = Rule(Obj.ENROLMENT, Action.CREATE, seen_as=SeenAs.REFUSED)
_DEPUTIES = Rule(Obj.DELEGATION, Action.READ, seen_as=SeenAs.REFUSED)
_CASE = Rule(Obj.CASE, Action.READ)
_CASE_MOVE = Rule(Obj.CASE, Action.APPROVE)
_PLAN = Rule(Obj.REQUIREMENT)
_EDIT_PLAN = Rule(Obj.REQUIREMENT, Action.UPDATE)
_ASK_TO_EXEMPT = Rule(Obj.EXEMPTION, Action.CREATE, seen_as=SeenAs.REFUSED)
_EXEMPT = Rule(Obj.EXEMPTION, Action.APPROVE)
_CORRECT = Rule(Obj.ACHIEVEMENT, Action.UPDATE)
_REPORT = Rule(Obj.RECOGNITION, Action.CREATE)
_REVIEW = Rule(Obj.RECOGNITION, Action.APPROVE)
_READ_SHEETS = Rule(Obj.RECOGNITION, Action.READ)
_NEEDS = Rule(Obj.NEEDS_ASSESSMENT)
_ANSWER_NEEDS = Rule(Obj.NEEDS_ASSESSMENT, Action.UPDATE, seen_as=SeenAs.REFUSED)
_CONFIRM_NEEDS = Rule(Obj.NEEDS_ASSESSMENT, Action.APPROVE, seen_as=SeenAs.REFUSED)
_EVERY_ANSWER = Rule(Obj.NEEDS_ASSESSMENT, scope=Scope.ALL)
# Who takes history in sees whom the file is about; that is what the work is.
_IMPORT = Rule(Obj.ACHIEVEMENT, Action.CREATE)
# A manager reads the rows of the own department; the rest, and the files, hold all of it.
_OWN_PART = Rule(Obj.REPORT, Action.READ)
_WHOLE_REPORT = Rule(Obj.REPORT, Action.READ, scope=Scope.ALL)
_MAKE_REPORT = Rule(Obj.REPORT, Action.CREATE)
_SIGN_OFF = Rule(Obj.REPORT, Action.APPROVE)

URLS: dict[str, Rule] = {
    "competence:reports": _OWN_PART,
    "competence:report": _OWN_PART,
    "competence:report_extract": _WHOLE_REPORT,
    "competence:report_workbook": _WHOLE_REPORT,
    "competence:report_json": _WHOLE_REPORT,
    "competence:report_table": _WHOLE_REPORT,
    "competence:new_report": _MAKE_REPORT,
    "competence:report_words": _MAKE_REPORT,
    "competence:report_handover": _MAKE_REPORT,
    "competence:sign_off_report": _SIGN_OFF,
    "competence:release_report": _SIGN_OFF,
    "competence:discard_report": _MAKE_REPORT,
    "competence:report_schedules": _MAKE_REPORT,
    "competence:end_report_schedule": _MAKE_REPORT,
    "competence:coverage": _COVERAGE,
    "competence:plan": _PLAN,
    "competence:key_group": _PLAN,
    "competence:needs": _NEEDS,
    "competence:needs_form": _NEEDS,
    "competence:needs_keep": _ANSWER_NEEDS,
    "competence:needs_take_back": _ANSWER_NEEDS,
    "competence:needs_leave": _ANSWER_NEEDS,
    "competence:needs_end_leave": _ANSWER_NEEDS,
    "competence:needs_confirm": _CONFIRM_NEEDS,
    "competence:naming": Rule(Obj.KEY_PERSON),
    "competence:team": _TEAM,
    "competence:team_file": _TEAM_FILE,
    "competence:team_person": _MEMBER,
    "competence:team_why": _MEMBER,
    "competence:my_day": SIGNED_IN,
    "competence:my_requirement": SIGNED_IN,
    "competence:team_file_xlsx": _TEAM_FILE,
    "competence:team_matrix_file": _TEAM_FILE,
    "competence:team_matrix_file_xlsx": _TEAM_FILE,
    "competence:team_outlook": _TEAM,
    "competence:team_outlook_file": _TEAM_FILE,
    "competence:team_outlook_file_xlsx": _TEAM_FILE,
    "competence:team_outlook_names": _TEAM_FILE,
    "competence:team_outlook_names_xlsx": _TEAM_FILE,
    "competence:coverage_outlook": _COVERAGE,
    "competence:team_move": _MEMBER,
    "competence:my_transcript": SIGNED_IN,
    "competence:team_transcript": _MEMBER_FILE,
    "competence:team_enrol": _ENROL,
    "competence:team_undo": _ENROL,
    "competence:team_remind": _ENROL,
    "competence:team_exempt": _ASK_TO_EXEMPT,
    "competence:team_withdraw_request": _ASK_TO_EXEMPT,
    "competence:signoffs": _ENROL,
    "competence:deputies": _DEPUTIES,
    "competence:end_deputy": _DEPUTIES,
    "competence:claim": _REPORT,
    "competence:claim_for": _REPORT,
    "competence:withdraw_claim": _REPORT,
    "competence:proof": _REPORT,
    "competence:further_proof": _REPORT,
    "competence_admin:inbox": _REVIEW,
    "competence_admin:inbox_confirm": _REVIEW,
    "competence_admin:recognition": _REVIEW,
    "competence_admin:undo_recognition": _REVIEW,
    "competence_admin:decided": _REVIEW,
    "competence_admin:sheet": _REVIEW,
    # Of everybody's: who reads only their own is stopped where the scope is known.
    "competence_admin:recorded_sheets": _READ_SHEETS,
    "competence_admin:recorded_sheet": _READ_SHEETS,
    "competence_admin:sheet_paper": _READ_SHEETS,
    "competence_admin:rules": _REVIEW,
    "competence_admin:rule_file": _REVIEW,
    "competence_admin:rule_file_export": _REVIEW,
    "competence_admin:new_rule": _REVIEW,
    "competence_admin:withdraw_rule": _REVIEW,
    "competence_admin:outside_courses": _REVIEW,
    "competence_admin:outside_course": _REVIEW,
    "competence_admin:retire_outside_course": _REVIEW,
    "competence_admin:merge_outside_course": _REVIEW,
    "competence:coverage_targets": _MEMBER,
    "competence:coverage_enrol": _ENROL,
    "competence_admin:plan": _EDIT_PLAN,
    "competence_admin:new_draft": _EDIT_PLAN,
    "competence_admin:version": _EDIT_PLAN,
    "competence_admin:discard": _EDIT_PLAN,
    "competence_admin:adopt": _EDIT_PLAN,
    "competence_admin:new_key_group": _EDIT_PLAN,
    "competence_admin:edit_key_group": _EDIT_PLAN,
    "competence_admin:new_requirement": _EDIT_PLAN,
    "competence_admin:requirement": _EDIT_PLAN,
    "competence_admin:delete_requirement": _EDIT_PLAN,
    "competence_admin:framework": _EDIT_PLAN,
    "competence_admin:framework_export": _EDIT_PLAN,
    # The page reaches every unit; a manager's right to name reaches only their own.
    "competence_admin:namings": _EDIT_PLAN,
    "competence_admin:naming": _EDIT_PLAN,
    "competence_admin:end_naming": _EDIT_PLAN,
    "competence_admin:needs_rounds": _EVERY_ANSWER,
    "competence_admin:needs_round": _EVERY_ANSWER,
    "competence_admin:needs_answer": _EVERY_ANSWER,
    "competence_admin:needs_file": _EVERY_ANSWER,
    "competence_admin:needs_file_xlsx": _EVERY_ANSWER,
    "competence_admin:proposals": _EVERY_ANSWER,
    "competence_admin:needs_new_round": _EDIT_PLAN,
    "competence_admin:needs_extend": _EDIT_PLAN,
    "competence_admin:needs_close": _EDIT_PLAN,
    "competence_admin:needs_remind": _EDIT_PLAN,
    "competence_admin:needs_undo_reminders": _EDIT_PLAN,
    "competence_admin:new_proposal": _EDIT_PLAN,
    "competence_admin:proposal": _EDIT_PLAN,
    "competence_admin:exemptions": _EXEMPT,
    "competence_admin:withdraw_exemption": _EXEMPT,
    "competence_admin:decide_exemption_request": _EXEMPT,
    "competence_admin:group_messages": _EDIT_PLAN,
    "competence_admin:undo_message": _EDIT_PLAN,
    "competence_admin:renewals": _EDIT_PLAN,
    "competence_admin:renewal_names": _EDIT_PLAN,
    "competence_admin:renewal_file": _EDIT_PLAN,
    "competence_admin:targets": _EDIT_PLAN,
    "competence_admin:target": _EDIT_PLAN,
    "competence_admin:end_target": _EDIT_PLAN,
    # One person at a time, with a reason that is logged before anything is shown.
    "competence_admin:case": _CASE,
    "competence_admin:case_move": _CASE_MOVE,
    "competence_admin:achievements": _CORRECT,
    "competence_admin:revoke": _CORRECT,
    "competence_admin:transcripts": _CORRECT,
    "competence_admin:transcript_file": _CORRECT,
    "competence_admin:put_right": _CORRECT,
    "competence_admin:correct_certificate": _CORRECT,
    "competence_admin:withdraw_record": _CORRECT,
    "competence_admin:put_record_back": _CORRECT,
    "competence_admin:history": _IMPORT,
    "competence_admin:history_example": _IMPORT,
    "competence_admin:history_columns": _IMPORT,
    "competence_admin:history_batch": _IMPORT,
    "competence_admin:history_questions": _IMPORT,
    "competence_admin:history_names": _IMPORT,
    "competence_admin:history_rows": _IMPORT,
    "competence_admin:history_file": _IMPORT,
    "competence_admin:history_recount": _IMPORT,
    "competence_admin:history_commit": _IMPORT,
    "competence_admin:history_undo": _CORRECT,
    "competence_admin:history_discard": _IMPORT,
    "competence_admin:history_rest": _IMPORT,
}
