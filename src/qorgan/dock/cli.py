"""``qorgan-dock``, which ``qorgan dock`` hands its words to: enrol, run, status, trust, patterns, simulate. Each answers in text or JSON.

Exit codes: 0 done · 2 wrong use · 3 the server does not accept this PC · 4 the dock is not set up, and says why.
"""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from qorgan.dock import agent, counting, enrolling, language, office, patterns, screen, simulate, trust
from qorgan.dock.desk import Desk
from qorgan.dock.language import gettext as _
from qorgan.dock.queue import Queue
from qorgan.dock.schema import StateError
from qorgan.dock.settings import ConfigurationError, DockFolder, chosen_folder

NOT_SET_UP = 4


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``qorgan-dock``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="qorgan-dock", description="Empties recorders into a Qorgan server.")
    _commands(parser)
    arguments = parser.parse_args(argv)
    call: Callable[[argparse.Namespace], int] = arguments.call
    return call(arguments)


def _commands(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_enrol(commands)
    run = _command(commands, "run", _run, "look for recorders, seal and upload, until stopped")
    run.add_argument("--watch", action="append", default=[], metavar="FOLDER", help="watch this folder too, in this run only")
    _command(commands, "status", _status, "what the queue holds")
    trusted = _command(commands, "trust", _trust, "believe this key of the server, after its old one was lost")
    trusted.add_argument("vkey", metavar="KEY", help="name+number+letters, from the page of the ledger or from the administrator")
    listed = _command(commands, "patterns", _patterns, "list the file-name patterns, or read names by them")
    listed.add_argument("--pattern", default=patterns.AUTOMATIC, help="read by this pattern first")
    listed.add_argument("names", nargs="*", metavar="PATH", help="paths as on a recorder")
    _add_simulate(commands)


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    call: Callable[[argparse.Namespace], int],
    words: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=words)
    parser.add_argument("--folder", help="the dock folder (else QORGAN_DOCK_FOLDER, else the usual place)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(call=partial(_guarded, call))
    return parser


def _add_enrol(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(
        commands,
        "enrol",
        _enrol,
        "make this PC a dock of a server; again with a new token when the old one was revoked",
    )
    parser.add_argument("--server", help="address of the server, https://...")
    secret = parser.add_mutually_exclusive_group(required=True)
    secret.add_argument("--token", help="the token the administrator made for this PC")
    secret.add_argument("--token-file", type=Path, help="a file with the token, so that it is not seen in the list of processes")
    parser.add_argument("--language", choices=language.LANGUAGES)
    parser.add_argument("--watch", action="append", metavar="FOLDER", help="a folder of a vendor's station; may be repeated")
    parser.add_argument("--removable-drives", choices=("yes", "no"))
    parser.add_argument("--workers", type=int, help="uploads at once")
    parser.add_argument("--scan-seconds", type=float)
    parser.add_argument("--reserve-mib", type=int, help="leave so much of this PC's disk free")
    parser.add_argument("--authority", help="file with the certificate authority of the server")


def _add_simulate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = _command(commands, "simulate", _simulate, "play a recorder from a folder of videos")
    parser.add_argument("source", type=Path, metavar="FOLDER")
    parser.add_argument("--into", type=Path, required=True, metavar="WATCHED")
    parser.add_argument("--inventory", required=True, help="inventory number of the recorder")
    parser.add_argument("--marker", default="", help="marker text; the inventory number if not given")
    parser.add_argument("--pattern", default="novatek")
    parser.add_argument("--user", default="000000")
    parser.add_argument(
        "--clock-offset",
        type=int,
        default=0,
        metavar="SECONDS",
        help="the device's clock is off by so much, e.g. +3600",
    )
    parser.add_argument("--speed", type=float, metavar="MB/S", help="copy as slowly as a vendor's station")
    parser.add_argument("--unplug-after", metavar="BYTES|PERCENT", help="take the recorder away in mid-file")
    parser.add_argument("--plugged-for", type=float, metavar="SECONDS", help="take the recorder away after so long")


def _guarded(call: Callable[[argparse.Namespace], int], arguments: argparse.Namespace) -> int:
    """Speak the dock's language, and say in a sentence what is not set up."""
    folder = chosen_folder(arguments.folder)
    language.use(getattr(arguments, "language", None) or _language_of(folder.path))
    try:
        return call(arguments)
    except (ConfigurationError, StateError, patterns.PatternError, simulate.SimulationError) as error:
        if arguments.format == "json":
            print(json.dumps({"error": str(error)}, ensure_ascii=False))
        else:
            print(error, file=sys.stderr)
        return NOT_SET_UP


def _language_of(folder: Path) -> str:
    """The language written in dock.toml; Kazakh while there is none that can be read."""
    try:
        return DockFolder(folder).settings().language
    except ConfigurationError:
        return "kk"


def _say(arguments: argparse.Namespace, values: dict[str, Any], text: str) -> None:
    print(json.dumps(values, ensure_ascii=False) if arguments.format == "json" else text)


def _enrol(arguments: argparse.Namespace) -> int:
    wishes: dict[str, object] = {
        "server": arguments.server,
        "language": arguments.language,
        "watched_folders": tuple(map(_whole, arguments.watch)) if arguments.watch else None,
        "removable_drives": None if arguments.removable_drives is None else arguments.removable_drives == "yes",
        "workers": arguments.workers,
        "scan_seconds": arguments.scan_seconds,
        "reserve_mib": arguments.reserve_mib,
        "authority": _whole(arguments.authority) if arguments.authority else arguments.authority,
    }
    token = arguments.token or _read_token(arguments.token_file)
    folder = chosen_folder(arguments.folder)
    made = enrolling.enrol(folder, token, {name: value for name, value in wishes.items() if value is not None})
    if folder.settings().server.startswith("http://"):
        print(
            _("The address is not https: the token travels openly. Recordings are sealed all the same."),
            file=sys.stderr,
        )
    text = _("Enrolled as %(name)s. The agent may be started: qorgan-dock run") % {"name": made.name}
    _say(arguments, asdict(made) | {"folder": str(folder.path)}, text)
    return 0


def _whole(path: str) -> str:
    """The path from the root: the agent is started elsewhere than where the person stands who enrols."""
    return str(Path(path).expanduser().absolute())


def _read_token(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(_("The dock's token cannot be read: %(why)s") % {"why": error}) from error


def _run(arguments: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    shows: dict[str, Callable[[Desk], None]] = {"json": screen.as_json_lines, "text": screen.as_lines}
    show = screen.on_terminal if arguments.format == "text" and sys.stdout.isatty() else shows[arguments.format]
    return agent.run(chosen_folder(arguments.folder), stop, show, watch=arguments.watch)


def _status(arguments: argparse.Namespace) -> int:
    folder = chosen_folder(arguments.folder)
    enrolment, settings = folder.enrolment(), folder.settings()
    queue = Queue(folder.state) if folder.state.exists() else None
    files, size, oldest = counting.waiting(queue) if queue else (0, 0, "")
    tallies = counting.tallies(queue) if queue else []
    kept = office.kept(folder.path)
    values = {
        "dock": enrolment.dock,
        "name": enrolment.name,
        "server": settings.server,
        "recorders_known": len(kept.recorders) if kept else 0,
        "vault": bool(kept and kept.recipients),
        "waiting": {"files": files, "bytes": size, "oldest": oldest},
        "dockings": [asdict(tally) for tally in tallies],
    }
    lines = [_("Dock %(name)s of %(server)s") % values]
    lines.append(_("Waiting for a receipt: %(files)d files, %(size)s") % {"files": files, "size": screen.size(size)})
    lines += [f"{tally.inventory_number}: " + ", ".join(f"{state} {count}" for state, count in tally.files.items()) for tally in tallies]
    _say(arguments, values, "\n".join(lines))
    if queue:
        queue.close()
    return 0


def _trust(arguments: argparse.Namespace) -> int:
    confirmed = trust.confirm(chosen_folder(arguments.folder), arguments.vkey)
    text = _("This PC believes the key %(key)s of %(origin)s. A running agent takes it up by itself.")
    _say(arguments, asdict(confirmed), text % {"key": confirmed.vkey.split("+")[1], "origin": confirmed.origin})
    return 0


def _patterns(arguments: argparse.Namespace) -> int:
    readings = {name: asdict(patterns.read(arguments.pattern, name)) for name in arguments.names}
    if arguments.names:
        lines = [f"{name}\n  " + ", ".join(f"{field}: {value}" for field, value in told.items() if value not in ("", None)) for name, told in readings.items()]
        _say(arguments, readings, "\n".join(lines))
        return 0
    listed = {key: {"name": pattern.name, "zone_minutes": pattern.zone_minutes, "automatic": pattern.automatic} for key, pattern in patterns.shipped().items()}
    examples = {key: pattern.examples[0]["path"] for key, pattern in patterns.shipped().items()}
    _say(arguments, listed, "\n".join(f"{key:14} {values['name']:34} {examples[key]}" for key, values in listed.items()))
    return 0


def _simulate(arguments: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    play = simulate.Play(
        source=arguments.source,
        watched=arguments.into,
        inventory_number=arguments.inventory,
        marker=arguments.marker,
        pattern=arguments.pattern,
        user=arguments.user,
        clock_offset_seconds=arguments.clock_offset,
        speed=int(arguments.speed * 1e6) if arguments.speed else None,
        plugged_seconds=arguments.plugged_for,
    )
    if arguments.unplug_after:
        total = sum(one.size for one in simulate.plan(play))
        play = replace(play, unplug_after=simulate.amount(arguments.unplug_after, total))
    done = simulate.run(play, stop)
    text = _("%(files)d files, %(bytes)d bytes; plugged in: %(plugged)s")
    _say(arguments, done, text % {**done, "plugged": _("yes") if done["plugged"] else _("no")})
    return 0


if __name__ == "__main__":
    sys.exit(main())
