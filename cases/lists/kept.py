"""The lists that somebody keeps, and whether their codes still stand in the tables."""

from __future__ import annotations

from collections.abc import Mapping

from backend.accounts.actors import Actor
from cases.models import Code, SavedView

TABLES = {"category": Code.Table.CATEGORY, "factor": Code.Table.FACTOR}


def views_of(actor: Actor) -> list[SavedView]:
    """The actor's own lists, by name."""
    return list(SavedView.objects.filter(owner_id=actor.account).order_by("name", "id"))


def known_codes() -> set[tuple[str, str]]:
    """Every code that the list of cases can be narrowed to, as (filter, code): the tables are small."""
    found = Code.objects.filter(table__in=TABLES.values()).values_list("table", "code")
    return {(table.lower(), code) for table, code in found}


def unknown_codes(filters: Mapping[str, str], known: set[tuple[str, str]]) -> dict[str, list[str]]:
    """The filters that name a code which no table has, by name with the reason."""
    return {
        name: [f"There is no code {filters[name]}."]
        for name in TABLES
        if name in filters and (name, filters[name]) not in known
    }
