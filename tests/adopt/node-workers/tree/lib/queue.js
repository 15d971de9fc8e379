const { Queue, Worker } = require("bullmq");

const connection = { url: process.env.QUEUE_URL };
exports.queue = (name) => new Queue(name, { connection });
exports.work = (name, job) => new Worker(name, job, { connection });
