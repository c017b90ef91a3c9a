import { z } from 'zod';

/** The parts one process can play; they run together unless ROLES says otherwise. */
export const roleNames = ['api', 'projector', 'process-manager'] as const;

const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().int().min(least).max(most));

const port = whole(0, 65_535);
// Timers longer than 2^31 - 1 ms fire at once in Node.
const milliseconds = whole(1, 2 ** 31 - 1);
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
  .transform((url) => url.replace(/\/+$/, ''));

const eventStoreUrl = z
  .string()
  .regex(/^(esdb|kurrentdb)(\+discover)?:\/\/\S+$/, 'must begin with esdb:// or esdb+discover://');
const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/\S+$/, 'must begin with postgres:// or postgresql://');

const separated = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const roles = z
  .string()
  .transform(separated)
  .pipe(
    z
      .array(z.enum(roleNames, `must be some of ${roleNames.join(', ')}, separated by commas`))
      .min(1),
  );

const millisecondsList = z.string().transform(separated).pipe(z.array(milliseconds).min(1));

const unitBytes = { b: 1, kb: 1024, mb: 1024 ** 2 } as const;
const byteSize = z
  .string()
  .regex(/^\d+(b|kb|mb)?$/, 'must be a size such as 100kb, 1mb or a number of bytes')
  .transform((text) => {
    const unit = /(kb|mb|b)$/.exec(text)?.[1] as keyof typeof unitBytes | undefined;
    return Number.parseInt(text, 10) * unitBytes[unit ?? 'b'];
  })
  .pipe(
    z
      .number()
      .min(1024)
      .max(16 * 1024 ** 2),
  );

const origins = z.string().transform(separated).pipe(z.array(httpUrl));

/**
 * Every environment variable that the service reads, with its rule, its default and what it is for.
 * `docs/configuration.md` lists the same names; a test holds the two together.
 */
export const Variables = z.object({
  PORT: port.prefault('3000').describe('HTTP port of the API; 0 takes a free one'),
  HOST: z.string().min(1).prefault('127.0.0.1').describe('address the API listens on'),
  ROLES: roles.prefault(roleNames.join(',')).describe('which parts this process plays'),
  DATA_DIR: z.string().min(1).prefault('.data').describe('where the embedded parts keep data'),

  EVENTSTORE_URL: eventStoreUrl.optional().describe('an EventStoreDB instead of the embedded one'),
  EVENTSTORE_NAMESPACE: z
    .string()
    .regex(/^([a-z][a-z0-9]{0,31})?$/, 'must be up to 32 small letters and digits, a letter first')
    .prefault('')
    .describe('sets the streams apart from other services’ in one EventStoreDB'),
  EVENTSTORE_PORT: port.prefault('2113').describe('port of the embedded event store'),
  DATABASE_URL: databaseUrl.optional().describe('a PostgreSQL instead of the embedded one'),
  DATABASE_PORT: port.prefault('5433').describe('port of the embedded PostgreSQL'),
  SANDBOX_PORT: port.prefault('4000').describe('port of the sandbox'),

  PRODUCT_SERVICE_URL: httpUrl.optional().describe('product service instead of the sandbox'),
  COUPON_SERVICE_URL: httpUrl.optional().describe('coupon service instead of the sandbox'),
  MEMBER_SERVICE_URL: httpUrl.optional().describe('member service instead of the sandbox'),
  SERVICE_TOKEN: z.string().min(1).optional().describe('bearer token sent to the three services'),
  TOSS_API_URL: httpUrl.optional().describe('Toss Payments instead of the sandbox'),
  TOSS_SECRET_KEY: z.string().min(1).optional().describe('secret key at Toss Payments'),

  // RFC 7518, section 3.2: an HS256 key has at least as many bits as the hash, 256.
  JWT_SECRET: z.string().min(32).optional().describe('HS256 key of access tokens'),
  JWT_JWKS_URL: httpUrl.optional().describe('key set of access tokens, instead of JWT_SECRET'),
  JWT_ISSUER: z.string().min(1).prefault('order-service-sandbox').describe('required `iss`'),
  JWT_AUDIENCE: z.string().min(1).prefault('order-service').describe('required `aud`'),

  PAYMENT_DEADLINE_MS: milliseconds.prefault('600000').describe('how long an order may be unpaid'),
  SAGA_DEADLINE_MS: milliseconds
    .prefault('600000')
    .describe('how long a saga may take to reach the wait for payment'),
  PARTICIPANT_TIMEOUT_MS: milliseconds.prefault('3000').describe('one call to a participant'),
  TOSS_CONNECT_TIMEOUT_MS: milliseconds.prefault('3000').describe('connecting to Toss Payments'),
  TOSS_TIMEOUT_MS: milliseconds.prefault('60000').describe('one answer of Toss Payments'),
  QUICK_TRIES: whole(1, 20).prefault('3').describe('tries of a step before it is deferred'),
  COMPENSATION_BACKOFF_CAP_MS: milliseconds
    .prefault('60000')
    .describe('longest pause between two tries of a compensation'),
  RESOLVER_SCHEDULE_MS: millisecondsList
    .prefault('1000,2000,5000,10000,20000,30000')
    .describe('pauses of the payment resolver; the last one repeats'),
  ALERT_AFTER_MS: milliseconds
    .prefault('120000')
    .describe('an unresolved payment or step raises an alert'),
  REVIEW_AFTER_MS: milliseconds
    .prefault('900000')
    .describe('an unresolved payment is flagged for manual review'),
  SCHEDULER_INTERVAL_MS: milliseconds.prefault('500').describe('pause between looks for due sagas'),

  POINTS_MIN_USE: whole(0).prefault('0').describe('fewest points an order may use'),
  POINTS_UNIT: whole(1).prefault('1').describe('points are used in multiples of this'),
  POINTS_MIN_ORDER: whole(0).prefault('0').describe('smallest order, in won, that takes points'),
  POINTS_MAX_RATE: whole(0, 100).prefault('100').describe('largest share of points, in percent'),
  DISCOUNT_ROUNDING_UNIT: whole(1).prefault('1').describe('discounts are cut to multiples, in won'),
  COUPON_RESTORE_POLICY: z
    .enum(['full-cancel-unexpired', 'full-cancel', 'never'])
    .prefault('full-cancel-unexpired')
    .describe('when a cancellation gives the coupon back'),

  RATE_LIMIT_PER_MINUTE: whole(0).prefault('6000').describe('requests per member; 0 is no limit'),
  SSE_CONNECTIONS_PER_MEMBER: whole(1).prefault('5').describe('open event streams per member'),
  BODY_LIMIT: byteSize.prefault('100kb').describe('largest request body'),
  CORS_ORIGINS: origins.prefault('').describe('browser origins that may call the API'),

  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .prefault('info')
    .describe('least severe line that is logged'),
  LOG_FORMAT: z.enum(['json', 'text']).prefault('json').describe('form of a log line'),
  SHUTDOWN_TIMEOUT_MS: milliseconds.prefault('10000').describe('how long an orderly stop may take'),
});
