"""Conversations that the demo's past is made of: what was asked about which product, and how experts answered.

A script is a product's SKU, and turns of ("shopper" | "expert", text). All of it is our own writing.
"""

Turn = tuple[str, str]

SCRIPTS: tuple[tuple[str, tuple[Turn, ...]], ...] = (
    (
        "CYC-001",
        (
            ("shopper", "Hi! Is the gravel bike comfortable for a daily 12 km commute, partly on cobbles?"),
            (
                "expert",
                "I ride mine to work every day, 9 km each way. The 40 mm tyres take most of the cobbles; "
                "I run them at 2.8 bar, which made the biggest difference.",
            ),
            ("shopper", "And mudguards, do they fit?"),
            ("expert", "Yes, there are eyelets front and rear. Take 45 mm wide ones, mine rubbed until I did."),
            ("shopper", "Great, that settles it. Thank you!"),
        ),
    ),
    (
        "CYC-004",
        (
            ("shopper", "Are these gloves warm enough around freezing?"),
            (
                "expert",
                "Down to about 5 degrees for me. Below that I wear thin liners under them, there is room if you "
                "take one size up.",
            ),
            ("shopper", "Perfect, I will order L then."),
        ),
    ),
    (
        "OUT-001",
        (
            ("shopper", "Is this tent really big enough for two with backpacks?"),
            (
                "expert",
                "Two people yes, backpacks go into the porch. Inside it would be tight: I am 1.84 m and touch the "
                "end when I stretch.",
            ),
            ("shopper", "How does it do in wind?"),
            (
                "expert",
                "I had it on a ridge in Abruzzo with gusts. Use all the guy lines and point the foot end into "
                "the wind, then it stands.",
            ),
            ("shopper", "Very helpful, thanks."),
        ),
    ),
    (
        "OUT-003",
        (
            ("shopper", "Do the ridge boots run small?"),
            ("expert", "Half a size small, in my experience. I wear 42 in street shoes and took 43 with a thick sock."),
            ("shopper", "How long did it take to break them in?"),
            ("expert", "Four or five walks of an hour. Lace them loosely at the ankle the first times."),
        ),
    ),
    (
        "OUT-002",
        (
            ("shopper", "Will this backpack pass as cabin luggage?"),
            (
                "expert",
                "If you do not stuff the lid pocket: I flew with it twice this year and nobody looked. "
                "Full to the brim it is about 3 cm too tall.",
            ),
        ),
    ),
    (
        "COF-001",
        (
            ("shopper", "Are these beans good for espresso or rather for filter?"),
            (
                "expert",
                "I drink them as espresso every morning: 18 g in, 38 g out in 28 seconds. As filter they are fine "
                "too, a bit on the chocolate side.",
            ),
            ("shopper", "And in a moka pot?"),
            (
                "expert",
                "Grind a little coarser than espresso and take it off the heat when it starts to hiss. "
                "That is how my mother makes it with the same beans.",
            ),
            ("shopper", "Sold. Thank you!"),
        ),
    ),
    (
        "COF-003",
        (
            ("shopper", "Does the teapot drip?"),
            ("expert", "Mine does not, as long as I do not fill it above the spout's lower edge."),
            ("shopper", "Can it go into the dishwasher?"),
            ("expert", "It can, but the lid's knob has lost some colour. I rinse it by hand since."),
        ),
    ),
    (
        "CYC-005",
        (
            ("shopper", "Does the wrench fit 15 mm pedal flats?"),
            (
                "expert",
                "It does, the 15 mm end is long enough for leverage. I took off pedals with it that had not moved "
                "in six years.",
            ),
        ),
    ),
    (
        "OUT-008",
        (
            ("shopper", "Is the trail coat waterproof or only water repellent?"),
            (
                "expert",
                "Repellent: an hour of steady rain is fine, a whole day is not. I carry a light shell over it in "
                "autumn.",
            ),
            ("shopper", "Good to know, I had hoped for more. I will think about it."),
        ),
    ),
    (
        "OUT-004",
        (
            ("shopper", "How long does the torch last on one charge?"),
            ("expert", "On the middle step I got a bit over six hours on a night walk. On full power less than two."),
            ("shopper", "That is enough for me."),
        ),
    ),
)

UNANSWERED = (
    ("CYC-003", "Do the goggles fit over glasses?"),
    ("OUT-005", "Is the compass adjusted for the southern hemisphere?"),
    ("COF-005", "How do I season the mate gourd before I use it the first time?"),
)
