"""A template as tests want to read it: resources by type, and what each role may do, spelled out.

References are spelled `<LogicalId>` or `<LogicalId.Attribute>`, as cdk-nag spells them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Plain = dict[str, Any]


@dataclass(frozen=True)
class Statement:
    """One statement of a role's policy, with lists where the template may have a single value."""

    role: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Plain


@dataclass(frozen=True)
class Template:
    """One synthesized template."""

    body: Plain

    def of_type(self, kind: str) -> dict[str, Plain]:
        """Properties by logical id."""
        found = self.body["Resources"].items()
        return {name: one.get("Properties", {}) for name, one in found if one["Type"] == kind}

    def resource(self, name: str) -> Plain:
        """A whole resource by logical id."""
        whole: Plain = self.body["Resources"][name]
        return whole

    def named(self, kind: str, prefix: str) -> str:
        """The logical id of the only resource of this type whose id is `prefix` and a hash."""
        found = [
            name
            for name in self.of_type(kind)
            if name.startswith(prefix) and len(name) == len(prefix) + 8
        ]
        assert len(found) == 1, (kind, prefix, found)
        return found[0]

    def function(self, directory: str) -> Plain:
        """The function made of `functions/<directory>`."""
        for properties in self.of_type("AWS::Lambda::Function").values():
            if properties["FunctionName"].endswith(f"-{directory}"):
                return properties
        raise AssertionError(f"no function {directory}")

    def role_of(self, directory: str) -> str:
        """The logical id of the role of `functions/<directory>`."""
        name: str = self.function(directory)["Role"]["Fn::GetAtt"][0]
        return name

    def may(self, directory: str) -> set[tuple[str, str]]:
        """Every (action, resource) of the function's role."""
        return {
            (action, resource)
            for statement in self.statements()
            if statement.role == self.role_of(directory)
            for action in statement.actions
            for resource in statement.resources
        }

    def statements(self) -> Iterator[Statement]:
        """Every Allow of every role, inline or attached."""
        for role, properties in self.of_type("AWS::IAM::Role").items():
            for policy in properties.get("Policies", []):
                yield from _statements(role, policy["PolicyDocument"])
        for properties in self.of_type("AWS::IAM::Policy").values():
            for attached in properties["Roles"]:
                yield from _statements(attached["Ref"], properties["PolicyDocument"])


def spelled(value: Any) -> str:
    """A property value as one string."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::Join": [between, parts]}:
            return str(between).join(spelled(part) for part in parts)
        case {"Fn::If": [condition, yes, no]}:
            return f"<{condition}? {spelled(yes)} : {spelled(no)}>"
        case _:
            raise AssertionError(f"cannot spell {value}")


def _statements(role: str, document: Plain) -> Iterator[Statement]:
    for said in document["Statement"]:
        assert said["Effect"] == "Allow", "a role here is a list of what is allowed"
        yield Statement(
            role,
            tuple(_listed(said["Action"])),
            tuple(spelled(one) for one in _listed(said["Resource"])),
            said.get("Condition", {}),
        )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
