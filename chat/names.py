"""Names for shoppers: made up per conversation, so that experts tell them apart without knowing who they are."""

import secrets

COLOURS = """
Amber Apricot Auburn Azure Bronze Cherry Chestnut Cobalt Copper Coral Cream Crimson Ebony Emerald Fern Ginger Golden
Green Hazel Heather Honey Indigo Ivory Jade Lavender Lemon Lilac Lime Maple Mauve Mint Mossy Navy Ochre Olive Opal
Pearl Plum Purple Red Rose Ruby Russet Rust Sable Saffron Sand Scarlet Sepia Sienna Silver Slate Teal Topaz Umber
Violet White Willow Yellow Blue
""".split()
BIRDS = """
Avocet Bittern Blackbird Bluebird Bunting Bustard Chaffinch Cormorant Crane Crossbill Cuckoo Curlew Dipper Dove Dunlin
Egret Eider Falcon Finch Flamingo Flycatcher Gannet Goldfinch Goshawk Grebe Grouse Gull Harrier Heron Hoopoe Ibis
Jackdaw Jay Kestrel Kingfisher Kite Lapwing Lark Linnet Magpie Martin Merlin Nightingale Nuthatch Oriole Osprey Owl
Partridge Pelican Petrel Pipit Plover Puffin Quail Raven Redstart Robin Sandpiper Siskin Snipe Sparrow Starling Stork
Swallow Swan Swift Teal Tern Thrush Wagtail Warbler Waxwing Wren
""".split()


def new_pseudonym() -> str:
    """Such as "Blue Heron"; one of some 4,000, so that two in one inbox are rarely alike."""
    return f"{secrets.choice(COLOURS)} {secrets.choice(BIRDS)}"
