"""What a replay reads of the past: the decisions of a page with all that belongs to them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from goodword.conversions.decided import DecidedOn
from goodword.conversions.model import Conversion, Identity, conversion_key, identity_key
from goodword.limits import READ_KEYS_MAX
from goodword.ports import Store
from goodword.programs.model import ProgramVersion
from goodword.programs.replay import Standing
from goodword.programs.replay_facts import facts_of
from goodword.records import Key, Record
from goodword.rewards.decision import Decision, decision_key, reward_id_of
from goodword.rewards.model import Reward, reward_key


def decisions_at(
    store: Store, places: Sequence[DecidedOn], versions: Mapping[int, ProgramVersion]
) -> list[Standing]:
    """The decisions of these places in their order, with their rewards and facts."""
    wanted: dict[Key, type[Record]] = {}
    for place in places:
        wanted[conversion_key(place.conversion_id)] = Conversion
        wanted[decision_key(place.conversion_id, place.decision)] = Decision
    found = _read(store, wanted)
    pairs: list[tuple[Conversion, Decision]] = []
    for place in places:
        conversion = found[conversion_key(place.conversion_id)]
        decision = found[decision_key(place.conversion_id, place.decision)]
        assert isinstance(conversion, Conversion)
        assert isinstance(decision, Decision)
        pairs.append((conversion, decision))
    more: dict[Key, type[Record]] = {
        key: Reward for _, decision in pairs for key in reward_keys(decision)
    }
    more |= {key: Identity for one, _ in pairs for key in _friend_keys(one)}
    found = _read(store, more)
    return [_standing(*pair, found, versions) for pair in pairs]


def _standing(
    conversion: Conversion,
    decision: Decision,
    found: Mapping[Key, Record],
    versions: Mapping[int, ProgramVersion],
) -> Standing:
    rewards = [found.get(key) for key in reward_keys(decision)]
    friends = [found.get(key) for key in _friend_keys(conversion)]
    known = [one for one in friends if isinstance(one, Identity)]
    return Standing(
        conversion=conversion,
        decision=decision,
        rewards=[one for one in rewards if isinstance(one, Reward)],
        basis=facts_of(conversion, decision, known, versions[decision.version_number]),
        stands=conversion.decisions == decision.number,
    )


def reward_keys(decision: Decision) -> Iterator[Key]:
    """Where the rewards are that this decision made: their ids follow from it."""
    sides = (
        (decision.advocate_id, decision.lines),
        (decision.basis.friend_id, decision.friend_lines),
    )
    for owner_id, lines in sides:
        for line in lines:
            if owner_id is not None and line.earned_minor:
                yield reward_key(owner_id, reward_id_of(decision.basis, owner_id, line.rule_id))


def _friend_keys(conversion: Conversion) -> Iterable[Key]:
    return (identity_key(conversion.program_id, mac) for mac in conversion.identities)


def _read(store: Store, wanted: Mapping[Key, type[Record]]) -> dict[Key, Record]:
    found: dict[Key, Record] = {}
    keys = list(wanted)
    for start in range(0, len(keys), READ_KEYS_MAX):
        some = {key: wanted[key] for key in keys[start : start + READ_KEYS_MAX]}
        found |= store.get_mixed(some)
    return found
