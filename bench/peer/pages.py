"""The pages of the queue as bare SQL: the floor under what the product's list can cost."""

COLUMNS = """
SELECT c.reference, c.kind, c.state, c.origin, c.version, c.received_on, c.made_on, c.closed_on, c.next_due_on,
       c.next_due_rule, c.own_due_on, c.concerns_conduct, c.outcome, json_build_object('slug', u.slug, 'name', u.name) AS unit,
       json_build_object('slug', a.slug, 'name', a.name) AS about_unit, n.name AS neighbourhood,
       json_build_object('email', h.email, 'name', p.name) AS handler
FROM cases_case c
LEFT JOIN areas_unit u ON u.id = c.unit_id LEFT JOIN areas_unit a ON a.id = c.about_unit_id
LEFT JOIN areas_neighbourhood n ON n.id = c.neighbourhood_id
LEFT JOIN accounts_user h ON h.id = c.handler_id LEFT JOIN accounts_person p ON p.id = h.person_id
"""
SEEN = (
    "(NOT c.restricted OR EXISTS (SELECT 1 FROM cases_caseaccess l"
    " WHERE l.case_id = c.id AND l.person_id = %(person)s AND l.ended_at IS NULL))"
    " AND NOT EXISTS (SELECT 1 FROM cases_involvement i"
    " WHERE i.case_id = c.id AND i.person_id = %(person)s AND i.ended_at IS NULL)"
)
OPEN = f"c.origin = 'LIVE' AND c.closed_on IS NULL AND {SEEN}"
FILTERED = "c.kind = 'COMPLAINT' AND c.state = 'HANDLING_OUTSIDE'"
RARE = "c.kind = 'COMPLAINT' AND c.state = 'RESOLVED_OUTSIDE'"
CODED = "EXISTS (SELECT 1 FROM cases_allegation a WHERE a.case_id = c.id AND a.moved_to_id IS NULL AND a.code_id = %(code)s)"
TAGGED = (
    "EXISTS (SELECT 1 FROM cases_allegation a JOIN cases_allegation_factors f ON f.allegation_id = a.id"
    " WHERE a.case_id = c.id AND a.moved_to_id IS NULL AND f.code_id = %(factor)s)"
)
LATE = "c.own_due_on < %(today)s"
AWAITED = (
    "(c.others_due_on IS NOT NULL AND (c.legal_due_on IS NULL OR c.legal_due_on >= c.others_due_on)"
    " AND (c.target_due_on IS NULL OR c.target_due_on >= c.others_due_on))"
)
OF_FORCE = f"c.force_id = %(force)s AND {OPEN}"
SHOWN_TO_UNITS = (
    "NOT c.concerns_conduct AND NOT c.kept_from_units AND (c.kind = 'COMMENT' OR c.assessed_by_id IS NOT NULL)"
)
OF_UNIT = f"c.unit_id = %(unit)s AND {SHOWN_TO_UNITS} AND {OPEN}"

# What each list holds, and the key of the last row before the page.
WHERE = {
    "force": OF_FORCE,
    "force-filtered": f"{OF_FORCE} AND {FILTERED}",
    "force-rare": f"{OF_FORCE} AND {RARE}",
    "force-category": f"{OF_FORCE} AND {CODED}",
    "force-category-rare": f"{OF_FORCE} AND {CODED}",
    "force-factor": f"{OF_FORCE} AND {TAGGED}",
    "force-age": f"{OF_FORCE} AND c.received_on < %(old)s",
    "force-since": f"{OF_FORCE} AND c.received_on >= %(recent)s",
    "force-unit": f"{OF_FORCE} AND c.unit_id = %(unit)s",
    "force-about": f"{OF_FORCE} AND c.about_unit_id = %(unit)s",
    "force-recorded": f"{OF_FORCE} AND c.recorded_on IS NOT NULL",
    "force-flag": f"""{OF_FORCE} AND c.flags @> '["URGENT"]'""",
    "force-regime": f"{OF_FORCE} AND c.regime = '2012'",
    "force-due": f"{OF_FORCE} AND c.next_due_on <= %(today)s",
    "force-until": f"{OF_FORCE} AND c.received_on <= %(long_ago)s",
    "force-whose": f"{OF_FORCE} AND c.handler_id = %(handler)s",
    "force-comments": f"{OF_FORCE} AND c.kind = 'COMMENT'",
    "force-matters": f"{OF_FORCE} AND c.kind = 'MATTER'",
    "force-restricted": f"{OF_FORCE} AND c.restricted",
    "force-newest": OF_FORCE,
    "force-history": f"c.force_id = %(force)s AND c.origin = 'IMPORTED' AND {SEEN}",
    "force-and-history": f"c.force_id = %(force)s AND {SEEN}",
    "force-searched": f"{OF_FORCE} AND {FILTERED} AND c.search @@ websearch_to_tsquery('english', %(words)s)",
    "force-unassigned": f"{OF_FORCE} AND c.handler_id IS NULL",
    "force-awaiting": f"{OF_FORCE} AND {AWAITED}",
    "force-soon": f"{OF_FORCE} AND c.own_due_on BETWEEN %(today)s AND %(soon)s",
    "force-late": f"{OF_FORCE} AND {LATE}",
    "force-all": f"{OF_FORCE} AND {FILTERED} AND {CODED} AND c.received_on < %(old)s AND c.handler_id IS NULL AND {LATE}",
    "unit": OF_UNIT,
    "unit-filtered": f"{OF_UNIT} AND {FILTERED}",
    "unit-rare": f"{OF_UNIT} AND {RARE}",
    "unit-mine": f"{OF_UNIT} AND c.handler_id = %(handler)s",
    "unit-queue": OF_UNIT,
    "unit-category": f"{OF_UNIT} AND {CODED}",
    "unit-late": f"{OF_UNIT} AND {LATE}",
    "unit-own": f"{OF_UNIT} AND c.handler_id = %(handler)s",
    "unit-factor": f"{OF_UNIT} AND {TAGGED}",
    "unit-age": f"{OF_UNIT} AND c.received_on < %(old)s",
    "unit-flag": f"""{OF_UNIT} AND c.flags @> '["URGENT"]'""",
    "unit-regime": f"{OF_UNIT} AND c.regime = '2012'",
    "unit-about": f"{OF_UNIT} AND c.about_unit_id = %(unit)s",
}
NEWEST_FIRST = {"force-since", "force-newest", "force-history", "force-and-history", "force-searched"}
OWN_DUE_FIRST = {"force-soon", "force-late", "force-all", "unit-late"}


def day(name: str) -> str:
    """The column that the list is in the order of."""
    return "received_on" if name in NEWEST_FIRST else "own_due_on" if name in OWN_DUE_FIRST else "queue_on"


def order(name: str) -> str:
    down = " DESC" if name in NEWEST_FIRST else ""
    return f"c.{day(name)}{down}, c.id{down}"


def after(name: str) -> str:
    return f"(c.{day(name)}, c.id) {'<' if name in NEWEST_FIRST else '>'} (%(day)s, %(id)s)"


SQL = {
    name: "SELECT json_agg(row)::text FROM ("
    f"{COLUMNS} WHERE {where} AND {after(name)} ORDER BY {order(name)} LIMIT 25) row"
    for name, where in WHERE.items()
}
