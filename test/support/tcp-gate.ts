import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be shut: connections are cut, and new ones refused as if nothing were there. */
export type TcpGate = {
  /** The same address as the server's, through the gate. */
  readonly url: string;
  readonly shut: () => void;
  readonly open: () => void;
  readonly close: () => Promise<void>;
};

/** @param target a URL with host and port */
export const gateTo = async (target: string): Promise<TcpGate> => {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isShut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((inside) => {
    if (isShut) {
      inside.destroy();
      return;
    }
    const outside = connect(Number(port), hostname);
    for (const socket of [inside, outside]) keep(socket);
    inside.pipe(outside).pipe(inside);
    inside.on('close', () => outside.destroy());
    outside.on('close', () => inside.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href.replace(/\/$/, ''),
    shut: () => {
      isShut = true;
      cut();
    },
    open: () => {
      isShut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
};
