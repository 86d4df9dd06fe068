
import django.db.models.deletion
import uuid
from django.db import migrations, models

from qorgan.archive.frozen import Frozen
from qorgan.ledger.guards import AppendOnly, Refuse


# Guards: what the database itself refuses, whoever asks. The clock is the ledger's: whoever writes a false one stops the office's writing.
FLOOR_YEARS = 3  # 444 p.12 as it stands; a longer term of the law is held by the actions, a shorter one would need another migration
ONCE = [
    "responsible_id", "responsible_signature_id", "head_id", "head_signature_id", "signed_at", "stopped_at", "stopped_by", "stopped_because", "finished_at",
]


def _changes_twice(columns):
    return " OR ".join(f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column}))" for column in columns)


def _unsigned(post):
    """A signature that is not this person's over this very list in this post."""
    return (
        f"(NEW.{post}_signature_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM people_signature s WHERE s.id = NEW.{post}_signature_id "
        f"AND s.digest = NEW.digest AND s.person_id = NEW.{post}_id AND s.organisation_id = NEW.organisation_id AND s.post = '{post}'))"
    )


_LAST = "(SELECT e.at_us FROM ledger_entry e ORDER BY e.position DESC LIMIT 1)"
_TODAY = {
    "sqlite": f"date({_LAST} / 1000000, 'unixepoch', '+5 hours')",
    "postgresql": f"(to_timestamp({_LAST} / 1000000.0) AT TIME ZONE 'Asia/Almaty')::date",
}
_END = "(SELECT max(k.ended_on) FROM retention_keeping k WHERE k.recording_id = NEW.id)"
_FLOOR = {
    "sqlite": f"CASE WHEN strftime('%m-%d', {_END}) = '02-29' THEN date({_END}, '-1 day', '+{FLOOR_YEARS} years') ELSE date({_END}, '+{FLOOR_YEARS} years') END",
    "postgresql": f"({_END} + interval '{FLOOR_YEARS} years')::date",
}
_LISTED = (
    "EXISTS (SELECT 1 FROM retention_line l JOIN retention_act a ON a.id = l.act_id WHERE l.recording_id = NEW.id AND l.state = 'destroying' "
    "AND a.signed_at IS NOT NULL AND a.stopped_at IS NULL AND a.head_id IS NOT NULL AND a.responsible_id IS NOT NULL AND a.head_id <> a.responsible_id)"
)


def _too_early(vendor):
    """Why the destruction of a recording may not begin: no signed act, its term, a lengthened term, a hold."""
    today, over = _TODAY[vendor], f"coalesce({_TODAY[vendor]} > {_FLOOR[vendor]}, {'false' if vendor == 'postgresql' else '0'})"
    longer = f"EXISTS (SELECT 1 FROM retention_lengthening n WHERE n.recording_id = NEW.id AND n.until >= {today})"
    held = (
        "EXISTS (SELECT 1 FROM retention_target t JOIN retention_hold h ON h.id = t.hold_id WHERE (t.recording_id = NEW.id OR t.case = NEW.case) "
        f"AND (h.until IS NULL OR h.until >= {today}) AND NOT EXISTS (SELECT 1 FROM retention_ending z WHERE z.hold_id = h.id))"
    ).replace("t.case", 't."case"').replace("NEW.case", 'NEW."case"')
    return f"OLD.destroying_at IS NULL AND NEW.destroying_at IS NOT NULL AND NOT ({_LISTED} AND {over} AND NOT {longer} AND NOT {held})"


GUARDS = [
    AppendOnly("retention_keeping", unique=[["id"], ["recording_id", "category", "ended_on"]]),
    AppendOnly("retention_lengthening", unique=[["id"]]),
    AppendOnly("retention_hold", unique=[["id"]]),
    AppendOnly("retention_target", unique=[["id"]]),
    AppendOnly("retention_ending", unique=[["hold_id"]]),
    AppendOnly("retention_proposal", unique=[["id"]]),
    AppendOnly("retention_act", unique=[["id"], ["organisation_id", "number"]], refuse=("DELETE",)),
    Frozen("retention_act", ["id", "organisation_id", "number", "composed_at", "composed_by", "recordings", "bytes", "digest", "position"]),
    Refuse("retention_act_once", "retention_act", "UPDATE", _changes_twice(ONCE)),
    Refuse("retention_act_signed", "retention_act", "UPDATE", f"{_unsigned('head')} OR {_unsigned('responsible')}"),
    Refuse("retention_act_born_unsigned", "retention_act", "INSERT", " OR ".join(f"NEW.{column} IS NOT NULL" for column in ONCE)),
    AppendOnly("retention_line", unique=[["id"], ["act_id", "number"], ["act_id", "recording_id"]], refuse=("DELETE",)),
    Frozen("retention_line", ["id", "act_id", "number", "recording_id", "category", "inspection_number", "ended_on", "due_on"]),
    Refuse(
        "retention_line_goes_on", "retention_line", "UPDATE",
        "OLD.state IN ('destroyed', 'spared') OR (OLD.state = 'destroying' AND NEW.state NOT IN ('destroying', 'destroyed')) "
        "OR (OLD.state = 'pending' AND NEW.state = 'destroyed')",
    ),
    Refuse(
        "retention_line_before_signatures", "retention_line", "INSERT",
        "NEW.state <> 'pending' OR EXISTS (SELECT 1 FROM retention_act a WHERE a.id = NEW.act_id "
        "AND (a.head_id IS NOT NULL OR a.responsible_id IS NOT NULL OR a.stopped_at IS NOT NULL))",
    ),
    Refuse("archive_recording_term", "archive_recording", "UPDATE", {vendor: _too_early(vendor) for vendor in ("sqlite", "postgresql")}),
    Refuse("archive_recording_born_whole", "archive_recording", "INSERT", "NEW.destroying_at IS NOT NULL OR NEW.destroyed_at IS NOT NULL"),
]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0002_destroyed'),
        ('ledger', '0002_contents_destroyed'),
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(choices=[('recording', 'one recording'), ('inspection', 'an inspection, with what arrives later'), ('case', 'every inspection of a case')], max_length=20)),
                ('reason', models.CharField(max_length=500)),
                ('until', models.DateField(blank=True, null=True)),
                ('placed_name', models.CharField(max_length=300)),
                ('placed_at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=40)),
                ('composed_at', models.DateTimeField()),
                ('composed_by', models.CharField(max_length=300)),
                ('recordings', models.PositiveIntegerField()),
                ('bytes', models.BigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('position', models.BigIntegerField()),
                ('signed_at', models.DateTimeField(null=True)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('stopped_by', models.CharField(max_length=300, null=True)),
                ('stopped_because', models.CharField(max_length=500, null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('head', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('head_signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='destruction_acts', to='people.organisation')),
                ('responsible', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
                ('responsible_signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
            ],
        ),
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('hold', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='ending', serialize=False, to='retention.hold')),
                ('at', models.DateTimeField()),
                ('lifted', models.BooleanField()),
                ('by_name', models.CharField(blank=True, max_length=300)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('position', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Keeping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('permit', 'check of permit requirements'), ('preventive', 'preventive control with visit'), ('unplanned', 'unplanned check'), ('administrative', 'administrative offence case'), ('investigation', 'investigation'), ('unknown', 'inspection not known')], max_length=20)),
                ('ended_on', models.DateField()),
                ('basis', models.CharField(choices=[('compared', "the device's clock was compared at issue"), ('arrival', "the day of storing: the device's clock was not compared")], max_length=20)),
                ('frozen_at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keepings', to='archive.recording')),
            ],
        ),
        migrations.CreateModel(
            name='Lengthening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateField()),
                ('reason', models.CharField(max_length=500)),
                ('by_name', models.CharField(max_length=300)),
                ('at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lengthenings', to='archive.recording')),
            ],
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('category', models.CharField(choices=[('permit', 'check of permit requirements'), ('preventive', 'preventive control with visit'), ('unplanned', 'unplanned check'), ('administrative', 'administrative offence case'), ('investigation', 'investigation'), ('unknown', 'inspection not known')], max_length=20)),
                ('inspection_number', models.CharField(blank=True, max_length=60)),
                ('ended_on', models.DateField()),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('pending', 'listed'), ('destroying', 'being destroyed'), ('destroyed', 'destroyed'), ('spared', 'spared')], default='pending', max_length=12)),
                ('found', models.CharField(choices=[('whole', 'stored file there'), ('missing', 'stored file was missing already'), ('damaged', 'stored file was damaged'), ('shared', 'stored file stays: another recording has the same')], max_length=10, null=True)),
                ('spared_because', models.CharField(choices=[('held', 'its destruction was forbidden after the act was composed'), ('later', 'its term was lengthened after the act was composed'), ('stopped', 'the act was refused or stopped')], max_length=10, null=True)),
                ('spared_words', models.CharField(max_length=500, null=True)),
                ('at', models.DateTimeField(null=True)),
                ('position', models.BigIntegerField(null=True)),
                ('act', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='retention.act')),
                ('recording', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='destruction_lines', to='archive.recording')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('recordings', models.PositiveIntegerField()),
                ('newest_due', models.DateField()),
                ('bytes', models.BigIntegerField()),
                ('position', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.UUIDField(null=True)),
                ('label', models.CharField(max_length=300)),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='retention.hold')),
                ('recording', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='hold_targets', to='archive.recording')),
            ],
        ),
        migrations.AddIndex(
            model_name='act',
            index=models.Index(fields=['organisation', '-composed_at', 'id'], name='retention_acts_by_time'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='retention_act_number_once'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('head', None), ('responsible', None), models.Q(('head', models.F('responsible')), _negated=True), _connector='OR'), name='retention_act_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('signed_at', None), models.Q(('head_signature__isnull', False), ('responsible_signature__isnull', False)), _connector='OR'), name='retention_act_signed_by_both'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('head', None), ('head_signature', None)), models.Q(('head__isnull', False), ('head_signature__isnull', False)), _connector='OR'), name='retention_head_signs'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('responsible', None), ('responsible_signature', None)), models.Q(('responsible__isnull', False), ('responsible_signature__isnull', False)), _connector='OR'), name='retention_responsible_signs'),
        ),
        migrations.AddConstraint(
            model_name='act',
            constraint=models.CheckConstraint(condition=models.Q(('stopped_at', None), ('stopped_because__isnull', False), _connector='OR'), name='retention_stopping_has_reason'),
        ),
        migrations.AddField(
            model_name='ending',
            name='signature',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature'),
        ),
        migrations.AddIndex(
            model_name='hold',
            index=models.Index(fields=['organisation', '-placed_at', 'id'], name='retention_holds_by_time'),
        ),
        migrations.AddIndex(
            model_name='keeping',
            index=models.Index(fields=['organisation', 'ended_on'], name='retention_by_end'),
        ),
        migrations.AddConstraint(
            model_name='keeping',
            constraint=models.UniqueConstraint(fields=('recording', 'category', 'ended_on'), name='retention_class_once'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('act', 'number'), name='retention_line_number_once'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(fields=('act', 'recording'), name='retention_line_recording_once'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'spared'), _negated=True), fields=('recording',), name='retention_one_act_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'spared'), _negated=True), ('spared_because__isnull', False), _connector='OR'), name='retention_sparing_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='line',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['destroying', 'destroyed']), _negated=True), ('found__isnull', False), _connector='OR'), name='retention_what_was_found_is_said'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['organisation', '-at'], name='retention_proposals_by_time'),
        ),
        migrations.AddIndex(
            model_name='target',
            index=models.Index(fields=['case'], name='retention_targets_by_case'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.CheckConstraint(condition=models.Q(('recording__isnull', False), ('case__isnull', False), _connector='XOR'), name='retention_target_is_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('lifted', False), models.Q(('signature__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='retention_lifting_is_signed_with_reason'),
        ),
        *GUARDS,
    ]
