"""What meters of every kind share: relative errors, flows, and the limits of the recommendations."""
