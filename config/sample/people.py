"""The named people of the two sample stores. Nobody of them exists; every address ends in .example."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """A member or expert; `face`, `about`, `languages` and `iban` are an expert's."""

    name: str
    email: str
    face: str = ""
    about: str = ""
    languages: tuple[str, ...] = ("en",)
    # Test account numbers with valid check digits, of no real bank account.
    iban: str = ""


@dataclass(frozen=True)
class SampleStore:
    name: str
    owner: Person
    manager: Person | None
    analyst: Person | None
    experts: tuple[Person, ...]
    customers: int
    seed: int
    conversations: int


KESTREL = SampleStore(
    name="Kestrel & Pine",
    owner=Person("Maya Brandt", "maya@kestrel.example"),
    manager=Person("Mattia Serra", "mattia@kestrel.example"),
    analyst=Person("Anouk Visser", "anouk@kestrel.example"),
    experts=(
        Person(
            "Erik Lindner",
            "erik@kestrel.example",
            "beard",
            "Commutes 9 km by gravel bike, whatever the weather. Repairs his own and half the street's.",
            ("en", "de"),
            "DE89370400440532013000",
        ),
        Person(
            "Nora Gallo",
            "nora@kestrel.example",
            "night",
            "Mountain huts in summer, espresso all year. Has slept 60 nights in the two-person tent.",
            ("en", "it"),
            "IT60X0542811101000000123456",
        ),
        Person(
            "Silvia Bellini",
            "silvia@kestrel.example",
            "bun",
            "Retired teacher who walks the Apennines from hut to hut and reads every label.",
            ("en", "it", "fr"),
            "FR1420041010050500013M02606",
        ),
        Person(
            "Daan Kuipers",
            "daan@kestrel.example",
            "fair",
            "Barista at weekends, courier on weekdays. Ask him about moka pots or tyre pressure.",
            ("en", "de"),
            "NL91ABNA0417164300",
        ),
        Person(
            "Yara Hofer",
            "yara@kestrel.example",
            "scarf",
            "Packs light: one bag, three weeks, two children.",
            ("en", "de"),
            "AT611904300234573201",
        ),
    ),
    customers=2000,
    seed=2026,
    conversations=40,
)

TIDEWATER = SampleStore(
    name="Tidewater Tea",
    owner=Person("Omar Falk", "omar@tidewater.example"),
    manager=None,
    analyst=None,
    experts=(
        Person(
            "Lina Sommer",
            "lina@tidewater.example",
            "copper",
            "Green tea in the morning, rooibos at night, and a shelf of pots.",
            ("en",),
            "BE71096123456769",
        ),
    ),
    customers=60,
    seed=7,
    conversations=6,
)

# Tidewater Tea's whole shelf: SKU, title, category, price in cents.
TEAS = (
    ("TEA-001", "Sencha 100 g", "Green tea", 1250),
    ("TEA-002", "Jasmine Pearls 50 g", "Green tea", 1490),
    ("TEA-003", "Breakfast Blend 250 g", "Black tea", 1190),
    ("TEA-004", "Smoked Souchong 100 g", "Black tea", 1390),
    ("TEA-005", "Rooibos Orange 200 g", "Herbal", 890),
    ("TEA-006", "Glass Pot 0.8 l", "Ware", 3900),
)
