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
SUNK = HexColor("#F2ECE1")
CONTROL = HexColor("#857C6E")
EXPIRING = HexColor("#7D5100")
EXPIRING_SOFT = HexColor("#FBEFD0")
EXEMPT = HexColor("#624A8C")
PAUSED = HexColor("#545C5E")
PAUSED_SOFT = HexColor("#ECE8E0")
ON_DEEP_SOFT = HexColor("#C9DFE0")
# Five steps from low to high; what they mean is always written too.
STEPS = (
    HexColor("#EFB384"),
    HexColor("#F8DDC3"),
    HexColor("#F1ECE2"),
    HexColor("#CFE5E3"),
    HexColor("#93C9C8"),
)
