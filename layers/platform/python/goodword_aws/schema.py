"""docs/program.schema.json is the JSON Schema of programme documents, made from the models.

`python -m goodword_aws.schema` writes it to its output; the API answers the same.
"""

import json
import sys
from typing import Any

from goodword.programs.model import Terms

from goodword_aws.schema_between import BETWEEN
from goodword_aws.schema_exact import ExactSchema


def terms_schema() -> dict[str, Any]:
    """The JSON Schema of `Terms` as the API takes them."""
    schema = Terms.model_json_schema(mode="validation", schema_generator=ExactSchema)
    for name, demands in BETWEEN.items():
        (schema if name == "Terms" else schema["$defs"][name])["allOf"] = demands
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def as_text() -> str:
    """The schema as it is committed."""
    return json.dumps(terms_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
