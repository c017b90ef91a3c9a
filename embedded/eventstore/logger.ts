/** The part of a pino logger that the server uses; any object with these methods will do. */
export interface Logger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Writes one JSON line an entry to standard error, as pino would. */
export function jsonLogger(): Logger {
  const write = (level: number) => (details: object, message: string) => {
    const err =
      'err' in details && details.err instanceof Error ? { err: String(details.err.stack) } : {};
    process.stderr.write(
      `${JSON.stringify({ level, time: Date.now(), name: 'eventstore', ...details, ...err, msg: message })}\n`,
    );
  };
  return { info: write(30), warn: write(40), error: write(50) };
}

/** Says nothing. */
export function silentLogger(): Logger {
  const ignore = (): void => undefined;
  return { info: ignore, warn: ignore, error: ignore };
}
