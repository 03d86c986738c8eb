"""What happened to people and the organisation, for the apps above."""

from django.dispatch import Signal

# After the commit of an import. run: ImportRun
organisation_imported = Signal()
# After the commit of an undo. run: ImportRun
import_undone = Signal()
# Inside the merging transaction: receivers move their facts from `loser` to `survivor`.
# survivor: Person, loser: Person, by: User
people_merged = Signal()
# Inside the transaction in which somebody set their first password. user: User
account_activated = Signal()
# Inside the transaction. user: User
account_deactivated = Signal()
# Inside the transaction. delegation: Delegation
delegation_given = Signal()
# Inside the transaction. delegation: Delegation, by: User
delegation_ended = Signal()
# Inside the transaction. manager: User, by: User, reason: str, at: datetime, until: datetime
team_seen_as = Signal()
# Inside the transaction, before a membership gets other days or is withdrawn: a receiver refuses by
# raising PartnerError. membership: PartnerMembership as it is, holds_on: Callable[[date], bool]
# (whether it will hold on a day)
membership_shortened = Signal()
