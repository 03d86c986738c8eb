"""HR import: read the files → a plan of changes → show it → apply it in one transaction.

`read_organisation` never raises for bad input: it returns what it read and every fault.
`plan_import` compares with the database and writes nothing. `apply_import` plans again inside
its transaction, so what is written is what the files mean at that moment. `undo_import` takes
the last one back, row by row.
"""

from lms.people.services.hr_import.applying import (
    ImportRefusedError,
    apply_import,
    summary_of,
)
from lms.people.services.hr_import.planning import Change, ImportPlan, plan_import
from lms.people.services.hr_import.reading import Organisation, read_organisation
from lms.people.services.hr_import.undoing import UndoRefusedError, last_import, undo_import

__all__ = [
    "Change",
    "ImportPlan",
    "ImportRefusedError",
    "Organisation",
    "UndoRefusedError",
    "apply_import",
    "last_import",
    "plan_import",
    "read_organisation",
    "summary_of",
    "undo_import",
]
