"""The database itself links the chain, so that no writer can leave a link out, and only INSERT and SELECT are granted."""

from django.db import migrations

from backend.database.grants import append_only

CHAIN = """
CREATE FUNCTION audit_event_hash(event audit_event) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        event.sequence, to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), event.verb, event.actor,
        event.subject_kind, event.subject, event.details_hash, event.previous_hash)::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION audit_event_link() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last record;
BEGIN
    -- One writer at a time, until its commit: the number is taken after the lock, so the order of numbers is that of commits.
    PERFORM pg_advisory_xact_lock(4702111234567001);
    SELECT sequence, hash INTO last FROM audit_event ORDER BY sequence DESC LIMIT 1;
    NEW.sequence := coalesce(last.sequence, 0) + 1;
    NEW.previous_hash := coalesce(last.hash, '');
    NEW.hash := audit_event_hash(NEW);
    RETURN NEW;
END
$$;

CREATE TRIGGER audit_event_link BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_event_link();
"""

UNCHAIN = """
DROP TRIGGER audit_event_link ON audit_event;
DROP FUNCTION audit_event_link();
DROP FUNCTION audit_event_hash(audit_event);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(CHAIN, UNCHAIN), append_only("audit_event"), append_only("audit_detail")]
