"""A payout cycle costs what is due, not what there is: a small run of the bench."""

from pathlib import Path

from tests.bench.payout_cycle import (
    GROWN_MB_MAX,
    STATE_BYTES_MAX,
    main,
    measure,
    table,
    verdicts,
)


def test_ten_times_the_advocates_cost_the_same_for_the_same_number_due(tmp_path: Path) -> None:
    (tmp_path / "few").mkdir()
    (tmp_path / "many").mkdir()
    few = measure(100, 50, tmp_path / "few")
    many = measure(1_000, 50, tmp_path / "many")
    assert few.count.requests == many.count.requests
    assert few.count.write_units == many.count.write_units
    assert few.transitions == many.transitions
    assert set(few.chunks) == set(many.chunks)
    assert len(set(many.chunks)) == 1
    assert many.state_bytes < STATE_BYTES_MAX


def test_a_chunk_costs_the_same_whatever_the_run(tmp_path: Path) -> None:
    sizes = []
    for due in (100, 325):
        (tmp_path / str(due)).mkdir()
        sizes.append(measure(due, due, tmp_path / str(due)))
    assert [set(size.chunks) for size in sizes] == [{max(sizes[0].chunks)}] * 2
    assert not any(each.isupper() for each in verdicts(sizes)), verdicts(sizes)
    sizes[1].chunks.append(max(sizes[0].chunks) + 1)
    sizes[1].grown_mb = GROWN_MB_MAX
    assert sum(each.isupper() for each in verdicts(sizes)) == 2


def test_the_bench_prints_its_table(tmp_path: Path) -> None:
    row = measure(200, 2, tmp_path)
    assert table([row]).splitlines()[0].split()[0] == "advocates"
    assert main(["5000", "10000"]) == 0
