"""Owed, workload, views, counts and bulk: none is a route of one case. Who sees what there is in tests/cases."""

from __future__ import annotations

from . import Answers

TABLE: Answers = {}
