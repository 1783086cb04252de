"""Of which proceedings a notice tells; each look again at what is kept back is a row, which a disposal erases too."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import backend.common.identifiers
from backend.database.grants import append_only

# A notice of before says by its day alone of which proceedings it tells: of the first that began or ended on that day.
TELL_OF = """
UPDATE cases_notice SET proceeding_id = (
    SELECT min(id) FROM cases_proceeding
        WHERE case_id = cases_notice.case_id AND (ended_on = owed_on OR (kind = 'APPEAL' AND begun_on = owed_on))
) WHERE kind = 'PROCEEDING_OUTCOME';
"""

# As in 0019, and one table more.
DISPOSE = """
-- The owner's, called by the app: what is frozen for the app is erased here, of one case, once two people have decided it.
-- Answers where below FILES_ROOT the files were.
CREATE OR REPLACE FUNCTION cases_dispose_of(which bigint, on_day date) RETURNS text[]
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
    UPDATE cases_withholdingreview SET reason = cases_erased(reason)
        WHERE notice_id IN (SELECT id FROM cases_notice WHERE case_id = which);
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
"""
REVIEWS_TOO = """\
    UPDATE cases_withholdingreview SET reason = cases_erased(reason)
        WHERE notice_id IN (SELECT id FROM cases_notice WHERE case_id = which);
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_own_due"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField(
            "notice",
            "proceeding",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="cases.proceeding",
            ),
        ),
        migrations.RunSQL(TELL_OF, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="WithholdingReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.UUIDField(default=backend.common.identifiers.random_public_id, editable=False, unique=True),
                ),
                ("reviewed_at", models.DateTimeField()),
                ("still_withheld", models.BooleanField()),
                ("reason", models.TextField()),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="cases.notice"
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="withholding_review_says_why"
                    )
                ],
            },
        ),
        append_only("cases_withholdingreview"),
        migrations.RunSQL(DISPOSE, DISPOSE.replace(REVIEWS_TOO, "")),
    ]
