"""Reading exchange files: bytes in, frozen dataclasses and every fault out. No database."""
