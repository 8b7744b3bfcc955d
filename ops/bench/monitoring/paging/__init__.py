"""From a fault to the page about it: how long, for each alert that RTS 6 wants within five seconds."""
