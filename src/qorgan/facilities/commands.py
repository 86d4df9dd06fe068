"""``qorgan facility list | show | import | export``: the register from the command line, for whoever runs the machine of a chain."""

import argparse
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from qorgan.facilities import exchange, presenting
from qorgan.facilities.actions import PARTICULARS
from qorgan.facilities.assessing import assessed, assessed_many
from qorgan.facilities.facts import facts_on
from qorgan.facilities.models import Facility
from qorgan.facilities.refusals import FacilityRefusal
from qorgan.facilities.sheets import write_csv, write_xlsx
from qorgan.facilities.typed import day, declare, of_register, organisation, refuse_taken, the_facility, write_out
from qorgan.facilities.values import shown, stored
from qorgan.facilities.vocabulary import names
from qorgan.ledger.actors import Actor
from qorgan.norms.engine.assess import Assessment
from qorgan.norms.why import mark

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # argparse has no public name for it

_WRITERS = {".xlsx": write_xlsx, ".csv": write_csv}


def register(verbs: "Verbs") -> None:
    """Add the register's verbs to ``qorgan facility``. Each sets ``run``, which returns the exit code."""
    parsers = {}
    for name, run, words in (
        ("list", _list, "facilities of the register with their groups and what they lack"),
        ("show", _show, "one facility: what is known, its groups, requirements, terms"),
        ("import", _import, "read a table into the register, whole or not at all"),
        ("export", _export, "write the register as a table"),
    ):
        parsers[name] = declare(verbs.add_parser(name, help=words), run)
    for name in ("list", "show"):
        parsers[name].add_argument("--organisation", default="", metavar="CODE", help="only facilities of this organisation")
        parsers[name].add_argument("--on", type=day, metavar="DATE", help="the day to judge by; today if not given")
    parsers["list"].add_argument("--group", default="", metavar="GROUP", help="only facilities of this group, as 3.1")
    parsers["show"].add_argument("facility", metavar="FACILITY", help="its number in the register")
    parsers["import"].add_argument("file", type=Path, metavar="FILE", help="CSV in UTF-8, or XLSX")
    parsers["import"].add_argument("--organisation", required=True, metavar="CODE", help="whose register it is")
    parsers["import"].add_argument("--since", type=day, metavar="DATE", help="the day since which it is so; today if not given")
    parsers["import"].add_argument("--check", action="store_true", help="look at every line, write nothing")
    parsers["export"].add_argument("file", type=Path, metavar="FILE", help="what to write, ending in .xlsx or .csv; nothing is overwritten")
    parsers["export"].add_argument("--organisation", required=True, metavar="CODE", help="whose register it is")


def _list(options: argparse.Namespace) -> int:
    on = options.on or timezone.localdate()
    found = of_register(options.organisation)
    standing = assessed_many(found, on)
    rows = [_row(one, standing[one.pk]) for one in found if not options.group or options.group in [group.name for group in standing[one.pk].groups]]
    if options.format == "json":
        print(json.dumps({"on": on.isoformat(), "facilities": rows}, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        groups = ", ".join(row["groups"] or [f"{name}?" for name in row["possible_groups"]]) or "–"
        said = _("not met %(not_met)s, not known %(unknown)s, compensated %(compensated)s, met %(met)s") % row["equipment"]
        print(f"{row['organisation']:<12}{row['code']:<10}{groups:<14}  {said:<64}  {row[f'name_{options.language}']}")
    return 0


def _row(facility: Facility, standing: Assessment) -> dict[str, Any]:
    return {
        "organisation": facility.organisation.code,
        "code": facility.code,
        "name_kk": facility.name_kk,
        "name_ru": facility.name_ru,
        "groups": [one.name for one in standing.groups],
        "possible_groups": [one.name for one in standing.possible],
        "equipment": presenting.counts(standing),
    }


def _show(options: argparse.Namespace) -> int:
    facility = the_facility(options.facility, options.organisation)
    on = options.on or timezone.localdate()
    facts, standing = facts_on(facility, on), assessed(facility, on)
    if options.format == "json":
        print(json.dumps(_whole(facility, on, facts, standing), ensure_ascii=False, indent=1))
        return 0
    print(f"{facility.code}  {facility.name}  ({facility.address})")
    for heading, groups in ((_("Groups"), standing.groups), (_("Possible groups"), standing.possible)):
        for one in presenting.grouping(groups):
            missing = "; ".join(str(name.label) for name in one["missing"])
            print(f"{heading}: {one['name']}  {mark(one['item'].id)}  {missing}")
    for name, value in facts.items():
        print(f"  {_label(name)}: {shown(name, value)}")
    for block in presenting.blocks(standing, facts):
        print(f"{block.label}: {block.state}")
        for line in block.open_lines():
            print(f"  {mark(line.standing.item.id)}: {line.state} ({line.basis}). {line.summary} {'; '.join(line.gaps)}")
    for term in presenting.terms(standing):
        print(f"{mark(term.running.item.id)}: {term.running.due.due:%d.%m.%Y}. {term.summary}" if term.running.due else f"{mark(term.running.item.id)}: –")
    return 0


def _whole(facility: Facility, on: date, facts: dict[str, Any], standing: Assessment) -> dict[str, Any]:
    """Everything, under the names of ``facility assess``."""
    row = _row(facility, standing)
    return {
        **row,
        **{name: getattr(facility, name) for name in PARTICULARS},
        "on": on.isoformat(),
        "facts": {name: stored(value) for name, value in facts.items()},
        "groups": [{"id": one.name, "norm": one.item.id, "text": one.item.text.value} for one in standing.groups],
        "possible_groups": [{"id": one.name, "norm": one.item.id, "missing_facts": sorted(one.missing)} for one in standing.possible],
        "requirements": [
            {
                "norm": one.item.id,
                "equipment": one.requirement.equipment,
                "state": one.state.value,
                "basis": one.basis,
                "missing_facts": sorted(one.missing),
                "failing": list(one.failing),
            }
            for one in standing.standings
        ],
        "deadlines": [
            {
                "norm": one.running.item.id,
                "due": one.running.due.due.isoformat() if one.running.due else None,
                "estimated": one.running.due.estimated if one.running.due else None,
            }
            for one in presenting.terms(standing)
        ],
    }


def _import(options: argparse.Namespace) -> int:
    """Exit 0: taken, or every line would be; 1: checked, and some lines have faults; 2: nothing was taken."""
    owner = organisation(options.organisation)
    if not options.file.is_file():
        raise FileNotFoundError(_("There is no file %(file)s.") % {"file": options.file})
    try:
        report = exchange.import_register(
            actor=Actor.system("facility import", str(owner.id)),
            organisation=owner,
            data=options.file.read_bytes(),
            source=options.file.name,
            since=options.since,
            only_check=options.check,
        )
    except FacilityRefusal as refused:
        raise ValidationError(_told(refused.faults)) from refused
    if options.format == "json":
        print(json.dumps(_reported(report), ensure_ascii=False, indent=1))
    else:
        for line in report.refused:
            print(_("Line %(number)s, %(code)s: %(faults)s") % {"number": line.number, "code": line.code, "faults": " ".join(_told(line.faults))})
        counts = {name: report.count(name) for name in ("new", "changed", "same", "refused")}
        print(_("New %(new)s, changed %(changed)s, the same %(same)s, refused %(refused)s.") % counts)
        print(_("It is written.") if report.written else _("Nothing was written."))
    return (1 if options.check else 2) if report.refused else 0


def _told(faults: Iterable[Any]) -> list[str]:
    return [f"{fault.sentence} ({mark(fault.basis)})" for fault in faults]


def _reported(report: exchange.Report) -> dict[str, Any]:
    lines = [
        {
            "line": line.number,
            "code": line.code,
            "outcome": line.outcome,
            "faults": [{"field": fault.field, "norm": fault.basis, "sentence": fault.sentence} for fault in line.faults],
        }
        for line in report.lines
    ]
    return {"written": report.written, **{name: report.count(name) for name in ("new", "changed", "same", "refused")}, "lines": lines}


def _export(options: argparse.Namespace) -> int:
    owner, form = organisation(options.organisation), options.file.suffix.lower()
    if form not in _WRITERS:
        raise ValidationError(_("%(file)s: the name ends in .xlsx or .csv.") % {"file": options.file})
    refuse_taken(options.file)
    found = of_register(owner.code)
    rows = exchange.export_register(actor=Actor.system("facility export", str(owner.id)), facilities=found, organisation=owner, form=form[1:])
    write_out(options.file, _WRITERS[form](rows))
    if options.format == "json":
        print(json.dumps({"organisation": owner.code, "facilities": len(found), "file": str(options.file)}, ensure_ascii=False))
    else:
        print(_("%(file)s: %(count)s facilities of %(name)s.") % {"file": options.file, "count": len(found), "name": owner.name})
    return 0


def _label(name: str) -> str:
    return str(names()[name].label) if name in names() else name
