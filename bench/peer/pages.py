"""The pages of the queue as bare SQL: the floor under what the product's list can cost."""

COLUMNS = """
SELECT c.reference, c.kind, c.state, c.origin, c.version, c.received_on, c.made_on, c.closed_on, c.next_due_on,
       c.next_due_rule, c.concerns_conduct, c.outcome, json_build_object('slug', u.slug, 'name', u.name) AS unit,
       json_build_object('slug', a.slug, 'name', a.name) AS about_unit, n.name AS neighbourhood,
       json_build_object('email', h.email, 'name', p.name) AS handler
FROM cases_case c
LEFT JOIN areas_unit u ON u.id = c.unit_id LEFT JOIN areas_unit a ON a.id = c.about_unit_id
LEFT JOIN areas_neighbourhood n ON n.id = c.neighbourhood_id
LEFT JOIN accounts_user h ON h.id = c.handler_id LEFT JOIN accounts_person p ON p.id = h.person_id
"""
OPEN = (
    "c.origin = 'LIVE' AND c.closed_on IS NULL"
    " AND NOT EXISTS (SELECT 1 FROM cases_involvement i WHERE i.case_id = c.id AND i.person_id = %(person)s)"
)
FILTERED = "c.kind = 'COMPLAINT' AND c.state = 'HANDLING_OUTSIDE'"
RARE = "c.kind = 'COMPLAINT' AND c.state = 'RESOLVED_OUTSIDE'"
OF_FORCE = f"c.force_id = %(force)s AND {OPEN}"
SHOWN_TO_UNITS = "NOT c.concerns_conduct AND (c.kind = 'COMMENT' OR c.assessed_by_id IS NOT NULL)"
OF_UNIT = f"c.unit_id = %(unit)s AND {SHOWN_TO_UNITS} AND {OPEN}"

# What each list holds, and the key of the last row before the page.
WHERE = {
    "force": OF_FORCE,
    "force-filtered": f"{OF_FORCE} AND {FILTERED}",
    "force-rare": f"{OF_FORCE} AND {RARE}",
    "unit": OF_UNIT,
    "unit-filtered": f"{OF_UNIT} AND {FILTERED}",
    "unit-rare": f"{OF_UNIT} AND {RARE}",
}
AFTER = "(c.queue_on, c.id) > (%(queue_on)s, %(id)s)"
SQL = {
    name: "SELECT json_agg(row)::text FROM ("
    f"{COLUMNS} WHERE {where} AND {AFTER} ORDER BY c.queue_on, c.id LIMIT 25) row"
    for name, where in WHERE.items()
}
