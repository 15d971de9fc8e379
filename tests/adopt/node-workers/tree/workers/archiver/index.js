require("../lib/queue").work("archive", async (job) => console.log("archive", job.id));
