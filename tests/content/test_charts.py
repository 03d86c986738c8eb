"""Line charts: a missing figure breaks the line, and names never stand on each other."""

import itertools

import pytest

from lms.content.charts import Mark, Series, line_chart, sparkline

LABELS = ["mars", "juni", "sept.", "dec.", "mars"]


def test_a_missing_figure_breaks_the_line_and_a_lone_one_is_a_dot() -> None:
    chart = line_chart(
        summary="s", unit="%", labels=LABELS, series=[Series("Alla", (0, 50, None, 100, None))]
    )
    (line,) = chart.wide.lines
    assert line.segments == ("44.0,306.0 265.5,162.0",)
    assert line.dots == (Mark(708.5, 18.0),)


def test_names_at_the_same_height_are_moved_apart() -> None:
    chart = line_chart(
        summary="s",
        unit="%",
        labels=LABELS,
        series=[Series("A", (50,) * 5), Series("B", (50,) * 5), Series("C", (49,) * 5)],
    )
    heights = sorted(line.name[0].y for line in chart.wide.lines)
    assert [round(b - a) for a, b in itertools.pairwise(heights)] == [20, 20]


def test_the_narrow_drawing_names_only_the_ends() -> None:
    chart = line_chart(summary="s", unit="%", labels=LABELS, series=[Series("A", (1,) * 5)])
    assert [(tick.label, tick.anchor) for tick in chart.narrow.ticks] == [
        ("mars", "start"),
        ("mars", "end"),
    ]


def test_a_series_without_figures_has_no_line_and_no_name() -> None:
    chart = line_chart(summary="s", unit="%", labels=["a"], series=[Series("A", (None,))])
    (line,) = chart.wide.lines
    assert (line.segments, line.dots, line.name) == ((), (), ())


def test_a_fourth_series_is_refused() -> None:
    with pytest.raises(ValueError, match="at most three"):
        line_chart(summary="s", unit="%", labels=["a"], series=[Series("A", (1,))] * 4)


def test_a_sparkline_is_drawn_from_nought_and_breaks_where_a_figure_is_missing():
    spark = sparkline(summary="s", places=[0, 0.25, 0.5, 1], values=(0, 100, None, 50))
    assert spark is not None
    assert spark.segments == ("4,28.0 30.0,4.0",)
    assert spark.dots == (Mark(108.0, 16.0),)
    assert spark.nought == 28


def test_one_figure_makes_no_line():
    assert sparkline(summary="s", places=[0, 1], values=(None, 50)) is None
