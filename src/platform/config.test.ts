import { describe, expect, test } from 'vitest';
import {
  ConfigError,
  completeSettings,
  type Environment,
  loadConfig,
  readSettings,
} from './config.ts';

const production: Environment = {
  EVENTSTORE_URL: 'esdb://store:2113?tls=false',
  DATABASE_URL: 'postgres://orders:hidden@db:5432/orders',
  PRODUCT_SERVICE_URL: 'http://product:8080/',
  COUPON_SERVICE_URL: 'http://coupon:8080',
  MEMBER_SERVICE_URL: 'https://member',
  TOSS_API_URL: 'https://api.tosspayments.com',
  TOSS_SECRET_KEY: 'test_sk_1',
  JWT_SECRET: '0123456789abcdef0123456789abcdef',
};

const problemsOf = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('no ConfigError was thrown');
};

describe('an empty environment', () => {
  test('gives settings with defaults and gaps for the embedded parts', () => {
    const settings = readSettings({});
    expect(settings.roles).toEqual(['api', 'projector', 'process-manager']);
    expect(settings.ports.http).toEqual({ port: 3000, explicit: false });
    expect(settings.eventStore.url).toBeUndefined();
    expect(settings.timers.resolverScheduleMs).toEqual([1000, 2000, 5000, 10_000, 20_000, 30_000]);
    expect(settings.http.bodyLimitBytes).toBe(102_400);
  });

  test('is not enough for production, and every missing variable is named at once', () =>
    expect(problemsOf(() => loadConfig({}))).toEqual([
      'EVENTSTORE_URL: is needed and not set',
      'DATABASE_URL: is needed and not set',
      'PRODUCT_SERVICE_URL: is needed and not set',
      'COUPON_SERVICE_URL: is needed and not set',
      'MEMBER_SERVICE_URL: is needed and not set',
      'TOSS_API_URL: is needed and not set',
      'TOSS_SECRET_KEY: is needed and not set',
      'JWT_SECRET or JWT_JWKS_URL: is needed and not set',
    ]));
});

describe('a production environment', () => {
  test('gives a complete config', () => {
    const config = loadConfig(production);
    expect(config.database.url).toBe('postgres://orders:hidden@db:5432/orders');
    expect(config.participants.productUrl).toBe('http://product:8080');
    expect(config.auth.key).toEqual({ kind: 'secret', secret: '0123456789abcdef0123456789abcdef' });
  });

  test('gives a config that cannot be changed', () => {
    const config = loadConfig(production) as { timers: { quickTries: number } };
    expect(() => {
      config.timers.quickTries = 9;
    }).toThrow(TypeError);
  });

  test('may have its tokens checked by a published key set', () => {
    const { JWT_SECRET: _, ...others } = production;
    const config = loadConfig({ ...others, JWT_JWKS_URL: 'https://login/jwks.json' });
    expect(config.auth.key).toEqual({ kind: 'jwks', url: 'https://login/jwks.json' });
  });
});

describe('an environment with mistakes', () => {
  test('has all of them reported together, each by the name of its variable', () => {
    const names = problemsOf(() =>
      readSettings({
        PORT: '70000',
        ROLES: 'api,cook',
        EVENTSTORE_URL: 'http://store',
        DATABASE_URL: 'mysql://db',
        PRODUCT_SERVICE_URL: 'product',
        QUICK_TRIES: 'three',
        RESOLVER_SCHEDULE_MS: '1000,soon',
        BODY_LIMIT: 'large',
        LOG_LEVEL: 'loud',
        TOSS_API_URL: 'https://api.tosspayments.com',
      }),
    ).map((problem) => problem.split(':')[0]);
    expect(names.toSorted()).toEqual([
      'BODY_LIMIT',
      'DATABASE_URL',
      'EVENTSTORE_URL',
      'LOG_LEVEL',
      'PORT',
      'PRODUCT_SERVICE_URL',
      'QUICK_TRIES',
      'RESOLVER_SCHEDULE_MS',
      'ROLES',
      'TOSS_SECRET_KEY',
    ]);
  });

  test('never has a value repeated in the message, for it may be a secret', () => {
    const problems = problemsOf(() =>
      readSettings({ JWT_SECRET: 'too-short-secret', DATABASE_URL: 'pg://user:hunter2@db' }),
    );
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/too-short-secret|hunter2/);
  });

  test('may not choose two ways to check tokens', () =>
    expect(
      problemsOf(() => readSettings({ ...production, JWT_JWKS_URL: 'https://login/jwks.json' })),
    ).toEqual(['JWT_SECRET: cannot go with JWT_JWKS_URL; unset one']));

  test.each([
    ['PORT', '-1'],
    ['PORT', '1.5'],
    ['PAYMENT_DEADLINE_MS', '0'],
    ['PAYMENT_DEADLINE_MS', '3000000000'],
    ['POINTS_MAX_RATE', '101'],
    ['BODY_LIMIT', '1'],
    ['BODY_LIMIT', '100mb'],
    ['CORS_ORIGINS', 'https://shop.example,nonsense'],
    ['COUPON_RESTORE_POLICY', 'sometimes'],
  ])('refuses %s=%s', (name, text) =>
    expect(problemsOf(() => readSettings({ [name]: text }))[0]).toMatch(new RegExp(`^${name}: `)),
  );
});

test('a variable that is set to nothing counts as not set', () => {
  const settings = readSettings({ PORT: '', EVENTSTORE_URL: '' });
  expect(settings.ports.http).toEqual({ port: 3000, explicit: false });
  expect(settings.eventStore.url).toBeUndefined();
});

test('a port that is asked for is marked, even when it is the default', () =>
  expect(readSettings({ EVENTSTORE_PORT: '2113' }).ports.eventStore).toEqual({
    port: 2113,
    explicit: true,
  }));

test('settings that are filled in become a config without the port choices', () => {
  const config = completeSettings(readSettings(production));
  expect(config).not.toHaveProperty('ports');
  expect(config.toss.url).toBe('https://api.tosspayments.com');
});

test.each([
  ['64kb', 65_536],
  ['1mb', 1_048_576],
  ['2048', 2048],
  ['4096b', 4096],
])('the body limit %s is %d bytes', (text, bytes) =>
  expect(readSettings({ BODY_LIMIT: text }).http.bodyLimitBytes).toBe(bytes),
);
