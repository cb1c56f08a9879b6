"""The template is the product: signed-in people get in, functions see their layers only."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local import assembly
from infra.local.assembly import Assembly
from infra.local.deploy import deploy
from infra.local.ministack_process import isolate_functions
from infra.local.stack import PARAMETERS, LocalStack
from tests.e2e.listeners import LOOPBACK, group_of, listening_addresses


def test_only_who_is_signed_in_gets_in(stack: LocalStack) -> None:
    assert stack.http.get("/v1/me").status == 401
    assert stack.http.signed_in("not.a.token").get("/v1/me").status == 401
    person = stack.people.create("visitor@friends.example")
    token = stack.people.sign_in(person)
    assert stack.http.signed_in(token).get("/v1/me").status == 200
    forged = f"{token[:-8]}{'A' * 8}"
    assert stack.http.signed_in(forged).get("/v1/me").status == 401


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's /proc")
def test_nothing_of_it_listens_beyond_loopback_while_functions_run(stack: LocalStack) -> None:
    stack.http.get("/r/nobody")
    leader = stack.emulator.pid
    assert len(group_of(leader)) > 1, "no function is running"
    assert listening_addresses(leader)
    assert listening_addresses(leader) <= LOOPBACK


def test_a_redirect_is_an_answer_and_is_not_followed(stack: LocalStack) -> None:
    answer = stack.http.get("/r/nobody")
    assert (answer.status, answer.headers["location"]) == (302, PARAMETERS["FallbackUrl"])


def test_what_a_function_prints_can_be_read(stack: LocalStack) -> None:
    stack.http.signed_in(stack.people.sign_in(stack.people.create("reader@friends.example"))).get(
        "/v1/me"
    )
    lines = [line for lines in stack.log_lines().values() for line in lines]
    assert any('"route":"/v1/me"' in line for line in lines)
    assert not any("reader@friends.example" in line for line in lines)


def test_every_function_has_its_own_role(stack: LocalStack) -> None:
    names = json.loads(stack.deployed.output("Functions")).values()
    functions = stack.client("lambda")
    roles = [
        functions.get_function_configuration(FunctionName=name)["Role"] for name in sorted(names)
    ]
    assert len(set(roles)) == len(names)


def test_the_functions_clock_is_the_one_that_can_be_advanced(stack: LocalStack) -> None:
    name = json.loads(stack.deployed.output("Functions"))["rewards_schedule"]
    found = stack.client("lambda").get_function_configuration(FunctionName=name)
    assert found["Environment"]["Variables"]["CLOCK_FILE"] == str(stack.clock.path)
    before = stack.clock.offset_seconds
    assert stack.clock.advance(1) == before + 1
    with pytest.raises(ValueError, match="forward"):
        stack.clock.advance(-1)


def test_deploying_the_same_again_changes_nothing(stack: LocalStack, tmp_path: Path) -> None:
    name = stack.deployed.stack
    cloudformation = stack.client("cloudformation")
    body = cloudformation.get_template(StackName=name)["TemplateBody"]
    (tmp_path / "template.json").write_text(body if isinstance(body, str) else json.dumps(body))
    given = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in given}
    same = Assembly(name, tmp_path / "template.json", ())
    assert deploy(stack.endpoint, same, parameters) == stack.deployed


def test_the_same_directory_zips_to_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "a.py").write_text("x = 1\n")
        (tmp_path / name / "__pycache__").mkdir()
        (tmp_path / name / "__pycache__" / f"{name}.pyc").write_text(name)
    first, second = (assembly.zip_of(tmp_path / name) for name in ("one", "two"))
    assert first == second
    (tmp_path / "two" / "deep" / "a.py").write_text("x = 2\n")
    assert assembly.zip_of(tmp_path / "two") != first


@pytest.mark.parametrize(
    ("package", "seen"),
    [("boto3", True), ("pydantic", True), ("goodword", False), ("moto", False), ("infra", False)],
)
def test_functions_see_locked_packages_and_nothing_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, seen: bool
) -> None:
    monkeypatch.setattr(sys, "executable", sys.executable)  # put back afterwards
    isolate_functions(tmp_path)
    words = [str(tmp_path / "function-python"), "-c", f"import {package}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode == 0) is seen, done.stderr
