import io
import tracemalloc
from datetime import date
from pathlib import Path

import pytest

from lms.lib.csvfile import MAX_BYTES, CsvFile, RowError


def read(data: bytes, **kwargs):
    kwargs.setdefault("required", ("code", "name"))
    file = CsvFile(io.BytesIO(data), name="units.csv", **kwargs)
    return file, [(row.line, row.text("code"), row.text("name")) for row in file]


@pytest.mark.parametrize(
    "data",
    [
        "code,name\nA,Åsa\n".encode(),
        "code;name\r\nA;Åsa\r\n".encode(),
        "\ufeffcode,name\nA,Åsa".encode(),
        '"code";"name"\n"A";"Åsa"\n'.encode(),
        "\n\n,\ncode,name\nA,Åsa\n".encode().replace(b",\ncode", b"\ncode", 1),
        "CODE , Name\n A , Åsa \n".encode(),
        "code,name\nA,A\u030asa\n".encode(),
    ],
)
def test_comma_semicolon_bom_quotes_and_spaces_are_read_alike(data):
    file, rows = read(data)
    assert file.errors == []
    assert [row[1:] for row in rows] == [("A", "Åsa")]


def test_line_numbers_are_those_of_the_file_even_after_a_value_with_line_breaks():
    file, rows = read(b'code,name\nA,"one\ntwo"\n\nB,three\n')
    assert file.errors == []
    assert rows == [(2, "A", "one\ntwo"), (5, "B", "three")]


def test_unknown_columns_are_reported_and_ignored():
    file, rows = read(b"code,name,shoe_size,kind\nA,One,43,x\n", optional=("kind",))
    assert file.unknown_columns == ("shoe_size",)
    assert file.errors == []
    assert rows == [(2, "A", "One")]


@pytest.mark.parametrize("data", [b"", b"\n\n", "\ufeff".encode()])
def test_an_empty_file_is_refused(data):
    file, rows = read(data)
    assert rows == []
    assert [(e.line, e.column) for e in file.errors] == [(0, "")]


def test_every_missing_column_is_named():
    file, rows = read(b"kod,namn\nA,One\n")
    assert rows == []
    assert [(e.line, e.column) for e in file.errors] == [(1, "code"), (1, "name")]


def test_a_column_twice_in_the_header_is_refused():
    file, rows = read(b"code,name,code\nA,One,B\n")
    assert rows == []
    assert [(e.line, e.column) for e in file.errors] == [(1, "code")]


def test_wrong_encoding_names_the_line():
    file, _ = read("code,name\nA,One\nB,Åsa\n".encode("latin-1"))
    assert [(e.line, e.column) for e in file.errors] in ([(3, "")], [(1, "")])
    assert "UTF-8" in file.errors[0].message


def test_utf_16_is_refused():
    file, rows = read("code,name\nA,One\n".encode("utf-16"))
    assert rows == []
    assert len(file.errors) == 1


def test_every_bad_row_is_reported_not_only_the_first():
    file = CsvFile(
        io.BytesIO(
            b"code,day,flag,number\n"
            b",2024-02-30,maybe,x\n"
            b"A,2024-02-29,ja,7\n"
            b"B,20240229\n"
            b"C,24-02-29,,\n"
        ),
        name="f.csv",
        required=("code", "day", "flag", "number"),
    )
    values = [
        (row.required("code"), row.day("day"), row.boolean("flag"), row.integer("number"))
        for row in file
    ]
    assert values[1:] == [("A", date(2024, 2, 29), True, 7), ("C", None, False, None)]
    assert [(e.line, e.column) for e in file.errors] == [
        (2, "code"),
        (2, "day"),
        (2, "flag"),
        (2, "number"),
        (4, ""),
        (5, "day"),
    ]


@pytest.mark.parametrize("value", ["1e5", "-1", "٣", "1234567890"])
def test_a_whole_number_is_plain_digits(value):
    file = CsvFile(io.BytesIO(f"n\n{value}\n".encode()), name="f.csv", required=("n",))
    assert [row.integer("n") for row in file] == [None]
    assert len(file.errors) == 1


def test_control_characters_are_refused_in_any_value():
    file, _ = read(b"code,name\nA,On\x00e\n")
    assert [(e.line, e.column) for e in file.errors] == [(2, "name")]


def test_too_long_values_are_refused():
    file = CsvFile(io.BytesIO(b"n\nabcdef\n"), name="f.csv", required=("n",))
    assert [row.text("n", max_length=5) for row in file] == ["abcdef"]
    assert len(file.errors) == 1


def test_a_file_that_is_not_there_is_an_error_not_a_crash(tmp_path):
    file = CsvFile(tmp_path / "none.csv", required=("code",))
    assert list(file) == []
    assert [(e.file, e.line) for e in file.errors] == [("none.csv", 0)]


def test_a_200_mb_file_is_refused_by_its_size(tmp_path: Path):
    path = tmp_path / "big.csv"
    with path.open("wb") as out:
        out.truncate(200 * 1024 * 1024)
    file = CsvFile(path, required=("code",))
    assert list(file) == []
    assert len(file.errors) == 1
    assert str(MAX_BYTES // 1024 // 1024) in file.errors[0].message


class EndlessRows(io.RawIOBase):
    """A stream without a known size."""

    name = "endless.csv"

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        start = self.given % 5
        self.given += size
        return (b"code\n" * (size // 5 + 2))[start : start + size]


def test_an_endless_upload_is_stopped_at_the_limit_in_constant_memory():
    stream = EndlessRows()
    file = CsvFile(stream, required=("code",), max_bytes=1_000_000)  # type: ignore[arg-type]
    tracemalloc.start()
    count = sum(1 for _ in file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count > 190_000
    assert len(file.errors) == 1
    assert stream.given < 2_000_000
    assert peak < 2_000_000


def test_an_error_reads_as_a_place_and_a_reason():
    text = str(RowError("staff.csv", 12, "ends_on", "Fel."))
    assert text.startswith("staff.csv, ")
    assert "12" in text
    assert "ends_on" in text
    assert text.endswith(": Fel.")


def test_every_line_in_another_encoding_is_named_and_reading_goes_on():
    lines = ["code,name", *(f"U{n},Enhet {n}" for n in range(2, 3000))]
    data = "\n".join(lines).encode().replace(b"U1502,Enhet", b"U1502,\xc5sen")
    data = data.replace(b"U2000,Enhet 2000", b"U2000,\xd6n,for many")
    file, _rows = read(data)
    assert [error.line for error in file.errors] == [1502, 2000, 2000]


def test_a_stray_quote_hides_no_later_fault():
    file, rows = read(b'code,name\nA,"one"x\nB,two\nC\nD,four\n')
    assert [error.line for error in file.errors] == [2, 4]
    assert [row[1] for row in rows] == ["B", "D"]


def test_an_endless_line_is_refused():
    file, _rows = read(b"code,name\nA," + b"x" * 2_000_000)
    assert [error.line for error in file.errors] == [2]
