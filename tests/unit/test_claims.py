"""A claim is found by its key and tells one request from another."""

from goodword.claims import Claim, claim_key, key_hash, request_hash


def test_a_claim_is_where_its_key_says() -> None:
    claim = Claim(
        principal="sub",
        key_hash=key_hash("k"),
        request_hash="x",
        status=200,
        answer="{}",
        keep_s=5,
    )
    assert claim.key == claim_key("sub", "k")
    assert claim.expires_s == 5
    assert claim.key != claim_key("sub", "other")
    assert claim.key != claim_key("other", "k")


def test_a_request_differs_by_each_of_its_parts() -> None:
    one = ("k", "POST", "/a", b"body")
    others = [("j", *one[1:]), ("k", "PUT", *one[2:]), ("k", "POST", "/b", b"body")]
    others += [("k", "POST", "/a", b"bod"), ("k", "POST", "/ab", b"ody"), ("kP", "OST", "/a", b"")]
    assert len({request_hash(*each) for each in (one, *others)}) == 7
    assert request_hash(*one) == request_hash(*one)
