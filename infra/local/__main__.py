"""`python -m infra.local VERB` runs the laptop stack for the Makefile; a verb can be repeated."""

import argparse
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable

from infra.local import assembly, audit, emulator, verbs
from infra.local.assembly import SynthError
from infra.local.cast import RefusedError
from infra.local.demo import demo
from infra.local.deploy import DeployError
from infra.local.directory import UnknownPersonError
from infra.local.emulator import EmulatorError
from infra.local.places import DEMO_HOME, LOCAL
from infra.local.progress import Progress
from infra.local.stack import LocalStack, attach, bring_up, refresh
from infra.local.verbs import NotRunningError
from infra.local.waiting import NotYetError


def up(progress: Progress) -> int:
    """Start a stack that stays until `down`; one that runs already gets the present sources."""
    there = emulator.running(DEMO_HOME)
    if there is None:
        stack = bring_up(DEMO_HOME, progress, tethered=False)
    else:
        stack = refresh(there, progress)
    _show(progress, stack)
    progress.say("  make down ends it.")
    return 0


def down(progress: Progress) -> int:
    """End the stack; fine if none runs."""
    with progress.step("end the emulator") as notes:
        notes.append("" if emulator.stop(DEMO_HOME) else "none was running")
    return 0


def status(progress: Progress) -> int:
    """Say what runs, if anything does."""
    there = attach(DEMO_HOME)
    if there is None:
        progress.say("  nothing is running (make demo, or make up)")
        return 0
    _show(progress, there)
    return 0


def reset(progress: Progress) -> int:
    """End the stack and forget all its state, with what killed runs left behind."""
    down(progress)
    with progress.step("delete .local/") as notes:
        notes.extend(str(home.name) for home in emulator.sweep())
        shutil.rmtree(LOCAL, ignore_errors=True)
    return 0


def synth(progress: Progress) -> int:
    """Synthesize the template for the laptop."""
    with progress.step("synthesize the CDK app") as notes:
        done = assembly.synthesize()
        notes.append("" if done.is_new else "unchanged")
    progress.say(f"  {assembly.read_assembly(done.directory).template_path}")
    return 0


VERBS: dict[str, Callable[[Progress], int]] = {
    "demo": demo,
    "up": up,
    "down": down,
    "status": status,
    "reset": reset,
    "synth": synth,
}


ASKING: dict[str, Callable[[Progress, argparse.Namespace], int]] = {
    "token": verbs.token,
    "see": verbs.see,
    "click": verbs.click,
    "order": verbs.order,
    "refund": verbs.refund,
    "mail": verbs.mail,
    "forward": verbs.forward,
    "verify": lambda progress, asked: audit.verify(progress, verbs.running()[0], asked),
    "balances": lambda progress, asked: audit.balances(progress, verbs.running()[0], asked),
}


def _show(progress: Progress, there: LocalStack) -> None:
    progress.say(f"  emulator  {there.endpoint}  (pid {there.emulator.pid})")
    for name, value in sorted(there.deployed.outputs.items()):
        progress.say(f"  {name:<24}{textwrap.shorten(value, 100, placeholder=' ...')}")


def _natural(text: str) -> int:
    """A whole number from 1 on; time only moves forward."""
    if not text.isdecimal() or not 1 <= int(text) < 10**9:
        raise argparse.ArgumentTypeError("a whole number from 1 on")
    return int(text)


def _amount(text: str) -> float:
    """More than nothing, in EUR."""
    whole, _, cents = text.partition(".")
    plain = whole.isdecimal() and len(cents) <= 2 and (not cents or cents.isdecimal())
    if not plain or not 0.01 <= float(text) < 1_000_000:
        raise argparse.ArgumentTypeError("EUR, as 49 or 49.90")
    return float(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local")
    parser.add_argument("verb", choices=sorted([*VERBS, *ASKING]))
    parser.add_argument("--who", default="maya", help="maya, fatima, frank, marta or ada")
    parser.add_argument("--page", default="/v1/me", help="a path of the API")
    parser.add_argument("--amount", type=_amount, default=49.0, help="EUR without tax")
    parser.add_argument("--order", type=_natural, default=7_001, help="the order's number")
    parser.add_argument("--days", type=_natural, default=15, help="1 to 999")
    parser.add_argument("--mend", action="store_true", help="balances: write what they should be")
    return parser


def main(arguments: list[str]) -> int:
    """Run one verb; what went wrong is said in words, Ctrl-C ends with 130."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what was started, as Ctrl-C
    try:
        if asked.verb in ASKING:
            return ASKING[asked.verb](Progress(), asked)
        return VERBS[asked.verb](Progress())
    except (EmulatorError, SynthError, DeployError, RefusedError, NotYetError) as wrong:
        print(f"\n{wrong}", file=sys.stderr)
        return 1
    except (NotRunningError, UnknownPersonError) as nothing:
        print(f"  {nothing}", file=sys.stderr)
        return 3
    except BrokenPipeError:  # `make status | head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
