"""`python -m infra.app` synthesizes one stack; the context says for which stage and target.

-c stage=dev|prod|local     dev by default
-c target=aws|local         aws by default; local is the emulator on a laptop
-c bytecode=required        refuse to synthesize without a Python of the functions' version
"""

import sys
from typing import TYPE_CHECKING

from infra.node import use_packaged_node

if TYPE_CHECKING:
    from aws_cdk import App


def make_app(outdir: str | None = None) -> "App":
    """The app with its stack. Importing here keeps jsii from starting before Node is found."""
    use_packaged_node()
    from aws_cdk import App  # noqa: PLC0415

    from infra.foundations.installation import Installation  # noqa: PLC0415
    from infra.foundations.rules import check_rules  # noqa: PLC0415
    from infra.layers import prepare  # noqa: PLC0415
    from infra.stack import GoodwordStack  # noqa: PLC0415

    app = App(outdir=outdir)
    at = Installation.from_context(app.node)
    GoodwordStack(app, at.prefix, at=at, sources=prepare(at))
    if not at.on_laptop:
        check_rules(app)
    return app


def main() -> int:
    """Synthesize into the directory that the CDK CLI names (CDK_OUTDIR)."""
    make_app().synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
