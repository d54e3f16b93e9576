"""Approving a paper: an electronic signature (PAdES) that a person puts behind the sealed paper."""
