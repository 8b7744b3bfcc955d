"""How rules are judged and served: what the engine asks, answered once per resource."""
