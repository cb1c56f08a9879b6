"""Every bench is registered by its file and says what it measures; the page is theirs alone."""

import importlib
import inspect
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.bench.__main__ import PAGE, main, names
from tests.bench.meter import Count, read_units, size_of
from tests.bench.plot import plot
from tests.bench.prices import bill, prices
from tests.bench.report import TARGETS, Kept, Table, Target, section, summary, write


@pytest.mark.parametrize("name", names())
def test_a_bench_explains_itself_and_can_be_run(name: str) -> None:
    case = importlib.import_module(f"tests.bench.cases.{name}")
    assert (case.__doc__ or "").strip()
    assert list(inspect.signature(case.run).parameters) == ["bench"]


def test_the_page_has_nothing_but_what_a_bench_has_written() -> None:
    begun = re.findall(r"^<!-- bench (\w+) -->$", PAGE.read_text(), re.MULTILINE)
    ended = re.findall(r"^<!-- end of (\w+) -->$", PAGE.read_text(), re.MULTILINE)
    assert begun == ended == [TARGETS, *(name for name in names() if name in begun)]


def test_a_table_reads_the_same_on_a_terminal_and_on_the_page() -> None:
    table = Table("T", ("what", "units"), [("a click", 1.5), ("an order", 1_234)], "Counted.")
    assert table.text().splitlines()[2:] == [
        "  what      units",
        "  --------  -----",
        "  a click    1.50",
        "  an order  1,234",
        "",
        "  Counted.",
    ]
    assert "| --- | ---: |\n| a click | 1.50 |" in table.markdown()


def test_one_bench_rewrites_its_own_part_and_no_other(tmp_path: Path) -> None:
    page, order = tmp_path / "page.md", ["a", "b"]
    write(page, {name: section(name, f"About {name}.", [], "once") for name in order}, order)
    write(page, {"b": section("b", "About b.", [], "again")}, order)
    text = page.read_text()
    assert (text.count("Measured once."), text.count("Measured again.")) == (1, 1)
    assert text.index("About a") < text.index("About b")


def test_targets_are_kept_by_bench_and_summed_up(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "bench" / "targets.json")
    kept.write(
        "a", [Target("10", "dollars", 1.9, 2.0), Target("page", "KB", 70, 60, "two fonts")], "once"
    )
    kept.write("b", [Target("2", "modules", 110, 145)], "once")
    kept.write("a", [Target("10", "dollars", 2.1, 2.0), Target("page", "KB", 50, 60)], "again")
    table = summary(kept.targets(["a", "b"]))
    assert [(row[0], row[-1]) for row in table.rows] == [
        ("2", "held"),
        ("10", "MISSED"),
        ("page", "held"),
    ]
    assert table.note == "2 of 3 are held.\n"
    missed = summary([Target("page", "KB", 70, 60, "two fonts")])
    assert missed.note == "0 of 1 are held.\n\n* KB: two fonts"


def test_read_units_follow_sizes() -> None:
    item = {"pk": {"S": "x" * 4_090}, "n": {"N": "-12300"}, "m": {"M": {"a": {"BOOL": True}}}}
    assert size_of(item) == 2 + 4_090 + 1 + 3 + 1 + 3 + 1 + 1 + 1
    assert read_units("GetItem", {"ConsistentRead": True}, {"Item": item}) == 2
    assert read_units("GetItem", {}, {}) == 0.5
    assert read_units("Query", {"ConsistentRead": True}, {"Items": [item, item]}) == 3
    asked = {"RequestItems": {"t": {"ConsistentRead": True, "Keys": [{}, {}, {}]}}}
    assert read_units("BatchGetItem", asked, {"Responses": {"t": [item]}}) == 4


def test_the_benches_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == names()


def test_a_plot_shows_every_line_with_its_name_and_last_figure() -> None:
    lines = {
        "flat & few": [(100.0, 1.0), (1_000_000.0, 1.0)],
        "steep": [(100.0, 5.0), (1_000_000.0, 50_000.0)],
        "none": [(100.0, 0.0), (1_000_000.0, 0.0)],
    }
    picture = ElementTree.fromstring(plot("Growth", "advocates", "requests", lines))
    space = "{http://www.w3.org/2000/svg}"
    drawn = picture.findall(f"{space}polyline")
    assert len(drawn) == 3
    flat, steep, none = (
        [spot.split(",") for spot in one.attrib["points"].split()] for one in drawn
    )
    assert flat[0][1] == flat[1][1]
    assert float(steep[1][1]) < float(steep[0][1])
    assert float(none[0][1]) >= float(flat[0][1])
    words = [one.text for one in picture.findall(f"{space}text")]
    assert {"flat & few: 1", "steep: 50,000", "none: 0"} <= set(words)


def test_what_an_operation_costs_follows_its_counts_and_the_dated_table() -> None:
    count = Count(read_units=2, write_units=4, events=1)
    count.requests["dynamodb:Query"] += 1
    each = bill(
        count, over_http=True, memory_mb=1_024, cpu_ms=5, log_bytes=100, calls=2, transitions=3
    )
    table = prices()
    assert each.front == table["per_million"]["http_api:request"]
    assert each.store == pytest.approx(2 * 0.125 + 4 * 0.625)
    assert each.rest == pytest.approx(3 * 25 + 1 + 100 * 0.5 / 1_000)
    assert each.compute == pytest.approx(2 * 0.2 + 10_000 * table["lambda_arm64_gb_second"])
    named = {name for one in table["sources"] for name in one["prices"].split(", ")}
    priced = {*table["per_million"], "lambda_arm64_gb_second", "logs_gb", "assumed_ms_per_request"}
    assert named == priced
