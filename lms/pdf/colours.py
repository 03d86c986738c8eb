"""The light theme's colours on paper (lms/static/css/tokens.css)."""

from reportlab.lib.colors import HexColor

PAPER = HexColor("#FAF6EF")
INK = HexColor("#1D2829")
INK_SOFT = HexColor("#566062")
LINE = HexColor("#E3DBCD")
DEEP = HexColor("#0C4A55")
ACTION = HexColor("#0B5663")
HILL_MID = HexColor("#1D616D")
HILL_FAR = HexColor("#2F7480")
ACCENT = HexColor("#F0A868")
WHITE = HexColor("#FFFFFF")
