"""What each who may see a case is answered at the routes of each topic, by situation: one module a topic, each with a TABLE."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

Answers = dict[str, dict[str, tuple[dict[str, Any], dict[str, int]]]]  # situation, route, (body, status by name)


def answers_of(situation: str) -> dict[str, tuple[dict[str, Any], dict[str, int]]]:
    """The routes of every topic in one situation."""
    found: dict[str, tuple[dict[str, Any], dict[str, int]]] = {}
    for module in pkgutil.iter_modules(__path__):
        table: Answers = importlib.import_module(f"{__name__}.{module.name}").TABLE
        found |= table.get(situation, {})
    return found
