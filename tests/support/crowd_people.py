"""Who the people of a crowd are, and where its advocates say that they are paid."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from goodword.programs.payment import RailName


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Anna Ben Clara David Emil Frida Georg Hanna Ida Jonas Klara Leo Mia Noah Olga Paul Rosa "
    "Samir Tilda Uwe Vera Walid Yara Amir Bruno Carla Dilara Enno Fatma Greta Hugo Ines Jan "
    "Kaya Lars Jürgen Zoë Anna-Lena Jan-Ole Christian Christina Arno Nora Mira Marie-Luise Björn "
)
LAST = _words(
    "Adler Bauer Cordes Demir Ebert Fischer Graf Huber Ilic Jansen Keller Lorenz Maier Nowak "
    "Otto Peters Quast Richter Sommer Thiel Ulrich Vogel Wagner Xander Yilmaz Zander Arslan "
    "Berg Conrad Dietz Engel Frank Gross Hahn Imhof Jung Koch Lang Moser Neumann Ost Pohl Rau "
    "Stein Trapp Urban Müller Köhler Jäger Schröder O'Brien D'Angelo Meyer-Groß Sørensen Bäcker "
)
STREETS = _words("Mill Church High Station Park Lake Garden Rose Oak Castle Market Bridge ")
AGENTS = tuple(f"Browser/{n} (phone or laptop model {n % 13}) de {390 + n}x844" for n in range(40))
DOMAINS = ("gmail.com", "web.example", "mail.example", "post.example", "firma.example")


_SPELT = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe"}
_BARE = {"ä": "a", "ö": "o", "ü": "u", "ë": "e", "ø": "o", "é": "e"}


def plain(word: str) -> str:
    """As in an address of e-mail."""
    return "".join(_SPELT.get(one, one) for one in word.lower() if one not in "'-")


def misspelt(name: str, chance: Random) -> str:
    """A name as people write their own when it is not to be known, or in a hurry.

    Nothing here asks how the product folds. Five in a hundred have a wrong letter.
    """
    first, last = name.split()
    if chance.random() < 0.05:
        at = chance.randrange(1, len(last))
        return f"{first} {last[:at]}{chance.choice('bdfgklmnprstvwz')}{last[at + 1 :]}"
    at = chance.randrange(len(last) - 1)
    turned = f"{last[:at]}{last[at + 1]}{last[at]}{last[at + 2 :]}"
    many = (
        name.upper(),
        f"{last}, {first}",
        f"Dr. {name}",
        name.replace("e", "é"),
        f"{first} {chance.choice(FIRST)[0]}. {last}",
        "".join(_SPELT.get(one, one) for one in name),
        "".join(_BARE.get(one, one) for one in name),
        name.replace("'", ""),
        name.replace("'", "\u2019"),
        name.replace("-", " "),
        name.replace("-", ""),
        f"{first[0]}. {last}",
        f"{last} {first[0]}",
        f"{first} {turned}",
        f"{first[:-1]}{first[-1] * 2} {last}",
    )
    return chance.choice(many)


@dataclass
class Human:
    """Who somebody is, as far as orders show it."""

    name: str
    email: str
    card: str
    device: str
    address: tuple[str, ...]
    postcode: str
    ip: str
    agent: str
    country: str = "DE"


@dataclass
class Member:
    """An advocate: who it is, how it is paid, and whether it ever orders openly.

    `payee` names the account; `mail-7` and every third `payee-N` are mailboxes. Whoever shares one
    gives it under a name, a country and in a spelling of their own.
    """

    advocate_id: str
    code: str
    human: Human
    payee: str
    opened: tuple[Literal["", "prompted", "unprompted"], str] = ("prompted", "other")
    extra_clicks: int = 0

    def paid_at(self) -> tuple[RailName, dict[str, str]]:
        """The rail and the destination as this member types it."""
        sort, _, digits = self.payee.partition("-")
        number, own = int(digits), int(self.advocate_id.removeprefix("adv_"))
        name, country = {"name": self.human.name}, {"country": ("DE", "AT", "CH")[own % 3]}
        if sort == "mail" or number % 3 == 0:
            typed = mailbox(self.payee)
            typed = (typed, typed.upper(), typed.replace("@", f"+{own}@"))[own // 2 % 3]
            if own % 2:
                return "tremendous", name | country | {"email": typed}
            return "paypal", country | {"email": typed}
        if number % 3 == 1:
            return "stripe", country | {"account": f"acct_{number:012d}"}
        typed = _iban(number)
        return "csv", name | {"iban": f"{typed[:4]} {typed[4:]}".lower() if own % 2 else typed}


def mailbox(payee: str) -> str:
    """The address of a payee's mailbox."""
    return f"{payee}@pay.example"


def _iban(number: int) -> str:
    """A German account number whose check digits are right."""
    digits = f"{number:018d}"
    return f"DE{98 - int(digits + '131400') % 97:02d}{digits}"
