// Reads a JSON list of diagrams and writes one of faults, empty for a good diagram.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

globalThis.window = new JSDOM().window;
const { default: mermaid } = await import("mermaid");

const faults = [];
for (const diagram of JSON.parse(readFileSync(0, "utf8"))) {
  faults.push(await mermaid.parse(diagram).then(() => "", (fault) => fault.message));
}
process.stdout.write(JSON.stringify(faults));
