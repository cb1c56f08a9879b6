"""Terms that a rail cannot keep are refused when they are written."""

import pytest
from goodword.errors import InvalidInput
from goodword.programs.drafts import Drafts
from goodword.programs.payment import Payment
from goodword.programs.rails import check_rail

from tests.support.people import Town
from tests.support.scene import terms

PAYPAL = Payment(rail="paypal")


def test_a_programme_is_not_begun_in_a_currency_that_its_rail_does_not_pay() -> None:
    town = Town()
    with pytest.raises(InvalidInput, match="rail_without_currency") as refused:
        town.program(currency="INR", payment=PAYPAL)
    assert [(one.field, one.message) for one in refused.value.fields] == [
        ("terms.payment.rail", "paypal does not pay in INR")
    ]
    for currency in ("EUR", "JPY", "HUF"):
        assert town.program(currency=currency, payment=PAYPAL).currency == currency
    assert town.program(currency="INR", payment=Payment(rail="stripe")).currency == "INR"


def test_nor_does_a_later_version_change_to_such_a_rail() -> None:
    town = Town()
    program_id = town.program(currency="INR").program_id
    drafts = Drafts(town.desk())
    with pytest.raises(InvalidInput, match="rail_without_currency"):
        drafts.create(program_id, terms(currency="INR", payment=PAYPAL), "x", based_on=1)
    draft = drafts.create(program_id, terms(currency="INR"), "x", based_on=1)
    with pytest.raises(InvalidInput, match="rail_without_currency"):
        drafts.change(
            program_id,
            draft.draft_id,
            terms(currency="INR", payment=PAYPAL),
            "x",
            based_on=1,
            revision=draft.revision,
        )


def test_accepted_currencies_count_as_the_programmes_own() -> None:
    check_rail(terms(payment=PAYPAL).model_copy(update={"accepted": ("USD", "JPY")}))
    with pytest.raises(InvalidInput) as refused:
        check_rail(terms(payment=PAYPAL).model_copy(update={"accepted": ("USD", "TRY", "INR")}))
    assert refused.value.fields[0].message == "paypal does not pay in TRY, INR"
