"""The faces of static/img/faces/ drawn small, so that a launcher shows them without loading a picture.

Simplified from the flat style of Microsoft Fluent Emoji (MIT, notice in portraits.LICENSE.txt): per face, shapes
from back to front, "|" between them, each three hexadecimal digits of colour and a path on a grid of 64.
"""

import json
from pathlib import Path

PORTRAITS: dict[str, str] = json.loads((Path(__file__).parent / "portraits.json").read_text())
