require("../lib/queue").work("mail", async (job) => console.log("mail", job.id, process.env.MAIL_FOOTER));
