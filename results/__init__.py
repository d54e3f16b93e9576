"""Keep, seal, certify and deliver what a run has found."""
