await import("./src/env.js");

/** @type {import("next").NextConfig} */
export default { output: "standalone" };
