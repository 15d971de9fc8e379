const { greet } = require("@orchard/core");

setInterval(() => console.log(greet("jobs")), 60_000);
