"""The PDF kit: our type and colours, and a canvas whose text is tagged for screen readers.

Reports hand it frozen data; nothing here reads the database.
"""
