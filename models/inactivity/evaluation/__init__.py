"""How well the inactivity watch does on recordings of homes."""
