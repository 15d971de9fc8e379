export default {
  title: "Handbook",
  url: "https://handbook.example",
  baseUrl: "/",
  presets: [["classic", { docs: { routeBasePath: "/" }, blog: false }]],
};
