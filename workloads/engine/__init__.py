"""The reference arbitrage engine: small, honest, and whole where the engine contract asks for it."""
