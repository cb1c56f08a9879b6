"""What a process of its own is asked by `judging`, before anything of the product is imported.

One word, and what is told as JSON on the standard input; the answers are JSON, line by line.
"""

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

from tests.simulation import judging, mutants

ASKED: dict[str, Callable[[Any], Iterable[Any]]] = {
    "--alone": lambda told: [mutants.judge(told)],
    "--infected": lambda told: [judging.infected(told)],
    "--fates": judging.judged,
}

if __name__ == "__main__":
    for answer in ASKED[sys.argv[1]](json.load(sys.stdin)):
        print(json.dumps(answer), flush=True)
