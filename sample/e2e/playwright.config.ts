import { defineConfig } from '@playwright/test';
import { host, published } from './stand';

// To a page nothing has another address than on a real host: one name, a port for each service. Chromium's own calls go nowhere.
const rules = [...published].map(([port, place]) => `MAP ${host}:${port} ${place}`).concat('MAP * ~NOTFOUND');

export default defineConfig({
  testDir: 'tests',
  globalSetup: './ready.ts',
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 40_000 },
  outputDir: '/reports/failures',
  reporter: [['list'], ['junit', { outputFile: '/reports/junit.xml' }]],
  use: {
    viewport: { width: 1100, height: 700 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=${rules.join(',')}`],
    },
  },
});
