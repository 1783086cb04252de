"""Logs without people in them: PostgreSQL repeats the whole row that it refuses, and a traceback carries that."""

import logging
import re

_ROW = re.compile(
    r"^(DETAIL|CONTEXT|HINT|QUERY|LINE \d+):.*?(?=^\S+Error|^Traceback|^The above|^During|^  File|\Z)", re.M | re.S
)


class WithoutRows(logging.Formatter):
    """The formatter of every handler: it leaves out what a database error says of the rows."""

    def format(self, record: logging.LogRecord) -> str:
        return _ROW.sub("(what the database said of the row is left out)\n", super().format(record))
