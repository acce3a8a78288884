"""Secrets are kept out of logs and answers."""

import logging
import re
from collections.abc import Mapping

from wms_bridge.access.tokens import KEY_PREFIX, SESSION_PREFIX

MASK = "***"
_SECRET_NAMES = (
    r"(?:[\w-]*(?:passw(?:or)?d|secret|token|api[_-]?key|credential|authorization|cookie)[\w-]*)"
)
_RULES = tuple(
    (re.compile(pattern, re.IGNORECASE), put)
    for pattern, put in (
        # user:password@ of a URL
        (r"(\b[a-z][a-z0-9+.-]*://)[^\s/@'\"]+@", rf"\1{MASK}@"),
        (r"\b(bearer|basic)\s+[^\s,'\"]+", rf"\1 {MASK}"),
        (rf"\b({KEY_PREFIX}[a-z2-7]+_)[\w-]+", rf"\1{MASK}"),
        (rf"\b({SESSION_PREFIX})[\w-]+", rf"\1{MASK}"),
        # a JSON web token
        (r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*", MASK),
        (r"\$argon2[a-z]*\$[^\s'\"]+", MASK),
        # "name": "value" and name='value', and name=value in a query
        (rf"(['\"]?\b{_SECRET_NAMES}['\"]?\s*[:=]\s*)(b?\"(?:[^\"\\]|\\.)*\")", rf"\1{MASK}"),
        (rf"(['\"]?\b{_SECRET_NAMES}['\"]?\s*[:=]\s*)(b?'(?:[^'\\]|\\.)*')", rf"\1{MASK}"),
        (rf"([?&\s(,]{_SECRET_NAMES}=)[^&\s'\"),*][^&\s'\"),]*", rf"\1{MASK}"),
    )
)
_SECRET_NAME = re.compile(_SECRET_NAMES, re.IGNORECASE)


def redacted(text: str) -> str:
    """Text with what looks like a secret masked."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def names_a_secret(field: str) -> bool:
    """Whether a field (``keys[2].password``) holds a secret by its name."""
    return _SECRET_NAME.fullmatch(field.rpartition(".")[2]) is not None


def redacted_value(value: object) -> object:
    """A value from outside with its secrets masked, at every depth."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {
            name: MASK if _SECRET_NAME.fullmatch(str(name)) else redacted_value(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [redacted_value(item) for item in value]
    return value


class Redacting(logging.Filter):
    """Masks secrets in what is logged, tracebacks included. To be put on handlers."""

    def __init__(self) -> None:
        super().__init__()
        self._formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record through."""
        record.msg, record.args = redacted(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = self._formatter.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = redacted(record.exc_text)
        if record.stack_info:
            record.stack_info = redacted(record.stack_info)
        return True


def redact_logs(*names: str) -> None:
    """Put the filter on all handlers of the root logger and of the loggers named."""
    for name in ("", *names):
        for handler in logging.getLogger(name).handlers:
            if not any(isinstance(one, Redacting) for one in handler.filters):
                handler.addFilter(Redacting())
    if not logging.getLogger().handlers and logging.lastResort is not None:
        logging.lastResort.addFilter(Redacting())
