"""What the web server says as it starts. Named in weblog.json."""

import logging


class WithoutWhatIsMeant(logging.Filter):
    """Leaves out the web server's advice about the number of threads: that they are more than the
    processors is meant, since most of them wait for the database."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("Configuration allows spawning up to")
