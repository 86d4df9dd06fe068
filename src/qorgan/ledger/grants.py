"""PostgreSQL: the application's role owns nothing, and where rows are for ever it may look and add, not change or remove."""

from typing import Any

_GUARDED = """
    SELECT t.tgrelid::regclass::text, bool_or(t.tgname LIKE '%%\\_no\\_update'), bool_or(t.tgname LIKE '%%\\_no\\_delete')
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'qorgan_append_only' GROUP BY 1
"""


def grant(connection: Any, role: str) -> dict[str, str]:
    """Give ``role`` what it needs, through the owner's ``connection``; what each guarded table allows is returned.

    Anything the role was granted before is taken away first. Idempotent.
    """
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(_GUARDED)
        guarded = {}
        for table, no_update, no_delete in cursor.fetchall():
            taken = [verb for verb, refused in (("UPDATE", no_update), ("DELETE", no_delete)) if refused]
            cursor.execute(f"REVOKE {', '.join(taken)} ON {table} FROM {name}")
            guarded[table] = ", ".join(taken)
    return guarded
