"""Results and every report that is rendered from them."""
