"""What runs beside the loop for each box, and what notices when it goes, hangs or falls silent."""
