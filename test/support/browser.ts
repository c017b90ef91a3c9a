import { type Browser, chromium as driver } from 'playwright-core';
import { vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

/** A browser of this test file. */
export type TestBrowser = { readonly browser: Browser; readonly close: () => Promise<void> };

/**
 * Starts the Chromium that an npm package carries. The package also carries the libraries that a bare machine lacks, but
 * unpacks them only where it believes to be in a cloud function; and it keeps all in the one temporary folder of the
 * machine, where another user's copy cannot be run.
 */
export const openBrowser = async (): Promise<TestBrowser> => {
  const folder = await temporaryFolder();
  vi.stubEnv('TMPDIR', folder.path);
  vi.stubEnv('AWS_LAMBDA_JS_RUNTIME', 'nodejs20.x');
  vi.stubEnv('LD_LIBRARY_PATH', undefined);
  try {
    const { default: chromium } = await import('@sparticuz/chromium');
    const executablePath = await chromium.executablePath();
    const browser = await driver.launch({ executablePath, args: chromium.args, headless: true });
    return {
      browser,
      close: async () => {
        await browser.close();
        await folder.remove();
      },
    };
  } finally {
    vi.unstubAllEnvs();
  }
};
