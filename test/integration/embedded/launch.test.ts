import { afterEach, beforeEach, expect, test } from 'vitest';
import { attach, type Launched, launch } from '../../../embedded/launch.ts';
import { type Environment, readSettings } from '../../../src/platform/config.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const logger = createLogger({ level: 'silent', format: 'json' });
const elsewhere: Environment = {
  EVENTSTORE_URL: 'esdb://store:2113?tls=false',
  DATABASE_URL: 'postgres://orders:secret@db:5432/orders',
  PRODUCT_SERVICE_URL: 'http://product',
  COUPON_SERVICE_URL: 'http://coupon',
  MEMBER_SERVICE_URL: 'http://member',
  TOSS_API_URL: 'https://api.tosspayments.com',
  TOSS_SECRET_KEY: 'test_sk_1',
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let launched: Launched | undefined;
const settingsOf = (environment: Environment) =>
  readSettings({ ...environment, PORT: '0', SANDBOX_PORT: '0', DATA_DIR: folder.path });
const start = async (environment: Environment): Promise<Launched> => {
  launched = await launch(settingsOf(environment), process.env, logger);
  return launched;
};

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await launched?.stop();
  launched = undefined;
  await folder.remove();
});

test('nothing is started when every part is elsewhere, but a token key is made', async () => {
  const { config, sandboxUrl } = await start(elsewhere);
  expect(sandboxUrl).toBeUndefined();
  expect(config.eventStore.url).toBe('esdb://store:2113?tls=false');
  expect(config.toss.secretKey).toBe('test_sk_1');
  expect(config.auth.key).toMatchObject({ kind: 'secret' });
});

test('the sandbox stands in for the services that are not given, and believes the same tokens', async () => {
  const { MEMBER_SERVICE_URL: _, ...others } = elsewhere;
  const { config, sandboxUrl } = await start(others);
  expect(config.participants.memberUrl).toBe(`${sandboxUrl}/member`);
  expect(config.participants.productUrl).toBe('http://product');
  const health = await fetch(`${sandboxUrl}/health/live`);
  expect(health.status).toBe(200);
});

test('a second service on the same data directory is refused', async () => {
  await start(elsewhere);
  await expect(launch(settingsOf(elsewhere), process.env, logger)).rejects.toThrow('in use by');
});

test('the data directory is free again after a start that failed', async () => {
  const broken = settingsOf({ ...elsewhere, TOSS_API_URL: '', TOSS_SECRET_KEY: '' });
  await expect(
    launch(broken, { ...process.env, NODE_OPTIONS: '--no-such-option' }, logger),
  ).rejects.toThrow('sandbox did not start');
  await start(elsewhere);
});

test('a command reaches the parts of the service that runs on the data directory', async () => {
  const { config } = await start(elsewhere);
  const attached = await attach(settingsOf({}), {}, logger);
  expect(attached.config.eventStore.url).toBe('esdb://store:2113?tls=false');
  expect(attached.config.auth.key).toEqual(config.auth.key);
  await attached.stop();
  await expect(launch(settingsOf(elsewhere), process.env, logger)).rejects.toThrow('in use by');
});

test('a command starts the parts itself when no service runs', async () => {
  const attached = await attach(settingsOf(elsewhere), process.env, logger);
  expect(attached.config.database.url).toBe('postgres://orders:secret@db:5432/orders');
  await attached.stop();
  await start(elsewhere);
});
