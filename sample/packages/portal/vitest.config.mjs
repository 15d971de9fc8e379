/** How a portal is tested; what its tests leave behind lies in /reports, where the pipeline looks for it. */
export default {
  esbuild: { jsx: 'automatic' },
  // The shared packages are links, and what they import is in the node_modules of the portal.
  resolve: { preserveSymlinks: true },
  test: {
    include: ['tests/**/*.test.{ts,tsx}'],
    server: { deps: { inline: [/@ois\//] } },
    coverage: {
      include: ['app/**'],
      reportsDirectory: '/reports/coverage',
      // GitLab finds a file by its path from the repository's root.
      reporter: ['text-summary', ['cobertura', { projectRoot: '../..' }]],
    },
  },
};
