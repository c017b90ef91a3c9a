import { Transform } from 'node:stream';
import { type DestinationStream, type Logger as PinoLogger, pino, stdTimeFunctions } from 'pino';
import type { Config } from './config.ts';

/** What writes log lines; `child` binds fields that all its lines carry. */
export type Logger = PinoLogger;

/** Fields that must never reach a log, wherever they hang in the logged object. */
const secrets = ['authorization', 'cookie', 'secret', 'secretKey', 'token', 'password', 'ticket'];
const redact = {
  paths: secrets.flatMap((name) => [name, `*.${name}`, `*.headers.${name}`, `headers.${name}`]),
  censor: '[redacted]',
};

const known = new Set(['level', 'time', 'msg', 'pid', 'hostname']);

/** One log entry as a line for people: time, level, message, then the other fields as JSON. */
export const asText = (line: string): string => {
  const entry: Record<string, unknown> = JSON.parse(line);
  const rest = Object.fromEntries(Object.entries(entry).filter(([name]) => !known.has(name)));
  const time = String(entry.time).slice(11, 23);
  const level = String(entry.level).toUpperCase().padEnd(5);
  const fields = Object.keys(rest).length === 0 ? '' : ` ${JSON.stringify(rest)}`;
  return `${time} ${level} ${String(entry.msg ?? '')}${fields}\n`;
};

const textTo = (destination: DestinationStream): DestinationStream => {
  const lines = new Transform({
    transform: (chunk, _encoding, done) => done(null, asText(String(chunk))),
  });
  lines.on('data', (text) => destination.write(String(text)));
  return lines;
};

/**
 * Makes the logger of a process: one JSON object a line, or text for a terminal.
 *
 * @param options level and format from the config
 * @param destination where lines go; stdout unless a test says otherwise
 */
export const createLogger = (
  { level, format }: Config['log'],
  destination: DestinationStream = process.stdout,
): Logger =>
  pino(
    {
      level,
      redact,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    format === 'text' ? textTo(destination) : destination,
  );
