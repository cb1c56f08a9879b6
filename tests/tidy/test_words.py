"""One word per capability, the same in every tree; what is not a word is listed here."""

import json

import pytest

from tests.tidy.sources import DOMAIN, FACES, ROOT, WORDS, files

TRIGGERS = {"api", "web", "stream", "bus", "queue", "schedule", "task"}
INFRA = {"app.py", "stack.py", "layers.py", "node.py", "__init__.py"}
# The verifier is a directory for strangers; it must lie beside the product, not in it.
INFRA_TREES = {"foundations", "capabilities", "state_machines", "local", "verifier"}
TOP = {
    *("infra", "functions", "layers", "events", "tests", "docs", "requirements", ".ci"),
    *("cdk.json", "pyproject.toml", "README.md", "Makefile", ".gitignore"),
    *("LICENSE", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", ".gitattributes"),
}
SUITES = {
    *("unit", "properties", "functional", "adapters", "workflows", "contract", "infra"),
    *("shuffles", "simulation", "e2e", "browser", "bench", "tidy", "fakes", "support"),
}
REFUSED = "refused_"  # how the name of a sample begins that the function must turn away


def below(tree: str) -> set[str]:
    """The names of the directories and files that lie directly in `tree`."""
    return {
        place.removeprefix(f"{tree}/").split("/")[0]
        for place in files()
        if place.startswith(f"{tree}/")
    }


def directories(tree: str) -> set[str]:
    """The names of the directories that lie directly in `tree`."""
    return {name for name in below(tree) if (ROOT / tree / name).is_dir()}


def is_function_name(name: str) -> bool:
    """`<word>_<trigger>`; a second function of one trigger adds what it is for."""
    word, trigger, *purpose = name.split("_") if "_" in name else (name, "")
    return word in WORDS | FACES and trigger in TRIGGERS and len(purpose) <= 1 and all(purpose)


def test_the_top_level_is_the_fixed_one() -> None:
    assert {place.split("/")[0] for place in files()} <= TOP


def test_capabilities_of_the_domain_are_words() -> None:
    assert directories(f"{DOMAIN}/goodword") <= WORDS


def test_functions_are_a_word_and_a_trigger() -> None:
    assert not {name for name in below("functions") if not is_function_name(name)}


def test_infra_has_the_documented_trees_and_its_capabilities_are_words() -> None:
    assert below("infra") <= INFRA | INFRA_TREES
    named = {name.removesuffix(".py") for name in below("infra/capabilities")}
    assert named - {"__init__"} <= WORDS | FACES


def test_every_suite_is_a_known_one() -> None:
    assert directories("tests") <= SUITES


@pytest.mark.parametrize("function", sorted(directories("functions")))
def test_a_function_has_a_handler(function: str) -> None:
    assert "handler.py" in below(f"functions/{function}")


def test_event_samples_belong_to_functions() -> None:
    assert directories("events") <= directories("functions")


@pytest.mark.parametrize("function", sorted(directories("functions")))
def test_a_function_has_a_good_and_a_refused_sample(function: str) -> None:
    samples = {name for name in below(f"events/{function}") if name.endswith(".json")}
    refused = {name for name in samples if name.startswith(REFUSED)}
    assert refused, f"events/{function} has no {REFUSED}*.json"
    assert samples - refused, f"events/{function} has no good sample"


def test_every_sample_is_json() -> None:
    for place in files():
        if place.startswith("events/"):
            assert place.endswith(".json"), place
            json.loads((ROOT / place).read_text())


def test_the_naming_rule_can_be_broken() -> None:
    assert is_function_name("tracking_web")
    assert is_function_name("ledger_schedule_seal")
    assert not is_function_name("ledger_schedule_")
    assert not is_function_name("ledger_schedule_seal_twice")
    assert is_function_name("portal_web")
    assert not is_function_name("redirect")
    assert not is_function_name("tracking_lambda")
    assert not is_function_name("referrals_api")
