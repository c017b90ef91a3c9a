import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

/** What the server does with a request, once it has read it. */
export type Script = (request: SeenRequest, response: ServerResponse) => void;

export type ScriptedServer = {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  readonly play: (script: Script) => void;
  readonly stop: () => Promise<void>;
};

/** Answers JSON. */
export const answer =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Script =>
  (_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** Reads the request and cuts the connection. */
export const hangUp: Script = (_request, response) => void response.socket?.destroy();

/** Reads the request and never answers. */
export const saysNothing: Script = () => undefined;

/** A real HTTP server on a free port that answers as the test says. */
export const startScriptedServer = async (script: Script, port = 0): Promise<ScriptedServer> => {
  const seen: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let current = script;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      const one = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
      seen.push(one);
      current(one, response);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    play: (next) => {
      current = next;
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
};
