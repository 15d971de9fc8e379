module.exports = {
  output: "standalone",
  transpilePackages: ["@meadow/ui"],
};
