"""The rows of a wide table know their columns; narrow ones stay, and words stay words."""

from goodword_aws.pages.tables import rows_of
from markupsafe import Markup

HEAD = (
    '<thead><tr><th scope="col">What</th><th scope="col" class="figure">How <b>much</b></th>'
    '<td></td><th scope="col">Who &amp; &#34;why&#34;</th></tr></thead>'
)


def test_each_cell_of_a_wide_table_knows_its_column() -> None:
    html = Markup(
        HEAD + '<tbody><tr><th scope="row">Order</th><td class="figure">9</td><td></td>'
        "<td>you</td></tr></tbody>"
    )
    rows = rows_of(html, 4)
    assert rows.as_cards
    assert '<td role="cell" data-label="How much" class="figure">9</td>' in rows.html
    assert '<td role="cell" data-label="Who &amp; &#34;why&#34;">you</td>' in rows.html
    assert '<td role="cell"></td><td role="cell" data-label' in rows.html
    assert '<th role="rowheader" data-label="What" scope="row">Order</th>' in rows.html
    assert '<th role="columnheader" scope="col">What</th>' in rows.html
    assert rows.html.count('role="rowgroup"') == 2
    assert rows.html.count('role="row"') == 2


def test_a_cell_over_several_rows_moves_those_below_it() -> None:
    html = Markup(
        "<thead><tr><th>A</th><th>B</th><th>C</th><th>D</th></tr></thead><tbody>"
        '<tr><th rowspan="2">a</th><td rowspan="3">b</td><td>c1</td><td>d1</td></tr>'
        "<tr><td>c2</td><td>d2</td></tr><tr><th>x</th><td>c3</td><td>d3</td></tr>"
        "<tr><th>y</th><td>b4</td></tr></tbody>"
        "<tfoot><tr><th>Sum</th><td>b5</td><td>c5</td><td>d5</td><td>more</td></tr>"
        '<tr><th colspan="2">All</th><td>c6</td></tr></tfoot>'
    )
    said = rows_of(html, 4).html
    for label, cell in (("C", "c1"), ("C", "c2"), ("D", "d2"), ("C", "c3"), ("D", "d3")):
        assert f'data-label="{label}">{cell}<' in said
    assert 'data-label="B">b4<' in said
    assert 'data-label="C">c6<' in said
    assert 'data-label="D">d5<' in said
    assert '<td role="cell">more<' in said


def test_a_narrow_table_and_one_without_a_head_stay() -> None:
    narrow = Markup("<thead><tr><th>A</th><th>B</th><th>C</th></tr></thead><tr><td>1</td></tr>")
    for html in (narrow, Markup("<tr><td>1</td></tr>")):
        rows = rows_of(html, 4)
        assert (rows.html, rows.as_cards) == (html, False)
    assert rows_of(narrow, 3).as_cards


def test_what_people_wrote_stays_text() -> None:
    cell = Markup("<tr><td>{}</td></tr>").format('<td data-label="x"><script>')
    said = rows_of(Markup(HEAD) + cell, 4).html
    assert "&lt;td data-label=&#34;x&#34;&gt;&lt;script&gt;" in said
    assert "<script>" not in said
