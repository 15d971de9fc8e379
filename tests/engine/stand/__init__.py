"""The nine as a host runs them, with Keycloak and its database, for as long as these files need it."""
