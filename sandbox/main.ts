import { parseArgs } from 'node:util';
import {
  DEFAULT_JWT,
  DEFAULT_TOSS_SECRET_KEY,
  type SandboxOptions,
  startSandbox,
} from './server.ts';

const DEFAULT_PORT = 4000;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: String(DEFAULT_PORT) },
    host: { type: 'string', default: '127.0.0.1' },
    'data-dir': { type: 'string' },
  },
});

const { JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE, TOSS_SECRET_KEY, SERVICE_TOKEN } = process.env;

const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65_535)
  fail(`--port ${values.port} is not a port`);

const options: SandboxOptions = {
  port,
  host: values.host,
  ...(values['data-dir'] !== undefined && { dataDir: values['data-dir'] }),
  jwt: {
    secret: JWT_SECRET || DEFAULT_JWT.secret,
    issuer: JWT_ISSUER || DEFAULT_JWT.issuer,
    audience: JWT_AUDIENCE || DEFAULT_JWT.audience,
  },
  tossSecretKey: TOSS_SECRET_KEY || DEFAULT_TOSS_SECRET_KEY,
  ...(SERVICE_TOKEN && { serviceToken: SERVICE_TOKEN }),
  log: (line) => process.stderr.write(`sandbox: ${line}\n`),
};

try {
  const sandbox = await startSandbox(options);
  const stop = () => {
    sandbox.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(String(error)),
    );
  };
  sandbox.failed.then(
    (error) => fail(error.message),
    () => undefined,
  );
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  if (process.send) {
    process.once('disconnect', stop);
    process.send({ type: 'ready', port: sandbox.port, url: sandbox.url });
  } else {
    process.stdout.write(`sandbox listens on ${sandbox.url}\n`);
  }
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function fail(message: string): never {
  process.stderr.write(`sandbox: ${message}\n`);
  process.exit(1);
}
