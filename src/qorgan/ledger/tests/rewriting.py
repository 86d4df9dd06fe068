"""What somebody with the database and the key would do: write the whole ledger anew so that it holds by itself."""

from django.db import connection

from qorgan.ledger import log
from qorgan.ledger.checkpoints import make_checkpoint
from qorgan.ledger.models import Checkpoint, Entry


def past_the_guards(*statements: str) -> None:
    """Drop the guards, run raw SQL, put the guards back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("SET session_replication_role = origin")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger_%'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            cursor.execute(statement)
        for _name, sql in guards:
            cursor.execute(sql)


def literal(data: bytes) -> str:
    """Bytes as SQL writes them."""
    return f"'\\x{data.hex()}'" if connection.vendor == "postgresql" else f"x'{data.hex()}'"


def rewrite_entry(position: int, old: str, new: str) -> None:
    """Say something else at ``position``, and make every commitment, subtree and checkpoint right again, with the ledger's own key.

    Stamps and showings stay as they are: they hang on checkpoints of the same sizes.
    """
    entry = Entry.objects.select_related("content").get(position=position)
    body = entry.content.body.replace(old, new)
    assert body != entry.content.body
    commitment = log.commit(bytes(entry.content.salt), entry.at_us, entry.kind, entry.organisation, entry.subject, body)
    kept = list(Checkpoint.objects.order_by("size").values_list("size", "made_at"))
    past_the_guards(
        f"UPDATE ledger_content SET body = '{body}' WHERE entry_id = {position}",
        f"UPDATE ledger_entry SET commitment = {literal(commitment)} WHERE position = {position}",
        "CREATE TABLE put_aside AS SELECT * FROM ledger_entry",
        "CREATE TABLE content_aside AS SELECT * FROM ledger_content",
        "CREATE TABLE stamps_aside AS SELECT * FROM ledger_timestamp",
        "CREATE TABLE shown_aside AS SELECT * FROM ledger_witnessing",
        *(f"DELETE FROM ledger_{table}" for table in ("timestamp", "witnessing", "subtree", "checkpoint", "content", "entry")),
    )
    for size, _made_at in kept:
        past_the_guards(f"INSERT INTO ledger_entry SELECT * FROM put_aside WHERE position < {size} AND position NOT IN (SELECT position FROM ledger_entry)")
        make_checkpoint()
    past_the_guards(
        "INSERT INTO ledger_entry SELECT * FROM put_aside WHERE position NOT IN (SELECT position FROM ledger_entry)",
        "INSERT INTO ledger_content SELECT * FROM content_aside",
        "INSERT INTO ledger_timestamp SELECT * FROM stamps_aside",
        "INSERT INTO ledger_witnessing SELECT * FROM shown_aside",
        *(f"DROP TABLE {table}" for table in ("put_aside", "content_aside", "stamps_aside", "shown_aside")),
    )
