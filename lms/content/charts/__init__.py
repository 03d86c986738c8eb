"""Charts worked out on the server: lines, bars and heat maps, each with its table behind it."""

from lms.content.charts.bars import Amount, BarChart, Bars, bar_chart
from lms.content.charts.heat import HeatCell, HeatChart, HeatColumn, heat_chart
from lms.content.charts.lines import Chart, Mark, Series, Spark, line_chart, sparkline

__all__ = [
    "Amount",
    "BarChart",
    "Bars",
    "Chart",
    "HeatCell",
    "HeatChart",
    "HeatColumn",
    "Mark",
    "Series",
    "Spark",
    "bar_chart",
    "heat_chart",
    "line_chart",
    "sparkline",
]
