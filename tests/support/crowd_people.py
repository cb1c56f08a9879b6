"""Who the people of a crowd are, and where its advocates say that they are paid."""

from dataclasses import dataclass
from typing import Literal

from goodword.programs.payment import RailName


def _words(text: str) -> list[str]:
    return text.split()


FIRST = _words(
    "Anna Ben Clara David Emil Frida Georg Hanna Ida Jonas Klara Leo Mia Noah Olga Paul Rosa "
    "Samir Tilda Uwe Vera Walid Yara Zoe Amir Bruno Carla Dilara Enno Fatma Greta Hugo Ines Jan "
    "Kaya Lars "
)
LAST = _words(
    "Adler Bauer Cordes Demir Ebert Fischer Graf Huber Ilic Jansen Keller Lorenz Maier Nowak "
    "Otto Peters Quast Richter Sommer Thiel Ulrich Vogel Wagner Xander Yilmaz Zander Arslan "
    "Berg Conrad Dietz Engel Frank Gross Hahn Imhof Jung Koch Lang Moser Neumann Ost Pohl Rau "
    "Stein Trapp Urban "
)
STREETS = _words("Mill Church High Station Park Lake Garden Rose Oak Castle Market Bridge ")
AGENTS = tuple(f"Browser/{n} (phone or laptop model {n % 13}) de {390 + n}x844" for n in range(40))
DOMAINS = ("gmail.com", "web.example", "mail.example", "post.example", "firma.example")


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
