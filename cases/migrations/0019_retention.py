"""How long an ended case is kept, and its disposal: the one function that erases what the application may not change."""

import datetime as dt

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.identifiers
from backend.database.grants import append_only, only_the_app_calls

ALWAYS = dt.date(1900, 1, 1)
NPCC = "NPCC minimum standards of retention (2020): the period itself was not found"
SIX = "Six years from its end, as an action may be brought so long"
PERIODS = [
    ("COMMENT", 3, "Two to three years: nothing follows from a comment that was answered", NPCC),
    ("NOT_A_COMPLAINT", 6, SIX, NPCC),
    ("NOT_RECORDED", 6, SIX, NPCC),
    ("OUTSIDE", 6, SIX, NPCC),
    ("WITHDRAWN", 6, SIX, "Proposed for this system, as what was not recorded"),
    ("TRANSFERRED_OUT", 6, SIX, "Proposed for this system, as what was not recorded"),
    ("MERGED", 6, SIX, "Proposed for this system, as what was not recorded"),
    ("HANDLED", 6, SIX, NPCC),
    ("IOPC", 10, "Ten years or more after a death or serious injury or an investigation of the IOPC", NPCC),
    (
        "MISCONDUCT",
        100,
        "Until six years after the end of service, or the age of 100: nobody here knows either day",
        NPCC,
    ),
]

DISPOSE = """
CREATE FUNCTION cases_erased(said text) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN said = '' THEN '' ELSE 'Erased' END
$$;

-- The owner's, called by the app: what is frozen for the app is erased here, of one case, once two people have decided it.
-- Answers where below FILES_ROOT the files were.
CREATE FUNCTION cases_dispose_of(which bigint, on_day date) RETURNS text[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found cases_case;
    decided bigint;
    file_ids bigint[];
    paths text[];
BEGIN
    SELECT * INTO found FROM cases_case WHERE id = which FOR NO KEY UPDATE;
    IF found.id IS NULL THEN
        RAISE EXCEPTION 'There is no such case' USING ERRCODE = 'check_violation';
    END IF;
    IF found.origin <> 'LIVE' OR found.closed_on IS NULL OR found.closed_on >= on_day OR found.restricted
            OR found.disposed_on IS NOT NULL OR (found.recorded_on IS NULL AND found.flags @> '["WISH_TO_RECORD"]') THEN
        RAISE EXCEPTION 'The case goes on, is restricted, is history, is to be recorded, or was disposed of'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM cases_retentionhold
               WHERE case_id = which AND lifted_on IS NULL AND (until_on IS NULL OR until_on >= on_day)) THEN
        RAISE EXCEPTION 'The case is held' USING ERRCODE = 'check_violation';
    END IF;
    SELECT review.id INTO decided FROM cases_retentionreview review
        JOIN accounts_user one ON one.id = review.decided_by_id
        JOIN accounts_user other ON other.id = review.seconded_by_id
        WHERE review.case_id = which AND review.state = 'DISPOSED' AND review.ended_on = found.closed_on
          AND one.person_id <> other.person_id;
    IF decided IS NULL THEN
        RAISE EXCEPTION 'Two people have not decided to dispose of the case' USING ERRCODE = 'check_violation';
    END IF;

    -- What was written to people and to us, and what is kept of them beside the case, goes as a whole.
    DELETE FROM notifications_outgoing
        WHERE about = found.reference OR split_part(cause, ':', 2) = found.reference
           OR split_part(cause, ':', 2) IN (
                SELECT public_id::text FROM cases_message WHERE case_id = which
                UNION ALL SELECT public_id::text FROM cases_contribution WHERE case_id = which);
    DELETE FROM cases_equalityanswers
        WHERE complainant_id IN (SELECT id FROM cases_complainant WHERE case_id = which)
           OR involvement_id IN (SELECT id FROM cases_involvement WHERE case_id = which);
    DELETE FROM cases_editinghold WHERE case_id = which;
    DELETE FROM cases_receipt WHERE complainant_id IN (SELECT id FROM cases_complainant WHERE case_id = which);
    DELETE FROM cases_note WHERE case_id = which;
    SELECT coalesce(array_agg(file_id), '{}') INTO file_ids FROM cases_casefile WHERE case_id = which;
    DELETE FROM cases_messageread WHERE message_id IN (SELECT id FROM cases_message WHERE case_id = which);
    DELETE FROM cases_messagefile WHERE message_id IN (SELECT id FROM cases_message WHERE case_id = which);
    UPDATE cases_notice SET message_id = NULL, reason = cases_erased(reason) WHERE case_id = which;
    DELETE FROM cases_message WHERE case_id = which;
    DELETE FROM cases_contribution_files
        WHERE contribution_id IN (SELECT id FROM cases_contribution WHERE case_id = which);
    DELETE FROM cases_casefile WHERE case_id = which;

    -- Of the rest the codes and the days stay, and no words, names or addresses.
    UPDATE cases_complainant SET name = '', email = '', telephone = '', address = '',
        acts_for = '', language = '', access_needs = '', email_index = '', telephone_index = '', contact_by = 'TRACKING',
        never_by_post = false, safe_address = '', text_by_email = false, quiet_from = NULL, quiet_until = NULL,
        consent_given_by = '', consent_how = CASE WHEN consented_on IS NULL THEN '' ELSE 'Erased' END,
        consent_document_id = NULL
        WHERE case_id = which;
    UPDATE cases_involvement SET person_id = NULL, label = '', unit_label = '', rank = '' WHERE case_id = which;
    UPDATE cases_naming SET reason = cases_erased(reason)
        WHERE involvement_id IN (SELECT id FROM cases_involvement WHERE case_id = which);
    UPDATE cases_allegation SET summary = cases_erased(summary), location = cases_erased(location),
        opinion_reasons = cases_erased(opinion_reasons), rationale = cases_erased(rationale)
        WHERE case_id = which;
    UPDATE cases_allegationdecision SET rationale = cases_erased(rationale)
        WHERE allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = which);
    UPDATE cases_allegationaction SET owner_id = NULL, evidence = cases_erased(evidence)
        WHERE allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = which);
    UPDATE cases_learning SET text = cases_erased(text), evidence = cases_erased(evidence)
        WHERE allegation_id IN (SELECT id FROM cases_allegation WHERE case_id = which);
    UPDATE cases_assessment SET contact_impossible_reason = cases_erased(contact_impossible_reason),
        reason = cases_erased(reason) WHERE case_id = which;
    UPDATE cases_bodynotice SET document_id = NULL WHERE case_id = which;
    UPDATE cases_review SET accepted_late_reason = cases_erased(accepted_late_reason),
        recommendation = cases_erased(recommendation), answer = cases_erased(answer) WHERE case_id = which;
    UPDATE cases_withdrawal SET document_id = NULL, way_reason = cases_erased(way_reason) WHERE case_id = which;
    UPDATE cases_suspensionreview SET reason = cases_erased(reason)
        WHERE suspension_id IN (SELECT id FROM cases_suspension WHERE case_id = which);
    UPDATE cases_suspension SET reason = cases_erased(reason), decision_reason = cases_erased(decision_reason)
        WHERE case_id = which;
    UPDATE cases_severityassessment SET reason = cases_erased(reason)
        WHERE special_id IN (SELECT id FROM cases_specialprocedures WHERE case_id = which);
    UPDATE cases_specialprocedures SET reasons = cases_erased(reasons) WHERE case_id = which;
    UPDATE cases_noticeservice SET friend = '', welfare_contact = '' WHERE case_id = which;
    UPDATE cases_proceeding SET contact = cases_erased(contact), result = cases_erased(result) WHERE case_id = which;
    UPDATE cases_caselink SET reason = cases_erased(reason) WHERE case_id = which OR other_id = which;
    UPDATE cases_caseaccess SET reason = cases_erased(reason) WHERE case_id = which;
    UPDATE cases_determination SET reason = cases_erased(reason), answers = '{}' WHERE case_id = which;
    UPDATE cases_contributionentry SET text = cases_erased(text)
        WHERE contribution_id IN (SELECT id FROM cases_contribution WHERE case_id = which);
    UPDATE cases_contribution SET question = cases_erased(question) WHERE case_id = which;
    UPDATE cases_contactattempt SET views = cases_erased(views), note = cases_erased(note) WHERE case_id = which;
    UPDATE cases_preservation SET what = cases_erased(what), "where" = cases_erased("where"),
        lost_reason = cases_erased(lost_reason) WHERE case_id = which;
    UPDATE cases_intake SET received_by = cases_erased(received_by), transferred_from = cases_erased(transferred_from),
        their_reference = cases_erased(their_reference) WHERE case_id = which;
    UPDATE cases_datecorrection SET reason = cases_erased(reason) WHERE case_id = which;
    UPDATE cases_retentionstep SET text = cases_erased(text)
        WHERE case_id = which AND NOT (what = 'PROPOSED' AND review_id IS NOT DISTINCT FROM decided);
    -- No secret has this hash: a receipt of the case is one that does not exist.
    UPDATE feedback_submission SET original = '', receipt_hash = decode(repeat('00', 32), 'hex') WHERE case_id = which;
    -- What was said in the trail lies beside the chain, which keeps salted hashes alone.
    DELETE FROM audit_detail
        WHERE event_id IN (SELECT sequence FROM audit_event WHERE subject_kind = 'case' AND subject = found.reference);
    SELECT coalesce(array_agg(DISTINCT place), '{}') INTO paths FROM attachments_storedfile,
        unnest(ARRAY[path, copy_path]) place WHERE id = ANY (file_ids) AND place <> '';
    DELETE FROM attachments_storedfile WHERE id = ANY (file_ids);

    UPDATE cases_case SET narrative = '', location = '', officers_described = '', harm = '', views_on_handling = '',
        views_at_contact = '', contact_impossible_reason = '', investigation_exception = '', regime_reason = '',
        flags = '[]', next_due_on = NULL, next_due_rule = '', legal_due_on = NULL, target_due_on = NULL,
        others_due_on = NULL, watch_at = NULL, version = version + 1, disposed_on = on_day
        WHERE id = which;
    RETURN paths;
END
$$;

-- What was disposed of is never changed again, and nothing else than the function above says that it was.
CREATE FUNCTION cases_case_stays_disposed_of() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.disposed_on IS NOT NULL THEN
        RAISE EXCEPTION 'What was disposed of is not changed' USING ERRCODE = 'check_violation';
    END IF;
    IF current_user <> (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'Only cases_dispose_of() disposes of a case' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER cases_case_begins_undisposed BEFORE INSERT ON cases_case FOR EACH ROW
    WHEN (NEW.disposed_on IS NOT NULL) EXECUTE FUNCTION cases_case_stays_disposed_of();
CREATE TRIGGER cases_case_stays_disposed_of BEFORE UPDATE ON cases_case FOR EACH ROW
    WHEN (OLD.disposed_on IS NOT NULL OR NEW.disposed_on IS NOT NULL) EXECUTE FUNCTION cases_case_stays_disposed_of();
"""

KEEP_EVERYTHING = """
DROP TRIGGER cases_case_begins_undisposed ON cases_case;
DROP TRIGGER cases_case_stays_disposed_of ON cases_case;
DROP FUNCTION cases_case_stays_disposed_of();
DROP FUNCTION cases_dispose_of(bigint, date);
DROP FUNCTION cases_erased(text);
"""


def add_what_it_begins_with(apps, schema_editor):
    period = apps.get_model("cases", "RetentionPeriod")
    period.objects.using(schema_editor.connection.alias).bulk_create(
        period(ending=ending, years=years, basis=basis, source=source, verified=False, from_on=ALWAYS)
        for ending, years, basis, source in PERIODS
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("areas", "0002_boundary_digest_and_attribution"),
        ("attachments", "0001_initial"),
        ("cases", "0018_search_all_that_is_written"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RetentionHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("LITIGATION", "Litigation, begun or expected"),
                            ("INFORMATION_REQUEST", "A request for information, or by the person themselves"),
                            ("REVIEW", "A review or an inspection"),
                            ("PUBLIC_INQUIRY", "A public inquiry or an inquest"),
                            ("OTHER", "Something else"),
                        ],
                        max_length=19,
                    ),
                ),
                ("until_on", models.DateField(blank=True, null=True)),
                ("placed_on", models.DateField()),
                ("lifted_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ending",
                    models.CharField(
                        choices=[
                            ("COMMENT", "A comment that was answered"),
                            ("NOT_A_COMPLAINT", "Not a complaint"),
                            ("NOT_RECORDED", "Not recorded"),
                            ("OUTSIDE", "Ended outside Schedule 3, resolved or not"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("TRANSFERRED_OUT", "Transferred to another authority"),
                            ("MERGED", "Merged into another case"),
                            ("HANDLED", "Handled and finalised by the force"),
                            ("IOPC", "A death or serious injury, or investigated by the IOPC or under its direction"),
                            ("MISCONDUCT", "A case to answer was found, or misconduct proceedings followed"),
                        ],
                        max_length=15,
                    ),
                ),
                (
                    "years",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ]
                    ),
                ),
                ("basis", models.CharField(max_length=200)),
                ("source", models.CharField(max_length=200)),
                ("verified", models.BooleanField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "To be decided"),
                            ("PROPOSED", "Disposal proposed: a second person has to confirm it"),
                            ("KEPT", "Kept until a later day"),
                            ("REFUSED", "Disposal refused by the second person"),
                            ("CALLED_OFF", "Called off: something stands against it"),
                            ("DISPOSED", "Disposed of"),
                        ],
                        default="OPEN",
                        max_length=10,
                    ),
                ),
                (
                    "ending",
                    models.CharField(
                        choices=[
                            ("COMMENT", "A comment that was answered"),
                            ("NOT_A_COMPLAINT", "Not a complaint"),
                            ("NOT_RECORDED", "Not recorded"),
                            ("OUTSIDE", "Ended outside Schedule 3, resolved or not"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("TRANSFERRED_OUT", "Transferred to another authority"),
                            ("MERGED", "Merged into another case"),
                            ("HANDLED", "Handled and finalised by the force"),
                            ("IOPC", "A death or serious injury, or investigated by the IOPC or under its direction"),
                            ("MISCONDUCT", "A case to answer was found, or misconduct proceedings followed"),
                        ],
                        max_length=15,
                    ),
                ),
                ("years", models.PositiveSmallIntegerField()),
                ("ended_on", models.DateField()),
                ("due_on", models.DateField()),
                ("opened_on", models.DateField()),
                ("decided_on", models.DateField(blank=True, null=True)),
                ("kept_until", models.DateField(blank=True, null=True)),
                ("settled_on", models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("HELD", "Held"),
                            ("LIFTED", "Hold lifted"),
                            ("OPENED", "Review opened"),
                            ("KEPT", "Kept"),
                            ("PROPOSED", "Disposal proposed"),
                            ("REFUSED", "Disposal refused"),
                            ("CALLED_OFF", "Review called off"),
                            ("DISPOSED", "Disposed of"),
                        ],
                        max_length=10,
                    ),
                ),
                ("taken_at", models.DateTimeField()),
                ("text", models.TextField(blank=True)),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="disposed_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="bodynotice",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="attachments.storedfile",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_on__isnull", False), ("disposed_on", None), ("origin", "LIVE")),
                fields=["closed_on", "id"],
                name="case_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("disposed_on", None),
                    models.Q(
                        ("closed_on__isnull", False),
                        ("disposed_on__gt", models.F("closed_on")),
                        ("narrative", ""),
                        ("origin", "LIVE"),
                    ),
                    _connector="OR",
                ),
                name="disposed_of_after_its_end",
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="retention_holds", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionhold",
            name="placed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.UniqueConstraint(fields=("ending", "from_on"), name="one_period_a_time"),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_on", None)), fields=("ending",), name="one_period_still"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on", None), ("until_on__gt", models.F("from_on")), _connector="OR"),
                name="period_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(("years__gte", 1), ("years__lte", 100)), name="period_of_some_years"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionperiod",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("basis", ""), _negated=True), models.Q(("source", ""), _negated=True)),
                name="period_has_a_source",
            ),
        ),
        migrations.AddField(
            model_name="retentionreview",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="retention_reviews", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="retentionreview",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionreview",
            name="seconded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionstep",
            name="author",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="retentionstep",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="retention_steps", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="retentionstep",
            name="hold",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="cases.retentionhold",
            ),
        ),
        migrations.AddField(
            model_name="retentionstep",
            name="review",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="cases.retentionreview",
            ),
        ),
        migrations.AddIndex(
            model_name="retentionhold",
            index=models.Index(condition=models.Q(("lifted_on", None)), fields=["case"], name="retention_hold_stands"),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_by", None), ("lifted_on", None)),
                    models.Q(("lifted_by__isnull", False), ("lifted_on__isnull", False)),
                    _connector="OR",
                ),
                name="hold_is_lifted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionhold",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on", None), ("until_on__gte", models.F("placed_on")), _connector="OR"),
                name="hold_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="retentionreview",
            index=models.Index(
                condition=models.Q(("state__in", ["OPEN", "PROPOSED"])),
                fields=["due_on", "id"],
                name="retention_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["OPEN", "PROPOSED"])),
                fields=("case",),
                name="one_pending_retention_review",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "DISPOSED")), fields=("case",), name="disposed_of_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["OPEN", "PROPOSED"]), ("settled_on__isnull", False), _connector="XOR"
                ),
                name="retention_settled_on_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["OPEN", "CALLED_OFF"]),
                    models.Q(("decided_by__isnull", False), ("decided_on__isnull", False)),
                    _connector="OR",
                ),
                name="retention_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "KEPT"), ("kept_until", None), _connector="XOR"), name="kept_until_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("seconded_by__isnull", False),
                        ("state__in", ["REFUSED", "DISPOSED"]),
                        models.Q(("decided_by", models.F("seconded_by")), _negated=True),
                    ),
                    models.Q(("seconded_by", None), models.Q(("state__in", ["REFUSED", "DISPOSED"]), _negated=True)),
                    _connector="OR",
                ),
                name="disposal_has_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="retentionstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("hold__isnull", False), ("review", None)),
                    models.Q(("hold", None), ("review__isnull", False)),
                    _connector="OR",
                ),
                name="step_of_a_hold_or_a_review",
            ),
        ),
        append_only("cases_retentionstep"),
        migrations.RunPython(add_what_it_begins_with, migrations.RunPython.noop),
        migrations.RunSQL(DISPOSE, KEEP_EVERYTHING),
        only_the_app_calls("cases_dispose_of(bigint, date)"),
    ]
