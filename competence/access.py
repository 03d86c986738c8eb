"""What it takes to open each of the app's addresses."""

from lms.people.access import SIGNED_IN, Action, Obj, Rule

_COVERAGE = Rule(Obj.COVERAGE, Action.READ)
_GAP = Rule(Obj.GAP, Action.READ)
_ENROL = Rule(Obj.ENROLMENT, Action.CREATE)
_PLAN = Rule(Obj.REQUIREMENT)
_EDIT_PLAN = Rule(Obj.REQUIREMENT, Action.UPDATE)
_EXEMPT = Rule(Obj.EXEMPTION, Action.APPROVE)
_CORRECT = Rule(Obj.ACHIEVEMENT, Action.UPDATE)

URLS: dict[str, Rule] = {
    "competence:coverage": _COVERAGE,
    "competence:plan": _PLAN,
    "competence:key_group": _PLAN,
    "competence:team": _COVERAGE,
    "competence:team_file": _COVERAGE,
    "competence:team_person": _GAP,
    "competence:team_why": _GAP,
    "competence:my_transcript": SIGNED_IN,
    "competence:team_transcript": _GAP,
    "competence:team_enrol": _ENROL,
    "competence:team_undo": _ENROL,
    "competence:team_remind": _ENROL,
    "competence:signoffs": _ENROL,
    "competence:coverage_targets": _GAP,
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
    "competence_admin:end_naming": _EDIT_PLAN,
    "competence_admin:exemptions": _EXEMPT,
    "competence_admin:withdraw_exemption": _EXEMPT,
    "competence_admin:group_messages": _EDIT_PLAN,
    "competence_admin:undo_message": _EDIT_PLAN,
    "competence_admin:renewals": _EDIT_PLAN,
    "competence_admin:renewal_names": _EDIT_PLAN,
    "competence_admin:renewal_file": _EDIT_PLAN,
    "competence_admin:targets": _EDIT_PLAN,
    "competence_admin:target": _EDIT_PLAN,
    "competence_admin:end_target": _EDIT_PLAN,
    "competence_admin:achievements": _CORRECT,
    "competence_admin:revoke": _CORRECT,
    "competence_admin:transcripts": _CORRECT,
    "competence_admin:transcript_file": _CORRECT,
    "competence_admin:put_right": _CORRECT,
    "competence_admin:correct_certificate": _CORRECT,
}
