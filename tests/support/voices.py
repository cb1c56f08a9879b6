"""Both languages as the platform reads them, and a scene's answers to its advocates."""

from goodword.conversions.model import Conversion
from goodword.events import Event
from goodword.programs.model import ProgramVersion
from goodword.rewards.decision import Decision
from goodword.rewards.explain import Sentence, Story, explain_conversion, explain_reward
from goodword.rewards.explain_words import Voice
from goodword.rewards.model import Reward
from goodword_aws.earnings import words
from goodword_aws.explanations import LOCALES, speech

from tests.support.scene import MAYA, Scene

__all__ = ["LOCALES", "of_conversion", "of_reward", "said", "story_of", "voice"]


def voice(locale: str = "en", currency: str = "EUR", zone: str = "UTC") -> Voice:
    """How a reader is spoken to."""
    return Voice(words(locale), speech(locale), currency, zone)


def story_of(scene: Scene, conversion: Conversion | None = None) -> Story:
    """The story of the scene's conversion, as the platform would read it."""
    found = conversion or scene.conversion
    rewards = [one for one in scene.all(Reward) if one.conversion_id == found.conversion_id]
    return Story(
        conversion=found,
        decisions=[one for one in scene.all(Decision) if one.conversion_id == found.conversion_id],
        versions={one.number: one.in_currency(found.currency) for one in scene.all(ProgramVersion)},
        rewards=rewards,
        events={
            reward.reward_id: [e for e in scene.all(Event) if e.subject == reward.reward_id]
            for reward in rewards
        },
    )


def of_reward(scene: Scene, locale: str = "en", zone: str = "UTC") -> tuple[Sentence, ...]:
    """What is said about the scene's one reward."""
    reward = scene.reward
    return explain_reward(story_of(scene), reward, voice(locale, reward.currency, zone))


def of_conversion(
    scene: Scene, advocate_id: str = MAYA, locale: str = "en"
) -> tuple[Sentence, ...]:
    """What an advocate is told about the scene's one conversion."""
    speaker = voice(locale, scene.conversion.currency)
    return explain_conversion(story_of(scene), advocate_id, speaker)


def said(sentences: tuple[Sentence, ...], about: str) -> str:
    """The sentences about one thing."""
    return " ".join(one.text for one in sentences if one.about == about)
