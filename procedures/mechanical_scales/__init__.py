"""Verification of mechanical scales, read by eye: meja, dacin, sentisimal, bobot ingsut, pegas, neraca."""
