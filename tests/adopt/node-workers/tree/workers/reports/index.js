require("../lib/queue").work("reports", async (job) => console.log("report", job.id));
