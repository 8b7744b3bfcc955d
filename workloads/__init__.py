"""The reference arbitrage engine and the simulated venue that honour the engine contract."""
