"""Networks: their cards, the libraries that run them, and the base class of boxes that use them."""
