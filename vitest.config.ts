import { defineConfig } from 'vitest/config';

const servers = ['test/support/servers.ts'];

export default defineConfig({
  test: {
    // Tests that open sockets share two cores with the servers they talk to.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Most tests wait for something: one worker, the default on two cores, leaves both idle half of the time.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            '{src,embedded,sandbox,scripts}/**/*.test.ts',
            'test/{unit,contract,support,model,simulation,defects}/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/{integration,conformance}/**/*.test.ts'],
          globalSetup: servers,
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], globalSetup: servers },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['{src,embedded,sandbox}/**/*.ts'],
      // Entries run in processes of their own, where coverage is not seen; the end-to-end tests start them.
      exclude: ['**/*.test.ts', '**/main.ts', 'embedded/{start,command-line}.ts'],
      reportOnFailure: true,
      reporter: ['text-summary', 'html', 'json-summary'],
      thresholds: { lines: 95 },
    },
  },
});
