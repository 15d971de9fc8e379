"""The services as a host runs them, together in the engine, and a browser in front of them."""
