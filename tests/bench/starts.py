"""What is started to be measured: our functions as they are deployed, and what they are held to.

Layers and functions are copied and compiled as the build for AWS does it, so that every start finds
unchecked-hash bytecode. AWS is a stub that speaks TLS under an authority of its own, which takes
the place of Amazon's roots in the copy: five more would be read on AWS, as they are here.
"""

import compileall
import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from goodword_aws.settings import Settings

from infra.local.places import ROOT
from tests.bench.lambda_host import Json
from tests.functional.test_tracking_web import LINK, keep
from tests.support.aws_stub import AwsStub, aws_stub
from tests.support.functions import sample
from tests.support.tls import authority

REDIRECT = "tracking_web"
BARE = "def handler(event, context):\n    return {}\n"
BOTOCORE = (
    "from botocore.session import get_session\nstore = get_session().create_client('dynamodb')\n"
)
ORDINARY = (
    "import boto3\nfrom aws_lambda_powertools import Logger\n"
    "store = boto3.client('dynamodb')\nlog = Logger()\n"
)
PUT = """
import os
KEY = {"pk": {"S": "TCH#00"}, "sk": {"S": "CLICK"}}
def handler(event, context):
    store.put_item(TableName=os.environ["ARRIVALS_TABLE"], Item=KEY | {"t": {"N": "1"}})
    return {"statusCode": 302, "headers": {"location": "https://shop.example/"}}
"""
USUAL = '''"""What most people would write: Powertools, boto3's resource, a get and a put."""
import os, secrets, time
import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

app, log = APIGatewayHttpResolver(), Logger()
store = boto3.resource("dynamodb")
core, arrivals = (store.Table(os.environ[f"{name}_TABLE"]) for name in ("CORE", "ARRIVALS"))

@app.get("/r/<code>")
def follow(code):
    folded = code.upper().replace("-", "")
    link = core.get_item(Key={"pk": f"CODE#{folded}", "sk": "LINK"})["Item"]
    click = secrets.token_hex(8)
    arrivals.put_item(Item={"pk": f"TCH#{click}", "sk": "CLICK", "l": link["link_id"],
        "a": link["advocate_id"], "p": link["program_id"], "t": time.time_ns() // 1_000_000,
        "agent": app.current_event.headers.get("user-agent", "")})
    joint = "&" if "?" in link["destination"] else "?"
    return Response(302, headers={"location": f"{link['destination']}{joint}click={click}"})

@log.inject_lambda_context
def handler(event, context):
    return app.resolve(event, context)
'''
WITHOUT_US = """
import importlib
from contextlib import suppress
for name in {modules}:
    with suppress(Exception):  # a part that is not meant to be imported by itself
        importlib.import_module(name)
from pydantic import BaseModel, ConfigDict
class Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)
for number, fields in enumerate({fields}):
    of = {{f"field_{{each}}": str for each in range(fields)}}
    type(f"Model{{number}}", (Value,), {{"__annotations__": of, "__module__": __name__}})
"""
FIELDS = """
import gc, json
import handler
from pydantic import BaseModel
print(json.dumps([
    len(one.model_fields) for one in gc.get_objects()
    if isinstance(one, type) and issubclass(one, BaseModel)
    and one.__module__.startswith("goodword")]))
"""
HANDLERS = {
    "a bare handler": BARE,
    "botocore client": BOTOCORE + BARE,
    "boto3 client + Logger": ORDINARY + BARE,
    "a bare handler and one boto3 put": "import boto3\nstore = boto3.client('dynamodb')\n" + PUT,
    "Powertools + boto3 resource, get and put": USUAL,
}


@dataclass(frozen=True)
class Start:
    """One thing to start. `events` are answered before the run ends."""

    name: str
    directory: Path
    layers: Sequence[Path]
    settings: Mapping[str, str]
    events: Sequence[Json] = ()

    def answering(self, *events: Json) -> "Start":
        """The same, with these events."""
        return Start(
            f"{self.name}, first event", self.directory, self.layers, self.settings, events
        )


@dataclass(frozen=True)
class Starts:
    """All of them by name, and the stub that their AWS is."""

    stub: AwsStub
    by_name: Mapping[str, Start]

    def functions(self) -> list[Start]:
        """Our own, the redirect included."""
        return [one for name, one in self.by_name.items() if name not in HANDLERS]


@contextmanager
def starts(place: Path) -> Iterator[Starts]:
    """Everything copied into `place`, beside a stub that has one link and the click secret."""
    ours = authority(place)
    for name in ("domain", "platform"):
        _copied(ROOT / "layers" / name / "python", place / name)
    roots = place / "platform" / "goodword_aws" / "hot" / "amazon_roots.pem"
    roots.write_text(roots.read_text() + ours.root.read_text())
    with aws_stub(ours.server) as stub:
        keep(stub, LINK)
        settings = {**every_setting(stub.environment), "AWS_CA_BUNDLE": str(ours.root)}
        yield Starts(stub, {one.name: one for one in _made(place, settings)})


def _made(place: Path, settings: Mapping[str, str]) -> Iterator[Start]:
    yield from handlers(place, settings)
    _copied(ROOT / "functions", place / "functions")
    layers = [place / "domain", place / "platform"]
    for path in sorted((place / "functions").glob("*/handler.py")):
        yield Start(path.parent.name, path.parent, layers, settings)


def handlers(place: Path, settings: Mapping[str, str]) -> Iterator[Start]:
    """What ours is held to."""
    for number, (name, text) in enumerate(HANDLERS.items()):
        directory = place / f"handler-{number}"
        directory.mkdir()
        (directory / "handler.py").write_text(text)
        _compile(directory)
        yield Start(name, directory, (), settings)


def fields_of_models(one: Start) -> list[int]:
    """Of each model that a function builds when it starts: how many fields it has."""
    path = os.pathsep.join(map(str, (one.directory, *one.layers)))
    told = subprocess.run(
        [sys.executable, "-c", FIELDS],
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": path, **one.settings},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[int] = json.loads(told.stdout.splitlines()[-1])
    return found


def without_us(one: Start, modules: Sequence[str], fields: Sequence[int]) -> Start:
    """A handler that imports these modules, and builds models of so many plain texts each."""
    directory = one.directory.with_name(f"{one.name}-without-us")
    directory.mkdir()
    text = WITHOUT_US.format(modules=list(modules), fields=list(fields))
    (directory / "handler.py").write_text(text + BARE)
    _compile(directory)
    return Start(f"{one.name} without us", directory, (), one.settings)


def _copied(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    _compile(target)


def _compile(directory: Path) -> None:
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    assert compileall.compile_dir(directory, quiet=1, invalidation_mode=mode)


def every_setting(stubbed: Mapping[str, str]) -> dict[str, str]:
    """Every setting has a value; a start asks AWS for nothing, the redirect's secret aside."""
    own = {
        each.variable: f"none-{each.variable.lower().replace('_', '-')}"
        for each in vars(Settings).values()
        if hasattr(each, "variable")
    }
    return {
        **own,
        "PUBLIC_URL": "https://go.example",
        "CLOCK_FILE": "",
        "RAIL_SIMULATOR_URL": "",
        "AWS_DEFAULT_REGION": stubbed["AWS_REGION"],
        **stubbed,
    }


def click() -> Json:
    """A visit that counts."""
    return sample(REDIRECT, "good_click")
