"""Tank trucks (tangki ukur mobil), compartment by compartment, filled from standard measures."""
