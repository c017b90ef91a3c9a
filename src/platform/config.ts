import { resolve } from 'node:path';
import type { z } from 'zod';
import { type roleNames, Variables } from './variables.ts';

/** A part that a process can play: `api`, `projector` or `process-manager`. */
export type Role = (typeof roleNames)[number];

/** Where access tokens get their signature checked: one shared HS256 key, or a published key set. */
export type TokenKey =
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'jwks'; readonly url: string };

/** What `process.env` is to us: names and texts. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Values = z.infer<typeof Variables>;

/** What is the same whether a part is real, embedded or from the sandbox. All durations are in ms, all amounts in won. */
const commonOf = (env: Values) => ({
  roles: env.ROLES as readonly Role[],
  dataDir: resolve(env.DATA_DIR),
  http: {
    host: env.HOST,
    port: env.PORT,
    bodyLimitBytes: env.BODY_LIMIT,
    corsOrigins: env.CORS_ORIGINS as readonly string[],
    rateLimitPerMinute: env.RATE_LIMIT_PER_MINUTE,
  },
  sse: { connectionsPerMember: env.SSE_CONNECTIONS_PER_MEMBER },
  timers: {
    paymentDeadlineMs: env.PAYMENT_DEADLINE_MS,
    sagaDeadlineMs: env.SAGA_DEADLINE_MS,
    quickTries: env.QUICK_TRIES,
    compensationBackoffCapMs: env.COMPENSATION_BACKOFF_CAP_MS,
    resolverScheduleMs: env.RESOLVER_SCHEDULE_MS as readonly number[],
    alertAfterMs: env.ALERT_AFTER_MS,
    reviewAfterMs: env.REVIEW_AFTER_MS,
    schedulerIntervalMs: env.SCHEDULER_INTERVAL_MS,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_MS,
  },
  points: {
    minUse: env.POINTS_MIN_USE,
    unit: env.POINTS_UNIT,
    minOrder: env.POINTS_MIN_ORDER,
    maxRatePercent: env.POINTS_MAX_RATE,
  },
  pricing: {
    discountRoundingUnit: env.DISCOUNT_ROUNDING_UNIT,
    couponRestorePolicy: env.COUPON_RESTORE_POLICY,
  },
  log: { level: env.LOG_LEVEL, format: env.LOG_FORMAT },
});

type DeepReadonly<T> = T extends readonly unknown[] | string | number | boolean | undefined
  ? T
  : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

type Common = DeepReadonly<ReturnType<typeof commonOf>>;

/** How the service reaches what it is built on. */
type Connections = DeepReadonly<{
  eventStore: { url: string; namespace: string };
  database: { url: string };
  participants: {
    productUrl: string;
    couponUrl: string;
    memberUrl: string;
    serviceToken: string | undefined;
    timeoutMs: number;
  };
  toss: { url: string; secretKey: string; connectTimeoutMs: number; timeoutMs: number };
  auth: { key: TokenKey; issuer: string; audience: string };
}>;

type Open<Group, Keys extends keyof Group> = Omit<Group, Keys> & {
  readonly [Key in Keys]: Group[Key] | undefined;
};

/** Everything the service needs to know, complete and frozen. */
export type Config = Common & Connections;

/** A port, and whether somebody asked for exactly this one. */
export type PortChoice = { readonly port: number; readonly explicit: boolean };

/** The environment, checked, but with gaps where the embedded parts and the sandbox can stand in. */
export type Settings = Common & {
  readonly eventStore: Open<Connections['eventStore'], 'url'>;
  readonly database: Open<Connections['database'], 'url'>;
  readonly participants: Open<
    Connections['participants'],
    'productUrl' | 'couponUrl' | 'memberUrl'
  >;
  readonly toss: Open<Connections['toss'], 'url' | 'secretKey'>;
  readonly auth: Open<Connections['auth'], 'key'>;
  readonly ports: {
    readonly http: PortChoice;
    readonly eventStore: PortChoice;
    readonly database: PortChoice;
    readonly sandbox: PortChoice;
  };
};

/** The environment is not fit to start from; `problems` has one line for each variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad-configuration';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

// Messages name the variable and the rule, never the value: it may be a secret.
const problemsOf = (error: z.ZodError): string[] => [
  ...new Set(
    error.issues.map(
      ({ path, message }) => `${String(path[0])}: ${message.replace(/^Invalid input: /, '')}`,
    ),
  ),
];

const contradictions = (env: Environment): string[] => {
  const found: string[] = [];
  if (env.JWT_SECRET && env.JWT_JWKS_URL)
    found.push('JWT_SECRET: cannot go with JWT_JWKS_URL; unset one');
  if (env.TOSS_API_URL && !env.TOSS_SECRET_KEY)
    found.push('TOSS_SECRET_KEY: is needed with TOSS_API_URL');
  return found;
};

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
};

const tokenKeyOf = ({ JWT_SECRET, JWT_JWKS_URL }: Values): TokenKey | undefined => {
  if (JWT_SECRET !== undefined) return { kind: 'secret', secret: JWT_SECRET };
  if (JWT_JWKS_URL !== undefined) return { kind: 'jwks', url: JWT_JWKS_URL };
  return undefined;
};

/**
 * Checks the environment. An empty variable counts as one that is not set, as container tools pass them.
 *
 * @throws ConfigError that names every variable at fault at once
 */
export const readSettings = (environment: Environment): Settings => {
  const given = Object.fromEntries(Object.entries(environment).filter(([, text]) => text !== ''));
  const parsed = Variables.safeParse(given);
  const problems = [...(parsed.error ? problemsOf(parsed.error) : []), ...contradictions(given)];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const env = parsed.data;
  return deepFreeze({
    ...commonOf(env),
    eventStore: { url: env.EVENTSTORE_URL, namespace: env.EVENTSTORE_NAMESPACE },
    database: { url: env.DATABASE_URL },
    participants: {
      productUrl: env.PRODUCT_SERVICE_URL,
      couponUrl: env.COUPON_SERVICE_URL,
      memberUrl: env.MEMBER_SERVICE_URL,
      serviceToken: env.SERVICE_TOKEN,
      timeoutMs: env.PARTICIPANT_TIMEOUT_MS,
    },
    toss: {
      url: env.TOSS_API_URL,
      secretKey: env.TOSS_SECRET_KEY,
      connectTimeoutMs: env.TOSS_CONNECT_TIMEOUT_MS,
      timeoutMs: env.TOSS_TIMEOUT_MS,
    },
    auth: { key: tokenKeyOf(env), issuer: env.JWT_ISSUER, audience: env.JWT_AUDIENCE },
    ports: {
      http: { port: env.PORT, explicit: 'PORT' in given },
      eventStore: { port: env.EVENTSTORE_PORT, explicit: 'EVENTSTORE_PORT' in given },
      database: { port: env.DATABASE_PORT, explicit: 'DATABASE_PORT' in given },
      sandbox: { port: env.SANDBOX_PORT, explicit: 'SANDBOX_PORT' in given },
    },
  });
};

/**
 * Turns settings into a config where nothing is left open.
 *
 * @throws ConfigError that names every variable that is missing
 */
export const completeSettings = ({ ports: _, ...settings }: Settings): Config => {
  const missing: string[] = [];
  const need = <T>(value: T | undefined, variable: string): T => {
    if (value === undefined) missing.push(`${variable}: is needed and not set`);
    return value as T;
  };
  const { eventStore, database, participants, toss, auth } = settings;
  const config = {
    ...settings,
    eventStore: { ...eventStore, url: need(eventStore.url, 'EVENTSTORE_URL') },
    database: { url: need(database.url, 'DATABASE_URL') },
    participants: {
      ...participants,
      productUrl: need(participants.productUrl, 'PRODUCT_SERVICE_URL'),
      couponUrl: need(participants.couponUrl, 'COUPON_SERVICE_URL'),
      memberUrl: need(participants.memberUrl, 'MEMBER_SERVICE_URL'),
    },
    toss: {
      ...toss,
      url: need(toss.url, 'TOSS_API_URL'),
      secretKey: need(toss.secretKey, 'TOSS_SECRET_KEY'),
    },
    auth: { ...auth, key: need(auth.key, 'JWT_SECRET or JWT_JWKS_URL') },
  };
  if (missing.length > 0) throw new ConfigError(missing);
  return deepFreeze(config);
};

/**
 * The config of a process that nothing embedded stands behind: production and the command line.
 *
 * @throws ConfigError that names every variable that is missing or at fault
 */
export const loadConfig = (environment: Environment): Config =>
  completeSettings(readSettings(environment));
