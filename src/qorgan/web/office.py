"""`qorgan office create`: the first division with its administrator, so that the first sign-in is possible."""

import argparse
import json
import secrets
from datetime import date

from django.utils.translation import gettext as _

from qorgan.ledger.actors import Actor
from qorgan.ledger.transactions import writing
from qorgan.people import actions
from qorgan.people.models import Organisation, Post


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `office create`."""
    parser = subparsers.add_parser("office", help="enter a division and its administrator")
    verb = parser.add_subparsers(required=True, metavar="VERB").add_parser("create", help="enter a division and its administrator")
    for name, words in (
        ("code", "short Latin name, e.g. karaganda"),
        ("name-kk", "name in Kazakh"),
        ("name-ru", "name in Russian"),
        ("admin-login", "login of the administrator"),
        ("admin-family-name", "family name"),
        ("admin-given-name", "given name"),
        ("order-number", "number of the order that appoints the administrator"),
        ("order-date", "its date, YYYY-MM-DD"),
    ):
        verb.add_argument(f"--{name}", required=True, help=words)
    verb.add_argument("--parent", default="", help="code of the organisation above")
    verb.add_argument("--bin", default="", help="BIN of the division")
    verb.add_argument("--admin-language", choices=("kk", "ru"), default="kk", help="language of the administrator's pages")
    verb.add_argument("--format", choices=("text", "json"), default="text")
    verb.set_defaults(run=_create)


def _create(options: argparse.Namespace) -> int:
    """Print the administrator's first password once."""
    password = secrets.token_urlsafe(12)
    actor = Actor.system("office create")
    order_date = date.fromisoformat(options.order_date)
    with writing():
        organisation = actions.create_organisation(
            actor=actor,
            code=options.code,
            name_kk=options.name_kk,
            name_ru=options.name_ru,
            bin=options.bin,
            parent=Organisation.objects.get(code=options.parent) if options.parent else None,
        )
        person = actions.create_person(actor=actor, organisation=organisation, family_name=options.admin_family_name, given_name=options.admin_given_name)
        actions.open_sign_in(actor=actor, person=person, login=options.admin_login, password=password, language=options.admin_language)
        actions.appoint(
            actor=actor,
            person=person,
            organisation=organisation,
            post=Post.ADMINISTRATOR,
            order_number=options.order_number,
            order_date=order_date,
            starts_on=order_date,
        )
    values = {"organisation": organisation.code, "login": options.admin_login, "password": password}
    if options.format == "json":
        print(json.dumps(values))
    else:
        print(_("Division %(organisation)s is entered. Sign in as %(login)s with the password %(password)s and change it.") % values)
    return 0
