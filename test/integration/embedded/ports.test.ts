import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPortChooser, PortBusyError } from '../../../embedded/launch/ports.ts';

describe('a port that somebody listens on', () => {
  let somebody: Server;
  let busy = 0;

  beforeEach(async () => {
    somebody = createServer().listen(0, '127.0.0.1');
    await once(somebody, 'listening');
    const address = somebody.address();
    busy = typeof address === 'object' && address ? address.port : 0;
  });
  afterEach(() => void somebody.close());

  test('is replaced by a later one when it was only the default', async () => {
    const choose = createPortChooser('127.0.0.1');
    const port = await choose({ port: busy, explicit: false, variable: 'PORT' });
    expect(port).toBeGreaterThan(busy);
  });

  test('is an error that names the variable when it was asked for', async () => {
    const choose = createPortChooser('127.0.0.1');
    const choice = choose({ port: busy, explicit: true, variable: 'EVENTSTORE_PORT' });
    await expect(choice).rejects.toThrow(PortBusyError);
    await expect(choice).rejects.toThrow(`port ${busy} is busy: free it, set EVENTSTORE_PORT`);
  });

  test('is not handed to two that choose at the same time', async () => {
    const choose = createPortChooser('127.0.0.1');
    const wanted = { port: busy, explicit: false, variable: 'PORT' };
    const [one, two] = await Promise.all([choose(wanted), choose(wanted)]);
    expect(one).not.toBe(two);
  });
});

test('port 0 is any free port', async () => {
  const choose = createPortChooser('127.0.0.1');
  expect(await choose({ port: 0, explicit: true, variable: 'PORT' })).toBeGreaterThan(0);
});
