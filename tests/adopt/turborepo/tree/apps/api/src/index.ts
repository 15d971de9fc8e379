import express from "express";
import { log } from "@meadow/logger";

const port = process.env.PORT || 3001;
express().listen(port, () => log(`api on ${port}`));
