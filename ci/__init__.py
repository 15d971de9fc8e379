"""The ois-cfa pipeline: builds, publishes and deploys every service of the monorepo."""
