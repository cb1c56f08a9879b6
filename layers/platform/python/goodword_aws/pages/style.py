"""The living style page shows every shape that pages are made of, from the same templates."""

from goodword.money import Money

from goodword_aws.pages.charts import Chart, Series
from goodword_aws.pages.site import Site
from goodword_aws.pages.view import Answer, Sheet, View

SHOWN_MS = 1_763_800_000_000


def add_style(site: Site) -> None:
    """Register it, for everybody."""
    site.page("GET", "/style", roles=None)(_style)


def _style(view: View) -> Answer:
    """Type, colours, statuses, lists, tables, forms, charts; nothing in it is anybody's."""
    months = tuple(
        view.reader.month(SHOWN_MS - back * 30 * 86_400_000) for back in range(5, -1, -1)
    )

    def chart(
        id: str, labels: tuple[str, ...], *rows: tuple[str, tuple[int, ...]], unit: str = ""
    ) -> Chart:
        series = tuple(Series(name, values) for name, values in rows)
        title, empty = view.text(f"style.chart.{id}"), view.text("style.chart.empty")
        return Chart(id=id, title=title, labels=labels, series=series, empty=empty, unit=unit)

    funnel = tuple(view.text(f"style.chart.{name}") for name in ("clicks", "leads", "sales"))
    earned, paid = view.text("style.chart.earned"), view.text("style.chart.paid")
    return Sheet(
        "portal/style.html",
        {
            "amount": Money(amount_minor=123_456, currency="EUR"),
            "others": [
                Money(amount_minor=-4_200, currency="USD"),
                Money(amount_minor=9_800, currency="JPY"),
                Money(amount_minor=12_345, currency="KWD"),
            ],
            "at": SHOWN_MS,
            "charts": {
                "time": chart(
                    "time",
                    months,
                    (earned, (1_200, 5_400, 3_100, 9_900, 12_300, 11_000)),
                    (paid, (0, 1_000, 5_000, 3_000, 9_000, 12_000)),
                    unit="EUR",
                ),
                "history": chart(
                    "history", months, (paid, (0, 2_500, -700, 4_200, 0, 6_100)), unit="EUR"
                ),
                "funnel": chart("funnel", funnel, (view.text("style.chart.people"), (412, 63, 21))),
                "age": chart(
                    "age",
                    ("0-30", "31-60", "61-90", "90+"),
                    (earned, (82_000, 31_000, 9_000, 1_200)),
                    unit="EUR",
                ),
                "none": chart("none", months, (earned, (0,) * 6), unit="EUR"),
            },
        },
    )
