"""`qorgan demo`: server, worker, dock and recorders together, for a newcomer. Ctrl-C ends all of it."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import FrameType

from django.conf import settings

from qorgan.ledger.models import Entry
from qorgan.people.kinds import SIGNED_IN
from qorgan.people.models import Organisation
from qorgan.web import startup
from qorgan.web.demo.office import PASSWORD, PIN, SECRETS, found_office, take_one_out, yesterday
from qorgan.web.demo.recordings import REELS, lay_in_cyrillic_folder, make_reels
from qorgan.web.demo.shown import OF_FACILITIES, demo_cast

_READY_SECONDS = 30
_PATIENCE_SECONDS = 90


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `demo`."""
    parser = subparsers.add_parser("demo", help="a demonstration office with a named cast; Ctrl-C ends it")
    parser.add_argument("--prepare", action="store_true", help="only make the office and its files, start nothing")
    parser.add_argument("--codes", action="store_true", help="print the present codes of the second factor, start nothing")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(run=_demo)


def _demo(options: argparse.Namespace) -> int:
    os.environ["QORGAN_DEMO"] = "yes"
    settings.DEMO = True
    if options.codes:
        _print_cast(options.format)
        return 0
    if not options.prepare and taken(settings.QORGAN["QORGAN_LISTEN"]):
        _say(f"something answers at {settings.QORGAN['QORGAN_LISTEN']} already: another demonstration, or another program.")
        _say("End it, or choose another address: QORGAN_LISTEN=127.0.0.1:8555 make run")
        return 2
    _prepare()
    if options.prepare:
        return 0
    return _Troupe(Path(settings.DATA)).play()


def taken(address: str) -> bool:
    """Whether somebody listens at ``host:port``."""
    host, _colon, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2):
            return True
    except OSError:
        return False


def _say(words: str) -> None:
    print(f"· {words}", flush=True)


def _prepare() -> None:
    """Everything that is made once."""
    startup.set_up()
    day = yesterday()
    kept = Path(settings.DATA) / "demo" / "day"
    if not Organisation.objects.exists():
        _say(f"founding the demonstration office and living through {day:%d.%m.%Y}")
        found_office(day)
        take_one_out()
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(day.isoformat(), encoding="ascii")
    day = day.fromisoformat(kept.read_text(encoding="ascii"))
    _say("making the recorders' files (H.264 and AAC; kept for later runs)")
    make_reels(_footage(), day, lambda done, all_: print(f"\r  {done} of {all_}", end="\n" if done == all_ else "", flush=True))


def _footage() -> Path:
    return Path(settings.DATA) / "demo" / "footage"


class _Troupe:
    """The processes of the demonstration: started in order, ended together."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.stop = threading.Event()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {**os.environ, "QORGAN_DEMO": "yes", "QORGAN_DATA": str(data)}
        self.address = f"http://{settings.QORGAN['QORGAN_LISTEN']}"

    def play(self) -> int:
        """Run until Ctrl-C, until its window is closed, or until one of the processes fails."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end)
        try:
            self._start("server", "serve")
            if not self._answers():
                _say(f"the server does not answer at {self.address}; see {self.data / 'demo' / 'server.log'}")
                return 2
            self._start("worker", "worker")
            self._start_dock()
            self._tell()
            self._plug_in_recorders()
            return self._watch()
        finally:
            self._end_all()

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.stop.set()

    def _start(self, name: str, *words: str) -> None:
        log = (self.data / "demo" / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "qorgan.web.cli", *words]
        self.processes[name] = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        log.close()
        _say(f"{name} started")

    def _answers(self) -> bool:
        until = time.monotonic() + _READY_SECONDS
        while time.monotonic() < until and not self.stop.is_set() and self.processes["server"].poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=2) as answer:  # noqa: S310 - our own server
                    return bool(answer.status == 200)
            except OSError:
                self.stop.wait(0.2)
        return False

    def _start_dock(self) -> None:
        folder, station = self.data / "demo" / "dock", self.data / "demo" / "station"
        station.mkdir(exist_ok=True)
        if not (folder / "enrolment.json").exists():
            words = ["dock", "enrol", "--folder", str(folder), "--server", self.address, "--token-file", str(self.data / "demo-dock.token")]
            words += ["--watch", str(station), "--removable-drives", "no", "--scan-seconds", "1", "--language", "kk", "--reserve-mib", "200"]
            subprocess.run(
                [sys.executable, "-m", "qorgan.web.cli", *words], env=self.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        self._start("dock", "dock", "run", "--folder", str(folder))

    def _wait_for_someone(self) -> None:
        """Until somebody has signed in and can watch, a minute and a half at the most."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and not self.stop.wait(1):
            if Entry.objects.filter(kind=SIGNED_IN.key).exists():
                return

    def _plug_in_recorders(self) -> None:
        """The recorders of yesterday are put on charge one after the other, slowly enough to be watched."""
        station = self.data / "demo" / "station"
        self._wait_for_someone()
        for reel in REELS:
            if not reel.pattern or (station / reel.inventory_number).exists() or self.stop.wait(1):
                continue
            words = ["dock", "simulate", str(_footage() / reel.inventory_number), "--into", str(station), "--inventory", reel.inventory_number]
            words += ["--pattern", reel.pattern, "--clock-offset", str(reel.off), "--speed", "2"]
            subprocess.run([sys.executable, "-m", "qorgan.web.cli", *words], env=self.environment, check=True, stdout=subprocess.DEVNULL)
            if reel.inventory_number == "0418":
                lay_in_cyrillic_folder(station / "0418", next((_footage() / "extra").glob("*.mp4")))
            _say(f"recorder {reel.inventory_number} is on charge: its files go up by themselves")

    def _tell(self) -> None:
        _print_cast("text")
        _say(f"Order 444: open {self.address}/ and sign in as serik: then three recorders are put on charge")
        _say(f"Order 366-НҚ: sign in as zhanar: {self.address}/oversight/ says what is due, {self.address}/facilities/ has the chain's twelve facilities")
        _say("Ctrl-C ends everything")

    def _watch(self) -> int:
        while not self.stop.wait(0.5):
            for name, process in self.processes.items():
                if process.poll() is not None:
                    _say(f"{name} ended by itself ({process.returncode}); see {self.data / 'demo' / f'{name}.log'}")
                    return 1
        return 0

    def _end_all(self) -> None:
        for process in reversed(self.processes.values()):
            if process.poll() is None:
                process.terminate()
        for process in self.processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
        _say("all ended")


def _print_cast(form: str) -> None:
    members = demo_cast()
    if form == "json":
        print(json.dumps(members, ensure_ascii=False))
        return
    print(f"\n  password of everybody: {PASSWORD}    PIN at the kiosk: {PIN}")
    for title, wanted in (("Order 444: the division, recorders and recordings", False), ("Order 366-НҚ: a chain of twelve facilities", True)):
        print(f"\n  {title}")
        for member in members:
            if (member["key"] in OF_FACILITIES) is wanted:
                code = f"code now {member['code']} (a new one each 30 s on the sign-in page)" if member["code"] else "no code"
                print(f"  {member['login']:<8} {member['name']:<30} {member['key']:<17} {code}")
    print()
    for login, secret in SECRETS.items():
        print(f"  vault secret of {login}: {secret}")
    print()
