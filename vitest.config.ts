import { defineConfig } from 'vitest/config';

const jsonReport = process.env.VITEST_JSON;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/notice-missing-data.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The end-to-end tests mostly wait for other processes, so two files at once fit on two cores.
    maxWorkers: 2,
    reporters: jsonReport ? ['default', ['json', { outputFile: jsonReport }]] : ['default'],
  },
});
