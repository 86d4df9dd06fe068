import django.db.models.deletion
from django.db import migrations, models

from qorgan.ledger.guards import AppendOnly, DropGuard, Refuse

KIND = "ledger:content:destroyed"  # of entries that say which contents go; their own never do
_SAYS_SO = f"SELECT 1 FROM ledger_entry e WHERE e.position = NEW.because_id AND e.position > NEW.entry_id AND e.kind = '{KIND}'"
_IS_ITSELF_A_WORD_OF_DESTRUCTION = f"SELECT 1 FROM ledger_entry e WHERE e.position = NEW.entry_id AND e.kind = '{KIND}'"


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Destroyed',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='destroyed', serialize=False, to='ledger.entry')),
                ('because', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='destroys', to='ledger.entry')),
            ],
        ),
        AppendOnly("ledger_destroyed", unique=[["entry_id"]]),
        Refuse("ledger_destroyed_named", "ledger_destroyed", "INSERT", f"NOT EXISTS ({_SAYS_SO}) OR EXISTS ({_IS_ITSELF_A_WORD_OF_DESTRUCTION})"),
        DropGuard("ledger_content_no_delete", "ledger_content"),
        Refuse("ledger_content_kept", "ledger_content", "DELETE", "NOT EXISTS (SELECT 1 FROM ledger_destroyed d WHERE d.entry_id = OLD.entry_id)"),
        Refuse("ledger_content_gone", "ledger_content", "INSERT", "EXISTS (SELECT 1 FROM ledger_destroyed d WHERE d.entry_id = NEW.entry_id)"),
    ]
