"""The published description is made from the routes that are served, so the two cannot differ.

`python -m goodword_aws.openapi > docs/openapi.json` imports every `functions/*_api*/handler.py` and
merges what their Apis say with the intake and the rails' door, which have no Api (`openapi_intake`,
`openapi_rails`).
"""

import importlib.util
import inspect
import json
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic.json_schema import models_json_schema

from goodword_aws import openapi_intake, openapi_rails
from goodword_aws.routes import VARIABLE, Route
from goodword_aws.settings import describe_only

Document = dict[str, Any]
_SCHEMAS = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "errors", "doc_url", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "doc_url": {"type": "string"},
        "request_id": {"type": "string"},
    },
}


def described(service: str, routes: Sequence[Route]) -> Document:
    """The `paths` and `schemas` of one service's routes."""
    bodies = {route.body for route in routes if route.body}
    answers = {route.answer for route in routes if route.answer}
    wanted: list[Any] = [(model, "validation") for model in sorted(bodies, key=_name)]
    wanted += [(model, "serialization") for model in sorted(answers - bodies, key=_name)]
    names, definitions = models_json_schema(wanted, ref_template=_SCHEMAS)
    schemas = {model: reference for (model, _), reference in names.items()}
    paths: Document = {}
    for route in routes:
        path = VARIABLE.sub(r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(service, route, schemas)
    return {"paths": paths, "schemas": definitions.get("$defs", {})}


def merged(parts: Sequence[Document]) -> Document:
    """One document of all parts. ValueError if one name or path has two meanings."""
    paths: Document = {}
    schemas: Document = {"Problem": _PROBLEM}
    for part in parts:
        for path, methods in part["paths"].items():
            _add(paths.setdefault(path, {}), methods, path)
        _add(schemas, part.get("schemas", {}), "schemas")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Goodword",
            "version": "1",
            "description": "Programmes, links, conversions, rewards and payouts.",
        },
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "idToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "signature": openapi_intake.SIGNATURE,
            },
        },
    }


def collected(functions: Path) -> Document:
    """The document of every function under the directory."""
    describe_only()
    apis = [
        _imported(path).handler.openapi() for path in sorted(functions.glob("*_api*/handler.py"))
    ]
    return merged([*apis, openapi_intake.described(), openapi_rails.described()])


def as_text(document: Document) -> str:
    """The document as it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _operation(service: str, route: Route, schemas: dict[Any, Any]) -> Document:
    good: Document = {"description": "Done"}
    if route.answer is not None:
        shown = schemas[route.answer]
        schema = _listing(shown) if route.paged else shown
        good["content"] = {"application/json": {"schema": schema}}
    operation: Document = {
        "operationId": _operation_id(route),
        "summary": _summary(route),
        "tags": [service],
        "security": [{"idToken": []}],
        "x-goodword-roles": sorted(route.roles),
        "parameters": _parameters(route),
        "responses": {
            str(route.status): good,
            "default": {
                "description": "Refused; `code` says why",
                "content": {
                    "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                },
            },
        },
    }
    if route.body is not None:
        content = {"application/json": {"schema": schemas[route.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _operation_id(route: Route) -> str:
    """`POST /v1/rewards/<reward_id>/approve` -> `post_rewards_reward_id_approve`."""
    words = re.findall(r"[a-z_]+", route.path.replace("-", "_").removeprefix("/v1"))
    return "_".join([route.method.lower(), *words])


def _summary(route: Route) -> str:
    """The first line of what the function says of itself; a partial speaks for its function."""
    told = route.handle.func if isinstance(route.handle, partial) else route.handle
    return (inspect.getdoc(told) or _operation_id(route)).split("\n")[0]


def _parameters(route: Route) -> list[Document]:
    text = {"type": "string"}
    found = [_parameter("path", name, text, "") for name in VARIABLE.findall(route.path)]
    found += [_parameter("query", name, text, meaning) for name, meaning in route.query.items()]
    if route.paged:
        limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
        found.append(_parameter("query", "limit", limit, "How many rows"))
        after = "The `next_cursor` of the page before"
        found.append(_parameter("query", "starting_after", text, after))
    if route.method != "GET":
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
        once = "The write is done once per key"
        found.append(_parameter("header", "Idempotency-Key", key, once, required=True))
    return found


def _parameter(
    place: str, name: str, schema: Document, meaning: str, *, required: bool = False
) -> Document:
    needed = required or place == "path"
    told = {"description": meaning} if meaning else {}
    return {"in": place, "name": name, "required": needed, "schema": schema, **told}


def _listing(row: Document) -> Document:
    return {
        "type": "object",
        "required": ["data", "has_more", "next_cursor"],
        "properties": {
            "data": {"type": "array", "items": row},
            "has_more": {"type": "boolean"},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def _add(there: Document, more: Document, where: str) -> None:
    for name, value in more.items():
        if there.setdefault(name, value) != value:
            raise ValueError(f"{name} means two things in {where}")


def _name(model: type) -> str:
    return model.__name__


def _imported(path: Path) -> ModuleType:
    """A handler as a module of its own name, since all of them are called `handler`."""
    spec = importlib.util.spec_from_file_location(f"described_{path.parent.name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.stdout.write(as_text(collected(Path("functions"))))
