"""What a person sees in a terminal: tables, reports, reference."""
