"""What one can do with a demo that is running: look, order, move time, get a token."""

import argparse
import json
import textwrap
import time

from infra.local.cast import Cast, done
from infra.local.demo import Story
from infra.local.directory import Directory
from infra.local.payloads import shopify_refund
from infra.local.places import DEMO_HOME
from infra.local.progress import Progress
from infra.local.stack import LocalStack, attach


class NotRunningError(Exception):
    """There is no demo to talk to."""


def running() -> tuple[LocalStack, Directory]:
    """The demo's stack and directory. Raises NotRunningError with what to do."""
    stack, directory = attach(DEMO_HOME), Directory.read()
    if stack is None or directory is None:
        cut = "; a story that was cut off left the emulator up, and starts afresh" if stack else ""
        raise NotRunningError(f"no demo is running here: make demo{cut}")
    return stack, directory


def token(progress: Progress, asked: argparse.Namespace) -> int:
    """Print an ID token and nothing else."""
    stack, directory = running()
    progress.say(stack.people.sign_in(directory.person(asked.who)))
    return 0


def see(progress: Progress, asked: argparse.Namespace) -> int:
    """GET a path of the API as somebody and print the answer."""
    stack, directory = running()
    answer = directory.signed(stack, asked.who).http.get(asked.page)
    progress.say(json.dumps(answer.json(), indent=2, ensure_ascii=False))
    return 0 if answer.status < 400 else 1


def order(progress: Progress, asked: argparse.Namespace) -> int:
    """Somebody follows Maya's link and buys; the shop reports it with its signature."""
    stack, directory = running()
    cast = Cast(stack)
    number = int(time.time())
    story = Story(cast, progress, directory.program_id)
    click_id = cast.click_id(directory.code)
    story.buys(directory.shop, number, f"{asked.amount:.2f}", click_id, f"friend{number}")
    progress.say(f"  order {number}: {asked.amount:.2f} EUR over Maya's link, reported by the shop")
    progress.say("  make see WHO=maya PAGE=/v1/me/rewards shows what became of it")
    return 0


def forward(progress: Progress, asked: argparse.Namespace) -> int:
    """Move the functions' clock and ring what the schedules would ring within a minute."""
    stack, directory = running()
    story = Story(Cast(stack), progress, directory.program_id)
    story.forward(asked.days, "because you said so")
    for function in ("conversions_schedule", "rewards_schedule", "payouts_schedule"):
        story.ring(function)
    now = time.gmtime(story.cast.seconds)
    progress.say(f"  for the product it is now {time.strftime('%d %b %Y %H:%M', now)} UTC")
    return 0


def click(progress: Progress, asked: argparse.Namespace) -> int:
    """Follow Maya's link and show the redirect."""
    del asked
    stack, directory = running()
    answer = Cast(stack).click(directory.code)
    progress.say(f"  {answer.status} {answer.headers['location']}")
    return 0


def mail(progress: Progress, asked: argparse.Namespace) -> int:
    """Print what was sent by e-mail to somebody."""
    stack, directory = running()
    for one in stack.mails(directory.person(asked.who).email):
        progress.say(f"  {one.subject}\n{textwrap.indent(one.text.strip(), '    ')}\n")
    return 0


def refund(progress: Progress, asked: argparse.Namespace) -> int:
    """The shop takes goods back from an order."""
    stack, directory = running()
    goods, tax = asked.amount, asked.amount * 0.07
    back = shopify_refund(
        int(time.time()), asked.order, f"{goods:.2f}", f"{tax:.2f}", f"{goods + tax:.2f}"
    )
    done(Cast(stack).shopify(directory.shop, "refunds/create", back))
    progress.say(
        f"  the shop reported that {asked.amount:.2f} EUR of order {asked.order} went back"
    )
    progress.say("  (before its order has come, or beyond what was paid, it takes nothing)")
    return 0
