"""The physics between an indication and a reference: air, water, weights, vessels, oil."""
