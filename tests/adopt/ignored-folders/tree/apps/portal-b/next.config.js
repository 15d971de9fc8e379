module.exports = { output: "export", experimental: { externalDir: true } };
