const { greet } = require("@orchard/core");
const app = require("fastify")();

app.get("/", () => greet(process.env.APP_VERSION));
app.listen({ port: 4000, host: "0.0.0.0" });
