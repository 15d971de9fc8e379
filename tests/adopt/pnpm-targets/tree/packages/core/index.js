exports.greet = (name) => `orchard ${name}`;
