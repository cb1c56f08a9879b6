"""Where money is earned, taken back, approved and paid: every file of it, found by folder.

Whole folders, so that nobody chooses: what is left out is named with its reason.
"""

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOMAIN = "layers/domain/python/goodword"
PLATFORM = "layers/platform/python/goodword_aws"
FOLDERS = (
    *(f"{DOMAIN}/{name}/*.py" for name in ("ledger", "rewards", "conversions", "payouts")),
    *(f"{DOMAIN}/tracking/{name}.py" for name in ("model", "click")),
    *(f"{DOMAIN}/programs/{name}.py" for name in ("model", "rules", "conditions", "tiers", "caps")),
    *(f"{DOMAIN}/programs/{name}.py" for name in ("rates", "amounts", "payment", "effective")),
    *(f"{DOMAIN}/programs/{name}.py" for name in ("cancellation", "pilot")),
    *(f"{DOMAIN}/trust/{name}.py" for name in ("banning", "disputing", "resolving")),
    f"{DOMAIN}/ports.py",
    f"{DOMAIN}/money.py",
    *(f"{PLATFORM}/{name}.py" for name in ("store", "transaction", "conversions", "payouts")),
    f"{PLATFORM}/rewards.py",
    *(f"functions/{name}/*.py" for name in ("conversions_stream", "conversions_schedule")),
    *(f"functions/{name}/*.py" for name in ("rewards_queue", "rewards_task", "rewards_schedule")),
    *(f"functions/{name}/*.py" for name in ("payouts_task", "payouts_schedule")),
)
LEFT_OUT = {
    # they tell people what is so, and move nothing
    **dict.fromkeys(("rewards/explain*", "rewards/words*", "*/__init__.py"), "words"),
    **dict.fromkeys(("payouts/statement*", "payouts/sheet*", "conversions/listing*"), "words"),
    # the sealed trail: its own properties and end-to-end tests (I7)
    **dict.fromkeys((f"ledger/{name}*" for name in ("completeness", "leaves", "proof")), "trail"),
    "ledger/seal*": "trail",
    # what is no money is handed over by hand; reports of rails are read beside the play
    **dict.fromkeys(("rewards/hand*", "payouts/reconciling*", "payouts/notices*"), "not played"),
    **dict.fromkeys(("payouts/hearing*", "conversions/crediting*"), "not played"),
    # erasure (I8)
    "conversions/forgetting*": "erasure",
}


def money_paths() -> list[str]:
    """Every file, relative to the tree."""
    found = {
        str(path.relative_to(ROOT)) for pattern in FOLDERS for path in sorted(ROOT.glob(pattern))
    }
    return sorted(one for one in found if not _is_out(one))


def area(path: str) -> str:
    """What a file is about: its folder in the domain, or `adapters`."""
    inside = path.removeprefix(f"{DOMAIN}/")
    return inside.partition("/")[0].removesuffix(".py") if inside != path else "adapters"


def _is_out(path: str) -> bool:
    return any(fnmatch(path, f"*/{pattern}") for pattern in LEFT_OUT)
