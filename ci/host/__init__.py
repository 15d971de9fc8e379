"""Deploys to a plain Docker host over SSH: facts, a plan, and a switch that ends all new or all old."""
