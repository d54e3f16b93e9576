"""Fuel dispensers (pompa ukur BBM), nozzle by nozzle, against a standard measure."""
