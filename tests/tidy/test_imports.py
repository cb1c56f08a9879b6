"""Imports point one way: functions -> goodword_aws -> goodword; infra imports none of the three."""

import pytest

from tests.tidy.sources import DOMAIN, PLATFORM, WORDS, Module, modules, parsed, product

FORBIDDEN = {  # who, by the beginning of the place -> what it may not import
    DOMAIN: {"goodword_aws", "functions", "infra", "tests"},
    PLATFORM: {"functions", "infra", "tests"},
    "functions": {"infra", "tests", "boto3", "botocore"},
    "infra": {"goodword", "goodword_aws", "functions", "tests"},
}
# The redirect stays small: what is not here, or in the standard library, costs every cold start.
HEAVY = {"boto3", "botocore", "pydantic", "jinja2", "aws_lambda_powertools", "cryptography"}
REDIRECT = "functions/tracking_web"


def wrong_ways(module: Module) -> list[str]:
    """Every import against the direction, or of another capability's service or function."""
    found = []
    for name, line in module.imports():
        top, *rest = name.split(".")
        if any(module.place.startswith(f"{r}/") and top in bad for r, bad in FORBIDDEN.items()):
            found.append(f"{module.place}:{line} imports {name}")
        if _is_service_of_another(module, top, rest):
            found.append(f"{module.place}:{line} imports the service of another capability: {name}")
    return found


def _is_service_of_another(module: Module, top: str, rest: list[str]) -> bool:
    if not module.name.startswith("goodword.") or top != "goodword" or len(rest) < 2:
        return False
    own = module.name.split(".")[1]
    return own in WORDS and rest[1] == "service" and rest[0] != own


def heavy_imports(start: str) -> list[str]:
    """The packages of HEAVY that anything below `start` pulls in, with the chain that does."""
    by_name = {module.name: module for module in product()}
    waiting = [(module, [module.name]) for module in modules(start)]
    seen, found = set(), []
    while waiting:
        module, chain = waiting.pop()
        if module.name in seen:
            continue
        seen.add(module.name)
        for name, _ in module.imports():
            if name.split(".")[0] in HEAVY:
                found.append(" -> ".join([*chain, name]))
            for part in _with_packages(name):
                if part in by_name:
                    waiting.append((by_name[part], [*chain, part]))
    return sorted(found)


def _with_packages(name: str) -> list[str]:
    """`a.b.c` -> a, a.b, a.b.c: importing a module runs its packages first."""
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def test_imports_point_one_way() -> None:
    found = [one for module in modules() for one in wrong_ways(module)]
    assert not found, "\n".join(found)


def test_the_redirect_imports_nothing_heavy() -> None:
    assert not heavy_imports(REDIRECT)


def test_something_heavy_is_seen_through_a_chain() -> None:
    assert any("pydantic" in chain for chain in heavy_imports(f"{DOMAIN}/goodword/ledger"))


@pytest.mark.parametrize(
    ("place", "planted"),
    [
        (f"{DOMAIN}/goodword/rewards/service.py", "from goodword.payouts.service import run"),
        (f"{DOMAIN}/goodword/rewards/service.py", "from goodword.payouts import service"),
        (f"{DOMAIN}/goodword/rewards/service.py", "from ..payouts.service import run"),
        (f"{DOMAIN}/goodword/rewards/model.py", "import goodword_aws.store"),
        (f"{PLATFORM}/goodword_aws/store.py", "from functions.tracking_web import handler"),
        ("functions/rewards_api/handler.py", "import boto3"),
        ("infra/local/demo.py", "from goodword.money import Money"),
        ("infra/stack.py", "def f() -> None:\n    from goodword_aws import settings"),
    ],
)
def test_a_wrong_way_is_seen(place: str, planted: str) -> None:
    assert wrong_ways(parsed(planted, place))


def test_models_of_others_may_be_imported() -> None:
    text = "from goodword.payouts.model import Payout\nfrom goodword.rewards.service import run\n"
    assert not wrong_ways(parsed(text))
