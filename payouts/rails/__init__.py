"""Ways to pay experts: one folder each, all with what `rails.interface.RailModule` asks for."""

from payouts.models import Rail
from payouts.rails import bank_file
from payouts.rails.interface import RailModule

RAILS: dict[str, RailModule] = {Rail.BANK_FILE: bank_file}
