import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models

from qorgan.archive.frozen import Frozen
from qorgan.ledger.guards import AppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('recorders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('inspection', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='closing', serialize=False, to='recorders.inspection')),
                ('name', models.CharField(max_length=300)),
                ('inputs_digest', models.CharField(max_length=64)),
                ('closed_at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.person')),
            ],
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('dock_name', models.CharField(max_length=100)),
                ('key', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('file', 'a file vanished'), ('numbers', 'numbers were passed over')], max_length=10)),
                ('path', models.TextField(blank=True)),
                ('size', models.BigIntegerField(default=0)),
                ('modified_at', models.CharField(blank=True, max_length=40)),
                ('plain_sha256', models.CharField(blank=True, max_length=64)),
                ('device_started_at', models.CharField(blank=True, max_length=40)),
                ('first_number', models.PositiveIntegerField(blank=True, null=True)),
                ('last_number', models.PositiveIntegerField(blank=True, null=True)),
                ('in_folder', models.BooleanField(default=False)),
                ('seen_at', models.DateTimeField(blank=True, null=True)),
                ('noticed_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('back_at', models.DateTimeField(blank=True, null=True)),
                ('issue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='recorders.issue')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('recorder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='recorders.recorder')),
            ],
            options={
                'indexes': [models.Index(fields=['recorder', '-noticed_at'], name='continuity_absence_of_rec')],
                'constraints': [models.UniqueConstraint(fields=('organisation', 'key'), name='continuity_absence_once')],
            },
        ),
        migrations.CreateModel(
            name='Explanation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('malfunction', 'malfunction of the recorder'), ('battery', 'the battery was empty'), ('break', 'agreed break, lunch'), ('not-inspection', 'not time of the inspection'), ('transport', 'on the way'), ('replaced', 'the recorder was replaced'), ('other', 'another reason')], max_length=20)),
                ('words', models.TextField(blank=True)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('numbers', models.JSONField(blank=True, default=list)),
                ('absences', models.JSONField(blank=True, default=list)),
                ('made_at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='explanations', to='recorders.inspection')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('recorder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='recorders.recorder')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
            ],
            options={
                'indexes': [models.Index(fields=['inspection', 'position'], name='continuity_expl_of_insp')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends_at', None), ('starts_at', None)), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='continuity_explanation_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='SignedReport',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('content', models.TextField()),
                ('content_digest', models.CharField(max_length=64)),
                ('inputs_digest', models.CharField(max_length=64)),
                ('open_findings', models.PositiveIntegerField()),
                ('signed_at', models.DateTimeField()),
                ('position', models.BigIntegerField()),
                ('inspection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='continuity_reports', to='recorders.inspection')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('signature', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('inspection', 'number'), name='continuity_report_number_once')],
            },
        ),
        AppendOnly("continuity_explanation", unique=[["id"]]),
        AppendOnly("continuity_signedreport", unique=[["id"], ["inspection_id", "number"]]),
        AppendOnly("continuity_closing", unique=[["inspection_id"]]),
        AppendOnly("continuity_absence", unique=[["id"], ["organisation_id", "key"]], refuse=("DELETE",)),
        Frozen(
            "continuity_absence",
            [
                "id", "organisation_id", "recorder_id", "dock_name", "key", "kind", "path", "size", "modified_at", "device_started_at", "first_number",
                "last_number", "noticed_at", "told_at",
            ],
        ),
    ]
