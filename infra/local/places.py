"""The laptop run writes under `.local/` and `.build/` of the checkout, and nowhere else.

A home is the directory of one emulator run (`.local/demo`, `.local/e2e-4711`); it can be deleted
whenever that run is over.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
LOCAL = ROOT / ".local"
DEMO_HOME = LOCAL / "demo"

CLOCK_NAME = "clock"  # files of a home: the seconds that the functions add to the time,
RAIL_STATE = "rail.sqlite"  # the transfers of the simulated rail,
RAIL_URL = "rail-url"  # and where it listens
TOWN_URL = "town-url"  # where the shop, the mailbox and the one-click sign-ins listen
DIRECTORY = "directory.json"  # who can sign in, and what the story made

REGION = "us-east-1"
ACCOUNT = "000000000000"
ROOT_KEY = "test"  # both halves of the emulator's root key; it opens nothing but the emulator
