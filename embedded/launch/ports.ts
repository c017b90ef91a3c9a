import { createServer } from 'node:net';

/** A port that was asked for is taken by somebody else. */
export class PortBusyError extends Error {
  override readonly name = 'PortBusyError';
  readonly code = 'port-busy';
}

/** What somebody may ask for: a port, and whether it has to be this one. */
export type WantedPort = {
  readonly port: number;
  readonly explicit: boolean;
  /** The variable that sets it, for the error message. */
  readonly variable: string;
};

const listenOn = (host: string, port: number): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address ? address.port : undefined),
      );
    });
  });

// Far enough for a dozen services side by side.
const reach = 100;

/**
 * Chooses ports that nobody listens on and that it has not given before.
 *
 * @param host the address that will listen
 */
export const createPortChooser = (host: string) => {
  const given = new Set<number>();

  /**
   * The wanted port when it is free; else, unless it has to be this one, the next free one. 0 takes any.
   *
   * @throws PortBusyError when it has to be this one and is taken
   */
  return async ({ port, explicit, variable }: WantedPort): Promise<number> => {
    const last = port === 0 || explicit ? port : Math.min(port + reach, 65_535);
    for (let candidate = port; candidate <= last; candidate += 1) {
      if (given.has(candidate)) continue;
      // Marked before the look, so that two that choose at the same time do not get the same one.
      if (candidate !== 0) given.add(candidate);
      const free = await listenOn(host, candidate);
      if (free !== undefined) return free;
    }
    throw new PortBusyError(
      explicit
        ? `port ${port} is busy: free it, set ${variable} to another one, or unset it to have one chosen`
        : `no free port from ${port} to ${last}: set ${variable}`,
    );
  };
};
