"""Dates in words, as Swedish public text writes them."""

DATE_FORMAT = "j F Y"
SHORT_DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "j F Y H:i"
MONTH_DAY_FORMAT = "j F"
