"""Demo data: invented people in every state that the product knows, the same for the same seed."""
