"""History import: store the file → read it by its columns → ask → rehearse → take in → take back.

`read_rows` never writes a fact: it keeps the rows, and asks about each wording that is not exactly
known. `rehearse` says what would come of it. `commit_batch` judges every row again inside its
transaction. `undo_batch` withdraws everything the batch brought.
"""

from competence.services.history.answers import (
    AnswerError,
    add_outside_course,
    answer_question,
    confirm_same_names,
    same_name,
)
from competence.services.history.committing import (
    commit_batch,
    discard_batch,
    purge_old_files,
    remove_rest,
    undo_batch,
)
from competence.services.history.rehearsing import (
    HistoryError,
    counts_of,
    read_rows,
    rehearse,
    store_file,
    table_of,
)

__all__ = [
    "AnswerError",
    "HistoryError",
    "add_outside_course",
    "answer_question",
    "commit_batch",
    "confirm_same_names",
    "counts_of",
    "discard_batch",
    "purge_old_files",
    "read_rows",
    "rehearse",
    "remove_rest",
    "same_name",
    "store_file",
    "table_of",
    "undo_batch",
]
