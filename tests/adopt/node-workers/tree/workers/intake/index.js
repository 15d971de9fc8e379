const { SMTPServer } = require("smtp-server");
const { queue } = require("../lib/queue");

const mail = queue("mail");
new SMTPServer({ authOptional: true, onData: (stream, _, done) => mail.add("in", {}).then(() => done(), done) }).listen(2525);
