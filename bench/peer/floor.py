"""The floor: the seven rows of one complaint in one prepared statement, with no HTTP, no validation and no ORM."""

PREPARE = """
PREPARE complaint (text, text, text, bigint, bigint, timestamptz) AS
WITH new_case AS (
    INSERT INTO cases_case (reference, kind, state, origin, version, force_id, about_unit_id, neighbourhood_id, narrative,
        location, officers_described, harm, views_on_handling, received_at, received_on, made_on, next_due_on, next_due_rule)
    VALUES ($1, 'COMPLAINT', 'RECEIVED', 'LIVE', 1, $4, $4, $5, $3, 'The front desk', 'A tall man', 'None', 'An apology',
        $6, $6::date, $6::date, $6::date, 'first_contact') RETURNING id
), new_complainant AS (
    INSERT INTO cases_complainant (public_id, case_id, position, relationship, name, email, telephone, address, language)
    SELECT $2::uuid, id, 1, 'AFFECTED', 'Robin Example', 'robin@home.test', '0121 496 0000', 'High Street', 'English'
    FROM new_case
), new_submission AS (
    INSERT INTO feedback_submission (reference, kind, submitted_at, receipt_hash, original, case_id, force_id, unit_id,
        neighbourhood_id)
    SELECT $1, 'COMPLAINT', $6, $2::bytea, $3, id, $4, $4, $5 FROM new_case
), new_outgoing AS (
    INSERT INTO notifications_outgoing (public_id, cause, recipient, subject, body, state, queued_at, next_try_at)
    VALUES ($2::uuid, $2, 'robin@home.test', 'Your reference', 'We have it.', 'PENDING', $6, $6)
), new_request AS (
    INSERT INTO requests_idempotentrequest (route, key_hash, body_hash, result, made_at)
    VALUES ('complaints', $2::bytea, $2::bytea, '{}', $6)
), new_event AS (
    INSERT INTO audit_event (at, verb, actor, subject_kind, subject, details_hash, previous_hash, hash)
    VALUES ($6, 'SUBMITTED', '', 'case', $1, repeat('0', 64), repeat('0', 64), repeat('0', 64)) RETURNING sequence
)
INSERT INTO audit_detail (event_id, salt, details) SELECT sequence, repeat('0', 32), '{"kind": "COMPLAINT"}' FROM new_event
"""
EXECUTE = "EXECUTE complaint (%s, %s, %s, %s, %s, %s)"
