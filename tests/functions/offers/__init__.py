"""Offers: conversations that are handed over when an agent accepts them."""
