from django.db import migrations, models

from qorgan.archive.frozen import FrozenUntilDestroyed
from qorgan.ledger.guards import DropGuard

KEPT = [
    "id", "organisation_id", "source", "kind", "plain_sha256", "plain_size", "sealed_blake3", "sealed_size", "generation", "dock_name", "stored_at",
    "position", "receipt",
]
CLEARED = {"name": "''", "path": "''", "device_started_at": "''", "clocks": "'{}'", "media": "'{}'", "manifest": "''"}
FREE = {"person_id": "NULL", "person_name": "''", "case_label": "''", "words": "''"}
FIXED = ["source_number", "case", "started_at", "ended_at", "offset_ms", "offset_basis"]


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0001_initial'),
    ]

    operations = [
        # all three may be NULL: SQLite then adds a column in place; a table made anew would lose its guards
        migrations.AddField(model_name='recording', name='destroying_at', field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name='recording', name='destroyed_at', field=models.DateTimeField(blank=True, null=True)),
        migrations.AddField(model_name='recording', name='destroyed_act', field=models.CharField(blank=True, max_length=40, null=True)),
        migrations.AddIndex(
            model_name='recording',
            index=models.Index(condition=models.Q(('destroying_at__isnull', False)), fields=['organisation', 'destroyed_at'], name='archive_rec_destroyed'),
        ),
        migrations.AlterField(
            model_name='upload', name='problem',
            field=models.CharField(blank=True, choices=[('digest', 'what arrived is not what the dock announced'), ('not-sealed', 'what arrived is not a sealed file'), ('terminated', 'withdrawn by the dock'), ('stale', 'not continued for many days'), ('destroyed', 'its recording was destroyed after its term'), ('spool-lost', "the server's disk lost what had arrived")], max_length=20),
        ),
        DropGuard("archive_recording_frozen", "archive_recording"),
        FrozenUntilDestroyed("archive_recording", KEPT, CLEARED, FREE, FIXED),
    ]
