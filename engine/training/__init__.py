"""Networks that a performer trains from what they recorded themselves."""
