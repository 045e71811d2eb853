"""Networks that are made where they play: trained on a recording, or built from a package."""
