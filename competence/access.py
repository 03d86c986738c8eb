"""What it takes to open each of the app's addresses."""

from lms.people.access import Action, Obj, Rule

_COVERAGE = Rule(Obj.COVERAGE, Action.READ)
_GAP = Rule(Obj.GAP, Action.READ)
_ENROL = Rule(Obj.ENROLMENT, Action.CREATE)
_PLAN = Rule(Obj.REQUIREMENT)
_EDIT_PLAN = Rule(Obj.REQUIREMENT, Action.UPDATE)
_EXEMPT = Rule(Obj.EXEMPTION, Action.APPROVE)
_CORRECT = Rule(Obj.ACHIEVEMENT, Action.UPDATE)
# Who takes history in sees whom the file is about; that is what the work is.
_IMPORT = Rule(Obj.ACHIEVEMENT, Action.CREATE)

URLS: dict[str, Rule] = {
    "competence:coverage": _COVERAGE,
    "competence:plan": _PLAN,
    "competence:key_group": _PLAN,
    "competence:team": _COVERAGE,
    "competence:team_file": _COVERAGE,
    "competence:team_person": _GAP,
    "competence:team_why": _GAP,
    "competence:team_enrol": _ENROL,
    "competence:team_undo": _ENROL,
    "competence:team_remind": _ENROL,
    "competence:signoffs": _ENROL,
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
    "competence_admin:end_naming": _EDIT_PLAN,
    "competence_admin:exemptions": _EXEMPT,
    "competence_admin:withdraw_exemption": _EXEMPT,
    "competence_admin:renewals": _EDIT_PLAN,
    "competence_admin:achievements": _CORRECT,
    "competence_admin:revoke": _CORRECT,
    "competence_admin:correct_certificate": _CORRECT,
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
