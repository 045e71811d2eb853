"""What runs beside the loop for each box, and what detects that it is lost, hangs or is silent."""
