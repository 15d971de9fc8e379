const { queue } = require("./queue");

queue("mail").getWorkersCount().then((count) => process.exit(count ? 0 : 1), () => process.exit(1));
