"""A plan as slots and steps, and one message through them."""
